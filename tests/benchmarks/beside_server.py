"""The wait before the first token beside llama.cpp's own server: cold, going on, after another chat, after a restart.

The environment variable CHATDESK_LLAMA_SERVER names the server's binary, which must be built from the same source
archive with the same options (README says how); where it is not set nothing is measured. Both get the same prompts as
token ids, and the same threads, batch sizes and context. The server runs with its own defaults otherwise: it keeps
prompts in memory, and none beyond its end. Between a reply and another chat somebody reads, and the app has its rest.
Both have computed once when they are asked: the server does so while it loads, the app reads how a chat begins.
"""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from chatdesk.core.context import PromptMessage
from chatdesk.engine.base import Engine, never
from chatdesk.engine.llama import load_llama
from tests.benchmarks.figures import Bar, Figure, figure, spread
from tests.benchmarks.remembering import GREEDY, PLENTY, Answer, Subject, ask, next_turn, rest, starter
from tests.benchmarks.starter import OPTIONS

BINARY_VARIABLE = "CHATDESK_LLAMA_SERVER"
ROUNDS, QUICK_ROUNDS = 5, 2
PATIENCE_SECONDS = 120.0
# What is asked, and the most that our wait may be of the server's.
BARS = {"cold": 1.03, "going on": 1.0, "after another chat": 1.0, "after a restart, model loaded": 0.1}

NO_BEGINNING = (1000, 1001)

Ask = Callable[[list[int]], Answer]


def measure(*, is_quick: bool) -> list[Figure]:
    binary = os.environ.get(BINARY_VARIABLE)
    if not binary:
        print(f"\nnot measured beside llama.cpp's server: {BINARY_VARIABLE} is not set", file=sys.stderr)
        return []
    subject = starter()
    ours: list[list[float]] = []
    theirs: list[list[float]] = []
    with tempfile.TemporaryDirectory(prefix="chatdesk-benchmark-") as folder:
        for number in range(QUICK_ROUNDS if is_quick else ROUNDS):
            # The one that is measured second may find the machine warmer, so they take turns.
            for is_ours in (True, False) if number % 2 == 0 else (False, True):
                if is_ours:
                    ours.append(_our_waits(subject, Path(folder), number))
                else:
                    theirs.append(_server_waits(subject, binary, number))
    return [
        figure(
            f"{what} ÷ llama-server",
            f"time to first token {what} ÷ llama.cpp's server",
            Bar(BARS[what]),
            [our[place] / their[place] for our, their in zip(ours, theirs, strict=True)],
            samples_are="rounds",
            notes=(
                f"ChatDesk {spread([waits[place] * 1000 for waits in ours], 'ms')}",
                f"server {spread([waits[place] * 1000 for waits in theirs], 'ms')}",
            ),
        )
        for place, what in enumerate(BARS)
    ]


def _our_waits(subject: Subject, folder: Path, number: int) -> list[float]:
    engine = _rested(subject.engine(folder, memory_bytes=PLENTY))
    cold, warm, turn = _go_on(subject, engine, lambda prompt: ask(engine, prompt, "one"), number)
    rest(engine)
    ask(engine, engine.prompt_tokens(subject.opening(2 * number + 1)), "two")
    rest(engine)
    prompt = engine.prompt_tokens(turn)
    switched = ask(engine, prompt, "one")
    engine.close()
    engine = _rested(subject.engine(folder, memory_bytes=0))
    restarted = ask(engine, prompt, "one")
    engine.close()
    return [cold.seconds, warm.seconds, switched.seconds, restarted.seconds]


def _rested(engine: Engine) -> Engine:
    """The engine when it had a moment after it was loaded; what it read is none of what will be asked."""
    for _ in engine.prepare(NO_BEGINNING, never):
        pass
    return engine


def _server_waits(subject: Subject, binary: str, number: int) -> list[float]:
    engine = load_llama(subject.model, OPTIONS, lambda _fraction: True)  # for its tokenizer: it computes nothing
    with _server(binary, subject) as ask_server:
        cold, warm, turn = _go_on(subject, engine, ask_server, number)
        ask_server(engine.prompt_tokens(subject.opening(2 * number + 1)))
        prompt = engine.prompt_tokens(turn)
        switched = ask_server(prompt)
    with _server(binary, subject) as ask_server:
        restarted = ask_server(prompt)
    engine.close()
    return [cold.seconds, warm.seconds, switched.seconds, restarted.seconds]


def _go_on(subject: Subject, engine: Engine, ask_it: Ask, number: int) -> tuple[Answer, Answer, list[PromptMessage]]:
    """Two turns of a conversation, and the third that is to be asked later."""
    opening = subject.opening(2 * number)
    cold = ask_it(engine.prompt_tokens(opening))
    turn = next_turn(opening, cold)
    warm = ask_it(engine.prompt_tokens(turn))
    return cold, warm, next_turn(turn, warm)


@contextmanager
def _server(binary: str, subject: Subject) -> Iterator[Ask]:
    """The server with the model loaded; what is yielded asks it for the beginning of a reply."""
    port = _free_port()
    options = {
        "--model": subject.model.path,
        "--ctx-size": OPTIONS.n_ctx,
        "--threads": OPTIONS.n_threads,
        "--batch-size": OPTIONS.n_batch,
        "--ubatch-size": OPTIONS.n_ubatch,
        "--host": "127.0.0.1",
        "--port": port,
    }
    command = [binary, *(str(part) for option in options.items() for part in option)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_loaded(process, port)
        yield lambda prompt: _ask_server(port, prompt)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait_until_loaded(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the server ended: {process.returncode}"
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", "/health")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        except OSError:
            pass  # it does not listen yet
        finally:
            connection.close()
        time.sleep(0.05)
    raise TimeoutError("the server does not come up")


def _ask_server(port: int, prompt: list[int]) -> Answer:
    body = {
        "prompt": prompt,
        "n_predict": GREEDY.max_tokens,
        "temperature": 0,
        "repeat_penalty": GREEDY.repeat_penalty,
        "cache_prompt": True,
        "stream": True,
        "return_tokens": True,
    }
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
    started = time.perf_counter()
    connection.request("POST", "/completion", json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    assert response.status == http.HTTPStatus.OK, response.read()
    seconds, cached, tokens = 0.0, 0, list[int]()
    for line in response:
        if line.startswith(b"data: "):
            chunk = json.loads(line.removeprefix(b"data: "))
            if chunk.get("tokens"):
                seconds = seconds or time.perf_counter() - started
                tokens += chunk["tokens"]
            cached = chunk.get("timings", {}).get("cache_n", cached)
    connection.close()
    return Answer(seconds, cached, tuple(tokens))
