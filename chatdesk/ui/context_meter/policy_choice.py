"""What happens when a conversation outgrows the context: four choices, each in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QGroupBox, QLabel, QRadioButton, QVBoxLayout, QWidget

from chatdesk.core.context_map import OverflowPolicy
from chatdesk.ui.context_meter import wording

if TYPE_CHECKING:
    from collections.abc import Mapping


class PolicyChoice(QGroupBox):
    """Radio buttons. `chosen` carries an `OverflowPolicy`, or None for the default: it then follows the model."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("policy_choice")
        self.setTitle(self.tr("When this chat outgrows the context"))
        self.setFlat(True)
        self._default: OverflowPolicy | None = None
        self._group = QButtonGroup(self)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 4, 0, 0)
        rows.setSpacing(1)
        buttons = {}
        for policy in OverflowPolicy:
            buttons[policy] = QRadioButton()
            buttons[policy].setObjectName(f"policy_{policy}")
            buttons[policy].setAccessibleDescription(wording.policy_sentence(policy))
            self._group.addButton(buttons[policy])
            sentence = QLabel(wording.policy_sentence(policy))
            sentence.setObjectName("policy_sentence")
            sentence.setIndent(0)
            sentence.setWordWrap(True)
            sentence.setBuddy(buttons[policy])
            rows.addWidget(buttons[policy])
            rows.addWidget(sentence)
        self._buttons: Mapping[OverflowPolicy, QRadioButton] = buttons
        # `clicked` comes only from people: showing what is so must not choose it.
        self._group.buttonClicked.connect(self._choose)

    def show_policy(self, policy: OverflowPolicy, default: OverflowPolicy | None, *, can_choose: bool) -> None:
        """Mark the policy in force, and the one that would be without a choice."""
        self._default = default
        for known, button in self._buttons.items():
            button.setText(wording.default_policy_name(known) if known is default else wording.policy_name(known))
        self._buttons[policy].setChecked(True)
        self.setEnabled(can_choose)
        self.setToolTip("" if can_choose else self.tr("You can choose once the chat has begun."))

    def _choose(self) -> None:
        policy = next(known for known, button in self._buttons.items() if button.isChecked())
        self.chosen.emit(None if policy is self._default else policy)
