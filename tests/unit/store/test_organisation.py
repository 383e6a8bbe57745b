from dataclasses import replace

import pytest

from chatdesk.core.messages import Part, PartKind, ReplyOrigin, ReplyStatus, text_parts
from chatdesk.core.organisation import Folder
from chatdesk.core.search import Matcher, parse_query
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.organisation import OrganisationStore
from chatdesk.store.search import SearchStore
from chatdesk.store.whole_conversations import WholeConversationStore
from tests.unit.store.conftest import Clock


@pytest.fixture
def organisation(database: Database, clock: Clock) -> OrganisationStore:
    return OrganisationStore(database, clock)


def test_conversations_go_into_folders_and_out_again(store: ConversationStore, organisation: OrganisationStore) -> None:
    first, second = store.create_conversation("a"), store.create_conversation("b")
    folder = organisation.create_folder("Work")
    moved = organisation.move([first.id, second.id], folder.id)
    assert [conversation.folder_id for conversation in moved] == [folder.id, folder.id]
    assert store.conversation(first.id) == moved[0] == replace(first, folder_id=folder.id)
    organisation.move([first.id], None)
    assert [conversation.folder_id for conversation in store.conversations()] == [folder.id, None]
    assert organisation.move([first.id], "gone")[0].folder_id is None
    assert organisation.move(["gone"], folder.id) == ()


def test_a_folder_that_goes_leaves_its_conversations_and_can_come_back(
    store: ConversationStore, organisation: OrganisationStore
) -> None:
    kept, moved = store.create_conversation("a"), store.create_conversation("b")
    folder, other = organisation.create_folder("Work"), organisation.create_folder("Home")
    organisation.move([kept.id, moved.id], folder.id)
    inside = organisation.delete_folder(folder.id)
    assert {conversation.id for conversation in inside} == {kept.id, moved.id}
    assert {conversation.folder_id for conversation in store.conversations()} == {None}
    organisation.move([moved.id], other.id)
    organisation.restore_folder(folder, [kept.id, moved.id])
    assert set(organisation.folders()) == {folder, other}
    assert [store.conversation(each.id).folder_id for each in (kept, moved)] == [folder.id, other.id]


def test_a_folder_is_renamed_and_collapsed(organisation: OrganisationStore) -> None:
    folder = organisation.create_folder("Work")
    changed = Folder(folder.id, "Play", is_collapsed=True)
    organisation.update_folder(changed)
    assert organisation.folders() == (changed,)


def test_conversations_are_pinned_archived_and_marked(
    store: ConversationStore, organisation: OrganisationStore
) -> None:
    conversation = store.create_conversation("a")
    (pinned,) = organisation.set_pinned([conversation.id], is_pinned=True)
    (put_away,) = organisation.set_archived([conversation.id], is_archived=True)
    (marked,) = organisation.set_unread([conversation.id], is_unread=True)
    assert (pinned.pinned_at, put_away.archived_at, marked.is_unread) != (None, None, False)
    assert store.conversations() == (marked,)
    organisation.set_pinned([conversation.id], is_pinned=False)
    organisation.set_archived([conversation.id], is_archived=False)
    organisation.set_unread([conversation.id], is_unread=False)
    assert store.conversation(conversation.id) == conversation


def test_several_are_deleted_and_restored_together(store: ConversationStore) -> None:
    conversations = [store.create_conversation(name) for name in "abc"]
    deleted = store.delete(*(each.id for each in conversations[:2]))
    assert store.conversations() == (conversations[2],)
    assert len({conversation.deleted_at for conversation in deleted}) == 1
    with pytest.raises(KeyError):
        store.delete(conversations[2].id, "gone")
    assert store.conversations() == (conversations[2],)
    assert store.restore(*(each.id for each in conversations[:2])) == tuple(conversations[:2])


def test_a_duplicate_is_the_whole_tree_under_new_ids(
    database: Database, store: ConversationStore, organisation: OrganisationStore, origin: ReplyOrigin
) -> None:
    conversation, question, first = store.add_exchange(None, "question", origin)
    parts = (Part(PartKind.REASONING, "hm"), Part(PartKind.TEXT, "one"))
    store.save_reply(replace(first, parts=parts, status=ReplyStatus.COMPLETE))
    second = store.add_reply(question.id, origin)
    store.save_reply(replace(second, parts=text_parts("two"), status=ReplyStatus.STREAMING))
    folder = organisation.create_folder("Work")
    organisation.move([conversation.id], folder.id)
    copy = WholeConversationStore(database).duplicate(conversation.id, "The copy", 1_900_000_000.0)
    assert (copy.title, copy.folder_id, copy.updated_at) == ("The copy", folder.id, 1_900_000_000.0)
    mine, theirs = store.messages(copy.id), store.messages(conversation.id)
    assert {message.id for message in mine}.isdisjoint({message.id for message in theirs})
    assert [message.text for message in mine] == ["question", "one", "two"]
    assert [message.parts for message in mine] == [message.parts for message in theirs]
    assert [message.origin for message in mine] == [message.origin for message in theirs]
    assert mine[1].parent_id == mine[2].parent_id == mine[0].id
    assert mine[2].status is ReplyStatus.INTERRUPTED
    assert [message.text for message in store.active_path(copy.id)] == ["question", "two"]
    store.rename(copy.id, "Other")
    assert store.conversation(conversation.id).title == "question"


def test_search_can_be_limited_to_a_folder(
    database: Database, store: ConversationStore, organisation: OrganisationStore, origin: ReplyOrigin
) -> None:
    inside, *_ = store.add_exchange(None, "needle in it", origin)
    store.add_exchange(None, "needle beside it", origin)
    organisation.move([inside.id], organisation.create_folder("我的 Café").id)
    search = SearchStore(database)
    search.index_some()
    for text in ("needle in:cafe", "in:我的", 'needle in:"我的 cafe"'):
        query = parse_query(text)
        assert [found.conversation_id for found in search.find(query, Matcher(query))] == [inside.id]
    query = parse_query("needle in:nowhere")
    assert search.find(query, Matcher(query)) == ()


def test_a_folder_is_found_by_any_part_of_its_name_marks_included(
    database: Database, store: ConversationStore, organisation: OrganisationStore, origin: ReplyOrigin
) -> None:
    inside, *_ = store.add_exchange(None, "needle", origin)
    organisation.move([inside.id], organisation.create_folder("C++ 笔记").id)
    search = SearchStore(database)
    for text, is_found in (("in:c++", True), ("in:++", True), ('in:"+ 笔"', True), ("in:c-", False)):
        query = parse_query(text)
        assert bool(search.find(query, Matcher(query))) is is_found
