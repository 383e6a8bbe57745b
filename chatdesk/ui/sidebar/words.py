"""What the list of conversations says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QDate, QLocale

from chatdesk.core.organisation import FolderRow, Heading, Span

if TYPE_CHECKING:
    from chatdesk.core.conversations import Conversation
    from chatdesk.core.organisation import Row


def heading_words(heading: Heading) -> str:
    """What a heading says."""
    match heading.span:
        case Span.PINNED:
            return _tr("Pinned")
        case Span.TODAY:
            return _tr("Today")
        case Span.YESTERDAY:
            return _tr("Yesterday")
        case Span.RECENT:
            return _tr("Previous 7 days")
        case Span.ARCHIVED:
            return _tr("Archived chats")
        case Span.MONTH:
            month = heading.month
            assert month is not None
            # The translation of the format is the order in which a language says it.
            return QLocale().toString(QDate(month.year, month.month, 1), _tr("MMMM yyyy"))


def spoken_words(row: Row, *, is_running: bool) -> str:
    """A row for somebody who does not see its marks."""
    if isinstance(row, Heading):
        return heading_words(row)
    if isinstance(row, FolderRow):
        count = QCoreApplication.translate("ChatList", "%n chat(s)", None, row.count)
        if row.folder.is_collapsed:
            return _tr("{name}, folder, collapsed, {chats}").format(name=row.folder.name, chats=count)
        return _tr("{name}, folder, {chats}").format(name=row.folder.name, chats=count)
    return ", ".join([row.title, *_marks(row, is_running=is_running)])


def _marks(conversation: Conversation, *, is_running: bool) -> list[str]:
    marks = []
    if is_running:
        marks.append(_tr("a reply is being written"))
    if conversation.is_unread:
        marks.append(_tr("new reply"))
    if conversation.pinned_at is not None:
        marks.append(_tr("pinned"))
    return marks


def _tr(text: str) -> str:
    return QCoreApplication.translate("ChatList", text)
