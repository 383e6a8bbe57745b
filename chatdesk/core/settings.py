"""The app's settings: one frozen value, with the limits that make it valid."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.fit import CacheType
from chatdesk.core.reply_notices import ReplyNotice
from chatdesk.core.sampling import SamplingParams

if TYPE_CHECKING:
    from collections.abc import Collection


class Theme(StrEnum):
    """Which colours the window wears."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Accent(StrEnum):
    """The colour of what is chosen, linked or in focus."""

    BLUE = "blue"
    VIOLET = "violet"
    TEAL = "teal"
    GREEN = "green"
    AMBER = "amber"
    ROSE = "rose"
    GRAPHITE = "graphite"


class Density(StrEnum):
    """How close things stand to each other."""

    COMFORTABLE = "comfortable"
    COMPACT = "compact"


DEFAULT_SYSTEM_PROMPT = ""  # what the model's own chat template says then
DEFAULT_N_CTX = 8192
ALL_GPU_LAYERS = -1

TEXT_STEPS = (80, 90, 100, 110, 125, 150, 175, 200)

# name -> (least, most), both allowed; None in a setting means "chosen for this machine"
LOAD_LIMITS: dict[str, tuple[int, int]] = {
    "n_ctx": (256, 1_048_576),
    "n_threads": (1, 512),
    "n_gpu_layers": (ALL_GPU_LAYERS, 10_000),
    "parallel_downloads": (1, 2),
    "snapshot_bytes": (0, 10**12),
    "text_percent": (80, 200),
}
# name -> what the address may begin with
ADDRESS_SCHEMES: dict[str, frozenset[str]] = {
    "hub_endpoint": frozenset({"http", "https"}),
    "proxy": frozenset({"http", "https"}),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person can set.

    `n_ctx` None: the least of the trained length, 8,192 and what fits; `n_threads` None: the physical cores;
    `n_gpu_layers` -1: as many as fit; `flash_attention` None: llama.cpp decides.
    `language` None: the system's, where the window speaks it; else a locale such as `zh_CN`.
    `snapshot_bytes` None: chosen for this disk, 0: conversations are not kept ready on it.
    `high_contrast` None: like the system; `text_percent` is the size of all text, 100 being the system's.
    `writes_titles` None: by models that are large enough to do it well.
    `shows_hints` until the hints of the first start were seen or sent away.
    `hub_endpoint` None: the Hub itself, or what `HF_ENDPOINT` says; `proxy` None: the system's.
    """

    system_prompt: str = DEFAULT_SYSTEM_PROMPT
    sampling: SamplingParams = field(default_factory=SamplingParams)
    n_ctx: int | None = None
    n_threads: int | None = None
    n_gpu_layers: int = ALL_GPU_LAYERS
    theme: Theme = Theme.SYSTEM
    accent: Accent = Accent.BLUE
    text_percent: int = 100
    density: Density = Density.COMFORTABLE
    high_contrast: bool | None = None
    language: str | None = None
    reply_notice: ReplyNotice = ReplyNotice.PLAIN
    shows_hints: bool = True
    cache_type: CacheType = CacheType.F16
    flash_attention: bool | None = None
    is_offline: bool = False
    hub_endpoint: str | None = None
    proxy: str | None = None
    keeps_awake: bool = True
    snapshot_bytes: int | None = None
    writes_titles: bool | None = None
    parallel_downloads: int = 1

    def __post_init__(self) -> None:
        for name, (least, most) in LOAD_LIMITS.items():
            value: int | None = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise UserFacingError(
                    ErrorCode.SETTING_OUT_OF_RANGE, name=name, value=str(value), least=least, most=most
                )
        for name, schemes in ADDRESS_SCHEMES.items():
            address: str | None = getattr(self, name)
            if address is not None and not is_address(address, schemes):
                raise UserFacingError(ErrorCode.SETTING_NOT_AN_ADDRESS, name=name, value=address)


def with_changes(current: Settings, before: Settings, after: Settings) -> Settings:
    """`current` with what was changed from `before` to `after`: the rest may have been set elsewhere meanwhile."""
    chosen = {each.name: getattr(after, each.name) for each in fields(Settings)}
    return replace(current, **{name: value for name, value in chosen.items() if value != getattr(before, name)})


def stepped_text(settings: Settings, step: int) -> Settings:
    """The same with text one step larger (1) or smaller (-1), as far as there is one."""
    steps = TEXT_STEPS if step > 0 else TEXT_STEPS[::-1]
    beyond = (percent for percent in steps if (percent - settings.text_percent) * step > 0)
    return replace(settings, text_percent=next(beyond, settings.text_percent))


def is_address(text: str, schemes: Collection[str]) -> bool:
    """Whether `text` is the whole address of a server, with one of `schemes`, a host and no spaces."""
    try:
        parts = urlsplit(text)
        _ = parts.port  # which raises when it is no number
    except ValueError:
        return False
    is_plain = text.isprintable() and not any(map(str.isspace, text))
    return is_plain and parts.scheme in schemes and bool(parts.hostname) and not (parts.query or parts.fragment)
