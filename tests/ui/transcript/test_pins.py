from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from pytestqt.qtbot import QtBot

from chatdesk.ui.transcript.boxes import ButtonKind
from chatdesk.ui.transcript.view import TranscriptView
from tests.ui.transcript.looking import button_point, kinds
from tests.ui.transcript.messages import reply, streaming, talk, user


def names(view: TranscriptView, index: int) -> list[str]:
    return [verb.name for verb in view.verbs.of(index)]


def test_a_message_is_marked_while_it_is_pinned_and_only_its_foot_is_drawn_anew(view: TranscriptView) -> None:
    messages = talk(2)
    view.set_messages(messages, {})
    for index in (0, 1):
        content = view.column.item(index).boxes[:-1]
        view.update_message(replace(messages[index], is_pinned=True))
        assert ButtonKind.UNPIN in kinds(view, index)
        view.update_message(messages[index])
        assert ButtonKind.UNPIN not in kinds(view, index)
        assert view.column.item(index).boxes[:-1] == content


def test_the_mark_is_seen_when_the_quiet_buttons_are_not(view: TranscriptView) -> None:
    messages = talk(3)
    view.set_messages(messages, {})
    view.scroll_to_message(0)
    before = view.viewport().grab(view.message_rect(0)).toImage()
    assert not view.is_active(0)
    view.update_message(replace(messages[0], is_pinned=True))
    assert view.viewport().grab(view.message_rect(0)).toImage() != before


def test_that_there_are_other_versions_is_seen_when_the_quiet_buttons_are_not(view: TranscriptView) -> None:
    messages = talk(3)
    view.set_messages(messages, {})
    view.scroll_to_message(1)
    before = view.viewport().grab(view.message_rect(1)).toImage()
    view.set_messages(messages, {messages[1].id: (2, 3)})
    assert not view.is_active(1)
    assert view.viewport().grab(view.message_rect(1)).toImage() != before


def test_pinning_is_asked_for_by_its_verb_and_undone_by_the_mark(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([user("u", "I eat no nuts."), replace(reply("r", "Noted."), is_pinned=True)], {})
    with qtbot.waitSignal(view.pin_requested) as pinned:
        next(verb for verb in view.verbs.of(0) if verb.name == "pin").run()
    assert pinned.args == ["u", True]
    with qtbot.waitSignal(view.pin_requested) as unpinned:
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=button_point(view, 1, ButtonKind.UNPIN))
    assert unpinned.args == ["r", False]


def test_the_verb_is_the_opposite_of_what_is(view: TranscriptView) -> None:
    view.set_messages([user("u", "one"), replace(user("v", "two"), is_pinned=True)], {})
    assert names(view, 0) == ["copy", "pin"]
    assert names(view, 1) == ["copy", "unpin"]


def test_a_reply_that_is_being_written_cannot_be_pinned(view: TranscriptView) -> None:
    view.set_messages([user("u", "go"), streaming("r")], {})
    view.append_text("r", 0, "Once")
    assert "pin" not in names(view, 1)


def test_a_screen_reader_hears_that_a_message_is_pinned(view: TranscriptView) -> None:
    view.set_messages([replace(user("u", "go"), is_pinned=True), replace(reply("r", "hi"), is_pinned=True)], {})
    node = QAccessible.queryAccessibleInterface(view)
    assert node.child(0).text(QAccessible.Text.Description) == "Pinned"
    assert node.child(1).text(QAccessible.Text.Description).startswith("Pinned · 128 tokens")
