"""How models are loaded: context, processor, graphics card, KV cache."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.fit import CacheType
from chatdesk.core.settings import LOAD_LIMITS
from chatdesk.ui.setting_fields import ChoiceField, NumberField
from chatdesk.ui.settings_dialog.page import SettingsPage

if TYPE_CHECKING:
    from chatdesk.core.settings import Settings


class LoadingPage(SettingsPage):
    """The load options of every model that has none of its own, spelled as in llama.cpp."""

    def __init__(self, title: str) -> None:
        super().__init__("settings_loading", title)
        automatic = self.tr("automatic")
        self._n_ctx = NumberField(LOAD_LIMITS["n_ctx"], step=1024, unset=automatic)
        self._n_threads = NumberField(LOAD_LIMITS["n_threads"], unset=automatic)
        self._n_gpu_layers = NumberField(LOAD_LIMITS["n_gpu_layers"], least_words=self.tr("as many as fit"))
        self._cache_type = ChoiceField(tuple((cache_type.value, cache_type) for cache_type in CacheType))
        self._flash_attention = ChoiceField(((automatic, None), (self.tr("on"), True), (self.tr("off"), False)))
        self._cache_type.currentIndexChanged.connect(self._keep_compatible)
        self.section(self.tr("How models are loaded"))
        self.row(
            "n_ctx_field",
            "n_ctx",
            self.tr(
                "The context: how many tokens of the chat and its reply the model sees at once. More takes more memory."
            ),
            self._n_ctx,
        )
        self.row(
            "n_threads_field",
            "n_threads",
            self.tr("How many processor cores work at once. Automatic takes all physical cores."),
            self._n_threads,
        )
        self.row(
            "n_gpu_layers_field",
            "n_gpu_layers",
            self.tr(
                "How many layers of the model the graphics card computes. 0 means none. The card needs a build of "
                "ChatDesk for it: CUDA for NVIDIA, ROCm or Vulkan for AMD, Vulkan for Intel; on a Mac, Metal is in it."
            ),
            self._n_gpu_layers,
        )
        self.row(
            "cache_type_choice",
            self.tr("KV cache type"),
            self.tr("How exactly the model remembers the chat. q8_0 takes half the memory, and more time to read."),
            self._cache_type,
        )
        self.row(
            "flash_attention_choice",
            self.tr("Flash attention"),
            self.tr(
                "A way to compute that takes less memory and reads long texts faster. With it off, a model that runs "
                "on the processor writes faster in long chats: by half and more if it is small. q8_0 above needs it on."
            ),
            self._flash_attention,
        )
        self.finish()

    def fill(self, settings: Settings) -> None:
        self._n_ctx.show_setting(settings.n_ctx)
        self._n_threads.show_setting(settings.n_threads)
        self._n_gpu_layers.show_setting(settings.n_gpu_layers)
        self._cache_type.show_setting(settings.cache_type)
        self._flash_attention.show_setting(settings.flash_attention)
        self._keep_compatible()

    def changed(self, settings: Settings) -> Settings:
        return replace(
            settings,
            n_ctx=self._n_ctx.setting(),
            n_threads=self._n_threads.setting(),
            n_gpu_layers=self._n_gpu_layers.setting(),
            cache_type=self._cache_type.setting(),
            flash_attention=self._flash_attention.setting(),
        )

    def _keep_compatible(self) -> None:
        """llama.cpp keeps a quantized cache only with flash attention: offer no pair that it would refuse."""
        is_possible = self._cache_type.setting() == CacheType.F16
        if not is_possible and self._flash_attention.setting() is False:
            self._flash_attention.show_setting(None)
        self._flash_attention.set_possible(False, is_possible=is_possible)
