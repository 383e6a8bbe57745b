"""Up in an empty message box brings back what was written before; Down goes forward again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.ui.composer.message_edit import MessageEdit

_STEPS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}


class Recall(QObject):
    """Walks through earlier messages as long as the one that is shown is not changed."""

    texts_wanted = Signal()  # `take` brings them

    def __init__(self, edit: MessageEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        self._texts: tuple[str, ...] = ()
        self._place = -1  # which of them is shown; -1: none
        self._is_awaited = False
        edit.installEventFilter(self)

    def forget(self) -> None:
        """Another conversation is shown, or something was sent."""
        self._texts = ()
        self._place = -1
        self._is_awaited = False

    def take(self, texts: Sequence[str]) -> None:
        """These were written before, the newest first."""
        if self._is_awaited and not self._edit.toPlainText():
            self._texts = tuple(texts)
            self._step(1)
        self._is_awaited = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            step = _STEPS.get(Qt.Key(event.key()))
            is_plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if step is not None and is_plain and self._is_at_work(step):
                self._step(step)
                return True
        return super().eventFilter(watched, event)

    def _is_at_work(self, step: int) -> bool:
        if self._edit.isReadOnly() or self._edit.is_composing:
            return False
        text = self._edit.toPlainText()
        if self._place >= 0 and text == self._texts[self._place]:
            return True
        self._place = -1
        return not text and step > 0

    def _step(self, step: int) -> None:
        if not self._texts:
            self._is_awaited = True
            self.texts_wanted.emit()
            return
        self._place = min(self._place + step, len(self._texts) - 1)
        # So that it can be undone: a text that was deleted by mistake may stand behind it.
        self._edit.replace_text(self._texts[self._place] if self._place >= 0 else "")
