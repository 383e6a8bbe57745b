import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.batches import BatchRun, add_batch, as_numbers, first_tokens, runs_from, token_count


def processed(*sizes: int) -> list[BatchRun]:
    runs: list[BatchRun] = []
    for size in sizes:
        add_batch(runs, size)
    return runs


def test_equal_batches_are_one_run() -> None:
    assert processed(512, 512, 40, 1, 1, 1) == [BatchRun(512, 512, 2), BatchRun(40, 40), BatchRun(1, 1, 3)]


def test_a_batch_that_was_taken_back_in_part_keeps_its_size() -> None:
    assert first_tokens(processed(512, 512, 40), 700) == [BatchRun(512, 512), BatchRun(512, 188)]


def test_what_follows_a_batch_that_was_taken_back_in_part_is_another_run() -> None:
    runs = first_tokens(processed(8), 5)
    add_batch(runs, 8)
    add_batch(runs, 8)
    assert runs == [BatchRun(8, 5), BatchRun(8, 8, 2)]


@given(st.lists(st.one_of(st.integers(1, 9), st.integers(-30, 0)), max_size=40))
def test_the_batches_hold_as_many_tokens_as_are_there(steps: list[int]) -> None:
    """A positive step processes so many tokens, any other takes so many back."""
    runs: list[BatchRun] = []
    count = 0
    for step in steps:
        if step > 0:
            add_batch(runs, step)
            count += step
        else:
            count = max(count + step, 0)
            runs = first_tokens(runs, count)
        assert token_count(runs) == count
        assert all(1 <= run.kept <= run.size for run in runs)


@given(st.lists(st.builds(lambda kept, more, times: BatchRun(kept + more, kept, times), *[st.integers(1, 600)] * 3)))
def test_what_was_written_is_read_again(runs: list[BatchRun]) -> None:
    assert runs_from(json.loads(json.dumps(as_numbers(runs)))) == tuple(runs)


@pytest.mark.parametrize(
    "untrusted", [None, 3, "8", {}, [8], [[8, 8]], [[8, 9, 1]], [[8, 0, 1]], [[8, 8, 0]], [[8, 8.0, 1]], [["8", 8, 1]]]
)
def test_what_cannot_have_been_written_is_refused(untrusted: object) -> None:
    with pytest.raises(ValueError, match="no batches"):
        runs_from(untrusted)
