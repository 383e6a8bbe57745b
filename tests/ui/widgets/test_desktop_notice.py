"""A notification on a real bus, with a stand-in for the desktop that shows it."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from tests.support.talking import wait_until

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-daemon") is None, reason="needs Linux and dbus-daemon"
)

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    daemon = subprocess.Popen(
        ["dbus-daemon", "--session", "--print-address", "--nofork"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert daemon.stdout is not None
    address = daemon.stdout.readline().strip()
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    yield address
    daemon.terminate()
    daemon.communicate(timeout=10)


class Desktop:
    """Shows one notification, and clicks it when told to."""

    def __init__(self) -> None:
        from jeepney import DBusAddress, message_bus
        from jeepney.io.blocking import open_dbus_connection

        self._emitter = DBusAddress(PATH, interface=NAME)
        self._connection = open_dbus_connection("SESSION")
        self._connection.send_and_get_reply(message_bus.RequestName(NAME))
        self.shown: tuple[object, ...] = ()
        self.is_shown = threading.Event()
        self._thread = threading.Thread(target=self._show_one)
        self._thread.start()

    def _show_one(self) -> None:
        from jeepney import HeaderFields, new_method_return

        while not self.is_shown.is_set():
            message = self._connection.receive(timeout=20)
            if message.header.fields.get(HeaderFields.member) == "Notify":
                self.shown = message.body
                self._connection.send(new_method_return(message, "u", (7,)))
                self.is_shown.set()

    def asked_next(self) -> str:
        """What is called after the notification was shown."""
        from jeepney import HeaderFields

        name = self._connection.receive(timeout=20).header.fields[HeaderFields.member]
        assert isinstance(name, str)
        return name

    def signal(self, name: str, signature: str, *body: object) -> None:
        from jeepney import new_signal

        self._connection.send(new_signal(self._emitter, name, signature, body))

    def close(self) -> None:
        self._thread.join(20)
        self._connection.close()


@pytest.fixture
def desktop(bus: str) -> Iterator[Desktop]:
    desktop = Desktop()
    yield desktop
    desktop.close()


def test_a_notification_is_shown_without_markup_and_can_be_clicked(desktop: Desktop) -> None:
    from chatdesk.ui.desktop_notice import DesktopNotice

    clicked = threading.Event()
    notice = DesktopNotice("The reply is ready", "<b>1 & 2</b>", clicked.set)
    assert desktop.is_shown.wait(20)
    assert desktop.shown[0] == "ChatDesk"
    assert desktop.shown[3:5] == ("The reply is ready", "&lt;b&gt;1 &amp; 2&lt;/b&gt;")
    desktop.signal("ActionInvoked", "us", 6, "default")  # another program's
    desktop.signal("ActionInvoked", "us", 7, "default")
    assert clicked.wait(20)
    assert notice.join(20)


def test_one_that_goes_unclicked_ends_its_thread(desktop: Desktop) -> None:
    from chatdesk.ui.desktop_notice import DesktopNotice

    notice = DesktopNotice("The reply is ready", "", lambda: pytest.fail("nobody clicked"))
    assert desktop.is_shown.wait(20)
    desktop.signal("NotificationClosed", "uu", 7, 1)
    assert notice.join(20)


def test_one_is_taken_back_at_any_time(desktop: Desktop) -> None:
    from chatdesk.ui.desktop_notice import DesktopNotice

    notice = DesktopNotice("The reply is ready", "", lambda: pytest.fail("nobody clicked"))
    assert desktop.is_shown.wait(20)
    assert wait_until(lambda: notice._number == 7)
    notice.close()
    assert notice.join(20)
    assert desktop.asked_next() == "CloseNotification"


def test_without_a_desktop_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    from chatdesk.ui.desktop_notice import DesktopNotice

    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    assert DesktopNotice("The reply is ready", "", lambda: None).join(20)
