"""A file that cannot be loaded is refused with the right words, and nothing of it stays behind."""

from __future__ import annotations

import gc
import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine import llama_runtime
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.llama import load_llama
from tests.support.tiny_gguf import TinyModel

OPTIONS = LoadOptions(n_ctx=256)


def refused(path: Path) -> UserFacingError:
    """How loading the file at `path` is refused."""
    size = path.stat().st_size if path.exists() else 0
    with pytest.raises(UserFacingError) as caught:
        load_llama(ModelFile(str(path), size, 0.0), OPTIONS, lambda _: True)
    return caught.value


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    return Path(TinyModel().write(tmp_path / "whole.gguf").path).read_bytes()


def test_a_missing_file(tmp_path: Path) -> None:
    error = refused(tmp_path / "none.gguf")
    assert (error.code, error.detail.params) == (ErrorCode.MODEL_NOT_FOUND, {"model": "none"})


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder.gguf").mkdir()
    assert refused(tmp_path / "folder.gguf").code is ErrorCode.MODEL_NOT_A_FILE


def written(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "bad.gguf"
    path.write_bytes(content)
    return path


def test_an_empty_file(tmp_path: Path) -> None:
    assert refused(written(tmp_path, b"")).code is ErrorCode.MODEL_EMPTY


@pytest.mark.parametrize("content", [b"\x89PNG\r\n" * 1000, b"no", random.Random(1).randbytes(100_000)])
def test_a_file_of_another_kind(tmp_path: Path, content: bytes) -> None:
    assert refused(written(tmp_path, content)).code is ErrorCode.MODEL_NOT_GGUF


@pytest.mark.parametrize("length", [3, 23])
def test_a_file_that_ends_within_its_first_bytes(tmp_path: Path, whole: bytes, length: int) -> None:
    assert refused(written(tmp_path, whole[:length])).code is ErrorCode.MODEL_TRUNCATED


@pytest.mark.parametrize("share", [0.5, 0.99])
def test_a_file_that_ends_within_its_tensors(tmp_path: Path, whole: bytes, share: float) -> None:
    assert refused(written(tmp_path, whole[: int(len(whole) * share)])).code is ErrorCode.MODEL_TRUNCATED


@pytest.mark.parametrize("length", [24, 100, 2000])
def test_a_file_that_ends_within_its_header(tmp_path: Path, whole: bytes, length: int) -> None:
    error = refused(written(tmp_path, whole[:length]))
    assert error.code in (ErrorCode.MODEL_DAMAGED, ErrorCode.MODEL_TRUNCATED)


@pytest.mark.parametrize("bit", [4 * 8 + 6, 8 * 8 + 7, 15 * 8, 16 * 8 + 3, 23 * 8 + 2])
def test_a_flipped_bit_in_the_header(tmp_path: Path, whole: bytes, bit: int) -> None:
    flipped = bytearray(whole)
    flipped[bit // 8] ^= 1 << bit % 8
    error = refused(written(tmp_path, bytes(flipped)))
    assert error.code is ErrorCode.MODEL_DAMAGED
    assert 0 < len(error.detail.params["reason"]) <= 160


def test_garbage_behind_the_right_beginning(tmp_path: Path) -> None:
    garbage = b"GGUF\x03\x00\x00\x00" + random.Random(2).randbytes(100_000)
    assert refused(written(tmp_path, garbage)).code is ErrorCode.MODEL_DAMAGED


def test_an_architecture_of_the_future_is_named(tmp_path: Path) -> None:
    error = refused(Path(TinyModel(architecture="llama9").write(tmp_path / "new.gguf").path))
    assert error.code is ErrorCode.MODEL_UNSUPPORTED
    assert error.detail.params == {"model": "new", "architecture": "llama9"}


def test_a_missing_tensor_is_damage(tmp_path: Path, whole: bytes) -> None:
    error = refused(written(tmp_path, whole.replace(b"blk.0.ffn_up.weight", b"blk.0.ffn_xx.weight")))
    assert error.code is ErrorCode.MODEL_DAMAGED
    assert "ffn_up" in error.detail.params["reason"]


@pytest.mark.parametrize("model", [TinyModel(tokenizer="none"), TinyModel(is_causal=False)], ids=["no words", "embeds"])
def test_a_model_that_cannot_write(tmp_path: Path, model: TinyModel) -> None:
    assert refused(Path(model.write(tmp_path / "mute.gguf").path)).code is ErrorCode.MODEL_NOT_FOR_CHAT


def test_a_split_file_with_a_piece_missing(tmp_path: Path, whole: bytes) -> None:
    (tmp_path / "big-00001-of-00002.gguf").write_bytes(whole)
    error = refused(tmp_path / "big-00001-of-00002.gguf")
    assert (error.code, error.detail.params) == (ErrorCode.MODEL_SHARD_MISSING, {"model": "big"})


def test_a_context_that_cannot_fit_is_refused_before_it_is_tried(tiny_model: ModelFile) -> None:
    with pytest.raises(UserFacingError) as caught:
        load_llama(tiny_model, replace(OPTIONS, n_ctx=2**31 - 1), lambda _: True)
    assert caught.value.code is ErrorCode.MODEL_OUT_OF_MEMORY


def test_loading_reports_its_progress_and_can_be_cancelled(tiny_model: ModelFile) -> None:
    told: list[float] = []

    def cancel(fraction: float) -> bool:
        told.append(fraction)
        return False

    with pytest.raises(UserFacingError) as caught:
        load_llama(tiny_model, OPTIONS, cancel)
    assert caught.value.code is ErrorCode.LOAD_CANCELLED
    assert len(told) == 1
    told.clear()

    def go_on(fraction: float) -> bool:
        told.append(fraction)
        return True

    load_llama(tiny_model, OPTIONS, go_on).close()
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_what_a_progress_callback_raises_comes_out(tiny_model: ModelFile) -> None:
    def fail(_: float) -> bool:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        load_llama(tiny_model, OPTIONS, fail)


def test_what_is_loaded_is_described(tiny_model: ModelFile) -> None:
    engine = load_llama(tiny_model, LoadOptions(), lambda _: True)
    info = engine.info
    assert (info.name, info.architecture, info.n_ctx, info.n_ctx_train) == ("tiny", "llama", 4096, 4096)
    assert info.size_bytes == tiny_model.size_bytes
    assert info.device.cpu.startswith("CPU")
    assert bool(info.device.gpus) != bool(info.device.reason)
    engine.close()


def test_the_tokenizer_hash_tells_vocabularies_apart(tmp_path: Path) -> None:
    def hash_of(model: TinyModel, name: str) -> str:
        engine = load_llama(model.write(tmp_path / name), OPTIONS, lambda _: True)
        engine.close()
        return engine.info.tokenizer_hash

    first = hash_of(TinyModel(), "a.gguf")
    assert hash_of(TinyModel(chat_template=None, ends=False), "b.gguf") == first
    assert hash_of(TinyModel(user_defined=["<think>"]), "c.gguf") != first


def test_nothing_reaches_stderr(tiny_model: ModelFile, tmp_path: Path) -> None:
    bad = TinyModel(architecture="llama9").write(tmp_path / "bad.gguf")
    code = """
import sys
from chatdesk.core.errors import UserFacingError
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.llama import load_llama
engine = load_llama(ModelFile(sys.argv[1], 0, 0), LoadOptions(), lambda _: True)
assert list(engine.generate(engine.prompt_tokens([]), SamplingParams(), lambda: False))
try:
    load_llama(ModelFile(sys.argv[2], 0, 0), LoadOptions(), lambda _: True)
except UserFacingError as error:
    print(error.code)
"""  # the first engine is left open on purpose: the end of the process must not mind
    done = subprocess.run(
        [sys.executable, "-c", code, tiny_model.path, bad.path], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "model_unsupported", "")


def test_the_log_keeps_what_llama_cpp_said(tiny_model: ModelFile) -> None:
    mark = llama_runtime.start().total
    load_llama(tiny_model, OPTIONS, lambda _: True).close()
    lines = llama_runtime.start().since(mark)
    assert any("llama_context" in line for line in lines)
    assert len(llama_runtime.start().since(0)) <= llama_runtime.KEPT_LINES


@pytest.mark.starter
def test_unloading_gives_back_what_the_load_took(starter_model: ModelFile) -> None:
    process = psutil.Process()

    def share_given_back() -> float:
        gc.collect()
        before = process.memory_info().rss
        engine = load_llama(starter_model, LoadOptions(n_ctx=2048), lambda _: True)
        list(engine.generate(list(range(100, 400)), SamplingParams(max_tokens=4), lambda: False))
        loaded = process.memory_info().rss
        assert engine.info.memory_bytes > 90e6
        engine.close()
        return (loaded - process.memory_info().rss) / (loaded - before)

    share_given_back()
    assert share_given_back() >= 0.95
