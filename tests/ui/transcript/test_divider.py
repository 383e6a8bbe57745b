from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from chatdesk.ui.transcript.boxes import ButtonKind
from chatdesk.ui.transcript.divider import NOTHING_UNSENT, Unsent, last_unsent
from chatdesk.ui.transcript.style import dark_style
from chatdesk.ui.transcript.view import TranscriptView
from tests.ui.transcript.looking import screen_y
from tests.ui.transcript.messages import reply, streaming, talk, user

ALT = Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton
NAME = QAccessible.Text.Name


def first(count: int) -> frozenset[str]:
    """The ids of the first messages of `talk`."""
    return frozenset(message.id for message in talk(count)[:count])


def left_out(count: int) -> Unsent:
    return Unsent(left_out=first(count))


def summarised(count: int) -> Unsent:
    return Unsent(summarised=first(count))


def words(view: TranscriptView) -> str:
    assert view.column.divider is not None
    return view.column.divider.box.words


def press(view: TranscriptView, qtbot: QtBot, kind: ButtonKind) -> None:
    assert view.column.divider is not None
    button = next(button for button in view.column.divider.box.buttons() if button.kind is kind)
    qtbot.mouseClick(view.viewport(), LEFT, pos=view.divider_rect().topLeft() + button.rect.center())


def give_keyboard(view: TranscriptView, qtbot: QtBot) -> None:
    view.activateWindow()
    view.clearFocus()
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(view.hasFocus)


def node_of(view: TranscriptView) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(view)


# --- where it stands ---


@pytest.mark.parametrize(
    ("sent", "below"),
    [
        ("++++", None),
        ("--++", 1),
        ("+---++", 3),  # keep first and last
        ("--p--+", 4),  # a pinned message is sent, and the stretch goes on behind it
        ("----++-+", 3),  # a message refused later is no stretch of its own
        ("----", 3),
    ],
)
def test_the_divider_ends_the_longest_stretch_that_is_not_sent(sent: str, below: int | None) -> None:
    messages = [replace(user(str(n), "x"), is_pinned=mark == "p") for n, mark in enumerate(sent)]
    unsent = Unsent(left_out=frozenset(str(n) for n, mark in enumerate(sent) if mark == "-"))
    assert last_unsent(messages, unsent) == below


@given(marks=st.lists(st.sampled_from("+-p"), max_size=40))
def test_the_divider_stands_below_a_message_that_is_not_sent_if_there_is_one(marks: list[str]) -> None:
    messages = [replace(user(str(n), "x"), is_pinned=mark == "p") for n, mark in enumerate(marks)]
    unsent = Unsent(left_out=frozenset(str(n) for n, mark in enumerate(marks) if mark == "-"))
    below = last_unsent(messages, unsent)
    assert (below is None) == ("-" not in marks)
    assert below is None or marks[below] == "-"


def test_the_divider_stands_between_the_two_messages_and_touches_neither(view: TranscriptView) -> None:
    view.set_messages(talk(3), {})
    view.set_unsent(left_out(2))
    rect = view.divider_rect()
    assert view.message_rect(1).bottom() < rect.top()
    assert rect.bottom() < view.message_rect(2).top()
    assert rect.width() == view.column.width


@pytest.mark.parametrize(
    ("unsent", "expected"),
    [
        (left_out(1), "1 earlier message is no longer sent"),
        (left_out(8), "8 earlier messages are no longer sent"),
        (summarised(1), "1 earlier message summarised"),
        (summarised(12), "12 earlier messages summarised"),
        (
            Unsent(left_out=first(9) - first(6), summarised=first(6)),
            "6 earlier messages summarised · 3 earlier messages are no longer sent",
        ),
    ],
)
def test_the_divider_counts_what_became_of_the_messages(view: TranscriptView, unsent: Unsent, expected: str) -> None:
    view.set_messages(talk(10), {})
    view.set_unsent(unsent)
    assert words(view) == expected


def test_only_messages_of_the_path_that_is_shown_are_counted(view: TranscriptView) -> None:
    view.set_messages(talk(2), {})
    view.set_unsent(Unsent(left_out=first(2) | {"on another path"}))
    assert words(view) == "2 earlier messages are no longer sent"


def test_another_conversation_has_no_divider_and_the_same_one_keeps_it(view: TranscriptView) -> None:
    view.set_messages(talk(5), {})
    view.set_unsent(left_out(4))
    view.set_messages([*talk(5), user("next", "more")], {})
    assert view.column.divider is not None
    view.set_messages([user("x", "hello", "other")], {})
    assert view.column.divider is None
    assert view.divider_rect().isEmpty()


