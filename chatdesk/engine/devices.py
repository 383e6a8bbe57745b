"""What computes: the build of llama.cpp, the processor's instructions it uses, graphics cards and their memory."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatdesk.core.model_info import DeviceInUse, NoGpuReason

if TYPE_CHECKING:
    from collections.abc import Sequence

# The most telling of each processor family, best first.
_VECTOR_INSTRUCTIONS = ("AMX_INT8", "AVX512", "AVX2", "AVX", "SSE3", "SVE", "DOTPROD", "NEON", "VSX", "RISCV_V")


class DeviceKind(IntEnum):
    """ggml's kinds of devices."""

    CPU = 0
    GPU = 1
    INTEGRATED_GPU = 2
    ACCELERATOR = 3
    META = 4


@dataclass(frozen=True, slots=True)
class Device:
    """A device that this build of llama.cpp can compute on. Memory in bytes, 0 where it is not known."""

    name: str
    description: str
    kind: DeviceKind
    free_bytes: int
    total_bytes: int

    @property
    def is_gpu(self) -> bool:
        """Whether layers can be offloaded to it."""
        return self.kind in (DeviceKind.GPU, DeviceKind.INTEGRATED_GPU)

    @property
    def is_unified(self) -> bool:
        """Whether it computes in main memory: graphics inside a processor, and Apple's, which ggml calls a GPU."""
        return self.kind is DeviceKind.INTEGRATED_GPU or self.name.startswith(("Metal", "MTL"))


@dataclass(frozen=True, slots=True)
class Devices:
    """What llama.cpp can compute on here. `backends` are what it was built with: for example `CPU` and `Vulkan`."""

    llama_cpp_version: str
    bindings_version: str
    cpu_features: tuple[str, ...]
    backends: tuple[str, ...]
    devices: tuple[Device, ...]

    @property
    def build(self) -> str:
        """What a verdict about a model file holds for: another build, or another processor, may do otherwise."""
        parts = (self.bindings_version, self.llama_cpp_version, *self.backends, *self.cpu_features)
        return " ".join(parts)

    @property
    def cpu(self) -> str:
        """The processor and the best instructions that this build uses of it: `CPU, AVX2`."""
        best = next((name for name in _VECTOR_INSTRUCTIONS if name in self.cpu_features), None)
        return f"CPU, {best}" if best else "CPU"

    def n_gpu_layers(self, wanted: int, n_layers: int) -> int:
        """How many layers of `n_layers` run on GPUs when `wanted` are asked for (negative: all).

        The output layer counts as one more.
        """
        if not any(device.is_gpu for device in self.devices):
            return 0
        return n_layers + 1 if wanted < 0 else min(wanted, n_layers + 1)

    def n_layers_elsewhere(self, wanted: int, n_layers: int) -> int:
        """How many layers, the output layer aside, then lie in memory of their own: a graphics card's."""
        if not any(device.is_gpu and not device.is_unified for device in self.devices):
            return 0
        return min(self.n_gpu_layers(wanted, n_layers), n_layers)

    def in_use(self, n_gpu_layers: int, n_layers: int) -> DeviceInUse:
        """What computes a model of `n_layers` layers when `n_gpu_layers` are asked for (negative: all), and why."""
        gpus = tuple(device.description or device.name for device in self.devices if device.is_gpu)
        if count := self.n_gpu_layers(n_gpu_layers, n_layers):
            return DeviceInUse(self.cpu, gpus=gpus, gpu_layers=count, n_layers=n_layers)
        if gpus:
            return DeviceInUse(self.cpu, NoGpuReason.SET_TO_NONE)
        if set(self.backends) - {"CPU", "BLAS"}:
            return DeviceInUse(self.cpu, NoGpuReason.NO_DRIVER)
        return DeviceInUse(self.cpu, NoGpuReason.NOT_BUILT_IN)


def read_devices() -> Devices:
    """Ask llama.cpp. Imports it, which takes half a second the first time."""
    from chatdesk.engine import llama_runtime

    llama_runtime.start()
    llama_cpp = llama_runtime.llama_cpp
    ggml = _Ggml(ggml_libraries(llama_cpp))
    return Devices(
        llama_cpp_version=_text(llama_cpp.llama_version()),
        bindings_version=str(llama_cpp.__version__),
        cpu_features=cpu_features(_text(llama_cpp.llama_print_system_info())),
        backends=ggml.backends(),
        devices=ggml.devices(),
    )


def cpu_features(system_info: str) -> tuple[str, ...]:
    """The instructions in llama.cpp's `CPU : SSE3 = 1 | AVX2 = 1 | … | CUDA : …`, in its order."""
    features: list[str] = []
    backend = ""
    for part in system_info.split("|"):
        name, _, value = part.partition("=")
        if ":" in name:
            backend, _, name = (piece.strip() for piece in name.partition(":"))
        if backend in ("CPU", "") and value.strip() == "1":
            features.append(name.strip())
    return tuple(features)


class _Ggml:
    """ggml's list of devices, which the bindings do not wrap; empty lists where its functions cannot be found."""

    def __init__(self, libraries: Sequence[ctypes.CDLL]) -> None:
        self._libraries = libraries

    def backends(self) -> tuple[str, ...]:
        """The names of the backends that are built in or loaded."""
        return tuple(
            _text(self._call("ggml_backend_reg_name", ctypes.c_char_p, backend))
            for backend in self._list("ggml_backend_reg_count", "ggml_backend_reg_get")
        )

    def devices(self) -> tuple[Device, ...]:
        """All devices of all backends."""
        return tuple(self._device(device) for device in self._list("ggml_backend_dev_count", "ggml_backend_dev_get"))

    def _device(self, device: ctypes.c_void_p) -> Device:
        free, total = ctypes.c_size_t(), ctypes.c_size_t()
        self._call("ggml_backend_dev_memory", None, device, ctypes.byref(free), ctypes.byref(total))
        return Device(
            name=_text(self._call("ggml_backend_dev_name", ctypes.c_char_p, device)),
            description=_text(self._call("ggml_backend_dev_description", ctypes.c_char_p, device)),
            kind=DeviceKind(self._call("ggml_backend_dev_type", ctypes.c_int, device)),
            free_bytes=free.value,
            total_bytes=total.value,
        )

    def _list(self, count: str, get: str) -> list[ctypes.c_void_p]:
        size = self._call(count, ctypes.c_size_t) or 0
        return [ctypes.c_void_p(self._call(get, ctypes.c_void_p, ctypes.c_size_t(index))) for index in range(int(size))]

    def _call(self, name: str, result: type | None, *arguments: object) -> Any:
        for library in self._libraries:
            if hasattr(library, name):
                function = library[name]  # a fresh object, so that nobody else's declaration is changed
                function.restype = result
                return function(*arguments)
        return None


def ggml_libraries(llama_cpp: Any) -> list[ctypes.CDLL]:
    """Where ggml's functions may be: seen through libllama, or on Windows in DLLs that are loaded already.

    Elsewhere ggml must not be opened by its file name: the bindings' folder holds copies under several names, and a
    second copy has a list of devices of its own.
    """
    low_level = llama_cpp.llama_cpp  # the module inside the package of that name
    folder = Path(low_level.__file__).parent / "lib"
    names = ("ggml.dll", "ggml-base.dll")
    libllama: ctypes.CDLL = low_level._lib  # noqa: SLF001 - the handle has no public name
    return [libllama, *(ctypes.CDLL(str(folder / name)) for name in names if (folder / name).exists())]


def _text(value: object) -> str:
    return value.decode("utf-8", errors="replace") if isinstance(value, bytes) else ""
