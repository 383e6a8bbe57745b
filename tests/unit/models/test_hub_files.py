import time

import pytest

from chatdesk.core.hub_models import RemoteFile
from chatdesk.models.hub_files import find_among, is_language_model, models_of

COMMIT = "c" * 40


def names_of(*filenames: str) -> list[str]:
    models = models_of("owner/repo", COMMIT, (RemoteFile(name, 10, None) for name in filenames))
    return [model.filename for model in models]


def test_shards_in_any_order_are_one_model_in_theirs() -> None:
    shards = [f"sub/m-Q4_0-0000{number}-of-00003.gguf" for number in (1, 2, 3)]
    (model,) = models_of("owner/repo", COMMIT, (RemoteFile(name, 10, None) for name in reversed(shards)))
    assert [file.filename for file in model.files] == shards
    assert model.size_bytes == 30


@pytest.mark.parametrize(
    "filenames",
    [
        ["m-00001-of-00003.gguf", "m-00003-of-00003.gguf"],
        ["m-00002-of-00002.gguf"],
        ["m-00001-of-00000.gguf"],
        ["m-00001-of-99999.gguf"],
        ["a/m-00001-of-00002.gguf", "b/m-00002-of-00002.gguf"],
    ],
)
def test_an_incomplete_set_of_shards_is_not_offered(filenames: list[str]) -> None:
    assert names_of(*filenames) == []


def test_names_that_promise_many_shards_cost_no_time() -> None:
    began = time.monotonic()
    assert names_of(*(f"m{number}-00001-of-01000.gguf" for number in range(30_000)), "m-Q4_0.gguf") == ["m-Q4_0.gguf"]
    assert time.monotonic() - began < 4


@pytest.mark.parametrize(
    ("filename", "is_one"),
    [
        ("Qwen3-8B-Q4_K_M.gguf", True),
        ("mmproj-model-f16.gguf", False),
        ("Model-MMPROJ-F16.gguf", False),
        ("adapter-lora-f16.gguf", False),
        ("Model-F16-LoRA.gguf", False),
        ("loras/style.gguf", False),
        ("Model-lora-merged-Q4_0.gguf", True),
        ("Explorateur-Q4_0.gguf", True),
        ("model.imatrix.gguf", False),
        ("model-imatrix-Q4_K_M.gguf", True),
        ("ggml-vocab-llama.gguf", False),
    ],
)
def test_what_goes_with_a_model_is_told_from_one(filename: str, is_one: bool) -> None:
    assert is_language_model(filename) is is_one


def test_among_models_of_one_quantization_the_smallest_is_meant() -> None:
    files = [RemoteFile("large-Q4_K_M.gguf", 20, None), RemoteFile("small-Q4_K_M.gguf", 10, None)]
    models = models_of("owner/repo", COMMIT, files)
    for wanted in (None, "", "q4_k_m"):
        found = find_among(models, wanted)
        assert found is not None
        assert found.filename == "small-Q4_K_M.gguf"
    assert find_among(models, "large-Q4_K_M") == models[1]
    assert find_among(models, "Q8_0") is None
