"""The settings of the chat that is shown, for how replies are written in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from chatdesk.ui.actions import ActionRow, Group
from chatdesk.ui.overrides_dialog import OverridesDialog

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from chatdesk.core.conversations import Conversation
    from chatdesk.core.sampling import SamplingParams
    from chatdesk.services.chat import ChatService


class ChatSettings(QObject):
    """Knows what the chat has set for itself, and opens the dialog that changes it."""

    def __init__(self, chat: ChatService, usual: Callable[[], SamplingParams], window: QWidget) -> None:
        """`usual` tells what counts where a chat has set nothing for itself."""
        super().__init__(window)
        self._chat = chat
        self._usual = usual
        self._window = window
        self._conversation: Conversation | None = None

    def rows(self) -> tuple[ActionRow, ...]:
        """What can be done here."""
        words = self.tr("Settings of this chat…")
        return (ActionRow("chat_settings_action", Group.THIS_CHAT, words, self.show_dialog, needs_chat=True),)

    def show_conversation(self, conversation: Conversation | None) -> None:
        """Another conversation is shown, or the same one as it is now; None: one that is not begun."""
        self._conversation = conversation

    def update_conversation(self, conversation: Conversation) -> None:
        """A conversation changed."""
        if self._conversation is not None and conversation.id == self._conversation.id:
            self._conversation = conversation

    def show_dialog(self) -> None:
        """Open the dialog."""
        conversation = self._conversation
        if conversation is None:
            return

        def save(overrides: dict[str, Any]) -> None:
            self._chat.replace_overrides(conversation.id, overrides)

        dialog = ChatOverridesDialog(conversation, self._usual(), self._window)
        dialog.saved.connect(save)
        dialog.open()


class ChatOverridesDialog(OverridesDialog):
    """How replies are written in one chat: each setting the model's or the app's, or the chat's own."""

    def __init__(self, conversation: Conversation, usual: SamplingParams, parent: QWidget | None = None) -> None:
        title, follows = self.tr("Settings of this chat"), self.tr("As in other chats")
        super().__init__(title, conversation.title, conversation.overrides or {}, follows, parent)
        self.sampling_rows(usual)
        self.finish(
            self.tr(
                "What is not set here follows the model's settings or the app's. Changes count from the next reply."
            ),
            self.tr("All as in other chats"),
        )
