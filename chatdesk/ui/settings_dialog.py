"""The app's settings, each with a plain explanation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from chatdesk.core.sampling import LIMITS, MAX_SEED, SamplingParams
from chatdesk.core.settings import ALL_GPU_LAYERS, LOAD_LIMITS, Settings, Theme

if TYPE_CHECKING:
    from PySide6.QtGui import QWheelEvent

FIELD_WIDTH = 150


class SettingsDialog(QDialog):
    """Shows a `Settings` value and hands back the edited one with `saved`."""

    saved = Signal(object)

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_dialog")
        self.setWindowTitle(self.tr("Settings"))
        self.setAccessibleName(self.tr("Settings"))
        self._page = QWidget()
        self._page.setObjectName("settings_page")
        self._rows = QVBoxLayout(self._page)
        self._rows.setContentsMargins(24, 12, 24, 20)
        self._rows.setSpacing(14)
        self._make_general()
        self._make_sampling()
        self._make_loading()
        self._rows.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._page)
        buttons = QDialogButtonBox()
        save = buttons.addButton(self.tr("Save"), QDialogButtonBox.ButtonRole.AcceptRole)
        save.setObjectName("save_settings_button")
        save.setProperty("primary", True)
        cancel = buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setObjectName("cancel_settings_button")
        defaults = buttons.addButton(self.tr("Standard values"), QDialogButtonBox.ButtonRole.ResetRole)
        defaults.setObjectName("default_settings_button")
        defaults.clicked.connect(lambda: self._fill(Settings()))
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(24, 12, 24, 16)
        bottom.addWidget(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(scroll, 1)
        layout.addLayout(bottom)
        self.resize(620, min(640, self.screen().availableSize().height() - 80))
        self._fill(settings)

    def _make_general(self) -> None:
        self._theme = _Choice()
        self._theme.addItem(self.tr("Like the system"), Theme.SYSTEM)
        self._theme.addItem(self.tr("Light"), Theme.LIGHT)
        self._theme.addItem(self.tr("Dark"), Theme.DARK)
        self._system_prompt = QPlainTextEdit()
        self._system_prompt.setFixedHeight(84)
        self._system_prompt.setTabChangesFocus(True)
        self._section(self.tr("General"))
        self._row("theme_choice", self.tr("Appearance"), self.tr("The colours of the window."), self._theme)
        self._row(
            "system_prompt_edit",
            self.tr("System prompt"),
            self.tr("What the model is told before every chat: how it should answer. Empty: as its maker intended."),
            self._system_prompt,
            is_wide=True,
        )

    def _make_sampling(self) -> None:
        self._temperature = _real("temperature", 0.05)
        self._top_k = _whole(*LIMITS["top_k"])
        self._top_p = _real("top_p", 0.01)
        self._min_p = _real("min_p", 0.01)
        self._repeat_penalty = _real("repeat_penalty", 0.01)
        self._max_tokens = _whole(*LIMITS["max_tokens"])
        # A real field without decimals: Qt's whole ones end at half of the seeds.
        self._seed = _RealField()
        self._seed.setDecimals(0)
        self._seed.setRange(-1, MAX_SEED)
        self._seed.setSpecialValueText(self.tr("random"))
        self._seed.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._section(self.tr("How replies are written"))
        self._row(
            "temperature_field",
            "temperature",
            self.tr("0 always takes the most likely word; higher values are more varied and less reliable."),
            self._temperature,
        )
        self._row(
            "top_k_field",
            "top_k",
            self.tr("Choose only among this many of the most likely tokens. 0 means among all."),
            self._top_k,
        )
        self._row(
            "top_p_field",
            "top_p",
            self.tr("Choose among the likeliest tokens that together reach this probability. 1 switches it off."),
            self._top_p,
        )
        self._row(
            "min_p_field",
            "min_p",
            self.tr("Leave out tokens less likely than this share of the likeliest one. 0 switches it off."),
            self._min_p,
        )
        self._row(
            "repeat_penalty_field",
            "repeat_penalty",
            self.tr("Above 1 the model repeats itself less. 1 switches it off."),
            self._repeat_penalty,
        )
        self._row(
            "max_tokens_field",
            "max_tokens",
            self.tr("A reply ends at this length at the latest. A token is a word or a part of one."),
            self._max_tokens,
        )
        self._row(
            "seed_field",
            "seed",
            self.tr("The same seed, model, settings and chat give the same reply again."),
            self._seed,
        )

    def _make_loading(self) -> None:
        self._n_ctx = _whole(LOAD_LIMITS["n_ctx"][0] - 1, LOAD_LIMITS["n_ctx"][1], unset=self.tr("automatic"))
        self._n_ctx.setSingleStep(1024)
        self._n_threads = _whole(0, LOAD_LIMITS["n_threads"][1], unset=self.tr("automatic"))
        self._n_gpu_layers = _whole(ALL_GPU_LAYERS, LOAD_LIMITS["n_gpu_layers"][1], unset=self.tr("all"))
        self._section(self.tr("How models are loaded"))
        self._row(
            "n_ctx_field",
            "n_ctx",
            self.tr("How many tokens the model can see at once: the chat and its reply. More takes more memory."),
            self._n_ctx,
        )
        self._row(
            "n_threads_field",
            "n_threads",
            self.tr("How many processor cores work at once. Automatic takes all physical cores."),
            self._n_threads,
        )
        self._row(
            "n_gpu_layers_field",
            "n_gpu_layers",
            self.tr("How many layers of the model the graphics card computes, where there is one. 0 means none."),
            self._n_gpu_layers,
        )

    def _section(self, title: str) -> None:
        label = QLabel(title)
        label.setObjectName("settings_section")
        label.setIndent(0)
        self._rows.addWidget(label)

    def _row(self, object_name: str, name: str, explanation: str, field: QWidget, *, is_wide: bool = False) -> None:
        field.setObjectName(object_name)
        field.setAccessibleName(name)
        field.setAccessibleDescription(explanation)
        title = QLabel(name)
        title.setObjectName("setting_name")
        title.setBuddy(field)
        text = QLabel(explanation)
        text.setObjectName("setting_explanation")
        text.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(title)
        words.addWidget(text)
        if is_wide:
            words.addSpacing(4)
            words.addWidget(field)
            self._rows.addLayout(words)
            return
        field.setFixedWidth(FIELD_WIDTH)
        row = QHBoxLayout()
        row.setSpacing(24)
        row.addLayout(words, 1)
        row.addWidget(field, 0, Qt.AlignmentFlag.AlignVCenter)
        self._rows.addLayout(row)

    def _fill(self, settings: Settings) -> None:
        self._settings = settings
        sampling = settings.sampling
        self._theme.setCurrentIndex(self._theme.findData(settings.theme))
        self._system_prompt.setPlainText(settings.system_prompt)
        self._temperature.setValue(sampling.temperature)
        self._top_k.setValue(sampling.top_k)
        self._top_p.setValue(sampling.top_p)
        self._min_p.setValue(sampling.min_p)
        self._repeat_penalty.setValue(sampling.repeat_penalty)
        self._max_tokens.setValue(sampling.max_tokens)
        self._seed.setValue(-1 if sampling.seed is None else sampling.seed)
        self._n_ctx.setValue(self._n_ctx.minimum() if settings.n_ctx is None else settings.n_ctx)
        self._n_threads.setValue(0 if settings.n_threads is None else settings.n_threads)
        self._n_gpu_layers.setValue(settings.n_gpu_layers)

    def _save(self) -> None:
        sampling: SamplingParams = replace(
            self._settings.sampling,
            temperature=round(self._temperature.value(), 3),
            top_k=self._top_k.value(),
            top_p=round(self._top_p.value(), 3),
            min_p=round(self._min_p.value(), 3),
            repeat_penalty=round(self._repeat_penalty.value(), 3),
            max_tokens=self._max_tokens.value(),
            seed=_or_none(self._seed),
        )
        self.saved.emit(
            replace(
                self._settings,
                theme=Theme(self._theme.currentData()),
                system_prompt=self._system_prompt.toPlainText(),
                sampling=sampling,
                n_ctx=_or_none(self._n_ctx),
                n_threads=_or_none(self._n_threads),
                n_gpu_layers=self._n_gpu_layers.value(),
            )
        )
        self.accept()


class _WheelPasses:
    """A field that leaves the wheel to the page while it has no focus: scrolling must not change settings."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():  # type: ignore[attr-defined]  # mixed into widgets only
            super().wheelEvent(event)  # type: ignore[misc]  # the same
        else:
            event.ignore()


class _WholeField(_WheelPasses, QSpinBox):
    pass


class _RealField(_WheelPasses, QDoubleSpinBox):
    pass


class _Choice(_WheelPasses, QComboBox):
    pass


def _whole(least: float, most: float, unset: str = "") -> _WholeField:
    """A whole number; with `unset`, the least value means "not set" and shows that word."""
    field = _WholeField()
    field.setRange(int(least), int(most))
    field.setGroupSeparatorShown(True)
    field.setSpecialValueText(unset)
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return field


def _real(name: str, step: float) -> _RealField:
    field = _RealField()
    field.setRange(*LIMITS[name])
    field.setSingleStep(step)
    field.setDecimals(2)
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return field


def _or_none(field: QSpinBox | QDoubleSpinBox) -> int | None:
    return None if field.value() == field.minimum() else int(field.value())
