"""Who calls the window over its local socket: other starts, commands, and whoever should not."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot

from chatdesk.core.commands import MOST_LINE_BYTES, AskRequest, stop_line
from chatdesk.core.conversations import Conversation
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import ConversationCreated, Event, MessageAdded, ReplyDelta, ReplyFinished, SendFailed
from chatdesk.core.messages import FinishReason, Message, ReplyStatus, Role, text_parts
from chatdesk.ui.command_desk import MOST_CALLERS, CommandDesk
from chatdesk.ui.single_instance import SingleInstance, channel_name


class Commands:
    """Stands in for the service, and notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[AskRequest, str]] = []
        self.stopped: list[str] = []

    def ask(self, request: AskRequest, unsent_id: str) -> None:
        self.asked.append((request, unsent_id))

    def stop(self, conversation_id: str) -> None:
        self.stopped.append(conversation_id)


class Window:
    """The side of the window: the claim, the desk, and how often it was to be raised."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.raised = 0
        self.commands = Commands()
        self.instance = SingleInstance(folder)
        assert self.instance.claim()
        self.desk = CommandDesk(self.commands, self.instance)  # type: ignore[arg-type]  # the part of it that is asked
        self.instance.called.connect(self.desk.take)
        self.instance.raise_requested.connect(self._note_raise)

    def _note_raise(self) -> None:
        self.raised += 1

    def tell(self, *events: Event) -> None:
        for event in events:
            self.desk.on_event(event)


class Call:
    """The side of whoever calls."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.heard = b""
        self.socket = QLocalSocket()
        self.socket.readyRead.connect(self._read)
        self.socket.connectToServer(channel_name(window.folder))
        assert self.socket.waitForConnected(5000)

    def _read(self) -> None:
        self.heard += bytes(self.socket.readAll().data())

    def say(self, line: object) -> None:
        self.write(json.dumps(line).encode() + b"\n")

    def write(self, content: bytes) -> None:
        self.socket.write(content)
        self.socket.flush()

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.heard.split(b"\n")[:-1]]

    def wait(self, is_so: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(is_so()), timeout=10_000)

    def is_over(self) -> bool:
        return self.socket.state() is QLocalSocket.LocalSocketState.UnconnectedState


@pytest.fixture
def window(tmp_path: Path, qapp: object) -> Iterator[Window]:
    made = Window(tmp_path)
    yield made
    made.instance.release()


@pytest.fixture
def call(window: Window, qtbot: QtBot) -> Callable[[], Call]:
    return lambda: Call(window, qtbot)


QUESTION = Message("q", "c", None, Role.USER, text_parts("Hi"), 0.0)
REPLY = Message("r", "c", "q", Role.ASSISTANT, (), 0.0, ReplyStatus.WAITING)


def finished() -> ReplyFinished:
    return ReplyFinished(
        Message("r", "c", "q", Role.ASSISTANT, (), 0.0, ReplyStatus.COMPLETE, FinishReason.END_OF_TURN)
    )


def asked(window: Window, call: Call, request: AskRequest | None = None) -> str:
    """Have a caller ask; returns what its message is called."""
    before = len(window.commands.asked)
    call.say((request or AskRequest(None, "Hi")).line())
    call.wait(lambda: len(window.commands.asked) > before)
    return window.commands.asked[-1][1]


def test_another_start_raises_the_window_and_ends(window: Window, qtbot: QtBot) -> None:
    assert not SingleInstance(window.folder).claim()
    qtbot.waitUntil(lambda: window.raised == 1, timeout=10_000)


def test_another_start_with_a_file_has_the_window_open_it(window: Window, qtbot: QtBot) -> None:
    path = "/models/My model é 模型 100% 'q'.gguf"
    with qtbot.waitSignal(window.instance.file_requested, timeout=10_000) as opened:
        assert not SingleInstance(window.folder).claim(path)
    assert opened.args == [path]
    assert window.raised == 1


