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


TASK_OPEN = "[ ]"
TASK_DONE = "[x]"


@dataclass(frozen=True, slots=True)
class Container:
    """A quote or a list item. `label` stands before the item's first segment only."""

    kind: ContainerKind
    label: str = ""
    is_first: bool = True


@dataclass(frozen=True, slots=True)
class Segment:
    """One leaf block.

    `text` is the inline Markdown of a paragraph or heading and the plain text of code. `is_spaced` tells whether a
    blank line stood before it: lists keep the spacing they were written with. `rows` are the inline texts of a
    table's cells, the header first; `alignments` one per column.
    """

    kind: SegmentKind
    text: str = ""
    containers: tuple[Container, ...] = ()
    level: int = 0
    language: str = ""
    is_spaced: bool = False
    rows: tuple[tuple[str, ...], ...] = ()
    alignments: tuple[Alignment, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """A top-level block, or an item of a top-level list: what can be parsed without what stands before it.

    `start` is its first line, counted from 0; `token` its first token; `number` is that of an ordered list's item.
    """

    start: int
    token: Token
    segments: tuple[Segment, ...]
    number: int | None = None


_LANGUAGE = re.compile(r"[\w+#.\-]+")


def language_of(info: str) -> str:
    """The language that a code fence names, in lower case, or an empty string."""
    found = _LANGUAGE.search(info)
    return found[0].lower() if found else ""


def code_text(content: str) -> str:
    """A code token's content without the newline that ends its last line."""
    return content.removesuffix("\n")


def blocks_from_tokens(
    tokens: Sequence[Token], lines: Sequence[str], *, first_number: int | None, is_spaced: bool
) -> list[Block]:
    """The blocks of parsed `lines`. `first_number` numbers the first block's item, if it is one.

    `is_spaced` tells whether a blank line stood before the first line.
    """
    reader = _SegmentReader(lines, is_spaced=is_spaced)
    blocks: list[Block] = []
    for group in _top_level(tokens):
        if group[0].type in {"ordered_list_open", "bullet_list_open"}:
            is_ordered = group[0].type == "ordered_list_open"
            number = int(group[0].attrs.get("start", 1))
            if not blocks and first_number is not None:
                number = first_number
            for item in _top_level(group[1:-1]):
                shown = number if is_ordered else None
                segments = tuple(reader.item(item, shown, ()))
                blocks.append(Block(_start(item[0]), item[0], segments, shown))
                number += 1
        else:
            blocks.append(Block(_start(group[0]), group[0], tuple(reader.read(group, ()))))
    return blocks


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

    def read(self, tokens: Sequence[Token], containers: tuple[Container, ...]) -> Iterator[Segment]:
        for group in _top_level(tokens):
            match group[0].type:
                case "blockquote_open":
                    yield from self._quote(group, containers)
                case "bullet_list_open":
                    for item in _top_level(group[1:-1]):
                        yield from self.item(item, None, containers)
                case "ordered_list_open":
                    first = int(group[0].attrs.get("start", 1))
                    for number, item in enumerate(_top_level(group[1:-1]), first):
                        yield from self.item(item, number, containers)
                case _:
                    yield self._leaf(group, containers)
            # A label stands before the first segment only.
            containers = tuple(replace(container, is_first=False) for container in containers)

    def item(self, tokens: Sequence[Token], number: int | None, containers: tuple[Container, ...]) -> Iterator[Segment]:
        if number is None:
            container = Container(ContainerKind.BULLET, "•")
        else:
            container = Container(ContainerKind.NUMBER, f"{number}.")
        inner = tokens[1:-1]
        if not inner:
            yield Segment(
                SegmentKind.PARAGRAPH,
                containers=(*containers, container),
                is_spaced=self._is_spaced_before(_start(tokens[0])),
            )
            return
        for index, segment in enumerate(self.read(inner, (*containers, container))):
            yield _as_task(segment, len(containers)) if index == 0 else segment

    def _quote(self, tokens: Sequence[Token], containers: tuple[Container, ...]) -> Iterator[Segment]:
        within = (*containers, Container(ContainerKind.QUOTE))
        if len(tokens) > 2:  # noqa: PLR2004 - more than its opening and closing
            yield from self.read(tokens[1:-1], within)
        else:
            yield Segment(SegmentKind.PARAGRAPH, containers=within, is_spaced=self._is_spaced_before(_start(tokens[0])))

    def _leaf(self, tokens: Sequence[Token], containers: tuple[Container, ...]) -> Segment:
        first = tokens[0]
        spaced = self._is_spaced_before(_start(first))
        match first.type:
            case "heading_open":
                return Segment(
                    SegmentKind.HEADING, tokens[1].content, containers, level=int(first.tag[1:]), is_spaced=spaced
                )
            case "fence":
                language = language_of(first.info)
                return Segment(
                    SegmentKind.CODE, code_text(first.content), containers, language=language, is_spaced=spaced
                )
            case "code_block":
                return Segment(SegmentKind.CODE, code_text(first.content), containers, is_spaced=spaced)
            case "hr":
                return Segment(SegmentKind.RULE, "", containers, is_spaced=spaced)
            case "table_open":
                rows, alignments = _table(tokens)
                return Segment(SegmentKind.TABLE, "", containers, is_spaced=spaced, rows=rows, alignments=alignments)
            case "paragraph_open":
                return Segment(SegmentKind.PARAGRAPH, tokens[1].content, containers, is_spaced=spaced)
            case other:
                raise AssertionError(f"the parser is not set up to make {other!r}")

    def _is_spaced_before(self, line: int) -> bool:
        return self._is_spaced if line == 0 else is_blank(self._lines[line - 1])


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
