"""A title written by the real model: it costs the conversation nothing."""

import pytest

from chatdesk.core.events import ConversationChanged
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.settings import Settings
from chatdesk.store.paths import Paths
from chatdesk.store.settings_file import SettingsFile
from tests.support.headless_app import Start

# What `tests.support.tiny_gguf` answers to everything.
SCRIPTED_TITLE = "Hello there, this is a scripted reply"
QUESTION = "How do I boil an egg?"
N_CTX = 1024


@pytest.fixture(autouse=True)
def _titles_are_written(paths: Paths) -> None:
    sampling = SamplingParams(temperature=0, repeat_penalty=1, max_tokens=40)
    SettingsFile(paths.settings).save(Settings(sampling=sampling, n_ctx=N_CTX, writes_titles=True))


def test_a_title_is_written_and_the_next_message_processes_only_its_own_tokens(
    start: Start, tiny_model: ModelFile
) -> None:
    app = start()
    app.use(tiny_model)
    first = app.ask(QUESTION)
    app.log.wait_for(ConversationChanged, lambda event: event.conversation.title == SCRIPTED_TITLE)
    second = app.ask("Thanks.", first.conversation_id)
    assert second.figures.cached_tokens >= first.figures.prompt_tokens + first.figures.reply_tokens


@pytest.mark.starter
def test_whatever_a_model_makes_of_it_the_cache_is_that_of_the_conversation(
    start: Start, starter_model: ModelFile
) -> None:
    app = start()
    app.use(starter_model)
    first = app.ask(QUESTION)
    app.rest()
    second = app.ask("Thanks.", first.conversation_id)
    assert second.figures.cached_tokens >= first.figures.prompt_tokens + first.figures.reply_tokens
