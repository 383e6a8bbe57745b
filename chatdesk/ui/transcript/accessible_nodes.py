"""What a screen reader meets in a conversation: a message, and the divider between messages.

A message's name is who wrote it and all that it says; what can be done with it (Copy, Regenerate, its links, …) are its
actions. Qt may hold an interface longer than what it stands for lives: then it answers harmlessly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import shiboken6
from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QAccessibleInterface

from chatdesk.ui.transcript import wording
from chatdesk.ui.transcript.plain import plain_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.ui.transcript.accessible import ViewNode
    from chatdesk.ui.transcript.verbs import Verb
    from chatdesk.ui.transcript.view import TranscriptView

# Longer replies are read with their Markdown marks: they are named again whenever they are asked for.
MAX_PLAIN_CHARS = 50_000


class PaintedNode(QAccessibleInterface):
    """Something painted in a view: no QObject, without children, with verbs for actions."""

    def __init__(self, parent: ViewNode) -> None:
        super().__init__()
        self._parent = parent
        self._actions = VerbActions(self)

    @property
    def view(self) -> TranscriptView:
        """Where it is painted."""
        return self._parent.view

    def viewport_rect(self) -> QRect | None:
        """Where it is in the view's viewport, also when it is scrolled out of view; None when it is gone."""
        raise NotImplementedError

    def has_keyboard(self) -> bool:
        """Whether the keyboard is on it, if it is on the view at all. Asked only while it is there."""
        raise NotImplementedError

    def verbs(self) -> Sequence[Verb]:
        """What can be done with it; nothing when it is gone."""
        raise NotImplementedError

    def isValid(self) -> bool:
        """Whether it is still shown."""
        return self.viewport_rect() is not None

    def object(self) -> QObject | None:  # type: ignore[override]  # Qt allows a null pointer
        """What is painted is no QObject."""
        return None

    def parent(self) -> QAccessibleInterface:
        """The view."""
        return self._parent

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt allows a null pointer
        """There are no children."""
        del index
        return None

    def childCount(self) -> int:
        """There are no children."""
        return 0

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]  # Qt allows a null pointer
        """There are no children."""
        del x, y
        return None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        """There are no children."""
        del child
        return -1

    def rect(self) -> QRect:
        """Where it is on the screen, also when it is scrolled out of view."""
        rect = self.viewport_rect()
        return QRect() if rect is None else QRect(self.view.viewport().mapToGlobal(rect.topLeft()), rect.size())

    def role(self) -> QAccessible.Role:
        """An item of the list of messages."""
        return QAccessible.Role.ListItem

    def state(self) -> QAccessible.State:
        """Focusable, and off screen while it is scrolled out of view."""
        state = QAccessible.State()
        rect = self.viewport_rect()
        if rect is None:
            state.invalid = True
            return state
        state.focusable = state.readOnly = state.multiLine = True
        state.focused = self.view.hasFocus() and self.has_keyboard()
        state.offscreen = not rect.intersects(self.view.viewport().rect())
        state.invisible = not self.view.isVisible()
        return state

    def setText(self, kind: QAccessible.Text, text: str) -> None:
        """What is painted is read only."""

    def interface_cast(self, kind: QAccessible.InterfaceType) -> int:
        """The address of the actions; 0 for what is not offered."""
        if kind == QAccessible.InterfaceType.ActionInterface:
            return cast("int", shiboken6.VoidPtr(shiboken6.getCppPointer(self._actions)[0]))
        return cast("int", shiboken6.VoidPtr(0))


class MessageNode(PaintedNode):
    """One message. It is found by its id each time, because its place may change."""

    def __init__(self, parent: ViewNode, message_id: str) -> None:
        super().__init__(parent)
        self._message_id = message_id

    @property
    def index(self) -> int | None:
        """Where the message stands, or None when it is gone."""
        return self.view.column.index_of(self._message_id) if self._parent.is_alive else None

    def viewport_rect(self) -> QRect | None:
        """Where the message is."""
        index = self.index
        return None if index is None else self.view.message_rect(index)

    def has_keyboard(self) -> bool:
        """Whether the keyboard is on the message."""
        return self.view.focused == self.index

    def verbs(self) -> Sequence[Verb]:
        """What can be done with the message, each under a name of its own."""
        index = self.index
        if index is None:
            return []
        verbs = self.view.verbs
        return [*verbs.of(index), *verbs.within(index)]

    def text(self, kind: QAccessible.Text) -> str:
        """The name is who wrote the message and what it says; the description its figures, and whether it is pinned."""
        index = self.index
        if index is None:
            return ""
        message = self.view.column.messages[index]
        if kind == QAccessible.Text.Name:
            return f"{wording.speaker(message)}: {self._spoken(index)}"
        if kind == QAccessible.Text.Description:
            parts = (
                wording.pinned_words() if message.is_pinned else "",
                wording.figures_words(message) if message.is_reply else "",
            )
            return " · ".join(part for part in parts if part)
        return ""

    def _spoken(self, index: int) -> str:
        column = self.view.column
        message, text = column.messages[index], column.text_of(index)
        if message.is_reply and len(text) <= MAX_PLAIN_CHARS:
            text = plain_text(text)
        item = column.known_item(index)
        reasoning = item.reasoning_words if item is not None else wording.reasoning_words_of(message)
        if reasoning and message.id in column.unfolded:
            reasoning += "\n" + plain_text(column.reasoning_of(index)[:MAX_PLAIN_CHARS])
        said = (reasoning, wording.attached_words(message), text, column.status_of(index))
        return "\n".join(part for part in said if part)


class DividerNode(PaintedNode):
    """The divider. There is one interface for all that a view ever shows."""

    def viewport_rect(self) -> QRect | None:
        """Where the divider is."""
        is_there = self._parent.is_alive and self.view.column.divider is not None
        return self.view.divider_rect() if is_there else None

    def has_keyboard(self) -> bool:
        """Whether the keyboard is on the divider."""
        return self.view.is_divider_focused

    def verbs(self) -> Sequence[Verb]:
        """What can be done about the messages that are not sent."""
        return self.view.verbs.of_divider() if self._parent.is_alive else []

    def text(self, kind: QAccessible.Text) -> str:
        """The name is what became of the messages above."""
        divider = self.view.column.divider if self._parent.is_alive else None
        return divider.box.words if divider is not None and kind == QAccessible.Text.Name else ""


class VerbActions(QAccessibleActionInterface):
    """What can be done with something painted, for assistive technology."""

    def __init__(self, node: PaintedNode) -> None:
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
        """Actions have no keys of their own; the menu of what the keyboard is on offers them."""
        del name
        return []

    def doAction(self, name: str) -> None:
        """Do it. A name that is no longer offered does nothing: the message may have changed since it was read."""
        if (verb := self._named().get(name)) is not None:
            verb.run()
