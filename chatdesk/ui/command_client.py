"""Hands a command over to the window that holds the data folder, and brings back what it answers.

Qt's own client is used for Qt's own server: what a local socket is, and where it lies, differs from system to system.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtNetwork import QLocalSocket

from chatdesk.core.commands import MOST_LINE_BYTES, Line, stop_line
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.ui.single_instance import PATIENCE_MS, channel_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_LOOK_MS = 100  # between two looks at whether Ctrl+C was pressed


def hand_over(data_folder: Path, request: Line, is_interrupted: Callable[[], bool]) -> Iterator[Line]:
    """Send `request` to the window and yield what it says, until it hangs up.

    Once `is_interrupted` says so the window is asked to stop, and says how that ended.

    Raises:
        UserFacingError: `WINDOW_NOT_ANSWERING`.
    """
    application = QCoreApplication.instance() or QCoreApplication([])
    socket = QLocalSocket(application)
    socket.connectToServer(channel_name(data_folder))
    if not socket.waitForConnected(PATIENCE_MS):
        raise UserFacingError(ErrorCode.WINDOW_NOT_ANSWERING)
    _send(socket, request)
    heard = b""
    has_asked_to_stop = False
    while True:
        is_open = socket.state() is QLocalSocket.LocalSocketState.ConnectedState
        if is_open:
            socket.waitForReadyRead(_LOOK_MS)
        heard += bytes(socket.readAll().data())
        *lines, heard = heard.split(b"\n")
        if len(heard) > MOST_LINE_BYTES:
            raise UserFacingError(ErrorCode.WINDOW_OTHER_VERSION)
        yield from map(_line, lines)
        if not is_open:
            return
        if is_interrupted() and not has_asked_to_stop:
            has_asked_to_stop = True
            _send(socket, stop_line())


def _send(socket: QLocalSocket, line: Line) -> None:
    socket.write(json.dumps(line).encode() + b"\n")
    while socket.bytesToWrite() and socket.waitForBytesWritten(PATIENCE_MS):
        pass


def _line(untrusted_line: bytes) -> Line:
    try:
        untrusted = json.loads(untrusted_line)
    except (ValueError, RecursionError) as error:
        raise UserFacingError(ErrorCode.WINDOW_OTHER_VERSION) from error
    if not isinstance(untrusted, dict):
        raise UserFacingError(ErrorCode.WINDOW_OTHER_VERSION)
    return untrusted
