import pytest

from chatdesk.ui.transcript.inline import spans
from chatdesk.ui.transcript.markdown import MarkdownStream
from chatdesk.ui.transcript.maths_rules import is_display, latex_of
from chatdesk.ui.transcript.segments import Segment, SegmentKind

PARAGRAPH, MATHS = SegmentKind.PARAGRAPH, SegmentKind.MATHS


def formulas(text: str) -> list[str]:
    return [span.text for span in spans(text) if span.is_maths]


def whole(text: str) -> list[Segment]:
    stream = MarkdownStream()
    stream.append(text)
    stream.finish()
    stream.update()
    return stream.segments


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the $n$th and $x_1$, $2^n$.", ["$n$", "$x_1$", "$2^n$"]),
        (r"\(a\) and \[b\] and $$c$$", [r"\(a\)", r"\[b\]", "$$c$$"]),
        ("设$x$为$y$的根", ["$x$", "$y$"]),
        ("**bold $x$** and *$a*b$*", ["$x$", "$a*b$"]),
        (r"$a \$ b$", [r"$a \$ b$"]),
        ("triangle $ABC$ with $a = 5$", ["$ABC$", "$a = 5$"]),
        ("$5$ and $10$", ["$5$", "$10$"]),
        (r"$\text{two words}$", [r"$\text{two words}$"]),
    ],
)
def test_formulas_are_found_in_text(text: str, found: list[str]) -> None:
    assert formulas(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "costs $5 and $10",
        "$5-$10",
        "between $5/month to $10/month",
        "US$5 or A$6",
        "$20 for two people, or 30$ for three",
        "set $HOME and $PATH",
        "$HOME/bin:$PATH",
        "`$x$`",
        r"\$x$ and 5$",
        "$ x $",
        "$$",
        r"\(\)",
        r"\[not a link](/foo)",
        "a $ b",
    ],
)
def test_dollars_in_prose_and_code_are_no_formulas(text: str) -> None:
    assert formulas(text) == []


def test_no_text_is_lost_around_formulas() -> None:
    text = r"a $x$$y$ b \(z\)$5 and $v = 2$"
    assert "".join(span.text for span in spans(text)) == text
    assert formulas(text) == ["$y$", r"\(z\)", "$v = 2$"]


@pytest.mark.parametrize(
    "source",
    [
        "$$\na + b\n$$",
        "$$a$$",
        "$$ a\n- b $$",
        "\\[\na\n- b\n= c\n\\]",
        "\\[ a \\]",
        "\\begin{align*}\na &= b \\\\\n# c\n\\end{align*}",
    ],
)
def test_display_formulas_are_blocks_and_their_lines_nothing_else(source: str) -> None:
    assert [(s.kind, s.text) for s in whole(f"before\n{source}\nafter")] == [
        (PARAGRAPH, "before"),
        (MATHS, source),
        (PARAGRAPH, "after"),
    ]


def test_a_display_formula_stands_in_lists_and_quotes() -> None:
    item, formula = whole("- item:\n  $$\n  - x\n  $$\n")
    assert (item.text, formula.kind, formula.text) == ("item:", MATHS, "$$\n- x\n$$")
    assert formula.containers[0].is_first is False
    (quoted,) = whole("> \\[\n> x\n> \\]\n")
    assert (quoted.kind, latex_of(quoted.text)) == (MATHS, "x")


def test_a_formula_without_end_is_a_paragraph_up_to_the_next_blank_line() -> None:
    assert [(s.kind, s.text) for s in whole("$$ a\n- b\n\n- c\n")] == [(PARAGRAPH, "$$ a\n- b"), (PARAGRAPH, "c")]
    assert [s.kind for s in whole("$$ a\n```\nb\n```\n")] == [PARAGRAPH, SegmentKind.CODE]


@pytest.mark.parametrize(
    ("source", "latex", "display"),
    [
        ("$x$", "x", False),
        (r"\( x \)", "x", False),
        ("$$\nx\n$$", "x", True),
        (r"\[x\]", "x", True),
        (r"\begin{align}x\end{align}", r"\begin{align}x\end{align}", True),
    ],
)
def test_marks_are_taken_off(source: str, latex: str, display: bool) -> None:
    assert (latex_of(source), is_display(source)) == (latex, display)
