from __future__ import annotations

import pytest

from chatdesk.core.messages import ReplyOrigin
from chatdesk.core.unsent import draft_id
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.unsent import UnsentStore
from tests.support.gone import delete_for_good


@pytest.fixture
def unsent(database: Database) -> UnsentStore:
    return UnsentStore(database)


def test_each_conversation_has_a_draft_of_its_own(unsent: UnsentStore, store: ConversationStore) -> None:
    one, two = store.create_conversation("one"), store.create_conversation("two")
    for conversation_id, text in ((one.id, "to one"), (two.id, "to two"), (None, "to nobody yet"), (one.id, "to 1")):
        unsent.save_draft(conversation_id, text)
    assert [unsent.draft(key).text for key in (one.id, two.id, None)] == ["to 1", "to two", "to nobody yet"]


def test_an_empty_draft_takes_no_room(unsent: UnsentStore, database: Database) -> None:
    unsent.save_draft(None, "something")
    unsent.save_draft(None, "")
    with database.read() as connection:
        assert connection.execute("SELECT count(*) FROM unsent_message").fetchone() == (0,)
    assert unsent.draft(None).text == ""


@pytest.mark.parametrize("is_begun", [True, False])
def test_a_draft_goes_in_the_step_that_makes_it_a_message(
    is_begun: bool, unsent: UnsentStore, store: ConversationStore, origin: ReplyOrigin
) -> None:
    conversation_id = store.create_conversation("begun").id if is_begun else None
    unsent.save_draft(conversation_id, "Hello")
    conversation, _, _ = store.add_exchange(conversation_id, "Hello", origin, draft_id(conversation_id))
    assert unsent.draft(conversation_id).text == unsent.draft(conversation.id).text == ""


def test_a_message_sent_by_other_means_leaves_the_draft_alone(
    unsent: UnsentStore, store: ConversationStore, origin: ReplyOrigin
) -> None:
    unsent.save_draft(None, "still being written")
    store.add_exchange(None, "asked from a terminal", origin)
    assert unsent.draft(None).text == "still being written"


def test_a_draft_goes_for_good_with_its_conversation_and_does_not_bring_it_back(
    unsent: UnsentStore, store: ConversationStore
) -> None:
    conversation_id = store.create_conversation("short-lived").id
    unsent.save_draft(conversation_id, "a secret")
    store.delete(conversation_id)
    assert unsent.draft(conversation_id).text == "a secret"
    delete_for_good(store, conversation_id)
    assert unsent.draft(conversation_id).text == ""
    unsent.save_draft(conversation_id, "too late")
    assert unsent.draft(conversation_id).text == ""
