"""The settings of one model: each either the app's, or its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.core.fit import CacheType
from chatdesk.core.settings import LOAD_LIMITS, Settings
from chatdesk.ui.model_manager.words import number_words
from chatdesk.ui.overrides_dialog import OverridesDialog
from chatdesk.ui.setting_fields import ChoiceField, NumberField, TextField
from chatdesk.ui.wording import joined_sentences

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from chatdesk.core.installed_models import InstalledModel


class ModelOverridesDialog(OverridesDialog):
    """How it is loaded, how it writes, and its chat template."""

    def __init__(self, model: InstalledModel, settings: Settings, parent: QWidget | None = None) -> None:
        title, follows = self.tr("Settings of this model"), self.tr("App's setting")
        super().__init__(title, model.file.name, model.overrides, follows, parent)
        self._make_loading(model, settings)
        self.sampling_rows(settings.sampling)
        self._make_template()
        self.finish(
            self.tr("What is not set here follows the app's settings. Loading settings count from the next load."),
            self.tr("App's settings for all"),
        )

    def _make_loading(self, model: InstalledModel, settings: Settings) -> None:
        trained = model.details.n_ctx_train if model.details is not None else None
        context = self.tr(
            "The context: how many tokens of the chat and its reply the model sees at once. More takes more memory."
        )
        if trained is not None:
            trained_words = self.tr("This model was trained for {tokens}.").format(tokens=number_words(trained))
            context = joined_sentences((context, trained_words))
        automatic = self.tr("automatic")
        self.section(self.tr("How it is loaded"))
        self.row("n_ctx", context, NumberField(LOAD_LIMITS["n_ctx"], step=1024, unset=automatic), settings.n_ctx)
        self.row(
            "n_threads",
            self.tr("How many processor cores work at once."),
            NumberField(LOAD_LIMITS["n_threads"], unset=automatic),
            settings.n_threads,
        )
        self.row(
            "n_gpu_layers",
            self.tr("How many layers of the model the graphics card computes, where there is one. 0 means none."),
            NumberField(LOAD_LIMITS["n_gpu_layers"], least_words=self.tr("as many as fit")),
            settings.n_gpu_layers,
        )
        self.row(
            "cache_type",
            self.tr("How exactly the model remembers the chat. q8_0 takes about half the memory of f16."),
            ChoiceField([(kind.value, kind.value) for kind in CacheType]),
            settings.cache_type.value,
        )
        self.row(
            "flash_attention",
            self.tr(
                "A way to compute that takes less memory and reads long texts faster. With it off, a model that runs "
                "on the processor writes faster in long chats."
            ),
            ChoiceField([(automatic, None), (self.tr("on"), True), (self.tr("off"), False)]),
            settings.flash_attention,
        )

    def _make_template(self) -> None:
        self.section(self.tr("How chats are put to it"))
        self.row(
            "chat_template",
            self.tr(
                "The pattern (Jinja) that turns a chat into the model's prompt. The file brings its own;"
                " another one helps where that is missing or wrong."
            ),
            TextField(self.tr("The one in the model's file")),
            None,
            follows=self.tr("The file's own"),
        )
