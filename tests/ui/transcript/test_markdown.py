import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from chatdesk.ui.transcript.markdown import BLOCK_LIMIT, PARAGRAPH_LIMIT, MarkdownStream
from chatdesk.ui.transcript.segments import Alignment, Container, ContainerKind, Segment, SegmentKind

BULLET, NUMBER, QUOTE = ContainerKind.BULLET, ContainerKind.NUMBER, ContainerKind.QUOTE


def whole(text: str) -> list[Segment]:
    stream = MarkdownStream()
    stream.append(text)
    stream.finish()
    stream.update()
    return stream.segments


def streamed(text: str, sizes: list[int], updates: list[bool]) -> list[Segment]:
    stream = MarkdownStream()
    start = step = 0
    while start < len(text):
        size = sizes[step % len(sizes)]
        stream.append(text[start : start + size])
        if updates[step % len(updates)]:
            stream.update()
        start += size
        step += 1
    stream.finish()
    stream.update()
    return stream.segments


def labels(segment: Segment) -> list[str]:
    return [container.label for container in segment.containers if container.is_first]


# Everything that begins, continues, ends or tears a block; long pieces reach the limits.
PIECES = st.sampled_from(
    [
        *(
            "a",
            "b ",
            "word ",
            "\n",
            "\n\n",
            "\r\n",
            "\r",
            "- ",
            "* ",
            "1. ",
            "2. ",
            "7) ",
            "-\n",
            "   - ",
            "  ",
            "    ",
        ),
        *("\t", "> ", ">", "```", "```py\n", "~~~", "```|-\n", "# ", "| a | b |\n", "|---|---|\n", "a|b\n", "|-|-|\n"),
        *("- a | b\n", "1. a | b\n", "---", "***\n", "===", "**x**", "`c`", "[ ] ", "<b>", "[a]: /x\n", "中文", "😀"),
        *("[a]", "[a]: /y", "[b][a]\n", "[b]: /z 'c\n", "d'\n", "[^1]", "[^1]: note\n", "<!-- ", "-->\n", "<pre>\n"),
        *("$", "$$", "$$\n", "\\[\n", "\\]\n", "\\[ x", "\\(", "\\)", "\\begin{align}\n", "\\end{align}\n", "- b\n"),
        *("\\", "x" * 2_500 + "\n", "y " * 3_200, "| c | d |\n" * 300, "  - nested\n" * 500, "line\n" * 700),
    ]
)


@given(
    pieces=st.lists(PIECES, max_size=40),
    sizes=st.lists(st.sampled_from([1, 2, 3, 7, 30, 500]), min_size=1, max_size=8),
    updates=st.lists(st.booleans(), min_size=1, max_size=5),
)
@settings(max_examples=120, deadline=None)
def test_a_streamed_text_ends_as_the_same_segments_as_the_whole_text(
    pieces: list[str], sizes: list[int], updates: list[bool]
) -> None:
    text = "".join(pieces)
    scale = 1 + len(text) // 2_000  # a long text in larger pieces, or this would take minutes
    sizes = [size * scale for size in sizes]
    assert streamed(text, sizes, updates) == whole(text)


def test_headings_paragraphs_and_rules() -> None:
    assert [(s.kind, s.level, s.text) for s in whole("# One\nsome *text*\n\nTwo\n---\n\n***\n")] == [
        (SegmentKind.HEADING, 1, "One"),
        (SegmentKind.PARAGRAPH, 0, "some *text*"),
        (SegmentKind.HEADING, 2, "Two"),
        (SegmentKind.RULE, 0, ""),
    ]


def test_a_segment_knows_the_containers_it_stands_in_and_only_the_first_has_the_label() -> None:
    first, second, nested, quoted = whole("3. one\n\n   more\n   - in\n4. > said\n")
    assert first.containers == (Container(NUMBER, "3."),)
    assert second.containers == (Container(NUMBER, "3.", is_first=False),)
    assert nested.containers == (Container(NUMBER, "3.", is_first=False), Container(BULLET, "•"))
    assert quoted.containers == (Container(NUMBER, "4.", continues_list=True), Container(QUOTE))


def test_the_items_of_a_list_are_counted_from_its_first_number() -> None:
    assert [labels(segment) for segment in whole("7. a\n7. b\n7. c\n\ntext\n\n1. d\n")] == [
        *(["7."], ["8."], ["9."]),
        [],
        ["1."],
    ]


def test_boxes_to_tick_are_labels() -> None:
    open_task, done, plain = whole("- [ ] write\n- [x] test\n- [y] no\n")
    assert (labels(open_task), open_task.text) == (["[ ]"], "write")
    assert (labels(done), done.text) == (["[x]"], "test")
    assert (labels(plain), plain.text) == (["•"], "[y] no")


def test_a_table_has_rows_and_alignments() -> None:
    (table,) = whole("| a | b | c |\n|:-|-:|:-:|\n| 1 | **2** | 3 |\n")
    assert table.rows == (("a", "b", "c"), ("1", "**2**", "3"))
    assert table.alignments == (Alignment.LEFT, Alignment.RIGHT, Alignment.CENTER)


def test_html_is_text_and_what_stands_in_it_is_no_markdown() -> None:
    assert [(s.kind, s.text) for s in whole("<div>\n*x*\n</div>\n\n*y*\n")] == [
        (SegmentKind.LITERAL, "<div>\n*x*\n</div>"),
        (SegmentKind.PARAGRAPH, "*y*"),
    ]


