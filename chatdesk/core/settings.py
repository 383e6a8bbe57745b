"""The app's settings: one frozen value, with the limits that make it valid."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.sampling import SamplingParams


class Theme(StrEnum):
    """Which colours the window wears."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


DEFAULT_SYSTEM_PROMPT = ""  # what the model's own chat template says then
DEFAULT_N_CTX = 8192
ALL_GPU_LAYERS = -1

# name -> (least, most), both allowed; None in a setting means "chosen for this machine"
LOAD_LIMITS: dict[str, tuple[int, int]] = {
    "n_ctx": (256, 1_048_576),
    "n_threads": (1, 512),
    "n_gpu_layers": (ALL_GPU_LAYERS, 10_000),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person can set.

    `n_ctx` None: the least of the trained length, 8,192 and what fits; `n_threads` None: the physical cores;
    `n_gpu_layers` -1: as many as the model has.
    """

    system_prompt: str = DEFAULT_SYSTEM_PROMPT
    sampling: SamplingParams = field(default_factory=SamplingParams)
    n_ctx: int | None = None
    n_threads: int | None = None
    n_gpu_layers: int = ALL_GPU_LAYERS
    theme: Theme = Theme.SYSTEM

    def __post_init__(self) -> None:
        for name, (least, most) in LOAD_LIMITS.items():
            value: int | None = getattr(self, name)
            if value is not None and not least <= value <= most:
                raise UserFacingError(
                    ErrorCode.SETTING_OUT_OF_RANGE, name=name, value=str(value), least=least, most=most
                )
