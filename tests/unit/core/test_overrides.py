from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.fit import CacheType
from chatdesk.core.overrides import (
    MAX_TEMPLATE_CHARS,
    OVERRIDE_NAMES,
    LoadValues,
    checked_overrides,
    conversation_sampling,
    resolve_overrides,
    usable_overrides,
)
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.settings import Settings

EVERYTHING: dict[str, Any] = {
    "n_ctx": 4096,
    "n_threads": 3,
    "n_gpu_layers": 12,
    "cache_type": "q8_0",
    "flash_attention": True,
    "temperature": 0.1,
    "top_k": 7,
    "top_p": 0.5,
    "min_p": 0.0,
    "repeat_penalty": 1.0,
    "seed": 5,
    "max_tokens": 99,
    "reasoning": False,
    "reasoning_budget": 50,
    "chat_template": "{{ messages }}",
}
APPS = Settings(
    n_ctx=8192, n_threads=8, n_gpu_layers=0, cache_type=CacheType.Q8_0, flash_attention=False,
    sampling=SamplingParams(seed=1, top_k=1, typical_p=0.5),
)  # fmt: skip


def test_a_model_s_own_settings_come_before_the_app_s() -> None:
    assert EVERYTHING.keys() == OVERRIDE_NAMES
    load, sampling = resolve_overrides(APPS, EVERYTHING)
    assert load == LoadValues(4096, 3, 12, CacheType.Q8_0, True, "{{ messages }}")
    assert (sampling.temperature, sampling.seed, sampling.max_tokens) == (0.1, 5, 99)
    assert (sampling.reasoning, sampling.reasoning_budget) == (False, 50)
    assert sampling.typical_p == 0.5  # no model has its own


def test_a_conversation_s_own_settings_come_before_the_model_s() -> None:
    _, sampling = resolve_overrides(APPS, {"reasoning": False, "top_k": 7})
    assert conversation_sampling(sampling, None) == sampling
    own = conversation_sampling(sampling, {"reasoning": True, "top_k": "many", "unheard_of": 1})
    assert own == replace(sampling, reasoning=True)


def test_what_a_model_does_not_set_is_the_app_s() -> None:
    load, sampling = resolve_overrides(APPS, {})
    assert load == LoadValues(8192, 8, 0, CacheType.Q8_0, False)
    assert sampling == APPS.sampling


def test_a_model_may_leave_to_the_machine_what_the_app_decides() -> None:
    load, sampling = resolve_overrides(
        APPS, {"n_ctx": None, "n_threads": None, "flash_attention": None, "seed": None, "n_gpu_layers": -1}
    )
    assert (load.n_ctx, load.n_threads, load.flash_attention, load.n_gpu_layers) == (None, None, None, -1)
    assert sampling.seed is None


def test_what_is_checked_is_plain_json_and_checks_to_the_same_again() -> None:
    given_by_a_dialog = {**EVERYTHING, "cache_type": CacheType.Q8_0, "n_ctx": 4096.0, "temperature": 1}
    checked = checked_overrides(given_by_a_dialog)
    assert checked_overrides(json.loads(json.dumps(checked))) == checked
    assert (type(checked["cache_type"]), type(checked["n_ctx"]), type(checked["temperature"])) == (str, int, float)


def test_names_of_another_version_survive_and_have_no_effect() -> None:
    future = {"from_the_future": {"a": [None]}, "n_ctx": 512}
    assert checked_overrides(future) == future
    assert usable_overrides(future) == {"n_ctx": 512}
    assert resolve_overrides(APPS, future)[0].n_ctx == 512


def test_none_takes_an_override_away_where_it_means_nothing_else() -> None:
    assert checked_overrides({"temperature": None, "cache_type": None, "chat_template": None, "seed": None}) == {
        "seed": None
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_ctx", 255),
        ("n_ctx", 2**21),
        ("n_ctx", 1000.5),
        ("n_ctx", "4096"),
        ("n_threads", 0),
        ("n_threads", True),
        ("n_gpu_layers", -2),
        ("cache_type", "q2_K"),
        ("cache_type", ["f16"]),
        ("flash_attention", "yes"),
        ("flash_attention", 1),
        ("temperature", 9.0),
        ("temperature", float("nan")),
        ("top_k", float("inf")),
        ("seed", -1),
        ("max_tokens", 0),
        ("chat_template", ""),
        ("chat_template", "x" * (MAX_TEMPLATE_CHARS + 1)),
        ("chat_template", 5),
    ],
)
def test_what_is_out_of_range_is_refused_when_set_and_passed_over_when_kept(name: str, value: Any) -> None:
    with pytest.raises(UserFacingError) as caught:
        checked_overrides({"top_p": 0.5, name: value})
    assert caught.value.code is ErrorCode.SETTING_OUT_OF_RANGE
    assert len(caught.value.detail.english) < 300
    assert usable_overrides({"top_p": 0.5, name: value}) == {"top_p": 0.5}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@settings(suppress_health_check=[HealthCheck.too_slow])  # nested values take their time on a busy machine
@given(st.dictionaries(st.sampled_from([*sorted(OVERRIDE_NAMES), "other"]), json_values))
def test_whatever_was_kept_a_model_can_be_loaded(kept: dict[str, Any]) -> None:
    load, _ = resolve_overrides(APPS, kept)
    Settings(n_ctx=load.n_ctx, n_threads=load.n_threads, n_gpu_layers=load.n_gpu_layers)  # which checks them
    assert checked_overrides(usable_overrides(kept)) == usable_overrides(kept)
