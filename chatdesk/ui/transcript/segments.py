"""Segments: the leaf blocks of a Markdown text, each with the containers it stands in. No Qt here."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token


class SegmentKind(StrEnum):
    """What a segment is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LITERAL = "literal"  # HTML, which is text as it stands
    MATHS = "maths"  # a formula on lines of its own
    CODE = "code"
    TABLE = "table"
    RULE = "rule"


class Alignment(Enum):
    """How a table's column is aligned."""

    DEFAULT = ""
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class ContainerKind(StrEnum):
    """What a segment can stand in."""

    QUOTE = "quote"
    BULLET = "bullet"
    NUMBER = "number"
    NOTE = "note"  # a footnote, which is drawn where it was written


LISTS = frozenset({ContainerKind.BULLET, ContainerKind.NUMBER})
MAX_NOTE_LABEL = 12

TASK_OPEN = "[ ]"
TASK_DONE = "[x]"


@dataclass(frozen=True, slots=True)
class Container:
    """A quote, a list item or a footnote. `label` stands before its first segment only.

    `continues_list` tells that the item before belongs to the same list.
    """

    kind: ContainerKind
    label: str = ""
    is_first: bool = True
    continues_list: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """One leaf block.

    `text` is the inline Markdown of a paragraph or heading, the plain text of code, and LaTeX with its marks.
    `is_spaced` tells whether a blank line stood before it: lists keep the spacing they were written with. `rows` are
    the inline texts of a table's cells, the header first; `alignments` one per column. `definitions` are the (label,
    address) of what its text refers to and is defined somewhere in the message; footnotes have a label that begins
    with "^".
    """

    kind: SegmentKind
    text: str = ""
    containers: tuple[Container, ...] = ()
    level: int = 0
    language: str = ""
    is_spaced: bool = False
    rows: tuple[tuple[str, ...], ...] = ()
    alignments: tuple[Alignment, ...] = ()
    definitions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block, or an item of a top-level list: what can be parsed without what stands before it.

    `start` is its first line, counted from 0; `token` its first token; `number` is that of an ordered list's item,
    `continues_list` that of its container. `definitions` are the (label, address) that it defines.
    """

    start: int
    token: Token
    segments: tuple[Segment, ...]
    number: int | None = None
    continues_list: bool = False
    definitions: tuple[tuple[str, str], ...] = ()


_PLAIN_KINDS = {"hr": SegmentKind.RULE, "maths_block": SegmentKind.MATHS, "html_block": SegmentKind.LITERAL}
_LANGUAGE = re.compile(r"[\w+#.\-]+")


def language_of(info: str) -> str:
    """The language that a code fence names, in lower case, or an empty string."""
    found = _LANGUAGE.search(info)
    return found[0].lower() if found else ""


def code_text(content: str) -> str:
    """A code token's content without the newline that ends its last line."""
    return content.removesuffix("\n")


def blocks_from_tokens(
    tokens: Sequence[Token],
    lines: Sequence[str],
    *,
    first_number: int | None = None,
    continues_list: bool = False,
    is_spaced: bool = False,
) -> list[Block]:
    """The blocks of parsed `lines`.

    `first_number` and `continues_list` are those of the first block, if it is the item of a list that began before;
    `is_spaced` tells whether a blank line stood before the first line.
    """
    reader = _SegmentReader(lines, is_spaced=is_spaced)
    blocks: list[Block] = []
    for group in _joined_definitions(tokens):
        first = group[0]
        if first.type in {"ordered_list_open", "bullet_list_open"}:
            number = int(first.attrs.get("start", 1))
            if not blocks and first_number is not None:
                number = first_number
            continues = not blocks and continues_list
            for item in _top_level(group[1:-1]):
                shown = number if first.type == "ordered_list_open" else None
                segments = tuple(reader.item(item, shown, (), continues_list=continues))
                blocks.append(Block(_start(item[0]), item[0], segments, shown, continues, reader.taken_definitions()))
                number += 1
                continues = True
        else:
            segments = tuple(reader.read(group, ()))
            blocks.append(Block(_start(first), first, segments, definitions=reader.taken_definitions()))
    return blocks


