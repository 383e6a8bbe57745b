"""The variant of llama.cpp that computes is the best that answers rightly, and is found once."""

from pathlib import Path

import pytest

from chatdesk.core.model_files import ModelFile
from chatdesk.engine.cpu_variants import (
    VARIABLE,
    Answer,
    Variant,
    VariantChooser,
    backend_files,
    child_trial,
    trial_command,
)

BEST, GOOD, PLAIN = (
    Variant(Path(f"/lib/libggml-cpu-{name}.so"), score)
    for name, score in (("sapphirerapids", 9), ("haswell", 5), ("x64", 1))
)
ALL = (BEST, GOOD, PLAIN)
RIGHT = Answer((7, None, 9))


class Trials:
    """Answers by variant, and who was tried."""

    def __init__(self, answers: dict[str, Answer | None]) -> None:
        self.answers = answers
        self.tried: list[str] = []

    def __call__(self, variant: Variant) -> Answer | None:
        self.tried.append(variant.name)
        return self.answers[variant.name]


@pytest.mark.parametrize(
    ("best", "good", "expected"),
    [
        (RIGHT, RIGHT, BEST),
        (None, RIGHT, GOOD),  # it crashed
        (Answer((7, 1, 8)), RIGHT, GOOD),  # it is sure of something else
        (None, None, PLAIN),
        (Answer((None, None, None)), Answer((7, 4, 9)), GOOD),  # sure of nothing is no right answer
    ],
)
def test_the_best_that_answers_as_the_plainest_is_used(
    best: Answer | None, good: Answer | None, expected: Variant, tmp_path: Path
) -> None:
    trials = Trials({"sapphirerapids": best, "haswell": good, "x64": RIGHT})
    assert VariantChooser(tmp_path / "choice.json", "1", trials).choose(ALL) == expected


def test_a_choice_holds_until_the_processor_or_llama_cpp_changes(tmp_path: Path) -> None:
    trials = Trials({"sapphirerapids": None, "haswell": RIGHT, "x64": RIGHT})
    file = tmp_path / "choice.json"
    assert VariantChooser(file, "1", trials).choose(ALL) == GOOD
    count = len(trials.tried)
    assert VariantChooser(file, "1", trials).choose(ALL) == GOOD
    assert len(trials.tried) == count
    VariantChooser(file, "2", trials).choose(ALL)
    assert len(trials.tried) == 2 * count
    VariantChooser(file, "2", trials).choose(ALL[1:])
    assert len(trials.tried) > 2 * count


def test_a_choice_that_cannot_be_read_or_kept_is_made_again(tmp_path: Path) -> None:
    trials = Trials({"sapphirerapids": RIGHT, "haswell": RIGHT, "x64": RIGHT})
    (tmp_path / "choice.json").write_text("[", encoding="utf-8")
    assert VariantChooser(tmp_path / "choice.json", "1", trials).choose(ALL) == BEST
    assert VariantChooser(tmp_path / "not there" / "choice.json", "1", trials).choose(ALL) == BEST


def test_where_nothing_answers_the_plainest_is_used(tmp_path: Path) -> None:
    trials = Trials(dict.fromkeys(("sapphirerapids", "haswell", "x64")))
    assert VariantChooser(tmp_path / "choice.json", "1", trials).choose(ALL) == PLAIN
    assert trials.tried == ["x64"]
    trials.answers = dict.fromkeys(trials.answers, RIGHT)
    assert VariantChooser(tmp_path / "choice.json", "1", trials).choose(ALL) == BEST


def test_one_variant_needs_no_trial(tmp_path: Path) -> None:
    assert VariantChooser(tmp_path / "choice.json", "1", Trials({})).choose((PLAIN,)) == PLAIN
    assert VariantChooser(tmp_path / "choice.json", "1", Trials({})).choose(()) is None


def test_parts_that_are_always_loaded_are_no_backends(tmp_path: Path) -> None:
    package = tmp_path / "llama_cpp"
    (package / "lib").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    for name in ("lib/libllama.so", "lib/libggml.so", "lib/libggml-base.so", "lib/libggml-cpu.so.0"):
        (package / name).touch()
    assert backend_files(package) == []
    (tmp_path / "bin" / "libggml-cpu-haswell.so").touch()
    (package / "lib" / "libggml-vulkan.so").touch()
    assert [path.name for path in backend_files(package)] == ["libggml-vulkan.so", "libggml-cpu-haswell.so"]


def test_the_child_answers_with_a_real_model(tiny_model: ModelFile) -> None:
    answer = child_trial(trial_command(), tiny_model.path)(PLAIN)
    assert answer is not None
    assert answer.agrees_with(answer)


def test_a_child_that_finds_no_model_gives_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert child_trial(trial_command(), str(tmp_path / "none.gguf"))(PLAIN) is None
