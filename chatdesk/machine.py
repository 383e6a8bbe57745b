"""This machine, as the system and llama.cpp tell of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from chatdesk.core.fit import Machine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.model_info import ModelInfo
    from chatdesk.engine.devices import Device


def this_machine(held: ModelInfo | None = None, gpus: Sequence[Device] = ()) -> Machine:
    """What a model may use here with these graphics cards, when what the `held` one takes is given back."""
    import psutil  # late: it takes a tenth of a start

    memory = psutil.virtual_memory()
    # Of layers about alike; the output layer counts as one more.
    on_gpu = held.buffer_bytes * held.n_gpu_layers // (held.n_layers + 1) if held is not None else 0
    gpu_total = sum(gpu.total_bytes for gpu in gpus)
    return Machine(
        total_bytes=int(memory.total),
        free_bytes=min(int(memory.available) + (held.memory_bytes if held is not None else 0), int(memory.total)),
        n_cores=psutil.cpu_count(logical=False) or os.cpu_count() or 1,
        gpu_total_bytes=gpu_total,
        gpu_free_bytes=min(sum(gpu.free_bytes for gpu in gpus) + on_gpu, gpu_total),
        is_unified=bool(gpus) and all(gpu.is_unified for gpu in gpus),
    )


def read_gpus() -> tuple[Device, ...]:
    """The graphics cards that llama.cpp can use."""
    from chatdesk.engine.devices import read_devices

    return tuple(device for device in read_devices().devices if device.is_gpu)


def resident_bytes() -> int:
    """How much of this process is in memory now."""
    import psutil  # late: it takes a tenth of a start

    return int(psutil.Process().memory_info().rss)
