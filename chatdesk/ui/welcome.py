"""What an empty conversation shows: what this is, something to begin with, and models worth having."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QLocale, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from chatdesk.ui.model_manager.labels import plain_label
from chatdesk.ui.recommended_models import RecommendedModels

COLUMN_WIDTH = 720
MARGIN = 24
NARROW = 600  # below this, what stands side by side stands one below the other


class Welcome(QScrollArea):
    """A greeting, four suggestions that go into the composer, and the recommended models."""

    suggested = Signal(str)
    manager_requested = Signal()

    def __init__(self, locale: QLocale | None = None, parent: QWidget | None = None) -> None:
        """`locale` is that of the person; None: the app's."""
        super().__init__(parent)
        self.setObjectName("welcome")
        self.setAccessibleName(self.tr("Welcome"))
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._is_narrow: bool | None = None
        self._suggestions = [self._suggestion(text) for text in self._suggestion_texts()]
        self._grid = QGridLayout()
        self._grid.setSpacing(10)
        self._recommended = RecommendedModels(QLocale() if locale is None else locale)
        self._more = QPushButton(self.tr("Find more models…"))
        self._more.setObjectName("find_models_button")
        self._more.setAccessibleName(self.tr("Find more models"))
        self._more.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._more.clicked.connect(self.manager_requested)
        self.setWidget(self._make_page())
        self._fit_width()

    @property
    def recommended(self) -> RecommendedModels:
        """The models below the suggestions."""
        return self._recommended

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_width()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Words that grow or shrink with the size of all text ask for another layout.
        if event.type() is QEvent.Type.LayoutRequest:
            self._fit_width()
        return super().eventFilter(watched, event)

    def _make_page(self) -> QWidget:
        title = self._centred("welcome_title", self.tr("What would you like to talk about?"))
        text = self._centred("welcome_text", self.tr("The model runs on this computer. Nothing you write leaves it."))
        column = QWidget()
        column.setMaximumWidth(COLUMN_WIDTH)
        column.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        inner = QVBoxLayout(column)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        inner.addWidget(title)
        inner.addWidget(text)
        inner.addSpacing(16)
        inner.addLayout(self._grid)
        inner.addSpacing(24)
        inner.addWidget(self._recommended)
        inner.addWidget(self._more, 0, Qt.AlignmentFlag.AlignHCenter)
        page = QWidget()
        page.setObjectName("welcome_page")
        layout = self._page_layout = QVBoxLayout(page)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(column, 1000)
        row.addStretch(1)
        layout.addStretch(2)
        layout.addLayout(row)
        layout.addStretch(3)
        return page

    def _fit_width(self) -> None:
        # As much room on the left as the scroll bar takes: the message box below has none, and is in the middle.
        bar = self.width() - self.viewport().width()
        self._page_layout.setContentsMargins(MARGIN + bar, MARGIN, MARGIN, MARGIN)
        room = min(self.viewport().width() - bar - 2 * MARGIN, COLUMN_WIDTH)
        widest = max(button.sizeHint().width() for button in self._suggestions)
        is_narrow = self.viewport().width() < NARROW or room < 2 * widest + self._grid.spacing()
        if is_narrow == self._is_narrow:
            return
        self._is_narrow = is_narrow
        self._recommended.set_narrow(is_narrow=is_narrow)
        columns = 1 if is_narrow else 2
        for place, button in enumerate(self._suggestions):
            self._grid.addWidget(button, place // columns, place % columns)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, columns - 1)

    def _suggestion(self, text: str) -> QPushButton:
        button = QPushButton(text)
        button.setObjectName("suggestion")
        button.setAccessibleName(text)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self.suggested.emit(text))
        return button

    def _centred(self, name: str, text: str) -> QLabel:
        label = plain_label(name, text, wraps=True)
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        return label

    def _suggestion_texts(self) -> tuple[str, ...]:
        return (
            self.tr("Who are you?"),
            self.tr("Explain photosynthesis to a child"),
            self.tr("Write a short thank-you note"),
            self.tr("List five ideas for a rainy day"),
        )
