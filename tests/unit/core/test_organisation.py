from dataclasses import replace
from datetime import date, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.conversations import Conversation
from chatdesk.core.organisation import Folder, FolderRow, Heading, Row, Span, archived, arranged, folder_name

TODAY = date(2026, 3, 12)


def used(day: str, **others: Any) -> Conversation:
    """A conversation last used on a day."""
    return replace(Conversation(day, f"Of {day}", 0.0, datetime.fromisoformat(day).timestamp()), **others)


def words(rows: list[Row]) -> list[str]:
    """Each row in short."""
    return [
        row.id
        if isinstance(row, Conversation)
        else f"[{row.folder.name} {row.count}]"
        if isinstance(row, FolderRow)
        else f"{row.span.name}{f' {row.month:%Y-%m}' if row.month else ''}"
        for row in rows
    ]


def test_conversations_stand_below_when_they_were_used() -> None:
    days = ["2026-03-12T23:59", "2026-03-12T00:00", "2026-03-11T12:00", "2026-03-10T12:00", "2026-03-04T00:00"]
    days += ["2026-03-03T23:00", "2026-02-28T10:00", "2026-02-01T00:00", "2024-12-31T10:00"]
    assert words(arranged([used(day) for day in reversed(days)], (), TODAY)) == [
        "TODAY",
        *days[:2],
        "YESTERDAY",
        days[2],
        "RECENT",
        *days[3:5],
        "MONTH 2026-03",
        days[5],
        "MONTH 2026-02",
        *days[6:8],
        "MONTH 2024-12",
        days[8],
    ]


def test_a_clock_that_was_wrong_hides_nothing() -> None:
    future, past = used("2030-01-01T10:00"), replace(used("1970-01-03"), id="past")
    assert words(arranged([past, future], (), TODAY)) == ["TODAY", future.id, "MONTH 1970-01", "past"]


def test_pinned_ones_come_first_then_folders_by_name_then_the_others() -> None:
    work, home = Folder("f2", "work"), Folder("f1", "Home", is_collapsed=True)
    rows = arranged(
        [
            used("2026-03-12", pinned_at=1.0, folder_id="f2"),
            used("2026-03-11", folder_id="f2"),
            used("2026-03-10", folder_id="f1"),
            used("2026-03-09", folder_id="gone"),
            used("2026-03-08", archived_at=1.0),
        ],
        (work, home),
        TODAY,
    )
    assert words(rows) == ["PINNED", "2026-03-12", "[Home 1]", "[work 1]", "2026-03-11", "RECENT", "2026-03-09"]


def test_the_archive_lists_what_is_nowhere_else() -> None:
    kept, put_away = used("2026-03-12"), used("2026-03-08", archived_at=1.0, pinned_at=1.0)
    assert archived([kept, put_away]) == [Heading(Span.ARCHIVED), put_away]
    assert put_away not in arranged([kept, put_away], (), TODAY)


@given(st.lists(st.tuples(st.floats(0, 4e9), st.booleans(), st.booleans(), st.sampled_from([None, "f", "g", "gone"]))))
def test_every_conversation_stands_in_exactly_one_place(made: list[tuple[float, bool, bool, str | None]]) -> None:
    conversations = [
        Conversation(
            str(number),
            "",
            0,
            when,
            pinned_at=1.0 if is_pinned else None,
            archived_at=1.0 if is_archived else None,
            folder_id=folder_id,
        )
        for number, (when, is_pinned, is_archived, folder_id) in enumerate(made)
    ]
    rows = [*arranged(conversations, (Folder("f", "F"), Folder("g", "G")), TODAY), *archived(conversations)]
    listed = [row for row in rows if isinstance(row, Conversation)]
    assert sorted(row.id for row in listed) == sorted(each.id for each in conversations)
    headings = [row for row in rows if not isinstance(row, Conversation)]
    assert len(set(headings)) == len(headings)


def test_a_folder_name_is_one_line() -> None:
    assert folder_name("  My \n folder ") == "My folder"
    assert folder_name(" \n ") == ""
    assert len(folder_name("long " * 50)) <= 60
