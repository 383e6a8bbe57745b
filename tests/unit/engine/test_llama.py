"""What only a true model shows: exact replies of a scripted file, bytes of characters, samplers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.core.context import PromptMessage
from chatdesk.core.messages import FinishReason, Role
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import Chunk, Engine, Finished, LoadOptions
from chatdesk.engine.llama import load_llama
from tests.support.tiny_gguf import EOS, TinyModel

GREEDY = SamplingParams(temperature=0, repeat_penalty=1, max_tokens=50)


def said(engine: Engine, sampling: SamplingParams = GREEDY) -> tuple[list[Chunk], FinishReason]:
    items = list(engine.generate(engine.prompt_tokens([PromptMessage(Role.USER, "Hi")]), sampling, lambda: False))
    last = items[-1]
    assert isinstance(last, Finished)
    return [item for item in items if isinstance(item, Chunk)], last.reason


def reply(path: Path, model: TinyModel, sampling: SamplingParams = GREEDY) -> tuple[list[Chunk], FinishReason]:
    engine = load_llama(model.write(path / "model.gguf"), LoadOptions(n_ctx=256), lambda _: True)
    try:
        return said(engine, sampling)
    finally:
        engine.close()


def text_of(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks)


def test_a_scripted_file_says_its_script_and_ends(tmp_path: Path) -> None:
    chunks, reason = reply(tmp_path, TinyModel())
    assert text_of(chunks) == "Hello there, this is a scripted reply."
    assert reason is FinishReason.END_OF_TURN
    tokens = [token for chunk in chunks for token in chunk.token_ids]
    assert tokens == TinyModel().script_tokens
    assert EOS not in tokens


def test_characters_spread_over_tokens_come_out_whole(tmp_path: Path) -> None:
    chunks, _ = reply(tmp_path, TinyModel(script=("▁é:", "é你🙂".encode(), "!")))
    assert text_of(chunks) == "é:é你🙂!"
    assert all("\ufffd" not in chunk.text for chunk in chunks)
    assert [len(chunk.token_ids) for chunk in chunks] == [1] * 11


def test_half_a_character_at_the_end_is_shown_as_such(tmp_path: Path) -> None:
    chunks, _ = reply(tmp_path, TinyModel(script=("▁x", "🙂".encode()[:3])))
    assert text_of(chunks) == "x\ufffd"
    assert chunks[-1].token_ids == ()


def test_bytes_that_are_no_text_do_not_stop_a_reply(tmp_path: Path) -> None:
    assert text_of(reply(tmp_path, TinyModel(script=("▁a", b"\xff\xfe", "b")))[0]) == "a\ufffd\ufffdb"


def test_control_tokens_are_not_shown_and_user_defined_ones_are(tmp_path: Path) -> None:
    model = TinyModel(script=("▁a", "b"), user_defined=["<think>"], control=("<|user|>", "<|assistant|>", "<|x|>"))

    class Spoken(TinyModel):
        @property
        def script_tokens(self) -> list[int]:
            return [self.token("<think>"), self.token("▁a"), self.token("<|x|>"), self.token("b")]

    spoken = Spoken(script=model.script, user_defined=model.user_defined, control=model.control)
    chunks, _ = reply(tmp_path, spoken)
    assert text_of(chunks) == "<think> ab"
    assert len(chunks) == 4


@pytest.mark.parametrize("sampling", [
    SamplingParams(temperature=1, top_k=1, top_p=1, min_p=0, repeat_penalty=1),
    SamplingParams(temperature=1, top_k=0, top_p=0, min_p=0, repeat_penalty=1),
    SamplingParams(temperature=1, top_k=0, top_p=1, min_p=1, repeat_penalty=1),
    SamplingParams(temperature=0, repeat_penalty=1),
    SamplingParams(temperature=0.01, top_k=0, top_p=1, min_p=0, typical_p=0.5, repeat_penalty=1),
], ids=["top_k", "top_p", "min_p", "greedy", "typical"])  # fmt: skip
def test_each_sampler_at_its_narrowest_takes_the_likeliest_token(tmp_path: Path, sampling: SamplingParams) -> None:
    assert text_of(reply(tmp_path, TinyModel(), sampling)[0]) == "Hello there, this is a scripted reply."


@pytest.mark.starter
def test_settings_change_what_is_said(starter_model: ModelFile) -> None:
    engine = load_llama(starter_model, LoadOptions(n_ctx=512), lambda _: True)
    said(engine)  # all replies below start from the same cached prefix
    plain = SamplingParams(temperature=1, seed=1, repeat_penalty=1, max_tokens=20)
    others = [
        replace(plain, seed=2),
        replace(plain, temperature=3),
        replace(plain, repeat_penalty=2),
        replace(plain, top_k=1),
        replace(plain, temperature=0),
    ]
    texts = [text_of(said(engine, sampling)[0]) for sampling in [plain, plain, *others]]
    engine.close()
    assert texts[0] == texts[1]
    assert texts[0] not in texts[2:]
    assert texts[-2] == texts[-1], "the likeliest of one is the likeliest of all"


@pytest.mark.starter
def test_penalties_look_back_into_the_prompt(starter_model: ModelFile) -> None:
    engine = load_llama(starter_model, LoadOptions(n_ctx=512), lambda _: True)
    prompt = engine._vocabulary.tokenize("one two one two one two one two one two one")
    two = engine._vocabulary.tokenize(" two", continues=True)

    def first(repeat_penalty: float) -> Chunk:
        sampling = SamplingParams(temperature=0, repeat_penalty=repeat_penalty, max_tokens=1)
        return next(item for item in engine.generate(prompt, sampling, lambda: False) if isinstance(item, Chunk))

    assert list(first(1).token_ids) == two
    assert list(first(2).token_ids) != two
    engine.close()


def test_a_chosen_template_takes_the_place_of_the_files_own(tmp_path: Path) -> None:
    chosen = "{% for m in messages %}[{{ m['role'] }}] {{ m['content'] }} {% endfor %}"
    model = TinyModel().write(tmp_path / "model.gguf")
    prompts = []
    for template in (None, chosen):
        engine = load_llama(model, LoadOptions(n_ctx=256, chat_template=template), lambda _: True)
        prompts.append(engine.prompt_tokens([PromptMessage(Role.USER, "Hi")]))
        assert engine.info.template_problem is None or template is None
        engine.close()
    assert prompts[0] != prompts[1]


def test_a_chosen_template_that_does_not_work_is_said_and_the_model_answers(tmp_path: Path) -> None:
    model = TinyModel().write(tmp_path / "model.gguf")
    engine = load_llama(model, LoadOptions(n_ctx=256, chat_template="{% broken"), lambda _: True)
    assert engine.info.template_problem
    assert text_of(said(engine)[0])
    engine.close()
