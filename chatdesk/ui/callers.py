"""Who calls over the local socket: another start that wants the window, or a command that wants an answer.

The first only connects. The second sends JSON objects, one a line, and is answered likewise; see
`chatdesk.core.commands`. What does not keep to that is hung up on.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from chatdesk.core.commands import MOST_LINE_BYTES, Line, OpenRequest, failed_line, is_stop, request_from
from chatdesk.core.errors import ErrorCode, ErrorDetail

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalSocket

SILENCE_MS = 2000  # who says nothing for so long wants the window
MOST_UNREAD_BYTES = 32 * 2**20  # of an answer that is not taken


class Caller(QObject):
    """One connection, until either side hangs up."""

    wants_window = Signal()
    asked = Signal(object)  # an AskRequest
    wants_file = Signal(str)  # the path of a model file, to be opened in the window
    stop_asked = Signal()
    gone = Signal()

    def __init__(self, socket: QLocalSocket, parent: QObject) -> None:
        super().__init__(parent)
        self._socket = socket
        self._heard = b""
        self._has_spoken = False
        self._has_asked = False
        socket.setParent(self)
        socket.readyRead.connect(self._read)
        socket.disconnected.connect(self._end)
        QTimer.singleShot(SILENCE_MS, self, self._hang_up_if_silent)

    def begin(self) -> None:
        """Hear what was said before anybody listened."""
        if self._socket.bytesAvailable():
            self._read()
        if self._socket.state() is self._socket.LocalSocketState.UnconnectedState:
            self._end()

    def say(self, line: Line) -> None:
        """Tell the caller something."""
        if not self._socket.isOpen():
            return
        self._socket.write(json.dumps(line, ensure_ascii=False).encode("utf-8", errors="replace") + b"\n")
        if self._socket.bytesToWrite() > MOST_UNREAD_BYTES:
            self._socket.abort()

    def hang_up(self) -> None:
        """End, once everything that was said is on its way."""
        self._socket.disconnectFromServer()

    @Slot()
    def _read(self) -> None:
        self._has_spoken = True
        self._heard += bytes(self._socket.readAll().data())
        *lines, self._heard = self._heard.split(b"\n")
        is_short = all(len(line) <= MOST_LINE_BYTES for line in (*lines, self._heard))
        if not (is_short and all(map(self._take, lines))):
            self._refuse()

    def _take(self, untrusted_line: bytes) -> bool:
        """Do what a line asks for; returns whether it is one that can be understood."""
        try:
            untrusted = json.loads(untrusted_line)
        except (ValueError, RecursionError):
            return False
        if self._has_asked:
            if is_stop(untrusted):
                self.stop_asked.emit()
            return True
        request = request_from(untrusted)
        if request is None:
            return False
        self._has_asked = True
        if isinstance(request, OpenRequest):
            self.wants_window.emit()
            self.wants_file.emit(request.path)
            self.hang_up()
        else:
            self.asked.emit(request)
        return True

    def _refuse(self) -> None:
        self._socket.readyRead.disconnect(self._read)
        self.say(failed_line(ErrorDetail(ErrorCode.WINDOW_OTHER_VERSION)))
        self.hang_up()

    @Slot()
    def _hang_up_if_silent(self) -> None:
        if not self._has_spoken:
            self.hang_up()

    @Slot()
    def _end(self) -> None:
        if not self._has_spoken:
            self._has_spoken = True
            self.wants_window.emit()
        self.gone.emit()
        self.deleteLater()
