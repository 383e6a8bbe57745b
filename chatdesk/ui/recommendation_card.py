"""One recommended model: what it is good for, what it takes, and the button that downloads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QProgressBar, QPushButton, QToolButton, QVBoxLayout

from chatdesk.core.downloads import Download, DownloadState
from chatdesk.core.hub_models import RemoteModel
from chatdesk.core.recommendations import ModelPurpose, Recommendation
from chatdesk.ui.flow_row import FlowRow
from chatdesk.ui.icons import icon
from chatdesk.ui.model_manager.labels import FitPill, plain_label
from chatdesk.ui.model_manager.words import download_error_words, download_figures, download_state_words, percent_of
from chatdesk.ui.wording import language_words, plain_tool_tip, size_words

if TYPE_CHECKING:
    from chatdesk.core.model_files import ModelFile

MOST_LANGUAGES = 4  # that a card names; its tool tip names all


class RecommendationCard(QFrame):
    """Offers a model, follows its download, and offers it for use when it is here."""

    download_requested = Signal(object)
    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    use_requested = Signal(object)

    def __init__(self, recommendation: Recommendation, *, is_chinese: bool) -> None:
        super().__init__()
        self.recommendation = recommendation
        model = recommendation.model
        # Of the revision nothing is known yet: the Hub is asked for it when the download begins.
        self.remote = RemoteModel(model.repo_id, "", (model.file,))
        self._download: Download | None = None
        self._file: ModelFile | None = None
        self._is_requested = False
        self.setObjectName("recommendation")
        self.setAccessibleName(model.title)
        title = plain_label("recommendation_title", model.title)
        pill = FitPill()
        pill.set_fit(recommendation.fit)
        sentence = plain_label(
            "recommendation_sentence", model.sentence_zh if is_chinese else model.sentence, wraps=True
        )
        facts = plain_label("recommendation_facts", " · ".join(self._facts()), wraps=True)
        facts.setToolTip(plain_tool_tip(self.tr(", ").join(map(language_words, model.languages))))
        self._state = plain_label("recommendation_state", wraps=True)
        self._progress = QProgressBar()
        self._progress.setObjectName("recommendation_progress")
        self._progress.setAccessibleName(self.tr("Download of {model}").format(model=model.title))
        self._progress.setTextVisible(False)
        self._button = QPushButton()
        self._button.setObjectName("recommendation_button")
        self._button.clicked.connect(self._press)
        self._cancel = QToolButton()
        self._cancel.setObjectName("recommendation_cancel")
        self._cancel.setAccessibleName(self.tr("Cancel the download of {model}").format(model=model.title))
        self._cancel.setToolTip(self.tr("Cancel"))
        self._cancel.clicked.connect(self._press_cancel)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(FlowRow((title, pill)))
        words.addWidget(sentence)
        words.addWidget(facts)
        words.addWidget(self._progress)
        words.addWidget(self._state)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._button)
        buttons.addWidget(self._cancel)
        buttons.addStretch()
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parts.setContentsMargins(14, 12, 12, 12)
        self._parts.setSpacing(12)
        self._parts.addLayout(words, 1)
        self._parts.addLayout(buttons)
        self.show_state(None, None, is_loaded=False)

    def set_icon_color(self, color: QColor) -> None:
        self._cancel.setIcon(icon("x", color))

    def set_narrow(self, *, is_narrow: bool) -> None:
        """Put the button below the words, where there is no room beside them."""
        self._parts.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)

    def show_state(self, download: Download | None, file: ModelFile | None, *, is_loaded: bool) -> None:
        """Show how far it is: on the Hub, on its way, here, or in use."""
        self._download, self._file = download, file
        self._is_requested &= download is None and file is None
        is_on_its_way = download is not None and file is None
        self._progress.setVisible(is_on_its_way)
        self._state.setVisible(is_on_its_way)
        self._cancel.setVisible(is_on_its_way)
        if download is not None and is_on_its_way:
            self._progress.setValue(percent_of(download))
            words = f"{download_state_words(download)} · {download_figures(download)}"
            self._state.setText(f"{words}\n{download_error_words(download)}".strip())
        self._button.setEnabled(not self._is_requested and not is_loaded)
        self._button.setProperty("primary", False)
        text = self._button_text(is_loaded=is_loaded)
        if text != self._button.text():
            self._button.setText(text)
            self._button.setAccessibleName(f"{text}: {self.recommendation.model.title}")

    def show_not_started(self) -> None:
        """Offer it again, if it was asked for."""
        self._is_requested = False
        if self._download is None and self._file is None:
            self.show_state(None, None, is_loaded=False)

    def _button_text(self, *, is_loaded: bool) -> str:
        if self._file is not None:
            return self.tr("In use") if is_loaded else self.tr("Use")
        if self._download is None:
            return self.tr("Starting…") if self._is_requested else self.tr("Download")
        match self._download.state:
            case DownloadState.PAUSED:
                return self.tr("Go on")
            case DownloadState.FAILED:
                return self.tr("Try again")
            case _:
                return self.tr("Pause")

    def _press(self) -> None:
        if self._file is not None:
            self.use_requested.emit(self._file)
        elif self._download is None:
            self._is_requested = True
            self.show_state(None, None, is_loaded=False)
            self.download_requested.emit(self.recommendation)
        elif self._download.state in (DownloadState.PAUSED, DownloadState.FAILED):
            self.resume_requested.emit(self._download.id)
        else:
            self.pause_requested.emit(self._download.id)

    def _press_cancel(self) -> None:
        if self._download is not None:
            self.cancel_requested.emit(self._download.id)

    def _facts(self) -> list[str]:
        model, need = self.recommendation.model, self.recommendation.fit.need
        match model.purpose:
            case ModelPurpose.CHAT:
                purpose = self.tr("For chat")
            case ModelPurpose.CODE:
                purpose = self.tr("For code")
            case ModelPurpose.REASONING:
                purpose = self.tr("For reasoning")
        languages = self.tr(", ").join(map(language_words, model.languages[:MOST_LANGUAGES]))
        more = len(model.languages) - MOST_LANGUAGES
        if more > 0:
            languages = self.tr("{languages} and {count} more").format(
                languages=languages, count=QLocale().toString(more)
            )
        return [
            purpose,
            self.tr("{size} to download").format(size=size_words(model.file.size_bytes)),
            self.tr("needs about {size} of memory").format(size=size_words(need.total_bytes)),
            languages,
            self.tr("licence {licence}").format(licence=model.licence).replace(" ", "\N{NO-BREAK SPACE}"),
        ]
