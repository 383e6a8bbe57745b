"""How a model is to be removed: asked in words, because one of the two ways cannot be undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.model_manager.labels import GRID, plain_label
from chatdesk.ui.wording import size_words

if TYPE_CHECKING:
    from chatdesk.core.model_files import ModelFile

WIDTH = 480


class RemoveDialog(QDialog):
    """`chosen` carries whether to remove for good."""

    chosen = Signal(bool)

    def __init__(self, model: ModelFile, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("remove_dialog")
        title = self.tr("Remove “{model}”?").format(model=one_line(model.name))
        self.setWindowTitle(self.tr("Remove a model"))
        self.setAccessibleName(title)
        heading = plain_label("dialog_title", title, wraps=True)
        words = self.tr(
            "In the trash it can be brought back, but it goes on taking {size} of the disk until the trash is emptied."
            " Removed for good, the space is free at once, and only another download brings the model back."
        )
        text = plain_label("dialog_text", words.format(size=size_words(model.size_bytes)), wraps=True)
        trash = QPushButton(self.tr("Move to the trash"))
        trash.setObjectName("trash_button")
        trash.setAccessibleName(self.tr("Move to the trash"))
        trash.clicked.connect(lambda: self._choose(is_for_good=False))
        for_good = QPushButton(self.tr("Remove for good"))
        for_good.setObjectName("remove_for_good_button")
        for_good.setAccessibleName(self.tr("Remove for good"))
        for_good.setAutoDefault(False)
        for_good.clicked.connect(lambda: self._choose(is_for_good=True))
        cancel = QPushButton(self.tr("Cancel"))
        cancel.setObjectName("cancel_remove_button")
        cancel.setAccessibleName(self.tr("Cancel"))
        cancel.setDefault(True)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch()
        for button in (for_good, trash, cancel):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addWidget(heading)
        layout.addWidget(text)
        layout.addSpacing(2 * GRID)
        layout.addLayout(buttons)
        self.setMinimumWidth(WIDTH)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        cancel.setFocus()

    def _choose(self, *, is_for_good: bool) -> None:
        self.chosen.emit(is_for_good)
        self.accept()
