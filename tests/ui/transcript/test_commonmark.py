"""CommonMark's own examples, compared with what is drawn of them."""

import json
from pathlib import Path

import pytest

from chatdesk.ui.transcript.style import TranscriptStyle, light_style
from tests.ui.transcript.drawn_html import drawn_html, expected_html

EXAMPLES = {
    example["example"]: example
    for example in json.loads((Path(__file__).parent / "commonmark" / "examples.json").read_text(encoding="utf-8"))
}
DEPARTURES = {
    581: "an image without words shows its address",
    602: "an address that stands in the text is a link",
    608: "an address that stands in the text is a link",
    611: "an address that stands in the text is a link",
    630: "the comparison: expected HTML does not tell an entity in a tag that is text from one in text",
    632: "the comparison: a tag that is text, and no tag in the end, looks like a link on one side",
}


@pytest.fixture
def style(qapp: object) -> TranscriptStyle:
    return light_style()


def test_the_specification_s_examples_are_drawn_as_it_says(style: TranscriptStyle) -> None:
    different = {
        number
        for number, example in EXAMPLES.items()
        if drawn_html(example["markdown"], style) != expected_html(example["html"])
    }
    assert len(EXAMPLES) == 652
    assert different == set(DEPARTURES)
    assert len(different) / len(EXAMPLES) <= 0.01


@pytest.mark.parametrize(
    ("drawn", "expected"),
    [
        ("*a*", "<p>a</p>"),
        ("a", "<p><strong>a</strong></p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n</ul>\n<ul>\n<li>b</li>\n</ul>"),
        ("- a\n  - b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("> a\n\n> b", "<blockquote>\n<p>a</p>\n<p>b</p>\n</blockquote>"),
        ("2. a", "<ol>\n<li>a</li>\n</ol>"),
        ("[a](/x)", '<p><a href="/y">a</a></p>'),
        ("    a", "<p>a</p>"),
        ("# a", "<h2>a</h2>"),
    ],
)
def test_the_comparison_sees_differences(style: TranscriptStyle, drawn: str, expected: str) -> None:
    assert drawn_html(drawn, style) != expected_html(expected)
