"""Whatever is done with versions and branches, nothing that was said is ever lost, and what is shown is not deleted."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chatdesk.core.messages import Message, ReplyOrigin, ReplyStatus, Role, text_parts
from chatdesk.core.sampling import SamplingParams
from chatdesk.store.branches import BranchStore
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from tests.unit.store.conftest import Clock

ORIGIN = ReplyOrigin("Tiny", "/models/Tiny.gguf", SamplingParams(seed=7), "")


class Branching(RuleBasedStateMachine):
    """A person who edits, writes again, goes on, deletes, undoes and moves along one tree."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._database = Database.open(Path(self._folder.name) / "chatdesk.db")
        clock = Clock()
        self._store, self._branches = ConversationStore(self._database, clock), BranchStore(self._database, clock)
        conversation, question, reply = self._store.add_exchange(None, "0", ORIGIN)
        self._id = conversation.id
        self._said: dict[str, str] = {question.id: "0"}
        self._end(reply)

    def teardown(self) -> None:
        self._database.close()
        self._folder.cleanup()

    def _end(self, reply: Message) -> None:
        text = f"{reply.text}{len(self._said)}"
        self._store.save_reply(replace(reply, parts=text_parts(text), status=ReplyStatus.COMPLETE))
        self._said[reply.id] = text

    def _shown(self, data: st.DataObject) -> Message | None:
        path = self._store.active_path(self._id)
        return data.draw(st.sampled_from(path)) if path else None

    @rule()
    def send(self) -> None:
        _, question, reply = self._store.add_exchange(self._id, str(len(self._said)), ORIGIN)
        self._said[question.id] = question.text
        self._end(reply)

    @rule(data=st.data(), sends=st.booleans())
    def edit(self, data: st.DataObject, sends: bool) -> None:
        message = self._shown(data)
        if message is None:
            return
        text = str(len(self._said))
        if sends and message.role is Role.USER:
            edited, reply = self._branches.add_edited_and_reply(message.id, text, ORIGIN)
            self._end(reply)
        else:
            edited = self._branches.add_edited(message.id, text)
        self._said[edited.id] = text

    @rule(data=st.data(), goes_on=st.booleans())
    def write_again(self, data: st.DataObject, goes_on: bool) -> None:
        message = self._shown(data)
        if message is None or message.role is not Role.ASSISTANT or message.parent_id is None:
            return
        if goes_on:
            self._end(self._branches.add_continued(message.id, message.text, ORIGIN))
        else:
            self._end(self._store.add_reply(message.parent_id, ORIGIN))

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        living = self._store.messages(self._id)
        if living:
            assert self._branches.delete(data.draw(st.sampled_from(living)).id) is not None

    @rule(data=st.data())
    def restore(self, data: st.DataObject) -> None:
        gone = [node for node in self._branches.tree(self._id).nodes if node.is_deleted]
        if gone:
            self._branches.restore(data.draw(st.sampled_from(gone)).id)

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        living = self._store.messages(self._id)
        if living:
            self._store.set_active_leaf(self._id, data.draw(st.sampled_from(living)).id)

    @rule(data=st.data())
    def copy(self, data: st.DataObject) -> None:
        message = self._shown(data)
        if message is not None:
            copied = self._store.active_path(self._branches.copy_path(message.id, "copy"))
            assert [each.text for each in copied] == [each.text for each in self._store.path_to(message.id)]

    @invariant()
    def nothing_is_lost(self) -> None:
        assert {message_id: self._store.message(message_id).text for message_id in self._said} == self._said

    @invariant()
    def what_is_shown_is_there(self) -> None:
        assert all(message.deleted_at is None for message in self._store.active_path(self._id))

    @invariant()
    def nothing_living_hangs_on_what_is_gone(self) -> None:
        nodes = {node.id: node for node in self._branches.tree(self._id).nodes}
        assert not [
            node
            for node in nodes.values()
            if not node.is_deleted and node.parent_id is not None and nodes[node.parent_id].is_deleted
        ]


Branching.TestCase.settings = settings(max_examples=15, stateful_step_count=20, deadline=None)
TestBranching = Branching.TestCase
