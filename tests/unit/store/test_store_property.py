"""Whatever is done to the store, and whenever the machine dies: what was committed is there, and nothing else."""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from chatdesk.core.conversations import Conversation
from chatdesk.core.messages import FinishReason, Message, ReplyOrigin, ReplyStatus, Role, text_parts
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.search import Matcher, parse_query, search_text
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.search import MOST_PER_CONVERSATION, SearchStore
from tests.unit.store.test_search import check_index

ORIGIN = ReplyOrigin("Tiny", "/models/Tiny.gguf", SamplingParams(), "")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
TOKENS = st.lists(st.integers(0, 2**31 - 1), max_size=5)

UNKNOWN_TO_SQLITE = re.compile(r"[^\x00-\u024f\u4e00-\u9fa5]")  # perhaps, for it knows an older Unicode


class StoreMachine(RuleBasedStateMachine):
    """Does to a store what the app does, and remembers what must be there."""

    conversation_ids = Bundle("conversation_ids")
    message_ids = Bundle("message_ids")
    reply_ids = Bundle("reply_ids")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.starts = 0
        self.conversations: dict[str, Conversation] = {}
        self.messages: dict[str, Message] = {}

    @initialize()
    def open(self) -> None:
        self.path = self.folder / str(self.starts) / "chatdesk.db"
        self.path.parent.mkdir(exist_ok=True)
        self.database = Database.open(self.path)
        self.store = ConversationStore(self.database)
        self.search = SearchStore(self.database)
        assert self.database.notice is None

    def remember(self, conversation_id: str) -> None:
        self.conversations[conversation_id] = self.store.conversation(conversation_id)

    @rule(target=conversation_ids, title=st.one_of(st.just(""), TEXT))
    def create(self, title: str) -> str:
        conversation = self.store.create_conversation(title)
        self.conversations[conversation.id] = conversation
        return conversation.id

    @rule(
        conversation_id=st.one_of(st.none(), conversation_ids),
        text=TEXT,
        target=reply_ids,
    )
    def send(self, conversation_id: str | None, text: str) -> str:
        before = self.conversations[conversation_id].active_leaf_id if conversation_id else None
        conversation, message, reply = self.store.add_exchange(conversation_id, text, ORIGIN)
        assert (message.text, message.parent_id, reply.parent_id) == (text, before, message.id)
        self.conversations[conversation.id] = conversation
        self.messages |= {message.id: message, reply.id: reply}
        return reply.id

    @rule(target=reply_ids, reply_id=reply_ids)
    def regenerate(self, reply_id: str) -> str:
        user_message_id = self.messages[reply_id].parent_id
        assert user_message_id is not None
        reply = self.store.add_reply(user_message_id, ORIGIN)
        self.messages[reply.id] = reply
        self.remember(reply.conversation_id)
        assert self.conversations[reply.conversation_id].active_leaf_id == reply.id
        return reply.id

    @rule(reply_id=reply_ids, text=TEXT, token_ids=TOKENS)
    def write_some(self, reply_id: str, text: str, token_ids: list[int]) -> None:
        reply = self.messages[reply_id]
        self.store.checkpoint(reply_id, text_parts(text), token_ids)
        if not reply.status.is_final:
            origin = replace(ORIGIN, token_ids=tuple(token_ids))
            self.messages[reply_id] = replace(reply, parts=text_parts(text), origin=origin)

    @rule(reply_id=reply_ids, status=st.sampled_from(ReplyStatus), text=TEXT)
    def save(self, reply_id: str, status: ReplyStatus, text: str) -> None:
        reply = replace(
            self.messages[reply_id],
            status=status,
            parts=text_parts(text),
            finish_reason=FinishReason.MAX_TOKENS if status.is_final else None,
        )
        self.store.save_reply(reply)
        self.messages[reply_id] = reply

    @rule(reply_id=reply_ids)
    def show(self, reply_id: str) -> None:
        conversation_id = self.messages[reply_id].conversation_id
        self.conversations[conversation_id] = self.store.set_active_leaf(conversation_id, reply_id)

    @rule(conversation_id=conversation_ids, title=TEXT)
    def rename(self, conversation_id: str, title: str) -> None:
        self.conversations[conversation_id] = self.store.rename(conversation_id, title)

    @rule(conversation_id=conversation_ids)
    def delete(self, conversation_id: str) -> None:
        self.conversations[conversation_id] = self.store.delete(conversation_id)[0]

    @rule(conversation_id=conversation_ids)
    def restore(self, conversation_id: str) -> None:
        self.conversations[conversation_id] = self.store.restore(conversation_id)[0]

    @rule()
    def index(self) -> None:
        self.search.index_some()

    @rule(reply_id=reply_ids)
    def find(self, reply_id: str) -> None:
        """Its own text finds a reply, once everything is in the index."""
        while self.search.index_some():
            pass
        reply = self.messages[reply_id]
        words = search_text(reply.text)
        query = parse_query(f'"{words}"')
        found = {
            message.message_id: message.text
            for one in self.search.find(query, Matcher(query))
            for message in one.messages
        }
        is_wanted = reply.status.is_final and self.conversations[reply.conversation_id].deleted_at is None
        if is_wanted and query.terms and not UNKNOWN_TO_SQLITE.search(words) and len(found) < MOST_PER_CONVERSATION:
            assert found[reply_id] == reply.text

    @rule(reply_id=consumes(reply_ids))
    def forget(self, reply_id: str) -> None:
        """Leave a reply alone from now on, so that the machine does not only ever touch the first few."""

    @rule()
    def close_and_reopen(self) -> None:
        self.database.close()
        self.open()

    @rule(text=TEXT)
    def crash_in_the_middle_of_a_write_and_reopen(self, text: str) -> None:
        """What the disk holds in the middle of a transaction is all that the next start gets."""
        before, self.starts = self.path.parent, self.starts + 1
        with self.database.write() as connection:
            connection.execute("PRAGMA cache_size = 1")  # so that pages reach the log before the commit
            connection.execute("UPDATE conversation SET title = ?", (text,))
            connection.execute("DELETE FROM message_part")
            after = self.folder / str(self.starts)
            after.mkdir()
            for file in before.iterdir():
                if not file.name.endswith("-shm"):  # shared memory does not outlive the machine
                    shutil.copy(file, after)
            connection.execute("ROLLBACK")
            connection.execute("BEGIN")
        self.database.close()
        self.open()
        unfinished = {reply.id for reply in self.messages.values() if not reply.status.is_final}
        writing = {reply.id for reply in self.messages.values() if reply.status is ReplyStatus.STREAMING}
        assert {reply.message_id for reply in self.database.mark_interrupted()} == writing
        for reply_id in unfinished:
            self.messages[reply_id] = replace(self.messages[reply_id], status=ReplyStatus.INTERRUPTED)

    @invariant()
    def everything_is_there(self) -> None:
        living = [found for found in self.conversations.values() if found.deleted_at is None]
        living.sort(key=lambda found: (found.updated_at, found.id), reverse=True)
        assert list(self.store.conversations()) == living
        for conversation in self.conversations.values():
            assert self.store.conversation(conversation.id) == conversation
            mine = {found.id: found for found in self.store.messages(conversation.id)}
            expected = {key: value for key, value in self.messages.items() if value.conversation_id == conversation.id}
            assert mine == expected
            path = self.store.active_path(conversation.id)
            assert (path[-1].id if path else None) == conversation.active_leaf_id
            assert all(child.parent_id == parent.id for parent, child in pairwise(path))
            assert all(message.role is not Role.USER or message.text for message in path)

    def teardown(self) -> None:
        check_index(self.database)
        self.database.close()
        shutil.rmtree(self.folder)


TestStore = StoreMachine.TestCase
TestStore.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
if sys.platform == "win32":
    TestStore = pytest.mark.skip(reason="an open database cannot be copied on Windows")(TestStore)
