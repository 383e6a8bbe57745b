"""The settings for how replies are written, spelled as everywhere else: the same for the app, a model and a chat."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from chatdesk.core.sampling import LIMITS
from chatdesk.ui.setting_fields import ChoiceField, NumberField

if TYPE_CHECKING:
    from chatdesk.ui.setting_fields import SettingField


@dataclass(frozen=True, slots=True)
class SamplingField:
    """A setting by its name in `SamplingParams`, a sentence on it, and what shows it."""

    name: str
    explanation: str
    field: SettingField


def sampling_fields() -> tuple[SamplingField, ...]:
    """A field for each: first how a token is chosen, then how long a reply may be and what goes before it."""
    automatic = _tr("automatic")
    return (
        _number(
            "temperature",
            _tr("0 always takes the most likely word; higher values are more varied and less reliable."),
            step=0.05,
        ),
        _number("top_k", _tr("Choose only among this many of the most likely tokens. 0 means among all.")),
        _number(
            "top_p",
            _tr("Choose among the likeliest tokens that together reach this probability. 1 switches it off."),
            step=0.01,
        ),
        _number(
            "min_p",
            _tr("Leave out tokens less likely than this share of the likeliest one. 0 switches it off."),
            step=0.01,
        ),
        _number("repeat_penalty", _tr("Above 1 the model repeats itself less. 1 switches it off."), step=0.01),
        _number(
            "max_tokens",
            _tr(
                "A reply ends at this length at the latest; what is reasoned before it is not counted. A token is a"
                " word or a part of one."
            ),
        ),
        SamplingField(
            "reasoning",
            _tr("Whether models reason first, where that can be switched. Automatic: as each does by itself."),
            ChoiceField([(automatic, None), (_tr("on"), True), (_tr("off"), False)]),
        ),
        _number(
            "reasoning_budget",
            _tr("After so many tokens of reasoning the reply begins. Automatic: when only its own room is left."),
            unset=automatic,
        ),
        _number("seed", _tr("The same seed, model, settings and chat give the same reply again."), unset=_tr("random")),
    )


def _number(name: str, explanation: str, *, step: float = 1, unset: str = "") -> SamplingField:
    return SamplingField(name, explanation, NumberField(LIMITS[name], step=step, unset=unset))


def _tr(text: str) -> str:
    return QCoreApplication.translate("SamplingFields", text)
