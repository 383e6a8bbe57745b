"""How the next token is chosen: the settings, their limits and how sparse overrides combine."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from chatdesk.core.errors import ErrorCode, UserFacingError

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """Sampling settings, named as llama-cpp-python names them.

    `temperature` 0 always takes the most probable token. `top_k` 0, `top_p` 1, `min_p` 0, `typical_p` 1 and
    `repeat_penalty` 1 switch their sampler off. `seed` None draws a new one for each reply. `max_tokens` bounds
    a reply; `repeat_last_n` is how many tokens `repeat_penalty` looks back.
    `reasoning` switches on or off what a model writes before its reply, where it can; None: as it does by itself.
    `reasoning_budget` bounds that; None: as much as leaves the reply its room.
    """

    temperature: float = 0.7
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    typical_p: float = 1.0
    repeat_penalty: float = 1.1
    repeat_last_n: int = 64
    seed: int | None = None
    max_tokens: int = 2048
    reasoning: bool | None = None
    reasoning_budget: int | None = None


MAX_SEED = 2**32 - 2  # llama.cpp takes 2**32 - 1 to mean "random"

# name -> (least, most), both allowed
LIMITS: Mapping[str, tuple[float, float]] = {
    "temperature": (0.0, 5.0),
    "top_k": (0, 1000),
    "top_p": (0.0, 1.0),
    "min_p": (0.0, 1.0),
    "typical_p": (0.0, 1.0),
    "repeat_penalty": (0.5, 2.0),
    "repeat_last_n": (0, 8192),
    "seed": (0, MAX_SEED),
    "max_tokens": (1, 1_000_000),
    "reasoning": (0, 1),
    "reasoning_budget": (0, 1_000_000),
}

_WHOLE_NUMBERS = {"top_k", "repeat_last_n", "seed", "max_tokens", "reasoning_budget"}
_MAY_BE_NONE = {"seed", "reasoning", "reasoning_budget"}
_SWITCHES = {"reasoning"}


def checked(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The known names among `overrides`, each of the right type and within its limits.

    Raises:
        UserFacingError: a value is no number or out of its limits.
    """
    known = {field.name for field in fields(SamplingParams)}
    result: dict[str, Any] = {}
    for name, value in overrides.items():
        if name not in known:
            continue
        if (name in _MAY_BE_NONE and value is None) or (name in _SWITCHES and isinstance(value, bool)):
            result[name] = value
            continue
        least, most = LIMITS[name]
        is_number = isinstance(value, int | float) and not isinstance(value, bool) and name not in _SWITCHES
        if not is_number or not least <= value <= most or (name in _WHOLE_NUMBERS and value != int(value)):
            raise UserFacingError(ErrorCode.SETTING_OUT_OF_RANGE, name=name, value=str(value), least=least, most=most)
        result[name] = int(value) if name in _WHOLE_NUMBERS else float(value)
    return result


def resolve(base: SamplingParams, *overrides: Mapping[str, Any]) -> SamplingParams:
    """`base` with sparse overrides applied in order: the app's, then the model's, then the conversation's."""
    for layer in overrides:
        base = replace(base, **checked(layer))
    return base
