"""GGUF headers as a hostile or broken server would send them: thousands of lies, always the same ones."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence

from chatdesk.core.fit import Machine
from chatdesk.models.fit import assess
from chatdesk.models.gguf import GgufError, ReadAt, details_of, read_header
from chatdesk.models.shape import shape_of

LENGTHS = (0, 1, 2**16, 2**31 - 1, 2**32 - 1, 2**32, 2**40, 2**62, 2**63 - 1, 2**63, 2**64 - 1)
MACHINE = Machine(total_bytes=8 * 2**30, free_bytes=4 * 2**30, n_cores=4)


def mutations(headers: Sequence[bytes], count: int, seed: int = 1) -> Iterator[bytes]:
    """`count` mutations, taking turns through `headers` and the kinds of damage, up to three on one header."""
    chance = random.Random(seed)
    for number in range(count):
        damaged = bytearray(headers[number % len(headers)])
        for _ in range(chance.choice((1, 1, 2, 3))):
            chance.choice(_DAMAGES)(damaged, chance)
        yield bytes(damaged)


def reader_of(content: bytes) -> ReadAt:
    """What reads from `content` as from a file."""
    return lambda offset, size: content[offset : offset + size]


def everything_read(content: bytes) -> str | None:
    """Read `content` as far as the app would; why it was refused, None when it was not."""
    try:
        header = read_header(reader_of(content))
        details_of(header)
        assess(shape_of(header), len(content), MACHINE)
        read_header(reader_of(content), stops_at_tokenizer=True)
    except GgufError as error:
        return str(error)
    return None


def _place(damaged: bytearray, chance: random.Random, size: int) -> int:
    """Where to damage: most often where the keys are."""
    last = max(len(damaged) - size, 0)
    return chance.randint(0, min(last, 2000) if chance.random() < 0.7 else last)


def _flip_bits(damaged: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 3, 10))):
        damaged[_place(damaged, chance, 1)] ^= 1 << chance.randrange(8)


def _claim_length(damaged: bytearray, chance: random.Random) -> None:
    size = chance.choice((4, 8))
    place = _place(damaged, chance, size)
    damaged[place : place + size] = (chance.choice(LENGTHS) % 2 ** (8 * size)).to_bytes(size, "little")


def _splice(damaged: bytearray, chance: random.Random) -> None:
    size = chance.randrange(1, 200)
    source, place = _place(damaged, chance, size), _place(damaged, chance, 0)
    damaged[place : place + chance.choice((0, size))] = damaged[source : source + size]


def _cut_out(damaged: bytearray, chance: random.Random) -> None:
    place = _place(damaged, chance, 0)
    del damaged[place : place + chance.randrange(1, 100)]


def _truncate(damaged: bytearray, chance: random.Random) -> None:
    del damaged[max(_place(damaged, chance, 0), 1) :]


def _scramble(damaged: bytearray, chance: random.Random) -> None:
    place = _place(damaged, chance, 0)
    damaged[place : place + 16] = chance.randbytes(16)


_DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip_bits,
    _claim_length,
    _claim_length,
    _splice,
    _cut_out,
    _truncate,
    _scramble,
)