def _joined_definitions(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The top-level elements in turn; definitions together with what stands directly below them.

    Where a definition ends may depend on every line up to the next blank one: its title may go on there.
    """
    joined: list[Token] = []
    for group in _top_level(tokens):
        token = group[0]
        is_below = bool(joined) and _start(token) == _end(joined)
        if is_below and token.type in {"definition", "paragraph_open", "heading_open"}:
            joined += group
            continue
        if joined:
            yield joined
            joined = []
        if token.type == "definition":
            joined = [token]
        else:
            yield group
    if joined:
        yield joined


def _end(tokens: Sequence[Token]) -> int:
    """The line behind the last of `tokens` that has a place."""
    return max(token.map[1] for token in tokens if token.map is not None)


def _start(token: Token) -> int:
    assert token.map is not None
    return token.map[0]


def _top_level(tokens: Sequence[Token]) -> Iterator[Sequence[Token]]:
    """The tokens of each element in turn, from its opening to its closing token."""
    depth = first = 0
    for index, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            yield tokens[first : index + 1]
            first = index + 1


class _SegmentReader:
    """Turns tokens into segments."""

    def __init__(self, lines: Sequence[str], *, is_spaced: bool) -> None:
        self._lines = lines
        self._is_spaced = is_spaced
        self._definitions: list[tuple[str, str]] = []

    def taken_definitions(self) -> tuple[tuple[str, str], ...]:
        """What has been defined since this was last asked."""
        taken, self._definitions = tuple(self._definitions), []
        return taken

    def read(self, tokens: Sequence[Token], containers: tuple[Container, ...]) -> Iterator[Segment]:
        for group in _top_level(tokens):
            match group[0].type:
                case "blockquote_open":
                    yield from self._quote(group, containers)
                case "bullet_list_open" | "ordered_list_open" as kind:
                    first = int(group[0].attrs.get("start", 1))
                    for number, item in enumerate(_top_level(group[1:-1]), first):
                        shown = number if kind == "ordered_list_open" else None
                        yield from self.item(item, shown, containers, continues_list=number != first)
                        containers = _without_labels(containers)
                case "footnote_reference_open":
                    yield from self._note(group, containers)
                case "definition":
                    self._definitions.append((group[0].meta["id"], group[0].meta["url"]))
                    continue
                case _:
                    yield self._leaf(group, containers)
            containers = _without_labels(containers)

    def item(
        self,
        tokens: Sequence[Token],
        number: int | None,
        containers: tuple[Container, ...],
        *,
        continues_list: bool,
    ) -> Iterator[Segment]:
        if number is None:
            container = Container(ContainerKind.BULLET, "•", continues_list=continues_list)
        else:
            label = f"{number}{tokens[0].markup}"
            container = Container(ContainerKind.NUMBER, label, continues_list=continues_list)
        for index, segment in enumerate(self._within(tokens, (*containers, container))):
            yield _as_task(segment, len(containers)) if index == 0 else segment

    def _quote(self, tokens: Sequence[Token], containers: tuple[Container, ...]) -> Iterator[Segment]:
        return self._within(tokens, (*containers, Container(ContainerKind.QUOTE)))

    def _note(self, tokens: Sequence[Token], containers: tuple[Container, ...]) -> Iterator[Segment]:
        label = tokens[0].meta["label"]
        self._definitions.append((f"^{label}", ""))
        shown = label if len(label) <= MAX_NOTE_LABEL else f"{label[:MAX_NOTE_LABEL]}…"
        return self._within(tokens, (*containers, Container(ContainerKind.NOTE, shown)))

    def _within(self, tokens: Sequence[Token], containers: tuple[Container, ...]) -> Iterator[Segment]:
        """What stands in a container; an empty paragraph in one where nothing does, so that it is drawn."""
        is_empty = True
        for segment in self.read(tokens[1:-1], containers):
            is_empty = False
            yield segment
        if is_empty:
            spaced = self._is_spaced_before(_start(tokens[0]))
            yield Segment(SegmentKind.PARAGRAPH, containers=containers, is_spaced=spaced)

    def _leaf(self, tokens: Sequence[Token], containers: tuple[Container, ...]) -> Segment:
        first = tokens[0]
        made = Segment(
            SegmentKind.PARAGRAPH, first.content, containers, is_spaced=self._is_spaced_before(_start(first))
        )
        match first.type:
            case "paragraph_open":
                return replace(made, text=tokens[1].content)
            case "heading_open":
                return replace(made, kind=SegmentKind.HEADING, text=tokens[1].content, level=int(first.tag[1:]))
            case "fence" | "code_block":
                text, language = code_text(first.content), language_of(first.info)
                return replace(made, kind=SegmentKind.CODE, text=text, language=language)
            case "table_open":
                rows, alignments = _table(tokens)
                return replace(made, kind=SegmentKind.TABLE, rows=rows, alignments=alignments)
            case "hr" | "maths_block" | "html_block" as kind:
                return replace(made, kind=_PLAIN_KINDS[kind], text=first.content.rstrip("\n"))
            case other:
                raise AssertionError(f"the parser is not set up to make {other!r}")

    def _is_spaced_before(self, line: int) -> bool:
        return self._is_spaced if line == 0 else is_blank(self._lines[line - 1])


def _without_labels(containers: tuple[Container, ...]) -> tuple[Container, ...]:
    """`containers` for what is not the first in them: a label stands before the first segment only."""
    return tuple(replace(each, is_first=False) if each.is_first else each for each in containers)


def is_blank(line: str) -> bool:
    """Whether nothing but quote markers and spaces stand in `line`."""
    return not line.strip(" \t>")


def _as_task(segment: Segment, depth: int) -> Segment:
    """`segment` with its label turned into a box to tick, where its text begins with one."""
    if segment.kind is not SegmentKind.PARAGRAPH or segment.text[:4].lower() not in {"[ ] ", "[x] "}:
        return segment
    label = TASK_OPEN if segment.text[1] == " " else TASK_DONE
    labelled = replace(segment.containers[depth], label=label)
    containers = (*segment.containers[:depth], labelled, *segment.containers[depth + 1 :])
    return replace(segment, text=segment.text[4:], containers=containers)


def _table(tokens: Sequence[Token]) -> tuple[tuple[tuple[str, ...], ...], tuple[Alignment, ...]]:
    rows: list[list[str]] = []
    alignments: list[Alignment] = []
    for index, token in enumerate(tokens):
        if token.type == "tr_open":
            rows.append([])
        elif token.type in {"th_open", "td_open"}:
            rows[-1].append(tokens[index + 1].content)
            if len(rows) == 1:
                alignments.append(Alignment(str(token.attrs.get("style", "")).removeprefix("text-align:")))
    return tuple(tuple(row) for row in rows), tuple(alignments)
