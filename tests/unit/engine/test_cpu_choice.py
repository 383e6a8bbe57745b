"""The variant of llama.cpp that computes is the best that answers rightly, and is found once."""

from pathlib import Path

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.engine.base import ShouldStop
from chatdesk.engine.cpu.choice import VariantChooser, first_loaded
from chatdesk.engine.cpu.records import Failure, RecordFile, Timing
from chatdesk.engine.cpu.timing import VariantTimer
from chatdesk.engine.cpu.trials import Answer
from chatdesk.engine.cpu.variants import Variant, backend_files

BEST, GOOD, PLAIN = (
    Variant(Path(f"/lib/libggml-cpu-{name}.so"), score)
    for name, score in (("sapphirerapids", 9), ("haswell", 5), ("x64", 1))
)
ALL = (BEST, GOOD, PLAIN)
RIGHT = Answer((7, None, 9))
WRONG = Answer((7, 1, 8))


class Trials:
    """Answers by variant, with times where they are asked for, and who was tried."""

    def __init__(
        self,
        best: Answer | Failure | None = RIGHT,
        good: Answer | Failure | None = RIGHT,
        plain: Answer | Failure | None = RIGHT,
    ) -> None:
        self.answers = {BEST.name: best, GOOD.name: good, PLAIN.name: plain}
        self.seconds = dict.fromkeys(self.answers, 1.0)
        # What comes of timing a variant before its answer does: nothing may come of it.
        self.first: dict[str, list[Answer | Failure]] = {}
        self.tried: list[str] = []
        self.timed: list[str] = []

    def __call__(
        self, variant: Variant, *, is_timed: bool = False, should_stop: ShouldStop = lambda: False
    ) -> Answer | Failure | None:
        if should_stop():
            return None
        (self.timed if is_timed else self.tried).append(variant.name)
        if is_timed and self.first.get(variant.name):
            return self.first[variant.name].pop(0)
        answer = self.answers[variant.name]
        if not is_timed or not isinstance(answer, Answer):
            return answer
        return Answer(answer.tokens, Timing(self.seconds[variant.name] / 2, self.seconds[variant.name] / 2))


@pytest.fixture
def file(tmp_path: Path) -> RecordFile:
    return RecordFile(tmp_path / "choice.json")


def choose(file: RecordFile, trials: Trials, wanted: str | None = None, *, is_trusted: bool = True) -> Variant | None:
    return VariantChooser(file, "1", trials).choose(ALL, wanted, is_trusted=is_trusted)


def time_all(file: RecordFile, trials: Trials, should_stop: ShouldStop = lambda: False) -> bool:
    return VariantTimer(file, "1", trials).run(ALL, should_stop)


@pytest.mark.parametrize(
    ("best", "good", "expected"),
    [
        (RIGHT, RIGHT, BEST),
        (Failure.CRASHED, RIGHT, GOOD),
        (WRONG, RIGHT, GOOD),
        (None, RIGHT, GOOD),
        (Failure.CRASHED, Failure.SLOW, PLAIN),
        (Answer((None, None, None)), Answer((7, 4, 9)), GOOD),  # sure of nothing is no right answer
        (Answer(()), RIGHT, GOOD),  # nothing of use
    ],
)
def test_the_best_that_answers_as_the_plainest_is_used(
    best: Answer | Failure | None, good: Answer | Failure | None, expected: Variant, file: RecordFile
) -> None:
    assert choose(file, Trials(best, good)) == expected


def test_a_choice_holds_until_the_processor_or_llama_cpp_changes(file: RecordFile) -> None:
    trials = Trials(best=Failure.CRASHED)
    assert choose(file, trials) == GOOD
    count = len(trials.tried)
    assert choose(file, trials) == GOOD
    assert len(trials.tried) == count
    VariantChooser(file, "2", trials).choose(ALL)
    assert len(trials.tried) == 2 * count, "another llama.cpp may have mended what crashed"
    VariantChooser(file, "2", trials).choose(ALL[1:])
    assert len(trials.tried) > 2 * count


def test_a_choice_that_cannot_be_read_or_kept_is_made_again(tmp_path: Path) -> None:
    (tmp_path / "choice.json").write_text("[", encoding="utf-8")
    assert choose(RecordFile(tmp_path / "choice.json"), Trials()) == BEST
    assert choose(RecordFile(tmp_path / "not there" / "choice.json"), Trials()) == BEST


