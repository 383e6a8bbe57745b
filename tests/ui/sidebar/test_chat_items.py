"""The list as an item model: every change is told to the view so that it can follow."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QAbstractItemModel, QModelIndex, QPersistentModelIndex, Qt
from pytestqt.modeltest import ModelTester

from chatdesk.core.conversations import Conversation
from chatdesk.core.organisation import Folder
from chatdesk.ui.sidebar.chat_items import ChatItemModel

TODAY = date(2026, 3, 12)
NOON = datetime.combine(TODAY, time(12)).timestamp()
FOLDERS = (Folder("f", "Work"), Folder("g", "Home", is_collapsed=True))


def conversation(number: int, **others: Any) -> Conversation:
    return replace(Conversation(f"id{number}", f"Title {number}", number, NOON + number), **others)


def titles(rows: ChatItemModel) -> list[str]:
    return [rows.index(row).data() for row in range(rows.rowCount())]


def model() -> ChatItemModel:
    return ChatItemModel(today=lambda: TODAY)


class Mirror:
    """What a view would show that knows only what it was told."""

    def __init__(self, rows: ChatItemModel) -> None:
        self._rows = rows
        self.shown = self._read()
        rows.rowsInserted.connect(self._insert)
        rows.rowsRemoved.connect(self._remove)
        rows.layoutChanged.connect(self._again)
        rows.modelReset.connect(self._again)
        rows.dataChanged.connect(self._change)

    def _read(self) -> list[str]:
        return [self._rows.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(self._rows.rowCount())]

    def _insert(self, _parent: object, first: int, last: int) -> None:
        self.shown[first:first] = self._read()[first : last + 1]

    def _remove(self, _parent: object, first: int, last: int) -> None:
        del self.shown[first : last + 1]

    def _again(self, *_: object) -> None:
        self.shown = self._read()

    def _change(self, first: QModelIndex, last: QModelIndex, _roles: object) -> None:
        self.shown[first.row() : last.row() + 1] = self._read()[first.row() : last.row() + 1]

    def is_right(self) -> bool:
        return self.shown == self._read()


def test_rows_follow_what_happens(qtmodeltester: ModelTester) -> None:
    rows = model()
    qtmodeltester.check(rows)
    rows.set_all([conversation(3), conversation(2), conversation(1)])
    assert titles(rows) == ["Today", "Title 3", "Title 2", "Title 1"]
    rows.put(conversation(4))
    rows.put(replace(conversation(1), updated_at=NOON + 9))
    rows.put(replace(conversation(2), title="Renamed"))
    rows.take("id3", "unknown")
    assert titles(rows) == ["Today", "Title 1", "Title 4", "Renamed"]
    rows.set_folders(FOLDERS)
    rows.put(conversation(4, folder_id="f"), conversation(2, folder_id="g"), conversation(5, pinned_at=1.0))
    assert titles(rows) == ["Pinned", "Title 5", "Home", "Work", "Title 4", "Today", "Title 1"]
    rows.put(conversation(5, archived_at=1.0))
    assert titles(rows) == ["Home", "Work", "Title 4", "Today", "Title 1"]
    rows.set_archive_shown(is_shown=True)
    assert titles(rows) == ["Archived chats", "Title 5"]


def test_a_row_keeps_its_index_wherever_it_goes() -> None:
    rows = model()
    rows.set_all(conversation(number) for number in range(6))
    row = rows.row_of("id2")
    assert row is not None
    kept = QPersistentModelIndex(rows.index(row))
    rows.put(conversation(2, pinned_at=1.0))
    rows.put(conversation(9))
    rows.take("id0")
    rows.set_folders(FOLDERS)
    assert kept.data() == "Title 2"
    rows.put(conversation(2, folder_id="g"))
    assert not kept.isValid()


CHANGE = st.tuples(
    st.integers(0, 7),
    st.sampled_from(["put", "put", "put", "take", "folders", "archive", "running"]),
    st.sampled_from([None, "f", "g"]),
    st.booleans(),
    st.booleans(),
    st.integers(-90, 1),
)


@settings(max_examples=60)
@given(st.lists(CHANGE, max_size=25))
def test_a_view_that_follows_what_it_is_told_shows_what_there_is(
    changes: list[tuple[int, str, str | None, bool, bool, int]],
) -> None:
    rows = model()
    mirror = Mirror(rows)
    for number, kind, folder_id, is_pinned, is_archived, day in changes:
        match kind:
            case "put":
                rows.put(
                    conversation(
                        number,
                        folder_id=folder_id,
                        pinned_at=1.0 if is_pinned else None,
                        archived_at=1.0 if is_archived else None,
                        updated_at=NOON + day * 86_400,
                        is_unread=is_pinned,
                    )
                )
            case "take":
                rows.take(f"id{number}")
            case "folders":
                rows.set_folders(FOLDERS[: number % 3])
            case "archive":
                rows.set_archive_shown(is_shown=is_archived)
            case _:
                rows.set_running({f"id{number}"})
        assert mirror.is_right()
        assert all(rows.row_of(each.id) in (None, *range(rows.rowCount())) for each in rows.all())


def test_only_conversations_are_dragged_and_headings_are_passed_over() -> None:
    rows = model()
    rows.set_folders(FOLDERS[:1])
    rows.set_all([conversation(1, folder_id="f"), conversation(2)])
    flag = Qt.ItemFlag
    flags = [rows.flags(rows.index(row)) for row in range(rows.rowCount())]
    assert titles(rows) == ["Work", "Title 1", "Today", "Title 2"]
    assert [bool(each & flag.ItemIsDragEnabled) for each in flags] == [False, True, False, True]
    assert [bool(each & flag.ItemIsEnabled) for each in flags] == [True, True, False, True]


def test_a_drop_says_what_fell_where() -> None:
    rows = model()
    rows.set_folders(FOLDERS[:1])
    rows.set_all([conversation(1), conversation(2)])
    drops: list[tuple[list[str], object]] = []
    rows.drop_requested.connect(lambda ids, row: drops.append((ids, row)))
    dragged = rows.mimeData([rows.index(rows.rowCount() - 1), rows.index(2)])
    assert rows.dropMimeData(dragged, Qt.DropAction.MoveAction, -1, -1, rows.index(0))
    assert drops == [(["id2", "id1"], rows.row_at(0))]
    dragged.setData(rows.mimeTypes()[0], b"\xff\nunknown")
    assert not rows.dropMimeData(dragged, Qt.DropAction.MoveAction, -1, -1, rows.index(0))


def test_marks_are_said_aloud() -> None:
    rows: QAbstractItemModel = model()
    assert isinstance(rows, ChatItemModel)
    rows.set_folders((Folder("g", "Home", is_collapsed=True),))
    rows.set_all([conversation(1, is_unread=True, pinned_at=1.0)])
    rows.set_running({"id1"})
    spoken = [rows.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(rows.rowCount())]
    assert spoken[1] == "Title 1, a reply is being written, new reply, pinned"
    assert spoken[2].startswith("Home, folder, collapsed, 0 chat")


def test_a_title_is_never_taken_for_html() -> None:
    rows = model()
    rows.set_all([conversation(1, title="<b>bold</b> <img src='//host/share/x.png'>")])
    tool_tip = rows.index(1).data(Qt.ItemDataRole.ToolTipRole)
    assert "<b>" not in tool_tip
    assert "<img" not in tool_tip
    assert "&lt;b&gt;bold" in tool_tip


def test_a_new_day_gets_a_heading() -> None:
    days = [TODAY]
    rows = ChatItemModel(today=lambda: days[-1])
    rows.set_all([conversation(1)])
    days.append(date(2026, 3, 13))
    rows.note_day()
    assert titles(rows) == ["Yesterday", "Title 1"]
