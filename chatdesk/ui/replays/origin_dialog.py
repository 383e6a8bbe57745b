"""What a reply was made from: to read, to copy, and to try again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from chatdesk.ui.first_size import set_first_size
from chatdesk.ui.replays.wording import origin_rows, result_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.messages import Message
    from chatdesk.core.replays import ReplayResult, ReplyRecipe


class OriginDialog(QDialog):
    """Explains one reply. Closing it ends the replay that it began."""

    replay_requested = Signal()
    stop_requested = Signal()

    def __init__(self, message: Message, recipe: ReplyRecipe | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message_id = message.id
        self.is_running = False  # what is shown: the reply is to be written again
        self.setObjectName("origin_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("What this reply was made from"))
        self._rows = origin_rows(message, recipe)
        explanation = QLabel(
            self.tr("The check writes the reply again from exactly this and compares the two. The chat stays as it is.")
        )
        explanation.setObjectName("dialog_text")
        explanation.setTextFormat(Qt.TextFormat.PlainText)
        explanation.setWordWrap(True)
        self._progress = QProgressBar()
        self._progress.setObjectName("replay_progress")
        self._progress.setAccessibleName(self.tr("Progress of the check"))
        self._progress.setTextVisible(False)
        self._progress.hide()
        self._result = _selectable_label("")
        self._result.setObjectName("replay_result")
        self._result.setAccessibleName(self.tr("What came of the check"))
        self._result.hide()
        self._replay_button = QPushButton(self.tr("Check"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(_facts(self._rows), 1)
        layout.addWidget(explanation)
        layout.addWidget(self._progress)
        layout.addWidget(self._result)
        layout.addWidget(self._buttons())
        set_first_size(self, 620, 440)
        self._replay_button.setFocus()

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self._replay_button.setObjectName("replay_button")
        self._replay_button.setProperty("primary", True)
        self._replay_button.setDefault(True)
        self._replay_button.clicked.connect(self._press)
        copy_button = QPushButton(self.tr("Copy"))
        copy_button.setObjectName("copy_origin_button")
        copy_button.setAutoDefault(False)
        copy_button.clicked.connect(self._copy)
        buttons.addButton(self._replay_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(copy_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        return buttons

    def begin(self) -> None:
        """Show that the reply is to be written again."""
        self.is_running = True
        self._replay_button.setText(self.tr("Stop"))
        self._result.hide()
        self._progress.setRange(0, 0)  # it waits for the model
        self._progress.show()

    def show_progress(self, done: int, total: int) -> None:
        """So many tokens of `total` are there again."""
        self._progress.setRange(0, max(total, 1))
        self._progress.setValue(done)

    def show_result(self, result: ReplayResult) -> None:
        """Say what came of it."""
        self.is_running = False
        self._replay_button.setText(self.tr("Check"))
        self._progress.hide()
        self._result.setText(result_words(result))
        self._result.show()

    def done(self, code: int) -> None:
        """Close, and end what was begun here."""
        if self.is_running:
            self.stop_requested.emit()
        super().done(code)

    def _press(self) -> None:
        if self.is_running:
            self.stop_requested.emit()
        else:
            self.replay_requested.emit()

    def _copy(self) -> None:
        lines = [f"{name}: {value}" for name, value in self._rows]
        QGuiApplication.clipboard().setText("\n".join([*lines, *filter(None, [self._result.text()])]))


def _facts(rows: Sequence[tuple[str, str]]) -> QScrollArea:
    """A name and a value in each row, of which there may be more than fit."""
    facts = QWidget()
    facts.setObjectName("origin_facts")
    grid = QGridLayout(facts)
    grid.setContentsMargins(0, 0, 8, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(8)
    grid.setColumnStretch(1, 1)
    for row, (name, value) in enumerate(rows):
        name_label, value_label = QLabel(name), _selectable_label(value)
        name_label.setObjectName("fact_caption")
        name_label.setTextFormat(Qt.TextFormat.PlainText)
        value_label.setObjectName("origin_value")
        value_label.setAccessibleName(name)
        value_label.setAccessibleDescription(value)
        grid.addWidget(name_label, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(value_label, row, 1)
    grid.setRowStretch(len(rows), 1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(facts)
    return area


def _selectable_label(text: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    label.setWordWrap(True)
    return label
