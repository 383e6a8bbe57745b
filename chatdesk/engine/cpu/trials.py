"""Has a child process try a variant: does it answer, as what, and, when that is asked for, how fast.

The child's side is `trial_child`. What it leaves is not trusted: a variant that computes wrongly may leave anything.
"""

from __future__ import annotations

import json
import logging
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from chatdesk.core.model_files import ModelFile
from chatdesk.engine.cpu.in_use import environment_of_child
from chatdesk.engine.cpu.records import MOST_BYTES, Failure, Timing, timing_from
from chatdesk.engine.fingerprint import fingerprint
from chatdesk.engine.probe import OWN_GROUP, creation_flags, death_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chatdesk.engine.base import ShouldStop
    from chatdesk.engine.cpu.variants import Variant

TRIAL_SECONDS = 60.0
_POLL_SECONDS = 0.05
_MOST_TOKENS = 1000

# How a process dies of what it computes; what else ends one, a person or a lack of memory, says nothing of a variant.
_FAULTS = frozenset(
    -int(getattr(signal, name))
    for name in ("SIGABRT", "SIGBUS", "SIGFPE", "SIGILL", "SIGSEGV", "SIGTRAP")
    if hasattr(signal, name)
)
_WINDOWS_ABORT = 3
_WINDOWS_EXCEPTIONS = 0xC0000000  # and above
_WINDOWS_ENDED = (0xC000013A, 0xC0000142)  # with the console, or with the session

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a variant makes of the trial text: the likeliest next token at each place, None where it is not clear."""

    tokens: tuple[int | None, ...]
    timing: Timing | None = None

    def agrees_with(self, other: Answer) -> bool:
        """Whether both are sure of the same tokens wherever both are sure; somewhere they must be."""
        pairs = [(mine, its) for mine, its in zip(self.tokens, other.tokens, strict=False) if None not in (mine, its)]
        return len(self.tokens) == len(other.tokens) and bool(pairs) and all(mine == its for mine, its in pairs)


# What models answer, by their fingerprints: it spares the trial of the plainest variant, which is the slowest.
# SmolLM2-135M-Instruct.Q4_1, the starter model:
_KNOWN: Mapping[str, Answer] = {
    "164bc7959893d5f49c113d0cdccdf3c0": Answer((
        29, 282, None, 314, 7042, 30, 198, 282, None, 28, 1296, 28, 1876, 28, 2531, 28, 2976, 28, 4962, 28, 4475, 28,
        None, 28, None, 28, None,
    )),
}  # fmt: skip


def known_answer(model: str) -> Answer | None:
    """The right answer with the model file at this path, where it is known beforehand."""
    try:
        return _KNOWN.get(fingerprint(ModelFile(model, 0, 0.0)))
    except OSError:
        return None


class TryOut(Protocol):
    """Tries a variant; None says nothing of it: the trial was to stop, or there could be none."""

    def __call__(
        self, variant: Variant, *, is_timed: bool = False, should_stop: ShouldStop = lambda: False
    ) -> Answer | Failure | None:
        """Have `variant` answer; with its times where the trial `is_timed` and could take them."""


@dataclass(frozen=True, slots=True)
class ChildTrial:
    """Tries a variant on the model file at `model`, in a child that `command` starts; a `TryOut`."""

    command: Sequence[str]
    model: str
    patience_seconds: float = TRIAL_SECONDS

    def __call__(
        self, variant: Variant, *, is_timed: bool = False, should_stop: ShouldStop = lambda: False
    ) -> Answer | Failure | None:
        """See `TryOut`; a child that is to stop is killed at once."""
        try:
            with tempfile.TemporaryDirectory(prefix="chatdesk-variant-", ignore_cleanup_errors=True) as folder:
                result = Path(folder) / "result.json"
                code = self._run(variant, [self.model, str(result), *(["--timed"] if is_timed else [])], should_stop)
                found = _found(code, result)
        except (OSError, ValueError, RecursionError) as error:
            _log.info("trying the variant %s came to nothing: %s", variant.name, error)
            return None
        if isinstance(found, Failure):
            _log.info("the variant %s of llama.cpp is not used: %s", variant.name, found)
        return found

    def _run(self, variant: Variant, arguments: Sequence[str], should_stop: ShouldStop) -> int | None:
        """The child's exit code, or None when it took too long.

        Raises:
            OSError: it could not be started, or was to stop.
        """
        child = subprocess.Popen(  # noqa: S603 - our own executable
            [*self.command, *arguments],
            env=environment_of_child(variant.path),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=creation_flags(),
            process_group=OWN_GROUP,
        )
        deadline = time.monotonic() + self.patience_seconds
        try:
            while (code := _wait(child)) is None:
                if should_stop():
                    raise InterruptedError("something else is wanted")
                if time.monotonic() > deadline:
                    return None
        finally:
            child.kill()  # does nothing to one that has ended
            child.wait()
        return code


def _wait(child: subprocess.Popen[bytes]) -> int | None:
    try:
        return child.wait(_POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return None


def _found(code: int | None, result: Path) -> Answer | Failure:
    """What a child found that ended with `code`.

    Raises:
        ValueError: it says nothing of the variant.
        OSError: it left nothing.
    """
    if code is None:
        return Failure.SLOW
    if code in _FAULTS or code == _WINDOWS_ABORT or (code >= _WINDOWS_EXCEPTIONS and code not in _WINDOWS_ENDED):
        return Failure.CRASHED
    if code != 0:
        raise ValueError(death_in_words(code))
    with result.open("rb") as file:
        untrusted = json.loads(file.read(MOST_BYTES))
    if not isinstance(untrusted, dict):
        return Failure.WRONG
    tokens = untrusted.get("tokens")
    if not isinstance(tokens, list) or len(tokens) > _MOST_TOKENS:
        return Failure.WRONG
    if not all(token is None or type(token) is int for token in tokens):
        return Failure.WRONG
    return Answer(tuple(tokens), timing_from(untrusted.get("reading_seconds"), untrusted.get("writing_seconds")))


def trial_command() -> list[str]:
    """How this app starts itself to try a variant; the model's path and the result's follow."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--try-variant"]
    return [sys.executable, "-m", "chatdesk", "--try-variant"]
