"""The wait before the first word of a long conversation: cold, after another chat, after a restart, read ahead.

Measured on the engine, without the window. A restart is a new engine on an empty memory, with the snapshot on disk.
Other chats are left twice: after the engine rested, as it does when somebody reads a reply, and at once.
All of it twice: on the starter model, and on one of another architecture, most of whose layers have a sliding window.
Its weights are random, so that what it says is nonsense, which the least difference in the cache would change.
"""

from __future__ import annotations

import logging
import random
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from chatdesk.core.context import PromptMessage
from chatdesk.core.messages import Role
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import Chunk, Engine, LoadOptions, PromptProgress
from chatdesk.engine.llama import load_llama
from chatdesk.engine.snapshot_files import SnapshotFiles, snapshot_paths
from chatdesk.engine.snapshots import MemorySnapshots, SnapshotShelf
from tests.benchmarks.figures import PAIRS, Bar, Figure, figure, interleaved, spread
from tests.benchmarks.raw import RawLoop
from tests.benchmarks.starter import LONG_STORY, OPTIONS, STEADY, long_text, starter_model
from tests.support.tiny_architectures import sliding
from tests.support.tiny_gguf import TEMPLATE

TOKENS = 3000
ROUNDS, QUICK_ROUNDS = 5, 2
CONVERSATIONS, QUICK_CONVERSATIONS = 100, 10
MUTATIONS, QUICK_MUTATIONS = 1000, 100
KEY = "benchmark"
FOLLOW_UP = "And then?"
FOREIGN_KEY = "another model"
LEAST_REPLY = 64
PLENTY = 1 << 34
GREEDY = SamplingParams(temperature=0, max_tokens=24)


@dataclass(frozen=True)
class Subject:
    """A model, and how many words of prose are about 3,000 tokens of its vocabulary, or a short conversation."""

    name: str
    model: ModelFile
    words: int
    short_words: int
    options: LoadOptions = OPTIONS

    def opening(self, number: int) -> list[PromptMessage]:
        return [PromptMessage(Role.USER, long_text(self.words, number))]

    def short_opening(self, number: int = 0) -> list[PromptMessage]:
        return [PromptMessage(Role.USER, long_text(self.short_words, number))]

    def engine(self, folder: Path, *, memory_bytes: int) -> Engine:
        files = SnapshotFiles(folder, KEY, lambda: PLENTY)
        shelf = SnapshotShelf(KEY, MemorySnapshots(lambda: memory_bytes), files)
        return load_llama(self.model, self.options, lambda _fraction: True, shelf)


@dataclass
class Answer:
    """A reply, and the wait for its first token."""

    seconds: float
    cached: int
    tokens: tuple[int, ...]


def measure(*, is_quick: bool) -> list[Figure]:
    rounds = QUICK_ROUNDS if is_quick else ROUNDS
    conversations = QUICK_CONVERSATIONS if is_quick else CONVERSATIONS
    mutations = QUICK_MUTATIONS if is_quick else MUTATIONS
    found: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        for subject in _subjects(Path(folder)):
            place = Path(folder) / subject.name
            found += [
                *_waits(subject, place / "waits", rounds),
                _same_replies(subject, place / "same", conversations),
                _damaged(subject, place / "damaged", mutations),
            ]
        found.append(_speed(Path(folder) / "speed", rounds))
    return found


def starter() -> Subject:
    """The starter model, whose vocabulary is of words."""
    return Subject("starter", starter_model(), words=1910, short_words=120)


def _subjects(folder: Path) -> list[Subject]:
    random_weights = replace(sliding(2, 12), is_random=True)
    # Its vocabulary has bytes, and tokens for what its template writes.
    options = replace(OPTIONS, chat_template=TEMPLATE)
    window = Subject("sliding window", random_weights.write(folder / "sliding.gguf"), 655, 30, options)
    return [starter(), window]


