"""How much memory a loaded model takes, as llama.cpp tells it.

Its function for this, `llama_get_memory_breakdown`, is C++ only. But it logs the size of each buffer as it makes it:

    load_tensors:   CPU_Mapped model buffer size =    92.10 MiB
    llama_kv_cache:        CPU KV buffer size =   180.00 MiB
    llama_memory_recurrent:        CPU RS buffer size =     2.67 MiB
    sched_reserve:        CPU compute buffer size =    15.51 MiB
    llama_context:        CPU  output buffer size =     0.19 MiB
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_BUFFER = re.compile(r" (model|KV|RS|compute|output) buffer size = *([0-9]{1,12}(?:\.[0-9]{1,4})?) MiB")
_MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class BufferSizes:
    """Bytes of the buffers on all devices: weights, KV cache with recurrent states, and what is computed in."""

    weights_bytes: int = 0
    kv_bytes: int = 0
    compute_bytes: int = 0


def buffer_sizes(lines: Iterable[str]) -> BufferSizes:
    """What the log of a load says; 0 for what it does not tell."""
    sums = dict.fromkeys(("model", "KV", "RS", "compute", "output"), 0)
    for line in lines:
        for kind, mebibytes in _BUFFER.findall(line):
            sums[kind] += round(float(mebibytes) * _MEBIBYTE)
    return BufferSizes(sums["model"], sums["KV"] + sums["RS"], sums["compute"] + sums["output"])
