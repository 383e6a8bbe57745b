"""Copying what is selected, as Markdown and as plain text."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from chatdesk.ui.transcript.selection import END, Place, Selection
from chatdesk.ui.transcript.view import TranscriptView
from tests.ui.transcript.messages import reply, user

TEXT = """# Title

Some **bold *both*** and `code` with [a link](https://x.y) and $x^2$[^1].

- [x] done
- one
  1. deep

> quoted

```python
print(1)
```

| a | b |
|:--|---|
| 1 | **2** |

$$
y
$$

[^1]: A note.
"""


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


def select(view: TranscriptView, start: tuple[int, int], end: tuple[int, int]) -> None:
    view.pointer._set_selection(Selection(Place(1, start), Place(1, end)))


@pytest.fixture
def shown(view: TranscriptView) -> TranscriptView:
    view.set_messages([user("u", "Hello *you*?"), reply("r", TEXT)], {})
    view.setFocus()
    return view


def test_whole_messages_are_copied_as_they_were_written(qtbot: QtBot, shown: TranscriptView) -> None:
    shown.pointer.select_all()
    qtbot.keyClick(shown, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert clipboard() == f"Hello *you*?\n\n{TEXT}"


def test_the_same_reads_without_marks_as_plain_text(qtbot: QtBot, shown: TranscriptView) -> None:
    shown.pointer.select_all()
    qtbot.keyClick(shown, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "Some bold both and code with a link and $x^2$[1]." in clipboard()
    assert "**" not in clipboard()


def test_whole_blocks_keep_their_marks_and_their_places(shown: TranscriptView) -> None:
    boxes = shown.column.item(1).boxes
    last = max(index for index, box in enumerate(boxes) if box.text)
    select(shown, (1, 0), (last, len(boxes[last].text)))
    copied = shown.pointer.selected_text(as_markdown=True)
    assert copied.replace("\n\n", "\n") == TEXT.replace("\n\n", "\n").replace("|:--|---|", "| :-- | --- |").strip()


def test_a_part_of_a_paragraph_gets_its_marks_back(shown: TranscriptView) -> None:
    text = shown.column.item(1).boxes[2].text
    select(shown, (2, text.index("ld both")), (2, text.index(" with")))
    assert shown.pointer.selected_text(as_markdown=True) == "**ld *****both*** and `code`"


def test_a_part_of_code_is_only_its_lines(shown: TranscriptView) -> None:
    boxes = shown.column.item(1).boxes
    index = next(index for index, box in enumerate(boxes) if box.text == "print(1)")
    select(shown, (index, 2), (index, 7))
    assert shown.pointer.selected_text(as_markdown=True) == "int(1"


def test_the_menu_offers_both(shown: TranscriptView) -> None:
    shown.pointer.select_all()
    actions = {action.objectName(): action for action in shown.verbs.menu(1, "", is_detailed=False).actions()}
    actions["copy_selection_as_markdown"].trigger()
    assert clipboard().endswith(TEXT)
    actions["copy_plain"].trigger()
    assert clipboard().startswith("Title\nSome bold")
    actions["copy"].trigger()
    assert clipboard() == TEXT
    assert END > (2, 0)