def test_a_link_leads_where_its_definition_says_wherever_that_stands() -> None:
    first, second, third = whole(
        "see [here]\n\n[Here]: https://x.y 'a\ntitle'\n[other]: /z\nand [this][here]\n\n[none]\n"
    )
    assert first.definitions == second.definitions == (("HERE", "https://x.y"),)
    assert (second.text, third.definitions) == ("and [this][here]", ())


def test_a_definition_changes_what_refers_to_it_and_nothing_else() -> None:
    stream = MarkdownStream()
    stream.append("[a] and note[^1]\n\nplain\n\n- [b]\n\nlast\n\n")
    stream.update()
    assert stream.redefined == []
    stream.append("[a]: https://x.y\n\n[^1]: A note.\n\n    Its *end*.\n\n")
    stream.update()
    assert stream.redefined == [0]
    assert stream.segments[0].definitions == (("A", "https://x.y"), ("^1", ""))
    assert [labels(segment) for segment in stream.segments[-2:]] == [["1"], []]
    stream.append("[b]: https://x.z\n")
    stream.update()
    assert stream.redefined == [2]


def test_code_refers_to_nothing_and_a_definition_that_was_none_is_taken_back() -> None:
    assert whole("```\n[a]\n```\n\n[a]: /x\n")[0].definitions == ()
    stream = MarkdownStream()
    stream.append("[a]\n\nplain\n\n[a]: /x")
    stream.update()
    assert stream.segments[0].definitions == (("A", "/x"),)
    stream.append(" and no definition")
    stream.update()
    assert len(stream.segments[0].definitions) == 0
    assert stream.redefined == [0]


def test_the_first_definition_counts() -> None:
    assert whole("[a]\n\n[a]: /one\n\n[a]: /two\n")[0].definitions == (("A", "/one"),)


@pytest.mark.parametrize("fence", ["```", "~~~~", "  ```"])
@pytest.mark.parametrize("end", ["", "\n"])
@pytest.mark.parametrize("body", ["a\n\n  b", "\tx\n ```` \ny", "    deep\n  ```x", "", "\n"])
def test_an_open_fence_takes_lines_as_the_parser_would(fence: str, end: str, body: str) -> None:
    text = f"{fence}Python x\n{body}\n{fence}{end}"
    expected = MarkdownIt("commonmark").parse(text)[0].content.removesuffix("\n")
    first = streamed(text, [1], [True])[0]
    assert (first.kind, first.language, first.text) == (SegmentKind.CODE, "python", expected)


def test_a_fence_that_never_ends_is_code_to_the_end() -> None:
    assert [(s.kind, s.text) for s in whole("hi\n```\na\n\n# b\n")] == [
        (SegmentKind.PARAGRAPH, "hi"),
        (SegmentKind.CODE, "a\n\n# b"),
    ]


@pytest.mark.parametrize(
    ("unit", "first_open"),
    [("- item **x**\n", 1_999), ("paragraph\n\n", 1_999), ("1. one\n   - two\n", 3_998), ("# head\n", 1_999)],
)
def test_only_the_last_block_or_item_is_parsed_again(unit: str, first_open: int) -> None:
    stream = MarkdownStream()
    stream.append(unit * 2_000)
    stream.update()
    stream.append("more")
    assert stream.update() >= first_open - 1


def test_a_marker_that_may_still_become_something_else_is_not_drawn_yet() -> None:
    stream = MarkdownStream()
    stream.append("Things:\n-")
    stream.update()
    assert [(s.kind, s.text) for s in stream.segments] == [(SegmentKind.PARAGRAPH, "Things:")]
    stream.append(" one")
    stream.update()
    assert [labels(s) for s in stream.segments] == [[], ["•"]]


def test_an_endless_line_is_cut_into_pieces_and_loses_nothing() -> None:
    line = "".join(random.Random(1).choice(["word ", "x" * 40]) for _ in range(2_000))
    segments = whole(f"before\n{line}\nafter")
    assert segments[0].text == "before"
    assert segments[-1].text == "after"
    pieces = [segment.text for segment in segments[1:-1]]
    assert "".join(pieces) == line
    assert max(map(len, pieces)) <= PARAGRAPH_LIMIT


@pytest.mark.parametrize("line", ["some words\n", "> some words\n", "  some words\n"])
def test_an_endless_block_is_cut_into_bounded_segments(line: str) -> None:
    segments = whole(line * 4_000)
    assert max(len(segment.text) for segment in segments) <= BLOCK_LIMIT
    assert sum(segment.text.count("words") for segment in segments) == 4_000


def test_a_long_table_repeats_its_header() -> None:
    tables = whole("| name | value |\n|---|---|\n" + "| row | 12345 |\n" * 1_000)
    assert len(tables) > 1
    assert {table.rows[0] for table in tables} == {("name", "value")}
    assert sum(len(table.rows) - 1 for table in tables) == 1_000


def test_long_code_in_a_list_item_stays_in_one_piece() -> None:
    code = "\n".join(f"   line {number}" for number in range(2_000))
    segments = whole(f"1. See:\n   ```c\n{code}\n   ```\n   Done.\n2. Next\n")
    assert [s.kind for s in segments] == [SegmentKind.PARAGRAPH, SegmentKind.CODE, *[SegmentKind.PARAGRAPH] * 2]
    assert segments[1].text.count("\n") == 1_999
    assert labels(segments[-1]) == ["2."]


def test_deep_nesting_ends_without_an_error() -> None:
    assert whole(">" * 500 + " deep")
    assert whole("".join("  " * depth + "- x\n" for depth in range(100)))
