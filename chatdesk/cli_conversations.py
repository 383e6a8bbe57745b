"""`chatdesk conversations` and `chatdesk ask --conversation`: what the command line reads and writes of chats.

One that is continued answers from the same cache as in the window, and both messages are saved. While a window holds
the data folder the message is handed to it, so that there are never two writers.
"""

from __future__ import annotations

import json
import signal
import sys
import threading
import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from chatdesk.cli_core import DONE, INTERRUPTED, NO_CHATS, Announced, claimed_core, database_to_read, show_last
from chatdesk.core.commands import Answer, AskRequest, command_id, error_from
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import JobCrashed, ModelFailed, ModelReady, NoticeRaised
from chatdesk.core.messages import PartKind, clean_text
from chatdesk.core.untrusted_text import one_line
from chatdesk.headless import Core, this_apps_paths
from chatdesk.store.conversations import ConversationStore

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from chatdesk.core.commands import Line
    from chatdesk.core.conversations import Conversation
    from chatdesk.engine.base import Engine


def list_conversations(options: argparse.Namespace) -> int:
    """Print id, time and title of the conversations used last, the last one first."""
    database = database_to_read()
    conversations: tuple[Conversation, ...] = ()
    if database is not None:
        conversations = ConversationStore(database).conversations()[: options.limit]
        database.close()
    if options.json:
        rows = [
            {"id": each.id, "title": each.title, "created_at": each.created_at, "updated_at": each.updated_at}
            for each in conversations
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return DONE
    for each in conversations:
        used = datetime.fromtimestamp(each.updated_at).astimezone()
        print(f"{each.id}  {used:%Y-%m-%d %H:%M}  {one_line(each.title)}")
    if not conversations:
        print(NO_CHATS, file=sys.stderr)
    return DONE


def ask(options: argparse.Namespace) -> int:
    """Have a message answered in a conversation that is kept; returns the exit code.

    Raises:
        UserFacingError: what went wrong, for a person to read.
    """
    text = clean_text(sys.stdin.read() if options.message == "-" else options.message)
    if not text:
        raise UserFacingError(ErrorCode.EMPTY_MESSAGE)
    request = AskRequest(options.conversation, text)
    try:
        with claimed_core() as (core, announced):
            _Printed(options).all(_answered(core, announced, request, options.model))
            if announced.is_interrupted:
                return INTERRUPTED
            _save_snapshot(core)
            return DONE
    except UserFacingError as error:
        if error.code is not ErrorCode.FOLDER_IN_USE:
            raise
    return _hand_over(options, request)


def _answered(core: Core, announced: Announced, request: AskRequest, model: str | None) -> Iterator[Line]:
    """Load a model, have the message answered and say how that goes."""
    core.models.load(model)
    while not isinstance(event := announced.next(), ModelReady):
        if announced.is_interrupted:
            return
        if isinstance(event, ModelFailed):
            raise UserFacingError.of(event.error)
        announced.raise_if_trouble(event)
    unsent_id = command_id(str(uuid.uuid4()))
    answer = Answer(unsent_id)
    core.commands.ask(request, unsent_id)
    has_asked_to_stop = False
    while not answer.is_over:
        match event := announced.look():
            case None:
                pass
            case NoticeRaised(error):
                print(error.english, file=sys.stderr)
            case JobCrashed():
                announced.raise_if_trouble(event)
            case _:
                yield from answer.on_event(event)
        if announced.is_interrupted and not has_asked_to_stop and answer.conversation_id is not None:
            has_asked_to_stop = True
            core.commands.stop(answer.conversation_id)


def _save_snapshot(core: Core) -> None:
    """Keep what was processed, so that whoever continues next finds it; a window does so when it is idle."""
    is_saved = threading.Event()

    def save(engine: Engine | None) -> None:
        try:
            write = engine.snapshot() if engine is not None else None
            if write is not None:
                write()
        finally:
            is_saved.set()

    core.inference.run("snapshot", save)
    is_saved.wait()


def _hand_over(options: argparse.Namespace, request: AskRequest) -> int:
    """Have the window answer."""
    from chatdesk.ui.command_client import hand_over

    if options.model is not None:
        raise UserFacingError(ErrorCode.WINDOW_HAS_MODEL)
    interrupted: list[int] = []
    signal.signal(signal.SIGINT, lambda number, _frame: interrupted.append(number))
    lines = hand_over(this_apps_paths().data, request.line(), lambda: bool(interrupted))
    printed = _Printed(options)
    printed.all(lines)
    if printed.is_done:
        return INTERRUPTED if interrupted else DONE
    # An older window takes every call for a wish to be shown, and hangs up.
    raise UserFacingError(ErrorCode.WINDOW_NOT_ANSWERING if printed.has_begun else ErrorCode.WINDOW_OTHER_VERSION)


class _Printed:
    """Prints an answer: its text as it comes, or one JSON object at its end."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._as_json = bool(options.json)
        self._tells_conversation = options.conversation is None
        self._said: dict[PartKind, list[str]] = {PartKind.TEXT: [], PartKind.REASONING: []}
        self.has_begun = False
        self.is_done = False

    def all(self, untrusted_lines: Iterator[Line]) -> None:
        """Print everything that is said of one answer.

        Raises:
            UserFacingError: what it says went wrong.
        """
        for line in untrusted_lines:
            self._take(line)

    def _take(self, untrusted: Line) -> None:
        self.has_begun = True
        match untrusted:
            case {"type": ("text" | "reasoning") as kind, "text": str(text)}:
                self._said[PartKind(kind)].append(text)
                if not self._as_json:
                    show_last(self._said, PartKind(kind))
            case {"type": "failed"}:
                raise UserFacingError.of(error_from(untrusted))
            case {"type": "done"}:
                self.is_done = True
                self._end(untrusted)

    def _end(self, untrusted: Line) -> None:
        if self._as_json:
            values = {name: value for name, value in untrusted.items() if name != "type"}
            said = {"text": "".join(self._said[PartKind.TEXT]), "reasoning": "".join(self._said[PartKind.REASONING])}
            print(json.dumps({**said, **values}, ensure_ascii=False))
            return
        print()
        if self._tells_conversation:
            print(f"Go on with: --conversation {one_line(str(untrusted.get('conversation')))}", file=sys.stderr)
