"""One notification on a Linux desktop: shown, clicked, taken back.

Qt reaches the desktop only through an icon in its tray, which not every desktop has; and its D-Bus classes cannot say
an unsigned number in Python. So this speaks to `org.freedesktop.Notifications` itself, on a thread of its own that
lives as long as the notification.
"""

from __future__ import annotations

import contextlib
import html
import logging
import socket
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from jeepney.io.blocking import DBusConnection

_NAME = "org.freedesktop.Notifications"
_PATH = "/org/freedesktop/Notifications"
_MOST_SECONDS = 3600.0  # what nobody clicks by then was seen elsewhere

log = logging.getLogger(__name__)


class DesktopNotice:
    """Shows a notification at once; `on_clicked` is called on another thread."""

    def __init__(self, title: str, text: str, on_clicked: Callable[[], None]) -> None:
        self._title = title
        self._text = html.escape(text, quote=False)  # desktops read markup here
        self._on_clicked = on_clicked
        self._connection: DBusConnection | None = None
        self._is_over = False
        self._number: int | None = None  # what the desktop calls it
        self._thread = threading.Thread(target=self._run, name="notice", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take it back, and wait for no click any more."""
        self._is_over = True
        connection = self._connection
        if connection is None:
            return
        with contextlib.suppress(OSError):  # it is gone already
            if self._number is not None:
                connection.send(_call("CloseNotification", "u", (self._number,)))
            connection.sock.shutdown(socket.SHUT_RDWR)  # which wakes the thread

    def join(self, seconds: float) -> bool:
        """Whether the thread ended within `seconds`."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        from jeepney import DBusErrorResponse  # late: most starts tell nothing
        from jeepney.io.blocking import open_dbus_connection

        try:
            with open_dbus_connection("SESSION") as connection:
                self._connection = connection
                if not self._is_over:
                    self._tell(connection)
        except (OSError, KeyError, TimeoutError, DBusErrorResponse, EOFError) as error:
            # No desktop that listens, or the window closed: there is nobody to tell.
            log.info("no notification: %r", error)

    def _tell(self, connection: DBusConnection) -> None:
        from jeepney import HeaderFields, MatchRule, message_bus
        from jeepney.wrappers import unwrap_msg

        rule = MatchRule(type="signal", interface=_NAME, path=_PATH)
        connection.send_and_get_reply(message_bus.AddMatch(rule))
        hints = {"desktop-entry": ("s", "chatdesk")}
        body = ("ChatDesk", 0, "chatdesk", self._title, self._text, ["default", self._title], hints, -1)
        with connection.filter(rule) as signals:
            shown = connection.send_and_get_reply(_call("Notify", "susssasa{sv}i", body))
            (self._number,) = unwrap_msg(shown)
            while True:
                signal = connection.recv_until_filtered(signals, timeout=_MOST_SECONDS)
                if signal.body[0] != self._number:
                    continue
                if signal.header.fields[HeaderFields.member] == "ActionInvoked":
                    self._on_clicked()
                return


def _call(name: str, signature: str, body: tuple[Any, ...]) -> Any:
    from jeepney import DBusAddress, new_method_call

    return new_method_call(DBusAddress(_PATH, bus_name=_NAME, interface=_NAME), name, signature, body)
