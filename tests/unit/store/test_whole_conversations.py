"""Whole conversations in and out of the database."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import replace

import pytest

from chatdesk.core.exchange import Outcome
from chatdesk.core.messages import ReplyOrigin, text_parts
from chatdesk.store.branches import BranchStore
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.organisation import OrganisationStore
from chatdesk.store.summaries import SummaryStore
from chatdesk.store.whole_conversations import WholeConversationStore
from tests.support.random_conversations import random_conversation


@pytest.fixture
def wholes(database: Database) -> WholeConversationStore:
    return WholeConversationStore(database)


def test_what_was_said_here_is_read_whole(
    store: ConversationStore, wholes: WholeConversationStore, database: Database, origin: ReplyOrigin
) -> None:
    conversation, message, reply = store.add_exchange(None, "hello", origin)
    other = store.add_reply(message.id, origin)
    summary = SummaryStore(database).add(reply.id, "a greeting", "Tiny")
    whole = wholes.read(conversation.id)
    assert whole.conversation == store.conversation(conversation.id)
    assert set(whole.messages) == {message, reply, other}
    assert not whole.is_titled
    assert [kept.id for kept in whole.summaries] == [summary.id]
    store.rename(conversation.id, "A greeting")
    assert wholes.read(conversation.id).is_titled


def test_deleted_messages_stay_behind_unless_living_ones_hang_on_them(
    store: ConversationStore, wholes: WholeConversationStore, database: Database, origin: ReplyOrigin
) -> None:
    conversation, message, reply = store.add_exchange(None, "hello", origin)
    other = store.add_reply(message.id, origin)
    with database.write() as connection:
        connection.execute("UPDATE message SET deleted_at = 5 WHERE id IN (?, ?)", (message.id, reply.id))
    whole = wholes.read(conversation.id)
    assert [(kept.id, kept.deleted_at) for kept in whole.messages] == [(message.id, 5), (other.id, None)]


def test_one_that_is_here_already_is_left_alone(wholes: WholeConversationStore, store: ConversationStore) -> None:
    whole = random_conversation(random.Random(1))
    assert wholes.add(whole) == (Outcome.ADDED, whole.conversation.id)
    assert wholes.add(whole) == (Outcome.ALREADY_HERE, whole.conversation.id)
    older = replace(whole, messages=whole.messages[:1], summaries=(), attachments={})
    older = replace(older, conversation=replace(whole.conversation, active_leaf_id=whole.messages[0].id))
    assert wholes.add(older) == (Outcome.ALREADY_HERE, whole.conversation.id)
    assert wholes.read(whole.conversation.id) == whole
    assert len(store.conversations()) == 1


def test_another_state_of_one_that_is_here_is_added_beside_it(wholes: WholeConversationStore) -> None:
    whole = random_conversation(random.Random(1))
    wholes.add(whole)
    changed = replace(whole.messages[-1], parts=text_parts("other words"))
    outcome, copy_id = wholes.add(replace(whole, messages=(*whole.messages[:-1], changed)))
    assert outcome is Outcome.COPIED
    copy = wholes.read(copy_id)
    assert [message.parts for message in copy.messages] == [*(m.parts for m in whole.messages[:-1]), changed.parts]
    assert not {message.id for message in copy.messages} & {message.id for message in whole.messages}
    assert wholes.read(whole.conversation.id) == whole


def test_one_that_was_deleted_here_comes_back_as_a_copy(
    wholes: WholeConversationStore, store: ConversationStore
) -> None:
    whole = random_conversation(random.Random(1))
    wholes.add(whole)
    store.delete(whole.conversation.id)
    outcome, copy_id = wholes.add(whole)
    assert outcome is Outcome.COPIED
    assert [conversation.id for conversation in store.conversations()] == [copy_id]


def test_what_was_deleted_here_and_is_in_the_file_comes_back_in_a_copy(
    wholes: WholeConversationStore, database: Database
) -> None:
    whole = random_conversation(random.Random(1))
    wholes.add(whole)
    BranchStore(database).delete(whole.messages[-1].id)
    outcome, copy_id = wholes.add(whole)
    assert outcome is Outcome.COPIED
    assert len(wholes.read(copy_id).messages) == len(whole.messages)


def test_one_whose_messages_belong_to_another_conversation_becomes_a_copy(wholes: WholeConversationStore) -> None:
    whole = random_conversation(random.Random(1))
    wholes.add(whole)
    stranger = random_conversation(random.Random(2)).conversation.id
    stolen = replace(
        whole,
        conversation=replace(whole.conversation, id=stranger),
        messages=tuple(replace(message, conversation_id=stranger) for message in whole.messages),
    )
    assert wholes.add(stolen)[0] is Outcome.COPIED
    assert wholes.read(whole.conversation.id) == whole


def test_a_conversation_is_added_whole_or_not_at_all(wholes: WholeConversationStore, store: ConversationStore) -> None:
    whole = random_conversation(random.Random(1))
    broken = replace(whole.messages[-1], parent_id="nobody")
    with pytest.raises(sqlite3.IntegrityError):
        wholes.add(replace(whole, messages=(*whole.messages[:-1], broken)))
    assert store.conversations() == ()


def test_listed_ones_are_those_that_are_not_deleted(wholes: WholeConversationStore, store: ConversationStore) -> None:
    first, second = store.create_conversation("one"), store.create_conversation("two")
    store.delete(first.id)
    assert wholes.ids() == (second.id,)
    with pytest.raises(KeyError):
        wholes.read("nobody")


def test_a_folder_goes_by_its_name_and_is_made_where_it_is_missing(
    wholes: WholeConversationStore, database: Database
) -> None:
    here = OrganisationStore(database).create_folder("Travels")
    for seed, name in enumerate(["Travels", "Huts", "Huts", None]):
        wholes.add(replace(random_conversation(random.Random(seed)), folder=name))
    folders = OrganisationStore(database).folders()
    assert [folder.name for folder in folders] == ["Travels", "Huts"]
    assert folders[0] == here
    inside = [conversation.folder_id for conversation in ConversationStore(database).conversations()]
    assert sorted(inside, key=str) == sorted([here.id, folders[1].id, folders[1].id, None], key=str)


def test_every_column_of_a_conversation_is_written_or_left_behind_on_purpose(database: Database) -> None:
    written = {
        *("id", "title", "title_source", "created_at", "updated_at", "active_leaf_id", "system_prompt"),
        *("overflow_policy", "overrides", "folder_id", "pinned_at", "archived_at", "is_unread"),
    }
    with database.read() as connection:
        columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(conversation)")}
    assert columns - written == {"deleted_at"}
