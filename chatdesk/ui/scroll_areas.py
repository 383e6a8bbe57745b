"""Scroll areas as assistive technology sees them.

Qt's own interface of a scroll area takes its children by number without looking whether there are still so many. A
scroll bar that goes between two questions of a screen reader then ends the app (Qt 6.11). The interface of plain
widgets does look.
"""

from __future__ import annotations

from functools import cache

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QScrollArea

# Kept until Qt deletes them, as it does when their widget goes. Qt asks again when the meta-object of a widget has
# changed, as it does with classes of Python. Each time it gets another interface: it would delete the same one twice.
_nodes: list[QAccessibleInterface] = []


@cache
def install() -> None:
    """Make Qt ask here for the interfaces of scroll areas. Once per process."""
    QAccessible.installFactory(_make)


def _make(class_name: str, made_for: QObject) -> QAccessibleInterface | None:
    if class_name != "QScrollArea" or not isinstance(made_for, QScrollArea):
        return None
    _nodes[:] = [node for node in _nodes if shiboken6.isValid(node)]
    _nodes.append(QAccessibleWidget(made_for, QAccessible.Role.Pane))
    return _nodes[-1]
