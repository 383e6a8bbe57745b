"""Search in 100,000 messages, English and Chinese; what the index takes, and how long a slice of indexing holds others.

The words of the messages are drawn by Zipf's law, as in real texts: what is searched for runs from words that are in
most messages to words that are in a few. A search is what the store does for one state of the field: it finds,
groups, and cuts out the snippets.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from chatdesk.core.search import Matcher, parse_query
from chatdesk.store.database import Database
from chatdesk.store.search import SearchStore
from tests.benchmarks.figures import Bar, Figure, figure, percentile

MESSAGES = 100_000
PER_CONVERSATION = 10
ROUNDS = 3
# As long as messages are: mostly short questions and middling replies.
LENGTHS = (8, 15, 30, 60, 120, 200)
# Of the words of a reply, the share that has an address, that or marks within it, and that or any marks.
_ADDRESSES, _PARTS, _WHOLE = 0.001, 0.002, 0.02


class Words:
    """Draws words by Zipf's law."""

    def __init__(self, chance: random.Random, words: list[str], joint: str) -> None:
        self.words = words
        self._chance = chance
        self._weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))
        self._joint = joint

    def text(self, length: int, *, is_marked: bool) -> str:
        words = self._chance.choices(self.words, cum_weights=self._weights, k=length)
        return self._joint.join(map(self._marked, words) if is_marked else words)

    def _marked(self, word: str) -> str:
        """The word as replies have it now and then: bold, bold in part, or with an address."""
        drawn = self._chance.random()
        if drawn < _ADDRESSES:
            return f"[{word}](https://example.org/{word})"
        if drawn < _PARTS:
            return f"**{word[:1]}**{word[1:]}"
        return f"**{word}**" if drawn < _WHOLE else word


def english(chance: random.Random) -> Words:
    syllables = [first + second for first in "bcdfghlmnprst" for second in "aeiou"]
    words = ("".join(chance.choices(syllables, k=chance.choice((1, 2, 2, 3, 3, 4)))) for _ in range(30_000))
    return Words(chance, list(dict.fromkeys(words)), " ")


def chinese(chance: random.Random) -> Words:
    words = ("".join(_han(chance) for _ in range(chance.choice((1, 2, 2, 2, 3)))) for _ in range(40_000))
    return Words(chance, list(dict.fromkeys(words)), "")


def _han(chance: random.Random) -> str:
    return chr(0x4E00 + min(int(chance.paretovariate(0.6) * 7), 20_000))


def measure(*, is_quick: bool) -> list[Figure]:
    count = MESSAGES // 10 if is_quick else MESSAGES
    chance = random.Random(1)
    tongues = {"English": english(chance), "Chinese": chinese(chance)}
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(Path(folder) / "chatdesk.db")
        store = SearchStore(database)
        written = _fill(database, tongues, chance, count)
        slices = _index(store)
        figures.append(
            figure("search_index", "index ÷ text", Bar(2), [_index_bytes(database) / written], samples_are="runs")
        )
        figures.append(
            figure(
                "search_slice",
                "one slice of indexing",
                Bar(100, unit=" ms"),
                slices,
                counted="99th percentile",
                samples_are="slices",
                notes=(f"{count} messages in {sum(slices) / 1000:.1f} s",),
            )
        )
        for tongue, words in tongues.items():
            queries = list(_queries(words, chance))
            store.find(parse_query(queries[0]), Matcher(parse_query(queries[0])))
            taken = {query: min(_search(store, query) for _ in range(ROUNDS)) for query in queries}
            slowest = sorted(taken, key=lambda query: -taken[query])[:3]
            figures.append(
                figure(
                    f"search_{tongue.lower()}",
                    f"one search in {count} messages, {tongue}, 95th percentile",
                    Bar(100, unit=" ms"),
                    [percentile(list(taken.values()), 95)],
                    samples_are="runs",
                    notes=(
                        f"{len(queries)} searches, median {percentile(list(taken.values()), 50):.1f} ms",
                        "slowest " + ", ".join(f"{query!r} {taken[query]:.0f} ms" for query in slowest),
                    ),
                )
            )
        database.close()
    return figures


def _fill(database: Database, tongues: dict[str, Words], chance: random.Random, count: int) -> int:
    """Write `count` messages past the store, which would take a commit for each. Returns the bytes of their texts."""
    written = 0
    with database.write() as connection:
        for number in range(count):
            conversation_id = f"c{number // PER_CONVERSATION:06}"
            tongue = tongues["English" if number // PER_CONVERSATION % 2 else "Chinese"]
            text = tongue.text(chance.choice(LENGTHS), is_marked=bool(number % 2))
            if number % PER_CONVERSATION == 0:
                connection.execute(
                    "INSERT INTO conversation (id, title, title_source, created_at, updated_at)"
                    " VALUES (?, ?, '', ?, ?)",
                    (conversation_id, text[:40], number, number),
                )
            connection.execute(
                "INSERT INTO message (id, conversation_id, role, status, created_at) VALUES (?, ?, ?, 'complete', ?)",
                (f"m{number:08}", conversation_id, "assistant" if number % 2 else "user", number),
            )
            connection.execute(
                "INSERT INTO message_part (message_id, position, kind, text) VALUES (?, 0, 'text', ?)",
                (f"m{number:08}", text),
            )
            written += len(text.encode())
    return written


def _index(store: SearchStore) -> list[float]:
    """How long each slice took, in milliseconds."""
    slices = []
    is_going = True
    while is_going:
        started = time.perf_counter()
        is_going = store.index_some()
        slices.append((time.perf_counter() - started) * 1000)
    return slices


def _index_bytes(database: Database) -> int:
    with database.read() as connection:
        (index,) = connection.execute("SELECT sum(length(block)) FROM message_search_data").fetchone()
        (pages,) = connection.execute("SELECT sum(length(term) + 8) FROM message_search_idx").fetchone()
        # Each message's number in the index, in its row and in two indices; and what it reads as, where it is kept.
        (kept,) = connection.execute("SELECT sum(20 + length(CAST(search_joined AS BLOB))) FROM message").fetchone()
    return int(index + (pages or 0) + kept)


def _queries(words: Words, chance: random.Random) -> Iterator[str]:
    """One, two and three words, exact words, and beginnings of words as somebody types them; common and rare."""
    some = [words.words[rank] for rank in (0, 1, 2, 5, 10, 30, 100, 300, 1000, 3000, 10_000)]
    for word in some:
        yield word
        yield f'"{word}"'
        yield from (word[:length] for length in range(1, len(word)))
    for _ in range(30):
        yield " ".join(chance.choices(some, k=2))
        yield " ".join(chance.choices(some[3:], k=3))
        yield '"' + " ".join(chance.choices(some[:6], k=2)) + '"'
    yield from (f"{word} after:2000 model:none" for word in some[:3])
    yield "nothingofthekind"


def _search(store: SearchStore, text: str) -> float:
    started = time.perf_counter()
    query = parse_query(text)
    matcher = Matcher(query)
    for found in store.find(query, matcher):
        for message in found.messages:
            matcher.snippet(message.text)
    return (time.perf_counter() - started) * 1000
