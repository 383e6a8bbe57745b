from collections.abc import Callable

import pytest

from chatdesk.core.commands import LAST, AskRequest, command_id
from chatdesk.core.errors import ErrorCode
from chatdesk.core.events import MessageAdded, SendFailed
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.services.commands import CommandService
from tests.support.desk import Desk
from tests.support.talking import ask, load

MINE = command_id("1")


@pytest.fixture
def commands(desk: Desk) -> CommandService:
    load(desk, ScriptedEngine(["Yes."]))
    return CommandService(desk.store, desk.worker, desk.chat, desk.log.post)


def asked(desk: Desk, commands: CommandService, conversation: str | None) -> str:
    """Where a message of the command line went."""
    commands.ask(AskRequest(conversation, "Hi"), MINE)
    return desk.log.wait_for(MessageAdded, lambda event: event.unsent_id == MINE).message.conversation_id


def test_without_an_id_a_conversation_is_begun(desk: Desk, commands: CommandService) -> None:
    known = ask(desk, "first").message.conversation_id
    assert asked(desk, commands, None) != known


@pytest.mark.parametrize("shorten", [lambda known: known, lambda known: known[:20], lambda _known: LAST])
def test_an_id_its_beginning_or_the_last_one(
    desk: Desk, commands: CommandService, shorten: Callable[[str], str]
) -> None:
    known = ask(desk, "first").message.conversation_id
    assert asked(desk, commands, shorten(known)) == known


@pytest.mark.parametrize("wanted", ["nope", ""])
def test_what_is_none_or_several_is_refused_and_only_the_command_is_told(
    desk: Desk, commands: CommandService, wanted: str
) -> None:
    ask(desk, "first")
    ask(desk, "second")
    commands.ask(AskRequest(wanted, "Hi"), MINE)
    failed = desk.log.wait_for(SendFailed)
    assert (failed.error.code, failed.unsent_id) == (ErrorCode.CONVERSATION_NOT_FOUND, MINE)


def test_a_deleted_conversation_is_not_found(desk: Desk, commands: CommandService) -> None:
    known = ask(desk, "first").message.conversation_id
    desk.store.delete(known)
    commands.ask(AskRequest(known, "Hi"), MINE)
    assert desk.log.wait_for(SendFailed).error.code is ErrorCode.CONVERSATION_NOT_FOUND
