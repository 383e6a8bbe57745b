from __future__ import annotations

import pytest

from chatdesk.core.attachments import MOST_ATTACHMENTS, TEXT, Attachment, attachments_of
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.messages import ReplyOrigin
from chatdesk.core.unsent import draft_id
from chatdesk.store.attachments import AttachmentStore
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.unsent import UnsentStore
from tests.support.gone import delete_for_good

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def unsent(database: Database) -> UnsentStore:
    return UnsentStore(database)


@pytest.fixture
def contents(database: Database) -> AttachmentStore:
    return AttachmentStore(database)


def attach(
    unsent: UnsentStore, conversation_id: str | None, name: str, content: bytes, media_type: str = TEXT
) -> tuple[Attachment, ...]:
    unsent.attach(conversation_id, name, media_type, content)
    return unsent.draft(conversation_id).attachments


def kept(database: Database) -> int:
    with database.read() as connection:
        (count,) = connection.execute("SELECT count(*) FROM attachment").fetchone()
    return int(count)


def test_a_file_belongs_to_the_draft_and_then_to_the_message(
    unsent: UnsentStore, store: ConversationStore, contents: AttachmentStore, origin: ReplyOrigin
) -> None:
    [attached] = attach(unsent, None, "notes.txt", b"words")
    assert (attached.name, attached.media_type, attached.size_bytes) == ("notes.txt", TEXT, 5)
    conversation, message, _ = store.add_exchange(None, "", origin, draft_id(None))
    assert unsent.draft(None).attachments == ()
    assert attachments_of(store.message(message.id)) == (attached,)
    assert contents.content(attached.sha256) == b"words"
    assert conversation.title == "notes.txt"


def test_the_same_content_is_kept_once_and_attached_once(unsent: UnsentStore, database: Database) -> None:
    unsent.attach(None, "a.txt", TEXT, b"same")
    assert len(attach(unsent, None, "b.txt", b"same")) == 1
    assert kept(database) == 1


def test_a_draft_with_a_file_stays_while_it_has_no_text(unsent: UnsentStore) -> None:
    [attached] = attach(unsent, None, "a.txt", b"a")
    unsent.save_draft(None, "words")
    unsent.save_draft(None, "")
    assert unsent.draft(None).attachments == (attached,)


def test_a_file_that_is_taken_off_is_gone(unsent: UnsentStore, database: Database) -> None:
    [attached] = attach(unsent, None, "a.txt", b"a")
    unsent.detach(None, attached.sha256)
    assert unsent.draft(None).attachments == ()
    assert kept(database) == 0


def test_a_message_that_waits_takes_its_files_along_and_away(
    unsent: UnsentStore, store: ConversationStore, database: Database
) -> None:
    conversation_id = store.create_conversation("c").id
    attached = attach(unsent, conversation_id, "a.txt", b"a")
    unsent.enqueue(conversation_id, "look")
    assert unsent.draft(conversation_id).attachments == ()
    [waiting] = unsent.waiting(conversation_id)
    assert waiting.attachments == attached
    unsent.remove_waiting(waiting.id)
    assert kept(database) == 0


def test_a_file_goes_for_good_with_the_last_conversation_that_holds_it(
    unsent: UnsentStore, store: ConversationStore, database: Database, origin: ReplyOrigin
) -> None:
    ids = []
    for text in ("one", "two"):
        unsent.attach(None, f"{text}.txt", TEXT, b"shared")
        ids.append(store.add_exchange(None, text, origin, draft_id(None))[0].id)
    unsent.attach(ids[0], "draft.txt", TEXT, b"of a draft")
    delete_for_good(store, ids[0])
    assert kept(database) == 1
    delete_for_good(store, ids[1])
    assert kept(database) == 0


def test_a_file_of_a_draft_survives_the_purge_of_others(
    unsent: UnsentStore, store: ConversationStore, contents: AttachmentStore, origin: ReplyOrigin
) -> None:
    [attached] = attach(unsent, None, "a.txt", b"wanted")
    delete_for_good(store, store.add_exchange(None, "gone", origin)[0].id)
    assert contents.content(attached.sha256) == b"wanted"


def test_there_is_a_most_of_files_that_one_message_can_have(unsent: UnsentStore) -> None:
    for number in range(MOST_ATTACHMENTS):
        unsent.attach(None, f"{number}.txt", TEXT, str(number).encode())
    with pytest.raises(UserFacingError) as caught:
        unsent.attach(None, "one more.txt", TEXT, b"one more")
    assert caught.value.code is ErrorCode.ATTACHMENT_TOO_MANY
    assert len(unsent.draft(None).attachments) == MOST_ATTACHMENTS


def test_a_picture_is_found_by_its_name_in_its_conversation_only(
    unsent: UnsentStore, store: ConversationStore, contents: AttachmentStore, origin: ReplyOrigin
) -> None:
    unsent.attach(None, "map.png", "image/png", PNG)
    unsent.attach(None, "map.txt", TEXT, b"a map")
    mine = store.add_exchange(None, "where?", origin, draft_id(None))[0].id
    other = store.add_exchange(None, "elsewhere", origin)[0].id
    assert contents.image(mine, "map.png") == PNG
    assert contents.image(mine, "map.txt") is None
    assert contents.image(other, "map.png") is None


def test_a_conversation_that_is_not_kept_leaves_no_file_behind(unsent: UnsentStore, database: Database) -> None:
    assert attach(unsent, "of no conversation", "a.txt", b"a") == ()
    assert kept(database) == 0
