"""What is attached to a message: a file as a chip, a picture as itself. A click has a look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QImage, QPainter, QPainterPath

from chatdesk.ui.transcript import wording
from chatdesk.ui.transcript.boxes import Box, Button, ButtonKind, Look, paint_icon, paint_panel
from chatdesk.ui.wording import size_words

if TYPE_CHECKING:
    from chatdesk.core.attachments import Attachment
    from chatdesk.ui.transcript.pictures import PictureLibrary
    from chatdesk.ui.transcript.style import TranscriptStyle

RADIUS = 10
MAX_WIDTH_SHARE = 0.85


class AttachmentBox(Box):
    """One attachment, at the right like the message it belongs to.

    A picture has its room before it is read, so that nothing jumps when it comes.
    """

    def __init__(self, style: TranscriptStyle, attachment: Attachment, pictures: PictureLibrary, gap: int) -> None:
        super().__init__(style, gap)
        self.attachment = attachment
        self._pictures = pictures
        self._button: Button | None = None
        self.height = round(style.text_px * (11 if attachment.is_image else 2.4))

    def lay_out(self, width: int) -> None:
        most = round(width * MAX_WIDTH_SHARE)
        chip = self._side + self._icon + self._side // 2 + self._name_width + self._side + self._size_width + self._side
        wide = min(self.height * 2 if self.attachment.is_image else chip, most)
        label = wording.look_at_words().format(name=self.attachment.name)
        self._button = Button(ButtonKind.LOOK_AT, QRect(width - wide, 0, wide, self.height), label)
        self.laid_out_width = width

    def buttons(self) -> tuple[Button, ...]:
        return () if self._button is None else (self._button,)

    def paint(self, look: Look, position: QPoint) -> None:
        if self._button is None:
            return
        if self.attachment.is_image:
            picture = self._pictures.picture(self.attachment.sha256)
            if picture is not None and not picture.isNull():
                _paint_picture(look.painter, picture, self._button.rect.translated(position))
                return
        self._paint_chip(look, self._button.rect.translated(position))

    @property
    def _side(self) -> int:
        return round(self.style.text_px * 0.8)

    @property
    def _icon(self) -> int:
        return round(self.style.text_px * 1.1)

    @property
    def _name_width(self) -> int:
        return QFontMetrics(self.style.font(scale=0.92)).horizontalAdvance(self.attachment.name) + 2

    @property
    def _size_width(self) -> int:
        return QFontMetrics(self.style.small_font).horizontalAdvance(size_words(self.attachment.size_bytes)) + 2

    def _paint_chip(self, look: Look, rect: QRect) -> None:
        painter, style = look.painter, self.style
        is_hovered = look.hovered is ButtonKind.LOOK_AT
        paint_panel(painter, rect, style.hover if is_hovered else style.bubble, RADIUS, top=True, bottom=True)
        inner = rect.adjusted(self._side, 0, -self._side, 0)
        place = QRect(0, 0, self._icon, self._icon)
        place.moveCenter(QPoint(inner.left() + self._icon // 2, rect.center().y()))
        paint_icon(painter, "image" if self.attachment.is_image else "file-text", style.muted, place)
        words = inner.adjusted(self._icon + self._side // 2, 0, 0, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(style.small_font)
        painter.setPen(style.muted)
        painter.drawText(words, middle | Qt.AlignmentFlag.AlignRight, size_words(self.attachment.size_bytes))
        words.setRight(words.right() - self._size_width - self._side // 2)
        painter.setFont(style.font(scale=0.92))
        painter.setPen(style.text)
        name = painter.fontMetrics().elidedText(self.attachment.name, Qt.TextElideMode.ElideMiddle, words.width())
        painter.drawText(words, middle | Qt.AlignmentFlag.AlignLeft, name)


def _paint_picture(painter: QPainter, picture: QImage, room: QRect) -> None:
    """Draw a picture at the bottom right of its room: as it is, or as small as the room is."""
    size = picture.size()
    if size.width() > room.width() or size.height() > room.height():
        size = size.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
    rect = QRect(room.bottomRight() - QPoint(size.width() - 1, size.height() - 1), size)
    outline = QPainterPath()
    outline.addRoundedRect(QRectF(rect), RADIUS, RADIUS)
    painter.save()
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
    painter.setClipPath(outline, Qt.ClipOperation.IntersectClip)
    painter.drawImage(rect, picture)
    painter.restore()
