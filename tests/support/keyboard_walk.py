"""Goes through a window by Tab: which controls are never reached, or do not show that they have the keyboard?"""

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from chatdesk.ui.transcript.view import TranscriptView

CONTROLS = (
    *(QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTabBar),
    TranscriptView,
)
MOST_STOPS = 300
RING = 3  # pixels around a control in which its mark may be


def controls(window: QWidget) -> list[QWidget]:
    """What can be used in `window` now. What lies within a control, such as the field of a spin box, is part of it."""
    found = [w for w in window.findChildren(QWidget) if isinstance(w, CONTROLS) and w.window() is window]
    inner = {child for widget in found for child in widget.findChildren(QWidget)}
    return [w for w in found if w.isVisible() and w.isEnabled() and w not in inner]


def stops(window: QWidget, qtbot: QtBot) -> Iterator[QWidget]:
    """Where Tab leads, once around."""
    seen: set[QWidget] = set()
    for _ in range(MOST_STOPS):
        focused: QWidget | None = window.focusWidget()
        qtbot.keyClick(window if focused is None else focused, Qt.Key.Key_Tab)
        stop: QWidget | None = window.focusWidget()
        if stop is None or stop in seen:
            return
        seen.add(stop)
        yield stop
    raise AssertionError("Tab leads nowhere")


def unreachable(window: QWidget, qtbot: QtBot) -> list[str]:
    """The controls that Tab does not reach; of radio buttons that belong together one is enough: arrows do the rest."""
    reached = set(stops(window, qtbot)) | set(stops(window, qtbot))
    missed = [widget for widget in controls(window) if widget not in reached]
    groups = {widget.parentWidget() for widget in reached if _is_one_of_several(widget)}
    return [name(w) for w in missed if not (_is_one_of_several(w) and w.parentWidget() in groups)]


def _is_one_of_several(widget: QWidget) -> bool:
    return isinstance(widget, QAbstractButton) and widget.autoExclusive()


def unmarked(window: QWidget, qtbot: QtBot) -> list[str]:
    """The controls that look the same with the keyboard and without."""
    found = []
    for stop in [*stops(window, qtbot)]:
        _bring_into_view(stop)  # as Tab does, and giving it the keyboard does not
        stop.clearFocus()
        QApplication.processEvents()
        before = _picture(window, stop)
        stop.setFocus(Qt.FocusReason.TabFocusReason)
        QApplication.processEvents()
        if _picture(window, stop) == before:
            found.append(name(stop))
    return found


def _bring_into_view(widget: QWidget) -> None:
    above = widget.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(widget)
        above = above.parentWidget()


def name(widget: QWidget) -> str:
    return widget.objectName() or widget.accessibleName() or type(widget).__name__


def _picture(window: QWidget, widget: QWidget) -> object:
    # A field without a frame of its own is marked by the frame around it.
    framed = (widget.parentWidget() if isinstance(widget, QPlainTextEdit) else None) or widget
    rect = QRect(framed.mapTo(window, QPoint(0, 0)), framed.size()).adjusted(-RING, -RING, RING, RING)
    return window.grab(rect).toImage()
