"""The one sentence that answers which of a repo's files to take."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton

from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.model_manager.labels import GRID, plain_label
from chatdesk.ui.wording import size_words

if TYPE_CHECKING:
    from chatdesk.core.hub_models import RemoteModel


class SuggestionLine(QFrame):
    """Stands above the files from the first moment on, so that nothing moves when the answer is known."""

    show_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("suggestion_line")
        self._words = plain_label(
            "suggestion_words", self.tr("Looking which of these files suit this computer…"), wraps=True
        )
        self._show = QPushButton(self.tr("Show it"))
        self._show.setObjectName("show_suggestion_button")
        self._show.setAccessibleName(self.tr("Show the suggested file"))
        self._show.clicked.connect(self.show_requested)
        self._show.setEnabled(False)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID + 4, GRID, GRID, GRID)
        layout.setSpacing(2 * GRID)
        layout.addWidget(self._words, 1)
        layout.addWidget(self._show)

    def suggest(self, model: RemoteModel) -> None:
        """Name the file to take."""
        name, size = one_line(model.quantization or model.name), size_words(model.size_bytes)
        self._words.setText(self.tr("Suggested for this computer: {name}, {size}").format(name=name, size=size))
        self._show.setEnabled(True)

    def suggest_none(self) -> None:
        """Say that nothing fits."""
        self._words.setText(
            self.tr("None of these files fits into this computer's memory. Look for a model with fewer parameters (B).")
        )
        self._show.setEnabled(False)
