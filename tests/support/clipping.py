"""Finds words on screen that have less room than they need."""

import re
from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QLabel,
    QPlainTextEdit,
    QStyle,
    QStyleOptionComboBox,
    QToolButton,
    QWidget,
)

from chatdesk.ui.elided_label import ElidedLabel
from chatdesk.ui.model_manager import labels

TOLERANCE = 2  # pixels, for rounding
# Lines break at spaces, behind hyphens and full stops, and beside every Han character.
_UNBROKEN = re.compile(r"[\u2e80-\uffef]|[^\s\u2e80-\uffef./-]+[./-]?")


def clipped(root: QWidget) -> list[str]:
    """What is shown below `root` and cut off: each as its name, its words and what is missing."""
    return [
        f"{widget.objectName() or type(widget).__name__} “{words(widget)}”: {problem}"
        for widget in [root, *root.findChildren(QWidget)]
        if widget.isVisible() and words(widget) and not isinstance(widget, ElidedLabel | labels.ElidedLabel)
        for problem in _problems(root, widget)
    ]


def words(widget: QWidget) -> str:
    """What it says; fields are there even without words."""
    if isinstance(widget, QAbstractSpinBox | QPlainTextEdit):
        return "…"
    if isinstance(widget, QToolButton) and widget.toolButtonStyle() is Qt.ToolButtonStyle.ToolButtonIconOnly:
        return "" if not widget.icon().isNull() else widget.text()
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    return widget.currentText() if isinstance(widget, QComboBox) else ""


def _problems(root: QWidget, widget: QWidget) -> Iterator[str]:
    needed, has = widget.sizeHint(), widget.size()
    if isinstance(widget, QAbstractSpinBox):
        needed = widget.minimumSizeHint()
    if isinstance(widget, QLabel) and widget.wordWrap():
        least = widget.heightForWidth(has.width())
        if has.height() + TOLERANCE < least:
            yield f"{has.height()} high, needs {least}"
        longest = max(map(widget.fontMetrics().horizontalAdvance, _UNBROKEN.findall(widget.text())), default=0)
        if has.width() + TOLERANCE < longest:
            yield f"{has.width()} wide, its longest word needs {longest}"
    elif isinstance(widget, QComboBox):
        option = QStyleOptionComboBox()
        widget.initStyleOption(option)
        field = widget.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, widget
        )
        text = widget.fontMetrics().horizontalAdvance(widget.currentText())
        if field.width() + TOLERANCE < text:
            yield f"{field.width()} wide, needs {text}"
    elif not isinstance(widget, QPlainTextEdit):
        if has.width() + TOLERANCE < needed.width():
            yield f"{has.width()} wide, needs {needed.width()}"
        if has.height() + TOLERANCE < needed.height() and not isinstance(widget, QToolButton):
            yield f"{has.height()} high, needs {needed.height()}"
    yield from _outside(root, widget)


def _outside(root: QWidget, widget: QWidget) -> Iterator[str]:
    """Sideways nothing is out of reach; upwards and downwards one can scroll."""
    parent = widget.parentWidget()
    while parent is not None and parent is not root and not isinstance(parent, QAbstractScrollArea):
        parent = parent.parentWidget()
    frame = parent.viewport() if isinstance(parent, QAbstractScrollArea) else root
    if frame is widget:
        return
    rect = QRect(widget.mapTo(frame, QPoint(0, 0)), widget.size())
    if rect.left() < -TOLERANCE or rect.right() > frame.width() + TOLERANCE:
        yield f"reaches from {rect.left()} to {rect.right()} of {frame.width()}"
