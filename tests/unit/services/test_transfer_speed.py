import pytest

from chatdesk.services.transfer_speed import TELL_SECONDS, WINDOW_SECONDS, SpeedMeter


def watch(meter: SpeedMeter, seconds: float, speed: float, start: float = 0.0, done: float = 0.0) -> int:
    """Let bytes arrive 100 times a second. Returns how often it was time to tell."""
    return sum(meter.see(start + step / 100, round(done + speed * step / 100)) for step in range(round(seconds * 100)))


def test_it_is_told_at_most_five_times_a_second() -> None:
    assert 45 <= watch(SpeedMeter(), 10, 1e6) <= 10 / TELL_SECONDS + 1


def test_the_speed_is_that_of_the_last_seconds() -> None:
    meter = SpeedMeter()
    watch(meter, 20, 1e6)
    assert meter.bytes_per_second == pytest.approx(1e6, rel=0.01)
    watch(meter, WINDOW_SECONDS + 1, 5e6, start=20, done=20e6)
    assert meter.bytes_per_second == pytest.approx(5e6, rel=0.01)


def test_no_speed_is_guessed_from_a_moment() -> None:
    meter = SpeedMeter()
    assert meter.bytes_per_second is None
    watch(meter, 0.9, 1e6)
    assert meter.bytes_per_second is None


def test_bytes_that_were_there_before_are_no_speed() -> None:
    meter = SpeedMeter()
    watch(meter, 3, 1e6, done=5e9)
    assert meter.bytes_per_second == pytest.approx(1e6, rel=0.01)


def test_a_file_that_starts_over_is_watched_anew() -> None:
    meter = SpeedMeter()
    watch(meter, 3, 1e6)
    assert meter.see(3.5, 0)
    assert meter.bytes_per_second is None


def test_a_pause_is_not_counted_once_it_is_forgotten() -> None:
    meter = SpeedMeter()
    watch(meter, 3, 1e6)
    meter.forget()
    assert meter.bytes_per_second is None
    watch(meter, 2, 1e6, start=1000, done=3e6)
    assert meter.bytes_per_second == pytest.approx(1e6, rel=0.01)


def test_what_is_remembered_does_not_grow() -> None:
    meter = SpeedMeter()
    watch(meter, 600, 1e6)
    assert len(meter._seen) <= WINDOW_SECONDS / TELL_SECONDS + 2
