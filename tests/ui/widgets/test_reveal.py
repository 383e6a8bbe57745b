"""A file is shown where it lies, on a real bus, with a stand-in for the file manager."""

import os
import shutil
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-run-session") is None, reason="needs Linux and dbus-run-session"
)

# Qt connects to one bus in its life, so each test has a process. It says what it did, line by line.
CHILD = """
import sys, threading, time
from PySide6.QtCore import QObject, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from chatdesk.ui.reveal import reveal

class Opened(QObject):
    @Slot(QUrl)
    def take(self, url):
        print("opened", url.toLocalFile(), flush=True)
        application.quit()

def manage_files(connection):
    from jeepney import HeaderFields, new_method_return
    while True:
        message = connection.receive(timeout=20)
        if message.header.fields.get(HeaderFields.member) == "ShowItems":  # to all else it is too slow to answer
            print("shown", *message.body[0], flush=True)
            connection.send(new_method_return(message))
            QTimer.singleShot(0, application, application.quit)
            return

application = QGuiApplication([])
opened = Opened()
QDesktopServices.setUrlHandler("file", opened, "take")
if sys.argv[1] == "managed":
    from jeepney import message_bus
    from jeepney.io.blocking import open_dbus_connection
    connection = open_dbus_connection("SESSION")
    connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.FileManager1"))
    threading.Thread(target=manage_files, args=(connection,), daemon=True).start()
before = time.monotonic()
QTimer.singleShot(0, application, lambda: reveal("/models/a b.gguf"))
QTimer.singleShot(10_000, application, application.quit)
application.exec()
assert time.monotonic() - before < 9
"""


def child(*wrapped: str, manager: str, bus: str | None = None) -> str:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    if bus is not None:
        environment["DBUS_SESSION_BUS_ADDRESS"] = bus
    command = [*wrapped, sys.executable, "-c", CHILD, manager]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_file_manager_is_told_of_the_file_and_not_waited_for() -> None:
    assert child("dbus-run-session", manager="managed") == "shown file:///models/a%20b.gguf"


def test_where_none_is_there_the_folder_is_opened() -> None:
    assert child("dbus-run-session", manager="none") == "opened /models"


def test_where_there_is_no_bus_the_folder_is_opened() -> None:
    assert child(manager="none", bus="unix:path=/nowhere") == "opened /models"
