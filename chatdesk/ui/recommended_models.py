"""Models worth downloading for this computer, each on a card."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QVBoxLayout, QWidget

from chatdesk.ui.model_manager.here import ModelsHere
from chatdesk.ui.model_manager.labels import plain_label
from chatdesk.ui.recommendation_card import RecommendationCard
from chatdesk.ui.wording import joined_sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chatdesk.core.downloads import Download
    from chatdesk.core.model_files import ModelFile
    from chatdesk.core.recommendations import Recommendation


class RecommendedModels(QWidget):
    """What the starter model cannot do, and cards with models that can. Shows nothing while nothing is recommended."""

    download_requested = Signal(object)  # a Recommendation
    pause_requested = Signal(str)  # a download's id, as in the next two
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    use_requested = Signal(object)  # a ModelFile

    def __init__(self, locale: QLocale, parent: QWidget | None = None) -> None:
        """`locale` is that of the person: in a Chinese one the starter model is no great help."""
        super().__init__(parent)
        self.setObjectName("recommended_models")
        self._is_chinese = locale.language() is QLocale.Language.Chinese
        self._here = ModelsHere()
        self._loaded_path: str | None = None
        self._icon_color: QColor | None = None
        self._is_narrow = False
        self._cards: list[RecommendationCard] = []
        title = plain_label("recommended_title", self.tr("Models for this computer"))
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._layout.addWidget(title)
        self._layout.addWidget(plain_label("recommended_text", self._starter_words(), wraps=True))
        self._layout.addSpacing(4)
        self.hide()

    def set_icon_color(self, color: QColor) -> None:
        """Draw icons in `color`."""
        self._icon_color = color
        for card in self._cards:
            card.set_icon_color(color)

    def set_narrow(self, *, is_narrow: bool) -> None:
        """Whether there is little room from side to side."""
        self._is_narrow = is_narrow
        for card in self._cards:
            card.set_narrow(is_narrow=is_narrow)

    def set_recommendations(self, recommendations: Sequence[Recommendation]) -> None:
        """Show these, in this order."""
        if [card.recommendation for card in self._cards] == list(recommendations):
            return
        for card in self._cards:
            self._layout.removeWidget(card)
            card.hide()
            card.deleteLater()
        self._cards = [
            RecommendationCard(recommendation, is_chinese=self._is_chinese) for recommendation in recommendations
        ]
        for card in self._cards:
            card.download_requested.connect(self.download_requested)
            card.pause_requested.connect(self.pause_requested)
            card.resume_requested.connect(self.resume_requested)
            card.cancel_requested.connect(self.cancel_requested)
            card.use_requested.connect(self.use_requested)
            card.set_narrow(is_narrow=self._is_narrow)
            if self._icon_color is not None:
                card.set_icon_color(self._icon_color)
            self._layout.addWidget(card)
        self.setVisible(bool(self._cards))
        self._refresh()

    def set_models(self, models: Iterable[ModelFile]) -> None:
        """These are installed."""
        self._here.set_files(models)
        self._refresh()

    def add_model(self, model: ModelFile) -> None:
        """One more is installed."""
        self._here.add_file(model)
        self._refresh()

    def set_loaded(self, model: ModelFile | None) -> None:
        """This one is in use."""
        self._loaded_path = model.path if model is not None else None
        self._refresh()

    def set_downloads(self, downloads: Iterable[Download]) -> None:
        """These are all downloads that are not over."""
        self._here.set_downloads(downloads)
        self._refresh()

    def put_download(self, download: Download) -> None:
        """A download is new or has changed."""
        self._here.put_download(download)
        self._refresh()

    def show_not_started(self) -> None:
        """What was asked for did not begin; it can be asked for again."""
        for card in self._cards:
            card.show_not_started()

    def _refresh(self) -> None:
        for card in self._cards:
            file = self._here.file_of(card.remote)
            is_loaded = file is not None and file.path == self._loaded_path
            card.show_state(self._here.download_of(card.remote), file, is_loaded=is_loaded)

    def _starter_words(self) -> str:
        if self._is_chinese:
            starter = self.tr("The starter model answers at once, but it is small and speaks little Chinese.")
        else:
            starter = self.tr("The starter model answers at once, but it is small.")
        return joined_sentences((starter, self.tr("These answer better. Nothing is downloaded until you click.")))
