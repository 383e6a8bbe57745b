"""A widget that stands where a message is, while somebody edits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from chatdesk.ui.transcript.scroller import Scroller
    from chatdesk.ui.transcript.view import TranscriptView


class Cover:
    """Keeps `widget`, None while there is none, as wide as the column, as high as it asks to be, and at its message."""

    def __init__(self, view: TranscriptView, scroller: Scroller, jump_button: QWidget) -> None:
        self._view = view
        self._scroller = scroller
        self._jump_button = jump_button
        self.widget: QWidget | None = None

    def put(self, message_id: str, widget: QWidget) -> None:
        """Let `widget` stand where a message is that is shown."""
        self.remove()
        self.widget = widget
        column = self._view.column
        widget.setParent(self._view)  # not of the viewport, which a screen reader does not walk through
        self._jump_button.raise_()
        # What it asks for is known once it is as wide as it will be.
        widget.resize(column.width, widget.sizeHint().height())
        widget.show()
        index = column.index_of(message_id)
        assert index is not None, "covers what is shown"
        self._scroller.hold(index)
        column.set_cover((message_id, widget.height()))
        self.refresh()
        self._scroller.show_message(index)
        self.place()

    def refresh(self) -> None:
        """The widget may ask for another height."""
        column = self._view.column
        if self.widget is not None and column.cover is not None:
            if (layout := self.widget.layout()) is not None:
                layout.activate()
            column.set_cover((column.cover[0], self.widget.sizeHint().height()))
            self._view.settle()

    def remove(self) -> None:
        """Draw the message again that the widget stood in for; nothing changes where nothing did."""
        if self.widget is not None:
            widget, self.widget = self.widget, None
            widget.hide()
            self._view.column.set_cover(None)
            self._view.settle()

    def place(self) -> None:
        """Put the widget where its message is now."""
        widget, cover = self.widget, self._view.column.cover
        if widget is not None and cover is not None and (index := self._view.column.index_of(cover[0])) is not None:
            top_left = self._view.from_content(QPoint(0, self._view.column.top(index)))
            size = QSize(self._view.column.width, cover[1])
            widget.setGeometry(QRect(self._view.viewport().pos() + top_left, size))
