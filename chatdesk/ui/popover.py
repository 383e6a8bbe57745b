"""A panel over the rest of its window, which goes when a click or the keyboard goes elsewhere.

It is a part of the window and no window of its own. Qt leaves popup windows out of what a screen reader can walk
through, some input methods cannot write into them, and under Wayland only they could be placed.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from chatdesk.ui.own_keys import keeps_key

MARGIN = 8  # between the panel and the window's edges
GAP = 2  # between the panel and what it belongs to
CENTRED_DROP = 10  # a panel that belongs to nothing begins at this part of the window's height


class Popover(QWidget):
    """Covers the window while it is open, so that a click beside the panel only closes it."""

    def __init__(self, panel: QWidget, width_chars: int, host: QWidget) -> None:
        """`panel` has a layout; it gets this width, and the height that it then needs, as far as there is room.

        `host` is the window that it belongs to: without a parent it would be a window for assistive technology.
        """
        super().__init__(host)
        self._panel = panel
        self._width_chars = width_chars
        self._anchor: QWidget | None = None
        self._focus_before: QWidget | None = None
        panel.setParent(self)
        host.installEventFilter(self)
        self.hide()

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return not self.isHidden()

    def open_below(self, anchor: QWidget, focus: QWidget) -> None:
        """Show the panel below `anchor`, in its window, with the keyboard in `focus`."""
        self._anchor = anchor
        self._open(focus)

    def open_centred(self, focus: QWidget) -> None:
        """Show the panel in the upper middle of the window, with the keyboard in `focus`."""
        self._anchor = None
        self._open(focus)

    def _open(self, focus: QWidget) -> None:
        self._focus_before = self.window().focusWidget()
        self.refit()
        self.show()
        self.raise_()
        focus.setFocus(Qt.FocusReason.PopupFocusReason)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus_changed)

    def dismiss(self) -> None:
        """Close, and give the keyboard back to where it was."""
        if not self.is_open:
            return
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.disconnect(self._on_focus_changed)
        focused: QWidget | None = self.window().focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            before = self._focus_before
            heir = before if before is not None and isValid(before) else self._anchor  # it may be deleted by now
            if heir is not None:
                heir.setFocus(Qt.FocusReason.PopupFocusReason)
        self.hide()

    def refit(self) -> None:
        """Give the panel the size that it needs now."""
        layout, host, anchor = self._panel.layout(), self.parentWidget(), self._anchor
        if layout is None or host is None:
            return
        layout.invalidate()
        self.setGeometry(host.rect())
        room = host.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        width = min(self._width_chars * self.fontMetrics().averageCharWidth(), room.width())
        if anchor is not None:
            corner = anchor.mapTo(host, QPoint(0, anchor.height() + GAP))
        else:
            corner = QPoint((host.width() - width) // 2, host.height() // CENTRED_DROP)
        place = QRect(corner, room.bottomRight())
        place.setWidth(width)
        wanted = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        place.setHeight(min(wanted, max(place.height(), room.height() // 2)))
        place.moveRight(min(place.right(), room.right()))
        place.moveBottom(min(place.bottom(), room.bottom()))
        self._panel.setGeometry(place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self.is_open and watched is self.parentWidget() and event.type() is QEvent.Type.Resize:
            self.refit()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        return keeps_key(event, Qt.Key.Key_Escape) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self._panel.geometry().contains(event.position().toPoint()):
            self.dismiss()

    @Slot(QWidget, QWidget)
    def _on_focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is not None and now.window() is self.window() and not self.isAncestorOf(now):
            self.dismiss()