# --- what it leaves alone ---


def test_no_message_is_drawn_anew_when_the_divider_comes_moves_and_goes(view: TranscriptView) -> None:
    view.set_messages([*talk(20), user("u", "go"), streaming("r")], {})
    view.append_text("r", 0, "Once upon a time")
    items = {index: view.column.known_item(index) for index in range(42)}
    boxes = {index: [*item.boxes] for index, item in items.items() if item is not None}
    for unsent in (left_out(4), left_out(10), summarised(10), NOTHING_UNSENT):
        view.set_unsent(unsent)
        for index, item in items.items():
            assert item is None or view.column.known_item(index) is item
            assert item is None or item.boxes == boxes[index]


def test_the_same_measurement_again_paints_nothing(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages(talk(5), {})
    view.set_unsent(left_out(4))
    box = view.column.divider
    view.set_unsent(left_out(4))
    assert view.column.divider is box


@pytest.mark.parametrize("count", [2, 30, 58])
def test_what_the_reader_looks_at_stays_put_when_the_divider_appears(view: TranscriptView, count: int) -> None:
    view.set_messages(talk(30), {})
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    index = view.column.at(bar.value())
    before = screen_y(view, index)
    view.set_unsent(left_out(count))
    assert screen_y(view, index) == before
    view.set_unsent(NOTHING_UNSENT)
    assert screen_y(view, index) == before


def test_at_the_end_the_end_stays_in_view(view: TranscriptView) -> None:
    view.set_messages(talk(30), {})
    before = screen_y(view, 59)
    view.set_unsent(left_out(50))
    assert screen_y(view, 59) == before
    assert view.follows


def test_a_selection_reaches_across_the_divider_and_does_not_hold_its_words(view: TranscriptView) -> None:
    view.set_messages([user("u0", "one"), user("u1", "two")], {})
    view.set_unsent(left_out(1))
    view.pointer.select_all()
    assert view.pointer.selected_text() == "one\n\ntwo"


# --- what can be done ---


def test_a_summary_can_be_viewed_and_undone_by_a_click(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages(talk(2), {})
    view.set_unsent(summarised(2))
    with qtbot.waitSignal(view.summary_requested):
        press(view, qtbot, ButtonKind.VIEW_SUMMARY)
    with qtbot.waitSignal(view.summary_undo_requested):
        press(view, qtbot, ButtonKind.UNDO_SUMMARY)


def test_where_messages_are_left_out_the_divider_leads_to_the_map(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages(talk(2), {})
    view.set_unsent(left_out(2))
    with qtbot.waitSignal(view.context_requested):
        press(view, qtbot, ButtonKind.SHOW_CONTEXT)


def test_the_pointer_is_a_hand_over_a_button_of_the_divider_only(view: TranscriptView) -> None:
    view.set_messages(talk(2), {})
    view.set_unsent(summarised(2))
    assert view.column.divider is not None
    button = view.column.divider.box.buttons()[0]
    view.pointer.move(view.divider_rect().topLeft() + button.rect.center(), Qt.MouseButton.NoButton)
    assert view.viewport().cursor().shape() is Qt.CursorShape.PointingHandCursor
    assert view.pointer.tooltip_at(view.divider_rect().topLeft() + button.rect.center()) == "View or edit"
    view.pointer.move(view.divider_rect().topLeft() + QPoint(2, 2), Qt.MouseButton.NoButton)
    assert view.viewport().cursor().shape() is Qt.CursorShape.ArrowCursor


def test_the_keyboard_stops_at_the_divider_on_its_way_down_and_up(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages(talk(10), {})
    view.set_unsent(left_out(4))
    give_keyboard(view, qtbot)
    view.show_message("r1")
    stops = []
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_Up):
        qtbot.keyClick(view, key, ALT)
        stops.append("divider" if view.is_divider_focused else view.focused)
        assert view.is_divider_focused == (view.focused is None)
    assert stops == ["divider", 4, "divider", 3]


def test_below_a_divider_at_the_end_there_is_nothing_to_stop_at(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages(talk(2), {})
    view.set_unsent(left_out(4))
    give_keyboard(view, qtbot)
    for _ in range(2):
        qtbot.keyClick(view, Qt.Key.Key_Down, ALT)
        assert view.is_divider_focused


def test_the_keyboard_brings_the_divider_into_view_with_a_ring(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages(talk(30), {})
    view.set_unsent(left_out(4))
    give_keyboard(view, qtbot)
    view.show_message("r1")
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert view.divider_rect().bottom() < 0
    before = view.viewport().grab().toImage()
    qtbot.keyClick(view, Qt.Key.Key_Down, ALT)
    assert view.viewport().rect().contains(view.divider_rect())
    assert view.viewport().grab().toImage() != before


# The platform without a screen has no window manager to raise a menu.
@pytest.mark.qt_log_ignore("This plugin does not support")
def test_return_offers_what_the_divider_offers(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages(talk(3), {})
    view.set_unsent(summarised(2))
    give_keyboard(view, qtbot)
    view.show_message("r0")
    qtbot.keyClick(view, Qt.Key.Key_Down, ALT)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert [action.text() for action in menu.actions()] == ["View or edit", "Undo"]
    with qtbot.waitSignal(view.summary_undo_requested):
        menu.actions()[1].trigger()
    menu.close()


def test_when_the_divider_goes_the_keyboard_is_on_no_divider(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages(talk(3), {})
    view.set_unsent(left_out(6))
    give_keyboard(view, qtbot)
    qtbot.keyClick(view, Qt.Key.Key_Down, ALT)
    assert view.is_divider_focused
    view.set_unsent(NOTHING_UNSENT)
    assert not view.is_divider_focused
    qtbot.keyClick(view, Qt.Key.Key_Up, ALT)
    assert view.focused == 5


# --- for screen readers ---


def test_the_divider_is_read_in_its_place_with_its_actions(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages(talk(2), {})
    view.set_unsent(summarised(2))
    node = node_of(view)
    assert node.childCount() == 5
    divider = node.child(2)
    assert divider.text(NAME) == "2 earlier messages summarised"
    assert node.child(3).text(NAME) == "You: Question 1?"
    assert [node.indexOfChild(node.child(place)) for place in range(5)] == [0, 1, 2, 3, 4]
    center = divider.rect().center()
    assert node.childAt(center.x(), center.y()) is divider
    actions = divider.actionInterface()
    assert [actions.localizedActionName(name) for name in actions.actionNames()] == ["View or edit", "Undo"]
    with qtbot.waitSignal(view.summary_requested):
        actions.doAction("view_summary")
    give_keyboard(view, qtbot)
    view.show_message("r0")
    qtbot.keyClick(view, Qt.Key.Key_Down, ALT)
    assert node.focusChild() is divider
    assert divider.state().focused


def test_a_divider_that_is_gone_answers_harmlessly(view: TranscriptView) -> None:
    view.set_messages(talk(2), {})
    view.set_unsent(summarised(2))
    divider = node_of(view).child(2)
    view.set_unsent(NOTHING_UNSENT)
    assert not divider.isValid()
    assert divider.text(NAME) == ""
    assert divider.actionInterface().actionNames() == []
    assert divider.state().invalid
    assert node_of(view).indexOfChild(divider) == -1


# --- how it looks ---


@pytest.mark.parametrize("width", [320, 500, 1600])
def test_the_divider_fits_every_width(make_view: Callable[[int, int], TranscriptView], width: int) -> None:
    view = make_view(width, 600)
    view.set_messages(talk(10), {})
    view.set_unsent(Unsent(left_out=first(9) - first(6), summarised=first(6)))
    assert view.column.divider is not None
    box = view.column.divider.box
    for button in box.buttons():
        assert button.rect.left() >= 0
        assert button.rect.right() < view.column.width
    low = box.height
    view.resize(1600, 600)
    assert view.column.divider.box.height <= low
    assert view.divider_rect().width() == view.column.width


def test_a_divider_far_above_is_brought_into_view_whole(view: TranscriptView) -> None:
    answer = "One.\n\n- a\n- b\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n" + "And what is to be said of it. " * 12
    messages = [message for n in range(40) for message in (user(f"u{n}", "And then?"), reply(f"r{n}", answer))]
    view.set_messages(messages, {})
    for count in (60, 61):
        view.scroll_to_end()
        view.set_unsent(Unsent(left_out=frozenset(message.id for message in messages[:count])))
        view.scroll_to_divider()
        assert view.viewport().rect().contains(view.divider_rect())


def test_the_divider_takes_other_colours_and_sizes(view: TranscriptView) -> None:
    view.set_messages(talk(3), {})
    view.set_unsent(left_out(4))
    view.scroll_to_divider()
    before = view.viewport().grab(view.divider_rect()).toImage()
    low = view.divider_rect().height()
    view.set_style(dark_style(text_px=30))
    assert view.divider_rect().height() > low
    assert view.viewport().grab(view.divider_rect()).toImage() != before
