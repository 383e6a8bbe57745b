"""The tree: versions beside old ones, copies of a path, branches that go and come back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from chatdesk.core.context_map import OverflowPolicy
from chatdesk.core.messages import Message, Part, PartKind, ReplyOrigin, ReplyStatus, text_parts
from chatdesk.store.branches import BranchStore
from chatdesk.store.conversations import UNDO_SECONDS, ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.summaries import SummaryStore
from tests.unit.store.conftest import Clock


@pytest.fixture
def branches(database: Database, clock: Clock) -> BranchStore:
    return BranchStore(database, clock)


@dataclass
class Talk:
    """Two exchanges, and a second version of the first reply: a - b - c - d, a - e."""

    id: str
    a: Message
    b: Message
    c: Message
    d: Message
    e: Message


@pytest.fixture
def talk(store: ConversationStore, origin: ReplyOrigin) -> Talk:
    def said(reply: Message, text: str) -> Message:
        done = replace(reply, parts=text_parts(text), status=ReplyStatus.COMPLETE)
        store.save_reply(done)
        return done

    origin = replace(origin, token_ids=(1, 2, 3))
    conversation, a, b = store.add_exchange(None, "a", origin)
    b = said(b, "b")
    _, c, d = store.add_exchange(conversation.id, "c", origin)
    d = said(d, "d")
    e = said(store.add_reply(a.id, origin), "e")
    return Talk(conversation.id, a, b, c, d, e)


def shown(store: ConversationStore, conversation_id: str) -> str:
    return "".join(message.text for message in store.active_path(conversation_id))


def living(store: ConversationStore, conversation_id: str) -> str:
    return "".join(message.text for message in store.messages(conversation_id))


def test_an_edited_message_keeps_what_is_no_text(
    database: Database, store: ConversationStore, branches: BranchStore, talk: Talk
) -> None:
    sha = "0" * 64
    with database.write() as connection:
        connection.execute("INSERT INTO attachment VALUES (?, 1, 'text/plain', x'00')", (sha,))
    attached = Part(PartKind.ATTACHMENT, attachment_sha256=sha)
    thought = Part(PartKind.REASONING, "hm")
    store.save_reply(replace(talk.a, parts=(thought, *text_parts("a"), attached)))
    edited = branches.add_edited(talk.a.id, "A")
    assert store.message(edited.id).parts == (thought, *text_parts("A"), attached)
    assert shown(store, talk.id) == "A"


def test_the_tree_is_told_in_short(store: ConversationStore, branches: BranchStore, talk: Talk) -> None:
    store.save_reply(replace(talk.e, parts=text_parts("**many**\n\n words " * 99)))
    branches.add_edited(talk.b.id, "B")
    tree = branches.tree(talk.id)
    assert [(node.beginning[:12], node.parent_id) for node in tree.nodes] == [
        ("a", None), ("b", talk.a.id), ("c", talk.b.id), ("d", talk.c.id), ("many words m", talk.a.id),
        ("B", talk.a.id),
    ]  # fmt: skip
    assert len(tree.nodes[4].beginning) <= 120
    assert [node.is_edited for node in tree.nodes] == [False] * 5 + [True]
    assert tree.nodes[1].model_name == "Tiny"
    assert tree.active_leaf_id == tree.nodes[-1].id


@pytest.mark.parametrize(("gone", "shown_before", "shown_then", "left"), [
    ("e", "ae", "abcd", "abcd"),  # the version before it, down to its end
    ("b", "abcd", "ae", "ae"),  # the version after it
    ("d", "abcd", "abc", "abce"),  # no other version: the message above
    ("c", "abcd", "ab", "abe"),
    ("b", "ae", "ae", "ae"),  # not shown: nothing moves
    ("a", "ae", "", ""),
])  # fmt: skip
def test_a_branch_that_goes_leaves_its_neighbour_and_comes_back(
    store: ConversationStore,
    branches: BranchStore,
    talk: Talk,
    gone: str,
    shown_before: str,
    shown_then: str,
    left: str,
) -> None:
    store.set_active_leaf(talk.id, (talk.d if shown_before == "abcd" else talk.e).id)
    message: Message = getattr(talk, gone)
    deleted = branches.delete(message.id)
    assert deleted is not None
    assert deleted.message.deleted_at is not None
    assert deleted.count == 5 - len(left)
    assert (shown(store, talk.id), living(store, talk.id)) == (shown_then, left)
    branches.restore(message.id, deleted.leaf_id)
    assert (shown(store, talk.id), living(store, talk.id)) == (shown_before, "abcde")


def test_a_deletion_is_undone_after_a_restart(
    database: Database, path: Path, branches: BranchStore, talk: Talk, clock: Clock
) -> None:
    branches.delete(talk.b.id)
    database.close()
    opened = Database.open(path)
    again, store = BranchStore(opened, clock), ConversationStore(opened, clock)
    (gone,) = (node for node in again.tree(talk.id).nodes if node.is_deleted and node.parent_id == talk.a.id)
    again.restore(gone.id)
    assert (shown(store, talk.id), living(store, talk.id)) == ("abcd", "abcde")
    opened.close()


def test_what_was_deleted_before_stays_deleted_when_the_branch_comes_back(
    store: ConversationStore, branches: BranchStore, talk: Talk
) -> None:
    branches.delete(talk.c.id)
    branches.delete(talk.b.id)
    branches.restore(talk.b.id)
    assert (shown(store, talk.id), living(store, talk.id)) == ("ab", "abe")


def test_a_deleted_branch_is_purged_after_a_week(
    store: ConversationStore, branches: BranchStore, talk: Talk, clock: Clock
) -> None:
    branches.delete(talk.b.id)
    clock.now += UNDO_SECONDS + 1
    store.purge()
    assert [node.beginning for node in branches.tree(talk.id).nodes] == ["a", "e"]


def test_a_message_that_is_gone_is_not_deleted_twice(branches: BranchStore, talk: Talk) -> None:
    branches.delete(talk.b.id)
    before = branches.tree(talk.id)
    assert branches.delete(talk.b.id) is None
    assert branches.tree(talk.id) == before


def test_what_comes_back_brings_what_it_hangs_on(store: ConversationStore, branches: BranchStore, talk: Talk) -> None:
    branches.delete(talk.c.id)
    branches.delete(talk.b.id)
    branches.restore(talk.c.id)
    assert (shown(store, talk.id), living(store, talk.id)) == ("abcd", "abcde")


def test_versions_are_those_beside_each_other_that_are_not_deleted(
    store: ConversationStore, branches: BranchStore, talk: Talk, origin: ReplyOrigin
) -> None:
    gone = store.add_reply(talk.a.id, origin)
    branches.delete(gone.id)
    root = branches.add_edited(talk.a.id, "A")
    assert branches.versions(talk.e.id) == (talk.b, talk.e)
    assert [version.id for version in branches.versions(root.id)] == [talk.a.id, root.id]


def test_a_path_is_copied_with_all_that_belongs_to_it(
    database: Database, store: ConversationStore, branches: BranchStore, talk: Talk
) -> None:
    summaries = SummaryStore(database)
    summaries.add(talk.b.id, "a and b", "Tiny")
    summaries.add(talk.d.id, "everything", "Tiny")
    store.set_pinned(talk.a.id, is_pinned=True)
    store.set_policy(talk.id, OverflowPolicy.KEEP_FIRST_AND_LAST)
    before = store.messages(talk.id)
    new_id = branches.copy_path(talk.c.id, "a (branch)")
    copy = store.conversation(new_id)
    assert (copy.title, copy.overflow_policy) == ("a (branch)", OverflowPolicy.KEEP_FIRST_AND_LAST)
    path = store.active_path(new_id)
    originals = store.path_to(talk.c.id)
    parents = [None, *(message.id for message in path)]
    assert path == tuple(
        replace(original, id=copied.id, conversation_id=new_id, parent_id=parent)
        for original, copied, parent in zip(originals, path, parents, strict=False)
    )
    assert {message.id for message in path}.isdisjoint(message.id for message in before)
    summary = summaries.shown(new_id)
    assert summary is not None
    assert (summary.text, summary.covers) == ("a and b", tuple(message.id for message in path[:2]))
    assert store.messages(talk.id) == before
    assert store.conversations()[0].id == new_id


def test_a_long_conversation_is_no_deep_recursion(
    database: Database, store: ConversationStore, branches: BranchStore, origin: ReplyOrigin
) -> None:
    conversation, first, _ = store.add_exchange(None, "0", origin)
    with database.write() as connection:
        rows = [(f"m{n}", conversation.id, f"m{n - 1}" if n else first.id, float(n)) for n in range(10_000)]
        connection.executemany(
            "INSERT INTO message (id, conversation_id, parent_id, role, status, created_at)"
            " VALUES (?, ?, ?, 'user', 'complete', ?)",
            rows,
        )
    store.set_active_leaf(conversation.id, "m9999")
    branches.delete("m1")
    assert store.conversation(conversation.id).active_leaf_id == "m0"
    branches.restore("m1")
    assert len(store.active_path(branches.copy_path("m9999", "copy"))) == 10_001
