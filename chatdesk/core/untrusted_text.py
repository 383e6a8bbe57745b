"""Text from the network or a file, made safe to be shown: nothing in it can turn, tear or colour what is ours.

A line break tears a row apart, an escape code colours a terminal, and a mark that turns the writing direction around
makes `gpj.exe` read as `exe.jpg`.
"""

from __future__ import annotations

import unicodedata

# Cc: control codes; Cf: invisible marks, those that turn the direction among them; Cs: halves of characters;
# Zl, Zp: line and paragraph breaks. Joiners stay: some scripts and emoji are wrong without them.
_UNWANTED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"
MOST_CHARS_IN_A_LINE = 300


def is_unwanted(char: str) -> bool:
    """Whether a character changes how what stands around it looks."""
    return char not in _JOINERS and unicodedata.category(char) in _UNWANTED


def one_line(untrusted_text: str, most_chars: int = MOST_CHARS_IN_A_LINE) -> str:
    """`untrusted_text` in one line of at most `most_chars`: single spaces, no unwanted characters."""
    # Cut first, with room for what goes, so that a megabyte costs nothing.
    spaced = (" " if char.isspace() else char for char in untrusted_text[: 2 * most_chars])
    line = " ".join("".join(char for char in spaced if not is_unwanted(char)).split())
    return line if len(line) <= most_chars else line[: most_chars - 1] + "…"


def several_lines(untrusted_text: str, most_chars: int) -> str:
    """`untrusted_text` with its lines and tabs, no unwanted characters, and only the first `most_chars` of it."""
    unified = untrusted_text[:most_chars].replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    kept = "".join(char for char in unified.replace("\u2029", "\n") if char in "\n\t" or not is_unwanted(char))
    return kept.strip() + "\n…" if len(untrusted_text) > most_chars else kept.strip()
