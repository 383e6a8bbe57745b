"""The model in use, on top of the conversation: switch it, watch it load, cancel, unload."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QColor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatdesk.core.model_files import ModelOrigin
from chatdesk.ui.icons import icon
from chatdesk.ui.wording import plain_tool_tip, size_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.model_files import ModelFile
    from chatdesk.core.model_info import ModelInfo


class ModelPicker(QWidget):
    """A button with the model's name and a menu of models; while one loads, its progress and Cancel."""

    chosen = Signal(object)
    models_wanted = Signal()  # the menu opens: somebody should look whether there are new files
    open_file_requested = Signal()
    cancel_requested = Signal()
    unload_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._models: Sequence[ModelFile] = ()
        self._loaded: ModelFile | None = None
        self._device = ""
        self._button = QToolButton()
        self._button.setObjectName("model_picker")
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow behind the name
        self._button.setIconSize(QSize(16, 16))
        self._button.setToolTip(self.tr("Choose a model (Ctrl+M)"))
        self._button.clicked.connect(self.open_menu)
        self._menu = QMenu(self)
        self._menu.setObjectName("model_menu")
        self._menu.aboutToShow.connect(self._fill_menu)
        self._menu.aboutToShow.connect(self.models_wanted)
        self._details = QLabel()
        self._details.setObjectName("model_details")
        self._load_row = self._make_load_row()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._button)
        row.addWidget(self._details)
        row.addWidget(self._load_row)
        row.addStretch()
        self.show_none()

    def set_icon_color(self, color: QColor) -> None:
        """Draw icons in `color`."""
        self._button.setIcon(icon("chevron-down", color))

    def set_models(self, models: Sequence[ModelFile]) -> None:
        """Offer these."""
        self._models = models
        if self._menu.isVisible():
            self._fill_menu()

    def offers(self, model: ModelFile) -> bool:
        """Whether `model` is in the menu."""
        return any(known.path == model.path for known in self._models)

    def open_menu(self) -> None:
        """Show the menu, as a click would."""
        self._button.setFocus()
        self._menu.popup(self._button.mapToGlobal(QPoint(0, self._button.height() + 2)))

    def show_none(self) -> None:
        """No model is loaded."""
        self._show(None, self.tr("No model"), "")

    def show_loading(self, model: ModelFile, fraction: float) -> None:
        """`model` is being loaded; `fraction` runs from 0 to 1."""
        if self._load_row.isHidden():
            self._load_row.show()
            self._details.hide()
        percent = round(fraction * 100)
        self._set_name(model.name)
        self._progress.setValue(percent)
        self._load_text.setText(self.tr("Loading… {percent} %").format(percent=percent))

    def show_ready(self, model: ModelFile, info: ModelInfo) -> None:
        """`model` is loaded."""
        parts = [size_words(info.size_bytes), self.tr("{tokens} tokens of context").format(tokens=f"{info.n_ctx:,}")]
        self._show(model, model.name, " · ".join(parts))
        memory = self.tr("Memory taken by loading it: {size}").format(size=size_words(info.memory_bytes))
        self._details.setToolTip(plain_tool_tip(f"{info.device}. {memory}"))
        self._device = info.device

    def _show(self, model: ModelFile | None, name: str, details: str) -> None:
        self._loaded = model
        self._load_row.hide()
        self._details.show()
        self._details.setText(details)
        self._details.setToolTip("")
        self._device = ""
        self._set_name(name)

    def _set_name(self, name: str) -> None:
        self._button.setText(self._button.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, 320))
        self._button.setAccessibleName(self.tr("Model: {name}").format(name=name))

    def _make_load_row(self) -> QWidget:
        self._progress = QProgressBar()
        self._progress.setObjectName("load_progress")
        self._progress.setAccessibleName(self.tr("Loading the model"))
        self._progress.setRange(0, 100)
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(120)
        self._load_text = QLabel()
        self._load_text.setObjectName("load_text")
        cancel = QPushButton(self.tr("Cancel"))
        cancel.setObjectName("cancel_load_button")
        cancel.setAccessibleName(self.tr("Cancel loading"))
        cancel.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        cancel.clicked.connect(self.cancel_requested)
        row = QWidget()
        texts = QVBoxLayout()
        texts.setSpacing(3)
        texts.addStretch()
        texts.addWidget(self._load_text)
        texts.addWidget(self._progress)
        texts.addStretch()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addLayout(texts)
        layout.addWidget(cancel)
        return row

    def _fill_menu(self) -> None:
        self._menu.clear()
        group = QActionGroup(self._menu)
        for model in self._models:
            words = [model.name, size_words(model.size_bytes)]
            if model.origin is ModelOrigin.STARTER:
                words.append(self.tr("starter model"))
            # An ampersand in a file's name is no keyboard mark.
            action = QAction(" · ".join(words).replace("&", "&&"), self._menu)
            action.setCheckable(True)
            action.setChecked(self._loaded is not None and model.path == self._loaded.path)
            action.setToolTip(model.path)
            action.triggered.connect(lambda _checked=False, model=model: self.chosen.emit(model))
            group.addAction(action)
            self._menu.addAction(action)
        if not self._models:
            none = self._menu.addAction(self.tr("No models found"))
            none.setEnabled(False)
        self._menu.addSeparator()
        self._menu.addAction(self.tr("Open GGUF…"), self.open_file_requested.emit)
        unload = self._menu.addAction(self.tr("Unload"), self.unload_requested.emit)
        unload.setEnabled(self._loaded is not None)
        if self._device:
            self._menu.addSeparator()
            device = self._menu.addAction(self.tr("Computes on: {device}").format(device=self._device))
            device.setEnabled(False)
