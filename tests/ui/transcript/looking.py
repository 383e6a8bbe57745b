"""Finding things in a painted transcript the way a person does: by what is drawn where."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from chatdesk.ui.transcript.boxes import ButtonKind
from chatdesk.ui.transcript.view import TranscriptView


def button_point(view: TranscriptView, index: int, kind: ButtonKind) -> QPoint:
    """The middle of a button in the viewport."""
    item = view.column.item(index)
    for box_index, button in item.buttons():
        if button.kind is kind:
            top_left = QPoint(0, view.column.top(index) + item.box_top(box_index))
            return view.from_content(button.rect.center() + top_left)
    raise AssertionError(f"message {index} shows no {kind}")


def kinds(view: TranscriptView, index: int) -> set[ButtonKind]:
    """The kinds of the buttons of a message."""
    return {button.kind for _, button in view.column.item(index).buttons()}


def text_point(view: TranscriptView, index: int, words: str, *, at_end: bool = False) -> QPoint:
    """A point of the viewport just before `words`, or just behind them."""
    rect = view.viewport().rect()
    for y in range(rect.top(), rect.bottom(), 3):
        for x in range(view.column_left, view.column_left + view.column.width, 2):
            hit, place = view.pointer.hit_at(QPoint(x, y)), view.pointer.place_at(QPoint(x, y))
            if (hit.message, hit.box) != (place.message, place.at[0]):
                continue  # beside the message
            box = view.column.item(place.message).boxes[place.at[0]]
            wanted = box.text.find(words)
            if place.message == index and wanted >= 0 and place.at[1] == wanted + (len(words) if at_end else 0):
                return QPoint(x, y)
    raise AssertionError(f"“{words}” is not in view in message {index}")


def shown_text(view: TranscriptView, index: int) -> str:
    """All that the boxes of a message say."""
    return "\n".join(box.text for box in view.column.item(index).boxes if box.text)


def screen_y(view: TranscriptView, index: int, box: int = 0) -> int:
    """Where a box is in the viewport."""
    return view.from_content(QPoint(0, view.column.top(index) + view.column.item(index).box_top(box))).y()


def clipboard() -> str:
    """What a person would paste."""
    return QApplication.clipboard().text()
