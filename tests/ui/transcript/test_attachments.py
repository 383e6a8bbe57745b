"""What is attached to a message, as it is drawn."""

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QImageWriter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from chatdesk.core.attachments import TEXT, Attachment, attachment_part
from chatdesk.core.messages import Message, Role, text_parts
from chatdesk.ui.transcript import wording
from chatdesk.ui.transcript.attachment_box import AttachmentBox
from chatdesk.ui.transcript.pictures import MOST_PX, decoded
from chatdesk.ui.transcript.view import TranscriptView

NOTES = Attachment("a" * 64, "notes.py", TEXT, 1500)
PHOTO = Attachment("b" * 64, "photo.png", "image/png", 15_000)


def message(*attachments: Attachment, text: str = "What is this?") -> Message:
    return Message("m", "c", None, Role.USER, (*map(attachment_part, attachments), *text_parts(text)), 0.0)


def png(width: int, height: int) -> bytes:
    picture = QImage(width, height, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(picture)
    return bytes(buffer.data().data())


def boxes(view: TranscriptView) -> list[AttachmentBox]:
    return [box for box in view.column.item(0).boxes if isinstance(box, AttachmentBox)]


def test_each_file_is_drawn_above_the_words_and_a_click_asks_for_a_look(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([message(NOTES, PHOTO)], {})
    view.grab()
    assert [box.attachment for box in boxes(view)] == [NOTES, PHOTO]
    item = view.column.item(0)
    [button] = boxes(view)[0].buttons()
    place = button.rect.translated(0, item.box_top(item.boxes.index(boxes(view)[0]))).center()
    with qtbot.waitSignal(view.attachment_requested) as asked:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.message_rect(0).topLeft() + place)
    assert asked.args == [NOTES]


def test_a_file_without_words_has_no_empty_bubble(view: TranscriptView) -> None:
    view.set_messages([message(NOTES, text="")], {})
    assert len(view.column.item(0).boxes) == 2  # with the line of its buttons


def test_the_keyboard_reaches_each_file(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_messages([message(NOTES, PHOTO)], {})
    view.grab()
    verbs = [verb for verb in view.verbs.within(0) if verb.name == "look_at"]
    assert [verb.label for verb in verbs] == ["Look at notes.py", "Look at photo.png"]
    with qtbot.waitSignal(view.attachment_requested) as asked:
        verbs[1].run()
    assert asked.args == [PHOTO]


def test_a_screen_reader_hears_the_names(view: TranscriptView) -> None:
    assert {NOTES.name, PHOTO.name} <= set(wording.attached_words(message(NOTES, PHOTO)).replace(",", "").split())
    assert wording.attached_words(message()) == ""
    view.set_messages([message(NOTES)], {})
    node = QAccessible.queryAccessibleInterface(view).child(0)
    assert "Attached: notes.py" in node.text(QAccessible.Text.Name)


def test_a_picture_is_drawn_once_it_is_read_and_nothing_moves(view: TranscriptView, qtbot: QtBot) -> None:
    content = png(60, 40)
    view.set_picture_source(lambda sha256: content if sha256 == PHOTO.sha256 else None)
    view.set_messages([message(PHOTO)], {})
    height = view.column.item(0).height
    with qtbot.waitSignal(view._pictures.arrived):
        view.grab()
    drawn = view.grab().toImage()
    reds = sum(
        drawn.pixelColor(x, y) == QColor("red") for x in range(0, drawn.width(), 4) for y in range(0, drawn.height(), 4)
    )
    assert reds > 100
    assert view.column.item(0).height == height


def test_a_picture_that_cannot_be_read_is_a_chip(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_picture_source(lambda _sha256: b"\x89PNG\r\n\x1a\nbroken")
    view.set_messages([message(PHOTO)], {})
    with qtbot.waitSignal(view._pictures.arrived):
        view.grab()
    view.grab()
    assert boxes(view)[0].buttons()


def test_a_large_picture_is_read_small() -> None:
    size = decoded(png(4000, 2000)).size()
    assert (size.width(), size.height()) == (MOST_PX.width(), MOST_PX.width() // 2)
