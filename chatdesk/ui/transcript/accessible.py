"""The conversation for screen readers: every message is a child of the view, painted or not.

A message's name is who wrote it and all that it says; what can be done with it (Copy, Regenerate, its links, …) are its
actions. The interfaces of messages are made when assistive technology asks for them.

Qt keeps every interface that it has seen in a cache, and deletes it there. So an interface may be dropped here only by
telling the cache, and must answer harmlessly when its message or its view is gone.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, cast

import shiboken6
from PySide6.QtCore import QObject, QPoint, QRect
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
)
from PySide6.QtWidgets import QAccessibleWidget, QWidget

from chatdesk.ui.transcript import wording
from chatdesk.ui.transcript.markdown import MarkdownStream
from chatdesk.ui.transcript.text_box import plain_segment

if TYPE_CHECKING:
    from chatdesk.ui.transcript.verbs import Verb
    from chatdesk.ui.transcript.view import TranscriptView

VIEW_CLASS = "TranscriptView"
# Longer replies are read with their Markdown marks: they are named again whenever they are asked for.
MAX_PLAIN_CHARS = 50_000


@cache
def install() -> None:
    """Make Qt ask here for the interfaces of transcripts. Once per process."""
    QAccessible.installFactory(_make)


def _make(class_name: str, made_for: QObject) -> QAccessibleInterface | None:
    if class_name != VIEW_CLASS:
        return None
    view = cast("TranscriptView", made_for)
    return view.accessible_node(lambda: ViewNode(view))


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


def announce_finished(node: ViewNode | None, index: int) -> None:
    """A reply is complete: it is read aloud."""
    if node is not None:
        _announce(node, QAccessible.Event.NameChanged, index)
        text = node.message_node(index).text(QAccessible.Text.Name)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(node.view, text))


def _announce(node: ViewNode | None, kind: QAccessible.Event, index: int) -> None:
    if node is not None:
        event = QAccessibleEvent(node.view, kind)
        event.setChild(index)
        QAccessible.updateAccessibility(event)


class ViewNode(QAccessibleWidget):
    """The view: a list of messages, and behind them the button that jumps to the end."""

    def __init__(self, view: TranscriptView) -> None:
        super().__init__(view, QAccessible.Role.List, view.accessibleName())
        self.view = view
        self._nodes: dict[str, MessageNode] = {}

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

    def forget_missing(self) -> None:
        """Let go of the interfaces of messages that are no longer shown."""
        for message_id in [*self._nodes]:
            if self.view.column.index_of(message_id) is None:
                node = self._nodes.pop(message_id)
                QAccessible.deleteAccessibleInterface(QAccessible.uniqueId(node))

    def _widgets(self) -> list[QWidget]:
        return [widget for widget in self.view.floating_widgets() if widget.isVisible()]

    def childCount(self) -> int:
        """The messages, then what floats above them and is shown."""
        return len(self.view.column.messages) + len(self._widgets()) if self.is_alive else 0

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt allows a null pointer
        """A message, or a widget behind the last."""
        if not self.is_alive or not 0 <= index < self.childCount():
            return None
        count = len(self.view.column.messages)
        if index < count:
            return self.message_node(index)
        return QAccessible.queryAccessibleInterface(self._widgets()[index - count])

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """Where a child stands, or -1."""
        if not self.is_alive:
            return -1
        if isinstance(child, MessageNode):
            return -1 if child.index is None else child.index
        for index, widget in enumerate(self._widgets(), len(self.view.column.messages)):
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
        hit = self.view.pointer.hit_at(self.view.viewport().mapFromGlobal(QPoint(x, y)))
        return None if hit.message is None else self.message_node(hit.message)

    def focusChild(self) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt allows a null pointer
        """The message that the keyboard is on."""
        if not self.is_alive or not self.view.hasFocus():
            return None
        focused = self.view.focused
        return self if focused is None else self.message_node(focused)

    def text(self, kind: QAccessible.Text) -> str:
        """The view's name."""
        return self.view.accessibleName() if kind == QAccessible.Text.Name and self.is_alive else ""


