"""Looks for a widget by the name by which screen readers and style sheets know it."""

from typing import TypeVar

from PySide6.QtWidgets import QWidget

W = TypeVar("W", bound=QWidget)


def find(parent: QWidget, kind: type[W], name: str) -> W:
    """The widget `name` somewhere below `parent`."""
    found = parent.findChild(kind, name)
    assert isinstance(found, kind), name
    return found
