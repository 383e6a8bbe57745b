from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.core.messages import Message, ReplyOrigin, ReplyStatus, text_parts
from chatdesk.store.conversations import UNDO_SECONDS, ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.summaries import SummaryStore
from tests.support.gone import delete_for_good
from tests.unit.store.conftest import Clock


@pytest.fixture
def summaries(database: Database, clock: Clock) -> SummaryStore:
    return SummaryStore(database, clock)


@pytest.fixture
def path_of_six(store: ConversationStore, origin: ReplyOrigin) -> tuple[Message, ...]:
    """A conversation of three exchanges."""
    conversation_id = None
    for text in ("one", "two", "three"):
        conversation, _, reply = store.add_exchange(conversation_id, text, origin)
        store.save_reply(replace(reply, status=ReplyStatus.COMPLETE, parts=text_parts(f"reply to {text}")))
        conversation_id = conversation.id
    assert conversation_id is not None
    return store.active_path(conversation_id)


def ids(path: tuple[Message, ...]) -> tuple[str, ...]:
    return tuple(message.id for message in path)


def test_a_summary_stands_for_all_messages_up_to_its_last(
    summaries: SummaryStore, path_of_six: tuple[Message, ...]
) -> None:
    assert summaries.in_force(path_of_six[-1].id) is None
    added = summaries.add(path_of_six[3].id, "They counted.", "Tiny")
    assert (added.covers, added.text, added.model_name) == (ids(path_of_six[:4]), "They counted.", "Tiny")
    assert added.conversation_id == path_of_six[0].conversation_id
    assert summaries.in_force(path_of_six[-1].id) == added
    assert summaries.in_force(path_of_six[3].id) == added
    assert summaries.in_force(path_of_six[2].id) is None
    assert summaries.in_force(None) is None


def test_the_summary_that_stands_for_most_is_in_force_until_it_is_undone(
    summaries: SummaryStore, path_of_six: tuple[Message, ...]
) -> None:
    leaf = path_of_six[-1].id
    longer = summaries.add(path_of_six[3].id, "longer", "Tiny")
    shorter = summaries.add(path_of_six[1].id, "shorter", "Tiny")
    newer = summaries.add(path_of_six[3].id, "newer", "Tiny")
    assert summaries.in_force(leaf) == newer
    assert not summaries.was_undone(leaf)
    for expected in (longer, shorter, None):
        in_force = summaries.in_force(leaf)
        assert in_force is not None
        summaries.undo(in_force.id)
        assert summaries.in_force(leaf) == expected
    assert summaries.was_undone(leaf)


def test_what_was_undone_counts_until_another_summary_is_made(
    summaries: SummaryStore, path_of_six: tuple[Message, ...]
) -> None:
    leaf = path_of_six[-1].id
    summaries.undo(summaries.add(path_of_six[1].id, "one", "Tiny").id)
    assert summaries.was_undone(leaf)
    summaries.add(path_of_six[3].id, "two", "Tiny")
    assert not summaries.was_undone(leaf)


def test_on_another_branch_the_summary_before_it_is_in_force(
    store: ConversationStore, summaries: SummaryStore, path_of_six: tuple[Message, ...], origin: ReplyOrigin
) -> None:
    early = summaries.add(path_of_six[1].id, "early", "Tiny")
    late = summaries.add(path_of_six[3].id, "late", "Tiny")
    branch = store.add_reply(path_of_six[2].id, origin)
    assert summaries.in_force(branch.id) == early
    assert summaries.in_force(path_of_six[-1].id) == late


def test_a_person_s_words_take_the_place_of_the_model_s_and_survive_a_restart(
    path: Path, database: Database, summaries: SummaryStore, path_of_six: tuple[Message, ...]
) -> None:
    added = summaries.add(path_of_six[3].id, "They counted to three.", "Tiny")
    summaries.edit(added.id, "They counted to two.")
    database.close()
    again = Database.open(path)
    assert SummaryStore(again).in_force(path_of_six[-1].id) == replace(added, text="They counted to two.")
    again.close()


def test_a_message_that_does_not_exist_has_no_summary(summaries: SummaryStore) -> None:
    with pytest.raises(KeyError):
        summaries.add("missing", "text", "Tiny")


def test_summaries_go_with_their_conversation_and_leave_nothing_readable(
    path: Path,
    database: Database,
    store: ConversationStore,
    summaries: SummaryStore,
    path_of_six: tuple[Message, ...],
) -> None:
    summaries.add(path_of_six[3].id, "a secret nobody should find " * 50, "Tiny")
    delete_for_good(store, path_of_six[0].conversation_id)
    with database.read() as connection:
        assert connection.execute("SELECT count(*) FROM summary").fetchone() == (0,)
    files = [file for file in path.parent.iterdir() if file.suffix != ".db-shm"]
    assert not any(b"secret nobody" in file.read_bytes() for file in files)


def test_a_deleted_conversation_that_is_restored_has_its_summary_still(
    store: ConversationStore, summaries: SummaryStore, path_of_six: tuple[Message, ...]
) -> None:
    added = summaries.add(path_of_six[3].id, "They counted.", "Tiny")
    store.delete(added.conversation_id)
    store.restore(added.conversation_id)
    assert summaries.in_force(path_of_six[-1].id) == added


def test_a_summary_goes_with_the_last_message_it_stands_for(
    database: Database,
    store: ConversationStore,
    summaries: SummaryStore,
    path_of_six: tuple[Message, ...],
    origin: ReplyOrigin,
) -> None:
    summaries.add(path_of_six[5].id, "all", "Tiny")
    branch = store.add_reply(path_of_six[4].id, origin)
    with database.write() as connection:
        connection.execute("UPDATE message SET deleted_at = 1 WHERE id = ?", (path_of_six[5].id,))
    assert ConversationStore(database, lambda: UNDO_SECONDS + 10).purge() == (branch.conversation_id,)
    assert summaries.in_force(branch.id) is None
    with database.read() as connection:
        assert connection.execute("SELECT count(*) FROM summary").fetchone() == (0,)


def test_looking_for_a_summary_uses_an_index(database: Database) -> None:
    query = "SELECT id FROM summary WHERE conversation_id = 'a' AND last_message_id = 'b'"
    with database.read() as connection:
        plan = " ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}"))
    assert "summary_message" in plan
