"""What a quantization means for a person who does not know the names: how small, how good, and which to take."""

from __future__ import annotations

import math
import re
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatdesk.core.hub_models import RemoteModel


class QuantizationLabel(StrEnum):
    """The plain choice: a smaller file, a better one, or the middle that suits most people."""

    SMALLER = "smaller"
    BALANCED = "balanced"
    BETTER = "better"


# Bits per weight of a whole model, measured by llama.cpp on an 8-billion-parameter one where its table has the type
# (https://github.com/ggml-org/llama.cpp/tree/master/tools/quantize), else those of the type's own blocks.
_BITS: dict[str, float] = {
    "TQ1_0": 1.69,
    "TQ2_0": 2.06,
    "IQ1_S": 2.00,
    "IQ1_M": 2.15,
    "IQ2_XXS": 2.38,
    "IQ2_XS": 2.59,
    "IQ2_S": 2.74,
    "IQ2_M": 2.93,
    "Q2_K_S": 2.97,
    "Q2_K": 3.16,
    "IQ3_XXS": 3.25,
    "IQ3_XS": 3.50,
    "Q3_K_S": 3.64,
    "IQ3_S": 3.66,
    "IQ3_M": 3.76,
    "Q3_K_M": 4.00,
    "Q3_K_L": 4.30,
    "Q3_K_XL": 4.32,
    "MXFP4": 4.40,  # 4.25 in the experts, more in the rest
    "IQ4_XS": 4.46,
    "Q4_0": 4.66,
    "Q4_K_S": 4.67,
    "IQ4_NL": 4.68,
    "Q4_K_M": 4.89,
    "Q4_1": 5.12,
    "Q5_0": 5.54,
    "Q5_K_S": 5.57,
    "Q5_K_M": 5.70,
    "Q5_1": 5.99,
    "Q6_K": 6.56,
    "Q8_0": 8.50,
    "F16": 16.0,
    "BF16": 16.0,
    "F32": 32.0,
}
# Other spellings of the same
_SAME_AS = {
    "Q3_K": "Q3_K_M",
    "Q4_K": "Q4_K_M",
    "Q5_K": "Q5_K_M",
    "FP16": "F16",
    "FP32": "F32",
    "MXFP4_MOE": "MXFP4",
}
# Packagers' own mixtures: the type before the ending, with more bits for some tensors.
_LARGER_MIXTURE = re.compile(r"(I?Q\d(?:_K)?(?:_[SM])?)_X{0,3}L")
_LARGER_BITS = 0.2
_FAMILY = re.compile(r"I?Q(\d)(?:_|$)")
_FAMILY_BITS = 0.5  # what scales add to the bits of the weights themselves

LEAST_BALANCED_BITS = 4.35
LEAST_BETTER_BITS = 5.3

# What suits most people, the best first: 4 bits lose little that can be noticed, and 3 lose much.
_DEFAULTS = ("Q4_K_M", "Q4_K_L", "Q4_K_XL", "Q4_K_S", "IQ4_XS", "IQ4_NL", "Q4_0", "Q4_1", "MXFP4", "Q5_K_M", "Q5_K_S")


def bits_per_weight(quantization: str) -> float | None:
    """About how many bits each weight takes, or None for a name that tells nothing."""
    name = _plain(quantization)
    if (bits := _BITS.get(name)) is not None:
        return bits
    if found := _LARGER_MIXTURE.fullmatch(name):
        base = _BITS.get(_plain(found[1]))
        if base is not None:
            return base + _LARGER_BITS
    if found := _FAMILY.match(name):
        return int(found[1]) + _FAMILY_BITS
    return None


def label_of(quantization: str | None) -> QuantizationLabel | None:
    """The plain label, or None where the name of the quantization is missing or tells nothing."""
    bits = bits_per_weight(quantization) if quantization is not None else None
    if bits is None:
        return None
    if bits < LEAST_BALANCED_BITS:
        return QuantizationLabel.SMALLER
    return QuantizationLabel.BALANCED if bits < LEAST_BETTER_BITS else QuantizationLabel.BETTER


def in_listing_order(models: Iterable[RemoteModel]) -> tuple[RemoteModel, ...]:
    """From the fewest bits per weight to the most, and by size among equals; unknown ones last."""
    return tuple(sorted(models, key=lambda model: (_bits(model), model.size_bytes, model.filename)))


def best_default(models: Iterable[RemoteModel]) -> RemoteModel | None:
    """The one to take for somebody who has no wish of their own, or None if there are none.

    Among several of the same quantization it is the smallest.
    """
    return min(models, key=_default_rank, default=None)


def _default_rank(model: RemoteModel) -> tuple[int, float, int, str]:
    name = _plain(model.quantization or "")
    rank = _DEFAULTS.index(name) if name in _DEFAULTS else len(_DEFAULTS)
    return rank, abs(_bits(model) - _BITS[_DEFAULTS[0]]), model.size_bytes, model.filename


def _bits(model: RemoteModel) -> float:
    bits = bits_per_weight(model.quantization) if model.quantization is not None else None
    return math.inf if bits is None else bits


def _plain(quantization: str) -> str:
    """In capitals and llama.cpp's spelling, without `UD-`, the mark of files whose layers differ."""
    name = quantization.upper().removeprefix("UD-")
    return _SAME_AS.get(name, name)
