import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.contrast import BLACK, READABLE, WHITE, contrast, ink_on, mixed, readable
from chatdesk.core.settings import LOAD_LIMITS, Settings, stepped_text

colors = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


# As WCAG's own techniques and its checkers have them.
@pytest.mark.parametrize(
    ("one", "other", "ratio"), [(BLACK, WHITE, 21.0), ("#777777", WHITE, 4.48), ("#0000ff", WHITE, 8.59)]
)
def test_known_ratios(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(other, one) == contrast(one, other)


def test_mixing_goes_from_one_colour_to_the_other() -> None:
    assert [mixed("#102030", "#50a0f0", share) for share in (0, 0.5, 1)] == ["#102030", "#306090", "#50a0f0"]


@given(colors)
def test_black_or_white_can_be_read_on_anything(ground: str) -> None:
    assert contrast(ink_on(ground), ground) >= READABLE


@given(colors, st.sampled_from([WHITE, "#ecebe6", BLACK, "#26262a"]))
def test_any_ink_can_be_made_readable(ink: str, ground: str) -> None:
    assert contrast(readable(ink, [ground], READABLE), ground) >= READABLE


def test_ink_that_is_readable_stays_as_it_is() -> None:
    assert readable("#3f5bd9", [WHITE], READABLE) == "#3f5bd9"


def test_text_grows_and_shrinks_by_steps_within_its_limits() -> None:
    least, most = LOAD_LIMITS["text_percent"]
    sizes = [Settings(text_percent=130)]
    for _ in range(10):
        sizes.append(stepped_text(sizes[-1], 1))
    assert [settings.text_percent for settings in sizes[:4]] == [130, 150, 175, 200]
    assert sizes[-1].text_percent == most
    for _ in range(10):
        sizes.append(stepped_text(sizes[-1], -1))
    assert sizes[-1].text_percent == least
