"""How replies are written: sampling."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chatdesk.core.sampling import LIMITS
from chatdesk.ui.settings_dialog.fields import Choice, RealField, SeedField, WholeField
from chatdesk.ui.settings_dialog.page import SettingsPage

if TYPE_CHECKING:
    from chatdesk.core.settings import Settings


class RepliesPage(SettingsPage):
    """The sampling parameters, spelled as everywhere else."""

    def __init__(self, title: str) -> None:
        super().__init__("settings_replies", title)
        self._temperature = RealField("temperature", 0.05)
        self._top_k = WholeField(*LIMITS["top_k"])
        self._top_p = RealField("top_p", 0.01)
        self._min_p = RealField("min_p", 0.01)
        self._repeat_penalty = RealField("repeat_penalty", 0.01)
        self._max_tokens = WholeField(*LIMITS["max_tokens"])
        automatic = self.tr("automatic")
        self._reasoning = Choice([(automatic, None), (self.tr("on"), True), (self.tr("off"), False)])
        least, most = LIMITS["reasoning_budget"]
        self._reasoning_budget = WholeField(least - 1, most, automatic)
        self._seed = SeedField(self.tr("random"))
        self.section(self.tr("How replies are written"))
        self._add_token_rows()
        self._add_reply_rows()
        self.finish()

    def _add_token_rows(self) -> None:
        """How each token is chosen."""
        self.row(
            "temperature_field",
            "temperature",
            self.tr("0 always takes the most likely word; higher values are more varied and less reliable."),
            self._temperature,
        )
        self.row(
            "top_k_field",
            "top_k",
            self.tr("Choose only among this many of the most likely tokens. 0 means among all."),
            self._top_k,
        )
        self.row(
            "top_p_field",
            "top_p",
            self.tr("Choose among the likeliest tokens that together reach this probability. 1 switches it off."),
            self._top_p,
        )
        self.row(
            "min_p_field",
            "min_p",
            self.tr("Leave out tokens less likely than this share of the likeliest one. 0 switches it off."),
            self._min_p,
        )
        self.row(
            "repeat_penalty_field",
            "repeat_penalty",
            self.tr("Above 1 the model repeats itself less. 1 switches it off."),
            self._repeat_penalty,
        )

    def _add_reply_rows(self) -> None:
        """How long it may be, and what goes before it."""
        self.row(
            "max_tokens_field",
            "max_tokens",
            self.tr(
                "A reply ends at this length at the latest; what is reasoned before it is not counted. A token is a"
                " word or a part of one."
            ),
            self._max_tokens,
        )
        self.row(
            "reasoning_field",
            "reasoning",
            self.tr("Whether models reason first, where that can be switched. Automatic: as each does by itself."),
            self._reasoning,
        )
        self.row(
            "reasoning_budget_field",
            "reasoning_budget",
            self.tr("After so many tokens of reasoning the reply begins. Automatic: when only its own room is left."),
            self._reasoning_budget,
        )
        self.row(
            "seed_field",
            "seed",
            self.tr("The same seed, model, settings and chat give the same reply again."),
            self._seed,
        )

    def fill(self, settings: Settings) -> None:
        sampling = settings.sampling
        self._temperature.setValue(sampling.temperature)
        self._top_k.setValue(sampling.top_k)
        self._top_p.setValue(sampling.top_p)
        self._min_p.setValue(sampling.min_p)
        self._repeat_penalty.setValue(sampling.repeat_penalty)
        self._max_tokens.setValue(sampling.max_tokens)
        self._reasoning.choose(sampling.reasoning)
        most_reasoning = sampling.reasoning_budget
        self._reasoning_budget.setValue(self._reasoning_budget.minimum() if most_reasoning is None else most_reasoning)
        self._seed.setValue(-1 if sampling.seed is None else sampling.seed)

    def changed(self, settings: Settings) -> Settings:
        sampling = replace(
            settings.sampling,
            temperature=round(self._temperature.value(), 3),
            top_k=self._top_k.value(),
            top_p=round(self._top_p.value(), 3),
            min_p=round(self._min_p.value(), 3),
            repeat_penalty=round(self._repeat_penalty.value(), 3),
            max_tokens=self._max_tokens.value(),
            reasoning=self._reasoning.currentData(),
            reasoning_budget=self._reasoning_budget.value_or_none(),
            seed=self._seed.seed(),
        )
        return replace(settings, sampling=sampling)
