"""Attached pictures: decoded no larger than they are drawn, off the GUI thread, and only so many kept."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QImageReader

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_KEPT = 40
# Sharp at twice the size that pictures are drawn in in the transcript.
MOST_PX = QSize(1200, 640)


class PictureLibrary(QObject):
    """Pictures by their SHA-256. `load` reads the file of one on any thread; None: it is gone."""

    arrived = Signal()
    _decoded = Signal(str, QImage)

    def __init__(self, parent: QObject | None = None, most_px: QSize = MOST_PX) -> None:
        """Pictures are decoded no larger than `most_px`."""
        super().__init__(parent)
        self._most_px = most_px
        self.load: Callable[[str], bytes | None] = lambda _sha256: None
        self._pictures: OrderedDict[str, QImage] = OrderedDict()
        self._wanted: set[str] = set()
        self._decoded.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def picture(self, sha256: str) -> QImage | None:
        """A picture; None while it is being read (`arrived` tells), a null image when it cannot be."""
        if (known := self._pictures.get(sha256)) is not None:
            self._pictures.move_to_end(sha256)
            return known
        if sha256 not in self._wanted:
            self._wanted.add(sha256)
            threading.Thread(target=self._decode, args=(sha256,), name="picture", daemon=True).start()
        return None

    def _decode(self, sha256: str) -> None:
        image = decoded(self.load(sha256) or b"", self._most_px)
        try:
            self._decoded.emit(sha256, image)
        except RuntimeError:  # the window closed meanwhile
            return

    @Slot(str, QImage)
    def _take(self, sha256: str, image: QImage) -> None:
        self._wanted.discard(sha256)
        self._pictures[sha256] = image
        while len(self._pictures) > MOST_KEPT:
            self._pictures.popitem(last=False)
        self.arrived.emit()


def decoded(untrusted_content: bytes, most_px: QSize = MOST_PX) -> QImage:
    """A picture no larger than `most_px`; a null image when Qt cannot read it."""
    buffer = QBuffer()
    buffer.setData(QByteArray(untrusted_content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if size.isValid() and (size.width() > most_px.width() or size.height() > most_px.height()):
        reader.setScaledSize(size.scaled(most_px, Qt.AspectRatioMode.KeepAspectRatio))
    return reader.read()
