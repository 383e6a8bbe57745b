"""Files of chats that are dropped on the window: asked about first, for they may be meant for the message."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QMimeData

ENDINGS = {".json", ".jsonl", ".zip", ".chat"}


class ChatFileDrops(QObject):
    """Takes such files where no widget above the window takes them for itself; `dropped` is told their paths."""

    def __init__(self, window: QWidget, dropped: Callable[[list[str]], None]) -> None:
        super().__init__(window)
        self._dropped = dropped
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragEnterEvent | QDragMoveEvent):
            if chat_files(event.mimeData()):
                event.acceptProposedAction()
                return True
        elif isinstance(event, QDropEvent) and (paths := chat_files(event.mimeData())):
            event.acceptProposedAction()
            self._dropped(paths)
            return True
        return super().eventFilter(watched, event)


def chat_files(data: QMimeData) -> list[str]:
    """The files among what is dragged that may hold chats."""
    paths = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    return [path for path in paths if Path(path).suffix.lower() in ENDINGS]