def test_where_nothing_answers_the_plainest_is_used(file: RecordFile) -> None:
    trials = Trials(None, None, None)
    assert choose(file, trials) == PLAIN
    assert trials.tried == ["x64"]
    assert choose(file, Trials()) == BEST, "which was not remembered"


def test_one_variant_needs_no_trial(file: RecordFile) -> None:
    trials = Trials()
    assert VariantChooser(file, "1", trials).choose((PLAIN,)) == PLAIN
    assert VariantChooser(file, "1", trials).choose(()) is None
    assert trials.tried == []


def test_what_was_remembered_before_variants_were_timed_still_holds(tmp_path: Path) -> None:
    scores = '{"sapphirerapids": 9, "haswell": 5, "x64": 1}'
    path = tmp_path / "choice.json"
    path.write_text(f'{{"version": "1", "scores": {scores}, "variant": "haswell"}}', encoding="utf-8")
    trials = Trials()
    assert choose(RecordFile(path), trials) == GOOD
    assert trials.tried == []


def test_where_the_right_answer_is_known_the_best_alone_is_tried(file: RecordFile) -> None:
    trials = Trials()
    chooser = VariantChooser(file, "1", trials, known=Answer((None, 5, 9)))
    assert chooser.choose(ALL) == BEST
    assert chooser.has_answered
    assert trials.tried == ["sapphirerapids"]
    assert VariantChooser(file, "1", trials, known=RIGHT).choose(ALL, "haswell") == GOOD
    assert trials.tried == ["sapphirerapids", "haswell"]
    assert choose(file, trials) == BEST, "which was remembered"


@pytest.mark.parametrize(
    ("known", "best", "good", "expected"),
    [
        (RIGHT, Failure.CRASHED, RIGHT, GOOD),
        (RIGHT, WRONG, RIGHT, GOOD),
        (RIGHT, None, Failure.SLOW, PLAIN),
        (WRONG, RIGHT, RIGHT, BEST),  # what is known is of another llama.cpp, perhaps
        (WRONG, Failure.CRASHED, RIGHT, GOOD),
    ],
)
def test_what_is_known_rejects_nothing(
    known: Answer, best: Answer | Failure | None, good: Answer | Failure | None, expected: Variant, file: RecordFile
) -> None:
    trials = Trials(best, good)
    assert VariantChooser(file, "1", trials, known).choose(ALL) == expected
    assert trials.tried == ["sapphirerapids", "x64", "haswell"][: 2 if expected == BEST else 3], "each once"


def test_only_what_was_tried_for_this_choice_has_answered(file: RecordFile) -> None:
    for trials, expected in ((Trials(None, None, None), False), (Trials(Failure.CRASHED, WRONG), True)):
        chooser = VariantChooser(file, "1", trials)
        assert chooser.choose(ALL) == PLAIN
        assert chooser.has_answered is expected
    remembering = VariantChooser(file, "1", Trials())
    assert remembering.choose(ALL) == PLAIN
    assert not remembering.has_answered


# --- what a person forces, and what may have ended the app ---


def test_a_forced_variant_is_used_when_it_answers_rightly_and_is_not_remembered(file: RecordFile) -> None:
    assert choose(file, Trials()) == BEST
    assert choose(file, Trials(), "haswell") == GOOD
    assert choose(file, Trials(), "x64") == PLAIN
    assert choose(file, Trials()) == BEST


@pytest.mark.parametrize("answer", [Failure.CRASHED, WRONG, None])
def test_a_forced_variant_that_does_not_answer_gives_way(
    file: RecordFile, answer: Answer | Failure | None, caplog: pytest.LogCaptureFixture
) -> None:
    assert choose(file, Trials(best=answer), "sapphirerapids") == GOOD
    assert "sapphirerapids" in caplog.text
    caplog.clear()


def test_a_forced_variant_that_this_processor_cannot_run_is_not_tried(
    file: RecordFile, caplog: pytest.LogCaptureFixture
) -> None:
    trials = Trials()
    assert choose(file, trials, "armv9") == BEST
    assert "armv9" in caplog.text
    caplog.clear()
    assert trials.tried == ["x64", "sapphirerapids"]


def test_what_crashed_is_not_tried_again(file: RecordFile) -> None:
    assert choose(file, Trials(best=Failure.CRASHED)) == GOOD
    trials = Trials()
    assert choose(file, trials, is_trusted=False) == GOOD
    assert time_all(file, trials)
    assert "sapphirerapids" not in {*trials.tried, *trials.timed}


def test_a_forced_variant_is_tried_whatever_is_known_of_it(file: RecordFile) -> None:
    assert choose(file, Trials(best=Failure.CRASHED)) == GOOD
    assert choose(file, Trials(), "sapphirerapids") == BEST
    assert choose(file, Trials()) == GOOD


