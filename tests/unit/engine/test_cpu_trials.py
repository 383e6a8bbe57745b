"""A child tries a variant: what it leaves is read with care, and how it ends is told apart."""

import json
import sys
import threading
import time
from pathlib import Path

import pytest

from chatdesk.core.model_files import ModelFile
from chatdesk.engine.cpu.in_use import TRIED_VARIABLE
from chatdesk.engine.cpu.records import Failure, Timing
from chatdesk.engine.cpu.trials import Answer, ChildTrial, known_answer, trial_command
from chatdesk.engine.cpu.variants import Variant

PLAIN = Variant(Path("/lib/libggml-cpu-x64.so"), 1)
# What a child does in place of the app, given `model`, `result` and perhaps `--timed`.
LEAVES = "import sys; open(sys.argv[2], 'w').write(sys.argv[1])"

FAILS_LATER = """
import sys
from chatdesk.engine.cpu.trial_child import run_trial
from chatdesk.engine.llama_runtime import llama_cpp
decode, calls = llama_cpp.llama_decode, []
def fails_later(*given):
    calls.append(given)
    return decode(*given) if len(calls) == 1 else 1
llama_cpp.llama_decode = fails_later
sys.exit(run_trial(sys.argv[1], sys.argv[2], is_timed=True))
"""
CRASHES_AT_THE_END = """
import atexit, os, sys
from chatdesk.__main__ import main
atexit.register(os.abort)
sys.exit(main(["--try-variant", *sys.argv[1:]]))
"""


def trial(code: str, model: str = "", patience_seconds: float = 60) -> ChildTrial:
    return ChildTrial([sys.executable, "-c", code], model, patience_seconds)


def test_the_child_answers_with_a_real_model(tiny_model: ModelFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TRIED_VARIABLE, raising=False)
    answer = ChildTrial(trial_command(), tiny_model.path)(PLAIN)
    assert isinstance(answer, Answer)
    assert answer.agrees_with(answer)
    assert answer.timing is None


def test_the_answer_of_the_starter_model_is_known(
    starter_model: ModelFile, tiny_model: ModelFile, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(TRIED_VARIABLE, raising=False)
    known = known_answer(starter_model.path)
    assert known is not None, "with another model or text, `--try-variant` says what it answers"
    answer = ChildTrial(trial_command(), starter_model.path)(PLAIN)
    assert isinstance(answer, Answer)
    assert answer.agrees_with(known)
    assert known_answer(tiny_model.path) is None
    assert known_answer(str(tmp_path / "none.gguf")) is None


def test_the_child_times_itself_when_it_is_asked_to(tiny_model: ModelFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TRIED_VARIABLE, raising=False)
    answer = ChildTrial(trial_command(), tiny_model.path)(PLAIN, is_timed=True)
    assert isinstance(answer, Answer)
    assert answer.timing is not None
    assert 0 < answer.timing.seconds < 60


def test_what_was_not_computed_has_no_time(tiny_model: ModelFile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TRIED_VARIABLE, raising=False)
    answer = trial(FAILS_LATER, tiny_model.path)(PLAIN, is_timed=True)
    assert isinstance(answer, Answer)
    assert answer.tokens
    assert answer.timing is None


def test_what_crashes_at_the_end_of_the_process_says_nothing_of_the_variant(
    tiny_model: ModelFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TRIED_VARIABLE, raising=False)
    assert isinstance(trial(CRASHES_AT_THE_END, tiny_model.path)(PLAIN), Answer)


def test_a_child_that_finds_no_model_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(TRIED_VARIABLE, raising=False)
    assert ChildTrial(trial_command(), str(tmp_path / "none.gguf"))(PLAIN) is None


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ({"tokens": [1, None, 2]}, Answer((1, None, 2))),
        ({"tokens": [1], "reading_seconds": 1, "writing_seconds": 2.5}, Answer((1,), Timing(1, 2.5))),
        ({"tokens": [1], "reading_seconds": 1, "writing_seconds": "2"}, Answer((1,))),
        ({"tokens": [1.5]}, Failure.WRONG),
        ({"tokens": [True]}, Failure.WRONG),
        ({"tokens": [1] * 1001}, Failure.WRONG),
        ({"tokens": None}, Failure.WRONG),
        ([1], Failure.WRONG),
    ],
)
def test_what_a_child_leaves_is_not_trusted(said: object, found: object) -> None:
    assert trial(LEAVES, json.dumps(said))(PLAIN) == found


def test_times_that_cannot_be_true_are_none() -> None:
    said = '{"tokens": [1], "reading_seconds": -1, "writing_seconds": 1}'
    assert trial(LEAVES, said)(PLAIN, is_timed=True) == Answer((1,))


@pytest.mark.parametrize("text", ["", "{", "[" * 70_000])
def test_half_an_answer_says_nothing(text: str) -> None:
    assert trial(LEAVES, text)(PLAIN) is None


def test_a_child_that_crashes_is_told_from_one_that_is_ended() -> None:
    dies = "import os, signal; os.kill(os.getpid(), signal.{})"
    assert trial("import os; os.abort()")(PLAIN) is Failure.CRASHED
    if sys.platform != "win32":
        assert trial(dies.format("SIGILL"))(PLAIN) is Failure.CRASHED
        assert trial(dies.format("SIGKILL"))(PLAIN) is None
        assert trial(dies.format("SIGTERM"))(PLAIN) is None
    assert trial("import sys; sys.exit(1)")(PLAIN) is None
    assert trial("pass")(PLAIN) is None, "it left nothing"


def test_a_child_that_cannot_be_started_says_nothing(tmp_path: Path) -> None:
    assert ChildTrial([str(tmp_path / "none")], "")(PLAIN) is None


def test_a_child_that_takes_too_long_is_slow() -> None:
    assert trial("import time; time.sleep(60)", patience_seconds=0.2)(PLAIN) is Failure.SLOW


def test_a_child_that_is_to_stop_is_killed_at_once(tmp_path: Path) -> None:
    begun, stop = tmp_path / "begun", threading.Event()
    code = "import pathlib, sys, time; pathlib.Path(sys.argv[1]).touch(); time.sleep(60)"

    def should_stop() -> bool:
        if begun.exists():
            stop.set()
        return stop.is_set()

    started = time.monotonic()
    assert trial(code, str(begun))(PLAIN, should_stop=should_stop) is None
    assert time.monotonic() - started < 30
