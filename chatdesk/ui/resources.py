"""Shipped files, read through Qt's search path `resources:`, which the app points at their folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QDir, QFile, QIODevice

if TYPE_CHECKING:
    from pathlib import Path


def set_resource_folder(folder: Path) -> None:
    """Say where shipped files lie. Call once, before the first window."""
    QDir.setSearchPaths("resources", [str(folder)])


def read_resource(name: str) -> str:
    """The text of a shipped file.

    Raises:
        FileNotFoundError: the installation is incomplete.
    """
    file = QFile(f"resources:{name}")
    if not file.open(QIODevice.OpenModeFlag.ReadOnly):
        raise FileNotFoundError(name)
    return bytes(file.readAll().data()).decode("utf-8")
