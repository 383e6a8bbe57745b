"""Fields that only the app's settings have: switches, addresses, the access token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPushButton, QWidget

from chatdesk.core.settings import is_address

if TYPE_CHECKING:
    from collections.abc import Collection

MOST_ADDRESS_CHARS = 500
MOST_TOKEN_CHARS = 500


class Switch(QCheckBox):
    """On or off; its name stands beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)


class AddressField(QLineEdit):
    """The address of a server, or nothing. What was written without a scheme gets `scheme` when it is left."""

    def __init__(self, schemes: Collection[str], scheme: str, placeholder: str) -> None:
        super().__init__()
        self._schemes = schemes
        self._scheme = scheme
        self.setPlaceholderText(placeholder)
        self.setMaxLength(MOST_ADDRESS_CHARS)
        self.setInputMethodHints(Qt.InputMethodHint.ImhUrlCharactersOnly | Qt.InputMethodHint.ImhNoPredictiveText)
        self.editingFinished.connect(self.complete)

    def complete(self) -> None:
        """Bring what is written into the form in which it is kept."""
        text = self.text().strip()
        if text and "://" not in text:
            text = f"{self._scheme}://{text}"
        scheme, separator, rest = text.partition("://")
        self.setText(scheme + separator + rest.rstrip("/"))

    def address(self) -> str | None:
        """What is written, None for nothing."""
        return self.text() or None

    def is_valid(self) -> bool:
        """Whether it is an address, or empty."""
        return not self.text() or is_address(self.text(), self._schemes)


class TokenField(QWidget):
    """Takes a new access token, or removes the saved one. Never shows either."""

    edited = Signal()

    def __init__(self, *, has_token: bool) -> None:
        super().__init__()
        self._has_token = has_token
        self._is_removed = False
        self.edit = QLineEdit()
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setMaxLength(MOST_TOKEN_CHARS)
        self.edit.textEdited.connect(self.edited)
        self._remove = QPushButton(self.tr("Remove"))
        self._remove.setObjectName("remove_token_button")
        self._remove.setAccessibleName(self.tr("Remove the saved access token"))
        self._remove.setAutoDefault(False)
        self._remove.clicked.connect(self._press_remove)
        self.setFocusProxy(self.edit)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.edit, 1)
        row.addWidget(self._remove)
        self._refresh()

    def change(self) -> str | None:
        """The new token; empty when the saved one is to go; None when nothing changes."""
        if token := self.edit.text().strip():
            return token
        return "" if self._is_removed else None

    def is_valid(self) -> bool:
        """Whether what is written can be a token: it will travel in a header."""
        token = self.edit.text().strip()
        return token.isascii() and token.isprintable() and " " not in token

    def _press_remove(self) -> None:
        self._is_removed = True
        self.edit.clear()
        self._refresh()
        self.edit.setFocus()

    def _refresh(self) -> None:
        self._remove.setEnabled(self._has_token and not self._is_removed)
        if self._is_removed:
            self.edit.setPlaceholderText(self.tr("Removed when you save"))
        elif self._has_token:
            self.edit.setPlaceholderText(self.tr("One is saved. Paste another to replace it."))
        else:
            self.edit.setPlaceholderText(self.tr("None is saved. Paste one here."))
