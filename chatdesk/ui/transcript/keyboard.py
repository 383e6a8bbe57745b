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
_MENU_KEYS = {Qt.Key.Key_Return, Qt.Key.Key_Enter}


class Keyboard:
    """Acts on keys. Up and Down scroll; with Alt they move from message to message; Return opens the menu."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view

    def press(self, event: QKeyEvent) -> bool:
        """Returns whether the key meant something here."""
        view, key = self._view, Qt.Key(event.key())
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
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
        elif key in {Qt.Key.Key_Left, Qt.Key.Key_Right} and view.focused is not None:
            return self._turn(-1 if key == Qt.Key.Key_Left else 1)
        elif key == Qt.Key.Key_Escape:
            return self._clear()
        else:
            return False
        return True

    def enter(self) -> None:
        """The keyboard came to the view: it is on the last message in view."""
        if self._view.focused is None and self._view.column.messages:
            bar, height = self._view.verticalScrollBar(), self._view.viewport().height()
            self._focus(self._view.column.at(bar.value() + height))

    def _move(self, step: int) -> None:
        count = len(self._view.column.messages)
        if not count:
            return
        if self._view.focused is None:
            self.enter()
        else:
            self._focus(min(max(self._view.focused + step, 0), count - 1))

    def _focus(self, index: int) -> None:
        self._view.focused = index
        self._view.scroll_to_message(index)
        self._view.viewport().update()
        self._view.announce_focus(index)

    def _copy(self) -> None:
        view = self._view
        if view.pointer.has_selection():
            view.pointer.copy_selection()
        elif view.focused is not None:
            view.verbs.copy_message(view.focused)

    def open_menu(self) -> bool:
        """Open the menu of the message that the keyboard is on."""
        view = self._view
        if view.focused is None:
            self.enter()
        if view.focused is None:
            return False
        menu = view.verbs.menu(view.focused, "", is_detailed=True)
        rect = view.message_rect(view.focused)
        y = min(max(rect.bottom(), 0), view.viewport().height() - view.column.frame.style.pitch)
        rect.moveTop(y)
        menu.popup(view.viewport().mapToGlobal(rect.topLeft()))
        menu.setActiveAction(menu.actions()[0])
        return True

    def _turn(self, step: int) -> bool:
        view = self._view
        assert view.focused is not None
        name = "previous_version" if step < 0 else "next_version"
        verb = next((verb for verb in view.verbs.of(view.focused) if verb.name == name), None)
        if verb is not None:
            verb.run()
        return verb is not None

    def _clear(self) -> bool:
        """Escape clears what there is to clear here; otherwise it belongs to the window (it stops a reply)."""
        view = self._view
        if view.pointer.has_selection():
            view.pointer.clear_selection()
            return True
        return False
