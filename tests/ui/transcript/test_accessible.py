import gc
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QPoint
from PySide6.QtGui import QAccessible, QAccessibleInterface
from pytestqt.qtbot import QtBot

from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.messages import FinishReason, ReplyStatus
from chatdesk.ui.transcript.style import light_style
from chatdesk.ui.transcript.view import TranscriptView
from tests.ui.transcript.looking import clipboard
from tests.ui.transcript.messages import reply, streaming, talk, user

NAME, DESCRIPTION = QAccessible.Text.Name, QAccessible.Text.Description


def node_of(view: TranscriptView) -> QAccessibleInterface:
    return QAccessible.queryAccessibleInterface(view)


def names(view: TranscriptView) -> list[str]:
    node = node_of(view)
    return [node.child(index).text(NAME) for index in range(node.childCount())]


def test_every_message_is_a_child_painted_or_not(view: TranscriptView) -> None:
    view.set_messages(talk(500), {})
    node = node_of(view)
    assert node.role() == QAccessible.Role.List
    assert node.text(NAME) == "Conversation"
    assert node.childCount() == 1_000
    first, last = node.child(0), node.child(999)
    assert first.text(NAME) == "You: Question 0?"
    assert first.role() == QAccessible.Role.ListItem
    assert first.parent() is node
    assert node.indexOfChild(first) == 0
    assert first.state().offscreen
    assert not last.state().offscreen


def test_a_message_is_read_without_marks_and_with_its_figures(view: TranscriptView) -> None:
    view.set_messages([reply("r", "# Title\n\nSome **bold** `code`\n\n1. one\n2. two\n")], {})
    child = node_of(view).child(0)
    assert child.text(NAME) == "SmolLM2: Title\nSome bold code\n1. one\n2. two"
    assert child.text(DESCRIPTION) == "128 tokens · 41.3 tokens/s · first token after 0.4 s · done"


def test_a_streaming_waiting_or_failed_reply_is_read_as_it_is_seen(view: TranscriptView) -> None:
    error = ErrorDetail(ErrorCode.NO_MODEL)
    failed = reply("f", "", ReplyStatus.FAILED, FinishReason.ERROR, error)
    view.set_messages([failed, reply("w", "", ReplyStatus.WAITING), streaming("s")], {})
    view.append_text("s", 0, "Hel")
    view.append_text("s", 3, "lo")
    assert names(view) == [
        "SmolLM2: Sorry: No model is loaded. Choose one in the model picker.",
        "SmolLM2: Waiting…",
        "SmolLM2: Hello",
    ]


def test_what_can_be_done_with_a_message_are_its_actions(view: TranscriptView, qtbot: QtBot) -> None:
    text = "[a](https://a.b) [c](https://c.d)\n\n```\nx\n```"
    view.set_messages([user("u", "mine"), reply("r", text)], {"r": (1, 2)})
    node = node_of(view)
    assert node.child(0).actionInterface().actionNames() == ["copy", "pin"]
    actions = node.child(1).actionInterface()
    assert actions.actionNames() == [
        "copy",
        "regenerate",
        "pin",
        "origin",
        "replay",
        "next_version",
        "open_link",
        "open_link_2",
        "copy_code",
        "save_code",
        "wrap_code",
    ]
    assert actions.localizedActionName("open_link_2") == "Open https://c.d"
    with qtbot.waitSignal(view.regenerate_requested) as regenerate:
        actions.doAction("regenerate")
    assert regenerate.args == ["r"]
    with qtbot.waitSignal(view.link_activated) as opened:
        actions.doAction("open_link_2")
    assert opened.args == ["https://c.d"]
    actions.doAction("copy_code")
    assert clipboard() == "x"
    actions.doAction("no such thing")


def test_a_message_is_found_where_it_is_on_the_screen(view: TranscriptView) -> None:
    view.set_messages([user("u", "go"), reply("r", "hi there")], {})
    node = node_of(view)
    rect = node.child(1).rect()
    assert rect.topLeft() == view.viewport().mapToGlobal(view.message_rect(1).topLeft())
    found = node.childAt(rect.center().x(), rect.center().y())
    assert found is node.child(1)
    corner = view.viewport().mapToGlobal(QPoint(1, 590))
    assert node.childAt(corner.x(), corner.y()) is None


def test_the_button_that_jumps_to_the_end_comes_behind_the_messages(view: TranscriptView) -> None:
    view.set_messages(talk(50), {})
    assert names(view)[-1].startswith("SmolLM2: ")
    view.verticalScrollBar().setValue(0)
    assert names(view)[-1] == "Jump to newest"
    node = node_of(view)
    assert node.indexOfChild(node.child(100)) == 100


def test_the_focused_message_is_told(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages(talk(2), {})
    view.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    view.focused = 1
    node = node_of(view)
    assert node.focusChild() is node.child(1)
    assert node.child(1).state().focused
    assert not node.child(0).state().focused


def test_a_message_that_is_gone_answers_harmlessly(view: TranscriptView) -> None:
    view.set_messages(talk(2), {})
    old = [node_of(view).child(index) for index in range(4)]
    view.set_messages([user("x", "another", "other")], {})
    assert names(view) == ["You: another"]
    assert not any(shiboken6.isValid(child) for child in old)


def test_views_come_and_go_while_their_messages_are_held(
    qtbot: QtBot, make_view: Callable[[int, int], TranscriptView]
) -> None:
    make_view(300, 300)
    held = []
    for _ in range(10):
        view = TranscriptView(light_style(), str)
        view.set_messages([*talk(3), streaming("s")], {})
        held += [node_of(view).child(index) for index in range(7)]
        view.add_message(user("v", "more"))
        view.finish(reply("s", "done"))
        view.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        del view
        gc.collect()
    for child in held:
        if shiboken6.isValid(child):
            assert not child.isValid()
            assert child.text(NAME) == ""
            assert child.actionInterface().actionNames() == []
