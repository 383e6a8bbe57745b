"""Finding in a conversation: counted, gone to one by one, and drawn where it is."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from chatdesk.core.finding import TextFinder
from chatdesk.core.messages import Part, PartKind
from chatdesk.core.search import Matcher, parse_query
from chatdesk.ui.find_bar import FindBar
from chatdesk.ui.transcript.view import TranscriptView
from tests.ui.transcript.messages import reply, streaming, talk, user
from tests.ui.transcript.work import calls

RICH = """The **needle** is here, [a needle](https://example.org/needle).

```python
needle = 1
```

| a | needle |
|--|--|
| needle | b |
"""


def count(view: TranscriptView, text: str, qtbot: QtBot) -> int:
    view.marks.mark(TextFinder(text))
    qtbot.waitUntil(lambda: not view.marks.is_counting)
    return view.marks.position()[1]


def marked_pixels(view: TranscriptView) -> int:
    """How much of the view has the ground of a mark."""
    image = view.viewport().grab().toImage()
    color = view.column.frame.style.mark.rgb()
    return sum(image.pixel(x, y) == color for x in range(0, image.width(), 2) for y in range(0, image.height(), 2))


def test_what_is_drawn_is_counted_also_in_code_and_tables_and_not_in_addresses(
    view: TranscriptView, qtbot: QtBot
) -> None:
    view.set_messages([user("u", "Where is the needle?"), reply("r", RICH)], {})
    assert count(view, "needle", qtbot) == 6
    assert count(view, "needle is", qtbot) == 1
    assert count(view, "NEEDLE IS HERE, A needle", qtbot) == 1
    assert count(view, "example.org", qtbot) == 0


def test_words_are_found_as_they_are_drawn_whatever_is_marked_within_them(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([reply("r", "A **bo**ld word, [part](https://example.org)ly linked and `half`way in code.")], {})
    assert count(view, "bold", qtbot) == 1
    view.marks.step(1)
    assert marked_pixels(view) > 50
    assert count(view, "partly linked and halfway", qtbot) == 1


def test_marks_are_drawn_where_text_is_drawn(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([reply("r", "A needle.")], {})
    assert marked_pixels(view) == 0
    count(view, "needle", qtbot)
    one = marked_pixels(view)
    assert one > 50
    view.set_messages([reply("r2", "```\nneedle\n```\n\n| needle | needle |\n|--|--|\n| a | b |\n")], {})
    qtbot.waitUntil(lambda: not view.marks.is_counting)
    assert marked_pixels(view) > 2 * one
    view.marks.mark(None)
    assert marked_pixels(view) == 0


def test_marks_are_seen_in_what_is_selected(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([reply("r", "A needle.")], {})
    count(view, "needle", qtbot)
    plain = marked_pixels(view)
    assert plain > 50
    view.pointer.select_all()
    assert marked_pixels(view) == plain


def test_each_mark_is_gone_to_in_turn_and_after_the_last_the_first(view: TranscriptView, qtbot: QtBot) -> None:
    messages = talk(40)
    messages[10] = reply("r5x", "One needle, two needle.")
    messages[60] = user("u30x", "A needle")
    view.set_messages(messages, {})
    view.scroll_to_message(0)
    assert count(view, "needle", qtbot) == 3
    numbers = []
    for _ in range(4):
        assert view.marks.step(1)
        numbers.append(view.marks.position()[0])
        assert marked_pixels(view) > 0
    assert numbers == [1, 2, 3, 1]
    view.marks.step(-1)
    assert view.marks.position() == (3, 3)
    assert view.marks.current == ("u30x", 0)


def test_the_first_match_is_looked_for_from_where_the_reader_is(view: TranscriptView, qtbot: QtBot) -> None:
    messages = talk(40)
    messages[0], messages[78] = user("first", "needle"), user("last", "needle")
    view.set_messages(messages, {})
    count(view, "needle", qtbot)
    view.marks.step(1)
    assert view.marks.current == ("last", 0)


def test_what_is_folded_is_found_and_unfolded(view: TranscriptView, qtbot: QtBot) -> None:
    long = "\n".join(f"Line {number}" for number in range(500)) + "\nneedle at the end"
    thought = replace(
        reply("r", "Said."), parts=(Part(PartKind.REASONING, "A needle thought"), Part(PartKind.TEXT, "Said."))
    )
    view.set_messages([user("u", long), thought], {})
    assert count(view, "needle", qtbot) == 2
    view.scroll_to_message(0)
    for _ in range(2):
        view.marks.step(1)
        qtbot.waitUntil(lambda: marked_pixels(view) > 0)
    assert view.column.unfolded == {"u", "r"}


def test_a_place_far_down_a_long_message_comes_into_view(view: TranscriptView, qtbot: QtBot) -> None:
    code = "```\n" + "\n".join(f"line {number}" for number in range(3000)) + "\n```\n"
    view.set_messages([reply("r", code)], {})
    assert count(view, "line 2345", qtbot) == 1
    view.marks.step(1)
    assert marked_pixels(view) > 0


def test_a_mark_is_gone_to_without_reading_all_of_a_long_reply_again(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([reply("r", "*One* **needle** `here`.\n\n" * 1_000)], {})
    assert count(view, "needle", qtbot) == 1_000
    qtbot.waitUntil(lambda: not view.column.item(0).is_behind)
    costs = [calls(lambda: (view.marks.step(1), view.viewport().repaint())) for _ in range(3)]
    assert max(costs) < 60_000
    assert marked_pixels(view) > 50


def test_many_marks_in_one_paragraph_are_drawn_at_a_cost_that_goes_with_their_number(
    view: TranscriptView, qtbot: QtBot
) -> None:
    def cost(lines: int) -> int:
        view.set_messages([user(f"u{lines}", "needle\n" * lines)], {})
        assert count(view, "needle", qtbot) == lines
        view.viewport().repaint()
        return calls(view.viewport().repaint)

    assert cost(38) < 6 * cost(9)


def test_text_that_comes_is_counted_when_the_reply_has_ended(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "needle?"), streaming("r")], {})
    assert count(view, "needle", qtbot) == 1
    view.append_text("r", 0, "A needle.")
    view.finish(reply("r", "A needle."))
    qtbot.waitUntil(lambda: not view.marks.is_counting)
    assert view.marks.position()[1] == 2


def test_what_a_search_found_is_marked_and_gone_to(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([*talk(30), reply("wanted", "text " * 2000 + "\n\nThe sea is salty."), *talk(1)], {})
    view.marks.show_found("wanted", Matcher(parse_query("salty sea")))
    qtbot.waitUntil(lambda: not view.marks.is_counting)
    assert marked_pixels(view) > 0
    assert view.focused == 60


def test_ten_thousand_messages_are_counted_in_slices(view: TranscriptView, qtbot: QtBot) -> None:
    messages = talk(5000)
    messages[4321] = user("wanted", "needle")
    view.set_messages(messages, {})
    view.marks.mark(TextFinder("needle"))
    beats: list[int] = []
    view.marks.counted.connect(lambda: beats.append(1))
    assert view.marks.is_counting
    qtbot.waitUntil(lambda: not view.marks.is_counting, timeout=20_000)
    assert len(beats) > 1
    view.marks.step(1)
    assert view.marks.current == ("wanted", 0)


# --- the bar ---


@pytest.fixture
def bar(make_view: Callable[[int, int], TranscriptView], qtbot: QtBot) -> FindBar:
    view = make_view(900, 600)
    view.set_messages([user("u", "needle, needle"), reply("r", "A needle.")], {})
    bar = FindBar(view)
    qtbot.addWidget(bar)
    bar.open()
    return bar


def field(bar: FindBar) -> QLineEdit:
    found = bar.findChild(QLineEdit, "find_field")
    assert isinstance(found, QLineEdit)
    return found


def state(bar: FindBar) -> str:
    found = bar.findChild(QLabel, "find_state")
    assert isinstance(found, QLabel)
    return found.text()


def test_the_bar_says_which_of_how_many(bar: FindBar, qtbot: QtBot) -> None:
    field(bar).setText("needle")
    qtbot.waitUntil(lambda: state(bar) == "1 of 3")
    qtbot.keyClick(field(bar), Qt.Key.Key_Return)
    assert state(bar) == "2 of 3"
    qtbot.keyClick(field(bar), Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    bar.find_previous()
    assert state(bar) == "3 of 3"
    field(bar).setText("hay")
    qtbot.waitUntil(lambda: state(bar) == "Nothing found")
    assert not any(
        button.isEnabled() for button in bar.findChildren(QToolButton) if button.objectName() != "find_close"
    )
    field(bar).clear()
    qtbot.waitUntil(lambda: state(bar) == "")


def test_escape_closes_the_bar_and_takes_the_marks_away(bar: FindBar, qtbot: QtBot) -> None:
    field(bar).setText("needle")
    qtbot.waitUntil(lambda: state(bar) == "1 of 3")
    qtbot.keyClick(field(bar), Qt.Key.Key_Escape)
    assert bar.isHidden()
    bar.find_next()
    assert bar.isVisible()
    qtbot.waitUntil(lambda: state(bar) == "1 of 3")


def test_every_control_of_the_bar_has_a_name(bar: FindBar) -> None:
    controls = [*bar.findChildren(QToolButton), *bar.findChildren(QLineEdit)]
    assert len(controls) >= 4
    assert all(control.accessibleName() for control in controls)
