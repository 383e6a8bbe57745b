"""However strange a text is, drawing it is done in small steps, and no word of it is lost."""

import pytest
from pytestqt.qtbot import QtBot

from chatdesk.ui.transcript import message_item
from chatdesk.ui.transcript.code_box import CodeBox
from chatdesk.ui.transcript.inline import segment_spans, spans
from chatdesk.ui.transcript.markdown import BLOCK_LIMIT, MOST_LEVELS, MarkdownStream, parser
from chatdesk.ui.transcript.markdown_rules import MOST_CELLS
from chatdesk.ui.transcript.segments import ContainerKind, SegmentKind
from chatdesk.ui.transcript.view import TranscriptView
from tests.ui.transcript.looking import screen_y, shown_text
from tests.ui.transcript.messages import reply, streaming, user
from tests.ui.transcript.work import calls

LINES = 2_000
# Some ten thousand of them take a millisecond, with all that is done between them.
MOST_CALLS = 400_000
WORD = "needle"

STRANGE = {
    "bullets on a line": "- " * 30 + f"{WORD}\n",
    "bullets in an item": f"  - - - - - - {WORD}\n",
    "numbers on a line": "1. " * 20 + f"{WORD}\n",
    "quotes on a line": ">" * 60 + f" {WORD}\n",
    "quotes and lists": "> - 1. " * 10 + f"{WORD}\n",
    "deeper and deeper": "".join("  " * depth + f"- {WORD}\n" for depth in range(40)),
    "deeper quotes": "".join("> " * depth + f"{WORD}\n" for depth in range(40)),
    "one paragraph": f"{WORD}\n",
    "one quote": f"> {WORD} and other words\n",
    "brackets": "[" * 300 + WORD + "]" * 300 + "\n\n",
    "open brackets": "[a](" * 200 + WORD + "\n\n",
    "pictures": "![" * 200 + WORD + "](x)" * 200 + "\n\n",
    "stars": "*a " * 300 + WORD + "\n\n",
    "stars in words": "*a**" * 300 + WORD + "\n\n",
    "all stars": "a*" * 2_900 + WORD + "\n\n",
    "all ticks": "`a" * 2_900 + WORD + "\n\n",
    "underscores": "_" * 700 + WORD + "\n\n",
    "ticks": "` `` ``` ```` " * 60 + WORD + "\n\n",
    "dollars": "$a $ b" * 150 + WORD + "\n\n",
    "tags": "<a " * 300 + WORD + "\n\n",
    "html": f"<div><b>{WORD}\n\n",
    "entities": "&amp" * 200 + WORD + "\n\n",
    "notes": f"[^a]: [^b]: [^c]: {WORD}\n\n",
    "definitions": f"[{WORD}]: /x\n[{WORD}]\n\n",
    "addresses": "https://x.y/" * 60 + WORD + "\n\n",
    "narrow tables": f"|{WORD}|b|\n|-|-|\n|c|d|\n\n",
    "a wide table": "|".join([WORD] * 240) + "\n" + "|".join(["-"] * 240) + "\n" + "a|\n" * 300 + "\n",
    "a long table": f"|{WORD}|b|c|d|e|f|g|h|\n|-|-|-|-|-|-|-|-|\n" + "|\n" * 700 + "\n",
    "fences": f"```\n{WORD}\n```\n",
    "code in an item": f"- a\n  ```\n  {WORD}\n  ```\n",
}