class MessageNode(QAccessibleInterface):
    """One message. It is found by its id each time, because its place may change."""

    def __init__(self, parent: ViewNode, message_id: str) -> None:
        super().__init__()
        self._parent = parent
        self._message_id = message_id
        self._actions = MessageActions(self)

    @property
    def index(self) -> int | None:
        """Where the message stands, or None when it is gone."""
        return self._parent.view.column.index_of(self._message_id) if self._parent.is_alive else None

    def verbs(self) -> list[Verb]:
        """What can be done with the message, each under a name of its own."""
        index = self.index
        if index is None:
            return []
        verbs = self._parent.view.verbs
        return [*verbs.of(index), *verbs.within(index)]

    def isValid(self) -> bool:
        """Whether the message is still shown."""
        return self.index is not None

    def object(self) -> QObject | None:  # type: ignore[override]  # Qt allows a null pointer
        """A message is no QObject."""
        return None

    def parent(self) -> QAccessibleInterface:
        """The view."""
        return self._parent

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt allows a null pointer
        """A message has no children."""
        del index
        return None

    def childCount(self) -> int:
        """A message has no children."""
        return 0

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt allows a null pointer
        """A message has no children."""
        del x, y
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """A message has no children."""
        del child
        return -1

    def rect(self) -> QRect:
        """Where the message is on the screen, also when it is scrolled out of view."""
        index = self.index
        if index is None:
            return QRect()
        view = self._parent.view
        rect = view.message_rect(index)
        return QRect(view.viewport().mapToGlobal(rect.topLeft()), rect.size())

    def role(self) -> QAccessible.Role:
        """An item of the list of messages."""
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        """Focusable, and off screen while it is scrolled out of view."""
        state = QAccessible.State()
        index = self.index
        if index is None:
            state.invalid = True
            return state
        view = self._parent.view
        state.focusable = state.readOnly = state.multiLine = True
        state.focused = view.hasFocus() and view.focused == index
        state.offscreen = not view.message_rect(index).intersects(view.viewport().rect())
        state.invisible = not view.isVisible()
        return state

    def text(self, kind: QAccessible.Text) -> str:
        """The name is who wrote the message and what it says; the description its figures."""
        index = self.index
        if index is None:
            return ""
        message = self._parent.view.column.messages[index]
        if kind == QAccessible.Text.Name:
            return f"{wording.speaker(message)}: {self._spoken(index)}"
        if kind == QAccessible.Text.Description and message.is_reply:
            return wording.figures_words(message)
        return ""

    def _spoken(self, index: int) -> str:
        column = self._parent.view.column
        message, text = column.messages[index], column.text_of(index)
        if message.is_reply and len(text) <= MAX_PLAIN_CHARS:
            text = plain_text(text)
        return "\n".join(part for part in (text, column.status_of(index)) if part)

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """Messages are read only."""

    def interface_cast(self, kind: QAccessible.InterfaceType) -> int:
        """The address of the actions; 0 for what a message does not offer."""
        if kind == QAccessible.InterfaceType.ActionInterface:
            return cast("int", shiboken6.VoidPtr(shiboken6.getCppPointer(self._actions)[0]))
        return cast("int", shiboken6.VoidPtr(0))


class MessageActions(QAccessibleActionInterface):
    """What can be done with a message, for assistive technology."""

    def __init__(self, node: MessageNode) -> None:
        super().__init__()
        self._node = node

    def _named(self) -> dict[str, Verb]:
        named: dict[str, Verb] = {}
        for verb in self._node.verbs():
            same = sum(name.rstrip("_0123456789") == verb.name for name in named)
            named[f"{verb.name}_{same + 1}" if same else verb.name] = verb
        return named

    def actionNames(self) -> list[str]:
        """One name per action."""
        return [*self._named()]

    def localizedActionName(self, name: str) -> str:
        """What the action is called on screen."""
        verb = self._named().get(name)
        return "" if verb is None else verb.label

    def localizedActionDescription(self, name: str) -> str:
        """The same: the labels say it all."""
        return self.localizedActionName(name)

    def keyBindingsForAction(self, name: str) -> list[str]:
        """Actions have no keys of their own; the menu of the focused message offers them."""
        del name
        return []

    def doAction(self, name: str) -> None:
        """Do it. A name that is no longer offered does nothing: the message may have changed since it was read."""
        if (verb := self._named().get(name)) is not None:
            verb.run()


def plain_text(markdown: str) -> str:
    """Markdown as it is read aloud: without marks, list items with their numbers."""
    stream = MarkdownStream()
    stream.append(markdown)
    stream.finish()
    stream.update()
    return "\n".join(plain_segment(segment) for segment in stream.segments)
