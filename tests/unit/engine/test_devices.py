"""What computes, and why, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chatdesk.engine.devices import Device, DeviceKind, Devices, cpu_features, read_devices

CPU = Device("CPU", "A processor", DeviceKind.CPU, 0, 0)
GPU = Device("Vulkan0", "A graphics card", DeviceKind.GPU, 1, 2)


@pytest.mark.parametrize(("backends", "devices", "n_gpu_layers", "expected"), [
    (("CPU",), (CPU,), -1, "CPU, AVX2: this build of llama.cpp has no GPU support"),
    (("CPU", "Vulkan"), (CPU,), -1, "CPU, AVX2: no GPU driver found"),
    (("CPU", "Vulkan"), (CPU, GPU), 0, "CPU, AVX2: GPU layers are set to 0"),
    (("CPU", "Vulkan"), (CPU, GPU), -1, "A graphics card: all layers"),
    (("CPU", "Vulkan"), (CPU, GPU), 99, "A graphics card: all layers"),
    (("CPU", "Vulkan"), (CPU, GPU), 7, "A graphics card: 7 of 30 layers"),
])  # fmt: skip
def test_the_device_in_use_is_said_with_the_reason(
    backends: tuple[str, ...], devices: tuple[Device, ...], n_gpu_layers: int, expected: str
) -> None:
    found = Devices("1", "2", ("SSE3", "AVX", "AVX2"), backends, devices)
    assert found.in_use(n_gpu_layers, 30).english == expected


def test_gpu_layers_are_those_that_really_run_there() -> None:
    with_gpu, without = (Devices("1", "2", (), ("CPU",), devices) for devices in ((CPU, GPU), (CPU,)))
    assert [with_gpu.n_gpu_layers(wanted, 30) for wanted in (-1, 0, 7, 99)] == [31, 0, 7, 31]
    assert [without.n_gpu_layers(wanted, 30) for wanted in (-1, 0, 7)] == [0, 0, 0]


def test_only_layers_on_a_card_with_its_own_memory_lie_elsewhere() -> None:
    inside = replace(GPU, kind=DeviceKind.INTEGRATED_GPU)
    card, unified, none = (Devices("1", "2", (), ("CPU",), devices) for devices in ((CPU, GPU), (CPU, inside), (CPU,)))
    assert [card.n_layers_elsewhere(wanted, 30) for wanted in (-1, 0, 7, 99)] == [30, 0, 7, 30]
    assert [devices.n_layers_elsewhere(-1, 30) for devices in (unified, none)] == [0, 0]


def test_features_of_the_processor_are_read_from_llama_cpps_line() -> None:
    line = "CPU : SSE3 = 1 | AVX = 1 | AVX512 = 0 | REPACK = 1 | CUDA : ARCHS = 500 | F16 = 1 | "
    assert cpu_features(line) == ("SSE3", "AVX", "REPACK")
    assert cpu_features("") == ()


def test_this_machine_has_a_processor_and_a_build() -> None:
    found = read_devices()
    assert found.llama_cpp_version
    assert "CPU" in found.backends
    assert [device for device in found.devices if device.kind is DeviceKind.CPU]
    assert found.build == read_devices().build
