"""Switches a conversation's reasoning on and off, where the model that answers lets one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget

if TYPE_CHECKING:
    from chatdesk.core.context_map import ContextUse
    from chatdesk.core.conversations import Conversation
    from chatdesk.core.model_info import ModelInfo
    from chatdesk.services.chat import ChatService


class ReasoningSwitch(QToolButton):
    """Says whether the next reply begins with reasoning, and changes that. Hidden where nothing can be changed."""

    def __init__(self, chat: ChatService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reasoning_switch")
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._chat = chat
        self._model: ModelInfo | None = None
        self._conversation_id: str | None = None
        self._chosen: bool | None = None  # for this conversation; None: it follows the model's and the app's settings
        self._default: bool | None = None  # what those say, as far as it is known
        self.clicked.connect(self._choose)
        self._refresh()

    @property
    def can_switch(self) -> bool:
        """Whether the model knows both."""
        return self._model is not None and self._model.reasoning.can_be_switched

    @property
    def overrides(self) -> dict[str, Any] | None:
        """What a conversation that is begun now sets for itself."""
        return None if self._chosen is None else {"reasoning": self._chosen}

    def set_model(self, model: ModelInfo | None) -> None:
        """Another model answers, or none does."""
        self._model = model
        self._default = None
        self._refresh()

    def show_conversation(self, conversation: Conversation | None) -> None:
        """Another conversation is shown, or the same one as it is now; None: one that is not begun."""
        self._conversation_id = None if conversation is None else conversation.id
        overrides = (conversation.overrides if conversation is not None else None) or {}
        wanted = overrides.get("reasoning")
        self._chosen = wanted if isinstance(wanted, bool) else None
        self._refresh()

    def update_conversation(self, conversation: Conversation) -> None:
        """A conversation changed."""
        if conversation.id == self._conversation_id:
            self.show_conversation(conversation)

    def take(self, use: ContextUse) -> None:
        """What the next prompt holds was measured: it says what counts where nothing is chosen."""
        if use.conversation_id == self._conversation_id and self._chosen is None:
            self._default = use.reasons
            self._refresh()

    def _choose(self) -> None:
        self._chosen = self.isChecked()
        if self._conversation_id is not None:
            self._chat.set_overrides(self._conversation_id, {"reasoning": self._chosen})
        self._refresh()

    def _refresh(self) -> None:
        wanted = self._default if self._chosen is None else self._chosen
        is_on = self._model is not None and self._model.reasoning.is_on(wanted)
        self.setChecked(is_on)
        words = self.tr("Reasoning on") if is_on else self.tr("Reasoning off")
        self.setText(words)
        self.setAccessibleName(words)
        self.setToolTip(
            self.tr("The model reasons before it replies in this chat. Click to have it reply at once.")
            if is_on
            else self.tr("The model replies at once in this chat. Click to have it reason first.")
        )
        self.setVisible(self.can_switch)
