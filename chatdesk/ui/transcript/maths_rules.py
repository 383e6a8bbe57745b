r"""Where maths stands in Markdown: `$…$`, `\(…\)`, `$$…$$`, `\[…\]` and LaTeX's own display environments.

What looks like money is text. A display formula is a block of its own from its first line on, closed or not, so that
its lines are no lists or headings, whether its end has come yet or not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

MAX_INLINE = 1_000  # characters looked through for the end of a formula in text

_CLOSERS = {"$$": "$$", "\\[": "\\]", "\\(": "\\)", "$": "$"}
_ENVIRONMENT = re.compile(r"\\begin\{((?:equation|align|gather|multline)\*?)\}")
_FENCE = ("```", "~~~")
# Neither after a space nor before one, and what is escaped is none of the marks.
_DOLLARS = re.compile(r"\$(?![\s$])((?:[^$\\]|\\.)*)(?<!\s)\$", re.DOTALL)
_SIGN = re.compile(r"[\\^_={}<>+]")
_WORD = re.compile(r"[^\W\d_]{3,}")
_DISPLAYS = ("$$", "\\[", "\\begin")


def use_maths(markdown: MarkdownIt) -> None:
    """Teach a parser these rules."""
    interrupted = ["paragraph", "reference", "blockquote", "list"]
    markdown.block.ruler.before("table", "maths_block", maths_block, {"alt": interrupted})
    markdown.inline.ruler.before("escape", "maths_inline", maths_inline)


def latex_of(source: str) -> str:
    """The LaTeX of a formula that is written with its marks."""
    source = source.strip()
    for opener, closer in _CLOSERS.items():
        if source.startswith(opener) and source.endswith(closer):
            return source[len(opener) : -len(closer)].strip()
    return source


def is_display(source: str) -> bool:
    """Whether a formula, written with its marks, stands on lines of its own."""
    return source.lstrip().startswith(_DISPLAYS)


def _closer_of(line: str) -> tuple[int, str]:
    """How long the mark is that begins a display formula at the start of `line`, and what ends it; or (0, "")."""
    if found := _ENVIRONMENT.match(line):
        return found.end(), f"\\end{{{found[1]}}}"
    opener = line[:2]
    if opener not in {"$$", "\\["}:
        return 0, ""
    closer, rest = _CLOSERS[opener], line[2:].strip()
    if closer in rest:
        is_alone = rest.endswith(closer) and rest.find(closer) == len(rest) - 2 and len(rest) > len(closer)
        return (2, closer) if is_alone else (0, "")
    # "\[" before a word is a bracket that is meant.
    return (2, closer) if opener == "$$" or not rest or line[2] in " \t\\" else (0, "")


def maths_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature of a rule
    """A display formula, up to its end, or to a blank line if that comes first; then it is a paragraph."""
    if state.is_code_block(start):
        return False
    first = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]]
    length, closer = _closer_of(first)
    if not closer:
        return False
    if silent:
        return True
    lines, is_closed, after = [first], closer in first[length:], start + 1
    while not is_closed and after < end and not state.isEmpty(after) and state.sCount[after] >= state.blkIndent:
        line = state.getLines(after, after + 1, state.blkIndent, False).strip()
        if line.startswith(_FENCE):
            break
        lines.append(line)
        after += 1
        is_closed = closer in line
    source = "\n".join(lines)
    is_whole = is_closed and source.rstrip().endswith(closer)
    if is_whole:
        token = state.push("maths_block", "", 0)
        token.content, token.map = source, [start, after]
    else:
        state.push("paragraph_open", "p", 1).map = [start, after]
        token = state.push("inline", "", 0)
        token.content, token.map, token.children = source.strip(), [start, after], []
        state.push("paragraph_close", "p", -1)
    state.line = after
    return True


def maths_inline(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it's signature of a rule
    """A formula within text."""
    start, src = state.pos, state.src
    opener = src[start : start + 2]
    if opener not in _CLOSERS:
        opener = src[start : start + 1]
        if opener not in _CLOSERS:
            return False
    end = _end_of(src[start : min(state.posMax, start + MAX_INLINE)], opener, src[start - 1] if start else "")
    if not end:
        return False
    if not silent:
        token = state.push("maths_inline", "", 0)
        token.content = src[start : start + end]
    state.pos = start + end
    return True


def _end_of(text: str, opener: str, before: str) -> int:
    """Where the formula ends that `text` begins with, or 0 if it is none. `before` is the character before it."""
    closer = _CLOSERS[opener]
    if opener == "$":
        return 0 if before.isalnum() and before.isascii() else _end_of_dollars(text)
    at = text.find(closer, len(opener))
    has_content = at > 0 and any(char.isalnum() for char in text[len(opener) : at])
    return at + len(closer) if has_content else 0


def _end_of_dollars(text: str) -> int:
    """Where `$…$` ends: at the next mark, if that begins nothing else, and no prose is between. Else 0."""
    found = _DOLLARS.match(text)
    if found is None:
        return 0
    content, after = found[1], text[found.end() : found.end() + 1]
    is_formula = not after.isdigit() and after != "$" and not _is_prose(content, after)
    return found.end() if is_formula else 0


def _is_prose(content: str, after: str) -> bool:
    """Whether what stands between two dollar signs is rather text between prices or names of variables."""
    if _SIGN.search(content):
        return False
    words = _WORD.findall(content)
    is_name = bool(words) and after.isalnum() and after.isascii()
    return is_name or (bool(words) and content[0].isdigit()) or (len(words) > 1 and " " in content)
