import pytest

from chatdesk.core.downloads import DownloadState
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.fit import Fit, FitLabel, Machine
from chatdesk.ui.model_manager import words
from tests.ui.model_manager.world import GB, download, fit

DAY = 86_400


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (fit(FitLabel.FITS), "Fits"),
        (fit(FitLabel.SHORTER_CONTEXT, fitting_n_ctx=6144), "Fits with a shorter context (6,144 tokens)"),
        (fit(FitLabel.SLOW), "Slow (partly on CPU)"),
        (fit(FitLabel.TOO_LARGE), "Too large"),
        (fit(FitLabel.FITS, is_estimate=True), "Fits · estimate"),
    ],
)
def test_a_verdict_is_told_in_words(verdict: Fit, said: str) -> None:
    assert words.fit_words(verdict) == said


def test_the_memory_need_is_told_in_total_and_in_its_parts() -> None:
    said = words.need_words(fit())
    for part in ("6.5 GB", "8,192 tokens", "5.0 GB", "1.0 GB", "500 MB"):
        assert part in said
    assert "estimate" in words.need_words(fit(is_estimate=True))
    assert "estimate" not in said


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0"), (999, "999"), (1000, "1.0k"), (12_345, "12.3k"), (999_949, "1,000k"), (1_234_567, "1.2M")],
)
def test_counts_are_told_at_a_glance(count: int, said: str) -> None:
    assert words.count_words(count) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "10 s left"),
        (44, "40 s left"),
        (240, "4 min left"),
        (4900, "1 h 22 min left"),
        (200_000, "more than a day left"),
    ],
)
def test_the_time_left_is_as_exact_as_a_forecast_can_be(seconds: float, said: str) -> None:
    assert words.time_left_words(seconds) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "today"),
        (1, "yesterday"),
        (3, "3 days ago"),
        (20, "2 weeks ago"),
        (90, "3 months ago"),
        (900, "2 years ago"),
    ],
)
def test_an_age_is_told_in_the_unit_that_suits_it(days: int, said: str) -> None:
    now = 1_700_000_000.0
    assert words.age_words(now - days * DAY, now) == said


def test_what_lies_in_the_future_is_told_as_today() -> None:
    assert words.age_words(1_700_000_000.0 + 5 * DAY, 1_700_000_000.0) == "today"


@pytest.mark.parametrize("state", DownloadState)
def test_every_state_of_a_download_has_words(state: DownloadState) -> None:
    assert words.download_state_words(download(state=state))
    assert "GB" in words.download_figures(download(state=state))


def test_a_running_download_tells_bytes_speed_and_time_left() -> None:
    assert words.download_figures(download()) == "2.0 GB of 5.0 GB · 13 MB/s · 4 min left"


def test_one_that_waits_to_try_again_promises_no_speed() -> None:
    waiting = download(error=ErrorDetail(ErrorCode.HUB_UNREACHABLE, {"host": "hub", "reason": "no route"}))
    assert words.download_figures(waiting) == "2.0 GB of 5.0 GB"
    assert "by itself" in words.download_state_words(waiting)
    assert "no route" in words.download_error_words(waiting)


def test_the_machine_is_told_with_its_gpu_if_one_is_used() -> None:
    assert words.machine_words(Machine(16 * GB, 9 * GB, 8)) == "16.0 GB of memory, 9.0 GB free · 8-core processor"
    assert "GPU with 8.0 GB" in words.machine_words(Machine(16 * GB, 9 * GB, 8, 8 * GB, 7 * GB))


def test_own_settings_are_told_by_the_names_of_llama_cpp_and_a_template_only_by_its_being_there() -> None:
    said = words.overrides_words(
        {"n_ctx": 4096, "temperature": 0.25, "flash_attention": False, "seed": None, "chat_template": "{{ x }}" * 99}
    )
    assert said == "n_ctx 4,096 · temperature 0.25 · flash_attention off · seed automatic · chat_template own"
