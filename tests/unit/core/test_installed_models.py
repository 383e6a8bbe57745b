from __future__ import annotations

import pytest

from chatdesk.core.installed_models import correction_from


@pytest.mark.parametrize("ratios", [(), (1.2,)])
def test_one_load_corrects_nothing(ratios: tuple[float, ...]) -> None:
    assert correction_from(ratios) == 1.0


def test_the_median_of_the_last_loads_counts() -> None:
    assert correction_from((1.1, 1.2)) == pytest.approx(1.15)
    assert correction_from((1.05, 0.01, 1.1)) == 1.05


def test_a_correction_is_bounded() -> None:
    assert correction_from((3.0, 4.0)) == 1.25
    assert correction_from((0.1, 0.2)) == 0.8
