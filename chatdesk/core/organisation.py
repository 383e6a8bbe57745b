"""How conversations are kept in order: pinned, in folders, by when they were last used, archived."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum, auto
from operator import attrgetter
from typing import TYPE_CHECKING

from chatdesk.core.conversations import Conversation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FOLDER_NAME_LENGTH = 60
RECENT_DAYS = 7


@dataclass(frozen=True, slots=True)
class Folder:
    """A named place for conversations. A collapsed one does not list them."""

    id: str
    name: str
    is_collapsed: bool = False


class Span(Enum):
    """What the conversations below a heading have in common."""

    PINNED = auto()
    TODAY = auto()
    YESTERDAY = auto()
    RECENT = auto()  # the seven days before
    MONTH = auto()
    ARCHIVED = auto()


@dataclass(frozen=True, slots=True)
class Heading:
    """Stands above conversations; `month` is the first day of the month of a `MONTH`."""

    span: Span
    month: date | None = None


@dataclass(frozen=True, slots=True)
class FolderRow:
    """Stands above the conversations of a folder, and for them while it is collapsed."""

    folder: Folder
    count: int


Row = Heading | FolderRow | Conversation


def folder_name(untrusted_name: str) -> str:
    """A name on one line; empty if there is nothing in it."""
    return " ".join(untrusted_name.split())[:FOLDER_NAME_LENGTH].rstrip()


def arranged(conversations: Iterable[Conversation], folders: Sequence[Folder], today: date) -> list[Row]:
    """The rows of the list: pinned ones, folders by name, and the others by their last use. Archived ones are left out.

    A pinned conversation stands at the top and not in its folder as well.
    """
    ordered = _last_used_first(conversation for conversation in conversations if conversation.archived_at is None)
    by_folder: dict[str | None, list[Conversation]] = {folder.id: [] for folder in folders}
    pinned: list[Conversation] = []
    loose: list[Conversation] = []
    for conversation in ordered:
        if conversation.pinned_at is not None:
            pinned.append(conversation)
        else:
            by_folder.get(conversation.folder_id, loose).append(conversation)
    rows: list[Row] = [Heading(Span.PINNED), *pinned] if pinned else []
    for folder in sorted(folders, key=lambda folder: (folder.name.casefold(), folder.id)):
        inside = by_folder[folder.id]
        rows.append(FolderRow(folder, len(inside)))
        if not folder.is_collapsed:
            rows += inside
    rows += _by_date(loose, today)
    return rows


def archived(conversations: Iterable[Conversation]) -> list[Row]:
    """The rows of the archive."""
    found = _last_used_first(conversation for conversation in conversations if conversation.archived_at is not None)
    return [Heading(Span.ARCHIVED), *found]


def _last_used_first(conversations: Iterable[Conversation]) -> list[Conversation]:
    return sorted(conversations, key=attrgetter("updated_at", "id"), reverse=True)


def _by_date(ordered: Sequence[Conversation], today: date) -> Iterator[Row]:
    """The conversations below headings that say when they were used."""
    if not ordered:
        return
    headings = list(_headings(today, datetime.fromtimestamp(ordered[-1].updated_at).date()))  # noqa: DTZ006 - local days
    # The first heading has whatever lies before the second (a clock was wrong); Windows knows no time before 1970.
    begins = [datetime.combine(day, time.min).timestamp() for day, _ in headings[1:]]
    shown: Heading | None = None
    for conversation in ordered:
        heading = headings[bisect_right(begins, conversation.updated_at)][1]
        if heading != shown:
            shown = heading
            yield heading
        yield conversation


def _headings(today: date, oldest: date) -> Iterator[tuple[date, Heading]]:
    """Each heading with the day that it begins on, the earliest first."""
    recent = today - timedelta(days=RECENT_DAYS + 1)
    month = min(oldest, recent).replace(day=1)
    while month < recent:
        yield month, Heading(Span.MONTH, month)
        month = (month + timedelta(days=31)).replace(day=1)
    yield recent, Heading(Span.RECENT)
    yield today - timedelta(days=1), Heading(Span.YESTERDAY)
    yield today, Heading(Span.TODAY)
