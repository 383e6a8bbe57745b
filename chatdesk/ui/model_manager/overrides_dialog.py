"""The settings of one model: each either the app's, or its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from chatdesk.core.fit import CacheType
from chatdesk.core.overrides import OVERRIDE_NAMES, usable_overrides
from chatdesk.core.sampling import LIMITS
from chatdesk.core.settings import ALL_GPU_LAYERS, LOAD_LIMITS, Settings
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.model_manager.labels import GRID, plain_label
from chatdesk.ui.model_manager.override_fields import ChoiceField, NumberField, SettingField, TextField
from chatdesk.ui.model_manager.words import number_words

if TYPE_CHECKING:
    from chatdesk.core.installed_models import InstalledModel

FIELD_CHARS = 20  # room for the longest word in place of a number, and the arrows


class OverridesDialog(QDialog):
    """`saved` carries the model's own settings by name, sparse: what is the app's is left out."""

    saved = Signal(object)

    def __init__(self, model: InstalledModel, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("overrides_dialog")
        self.setWindowTitle(self.tr("Settings of this model"))
        self.setAccessibleName(self.tr("Settings of this model"))
        self._model = model
        self._settings = settings
        self._rows: list[_OverrideRow] = []
        self._page = QWidget()
        self._page.setObjectName("settings_page")
        self._column = QVBoxLayout(self._page)
        self._column.setContentsMargins(3 * GRID, GRID, 3 * GRID, 3 * GRID)
        self._column.setSpacing(2 * GRID)
        self._make_loading()
        self._make_sampling()
        self._make_template()
        self._column.addStretch()
        self._build()

    def _make_loading(self) -> None:
        settings = self._settings
        trained = self._model.details.n_ctx_train if self._model.details is not None else None
        context = self.tr(
            "The context: how many tokens of the chat and its reply the model sees at once. More takes more memory."
        )
        if trained is not None:
            context += " " + self.tr("This model was trained for {tokens}.").format(tokens=number_words(trained))
        automatic = self.tr("automatic")
        self._section(self.tr("How it is loaded"))
        self._add("n_ctx", context, NumberField(LOAD_LIMITS["n_ctx"], step=1024, unset=automatic), settings.n_ctx)
        self._add(
            "n_threads",
            self.tr("How many processor cores work at once."),
            NumberField(LOAD_LIMITS["n_threads"], unset=automatic),
            settings.n_threads,
        )
        layers = NumberField(LOAD_LIMITS["n_gpu_layers"])
        assert layers.minimum() == ALL_GPU_LAYERS
        layers.setSpecialValueText(self.tr("as many as fit"))
        self._add(
            "n_gpu_layers",
            self.tr("How many layers of the model the graphics card computes, where there is one. 0 means none."),
            layers,
            settings.n_gpu_layers,
        )
        self._add(
            "cache_type",
            self.tr("How exactly the model remembers the chat. q8_0 takes about half the memory of f16."),
            ChoiceField([(kind.value, kind.value) for kind in CacheType]),
            settings.cache_type.value,
        )
        self._add(
            "flash_attention",
            self.tr("A faster way to compute that also takes less memory. A few models or devices cannot use it."),
            ChoiceField([(automatic, None), (self.tr("on"), True), (self.tr("off"), False)]),
            settings.flash_attention,
        )

    def _make_sampling(self) -> None:
        sampling = self._settings.sampling
        self._section(self.tr("How replies are written"))
        fields: tuple[tuple[str, str, float], ...] = (
            (
                "temperature",
                self.tr("0 always takes the most likely word; higher values are more varied and less reliable."),
                0.05,
            ),
            ("top_k", self.tr("Choose only among this many of the most likely tokens. 0 means among all."), 1),
            (
                "top_p",
                self.tr("Choose among the likeliest tokens that together reach this probability. 1 switches it off."),
                0.01,
            ),
            (
                "min_p",
                self.tr("Leave out tokens less likely than this share of the likeliest one. 0 switches it off."),
                0.01,
            ),
            ("repeat_penalty", self.tr("Above 1 the model repeats itself less. 1 switches it off."), 0.01),
            (
                "max_tokens",
                self.tr("A reply ends at this length at the latest. A token is a word or a part of one."),
                1,
            ),
        )
        for name, explanation, step in fields:
            self._add(name, explanation, NumberField(LIMITS[name], step=step), getattr(sampling, name))
        self._add(
            "reasoning",
            self.tr("Whether the model reasons first, if that can be switched. Automatic: as it does by itself."),
            ChoiceField([(self.tr("automatic"), None), (self.tr("on"), True), (self.tr("off"), False)]),
            sampling.reasoning,
        )
        self._add(
            "reasoning_budget",
            self.tr("After so many tokens of reasoning the reply begins. Automatic: when only its own room is left."),
            NumberField(LIMITS["reasoning_budget"], unset=self.tr("automatic")),
            sampling.reasoning_budget,
        )
        self._add(
            "seed",
            self.tr("The same seed, model, settings and chat give the same reply again."),
            NumberField(LIMITS["seed"], unset=self.tr("random")),
            sampling.seed,
        )

    def _make_template(self) -> None:
        self._section(self.tr("How chats are put to it"))
        self._add(
            "chat_template",
            self.tr(
                "The pattern (Jinja) that turns a chat into the model's prompt. The file brings its own;"
                " another one helps where that is missing or wrong."
            ),
            TextField(self.tr("The one in the model's file")),
            None,
            unchanged=self.tr("The file's own"),
        )

    def _section(self, title: str) -> None:
        heading = plain_label("settings_section", title)
        heading.setIndent(0)
        self._column.addWidget(heading)

    def _add(self, name: str, explanation: str, field: SettingField, apps: Any, unchanged: str = "") -> None:
        """One setting; `apps` is what the app's setting is."""
        overrides = usable_overrides(self._model.overrides)
        unchanged = unchanged or self.tr("App's setting")
        row = _OverrideRow(name, explanation, field, apps, unchanged)
        if name in overrides:
            row.set_own(overrides[name])
        self._rows.append(row)
        self._column.addWidget(row)

    def _build(self) -> None:
        head = QVBoxLayout()
        head.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, GRID)
        head.setSpacing(GRID // 2)
        head.addWidget(plain_label("dialog_title", one_line(self._model.file.name), wraps=True))
        head.addWidget(
            plain_label(
                "dialog_text",
                self.tr("What is not set here follows the app's settings. Loading settings count from the next load."),
                wraps=True,
            )
        )
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._page)
        reset = self._button("reset_overrides_button", self.tr("App's settings for all"))
        reset.clicked.connect(self._reset)
        save = self._button("save_overrides_button", self.tr("Save"))
        save.setProperty("primary", True)
        save.setDefault(True)
        save.clicked.connect(self._save)
        cancel = self._button("cancel_overrides_button", self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        bottom = QHBoxLayout()
        bottom.setContentsMargins(3 * GRID, GRID + 4, 3 * GRID, 2 * GRID)
        bottom.setSpacing(GRID)
        bottom.addWidget(reset)
        bottom.addStretch()
        bottom.addWidget(save)
        bottom.addWidget(cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addWidget(scroll, 1)
        layout.addLayout(bottom)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(680, min(680, self.screen().availableSize().height() - 80))

    def _button(self, object_name: str, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(object_name)
        button.setAccessibleName(words)
        button.setAutoDefault(False)
        return button

    def _reset(self) -> None:
        for row in self._rows:
            row.set_apps()

    def _save(self) -> None:
        # Those of another version of ChatDesk stay.
        kept = self._model.overrides.items()
        overrides: dict[str, Any] = {name: setting for name, setting in kept if name not in OVERRIDE_NAMES}
        for row in self._rows:
            overrides |= row.overrides()
        self.saved.emit(overrides)
        self.accept()


class _OverrideRow(QWidget):
    """A setting's name and explanation, a box that is checked while the app's setting counts, and the field."""

    def __init__(self, name: str, explanation: str, field: SettingField, apps: Any, unchanged: str) -> None:
        super().__init__()
        self._name = name
        self._apps = apps
        self._field = field
        field.setObjectName(f"{name}_override")
        field.setAccessibleName(name)
        field.setAccessibleDescription(explanation)
        self._box = QCheckBox(unchanged)
        self._box.setObjectName(f"{name}_follows")
        self._box.setAccessibleName(f"{name}: {unchanged}")
        self._box.toggled.connect(self._on_toggled)
        words = QVBoxLayout()
        words.setSpacing(GRID // 4)
        words.addWidget(plain_label("setting_name", name))
        words.addWidget(plain_label("setting_explanation", explanation, wraps=True))
        top = QHBoxLayout()
        top.setSpacing(2 * GRID)
        top.addLayout(words, 1)
        top.addWidget(self._box, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID)
        layout.addLayout(top)
        if isinstance(field, TextField):
            layout.addWidget(field)
        else:
            field.setFixedWidth(FIELD_CHARS * field.fontMetrics().averageCharWidth())
            top.addWidget(field, 0, Qt.AlignmentFlag.AlignVCenter)
        self.set_apps()

    def set_apps(self) -> None:
        """Follow the app's setting, and show it."""
        self._box.setChecked(True)
        self._field.show_setting(self._apps)
        self._field.setEnabled(False)

    def set_own(self, setting: Any) -> None:
        """The model has its own."""
        self._box.setChecked(False)
        self._field.show_setting(setting)

    def overrides(self) -> dict[str, Any]:
        """The setting by its name, or nothing where the app's counts."""
        if self._box.isChecked():
            return {}
        setting = self._field.setting()
        return {} if isinstance(self._field, TextField) and setting is None else {self._name: setting}

    def _on_toggled(self, follows: bool) -> None:  # noqa: FBT001  # Qt passes it so
        self._field.setEnabled(not follows)
        if follows:
            self._field.show_setting(self._apps)
        elif self.isVisible():
            self._field.setFocus(Qt.FocusReason.OtherFocusReason)
