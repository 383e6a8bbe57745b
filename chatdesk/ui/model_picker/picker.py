"""A button with the model's name, what is known of the loaded one beside it, and its progress while one loads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatdesk.core.errors import ErrorCode
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui import theme
from chatdesk.ui.actions import native_keys
from chatdesk.ui.icons import icon
from chatdesk.ui.model_manager.labels import plain_label
from chatdesk.ui.model_picker.items import ModelChoiceItemModel, ModelUse
from chatdesk.ui.model_picker.popup import ModelPopup
from chatdesk.ui.wording import device_words, error_words, plain_tool_tip, size_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.installed_models import InstalledModel
    from chatdesk.core.model_files import ModelFile
    from chatdesk.core.model_info import ModelInfo

MOST_NAME_WIDTH = 320


class ModelPicker(QWidget):
    """The model in use, and the way to another one."""

    chosen = Signal(object)
    models_wanted = Signal()  # the popup opens: somebody should look whether there are new files
    favourite_requested = Signal(object, bool)
    open_file_requested = Signal()
    manager_requested = Signal()
    cancel_requested = Signal()
    unload_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors = theme.LIGHT
        self._choices = ModelChoiceItemModel(self)
        self._popup: ModelPopup | None = None  # made when it is first opened: start-up need not wait for it
        self._loaded: tuple[ModelFile, ModelInfo] | None = None
        self._button = QToolButton()
        self._button.setObjectName("model_picker")
        self._button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the arrow behind the name
        self._button.setToolTip(self.tr("Choose a model ({keys})").format(keys=native_keys("Ctrl+M")))
        self._button.clicked.connect(self.open_menu)
        self._details = plain_label("model_details")
        self._load_row = self._make_load_row()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._button)
        row.addWidget(self._details)
        row.addWidget(self._load_row)
        row.addStretch()
        self.show_none()

    def set_colors(self, colors: theme.Colors) -> None:
        """Draw in these."""
        self._colors = colors
        self._button.setIcon(icon("chevron-down", QColor(colors.muted)))
        if self._popup is not None:
            self._popup.set_colors(colors)

    def set_models(self, models: Sequence[ModelFile]) -> None:
        """Offer these."""
        self._choices.set_models(models)

    def set_installed(self, installed: Sequence[InstalledModel]) -> None:
        """Tell what is known of them: favourites, last use, whether they fit."""
        self._choices.set_installed(installed)
        self._refresh_details()

    def installed(self, model: ModelFile) -> InstalledModel | None:
        """What is known of `model`, or None."""
        return self._choices.installed(model.path)

    def files(self) -> tuple[ModelFile, ...]:
        """All models that can be chosen, favourites and those used last before the others."""
        return self._choices.files()

    def offers(self, model: ModelFile) -> bool:
        """Whether `model` can be chosen."""
        return self._choices.offers(model.path)

    def warm_up(self) -> None:
        """Make the popup ready, so that its first opening costs no more than the next."""
        self._made_popup().ensurePolished()

    def open_menu(self) -> None:
        """Show the models, as a click would; close them if they are shown."""
        popup = self._made_popup()
        if popup.is_open:
            popup.dismiss()
            return
        popup.open_below(self._button)
        self.models_wanted.emit()

    def show_none(self) -> None:
        """No model is loaded."""
        self._loaded = None
        self._choices.set_use(None)
        self._show(self.tr("No model"))

    def show_loading(self, model: ModelFile, fraction: float) -> None:
        """`model` is being loaded; `fraction` runs from 0 to 1."""
        if self._load_row.isHidden():
            self._load_row.show()
            self._details.hide()
        percent = round(fraction * 100)
        self._loaded = None
        self._choices.set_use(ModelUse(model.path, percent=percent))
        self._set_name(model.name)
        self._progress.setValue(percent)
        self._load_text.setText(self.tr("Loading… {percent} %").format(percent=percent))
        self._refresh_popup()

    def show_ready(self, model: ModelFile, info: ModelInfo) -> None:
        """`model` is loaded."""
        self._loaded = (model, info)
        self._choices.set_use(ModelUse(model.path, _held_bytes(info)))
        self._show(model.name)

    def show_failed(self, model: ModelFile, error: ErrorDetail) -> None:
        """`model` was not loaded, so none is: the one before may be loaded again."""
        self.show_none()
        if error.code is not ErrorCode.LOAD_CANCELLED:
            self._choices.set_failed(model.path, error_words(error))

    def _show(self, name: str) -> None:
        self._load_row.hide()
        self._details.show()
        self._refresh_details()
        self._set_name(name)
        self._refresh_popup()

    def _refresh_details(self) -> None:
        """What is said of the loaded model beside its name."""
        if self._loaded is None:
            self._details.setText("")
            self._details.setToolTip("")
            return
        model, info = self._loaded
        tokens = self.tr("{tokens} tokens of context").format(tokens=QLocale().toString(info.n_ctx))
        self._details.setText(f"{size_words(info.size_bytes)} · {tokens}")
        installed = self.installed(model)
        memory = self.tr("Memory taken by loading it: {size}").format(size=size_words(_held_bytes(info)))
        lines = [f"{device_words(info.device)}. {memory}"]
        if installed is not None and installed.predicted_bytes and installed.measured_bytes:
            lines.append(
                self.tr("Predicted {predicted}, measured {measured}").format(
                    predicted=size_words(installed.predicted_bytes), measured=size_words(installed.measured_bytes)
                )
            )
        self._details.setToolTip(plain_tool_tip("\n".join(lines)))

    def _set_name(self, name: str) -> None:
        shown = one_line(name)
        metrics = self._button.fontMetrics()
        # A single ampersand would vanish as a keyboard mark.
        elided = metrics.elidedText(shown, Qt.TextElideMode.ElideMiddle, MOST_NAME_WIDTH)
        self._button.setText(elided.replace("&", "&&"))
        self._button.setAccessibleName(self.tr("Model: {name}").format(name=shown))

    def _made_popup(self) -> ModelPopup:
        if self._popup is None:
            self._popup = ModelPopup(self._choices, self._colors, self.window())
            self._popup.chosen.connect(self.chosen)
            self._popup.favourite_requested.connect(self.favourite_requested)
            self._popup.open_file_requested.connect(self.open_file_requested)
            self._popup.manager_requested.connect(self.manager_requested)
            self._popup.unload_requested.connect(self.unload_requested)
        self._refresh_popup()
        return self._popup

    def _refresh_popup(self) -> None:
        if self._popup is None:
            return
        if self._loaded is None:
            self._popup.show_loaded(None, 0, "")
        else:
            model, info = self._loaded
            self._popup.show_loaded(model, _held_bytes(info), device_words(info.device))

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


def _held_bytes(info: ModelInfo) -> int:
    """What a model holds: this process does not see a graphics card's memory, nor what it has mapped but not read."""
    return max(info.memory_bytes, info.buffer_bytes)