def test_after_a_crash_what_is_remembered_is_tried_before_it_is_used(file: RecordFile) -> None:
    assert choose(file, Trials()) == BEST
    assert choose(file, Trials(best=Failure.CRASHED), is_trusted=False) == GOOD
    assert choose(file, Trials()) == GOOD


def test_after_a_crash_the_remembered_one_is_still_the_first_to_be_used(file: RecordFile) -> None:
    assert choose(file, Trials(best=None)) == GOOD
    trials = Trials()
    assert choose(file, trials, is_trusted=False) == GOOD
    assert trials.tried == ["x64", "haswell"]


# --- the others, timed at rest ---


def test_the_next_start_uses_a_variant_that_is_clearly_faster(file: RecordFile) -> None:
    trials = Trials()
    trials.seconds |= {"sapphirerapids": 1.0, "haswell": 0.9, "x64": 5.0}
    assert choose(file, trials) == BEST
    assert time_all(file, trials)
    assert choose(file, trials) == GOOD


def test_a_little_faster_is_not_enough(file: RecordFile) -> None:
    trials = Trials()
    trials.seconds |= {"sapphirerapids": 1.0, "haswell": 0.92, "x64": 5.0}
    assert choose(file, trials) == BEST
    assert time_all(file, trials)
    assert choose(file, trials) == BEST


def test_each_is_timed_in_every_round_and_then_no_more(file: RecordFile) -> None:
    trials = Trials()
    assert time_all(file, trials)
    names = [variant.name for variant in ALL]
    assert trials.timed == [*names, *names]
    assert time_all(file, trials)
    assert len(trials.timed) == 2 * len(names)


def test_what_ends_the_timing_leaves_what_was_timed_and_it_goes_on_from_there(file: RecordFile) -> None:
    trials = Trials()
    assert not time_all(file, trials, lambda: len(trials.timed) == 2)
    assert trials.timed == ["sapphirerapids", "haswell"]
    assert time_all(file, trials)
    assert trials.timed[2:] == ["x64", "sapphirerapids", "haswell", "x64"]


@pytest.mark.parametrize("answer", [Failure.CRASHED, Failure.SLOW, WRONG])
def test_a_variant_that_fails_while_it_is_timed_is_used_no_more(file: RecordFile, answer: Answer | Failure) -> None:
    assert choose(file, Trials()) == BEST
    trials = Trials(best=answer)
    assert time_all(file, trials)
    assert trials.timed.count("sapphirerapids") == (2 if answer is Failure.SLOW else 1)
    assert choose(file, Trials()) == GOOD


@pytest.mark.parametrize("nothing", [Failure.SLOW, RIGHT])  # the latter without times
def test_a_trial_that_comes_to_no_time_once_says_nothing(file: RecordFile, nothing: Answer | Failure) -> None:
    assert choose(file, Trials()) == BEST
    trials = Trials()
    trials.first = {"sapphirerapids": [nothing], "haswell": [nothing]}
    assert time_all(file, trials)
    assert choose(file, Trials()) == BEST
    assert file.load("1", ALL).failures == {}


def test_a_variant_that_comes_to_no_time_twice_in_a_row_is_used_no_more(file: RecordFile) -> None:
    assert choose(file, Trials()) == BEST
    trials = Trials()
    trials.first = {"sapphirerapids": [RIGHT, RIGHT], "haswell": [Failure.SLOW, Failure.SLOW]}
    assert time_all(file, trials)
    assert file.load("1", ALL).failures == {"sapphirerapids": Failure.WRONG, "haswell": Failure.SLOW}


def test_where_nothing_can_be_tried_nothing_is_concluded(file: RecordFile) -> None:
    assert choose(file, Trials()) == BEST
    assert time_all(file, Trials(None, None, None)), "it is not worth trying again soon"
    assert time_all(file, Trials(best=None))
    assert choose(file, Trials()) == BEST


# --- the libraries ---


def test_a_variant_that_cannot_be_loaded_gives_way_and_with_none_at_all_a_person_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    paths = [variant.path for variant in ALL]
    assert first_loaded(paths, lambda path: path != BEST.path) == GOOD.path
    with pytest.raises(UserFacingError) as caught:
        first_loaded(paths, lambda _path: False)
    assert caught.value.code is ErrorCode.ENGINE_INCOMPLETE
    assert BEST.path.name in caplog.text
    caplog.clear()


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