def _waits(subject: Subject, folder: Path, rounds: int) -> list[Figure]:
    cold, switched, at_once, restarted, read_ahead, added = [], [], [], [], [], []
    for number in range(rounds):
        engine = subject.engine(folder, memory_bytes=PLENTY)
        opening, other = subject.opening(2 * number), subject.opening(2 * number + 1)
        first_prompt = engine.prompt_tokens(opening)
        assert len(first_prompt) >= TOKENS, f"{len(first_prompt)} tokens"
        first = ask(engine, first_prompt, "one")
        cold.append(first.seconds)
        added.append(rest(engine))
        second = ask(engine, engine.prompt_tokens(other), "two")
        rest(engine)
        prompt = engine.prompt_tokens(next_turn(opening, first))
        back = ask(engine, prompt, "one")
        switched.append(back.seconds)
        at_once.append(ask(engine, engine.prompt_tokens(next_turn(other, second)), "two").seconds)
        engine.close()
        engine = subject.engine(folder, memory_bytes=0)
        restarted.append(ask(engine, prompt, "one").seconds)
        engine.close()
        engine = subject.engine(folder / "none", memory_bytes=0)
        for _ in engine.prepare(prompt[: -len(FOLLOW_UP)], lambda: False, "one"):
            pass
        read_ahead.append(ask(engine, prompt, "one").seconds)
        engine.close()
    notes = (f"cold {spread(cold, 's')}, {len(first_prompt):,} tokens", _least_wait(subject, prompt, back.cached))

    def ratio(name: str, what: str, bar: float, seconds: list[float]) -> Figure:
        ratios = [warm / whole for warm, whole in zip(seconds, cold, strict=True)]
        words = f"{subject.name}: time to first token {what} ÷ cold"
        wait = f"warm {spread([warm * 1000 for warm in seconds], 'ms')}"
        return figure(
            f"{subject.name}: {name} ÷ cold", words, Bar(bar), ratios, samples_are="rounds", notes=(wait, *notes)
        )

    return [
        ratio("switched chats", "after another chat", 0.02, switched),
        ratio("switched at once", "after another chat, which was left within 2 s of its reply", 0.02, at_once),
        ratio("restarted", "after a restart, model loaded, snapshot on disk", 0.03, restarted),
        ratio("read ahead", "after idling, with no snapshot", 0.02, read_ahead),
        figure(
            f"{subject.name}: snapshot's delay",
            f"{subject.name}: the longest that a message which comes meanwhile waits for a snapshot to be taken",
            Bar(50, unit=" ms"),
            added,
            counted="max",
            samples_are="snapshots",
        ),
    ]


def rest(engine: Engine) -> float:
    """What the engine does when it has nothing else to do; how many ms nothing else could have interrupted it."""
    looks = [time.perf_counter()]

    def look() -> bool:
        looks.append(time.perf_counter())
        return False

    write = engine.snapshot(look)
    looks.append(time.perf_counter())
    assert write is not None
    assert write()
    return max(later - earlier for earlier, later in pairwise(looks)) * 1000


def _least_wait(subject: Subject, prompt: list[int], cached: int) -> str:
    """What the raw loop takes for the new tokens alone, when nothing has to be put back."""
    raw = RawLoop(subject.model, OPTIONS)
    raw.process(prompt[:cached])
    seconds = [raw.add(prompt[cached:], cached) for _ in range(PAIRS)]
    raw.close()
    return f"raw loop, the {len(prompt) - cached} new tokens alone {spread([each * 1000 for each in seconds], 'ms')}"


def _same_replies(subject: Subject, folder: Path, count: int) -> Figure:
    """Conversations whose second reply differs when it is written from a restored cache."""
    engine = subject.engine(folder, memory_bytes=PLENTY)
    turns, live = [], []
    for number in range(count):
        opening = subject.short_opening(number)
        first = ask(engine, engine.prompt_tokens(opening), str(number))
        write = engine.snapshot()
        assert write is not None
        assert write()
        turns.append(engine.prompt_tokens(next_turn(opening, first)))
        live.append(ask(engine, turns[-1], str(number)))
    engine.close()
    engine = subject.engine(folder, memory_bytes=0)
    differing = [
        float(ask(engine, prompt, str(number)).tokens != live[number].tokens) for number, prompt in enumerate(turns)
    ]
    engine.close()
    return figure(
        f"{subject.name}: replies that differ from a restored cache",
        f"{subject.name}: conversations whose next reply, at temperature 0, is another one from disk than from memory",
        Bar(0),
        differing,
        counted="sum",
        samples_are="conversations",
    )