def test_who_says_nothing_is_taken_for_another_start(window: Window, call: Callable[[], Call]) -> None:
    silent = call()
    silent.wait(lambda: window.raised == 1)
    silent.wait(silent.is_over)


def test_a_command_is_answered_as_it_goes_and_raises_nothing(window: Window, call: Callable[[], Call]) -> None:
    caller = call()
    unsent_id = asked(window, caller, AskRequest("last", "Hi"))
    assert window.commands.asked[0][0] == AskRequest("last", "Hi")
    window.tell(MessageAdded(QUESTION, unsent_id), MessageAdded(REPLY), ReplyDelta("r", 0, "Hello 你好"))
    caller.wait(lambda: len(caller.lines()) == 2)
    assert caller.lines()[1] == {"type": "text", "text": "Hello 你好"}
    window.tell(finished())
    caller.wait(caller.is_over)
    assert caller.lines()[-1]["type"] == "done"
    assert window.raised == 0


def test_a_failure_is_told(window: Window, call: Callable[[], Call]) -> None:
    caller = call()
    unsent_id = asked(window, caller)
    window.tell(SendFailed(None, "Hi", ErrorDetail(ErrorCode.NO_MODEL), unsent_id))
    caller.wait(caller.is_over)
    assert caller.lines() == [{"type": "failed", "code": "no_model", "params": {}}]


def test_a_stop_ends_the_reply_also_when_it_comes_before_it(window: Window, call: Callable[[], Call]) -> None:
    early, late = call(), call()
    first = asked(window, early)
    early.say(stop_line())
    second = asked(window, late)
    conversation = Conversation("c", "Hi", 0.0, 0.0)
    early.wait(lambda: True)
    assert window.commands.stopped == []
    window.tell(ConversationCreated(conversation), MessageAdded(QUESTION, first))
    early.wait(lambda: window.commands.stopped == ["c"])
    other = Message("p", "d", None, Role.USER, text_parts("Hi"), 0.0)
    window.tell(MessageAdded(other, second))
    late.say(stop_line())
    late.wait(lambda: window.commands.stopped == ["c", "d"])


def test_who_hangs_up_leaves_the_others_alone(window: Window, call: Callable[[], Call]) -> None:
    gone, stays = call(), call()
    first, second = asked(window, gone), asked(window, stays)
    gone.socket.abort()
    stays.wait(gone.is_over)
    window.tell(MessageAdded(QUESTION, first), MessageAdded(REPLY), finished())
    window.tell(SendFailed(None, "Hi", ErrorDetail(ErrorCode.BUSY), second))
    stays.wait(stays.is_over)
    assert window.raised == 0


@pytest.mark.parametrize(
    "said",
    [
        b"raise\n",
        b"{}\n",
        b"[" * 100_000 + b"\n",
        b'{"chatdesk": 2, "command": "ask"}\n',
        b"\xff\xfe\n",
        b'{"chatdesk": 1, "command": "ask", "conversation": null, "text": 7}\n',
        b"x" * (MOST_LINE_BYTES + 1),
        b"raise\n" + json.dumps(AskRequest(None, "Hi").line()).encode() + b"\nraise\n",
    ],
    ids=["a word", "nothing", "nested", "of the future", "no text", "a number", "endless", "a command behind a word"],
)
def test_what_is_no_command_is_refused_in_words(window: Window, call: Callable[[], Call], said: bytes) -> None:
    caller = call()
    caller.write(said)
    caller.wait(caller.is_over)
    assert caller.lines() == [{"type": "failed", "code": "window_other_version", "params": {}}]
    assert window.commands.asked == []
    assert window.raised == 0


def test_there_are_not_endless_callers(window: Window, call: Callable[[], Call]) -> None:
    callers = [call() for _ in range(MOST_CALLERS)]
    for caller in callers:
        asked(window, caller)
    one_more = call()
    one_more.say(AskRequest(None, "Hi").line())
    one_more.wait(one_more.is_over)
    assert one_more.lines()[0]["code"] == "busy"
