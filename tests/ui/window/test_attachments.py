"""Files in the window: dropped, pasted, looked at, taken off and sent."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.core.attachments import TEXT, Attachment, attachments_of
from chatdesk.services.attachments import AttachmentSource
from chatdesk.ui.attachment_view import AttachmentView
from chatdesk.ui.composer.rich_text import MOST_HTML_CHARS
from chatdesk.ui.transcript.view import TranscriptView
from tests.support.desk import Desk
from tests.support.window import Person


def paste(person: Person, fill: Callable[[QMimeData], None]) -> None:
    mime = QMimeData()
    fill(mime)
    QGuiApplication.clipboard().setMimeData(mime)
    person.find(QPlainTextEdit, "composer").paste()
    # Qt's clipboard without a screen would destroy an object of Python's after Python has ended.
    QGuiApplication.clipboard().clear()


def paste_files(person: Person, *paths: Path) -> None:
    paste(person, lambda mime: mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths]))


def chips(person: Person) -> list[QWidget]:
    found = person.window.findChildren(QWidget, "attachment_chip")
    return [chip for chip in found if chip.isVisible()]


def figures(person: Person) -> list[str]:
    labels = [chip.findChild(QLabel, "attachment_figures") for chip in chips(person)]
    return [label.text() for label in labels if isinstance(label, QLabel)]


def test_a_pasted_file_becomes_a_chip_with_its_size_and_tokens(person: Person, tmp_path: Path) -> None:
    (tmp_path / "notes.py").write_text("print('hello')\n")
    paste_files(person, tmp_path / "notes.py")
    person.wait(lambda: figures(person) and "tokens" in figures(person)[0])
    assert person.composed() == ""
    [chip] = chips(person)
    button = chip.findChild(QPushButton, "attachment_open")
    assert isinstance(button, QPushButton)
    assert button.accessibleName() == "Look at notes.py, 15 bytes · 52 tokens"
    assert person.find(QToolButton, "send_button").isEnabled()


def test_rich_text_that_is_too_long_is_pasted_as_words_and_that_is_said(person: Person) -> None:
    words = "some bold words "
    html = f"<p>some <b>bold</b> words {'x' * MOST_HTML_CHARS}</p>"

    def paste_rich(html: str) -> None:
        def fill(mime: QMimeData) -> None:
            mime.setHtml(html)
            mime.setText(words)

        paste(person, fill)

    paste_rich(html)
    assert person.composed() == words
    assert person.notices()[0].startswith("Pasted as plain text")
    person.find(QPlainTextEdit, "composer").clear()
    paste_rich(html.replace("x", ""))
    paste_rich(html.replace("<b>", "").replace("</b>", ""))
    assert person.composed() == f"some **bold** words{words}"
    assert len(person.notices()) == 1


def test_a_file_is_dropped_anywhere_on_the_conversation(person: Person, tmp_path: Path) -> None:
    (tmp_path / "notes.py").write_text("print('hello')\n")
    stack = person.find(TranscriptView, "transcript").parentWidget()
    assert stack is not None
    for urls in ([QUrl("https://example.org/a.txt")], [QUrl.fromLocalFile(str(tmp_path / "notes.py"))]):
        mime = QMimeData()
        mime.setUrls(urls)
        arguments = (Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
        enter = QDragEnterEvent(QPoint(5, 5), *arguments)
        QCoreApplication.sendEvent(stack, enter)
        if enter.isAccepted():
            QCoreApplication.sendEvent(stack, QDropEvent(QPointF(5, 5), *arguments))
    person.wait(lambda: len(chips(person)) == 1)


def test_a_file_alone_is_sent_and_its_chip_goes(person: Person, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "notes.py").write_text("print('hello')\n")
    paste_files(person, tmp_path / "notes.py")
    person.wait(lambda: chips(person))
    person.press_enter()
    person.wait(lambda: len(person.transcript().column.messages) == 2)
    assert chips(person) == []
    assert [each.name for each in attachments_of(person.transcript().column.messages[0])] == ["notes.py"]


def test_files_stay_with_their_chat_and_survive_a_restart(person: Person, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "notes.py").write_text("print('hello')\n")
    person.ask("First")
    first = person.window.conversation_id
    assert first is not None
    paste_files(person, tmp_path / "notes.py")
    person.wait(lambda: chips(person))
    person.window.new_chat()
    assert chips(person) == []
    person.window.close()
    person.open_window()
    person.window.reopen(first)
    person.wait(lambda: chips(person))


def test_a_file_is_taken_off(person: Person, tmp_path: Path) -> None:
    (tmp_path / "notes.py").write_text("print('hello')\n")
    paste_files(person, tmp_path / "notes.py")
    person.wait(lambda: chips(person))
    remove = chips(person)[0].findChild(QToolButton, "attachment_remove")
    assert isinstance(remove, QToolButton)
    assert remove.accessibleName() == "Remove notes.py"
    remove.click()
    person.wait(lambda: chips(person) == [])
    assert not person.find(QToolButton, "send_button").isEnabled()


def test_a_file_that_is_no_text_is_refused_in_a_sentence(person: Person, tmp_path: Path) -> None:
    (tmp_path / "program").write_bytes(b"\x7fELF" + bytes(100))
    paste_files(person, tmp_path / "program")
    person.wait(person.notices)
    assert person.notices()[0].startswith("“program” is neither text nor a picture")


def test_a_pasted_picture_is_attached_and_said_not_to_be_seen(person: Person) -> None:
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    paste(person, lambda mime: mime.setImageData(picture))
    person.wait(lambda: chips(person))
    assert figures(person)[0].endswith("the model cannot see pictures")


def test_sending_waits_for_a_file_that_is_being_read(person: Person, desk: Desk) -> None:
    gate = threading.Event()

    def read(_most_bytes: int) -> bytes:
        gate.wait(20)
        return b"slow words"

    person.write("Look at this")
    person.window._desk._attach([AttachmentSource("slow.txt", read)])
    person.press_enter()
    assert not person.find(QToolButton, "send_button").isEnabled()
    assert person.window.conversation_id is None
    gate.set()
    person.wait(lambda: chips(person) and person.find(QToolButton, "send_button").isEnabled())
    person.press_enter()
    person.wait(lambda: len(person.transcript().column.messages) == 2)
    assert [each.name for each in attachments_of(person.transcript().column.messages[0])] == ["slow.txt"]


def test_text_beside_a_picture_is_what_was_meant(person: Person) -> None:
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))

    def fill(mime: QMimeData) -> None:
        mime.setImageData(picture)
        mime.setText("words")

    paste(person, fill)
    assert person.composed() == "words"
    assert chips(person) == []


def test_an_address_of_the_network_is_pasted_as_text(person: Person) -> None:
    paste(person, lambda mime: mime.setUrls([QUrl("https://example.org/a.txt")]))
    assert person.composed() == "https://example.org/a.txt"


def test_the_meter_counts_a_file_without_words(person: Person, desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x" * 100)
    meter = person.find(QToolButton, "context_meter")
    before = meter.text()
    paste_files(person, tmp_path / "notes.txt")
    person.wait(lambda: meter.text() != before)


@pytest.fixture
def text_file() -> Attachment:
    return Attachment("a" * 64, "notes.py", TEXT, 15)


def test_a_look_shows_a_text_and_saves_it(qtbot: QtBot, text_file: Attachment, tmp_path: Path) -> None:
    view = AttachmentView(text_file, b"print('hello')\n")
    qtbot.addWidget(view)
    edit = view.findChild(QPlainTextEdit, "attachment_text")
    assert isinstance(edit, QPlainTextEdit)
    assert (edit.toPlainText(), edit.isReadOnly()) == ("print('hello')\n", True)
    view.save_to(str(tmp_path / "saved.py"))
    assert (tmp_path / "saved.py").read_bytes() == b"print('hello')\n"
    view.save_to(str(tmp_path / "missing" / "saved.py"))
    problem = view.findChild(QLabel, "setting_problem")
    assert isinstance(problem, QLabel)
    assert problem.text().startswith("It could not be saved")


def test_a_look_at_what_is_gone_and_at_a_broken_picture_says_so(qtbot: QtBot, text_file: Attachment) -> None:
    gone = AttachmentView(text_file, None)
    broken = AttachmentView(Attachment("b" * 64, "photo.png", "image/png", 8), b"\x89PNG\r\n\x1a\n")
    for view, words in ((gone, "not kept any more"), (broken, "cannot be read")):
        qtbot.addWidget(view)
        qtbot.waitUntil(partial(_says, view, words))


def _says(view: AttachmentView, words: str) -> bool:
    return any(words in label.text() for label in view.findChildren(QLabel))


def test_every_control_has_a_name(person: Person) -> None:
    button = person.find(QToolButton, "attach_button")
    assert isinstance(button, QToolButton)
    assert button.accessibleName() == "Attach files"
    assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
