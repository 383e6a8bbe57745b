"""Settings of their own that models have over the app's, and conversations over both: sparse, by name.

What a person sets is checked; what was kept is used as far as it is valid, for it may come from another version of
ChatDesk. Names that this version does not know are kept as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chatdesk.core import sampling
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.fit import CacheType
from chatdesk.core.settings import LOAD_LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatdesk.core.sampling import SamplingParams
    from chatdesk.core.settings import Settings

_LOAD_NUMBERS = ("n_ctx", "n_threads", "n_gpu_layers")
_REASONING = ("reasoning", "reasoning_budget")
_SAMPLING = ("temperature", "top_k", "top_p", "min_p", "repeat_penalty", "seed", "max_tokens", *_REASONING)
# For which None is a choice of its own: chosen for this machine, by llama.cpp, by the model, or at random.
_MAY_BE_AUTOMATIC = frozenset({"n_ctx", "n_threads", "flash_attention", "seed", *_REASONING})
OVERRIDE_NAMES = frozenset({*_LOAD_NUMBERS, *_SAMPLING, "cache_type", "flash_attention", "chat_template"})

MAX_TEMPLATE_CHARS = 262_144  # the longest recorded one has a tenth of this


@dataclass(frozen=True, slots=True)
class LoadValues:
    """How a model is loaded, with the names and meanings of `Settings`. `chat_template` None: the file's own."""

    n_ctx: int | None
    n_threads: int | None
    n_gpu_layers: int
    cache_type: CacheType
    flash_attention: bool | None
    chat_template: str | None = None


def checked_overrides(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """`overrides` as they can be kept: known names with plain JSON values within their limits, the others untouched.

    Raises:
        UserFacingError: `SETTING_OUT_OF_RANGE`.
    """
    return {name: _checked(name, value) for name, value in overrides.items() if not _says_nothing(name, value)}


def usable_overrides(kept: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `kept` that this version knows and that are valid."""
    usable: dict[str, Any] = {}
    for name in OVERRIDE_NAMES & kept.keys():
        try:
            usable |= checked_overrides({name: kept[name]})
        except UserFacingError:
            continue
    return usable


def resolve_overrides(settings: Settings, overrides: Mapping[str, Any]) -> tuple[LoadValues, SamplingParams]:
    """How a model with these `overrides` is loaded, and how its replies are sampled."""
    usable = usable_overrides(overrides)
    load = LoadValues(
        n_ctx=usable.get("n_ctx", settings.n_ctx),
        n_threads=usable.get("n_threads", settings.n_threads),
        n_gpu_layers=usable.get("n_gpu_layers", settings.n_gpu_layers),
        cache_type=CacheType(usable.get("cache_type", settings.cache_type)),
        flash_attention=usable.get("flash_attention", settings.flash_attention),
        chat_template=usable.get("chat_template"),
    )
    return load, sampling.resolve(settings.sampling, usable)


def conversation_sampling(base: SamplingParams, overrides: Mapping[str, Any] | None) -> SamplingParams:
    """How the replies of a conversation with these `overrides` are sampled; `base` is what app and model say."""
    return sampling.resolve(base, usable_overrides(overrides or {}))


def _says_nothing(name: str, value: object) -> bool:
    """Whether an override is none: the app's setting counts."""
    return value is None and name in OVERRIDE_NAMES - _MAY_BE_AUTOMATIC


def _checked(name: str, value: Any) -> Any:
    if name not in OVERRIDE_NAMES or (value is None and name in _MAY_BE_AUTOMATIC):
        return value
    match name:
        case "cache_type":
            return _cache_type(value)
        case "flash_attention":
            if not isinstance(value, bool):
                raise _out_of_range(name, value, 0, 1)
            return value
        case "chat_template":
            return _template(value)
        case _ if name in _LOAD_NUMBERS:
            return _whole_number(name, value)
        case _:
            return sampling.checked({name: value})[name]


def _cache_type(value: object) -> str:
    kinds = [kind.value for kind in CacheType]
    if not isinstance(value, str) or value not in kinds:
        raise _out_of_range("cache_type", value, kinds[0], kinds[-1])
    return str(CacheType(value).value)


def _template(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= MAX_TEMPLATE_CHARS:
        shown = f"{len(value)} characters" if isinstance(value, str) else value
        raise _out_of_range("chat_template", shown, 1, MAX_TEMPLATE_CHARS)
    return value


def _whole_number(name: str, value: Any) -> int:
    least, most = LOAD_LIMITS[name]
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not least <= value <= most or value != int(value):
        raise _out_of_range(name, value, least, most)
    return int(value)


def _out_of_range(name: str, value: object, least: object, most: object) -> UserFacingError:
    return UserFacingError(ErrorCode.SETTING_OUT_OF_RANGE, name=name, value=str(value), least=least, most=most)
