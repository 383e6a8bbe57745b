"""What a gated repo asks for, as steps that a person can take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from chatdesk.core.hub_models import Gating
from chatdesk.ui.icons import icon, icon_beside_words
from chatdesk.ui.model_manager.labels import GRID, plain_label

if TYPE_CHECKING:
    from chatdesk.ui.theme import Colors


class GateBanner(QFrame):
    """Says what has to be done before a download, with the buttons that lead there."""

    open_page_requested = Signal()
    settings_requested = Signal()

    def __init__(self, gating: Gating, colors: Colors) -> None:
        super().__init__()
        self.setObjectName("gate_banner")
        self._lock = QLabel()
        self._page_button = QPushButton(self.tr("Open its page…"))
        self._page_button.setObjectName("open_repo_page_button")
        self._page_button.setAccessibleName(self.tr("Open the model's page on the Hub in the browser"))
        self._page_button.clicked.connect(self.open_page_requested)
        token_button = QPushButton(self.tr("Access token…"))
        token_button.setObjectName("access_token_button")
        token_button.setAccessibleName(self.tr("Open the settings to enter an access token"))
        token_button.clicked.connect(self.settings_requested)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addWidget(self._page_button)
        buttons.addWidget(token_button)
        buttons.addStretch()
        texts = QVBoxLayout()
        texts.setSpacing(GRID)
        texts.addWidget(plain_label("gate_text", self._steps(gating), wraps=True))
        texts.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID + 4, GRID + 2, GRID + 4, GRID + 2)
        layout.setSpacing(GRID + 4)
        layout.addWidget(self._lock, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(texts, 1)
        self.set_colors(colors)

    def set_colors(self, colors: Colors) -> None:
        """Wear these."""
        size = QSize(1, 1) * self.fontMetrics().height()
        self._lock.setPixmap(icon("lock", QColor(colors.text)).pixmap(size, self.devicePixelRatioF()))
        self._page_button.setIcon(icon_beside_words("external-link", QColor(colors.muted)))

    def _steps(self, gating: Gating) -> str:
        if gating is Gating.MANUAL:
            then = self.tr("Its authors look at each request, which can take days.")
        else:
            then = self.tr("Access is given at once.")
        steps = self.tr(
            "Its authors want their licence accepted before you download it."
            " 1. Open its page, sign in and accept. {then} 2. Enter an access token of your account in the settings."
        )
        return steps.format(then=then)
