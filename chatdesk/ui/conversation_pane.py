"""The right side of the window: from the header, over the strips that say something, to the composer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from chatdesk.ui.icons import icon

if TYPE_CHECKING:
    from collections.abc import Sequence


LEAST_STAGE = 48  # pixels: with large letters, what is being written has more need of the rest


class ConversationPane(QWidget):
    """Shows the welcome or the transcript between what stays. `stage` is where one of the two stands."""

    def __init__(
        self, picker: QWidget, strips: Sequence[QWidget], welcome: QWidget, transcript: QWidget, composer: QWidget
    ) -> None:
        super().__init__()
        self.setObjectName("conversation_pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._welcome = welcome
        self._transcript = transcript
        self._menu_button = QToolButton()
        self._menu_button.setObjectName("menu_button")
        self._menu_button.setAccessibleName(self.tr("Menu"))
        self._menu_button.setToolTip(self.tr("Menu"))
        self._menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        header = QHBoxLayout()
        header.setContentsMargins(12, 8, 12, 8)
        header.addWidget(picker, 1)
        header.addWidget(self._menu_button)
        self.stage = QStackedWidget()
        self.stage.setMinimumHeight(LEAST_STAGE)
        self.stage.addWidget(welcome)
        self.stage.addWidget(transcript)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(header)
        for strip in strips:
            column.addWidget(strip)
        column.addWidget(self.stage, 1)
        column.addWidget(composer)

    def set_menu(self, menu: QMenu) -> None:
        """Open this behind the button in the header."""
        self._menu_button.setMenu(menu)

    def set_icon_color(self, color: QColor) -> None:
        """Draw the button of the menu in `color`."""
        self._menu_button.setIcon(icon("ellipsis", color))

    def show_welcome(self) -> None:
        """No conversation is begun."""
        self.stage.setCurrentWidget(self._welcome)

    def show_transcript(self) -> None:
        """A conversation is shown."""
        self.stage.setCurrentWidget(self._transcript)
