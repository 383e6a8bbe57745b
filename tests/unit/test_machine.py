"""What a model may use here, when the loaded one makes room."""

from chatdesk.core.model_info import DeviceInUse, ModelInfo
from chatdesk.engine.devices import Device, DeviceKind
from chatdesk.machine import this_machine

GB = 10**9
CARD = Device("Vulkan0", "a card", DeviceKind.GPU, free_bytes=1 * GB, total_bytes=8 * GB)


def held(n_gpu_layers: int) -> ModelInfo:
    """A model of 19 layers whose buffers have 12 GB, that of the output layer included."""
    return ModelInfo(
        name="large", architecture="llama", n_params=1, n_ctx=1, n_ctx_train=1, n_batch=1, n_ubatch=1, n_threads=1,
        n_gpu_layers=n_gpu_layers, size_bytes=12 * GB, memory_bytes=0, device=DeviceInUse("CPU"), tokenizer_hash="",
        weights_bytes=12 * GB, n_layers=19,
    )  # fmt: skip


def test_of_a_model_that_is_partly_on_a_card_only_that_part_will_be_free_there() -> None:
    assert this_machine(None, [CARD]).gpu_free_bytes == 1 * GB
    assert this_machine(held(0), [CARD]).gpu_free_bytes == 1 * GB
    assert this_machine(held(10), [CARD]).gpu_free_bytes == 7 * GB
    assert this_machine(held(20), [CARD]).gpu_free_bytes == 8 * GB, "no more than it has"