def strange(kind: str) -> str:
    unit = STRANGE[kind]
    text = unit * max(LINES // unit.count("\n"), 1)
    return f"- first\n{text}" if kind == "bullets in an item" else text


@pytest.fixture(scope="module", autouse=True)
def _warm() -> None:
    parser()
    spans("*a* [b](c) `d` <e> $f$")


@pytest.mark.parametrize("kind", STRANGE)
def test_a_long_text_is_read_in_small_steps_and_to_its_end(kind: str) -> None:
    stream = MarkdownStream()
    stream.append(strange(kind))
    stream.finish()
    costs = [calls(lambda: stream.update(message_item.STEP_LINES))]
    while stream.unread:
        costs.append(calls(lambda: stream.update(message_item.STEP_LINES)))
    assert max(costs) < MOST_CALLS
    shown = sum(
        segment.text.count(WORD) + sum(cell.count(WORD) for row in segment.rows[:1] for cell in row)
        for segment in stream.segments
    )
    defined = strange(kind).count(f"[{WORD}]:")
    assert shown >= strange(kind).count(WORD) - defined


@pytest.mark.parametrize("kind", STRANGE)
def test_a_piece_of_text_that_streams_in_costs_little_however_long_the_reply_is(kind: str) -> None:
    text = strange(kind)
    stream = MarkdownStream()
    start = len(text) // 2
    stream.append(text[:start])
    stream.update()
    costs = []
    for offset in range(start, min(start + 6_000, len(text)), 60):
        stream.append(text[offset : offset + 60])
        costs.append(calls(stream.update))
    assert max(costs) < MOST_CALLS


@pytest.mark.parametrize("kind", STRANGE)
def test_what_is_drawn_at_once_is_bounded(kind: str) -> None:
    stream = MarkdownStream()
    stream.append(strange(kind))
    stream.finish()
    stream.update()
    some = stream.segments[:: max(len(stream.segments) // 50, 1)]
    for segment in some:
        levels = sum(1 + (container.kind is not ContainerKind.QUOTE) for container in segment.containers)
        assert levels <= MOST_LEVELS + 1
        if segment.kind is SegmentKind.TABLE:
            assert sum(map(len, segment.rows)) <= MOST_CELLS
        elif segment.kind is not SegmentKind.CODE:
            assert len(segment.text) <= BLOCK_LIMIT
            assert calls(lambda segment=segment: segment_spans(segment)) < MOST_CALLS  # type: ignore[misc]  # mypy cannot type a lambda's defaults


@pytest.mark.parametrize("text", [">" * 500 + " deep", "- " * 500 + "deep", "1. " * 100 + "deep"])
def test_marks_that_lead_too_deep_are_text(text: str) -> None:
    stream = MarkdownStream()
    stream.append(text)
    stream.finish()
    stream.update()
    (segment,) = stream.segments
    assert segment.text.endswith("deep")
    assert segment.text.count(text[0]) + len(segment.containers) == text.count(text[0])


def test_a_list_that_is_too_deep_ends_where_a_shallower_one_goes_on() -> None:
    text = "".join("  " * depth + f"- {depth}\n" for depth in range(40)) + "- next\n"
    stream = MarkdownStream()
    stream.append(text)
    stream.finish()
    stream.update()
    assert stream.segments[-1].text == "next"
    assert len(stream.segments[-1].containers) == 1


def test_code_in_a_list_item_may_be_longer_than_all_that_is_read_at_a_time() -> None:
    code = "\n".join(f"   line {number} of a long listing" for number in range(4_000))
    stream = MarkdownStream()
    stream.append(f"1. See:\n   ```c\n{code}\n   ```\n   Done.\n2. Next\n")
    stream.update()
    assert [segment.text.count("\n") for segment in stream.segments] == [0, 3_999, 0, 0]


# --- in the view ---


def long_text() -> str:
    return "".join(f"Paragraph **{number}** with some words.\n\n- a\n- b\n\n" for number in range(1_500))


def test_a_long_reply_is_opened_in_steps_and_ends_as_one_that_was_read_at_once(
    view: TranscriptView, qtbot: QtBot
) -> None:
    text = long_text()
    view.set_messages([user("u", "go"), reply("r", text)], {})
    item = view.column.item(1)
    assert item.is_behind
    bar = view.verticalScrollBar()
    assert bar.value() == bar.maximum()
    qtbot.waitUntil(lambda: not item.is_behind)
    assert bar.value() == bar.maximum()
    drawn = shown_text(view, 1)
    assert drawn.endswith("Paragraph 1499 with some words.\na\nb")
    whole = message_item.MessageItem(view.column.messages[1], view.column.frame, item.width)
    whole.complete()
    assert drawn == "\n".join(box.text for box in whole.boxes if box.text)


def test_the_place_in_a_long_reply_is_kept_when_it_is_drawn_in_other_looks(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "go"), reply("r", long_text())], {})
    qtbot.waitUntil(lambda: not view.column.item(1).is_behind)
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() * 3 // 4)
    box = view.column.item(1).box_at(view.verticalScrollBar().value() - view.column.top(1)) + 1
    before = screen_y(view, 1, box)
    words = view.column.item(1).boxes[box].text
    view.set_style(view.column.frame.style)
    assert view.column.item(1).boxes[box].text == words
    assert abs(screen_y(view, 1, box) - before) < 40


def test_all_of_a_long_reply_can_be_copied_before_it_is_drawn(view: TranscriptView) -> None:
    view.set_messages([user("u", "go"), reply("r", long_text())], {})
    view.pointer.select_all()
    assert view.column.item(1).is_behind
    assert "Paragraph 1499 with some words." in view.pointer.selected_text()


def test_a_reply_that_streams_on_while_its_beginning_is_read_is_all_there(view: TranscriptView, qtbot: QtBot) -> None:
    text = long_text()
    half = len(text) // 2
    view.set_messages([user("u", "go"), streaming("r")], {})
    view.append_text("r", 0, text[:half])
    view.set_style(view.column.frame.style)
    item = view.column.item(1)
    assert item.is_behind
    view.append_text("r", half, text[half:])
    view.finish(reply("r", text))
    qtbot.waitUntil(lambda: not view.column.item(1).is_behind)
    assert shown_text(view, 1).count("Paragraph") == 1_500


def test_code_that_begins_where_a_step_ends_is_drawn(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([reply("r", "a\n\n" * (message_item.STEP_LINES // 2) + "```\n")], {})
    qtbot.waitUntil(lambda: not view.column.item(0).is_behind)
    assert any(isinstance(box, CodeBox) for box in view.column.item(0).boxes)
