"""A child process tries a file; however it ends, the parent gets a verdict."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.model_files import ModelFile
from chatdesk.engine.probe import death_in_words, probe, probe_command
from tests.support.tiny_gguf import TinyModel

COMMAND = [
    sys.executable,
    "-c",
    "import sys; from chatdesk.engine.probe import run_probe; sys.exit(run_probe(*sys.argv[1:]))",
]


def never() -> bool:
    return False


def refused(model: ModelFile, command: list[str]) -> UserFacingError:
    with pytest.raises(UserFacingError) as caught:
        probe(model, command, never)
    return caught.value


def dying(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_good_file_passes_and_its_progress_is_told(tiny_model: ModelFile) -> None:
    told: list[float] = []

    def tell(fraction: float) -> bool:
        told.append(fraction)
        return True

    probe(tiny_model, COMMAND, never, tell)
    assert told == sorted(told)
    assert all(0 <= fraction <= 1 for fraction in told)


def test_the_apps_own_command_is_a_probe(tiny_model: ModelFile) -> None:
    assert probe_command()[0] == sys.executable
    assert probe_command()[-1] == "--probe"


def test_a_duplicate_in_the_vocabulary_ends_the_child_only(tmp_path: Path) -> None:
    model = TinyModel(repeated_token="▁Hello").write(tmp_path / "twice.gguf")
    error = refused(model, COMMAND)
    assert error.code is ErrorCode.MODEL_CRASHES
    assert "GGML_ASSERT" in error.detail.params["reason"]
    assert "/" not in error.detail.params["reason"].partition("GGML_ASSERT")[0]
    if sys.platform != "win32":
        assert error.detail.params["reason"].startswith("SIGABRT: ")


def test_what_the_child_refuses_is_refused_in_the_same_words(tmp_path: Path) -> None:
    error = refused(TinyModel(architecture="llama9").write(tmp_path / "new.gguf"), COMMAND)
    assert error.code is ErrorCode.MODEL_UNSUPPORTED
    assert error.detail.params == {"architecture": "llama9", "model": "new"}


def test_what_can_be_seen_without_a_child_needs_none(tmp_path: Path) -> None:
    (tmp_path / "empty.gguf").touch()
    assert refused(ModelFile(str(tmp_path / "empty.gguf"), 0, 0.0), ["no such program"]).code is ErrorCode.MODEL_EMPTY


def test_a_model_that_computes_no_numbers_is_damaged(tmp_path: Path, tiny_model: ModelFile) -> None:
    content = bytearray(Path(tiny_model.path).read_bytes())
    norm = np.ones(64, dtype=np.float32).tobytes()
    content = content.replace(norm, np.full(64, np.nan, dtype=np.float32).tobytes())
    (tmp_path / "nan.gguf").write_bytes(content)
    error = refused(ModelFile(str(tmp_path / "nan.gguf"), len(content), 0.0), COMMAND)
    assert error.code is ErrorCode.MODEL_DAMAGED


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals")
@pytest.mark.parametrize(("signal", "code"), [
    ("SIGSEGV", ErrorCode.MODEL_CRASHES),
    ("SIGBUS", ErrorCode.MODEL_CRASHES),
    ("SIGILL", ErrorCode.MODEL_WRONG_PROCESSOR),
    ("SIGKILL", ErrorCode.MODEL_OUT_OF_MEMORY),
])  # fmt: skip
def test_each_death_has_its_words(tiny_model: ModelFile, signal: str, code: ErrorCode) -> None:
    no_core_dump = "import os, resource, signal; resource.setrlimit(resource.RLIMIT_CORE, (0, 0))"
    error = refused(tiny_model, dying(f"{no_core_dump}; os.kill(os.getpid(), signal.{signal})"))
    assert error.code is code
    if code is ErrorCode.MODEL_CRASHES:
        assert error.detail.params["reason"] == signal


@pytest.mark.parametrize("code", ["pass", "raise SystemExit(3)", "raise ValueError('oh')"])
def test_an_end_without_a_verdict_is_a_crash(tiny_model: ModelFile, code: str) -> None:
    error = refused(tiny_model, dying(code))
    assert error.code is ErrorCode.MODEL_CRASHES
    assert "exit code" in error.detail.params["reason"]


def test_a_nonsensical_verdict_is_a_crash(tiny_model: ModelFile) -> None:
    code = "import sys; open(sys.argv[2], 'w').write('[1]'); sys.exit(3)"
    assert refused(tiny_model, dying(code)).code is ErrorCode.MODEL_CRASHES


def test_windows_deaths_are_worded() -> None:
    assert death_in_words(0xC0000005) == "access violation (0xC0000005)"
    assert death_in_words(0xC0000409) == "abort (0xC0000409)"


HANGS = dying("import sys, threading; open(sys.argv[2], 'a'); threading.Event().wait()")


def test_a_child_that_hangs_is_given_up(tiny_model: ModelFile) -> None:
    with pytest.raises(UserFacingError) as caught:
        probe(tiny_model, HANGS, never, timeout_seconds=0.3)
    assert caught.value.code is ErrorCode.MODEL_PROBE_TIMEOUT


def test_a_stop_ends_the_child(tiny_model: ModelFile) -> None:
    asked = threading.Event()
    timer = threading.Timer(0.2, asked.set)
    timer.start()
    began = time.monotonic()
    with pytest.raises(UserFacingError) as caught:
        probe(tiny_model, HANGS, asked.is_set)
    assert caught.value.code is ErrorCode.LOAD_CANCELLED
    assert time.monotonic() - began < 10
    timer.join()


@pytest.mark.parametrize(("number", "code"), [
    (errno.ENOSPC, ErrorCode.DISK_FULL),
    (errno.EMFILE, ErrorCode.MODEL_LOAD_FAILED),
])  # fmt: skip
@pytest.mark.parametrize("function", ["subprocess.Popen", "tempfile.TemporaryDirectory"])
def test_a_child_that_cannot_be_started_is_a_sentence(
    tiny_model: ModelFile, monkeypatch: pytest.MonkeyPatch, function: str, number: int, code: ErrorCode
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(function, fail)
    error = refused(tiny_model, COMMAND)
    assert error.code is code
    if code is ErrorCode.MODEL_LOAD_FAILED:
        assert os.strerror(number) in error.detail.params["reason"]


def test_a_program_that_is_not_there_is_a_sentence(tiny_model: ModelFile) -> None:
    assert refused(tiny_model, ["/no such program"]).code is ErrorCode.MODEL_LOAD_FAILED


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no file that is always full")
def test_a_full_disk_under_the_child_is_not_the_models_fault(tiny_model: ModelFile) -> None:
    code = "import os, sys; os.symlink('/dev/full', os.path.join(os.path.dirname(sys.argv[2]), 'unfinished'));"
    assert refused(tiny_model, [sys.executable, "-c", code + COMMAND[2]]).code is ErrorCode.DISK_FULL


@pytest.mark.parametrize("template", ["{{ 1 / 0 }}", "{% for m in messages %}", None])
def test_the_child_tries_the_template_and_lets_a_model_pass_whose_template_fails(
    tmp_path: Path, template: str | None
) -> None:
    model = TinyModel(chat_template=template).write(tmp_path / "template.gguf")
    code = "import sys; from chatdesk.engine.probe import run_probe; code = run_probe(*sys.argv[1:]); import builtins; "
    tried = "sys.exit(code if 'jinja2' in sys.modules else 9)"
    probe(model, [sys.executable, "-c", code + tried], never)


def test_importing_the_parents_side_loads_neither_llama_cpp_nor_jinja() -> None:
    code = """
import sys
import chatdesk.engine.base, chatdesk.engine.probe, chatdesk.engine.scripted, chatdesk.engine.templates
import chatdesk.engine.devices, chatdesk.engine.prompts
assert not {"llama_cpp", "jinja2", "numpy"} & set(sys.modules), sorted(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
