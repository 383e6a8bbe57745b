"""Long replies with everything in them that a transcript draws in its own way."""

from __future__ import annotations

from itertools import cycle, islice

_PIECES = (
    "## Part {n}: what the tide table says",
    "",
    "The keeper wrote **every hour** of it down, in `ink`, and crossed out nothing; what he did not see he left open.",
    "",
    "- first the wind, from where and how strong",
    "- then the sea, with its `height` in feet",
    "  - and, one step in, the swell",
    "- last the ships, by name where there was one",
    "",
    "```python",
    "def tide(hour: float, moon: float = 0.5) -> float:",
    '    """Height in feet; see page {n}."""',
    "    return 4.2 * math.sin(math.tau * (hour - moon) / 12.42)  # the common case",
    "",
    "",
    "print([round(tide(hour), 1) for hour in range({n}, {n} + 24)])",
    "```",
    "",
    "1. Look at the glass before you look at the sea.",
    "2. 然后看天空的颜色，再决定要不要点灯。",
    "",
    "| hour | height | what the keeper did |",
    "|---:|---:|---|",
    "| {n} | 3.1 | trimmed the wick |",
    "| 12 | 0.4 | slept, for once |",
    "",
    "> Nothing of note, wrote the other keeper, and drew a small bird.",
    "",
    "From $h_{n} = 4.2$ follows $\\tau = \\frac{t - t_0}{12.42}$, and so[^{n}]",
    "",
    "$$",
    "\\int_0^{{n}} \\sin\\left(2\\pi\\tau\\right)\\,dt = \\sum_{k=1}^{{n}} a_k",
    "$$",
    "",
    "[^{n}]: After the *second* table of the almanac.",
    "",
)


def mixed_reply(lines: int) -> str:
    """A reply of so many lines: headings, paragraphs, lists, code, tables, quotes, Chinese, formulas, footnotes."""
    numbered = (piece.replace("{n}", str(index)) for index, piece in enumerate(cycle(_PIECES)))
    return "\n".join(islice(numbered, lines))
