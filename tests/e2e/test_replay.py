"""A reply made again with the real llama.cpp, through everything but a window: the same words, whatever came before."""

from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.core.errors import ErrorCode
from chatdesk.core.events import ModelReady
from chatdesk.core.model_files import ModelFile
from chatdesk.core.replays import ReplayResult, ReplayVerdict
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.settings import Settings
from chatdesk.store.paths import Paths
from chatdesk.store.settings_file import SettingsFile
from tests.support.headless_app import Start
from tests.support.tiny_gguf import TinyModel

LIVELY = SamplingParams(temperature=1.2, top_k=0, top_p=1, min_p=0, repeat_penalty=1.1, max_tokens=24)


@pytest.fixture(autouse=True)
def _lively(paths: Paths) -> None:
    SettingsFile(paths.settings).save(Settings(sampling=LIVELY, n_ctx=1024))


@pytest.fixture
def other_model(tmp_path: Path) -> ModelFile:
    return TinyModel().write(tmp_path / "other.gguf")


@pytest.mark.starter
def test_replies_come_out_the_same_cold_and_behind_a_cached_prefix(start: Start, starter_model: ModelFile) -> None:
    app = start()
    app.use(starter_model)
    cold = app.ask("Tell me a story about a ship made of glass.")
    cached = app.ask("And then?", cold.conversation_id)
    elsewhere = app.ask("What is the capital of France?")
    assert cached.figures.cached_tokens > cold.figures.prompt_tokens
    assert cold.origin is not None
    assert cold.origin.seed is not None, "nobody chose one: it was drawn, and kept"
    for reply in (cached, cold, elsewhere, cached):
        result = app.replay(reply)
        assert result == ReplayResult(ReplayVerdict.IDENTICAL, reply.figures.reply_tokens)


@pytest.mark.starter
def test_a_reply_comes_out_the_same_after_a_restart_and_the_next_one_finds_its_cache(
    start: Start, starter_model: ModelFile
) -> None:
    app = start()
    app.use(starter_model)
    first = app.ask("Tell me a story about a ship made of glass.")
    second = app.ask("And then?", first.conversation_id)
    app.close()
    app = start()
    app.use(starter_model)
    assert app.replay(second).verdict is ReplayVerdict.IDENTICAL
    third = app.ask("Go on.", first.conversation_id)
    assert app.replay(third).verdict is ReplayVerdict.IDENTICAL
    fourth = app.ask("And the end?", first.conversation_id)
    assert fourth.figures.cached_tokens >= third.figures.prompt_tokens


def test_it_is_said_why_a_reply_cannot_be_made_again(
    start: Start, tiny_model: ModelFile, other_model: ModelFile
) -> None:
    app = start()
    app.use(tiny_model)
    reply = app.ask("Hello")
    assert app.replay(reply).verdict is ReplayVerdict.IDENTICAL
    # The same content, under another name.
    app.use(other_model)
    assert app.replay(reply).verdict is ReplayVerdict.IDENTICAL
    Path(other_model.path).unlink()
    changed = TinyModel(script=("▁Other", "▁words.")).write(Path(other_model.path))
    app.use(changed)
    assert code(app.replay(reply)) is ErrorCode.REPLAY_NOT_LOADED
    TinyModel(script=("▁Something", "▁else.")).write(Path(tiny_model.path))
    assert code(app.replay(reply)) is ErrorCode.REPLAY_OTHER_FILE
    Path(tiny_model.path).unlink()
    assert code(app.replay(reply)) is ErrorCode.REPLAY_MODEL_GONE


def test_a_model_that_is_loaded_otherwise_is_told_of(start: Start, tiny_model: ModelFile) -> None:
    app = start()
    app.use(tiny_model)
    reply = app.ask("Hello")
    preferences = app.core.preferences
    app.next(ModelReady, lambda: preferences.adjust(lambda settings: replace(settings, n_ctx=512)))
    result = app.replay(reply)
    assert result.verdict is ReplayVerdict.IDENTICAL
    assert ("n_ctx", "1024", "512") in [(change.name, change.recorded, change.now) for change in result.changed]


def code(result: ReplayResult) -> ErrorCode | None:
    assert result.verdict is ReplayVerdict.IMPOSSIBLE
    return result.obstacle.code if result.obstacle is not None else None
