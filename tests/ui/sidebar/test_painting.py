"""What the rows of the sidebar look like."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter
from PySide6.QtWidgets import QStyleOptionViewItem

from chatdesk.core.conversations import Conversation
from chatdesk.ui.colors import LIGHT
from chatdesk.ui.sidebar.chat_items import ChatItemModel
from chatdesk.ui.sidebar.painting import ChatDelegate, SidebarPainter


@pytest.mark.parametrize("pixels", [10, 13, 26])
def test_the_dot_of_what_is_new_is_half_as_high_as_letters(pixels: int) -> None:
    rows = ChatItemModel()
    rows.set_all([Conversation("1", "", 0.0, 0.0, is_unread=True)])
    index = rows.index(rows.rowCount() - 1)  # below its heading
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, 200, 60)
    option.font = QFont()
    option.font.setPixelSize(pixels)
    image = QImage(200, 60, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    with QPainter(image) as painter:
        ChatDelegate(SidebarPainter(LIGHT)).paint(painter, option, index)
    accent = QColor(LIGHT.accent)
    lines = [y for y in range(60) if any(image.pixelColor(x, y) == accent for x in range(200))]
    assert len(lines) == pytest.approx(QFontMetrics(option.font).height() / 2, abs=3)
