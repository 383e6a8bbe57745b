"""The conversation for screen readers: every message is a child of the view, painted or not.

So is the divider, in its place between them. The interfaces of messages are made when assistive technology asks.

Qt keeps every interface that it has seen in a cache, and deletes it there. So an interface may be dropped here only by
telling the cache, and must answer harmlessly when its message or its view is gone.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from chatdesk.ui.transcript import wording
from chatdesk.ui.transcript.accessible_nodes import DividerNode, MessageNode
from chatdesk.ui.transcript.plain import plain_text

if TYPE_CHECKING:
    from chatdesk.ui.transcript.view import TranscriptView

VIEW_CLASS = "TranscriptView"


@cache
def install() -> None:
    """Make Qt ask here for the interfaces of transcripts. Once per process."""
    QAccessible.installFactory(_make)


def _make(class_name: str, made_for: QObject) -> QAccessibleInterface | None:
    if class_name != VIEW_CLASS:
        return None
    view = cast("TranscriptView", made_for)
    # Qt may ask again: see `chatdesk.ui.scroll_areas`.
    node = ViewNode(view)
    view.add_accessible_node(node)
    return node


def announce_reset(node: ViewNode | None) -> None:
    """Other messages are shown."""
    if node is not None:
        node.forget_missing()
        QAccessible.updateAccessibility(QAccessibleEvent(node.view, QAccessible.Event.ObjectReorder))


def announce_added(node: ViewNode | None, index: int) -> None:
    """A message was added."""
    _announce(node, QAccessible.Event.ObjectCreated, index)


def announce_focus(node: ViewNode | None, index: int) -> None:
    """The keyboard is on a message."""
    _announce(node, QAccessible.Event.Focus, index)


def announce_streamed(node: ViewNode | None, index: int, now: float) -> None:
    """More of a reply is there: its whole sentences are read aloud, not too many at a time."""
    if node is None or not QAccessible.isActive():
        return
    column = node.view.column
    message = column.messages[index]
    is_first = not node.view.aloud.has_begun(message.id)
    if piece := node.view.aloud.piece(message.id, column.text_of(index), now):
        words = plain_text(piece)
        _say(node, f"{wording.speaker(message)}: {words}" if is_first else words)


def announce_finished(node: ViewNode | None, index: int) -> None:
    """A reply is complete: what was not read aloud is."""
    if node is None:
        return
    _announce(node, QAccessible.Event.NameChanged, index)
    column = node.view.column
    message = column.messages[index]
    if not node.view.aloud.has_begun(message.id):
        _say(node, node.message_node(index).text(QAccessible.Text.Name))
        return
    rest = plain_text(node.view.aloud.rest(message.id, column.text_of(index)))
    _say(node, "\n".join(part for part in (rest, column.status_of(index)) if part))


def _say(node: ViewNode, words: str) -> None:
    """Politely: after what the screen reader says at the moment."""
    if words:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(node.view, words))


def announce_divider_focus(node: ViewNode | None) -> None:
    """The keyboard is on the divider."""
    if node is not None and (place := node.divider_place) is not None:
        _announce_child(node, QAccessible.Event.Focus, place)


def _announce(node: ViewNode | None, kind: QAccessible.Event, index: int) -> None:
    if node is not None:
        _announce_child(node, kind, node.place_of(index))


def _announce_child(node: ViewNode, kind: QAccessible.Event, place: int) -> None:
    event = QAccessibleEvent(node.view, kind)
    event.setChild(place)
    QAccessible.updateAccessibility(event)


class ViewNode(QAccessibleWidget):
    """The view: a list of messages with the divider between them, and behind them the button that jumps to the end."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view, QAccessible.Role.List, view.accessibleName())
        self.view = view
        self._nodes: dict[str, MessageNode] = {}
        self._divider_node: DividerNode | None = None

    @property
    def is_alive(self) -> bool:
        """Whether the view still exists."""
        return shiboken6.isValid(self.view)

    def message_node(self, index: int) -> MessageNode:
        """The interface of a message, made when first asked for."""
        message_id = self.view.column.messages[index].id
        if message_id not in self._nodes:
            self._nodes[message_id] = MessageNode(self, message_id)
        return self._nodes[message_id]

    def divider_node(self) -> DividerNode:
        """The interface of the divider, made when first asked for."""
        if self._divider_node is None:
            self._divider_node = DividerNode(self)
        return self._divider_node

    @property
    def divider_place(self) -> int | None:
        """Which child the divider is, if there is one."""
        divider = self.view.column.divider if self.is_alive else None
        return None if divider is None else divider.below + 1

    def place_of(self, index: int) -> int:
        """Which child a message is."""
        divider_place = self.divider_place
        return index if divider_place is None or index < divider_place else index + 1

    def forget_missing(self) -> None:
        """Let go of the interfaces of messages that are no longer shown."""
        for message_id in [*self._nodes]:
            if self.view.column.index_of(message_id) is None:
                node = self._nodes.pop(message_id)
                QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(node))

    def _widgets(self) -> list[QWidget]:
        return [widget for widget in self.view.floating_widgets() if widget.isVisible()]

    def _painted_count(self) -> int:
        return len(self.view.column.messages) + (self.divider_place is not None)

    def childCount(self) -> int:
        """The messages and the divider, then what floats above them and is shown."""
        return self._painted_count() + len(self._widgets()) if self.is_alive else 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt allows a null pointer
        """A message, the divider, or a widget behind the last."""
        if not self.is_alive or not 0 <= index < self.childCount():
            return None
        count, divider_place = self._painted_count(), self.divider_place
        if index >= count:
            return QAccessible.queryAccessibleInterface(self._widgets()[index - count])
        if index == divider_place:
            return self.divider_node()
        return self.message_node(index - (divider_place is not None and index > divider_place))

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Where a child stands, or -1."""
        if not self.is_alive:
            return -1
        if isinstance(child, MessageNode):
            return -1 if child.index is None else self.place_of(child.index)
        if isinstance(child, DividerNode):
            return -1 if self.divider_place is None else self.divider_place
        for index, widget in enumerate(self._widgets(), self._painted_count()):
            if widget is child.object():
                return index
        return -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt allows a null pointer
        """What is at a point of the screen."""
        if not self.is_alive:
            return None
        for widget in self._widgets():
            if QRect(widget.mapToGlobal(QPoint(0, 0)), widget.size()).contains(x, y):
                return QAccessible.queryAccessibleInterface(widget)
        point = self.view.viewport().mapFromGlobal(QPoint(x, y))
        if self.view.divider_rect().contains(point):
            return self.divider_node()
        hit = self.view.pointer.hit_at(point)
        return None if hit.message is None else self.message_node(hit.message)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt allows a null pointer
        """The message that the keyboard is on."""
        if not self.is_alive or not self.view.hasFocus():
            return None
        if self.view.is_divider_focused:
            return self.divider_node()
        focused = self.view.focused
        return self if focused is None else self.message_node(focused)

    def text(self, kind: QAccessible.Text) -> str:
        """The view's name."""
        return self.view.accessibleName() if kind == QAccessible.Text.Name and self.is_alive else ""
