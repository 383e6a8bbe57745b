"""Which variant this process computes with, and how its own children learn of it.

Only they: what the app opens, such as a browser, inherits nothing of it, for a ChatDesk that is started from there
chooses for itself.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Names, for our own children, the variant that was tried and is used, by its path.
TRIED_VARIABLE = "CHATDESK_CPU_VARIANT_IN_USE"


@dataclass(slots=True)
class _InUse:
    path: Path | None = None


_in_use = _InUse()


def set_variant_in_use(path: Path | None) -> None:
    """Take note that the variant at `path` is loaded."""
    _in_use.path = path


def variant_in_use() -> Path | None:
    """The library of the variant that computes; None where a build has no variants, or llama.cpp is not started."""
    return _in_use.path


def inherited_variant() -> str | None:
    """The path of the variant that the process which started this one has it use."""
    return os.environ.get(TRIED_VARIABLE)


def environment_of_child(variant: Path | None = None) -> dict[str, str]:
    """The environment of a child that computes with `variant`, or with what this process computes with."""
    path = variant or variant_in_use()
    return {**os.environ, **({TRIED_VARIABLE: str(path)} if path is not None else {})}
