import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QLineEdit, QListView
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from chatdesk.core.conversations import Conversation
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import ModelLoadProgressed
from chatdesk.core.model_files import ModelFile, ModelOrigin
from chatdesk.ui.bridge import EventBridge
from chatdesk.ui.sidebar import ConversationItemModel, Sidebar
from chatdesk.ui.wording import error_words

STARTER = ModelFile("/m/Starter & Co-Q4_1.gguf", 98_000_000, 1.0, ModelOrigin.STARTER)
OTHER = ModelFile("/m/Other-Q8_0.gguf", 4_100_000_000, 1.0)


def conversation(number: int, updated_at: float | None = None) -> Conversation:
    return Conversation(f"id{number}", f"Title {number}", number, number if updated_at is None else updated_at)


def titles(rows: ConversationItemModel) -> list[str]:
    return [rows.index(row).data() for row in range(rows.rowCount())]


# --- bridge ---


def test_events_of_many_threads_all_arrive_in_the_order_of_each(qtbot: QtBot) -> None:
    bridge = EventBridge()
    received: list[ModelLoadProgressed] = []
    bridge.received.connect(received.append)

    def post(model: ModelFile) -> None:
        for step in range(500):
            bridge.post(ModelLoadProgressed(model, step))

    threads = [threading.Thread(target=post, args=(model,)) for model in (STARTER, OTHER)]
    for thread in threads:
        thread.start()
    qtbot.waitUntil(lambda: len(received) == 1000, timeout=10_000)
    for thread in threads:
        thread.join()
    for model in (STARTER, OTHER):
        assert [event.fraction for event in received if event.model == model] == list(range(500))


def test_after_closing_nothing_arrives(qtbot: QtBot) -> None:
    bridge = EventBridge()
    received: list[object] = []
    bridge.received.connect(received.append)
    bridge.post(ModelLoadProgressed(OTHER, 0.0))
    bridge.close()
    bridge.post(ModelLoadProgressed(OTHER, 1.0))
    QCoreApplication.processEvents()
    assert received == []


# --- sidebar ---


def test_conversations_keep_the_order_of_their_last_use(qtmodeltester: ModelTester) -> None:
    rows = ConversationItemModel()
    qtmodeltester.check(rows)
    rows.set_all([conversation(3), conversation(2), conversation(1)])
    rows.put(conversation(4))
    rows.put(replace(conversation(1), updated_at=9.0))
    rows.put(replace(conversation(2), title="Renamed"))
    rows.take("id3")
    rows.take("unknown")
    assert titles(rows) == ["Title 1", "Title 4", "Renamed"]


def test_a_conversation_moves_down_when_an_undo_gives_it_its_old_time(qtmodeltester: ModelTester) -> None:
    rows = ConversationItemModel()
    qtmodeltester.check(rows)
    rows.set_all([conversation(3), conversation(2), conversation(1)])
    rows.put(replace(conversation(3), updated_at=0.5))
    assert titles(rows) == ["Title 2", "Title 1", "Title 3"]


def test_the_list_opens_renames_and_deletes_by_keyboard(qtbot: QtBot) -> None:
    sidebar = Sidebar()
    qtbot.addWidget(sidebar)
    sidebar.conversations.set_all([conversation(2), conversation(1)])
    sidebar.show()
    qtbot.waitExposed(sidebar)
    view = sidebar.findChild(QListView, "conversation_list")
    assert isinstance(view, QListView)
    sidebar.select("id1")
    with qtbot.waitSignal(sidebar.open_requested) as opened:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert opened.args == ["id1"]
    with qtbot.waitSignal(sidebar.delete_requested) as deleted:
        qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert deleted.args == ["id1"]
    qtbot.keyClick(view, Qt.Key.Key_F2)
    editor = view.findChild(QLineEdit)
    assert isinstance(editor, QLineEdit)
    editor.setText("Better")
    with qtbot.waitSignal(sidebar.rename_requested) as renamed:
        qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert renamed.args == ["id1", "Better"]


def test_a_title_is_never_taken_for_html() -> None:
    rows = ConversationItemModel()
    rows.set_all([replace(conversation(1), title="<b>bold</b> <img src='//host/share/x.png'>")])
    tool_tip = rows.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in tool_tip
    assert "<img" not in tool_tip
    assert "&lt;b&gt;bold" in tool_tip


# --- words ---


@pytest.mark.parametrize("code", ErrorCode)
def test_every_error_can_be_worded_even_without_its_parameters(code: ErrorCode) -> None:
    assert error_words(ErrorDetail(code))


def test_numbers_in_errors_are_grouped() -> None:
    words = error_words(ErrorDetail(ErrorCode.PROMPT_TOO_LONG, {"tokens": 250_000, "n_ctx": 8192}))
    assert "250,000" in words
    assert "8,192" in words
