"""Continuing and rewriting with the real llama.cpp, through everything but a window."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from chatdesk.core.events import ConversationBranched, ConversationOpened, ModelReady, ReplyFinished
from chatdesk.core.messages import FinishReason, Message
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.settings import Settings
from chatdesk.headless import Core
from chatdesk.store.paths import find_paths
from chatdesk.store.settings_file import SettingsFile
from tests.support.desk import EventLog
from tests.support.tiny_gguf import TinyModel

GREEDY = SamplingParams(temperature=0, repeat_penalty=1.1)
SCRIPT = ("▁One", "▁two,", "▁drei", "▁f", "ün".encode(), "f", "▁", "六".encode(), ".", "▁Ende.")
E = TypeVar("E")


class App:
    """ChatDesk without a window, on a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        paths = find_paths({"CHATDESK_HOME": str(folder / "home")})
        paths.create()
        SettingsFile(paths.settings).save(Settings(sampling=GREEDY, n_ctx=1024))
        self.log = EventLog()
        self.core = Core(paths, self.log.post)

    def next(self, kind: type[E], act: Callable[[], object]) -> E:
        """The event that an act leads to."""
        before = len(self.log.of(kind))
        act()
        self.log.wait_for(kind, lambda _event: len(self.log.of(kind)) > before)
        return self.log.of(kind)[before]

    def write_most(self, max_tokens: int) -> None:
        sampling = replace(GREEDY, max_tokens=max_tokens)
        self.core.preferences.adjust(lambda settings: replace(settings, sampling=sampling))

    def ask(self, text: str, conversation_id: str | None = None) -> Message:
        return self.next(ReplyFinished, lambda: self.core.chat.send(conversation_id, text)).message

    def go_on(self, message: Message) -> Message:
        return self.next(ReplyFinished, lambda: self.core.chats.versions.continue_reply(message.id)).message

    def again(self, message: Message) -> Message:
        return self.next(ReplyFinished, lambda: self.core.chat.regenerate(message.id)).message


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    app = App(tmp_path)
    yield app
    assert app.core.close()


@pytest.fixture(params=["tiny", pytest.param("starter", marks=pytest.mark.starter)])
def loaded(request: pytest.FixtureRequest, tmp_path: Path, app: App) -> App:
    """With the tiny model, whose characters are spread over tokens, and with a real one."""
    if request.param == "tiny":
        model: ModelFile = TinyModel(script=SCRIPT).write(tmp_path / "tiny.gguf")
    else:
        model = request.getfixturevalue("starter_model")
    app.next(ModelReady, lambda: app.core.loading.use(model))
    return app


@pytest.mark.parametrize("given", [1, 5, 9])
def test_a_reply_that_goes_on_at_temperature_0_is_the_unbroken_one(loaded: App, given: int) -> None:
    loaded.write_most(given)
    begun = loaded.ask("Name three rivers of Europe.")
    assert begun.finish_reason is FinishReason.MAX_TOKENS
    loaded.write_most(40)
    whole = loaded.go_on(begun)
    loaded.write_most(40 + given)
    unbroken = loaded.again(begun)
    assert whole.text == unbroken.text
    assert whole.origin is not None
    assert unbroken.origin is not None
    assert whole.origin.token_ids == unbroken.origin.token_ids
    assert whole.figures.cached_tokens >= begun.figures.prompt_tokens + given - 1


def test_the_next_message_follows_a_reply_that_went_on_without_reading_it_again(loaded: App) -> None:
    loaded.write_most(4)
    begun = loaded.ask("Name three rivers of Europe.")
    loaded.write_most(12)
    whole = loaded.go_on(begun)
    following = loaded.ask("And one of Asia?", whole.conversation_id)
    assert whole.origin is not None
    assert following.figures.cached_tokens >= whole.figures.prompt_tokens + whole.figures.reply_tokens - 1


def test_an_edited_reply_goes_on_from_its_last_word(loaded: App) -> None:
    loaded.write_most(12)
    reply = loaded.ask("Name three rivers of Europe.")
    loaded.core.chats.versions.edit(reply.id, "The Danube, the Rhine and the", sends=False)
    opened = loaded.log.wait_for(ConversationOpened, lambda event: event.path[-1].is_edited)
    whole = loaded.go_on(opened.path[-1])
    assert whole.text.startswith("The Danube, the Rhine and the")
    assert len(whole.text) > whole.given_chars
    assert "\n\n" not in whole.text[: whole.given_chars + 2], "it goes on in the sentence"


def test_a_branch_is_read_from_the_cache_of_the_chat_it_came_from(loaded: App) -> None:
    loaded.write_most(12)
    reply = loaded.ask("Name three rivers of Europe. " * 4)
    branched = loaded.next(ConversationBranched, lambda: loaded.core.chats.branches.copy(reply.id, "branch"))
    following = loaded.ask("And one of Asia?", branched.conversation.id)
    assert following.figures.cached_tokens >= reply.figures.prompt_tokens + reply.figures.reply_tokens - 1
