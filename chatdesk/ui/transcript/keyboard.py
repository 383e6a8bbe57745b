"""The keyboard in a transcript: scrolling, moving from message to message, and what can be done with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QAbstractSlider

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

    from chatdesk.ui.transcript.view import TranscriptView

_SCROLLS = {
    Qt.Key.Key_Up: QAbstractSlider.SliderAction.SliderSingleStepSub,
    Qt.Key.Key_Down: QAbstractSlider.SliderAction.SliderSingleStepAdd,
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
}
# On the message that the keyboard is on.
_VERBS = {
    Qt.Key.Key_Left: "previous_version",
    Qt.Key.Key_Right: "next_version",
    Qt.Key.Key_E: "edit",
    Qt.Key.Key_F2: "edit",
    Qt.Key.Key_Delete: "delete",
    Qt.Key.Key_Space: "fold",
}
_CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
_MENU_KEYS = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class Keyboard:
    """Acts on keys. Up and Down scroll; with Alt they move from message to message; Return opens the menu.

    On a message E and F2 edit it, Left and Right turn to its other versions, Delete deletes it, and Space shows and
    hides what is folded.

    The divider is a stop of its own between two messages.
    """

    def __init__(self, view: TranscriptView) -> None:
        self._view = view

    def press(self, event: QKeyEvent) -> bool:
        """Returns whether the key meant something here."""
        view, key = self._view, Qt.Key(event.key())
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.matches(QKeySequence.StandardKey.Copy) or (key, modifiers) == (Qt.Key.Key_C, _CONTROL_SHIFT):
            self._copy(as_markdown=modifiers == _CONTROL_SHIFT)
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            view.pointer.select_all()
        elif modifiers == Qt.KeyboardModifier.AltModifier and key in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            self._move(-1 if key == Qt.Key.Key_Up else 1)
        elif modifiers != Qt.KeyboardModifier.NoModifier:
            return False
        elif key == Qt.Key.Key_End:
            view.scroll_to_end()
        elif key in _SCROLLS:
            view.verticalScrollBar().triggerAction(_SCROLLS[key])
        elif key in _MENU_KEYS:
            return self.open_menu()
        elif key in _VERBS and view.focused is not None:
            return view.verbs.run(view.focused, _VERBS[key])
        elif key == Qt.Key.Key_Escape:
            return self._clear()
        else:
            return False
        return True

    def enter(self) -> None:
        """The keyboard came to the view: it is on the last message in view."""
        if self._view.focused is None and not self._view.is_divider_focused and self._view.column.messages:
            bar, height = self._view.verticalScrollBar(), self._view.viewport().height()
            self.go_to(self._view.column.at(bar.value() + height))

    def _move(self, step: int) -> None:
        count = len(self._view.column.messages)
        if not count:
            return
        divider, focused = self._view.column.divider, self._view.focused
        if divider is not None and self._view.is_divider_focused:
            beside = divider.below + (1 if step > 0 else 0)
            if beside < count:
                self.go_to(beside)
        elif focused is None:
            self.enter()
        elif divider is not None and focused == divider.below + (0 if step > 0 else 1):
            self._focus_divider()
        else:
            self.go_to(min(max(focused + step, 0), count - 1))

    def _focus_divider(self) -> None:
        self._view.focused = None
        self._view.is_divider_focused = True
        self._view.scroll_to_divider()
        self._view.viewport().update()
        self._view.announce_divider_focus()

    def go_to(self, index: int) -> None:
        """Put the keyboard on a message."""
        self._view.focused = index
        self._view.is_divider_focused = False
        self._view.scroll_to_message(index)
        self._view.viewport().update()
        self._view.announce_focus(index)

    def _copy(self, *, as_markdown: bool = False) -> None:
        """What is selected, as plain text or Markdown; else the message as it was written."""
        view = self._view
        if view.pointer.has_selection():
            view.pointer.copy_selection(as_markdown=as_markdown)
        elif view.focused is not None:
            view.verbs.copy_message(view.focused)

    def open_menu(self) -> bool:
        """Open the menu of the message, or the divider, that the keyboard is on."""
        view = self._view
        self.enter()
        if view.is_divider_focused:
            menu, rect = view.verbs.divider_menu(), view.divider_rect()
        elif view.focused is not None:
            menu, rect = view.verbs.menu(view.focused, "", is_detailed=True), view.message_rect(view.focused)
        else:
            return False
        menu.popup(view.menu_place(rect))
        menu.setActiveAction(menu.actions()[0])
        return True

    def _clear(self) -> bool:
        """Escape clears what there is to clear here; otherwise it belongs to the window (it stops a reply)."""
        view = self._view
        if view.pointer.has_selection():
            view.pointer.clear_selection()
            return True
        return False
