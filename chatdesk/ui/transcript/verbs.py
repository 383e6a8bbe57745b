"""What can be done with a message: by its buttons, the menu, the keyboard and assistive technology alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, groupby
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu

from chatdesk.ui.transcript import wording
from chatdesk.ui.transcript.attachment_box import AttachmentBox
from chatdesk.ui.transcript.boxes import Button, ButtonKind
from chatdesk.ui.transcript.code_box import CodeBox
from chatdesk.ui.transcript.plain import plain_text
from chatdesk.ui.transcript.table_box import TableBox
from chatdesk.ui.transcript.text_box import TextBox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from chatdesk.core.messages import Message
    from chatdesk.ui.transcript.view import TranscriptView

MAX_LABEL = 60
# What stands together in the menu of a message, in this order; what is not named here comes last.
_GROUPS = (
    ("copy", "copy_plain", "copy_reasoning", "copy_details"),
    ("answer_now", "answer", "regenerate", "regenerate_with", "edit", "continue"),
    ("previous_version", "next_version", "compare"),
    ("pin", "unpin", "copy_branch"),
    ("origin", "replay"),
    ("delete",),
)
_FOLDS = {ButtonKind.SHOW_ALL, ButtonKind.SHOW_LESS, ButtonKind.SHOW_REASONING, ButtonKind.HIDE_REASONING}


@dataclass(frozen=True, slots=True)
class Verb:
    """Something to do. `name` is for machines (object and action names), `label` for people."""

    name: str
    label: str
    run: Callable[[], None]


def _tr(text: str) -> str:
    return QCoreApplication.translate("Transcript", text)


class Verbs:
    """Carries out what the buttons and menus of a view offer."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self.more: Callable[[Message, bool], Sequence[Verb]] = lambda _message, _is_last: ()

    def of(self, index: int) -> list[Verb]:
        """What can be done with a message as a whole; `more` are the verbs that are carried out elsewhere."""
        view, message = self._view, self._view.column.messages[index]
        verbs = []
        if view.column.text_of(index):
            verbs.append(Verb("copy", wording.copy_words(), lambda: self.copy_message(index)))
        if view.column.reasoning_of(index):
            words = wording.copy_reasoning_words()
            verbs.append(Verb("copy_reasoning", words, lambda: copy_text(view.column.reasoning_of(index))))
        if (item := view.column.known_item(index)) is not None and item.is_reasoning:
            answer = view.answer_now_requested
            verbs.append(Verb("answer_now", wording.answer_now_words(), lambda: answer.emit(message.id)))
        if message.is_reply and message.status.is_final:
            regenerate = view.regenerate_requested
            verbs.append(Verb("regenerate", wording.regenerate_words(), lambda: regenerate.emit(message.id)))
        if view.column.text_of(index) and message.status.is_final:
            words = wording.unpin_words() if message.is_pinned else wording.pin_words()
            verbs.append(Verb("unpin" if message.is_pinned else "pin", words, lambda: self._turn_pin(index)))
        if message.origin is not None and message.status.is_final:
            explain = view.origin_requested
            verbs.append(Verb("origin", wording.origin_words(), lambda: explain.emit(message.id, False)))
            verbs.append(Verb("replay", wording.replay_words(), lambda: explain.emit(message.id, True)))
        number, count = view.column.versions_of(index)
        request = view.version_requested
        if number > 1:
            words = wording.previous_version_words()
            verbs.append(Verb("previous_version", words, lambda: request.emit(message.id, -1)))
        if number < count:
            words = wording.next_version_words()
            verbs.append(Verb("next_version", words, lambda: request.emit(message.id, 1)))
        return [*verbs, *self.more(message, index == len(view.column.messages) - 1)]

    def run(self, index: int, name: str) -> bool:
        """Do what has this name, if it can be done with a message. Returns whether it can."""
        verbs = chain(self.of(index), self.within(index))
        verb = next((verb for verb in verbs if verb.name == name), None)
        if verb is not None:
            verb.run()
        return verb is not None

    def within(self, index: int) -> Iterator[Verb]:
        """What can be done with the parts of a message: its code blocks, links and its fold."""
        for box_index, box in enumerate(self._view.column.whole_item(index).boxes):
            for button in box.buttons():
                if button.kind in _FOLDS:
                    yield Verb("fold", button.label, lambda b=button, i=box_index: self.press(index, i, b))  # type: ignore[misc]  # mypy cannot type a lambda's defaults
            if isinstance(box, AttachmentBox):
                label = wording.look_at_words().format(name=box.attachment.name[:MAX_LABEL])
                yield Verb("look_at", label, lambda a=box.attachment: self._view.attachment_requested.emit(a))  # type: ignore[misc]  # the same
            if isinstance(box, CodeBox) and box.is_first:
                first_line = box.block.text.lstrip().split("\n", 1)[0][:MAX_LABEL]
                label = _tr("Copy code: {beginning}").format(beginning=first_line)
                yield Verb("copy_code", label, lambda text=box.block.text: copy_text(text))  # type: ignore[misc]  # the same
                for button in box.buttons():
                    if button.kind in {ButtonKind.SAVE_CODE, ButtonKind.WRAP_CODE}:
                        label = _tr("{action}: {beginning}").format(action=button.label, beginning=first_line)
                        press = partial(self.press, index, box_index, button)
                        yield Verb(button.kind.name.lower(), label, press)
            if isinstance(box, TextBox | TableBox):
                for span in box.links:
                    label = _tr("Open {address}").format(address=span.href[:MAX_LABEL])
                    yield Verb("open_link", label, lambda href=span.href: self._view.link_activated.emit(href))  # type: ignore[misc]  # the same

    def press(self, index: int, box_index: int, button: Button) -> None:
        """Do what a drawn button says."""
        view = self._view
        message_id = view.column.messages[index].id
        match button.kind:
            case ButtonKind.COPY_MESSAGE:
                self.copy_message(index)
            case ButtonKind.COPY_CODE | ButtonKind.SAVE_CODE | ButtonKind.WRAP_CODE:
                self._press_code(index, box_index, button.kind)
            case ButtonKind.REGENERATE:
                view.regenerate_requested.emit(message_id)
            case ButtonKind.PREVIOUS_VERSION | ButtonKind.NEXT_VERSION:
                view.version_requested.emit(message_id, 1 if button.kind is ButtonKind.NEXT_VERSION else -1)
            case ButtonKind.SHOW_ALL | ButtonKind.SHOW_LESS | ButtonKind.SHOW_REASONING | ButtonKind.HIDE_REASONING:
                view.unfold(index, is_unfolded=button.kind in {ButtonKind.SHOW_ALL, ButtonKind.SHOW_REASONING})
            case ButtonKind.UNPIN:
                self._turn_pin(index)
            case ButtonKind.LOOK_AT:
                attached = view.column.item(index).boxes[box_index]
                assert isinstance(attached, AttachmentBox)
                view.attachment_requested.emit(attached.attachment)
            case ButtonKind.EDIT | ButtonKind.CONTINUE | ButtonKind.ANSWER_NOW:
                self.run(index, button.kind.name.lower())
            case ButtonKind.MORE:
                rect = button.rect.translated(0, view.column.item(index).box_top(box_index))
                at = view.message_rect(index).topLeft() + rect.bottomLeft()
                self.menu(index, "", is_detailed=False).popup(view.viewport().mapToGlobal(at))

    def _press_code(self, index: int, box_index: int, kind: ButtonKind) -> None:
        view = self._view
        box = view.column.item(index).boxes[box_index]
        assert isinstance(box, CodeBox)
        block = box.block
        if kind is ButtonKind.COPY_CODE:
            copy_text(block.text)
        elif kind is ButtonKind.SAVE_CODE:
            view.save_requested.emit(block.text, block.file_name)
        else:
            view.wrap_code(index, box_index, block, is_wrapped=not block.is_wrapped)

    def _turn_pin(self, index: int) -> None:
        message = self._view.column.messages[index]
        self._view.pin_requested.emit(message.id, not message.is_pinned)

    def of_divider(self) -> list[Verb]:
        """What can be done about the messages that are not sent; nothing when all are."""
        divider = self._view.column.divider
        if divider is None:
            return []
        return [
            Verb(kind.name.lower(), label, partial(self.press_divider, kind))
            for kind, label in divider.box.labels.items()
        ]

    def press_divider(self, kind: ButtonKind) -> None:
        """Do what a button of the divider says."""
        match kind:
            case ButtonKind.VIEW_SUMMARY:
                self._view.summary_requested.emit()
            case ButtonKind.UNDO_SUMMARY:
                self._view.summary_undo_requested.emit()
            case ButtonKind.SHOW_CONTEXT:
                self._view.context_requested.emit()

    def divider_menu(self) -> QMenu:
        """A menu of what the divider offers, for the keyboard."""
        menu = self._empty_menu(_tr("Earlier messages"))
        for verb in self.of_divider():
            _add(menu, verb)
        return menu

    def _empty_menu(self, name: str) -> QMenu:
        menu = QMenu(self._view)
        menu.setObjectName("transcript_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(name)
        return menu

    def copy_message(self, index: int) -> None:
        """Put a message on the clipboard as it was written, Markdown included."""
        copy_text(self._view.column.text_of(index))

    def copy_plain_message(self, index: int) -> None:
        """Put a message on the clipboard as it reads, without marks."""
        copy_text(plain_text(self._view.column.text_of(index)))

    def menu(self, index: int | None, link: str, *, is_detailed: bool) -> QMenu:
        """A menu for the message at `index`. A detailed one, for the keyboard, also offers what a pointer finds."""
        view = self._view
        menu = self._empty_menu(_tr("Message"))
        if view.pointer.has_selection():
            copy = view.pointer.copy_selection
            _add(menu, Verb("copy_selection", _tr("Copy selection"), copy))
            as_markdown = _tr("Copy selection as Markdown")
            _add(menu, Verb("copy_selection_as_markdown", as_markdown, partial(copy, as_markdown=True)))
            menu.addSeparator()
        if link:
            _add(menu, Verb("open_link", _tr("Open link"), lambda: view.link_activated.emit(link)))
            _add(menu, Verb("copy_link", _tr("Copy link"), lambda: copy_text(link)))
            menu.addSeparator()
        if index is not None:
            for _, verbs in groupby(sorted(self._in_menu(index), key=_place), key=lambda verb: _place(verb)[0]):
                for verb in verbs:
                    _add(menu, self._while_shown(index, verb))
                menu.addSeparator()
            if is_detailed:
                for verb in self.within(index):
                    _add(menu, self._while_shown(index, verb))
        menu.addSeparator()
        _add(menu, Verb("select_all", _tr("Select all"), view.pointer.select_all))
        return menu

    def _while_shown(self, index: int, verb: Verb) -> Verb:
        """`verb`, which does nothing once the message is elsewhere or gone: that may happen while a menu is open."""
        message_id = self._view.column.messages[index].id

        def run() -> None:
            if self._view.column.index_of(message_id) == index:
                verb.run()

        return replace(verb, run=run)

    def _in_menu(self, index: int) -> Iterator[Verb]:
        message = self._view.column.messages[index]
        for verb in self.of(index):
            yield replace(verb, label=_tr("Copy message")) if verb.name == "copy" else verb
            if verb.name == "copy" and message.is_reply:
                yield Verb("copy_plain", _tr("Copy message as plain text"), partial(self.copy_plain_message, index))
        if details := wording.details_words(message):
            yield Verb("copy_details", wording.copy_details_words(), partial(copy_text, details))


def _place(verb: Verb) -> tuple[int, int]:
    for number, group in enumerate(_GROUPS):
        if verb.name in group:
            return number, group.index(verb.name)
    return len(_GROUPS), 0


def _add(menu: QMenu, verb: Verb) -> None:
    # An ampersand in a link or in code is no shortcut.
    action = QAction(verb.label.replace("&", "&&"), menu)
    action.setObjectName(verb.name)
    action.triggered.connect(lambda _is_checked: verb.run())
    menu.addAction(action)


def copy_text(text: str) -> None:
    """Put `text` on the clipboard."""
    QGuiApplication.clipboard().setText(text)
