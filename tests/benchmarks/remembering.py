"""The wait before the first word of a long conversation: cold, after another chat, after a restart, read ahead.

Measured on the engine, without the window. A restart is a new engine on an empty memory, with the snapshot on disk.
"""

from __future__ import annotations

import random
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from chatdesk.core.context import PromptMessage
from chatdesk.core.messages import Role
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import Chunk, Engine, PromptProgress
from chatdesk.engine.llama import load_llama
from chatdesk.engine.snapshot_files import SnapshotFiles, snapshot_paths
from chatdesk.engine.snapshots import MemorySnapshots, SnapshotShelf
from tests.benchmarks.figures import Bar, Figure, figure, spread
from tests.benchmarks.starter import OPTIONS, long_text, starter_model

TOKENS = 3000
WORDS = 2300  # which are a little more than that
ROUNDS, QUICK_ROUNDS = 5, 2
CONVERSATIONS, QUICK_CONVERSATIONS = 100, 10
MUTATIONS, QUICK_MUTATIONS = 1000, 100
SHORT_WORDS = 120
KEY = "benchmark"
PLENTY = 1 << 34
GREEDY = SamplingParams(temperature=0, max_tokens=24)


@dataclass
class Answer:
    """A reply, and the wait for its first token."""

    seconds: float
    cached: int
    tokens: tuple[int, ...]


def measure(*, is_quick: bool) -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        return [
            *_waits(Path(folder) / "waits", QUICK_ROUNDS if is_quick else ROUNDS),
            _same_replies(Path(folder) / "same", QUICK_CONVERSATIONS if is_quick else CONVERSATIONS),
            _damaged(Path(folder) / "damaged", QUICK_MUTATIONS if is_quick else MUTATIONS),
        ]


def _waits(folder: Path, rounds: int) -> list[Figure]:
    cold, switched, restarted, read_ahead, added = [], [], [], [], []
    for number in range(rounds):
        engine = _engine(folder, memory_bytes=PLENTY)
        opening, other = _opening(2 * number), _opening(2 * number + 1)
        first = _ask(engine, engine.prompt_tokens(opening), "one")
        cold.append(first.seconds)
        started = time.perf_counter()
        write = engine.snapshot()
        added.append((time.perf_counter() - started) * 1000)
        assert write is not None
        assert write()
        _ask(engine, engine.prompt_tokens(other), "two")
        turn = [*opening, PromptMessage(Role.ASSISTANT, "", first.tokens), PromptMessage(Role.USER, "And then?")]
        prompt = engine.prompt_tokens(turn)
        switched.append(_ask(engine, prompt, "one").seconds)
        engine.close()
        engine = _engine(folder, memory_bytes=0)
        restarted.append(_ask(engine, prompt, "one").seconds)
        engine.close()
        engine = _engine(folder / "none", memory_bytes=0)
        for _ in engine.prepare(prompt[: -len("And then?")], lambda: False, "one"):
            pass
        read_ahead.append(_ask(engine, prompt, "one").seconds)
        engine.close()
    note = f"cold {spread(cold, 's')}, {TOKENS} tokens"

    def ratio(name: str, what: str, bar: float, seconds: list[float]) -> Figure:
        ratios = [warm / whole for warm, whole in zip(seconds, cold, strict=True)]
        return figure(name, f"time to first token {what} ÷ cold", Bar(bar), ratios, samples_are="rounds", notes=(note,))

    return [
        ratio("switched chats ÷ cold", "after another chat", 0.02, switched),
        ratio("restarted ÷ cold", "after a restart, model loaded, snapshot on disk", 0.03, restarted),
        ratio("read ahead ÷ cold", "after idling, with no snapshot", 0.02, read_ahead),
        figure(
            "snapshot's delay",
            "what taking a snapshot can add to the next message",
            Bar(50, unit=" ms"),
            added,
            counted="max",
            samples_are="snapshots",
        ),
    ]


def _same_replies(folder: Path, count: int) -> Figure:
    """Conversations whose second reply differs when it is written from a restored cache."""
    engine = _engine(folder, memory_bytes=PLENTY)
    turns, live = [], []
    for number in range(count):
        opening = [PromptMessage(Role.USER, long_text(SHORT_WORDS, number))]
        first = _ask(engine, engine.prompt_tokens(opening), str(number))
        write = engine.snapshot()
        assert write is not None
        assert write()
        turn = [*opening, PromptMessage(Role.ASSISTANT, "", first.tokens), PromptMessage(Role.USER, "And then?")]
        turns.append(engine.prompt_tokens(turn))
        live.append(_ask(engine, turns[-1], str(number)))
    engine.close()
    engine = _engine(folder, memory_bytes=0)
    differing = [
        float(_ask(engine, prompt, str(number)).tokens != live[number].tokens) for number, prompt in enumerate(turns)
    ]
    engine.close()
    return figure(
        "replies that differ from a restored cache",
        "conversations whose next reply, at temperature 0, is another one from disk than from the live cache",
        Bar(0),
        differing,
        counted="sum",
        samples_are="conversations",
    )


def _damaged(folder: Path, count: int) -> Figure:
    """Wrong replies from snapshots that were damaged; a crash would end the benchmark."""
    chance = random.Random(7)
    engine = _engine(folder, memory_bytes=0)
    prompt = engine.prompt_tokens([PromptMessage(Role.USER, long_text(SHORT_WORDS))])
    right = _ask(engine, prompt, "one")
    write = engine.snapshot()
    assert write is not None
    assert write()
    (path,) = snapshot_paths(folder)
    whole = path.read_bytes()
    used = 0.0
    for number in range(count):
        content = bytearray(whole)
        if number % 2:
            del content[chance.randrange(len(content)) :]
        else:
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        path.write_bytes(content)
        files = SnapshotFiles(folder, KEY, lambda: PLENTY)
        file, _ = files.best(tuple(prompt), can_go_back=True)
        used += file is not None and files.read(file) is not None
    path.write_bytes(content)
    engine.close()
    engine = _engine(folder, memory_bytes=0)
    used += _ask(engine, prompt, "one").tokens != right.tokens
    engine.close()
    return figure(
        "damaged snapshots used",
        "damaged or truncated snapshots that reached llama.cpp, and wrong replies",
        Bar(0),
        [used],
        counted="sum",
        samples_are=f"run of {count} mutations",
    )


def _engine(folder: Path, *, memory_bytes: int) -> Engine:
    shelf = SnapshotShelf(KEY, MemorySnapshots(lambda: memory_bytes), SnapshotFiles(folder, KEY, lambda: PLENTY))
    return load_llama(starter_model(), OPTIONS, lambda _fraction: True, shelf)


def _opening(number: int) -> list[PromptMessage]:
    return [PromptMessage(Role.USER, long_text(WORDS, number))]


def _ask(engine: Engine, prompt: list[int], owner: str) -> Answer:
    started = time.perf_counter()
    seconds, cached, tokens = 0.0, 0, list[int]()
    for item in engine.generate(prompt, GREEDY, lambda: False, owner):
        match item:
            case PromptProgress(cached=count) if not tokens:
                cached = count
            case Chunk(_, ids):
                seconds = seconds or time.perf_counter() - started
                tokens += ids
    return Answer(seconds, cached, tuple(tokens))
