"""One download as a person follows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, SignalInstance
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QPushButton, QToolButton, QVBoxLayout

from chatdesk.core.download_queue import Step, state_after
from chatdesk.core.downloads import DownloadState
from chatdesk.core.errors import ErrorCode
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.icons import icon
from chatdesk.ui.model_manager.labels import GRID, ElidedLabel, plain_label
from chatdesk.ui.model_manager.words import (
    download_error_words,
    download_figures,
    download_state_words,
    percent_of,
)
from chatdesk.ui.wording import plain_tool_tip, size_words

if TYPE_CHECKING:
    from PySide6.QtGui import QColor

    from chatdesk.core.downloads import Download

PROGRESS_STEPS = 1000
BUTTON_PADDING = 32
EARLIER, LATER = -1, 1


class DownloadRow(QFrame):
    """Draws a `Download`, and only what changed since it was drawn last.

    One button carries the download on in whatever way its state allows, another ends it. They stay where they are
    when the state changes, and so does the keyboard's focus.
    """

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    move_requested = Signal(str, int)
    use_requested = Signal(str)
    dismissed = Signal(str)
    open_page_requested = Signal(str)

    def __init__(self, download: Download) -> None:
        super().__init__()
        self.setObjectName("download_row")
        self._download: Download | None = None
        self._shown_name = one_line(download.model.name)
        self._state = ElidedLabel("download_state", mode=Qt.TextElideMode.ElideRight)
        self._figures = plain_label("download_figures")
        self._error = plain_label("download_error", wraps=True)
        self._error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._bar = QProgressBar()
        self._bar.setObjectName("download_progress")
        self._bar.setAccessibleName(self.tr("Progress of {name}").format(name=self._shown_name))
        self._bar.setRange(0, PROGRESS_STEPS)
        self._bar.setTextVisible(False)
        self._up = self._arrow("move_up_button", self.tr("Earlier in the queue"), EARLIER)
        self._down = self._arrow("move_down_button", self.tr("Later in the queue"), LATER)
        self._page = self._button("open_page_button", self.tr("Open its page…"))
        self._page.clicked.connect(lambda: self.open_page_requested.emit(self.download.model.repo_id))
        self._carry_on: SignalInstance = self.pause_requested
        self._verb = self._button(
            "carry_on_button", self.tr("Pause"), self.tr("Resume"), self.tr("Try again"), self.tr("Use")
        )
        self._verb.clicked.connect(lambda: self._carry_on.emit(self.download.id))
        self._finish: SignalInstance = self.cancel_requested
        self._end = self._button("end_button", self.tr("Cancel"), self.tr("Take off"))
        self._end.clicked.connect(lambda: self._finish.emit(self.download.id))
        self._build(download)
        self.show_download(download)

    @property
    def download(self) -> Download:
        """What is shown."""
        assert self._download is not None
        return self._download

    def set_icon_color(self, color: QColor) -> None:
        """Draw icons in `color`."""
        self._up.setIcon(icon("arrow-up", color))
        self._down.setIcon(icon("arrow-down", color))

    def set_place(self, *, is_first: bool, is_last: bool) -> None:
        """Offer the moves that this place in the queue allows."""
        self._up.setEnabled(not is_first)
        self._down.setEnabled(not is_last)

    def show_download(self, download: Download) -> None:
        """Show its new state and progress."""
        before, self._download = self._download, download
        if before is None or before.state is not download.state:
            self._show_verbs(download.state)
        if before is None or (before.state, before.error) != (download.state, download.error):
            self._show_error(download)
        if before is None or percent_of(before) != percent_of(download) or before.state is not download.state:
            self._tell_what_ending_costs(download)
        state = download_state_words(download)
        self._state.set_text(state)
        if self._figures.text() != (figures := download_figures(download)):
            self._figures.setText(figures)
        steps = download.done_bytes * PROGRESS_STEPS // download.total_bytes if download.total_bytes > 0 else 0
        if self._bar.value() != steps:
            self._bar.setValue(steps)
        spoken = f"{self._shown_name}: {state}"
        if self.accessibleName() != spoken:
            self.setAccessibleName(spoken)

    def _show_verbs(self, state: DownloadState) -> None:
        is_over = state.is_over
        match state:
            case DownloadState.PAUSED:
                words, self._carry_on = self.tr("Resume"), self.resume_requested
            case DownloadState.FAILED:
                words, self._carry_on = self.tr("Try again"), self.resume_requested
            case DownloadState.INSTALLED:
                words, self._carry_on = self.tr("Use"), self.use_requested
            case _:
                words, self._carry_on = self.tr("Pause"), self.pause_requested
        self._verb.setText(words)
        is_waiting_for_person = state in (DownloadState.PAUSED, DownloadState.FAILED, DownloadState.INSTALLED)
        self._verb.setEnabled(is_waiting_for_person or state_after(state, Step.PAUSE) is not None)
        self._verb.setProperty("primary", state is DownloadState.INSTALLED)
        self._verb.style().polish(self._verb)
        self._finish = self.dismissed if is_over else self.cancel_requested
        self._end.setText(self.tr("Take off") if is_over else self.tr("Cancel"))
        for button in (self._verb, self._end, self._page):
            self._name(button, button.text())
        for widget in (self._up, self._down, self._bar):
            widget.setVisible(not is_over)

    def _show_error(self, download: Download) -> None:
        words = download_error_words(download)
        is_failed = download.state is DownloadState.FAILED
        self._error.setText(words)
        self._error.setVisible(bool(words))
        self._error.setProperty("failed", is_failed)
        self._error.style().polish(self._error)
        self._page.setVisible(is_failed and download.error is not None and download.error.code is ErrorCode.HUB_GATED)

    def _tell_what_ending_costs(self, download: Download) -> None:
        if download.state.is_over:
            words = self.tr("Show it here no more. The model stays installed.")
        elif download.done_bytes:
            words = self.tr("Stop and delete the {size} that have arrived. Only downloading it again brings them back.")
            words = words.format(size=size_words(download.done_bytes))
        else:
            words = self.tr("Stop it. Nothing of it has arrived yet.")
        self._end.setToolTip(plain_tool_tip(words))
        self._end.setAccessibleDescription(words)

    def _build(self, download: Download) -> None:
        names = QVBoxLayout()
        names.setSpacing(GRID // 4)
        names.addWidget(ElidedLabel("download_name", self._shown_name))
        names.addWidget(ElidedLabel("download_repo", one_line(download.model.repo_id)))
        top = QHBoxLayout()
        top.setSpacing(GRID)
        top.addLayout(names, 1)
        for button in (self._up, self._down, self._page, self._verb, self._end):
            top.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        bottom = QHBoxLayout()
        bottom.setSpacing(2 * GRID)
        bottom.addWidget(self._state, 1)
        bottom.addWidget(self._figures)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, GRID + 4, GRID + 4, GRID + 4)
        layout.setSpacing(GRID)
        layout.addLayout(top)
        layout.addWidget(self._bar)
        layout.addLayout(bottom)
        layout.addWidget(self._error)

    def _button(self, object_name: str, *words: str) -> QPushButton:
        """A button that is wide enough for each of its `words`."""
        button = QPushButton(words[0])
        button.setObjectName(object_name)
        widest = max(button.fontMetrics().horizontalAdvance(text) for text in words)
        button.setMinimumWidth(widest + BUTTON_PADDING)
        return button

    def _arrow(self, object_name: str, words: str, step: int) -> QToolButton:
        button = QToolButton()
        button.setObjectName(object_name)
        button.setToolTip(words)
        button.clicked.connect(lambda: self.move_requested.emit(self.download.id, step))
        self._name(button, words)
        return button

    def _name(self, button: QPushButton | QToolButton, verb: str) -> None:
        button.setAccessibleName(self.tr("{verb}: {name}").format(verb=verb, name=self._shown_name))
