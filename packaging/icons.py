"""Icons in every size and format, from the one drawing: `resources/app.svg`."""

from __future__ import annotations

import io
import struct
import sys
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

DRAWING = Path(__file__).parent.parent / "resources" / "app.svg"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
# Apple's type for a PNG of each size.
ICNS_TYPES = {16: b"icp4", 32: b"icp5", 64: b"icp6", 128: b"ic07", 256: b"ic08", 512: b"ic09", 1024: b"ic10"}


def png(size: int) -> bytes:
    """The icon, `size` pixels square."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(DRAWING)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]  # the stub asks for bytes, which it refuses
    return bytes(buffer.data().data())


def ico() -> bytes:
    """A Windows icon: a header, a directory of 16 bytes an entry, and PNGs."""
    pictures = [png(size) for size in ICO_SIZES]
    out = io.BytesIO(struct.pack("<HHH", 0, 1, len(pictures)))
    out.seek(0, io.SEEK_END)
    offset = 6 + 16 * len(pictures)
    for size, picture in zip(ICO_SIZES, pictures, strict=True):
        out.write(struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), offset))
        offset += len(picture)
    out.write(b"".join(pictures))
    return out.getvalue()


def icns() -> bytes:
    """A macOS icon: type, length and PNG of each size."""
    entries = b"".join(kind + struct.pack(">I", len(data) + 8) + data for kind, data in _icns_pictures())
    return b"icns" + struct.pack(">I", len(entries) + 8) + entries


def _icns_pictures() -> list[tuple[bytes, bytes]]:
    return [(kind, png(size)) for size, kind in ICNS_TYPES.items()]


def write_icons(folder: Path, name: str) -> None:
    """Write `hicolor/SIZE/apps/NAME.png`, the drawing itself, `chatdesk.ico` and `chatdesk.icns` into `folder`."""
    for size in SIZES:
        place = folder / "hicolor" / f"{size}x{size}" / "apps"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{name}.png").write_bytes(png(size))
    scalable = folder / "hicolor" / "scalable" / "apps"
    scalable.mkdir(parents=True, exist_ok=True)
    (scalable / f"{name}.svg").write_bytes(DRAWING.read_bytes())
    (folder / "chatdesk.ico").write_bytes(ico())
    (folder / "chatdesk.icns").write_bytes(icns())


if __name__ == "__main__":
    application = QGuiApplication(["icons", "-platform", "offscreen"])
    write_icons(Path(sys.argv[1]), sys.argv[2])
