"""One window per data folder: a second start raises the first and ends, and commands that write are handed to it.

The lock file decides who is first, so that two writers on one database cannot happen; the local socket carries the
wish to be raised, and the commands.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from chatdesk.core.commands import OpenRequest
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.ui.callers import Caller

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE_MS = 1000


def folder_lock(data_folder: Path) -> QLockFile:
    """The lock of a data folder, not taken yet: whoever holds it may write there."""
    lock = QLockFile(str(data_folder / "chatdesk.lock"))
    # Only a lock whose owner is gone is taken over, however old it is.
    lock.setStaleLockTime(0)
    return lock


def channel_name(data_folder: Path) -> str:
    """What the local socket of a data folder's window is called."""
    digest = hashlib.sha256(str(data_folder.resolve()).encode()).hexdigest()[:16]
    return f"chatdesk-{digest}"


class SingleInstance(QObject):
    """The claim on a data folder.

    `raise_requested` fires when somebody started the app again, `called` with each `Caller`, which may be that or want
    something.
    """

    raise_requested = Signal()
    file_requested = Signal(str)  # a model file that somebody opened from outside
    called = Signal(object)

    def __init__(self, data_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = str(data_folder)
        self._name = channel_name(data_folder)
        self._lock = folder_lock(data_folder)
        self._server: QLocalServer | None = None

    def claim(self, file: str | None = None) -> bool:
        """Be the one, or ask the one that is there to show itself, and to open `file`, and return False.

        Raises:
            UserFacingError: the folder takes no lock, because it may not be written or its disk is full.
        """
        if not self._lock.tryLock(0):
            if self._lock.error() is not QLockFile.LockError.LockFailedError:
                raise UserFacingError(ErrorCode.FOLDER_NOT_WRITABLE, path=self._folder)
            self._ask_first(file)
            return False
        QLocalServer.removeServer(self._name)  # left behind by a killed process
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        self._server.listen(self._name)
        return True

    def release(self) -> None:
        """Give up the claim."""
        if self._server is not None:
            self._server.close()
        self._lock.unlock()

    def _ask_first(self, file: str | None) -> None:
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if socket.waitForConnected(PATIENCE_MS):
            if file is not None:
                socket.write(json.dumps(OpenRequest(file).line()).encode() + b"\n")
                socket.waitForBytesWritten(PATIENCE_MS)
            socket.disconnectFromServer()
            if socket.state() is not QLocalSocket.LocalSocketState.UnconnectedState:
                socket.waitForDisconnected(PATIENCE_MS)

    def _on_connection(self) -> None:
        assert self._server is not None
        while (connection := self._server.nextPendingConnection()) is not None:
            caller = Caller(connection, self)
            caller.wants_window.connect(self.raise_requested)
            caller.wants_file.connect(self.file_requested)
            self.called.emit(caller)
            caller.begin()
