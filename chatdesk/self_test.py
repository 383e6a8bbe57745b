"""`chatdesk --self-test`: the real window, the starter model, one message, a formula, and the database read back.

Runs on the offscreen platform in a data folder of its own, so it needs no screen and touches nothing of the user's.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from chatdesk import __version__
from chatdesk.core.errors import UserFacingError
from chatdesk.core.events import Event, JobCrashed, ModelFailed, ModelReady, NoticeRaised, ReplyFinished, SendFailed
from chatdesk.core.messages import ReplyStatus
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.messages import Message
    from chatdesk.store.paths import Paths

PATIENCE_SECONDS = 180
QUESTION = "Who are you?"
MAX_TOKENS = 64
SEED = 1
FORMULA = r"\frac{1}{2}"


def self_test() -> int:
    """Print one JSON line of figures and return 0, or say on stderr what failed and return 1."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from chatdesk.store.paths import HOME_VARIABLE, find_paths

    # Windows keeps files of a thread that did not end in time; the figures matter more than the folder.
    with tempfile.TemporaryDirectory(prefix="chatdesk-self-test-", ignore_cleanup_errors=True) as folder:
        try:
            figures = _run(find_paths({HOME_VARIABLE: str(Path(folder) / "home")}))
        except (UserFacingError, SelfTestError) as error:
            print(error, file=sys.stderr)
            return 1
    print(json.dumps(figures))
    return 0


class SelfTestError(Exception):
    """What did not work."""


def _run(paths: Paths) -> dict[str, object]:
    from chatdesk.app import WindowedApp, make_application
    from chatdesk.engine.cpu.choice import in_use
    from chatdesk.logs import logging_to
    from chatdesk.store.settings_file import SettingsFile

    started = time.monotonic()
    application = make_application()
    paths.create()
    SettingsFile(paths.settings).save(Settings(sampling=SamplingParams(max_tokens=MAX_TOKENS, seed=SEED)))
    with logging_to(paths.log_file):
        app = WindowedApp(paths)
        watch = _Watch()
        app.bridge.received.connect(watch.on_event)
        try:
            app.start()
            application.processEvents()
            shown_after = time.monotonic() - started
            watch.wait_until(lambda: watch.model_ready_at is not None, "the starter model was not loaded")
            app.core.chat.send(None, QUESTION)
            watch.wait_until(lambda: watch.reply is not None, "no reply came")
            app.maths.drawing(FORMULA, is_display=True)
            watch.wait_until(lambda: app.maths.is_settled(FORMULA, is_display=True), "no formula came")
            formula = app.maths.drawing(FORMULA, is_display=True)
        finally:
            is_closed = app.close()
            app.window.close()
    if not is_closed:
        raise SelfTestError("closing took too long")
    if formula is None:
        raise SelfTestError("a formula could not be typeset")
    reply = watch.reply
    assert reply is not None
    assert watch.model_ready_at is not None
    if reply.status is not ReplyStatus.COMPLETE or not reply.text:
        raise SelfTestError(f"the reply ended as {reply.status}")
    if _read_back(paths, reply) != [QUESTION, reply.text]:
        raise SelfTestError("the database does not hold what was said")
    speed = reply.figures.tokens_per_second
    return {
        "version": __version__,
        "window_shown_seconds": round(shown_after, 3),
        "model_ready_seconds": round(watch.model_ready_at - started, 3),
        "seconds_to_first_token": round(reply.figures.seconds_to_first_token, 3),
        "tokens_per_second": round(speed, 1) if speed is not None else None,
        "reply_tokens": reply.figures.reply_tokens,
        "finish_reason": reply.finish_reason,
        "model": reply.origin.model_name if reply.origin is not None else None,
        "cpu_variant": in_use(),
        "cpu_variants": _variants(),
    }


def _variants() -> dict[str, str]:
    """The variants that this processor can run, the best first, each with why it is not used, if there is a reason."""
    from chatdesk.engine.cpu.choice import known_here
    from chatdesk.engine.llama_runtime import llama_cpp

    known = known_here(llama_cpp)
    return {} if known is None else {name: str(known.failures.get(name, "")) for name in known.scores}


def _read_back(paths: Paths, reply: Message) -> list[str]:
    from chatdesk.store.conversations import ConversationStore
    from chatdesk.store.database import Database

    database = Database.open(paths.database)
    try:
        return [message.text for message in ConversationStore(database).active_path(reply.conversation_id)]
    finally:
        database.close()


class _Watch:
    """Sees the events that the window sees, and lets Qt run until one came."""

    def __init__(self) -> None:
        self.model_ready_at: float | None = None
        self.reply: Message | None = None
        self._problem: str | None = None

    def on_event(self, event: Event) -> None:
        """Note what matters to the test."""
        match event:
            case ModelReady():
                self.model_ready_at = time.monotonic()
            case ReplyFinished(message):
                self.reply = message
            case ModelFailed(error=error) | SendFailed(error=error) | NoticeRaised(error=error):
                self._problem = error.english
            case JobCrashed(traceback=traceback):
                self._problem = traceback

    def wait_until(self, is_done: Callable[[], bool], complaint: str) -> None:
        """Run Qt until `is_done()`.

        Raises:
            SelfTestError: something failed, or nothing happened for too long.
        """
        from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEventLoop

        deadline = QDeadlineTimer(PATIENCE_SECONDS * 1000)
        while not is_done():
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)
            if self._problem is not None:
                raise SelfTestError(self._problem)
            if deadline.hasExpired():
                raise SelfTestError(complaint)
