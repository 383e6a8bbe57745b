"""One model of a repo: which quantization, how large, whether it fits, and the button that gets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal, SignalInstance
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout

from chatdesk.core.downloads import DownloadState
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.icons import icon_beside_words
from chatdesk.ui.model_manager.labels import GRID, ElidedLabel, FitPill, plain_label
from chatdesk.ui.model_manager.words import download_state_words, percent_of
from chatdesk.ui.wording import plain_tool_tip, size_words

if TYPE_CHECKING:
    from chatdesk.core.downloads import Download
    from chatdesk.core.fit import Fit
    from chatdesk.core.hub_models import RemoteModel
    from chatdesk.core.model_files import ModelFile
    from chatdesk.ui.theme import Colors

BUTTON_WIDTH = 124
LINE_HEIGHT = 3


class DownloadButton(QPushButton):
    """Begins a download, then shows how far it is, then that the model is installed.

    It stays one button throughout, so that the keyboard's focus stays where it is: the focus must not slide to the
    next row's button and the next Enter begin another download.
    """

    download_requested = Signal()
    downloads_wanted = Signal()
    installed_wanted = Signal()

    def __init__(self, what: str, colors: Colors) -> None:
        super().__init__()
        self.setObjectName("download_button")
        self.setMinimumWidth(BUTTON_WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self._what = what
        self._percent: int | None = None
        self._verb: SignalInstance = self.download_requested
        self._colors = colors
        self._icon_name: str | None = None
        self.clicked.connect(self._act)
        self.show_absent()

    def show_absent(self) -> None:
        """The model is not here."""
        spoken = self.tr("Download {what}").format(what=self._what)
        self._show(self.tr("Download"), "download", spoken, self.download_requested)

    def show_download(self, download: Download) -> None:
        """The model is on its way, or that stands still."""
        percent = percent_of(download)
        match download.state:
            case DownloadState.QUEUED:
                words = self.tr("Waiting…")
            case DownloadState.PAUSED:
                words = self.tr("Paused")
            case DownloadState.FAILED:
                words = self.tr("Failed")
            case DownloadState.VERIFYING | DownloadState.PROBING:
                words = self.tr("Checking…")
            case _:
                words = self.tr("{percent} %").format(percent=percent)
        spoken = self.tr("{what}: {state}, {percent} percent. Show it among the downloads").format(
            what=self._what, state=download_state_words(download), percent=percent
        )
        self._show(words, "", spoken, self.downloads_wanted, percent)

    def show_installed(self) -> None:
        """The model is installed."""
        spoken = self.tr("{what} is installed. Show it among the installed models").format(what=self._what)
        self._show(self.tr("Installed"), "check", spoken, self.installed_wanted)

    def set_colors(self, colors: Colors) -> None:
        """Wear these."""
        self._colors = colors
        self._draw_icon()
        self.update()

    def set_primary(self, *, is_primary: bool) -> None:
        """Stand out among the others as what most people want, or not."""
        if bool(self.property("primary")) != is_primary:
            self.setProperty("primary", is_primary)
            self.style().polish(self)
            self._draw_icon()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._percent is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        line = QRect(GRID, self.height() - 2 * LINE_HEIGHT, self.width() - 2 * GRID, LINE_HEIGHT)
        painter.setBrush(QColor(self._colors.border))
        painter.drawRoundedRect(line, 1.5, 1.5)
        line.setWidth(line.width() * self._percent // 100)
        painter.setBrush(QColor(self._colors.accent))
        painter.drawRoundedRect(line, 1.5, 1.5)
        painter.end()

    def _act(self) -> None:
        self._verb.emit()

    def _show(self, words: str, icon_name: str, spoken: str, verb: SignalInstance, percent: int | None = None) -> None:
        self._verb = verb
        if self._percent != percent:
            self._percent = percent
            self.update()
        if self.text() != words:
            self.setText(words)
        if self.accessibleName() != spoken:
            self.setAccessibleName(spoken)
            self.setToolTip(plain_tool_tip(spoken))
        if self._icon_name != icon_name:
            self._icon_name = icon_name
            self._draw_icon()

    def _draw_icon(self) -> None:
        color = self._colors.on_accent if self.property("primary") else self._colors.muted
        self.setIcon(icon_beside_words(self._icon_name, QColor(color)) if self._icon_name else QIcon())


class FileRow(QFrame):
    """A row of a repo's page."""

    download_requested = Signal(object)
    downloads_wanted = Signal()
    installed_wanted = Signal(object)

    def __init__(self, model: RemoteModel, colors: Colors) -> None:
        super().__init__()
        self.setObjectName("file_row")
        self.model = model
        self._file: ModelFile | None = None
        self._is_here = False
        filename = one_line(model.filename)
        quantization = one_line(model.quantization or model.name)
        size = size_words(model.size_bytes)
        self.setAccessibleName(f"{quantization}, {size}, {filename}")
        name = ElidedLabel("file_quantization", quantization)
        name.setToolTip(plain_tool_tip(filename))
        amount = plain_label("file_size", size)
        self._pill = FitPill()
        self._pill.set_unknown(self.tr("Looking whether it fits…"))
        where = ElidedLabel("file_name", filename)
        if len(model.files) > 1:
            words = self.tr("{filename} and its other pieces, {count} in all")
            where.set_text(words.format(filename=filename, count=len(model.files)))
        self._suggestion = plain_label("suggestion_mark", self.tr("Suggested for this computer"))
        self._suggestion.hide()
        self._is_suggested = False
        self._button = DownloadButton(self.tr("{name}, {size}").format(name=quantization, size=size), colors)
        self._button.download_requested.connect(lambda: self.download_requested.emit(self.model))
        self._button.downloads_wanted.connect(self.downloads_wanted)
        self._button.installed_wanted.connect(lambda: self.installed_wanted.emit(self._file))
        first = QHBoxLayout()
        first.setSpacing(GRID)
        first.addWidget(name, 1)
        first.addWidget(self._suggestion)
        first.addSpacing(GRID)
        first.addWidget(amount)
        second = QHBoxLayout()
        second.setSpacing(GRID)
        second.addWidget(self._pill)
        second.addWidget(where, 1)
        texts = QVBoxLayout()
        texts.setSpacing(GRID // 2)
        texts.addLayout(first)
        texts.addLayout(second)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(GRID + 4, GRID, GRID, GRID)
        layout.setSpacing(2 * GRID)
        layout.addLayout(texts, 1)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignVCenter)

    def set_colors(self, colors: Colors) -> None:
        """Wear these."""
        self._button.set_colors(colors)

    def set_suggested(self, *, is_suggested: bool) -> None:
        """Say that this is the one to take, or not."""
        self._is_suggested = is_suggested
        self._suggestion.setVisible(is_suggested)
        self._refresh_primary()

    def set_fit(self, fit: Fit) -> None:
        """Show a verdict."""
        self._pill.set_fit(fit)
        self._button.setAccessibleDescription(f"{self._pill.text()}. {self._pill.accessibleDescription()}")

    def set_fit_unknown(self) -> None:
        """Say that there is no verdict."""
        self._pill.set_unknown(self.tr("It is not known whether it fits"))

    def set_here(self, file: ModelFile | None, download: Download | None) -> None:
        """Show what of it is on this computer."""
        self._file = file
        if download is not None:
            self._button.show_download(download)
        elif file is not None:
            self._button.show_installed()
        else:
            self._button.show_absent()
        self._is_here = file is not None or download is not None
        self._refresh_primary()

    def mark_wanted(self) -> None:
        """Show that this is the file that was asked for, and put the focus on its button."""
        self.setProperty("wanted", True)
        self.style().polish(self)
        self.take_focus()

    def take_focus(self) -> None:
        """Put the focus on its button."""
        self._button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _refresh_primary(self) -> None:
        self._button.set_primary(is_primary=self._is_suggested and not self._is_here)
