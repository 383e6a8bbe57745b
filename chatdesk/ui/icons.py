"""Icons of one family (Lucide), drawn in the colour of the theme and sharp at any scale.

How large a button draws its icon stands in the style sheet, for it grows with the text.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from chatdesk.ui.resources import read_resource

PICTURE_BESIDE_WORDS = 0.8  # of the icon's width; the rest is a gap


@cache
def _source(name: str) -> str:
    return read_resource(f"icons/{name}.svg")


class _SvgIconEngine(QIconEngine):
    """Renders an SVG at whatever size is asked for, dimmed when disabled."""

    def __init__(self, name: str, color: QColor, share: float) -> None:
        super().__init__()
        self._name = name
        self._color = QColor(color)
        self._share = share

    def paint(self, painter: QPainter, rect: object, mode: QIcon.Mode, state: QIcon.State) -> None:
        del state
        renderer = QSvgRenderer(QByteArray(_source(self._name).replace("currentColor", self._color.name()).encode()))
        painter.save()
        painter.setOpacity(painter.opacity() * (0.35 if mode is QIcon.Mode.Disabled else 1.0))
        whole = QRectF(rect)  # type: ignore[call-overload]  # a QRect, as Qt's header says
        size = whole.height() * self._share
        renderer.render(painter, QRectF(whole.left(), whole.center().y() - size / 2, size, size))
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, pixmap.rect(), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _SvgIconEngine(self._name, self._color, self._share)


def icon(name: str, color: QColor) -> QIcon:
    """The icon `name` of `resources/icons` in `color`."""
    return QIcon(_SvgIconEngine(name, color, 1.0))


def icon_beside_words(name: str, color: QColor) -> QIcon:
    """The same with a gap to what a button says."""
    return QIcon(_SvgIconEngine(name, color, PICTURE_BESIDE_WORDS))
