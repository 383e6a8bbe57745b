import string

import pytest

from chatdesk.core.composing import ComposerState, can_queue, can_send, can_stop, composer_state, is_blank
from chatdesk.core.errors import ENGLISH, ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.model_files import display_name, quantization_of, shard_names, shard_of
from chatdesk.core.sampling import SamplingParams, checked, resolve
from chatdesk.core.settings import Settings


@pytest.mark.parametrize("code", ErrorCode)
def test_every_error_has_a_sentence(code: ErrorCode) -> None:
    sentence, step = ENGLISH[code]
    assert sentence.endswith((".", ")"))
    assert not step or step.endswith(".")


def test_an_error_row_that_lacks_a_parameter_still_reads() -> None:
    assert "{tokens}" in ErrorDetail(ErrorCode.PROMPT_TOO_LONG, {"n_ctx": 5}).english


def test_english_sentences_use_named_parameters_only() -> None:
    for sentence, step in ENGLISH.values():
        for _, name, _, _ in string.Formatter().parse(sentence + step):
            assert name is None or name.isidentifier()


@pytest.mark.parametrize(
    ("filename", "quantization", "name"),
    [
        ("SmolLM2-135M-Instruct.Q4_1.gguf", "Q4_1", "SmolLM2-135M-Instruct.Q4_1"),
        ("Qwen3-8B-Q4_K_M.gguf", "Q4_K_M", "Qwen3-8B-Q4_K_M"),
        ("model-UD-IQ2_XXS.GGUF", "UD-IQ2_XXS", "model-UD-IQ2_XXS"),
        ("gpt-oss-20b-mxfp4.gguf", "MXFP4", "gpt-oss-20b-mxfp4"),
        ("llama-bf16-00001-of-00003.gguf", "BF16", "llama-bf16"),
        ("model-fp32.gguf", "FP32", "model-fp32"),
        ("Q-learning.gguf", None, "Q-learning"),
        ("通义千问.gguf", None, "通义千问"),
    ],
)
def test_a_file_name_tells_its_quantization(filename: str, quantization: str | None, name: str) -> None:
    assert quantization_of(filename) == quantization
    assert display_name(filename) == name


def test_a_shard_knows_its_number() -> None:
    assert shard_of("big-Q8_0-00002-of-00005.gguf") == (2, 5)
    assert shard_of("whole.gguf") is None
    assert shard_of("m-٠٠٠٠١-of-٠٠٠٠٢.gguf") is None, "other digits than llama.cpp writes"


def test_the_names_of_all_shards_are_known_from_one() -> None:
    assert shard_names("big-Q8_0-00002-of-00002.gguf") == (
        "big-Q8_0-00001-of-00002.gguf",
        "big-Q8_0-00002-of-00002.gguf",
    )
    assert shard_names("big-00002-of-00003.GGUF")[2] == "big-00003-of-00003.GGUF"
    assert shard_names("big-00001-of-00002") == ("big-00001-of-00002", "big-00002-of-00002")
    assert shard_names("whole.gguf") == ("whole.gguf",)
    assert shard_names("odd-00001-of-00000.gguf") == ("odd-00001-of-00000.gguf",)


def test_overrides_apply_in_order_and_unknown_names_are_ignored() -> None:
    params = resolve(SamplingParams(), {"temperature": 1.5, "colour": "red"}, {"temperature": 0})
    assert params.temperature == 0.0
    assert params.top_k == SamplingParams().top_k


@pytest.mark.parametrize(
    ("name", "value"),
    [("temperature", 99), ("temperature", "hot"), ("top_k", 1.5), ("seed", -1), ("max_tokens", 0), ("top_p", True)],
)
def test_an_impossible_setting_is_refused_with_its_limits(name: str, value: object) -> None:
    with pytest.raises(UserFacingError) as caught:
        checked({name: value})
    assert caught.value.code is ErrorCode.SETTING_OUT_OF_RANGE
    assert caught.value.detail.params["name"] == name


def test_settings_refuse_an_impossible_context() -> None:
    with pytest.raises(UserFacingError):
        Settings(n_ctx=3)


def test_the_composer_sends_when_ready_and_queues_while_a_reply_is_written() -> None:
    assert [state for state in ComposerState if can_send(state, is_empty=False)] == [ComposerState.READY]
    assert [state for state in ComposerState if can_queue(state, is_empty=False)] == [ComposerState.REPLYING]
    assert not any(rule(state, is_empty=True) for state in ComposerState for rule in (can_send, can_queue))
    assert [state for state in ComposerState if can_stop(state)] == [ComposerState.REPLYING]
    assert is_blank(" \n\t\u3000")
    assert not is_blank("hi")


@pytest.mark.parametrize(
    ("is_sending", "is_replying", "has_model", "state"),
    [
        (True, True, False, ComposerState.SENDING),
        (False, True, False, ComposerState.REPLYING),
        (False, False, False, ComposerState.NO_MODEL),
        (False, False, True, ComposerState.READY),
    ],
)
def test_what_is_under_way_comes_before_what_is_missing(
    is_sending: bool, is_replying: bool, has_model: bool, state: ComposerState
) -> None:
    assert composer_state(is_sending=is_sending, is_replying=is_replying, has_model=has_model) is state
