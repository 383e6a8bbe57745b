"""Exports and imports in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from chatdesk.core.exchange import ExportFormat, LeftOut, Outcome, PageWords
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.wording import joined_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.exchange import ImportReport


def _tr(text: str) -> str:
    return QCoreApplication.translate("Exchange", text)


def _tr_n(text: str, n: int) -> str:
    return QCoreApplication.translate("Exchange", text, None, n)


def page_words() -> PageWords:
    """What an exported page says besides the conversation."""
    return PageWords(
        you=_tr("You"),
        model=_tr("Assistant"),
        system=_tr("System prompt"),
        tool=_tr("Tool"),
        reasoning=_tr("Reasoning"),
        attachment=_tr("Attachment: {name}"),
    )


def one_chat_filters() -> dict[str, ExportFormat]:
    """What one chat can be written as, as a file dialog lists it."""
    return {
        _tr("Markdown (*.md)"): ExportFormat.MARKDOWN,
        _tr("Web page (*.html)"): ExportFormat.HTML,
        _tr("PDF (*.pdf)"): ExportFormat.PDF,
        _tr("ChatDesk, complete (*.json)"): ExportFormat.JSON,
    }


def all_chats_filters() -> dict[str, ExportFormat]:
    """What all chats can be written as."""
    return {
        _tr("ChatDesk, complete (*.json)"): ExportFormat.JSON,
        _tr("Markdown pages (*.zip)"): ExportFormat.MARKDOWN,
        _tr("Web pages (*.zip)"): ExportFormat.HTML,
        _tr("PDF pages (*.zip)"): ExportFormat.PDF,
    }


def import_filter() -> str:
    """What can be imported."""
    return _tr("Exported chats (*.json *.jsonl *.zip *.chat);;All files (*)")


def export_words(n_conversations: int, file_name: str) -> str:
    """What an export came to."""
    return _tr_n("%n chat(s) written to “{file}”.", n_conversations).format(file=one_line(file_name))


def offer_words(file_names: Sequence[str]) -> str:
    """Asks about files that were dropped together."""
    if len(file_names) > 1:
        return _tr_n("Import the chats in %n files?", len(file_names))
    return _tr("Import the chats in “{file}”?").format(file=one_line(file_names[0]))


def import_words(report: ImportReport) -> str:
    """What an import came to, in one paragraph."""
    said = [_added_words(report)]
    if copies := report.outcomes.get(Outcome.COPIED, 0):
        said.append(_tr_n("%n of them lie beside another state of the same chat.", copies))
    if known := report.outcomes.get(Outcome.ALREADY_HERE, 0):
        said.append(_tr_n("%n chat(s) were here already and stay as they are.", known))
    if report.is_cancelled:
        said.append(_tr("The import was cancelled; what was imported before stays."))
    return joined_sentences(said)


def _added_words(report: ImportReport) -> str:
    file = one_line(report.file_name)
    if not report.n_added:
        return _tr("Nothing new was imported from “{file}”.").format(file=file)
    return _tr_n("%n chat(s) imported from “{file}”.", report.n_added).format(file=file)


def left_out_words(reason: LeftOut, count: int) -> str:  # noqa: C901, PLR0911, PLR0912 - one sentence for each
    """What was met and not taken over, and how often."""
    match reason:
        case LeftOut.NOT_A_CONVERSATION:
            return _tr_n("%n entries are no chat that ChatDesk knows.", count)
        case LeftOut.EMPTY_CONVERSATION:
            return _tr_n("%n chats hold no message.", count)
        case LeftOut.DAMAGED_CONVERSATION:
            return _tr_n("%n chats are damaged and were left out.", count)
        case LeftOut.NEWER_CONVERSATION:
            return _tr_n("%n chats were written by a newer ChatDesk; update to import them.", count)
        case LeftOut.UNKNOWN_VERSION:
            return _tr_n("%n chats are in a version of their format that ChatDesk does not read.", count)
        case LeftOut.DAMAGED_REST:
            return _tr_n("%n files are damaged or cut short; what comes before the damage was read.", count)
        case LeftOut.TOO_LARGE:
            return _tr_n("%n files hold more in one piece than can be read; what comes before was read.", count)
        case LeftOut.TOO_DEEP:
            return _tr_n("%n files are nested too deeply to be read; what comes before was read.", count)
        case LeftOut.DAMAGED_MESSAGE:
            return _tr_n("%n messages are damaged and were left out.", count)
        case LeftOut.LOST_PARENT:
            return _tr_n("%n messages follow one that is missing; each begins a branch of its own.", count)
        case LeftOut.DAMAGED_SUMMARY:
            return _tr_n("%n summaries stand for messages that are missing and were left out.", count)
        case LeftOut.UNKNOWN_ROLE:
            return _tr_n("%n messages come from a speaker that ChatDesk does not know.", count)
        case LeftOut.UNKNOWN_CONTENT:
            return _tr_n("%n pieces of messages are of a kind that ChatDesk does not know.", count)
        case LeftOut.IMAGE:
            return _tr_n("%n images were left out.", count)
        case LeftOut.AUDIO:
            return _tr_n("%n recordings were left out.", count)
        case LeftOut.FILE:
            return _tr_n("%n attached files were left out.", count)
        case LeftOut.TOOL_USE:
            return _tr_n("%n uses of tools, such as searches, were left out.", count)
        case LeftOut.HIDDEN_NOTE:
            return _tr_n("%n notes that the other app keeps hidden were left out.", count)