def _damaged(subject: Subject, folder: Path, count: int) -> Figure:
    """Wrong replies from snapshots that were damaged; a crash would end the benchmark."""
    chance = random.Random(7)
    engine = subject.engine(folder, memory_bytes=0)
    prompt = engine.prompt_tokens(subject.short_opening())
    right = ask(engine, prompt, "one")
    write = engine.snapshot()
    assert write is not None
    assert write()
    (path,) = snapshot_paths(folder)
    whole = path.read_bytes()
    used = 0.0
    logging.disable(logging.WARNING)  # one for each file
    for number in range(count):
        content = bytearray(whole)
        key = KEY
        match number % 3:
            case 0:
                del content[chance.randrange(len(content)) :]
            case 1:
                content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
            case _:
                key = f"{FOREIGN_KEY} {number}"
        path.write_bytes(content)
        files = SnapshotFiles(folder, key, lambda: PLENTY)
        file, _ = files.best(tuple(prompt), can_go_back=True)
        used += file is not None and files.read(file) is not None
    logging.disable(logging.NOTSET)
    path.write_bytes(whole[:-1])
    engine.close()
    engine = subject.engine(folder, memory_bytes=0)
    used += ask(engine, prompt, "one").tokens != right.tokens
    engine.close()
    return figure(
        f"{subject.name}: damaged snapshots used",
        f"{subject.name}: damaged, truncated or foreign snapshots that reached llama.cpp, and wrong replies",
        Bar(0),
        [used],
        counted="sum",
        samples_are=f"run of {count} mutations",
    )


def _speed(folder: Path, rounds: int) -> Figure:
    """Tokens per second of replies with a snapshot taken and written beside the next one, against none at all."""
    subject = starter()
    engines = {"on": subject.engine(folder, memory_bytes=PLENTY), "off": subject.engine(folder, memory_bytes=0)}
    numbers = iter(range(1000))

    def tokens_per_second(kind: str) -> float:
        engine = engines[kind]
        opening = [PromptMessage(Role.USER, long_text(600, next(numbers)))]
        first = ask(engine, engine.prompt_tokens(opening), kind)
        write = engine.snapshot() if kind == "on" else None
        writer = threading.Thread(target=write or (lambda: None))
        writer.start()
        speed = _written_per_second(engine, engine.prompt_tokens(next_turn(opening, first, LONG_STORY)), kind)
        writer.join()
        return speed

    for kind in engines:
        tokens_per_second(kind)
    pairs = max(rounds, PAIRS)
    measured = interleaved(pairs, lambda: tokens_per_second("on"), lambda: tokens_per_second("off"))
    for engine in engines.values():
        engine.close()
    return figure(
        "tokens/s with snapshots on ÷ off",
        "tokens per second while a snapshot is written to disk ÷ without snapshots",
        Bar(0.98, is_least=True),
        [on / off for on, off in measured],
        notes=(f"without {spread([off for _, off in measured], 'tokens/s')}",),
    )


def _written_per_second(engine: Engine, prompt: list[int], owner: str) -> float:
    times = [
        time.perf_counter()
        for item in engine.generate(prompt, STEADY, lambda: False, owner)
        if isinstance(item, Chunk) and item.token_ids
    ]
    assert len(times) > LEAST_REPLY, f"the reply ended after {len(times)} tokens"
    return (len(times) - 1) / (times[-1] - times[0])


def next_turn(opening: Sequence[PromptMessage], reply: Answer, question: str = FOLLOW_UP) -> list[PromptMessage]:
    """The conversation after a reply, with the next question."""
    return [*opening, PromptMessage(Role.ASSISTANT, "", reply.tokens), PromptMessage(Role.USER, question)]


def ask(engine: Engine, prompt: list[int], owner: str) -> Answer:
    """Have the engine write a short reply."""
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
