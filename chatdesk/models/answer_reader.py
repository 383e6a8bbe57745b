"""Reads an answer in a thread of its own, so that whoever waits for it can turn away at any moment.

The look-up of a host's name, a connection being made and a server that has gone silent all block, and none can be
interrupted. A reader that nobody listens to any more ends by itself, within the time limits of its connection.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from chatdesk.models.hub_answers import unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from types import TracebackType

    from chatdesk.models.hub_http import Answer

POLL_SECONDS = 0.1
ENOUGH_BYTES = 512 << 10  # worth waking up for
MOST_BYTES = 2 << 20  # read ahead


@dataclass(frozen=True, slots=True)
class Head:
    """What an answer says before its body. `headers` ignore case, as do those that the Hub itself gave."""

    status: int
    headers: Mapping[str, str]
    hub_headers: Mapping[str, str]


class AnswerReader:
    """The body of one answer, a little of it read ahead. Only its creator may ask it, inside a `with`."""

    def __init__(
        self,
        open_answer: Callable[[Callable[[], bool]], AbstractContextManager[Answer]],
        host: str,
        stall_seconds: float,
        clock: Callable[[], float],
    ) -> None:
        """`open_answer` gets what tells whether somebody still listens."""
        self._open_answer = open_answer
        self._host = host
        self._stall_seconds = stall_seconds
        self._clock = clock
        self._changed = threading.Condition()
        self._head: Head | None = None
        self._chunks: list[bytes] = []
        self._n_bytes = 0
        self._is_over = False
        self._is_abandoned = False
        self._error: Exception | None = None
        self._last_sign_of_life = clock()
        threading.Thread(target=self._run, name="transfer reader", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._is_abandoned = True
            self._chunks.clear()
            self._changed.notify_all()

    def head(self) -> Head | None:
        """What is known of the answer, or None after a moment without it.

        Raises:
            UserFacingError: there is no answer, or none came in time.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._head is not None or self._is_over, POLL_SECONDS)
            head, error = self._head, self._error
        if head is not None:
            self._last_sign_of_life = self._clock()
        elif error is not None:
            raise error
        else:
            self._ensure_is_alive()
        return head

    def blocks(self) -> Iterator[bytes]:
        """The body as it arrives, in blocks of any size; an empty one after each moment in which nothing came.

        Raises:
            UserFacingError: it broke off, or nothing came for too long.
        """
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._n_bytes >= ENOUGH_BYTES or self._is_over, POLL_SECONDS)
                chunks, self._chunks = self._chunks, []
                self._n_bytes = 0
                is_over, error = self._is_over, self._error
                self._changed.notify_all()
            if chunks:
                self._last_sign_of_life = self._clock()
            elif error is not None:
                raise error
            elif is_over:
                return
            else:
                self._ensure_is_alive()
            yield b"".join(chunks)

    def _ensure_is_alive(self) -> None:
        if self._clock() - self._last_sign_of_life > self._stall_seconds:
            raise unreachable(self._host, f"nothing arrived for {self._stall_seconds:g} seconds")

    def _run(self) -> None:
        error = None
        try:
            with self._open_answer(lambda: not self._is_abandoned) as answer:
                response = answer.response
                with self._changed:
                    self._head = Head(response.status_code, response.headers, answer.hub_headers)
                    self._changed.notify_all()
                for chunk in response.iter_raw():
                    if not self._put(chunk):
                        return
        except Exception as raised:  # noqa: BLE001 - raised again in the thread that waits
            error = raised
        with self._changed:
            self._error = error
            self._is_over = True
            self._changed.notify_all()

    def _put(self, chunk: bytes) -> bool:
        """Hand on a chunk as soon as there is room. Returns whether anybody still wants it."""
        with self._changed:
            self._changed.wait_for(lambda: self._n_bytes < MOST_BYTES or self._is_abandoned)
            self._chunks.append(chunk)
            self._n_bytes += len(chunk)
            if self._n_bytes >= ENOUGH_BYTES:
                self._changed.notify_all()
            return not self._is_abandoned
