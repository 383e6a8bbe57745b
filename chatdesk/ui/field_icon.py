"""The icon before the words of a field."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QLineEdit, QToolButton, QWidget

from chatdesk.ui.icons import icon

SIDE = 9  # pixels between the frame and the icon
GAP = 4

_MOVING = (QEvent.Type.Resize, QEvent.Type.FontChange, QEvent.Type.StyleChange, QEvent.Type.Polish)


class FieldIcon(QWidget):
    """Stands in a field and is as high as its letters: Qt's own icons of fields do not grow with them."""

    def __init__(self, name: str, field: QLineEdit) -> None:
        super().__init__(field)
        self._name = name
        self._color = QColor()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        field.installEventFilter(self)
        self._place()

    def set_color(self, color: QColor) -> None:
        """Draw it in `color`, and so the cross that empties the field: Qt's own is black and heavy."""
        self._color = QColor(color)
        field = self.parentWidget()
        # The button, and not its action: a change of that shows the button also where the field is empty.
        clear = field.findChild(QToolButton) if field is not None else None
        if clear is not None:
            clear.setIcon(icon("x", color))
            clear.setAccessibleName(self.tr("Empty the field"))
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVING:
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        # Not kept: an icon that outlives Qt, with what draws it in Python, crashes the app at its end.
        icon(self._name, self._color).paint(QPainter(self), self.rect())

    def _place(self) -> None:
        field = self.parentWidget()  # not kept: a widget and its child that hold each other go late
        assert isinstance(field, QLineEdit)
        size = field.fontMetrics().height()
        self.setGeometry(SIDE, (field.height() - size) // 2, size, size)
        field.setTextMargins(size + GAP, 0, 0, 0)
