"""A slash in the empty message box lists the saved prompts; the words behind it narrow the list.

The keyboard stays in the message box: arrows move through the list, Enter or Tab takes a prompt, Esc closes it. In a
prompt that was taken, Tab goes from gap to gap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPalette,
    QTextCursor,
)
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from chatdesk.core.saved_prompts import filter_of, matching, next_gap
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.utf16 import from_units, to_units
from chatdesk.ui.wording import plain_tool_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QModelIndex, QPersistentModelIndex

    from chatdesk.core.saved_prompts import SavedPrompt
    from chatdesk.ui.composer.message_edit import MessageEdit

MOST_ROWS = 6
MOST_TEXT_CHARS = 90
MOST_TIP_CHARS = 600
NAME_ROLE = Qt.ItemDataRole.UserRole
_MOVES = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_TAKES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)


class PromptList(QFrame):
    """The list above the message box, and what the keys in `edit` do to it."""

    manager_requested = Signal()

    def __init__(self, edit: MessageEdit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("prompt_list")
        self.setAccessibleName(self.tr("Saved prompts"))
        self._edit = edit
        self._prompts: Sequence[SavedPrompt] = ()
        self._shown: list[SavedPrompt] = []
        self._is_dismissed = False  # Esc closed it; it opens again behind another slash
        self._has_gaps = False  # a prompt was taken, and not all of it is filled in
        self._list = QListWidget()
        self._list.setObjectName("prompt_choices")
        self._list.setAccessibleName(self.tr("Saved prompts"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._list.setItemDelegate(_PromptRows(self._list))
        self._list.itemClicked.connect(lambda item: self._take(self._list.row(item)))
        self._empty = QLabel(self.tr("No prompts are saved yet. What you often ask for can be kept and found here."))
        self._empty.setObjectName("prompt_empty")
        self._empty.setWordWrap(True)
        manage = QPushButton(self.tr("Manage saved prompts…"))
        manage.setObjectName("prompt_manage")
        manage.setAccessibleName(self.tr("Manage saved prompts…"))
        manage.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        manage.clicked.connect(self.manager_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        column.addWidget(self._list)
        column.addWidget(self._empty)
        column.addWidget(manage, 0, Qt.AlignmentFlag.AlignLeft)
        edit.textChanged.connect(self._narrow)
        edit.installEventFilter(self)
        self.hide()

    def set_prompts(self, prompts: Sequence[SavedPrompt]) -> None:
        """These are saved."""
        self._prompts = prompts
        self._narrow()

    def forget(self) -> None:
        """Another conversation is shown."""
        self._has_gaps = False

    # --- what is listed ---

    def _narrow(self) -> None:
        # A look at the first letter, for every key comes here and a message may be long.
        words = filter_of(self._edit.toPlainText()) if self._edit.document().characterAt(0) == "/" else None
        if words is None:
            self._is_dismissed = False
            self.hide()
            return
        self._shown = matching(self._prompts, words)
        self._list.clear()
        for prompt in self._shown:
            text = one_line(prompt.text, MOST_TEXT_CHARS)
            item = QListWidgetItem(prompt.name if text == prompt.name else f"{prompt.name} – {text}")
            item.setData(NAME_ROLE, prompt.name)
            item.setToolTip(plain_tool_tip(prompt.text[:MOST_TIP_CHARS]))
            self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._list.setVisible(bool(self._shown))
        self._empty.setVisible(not self._prompts)
        self._list.ensurePolished()  # or the style sheet's room around each row would not be counted
        rows = sum(self._list.sizeHintForRow(row) for row in range(min(len(self._shown), MOST_ROWS)))
        self._list.setFixedHeight(rows + 2 * self._list.frameWidth())
        # A message may begin with a slash: what no prompt is called is one.
        self.setVisible(not self._is_dismissed and (bool(self._shown) or not words) and not self._edit.isReadOnly())
        if self.isVisible():
            self._announce()

    def _announce(self) -> None:
        """The keyboard is elsewhere, so a screen reader has to be told what is chosen."""
        row = self._list.currentRow()
        if QAccessible.isActive() and 0 <= row < len(self._shown):
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._list, self._shown[row].name))

    # --- keys ---

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.KeyPress and watched is self._edit and not self._edit.is_composing:
            assert isinstance(event, QKeyEvent)
            if self._press(event):
                return True
        return super().eventFilter(watched, event)

    def _press(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if self.isVisible():
            return self._press_in_list(key)
        if self._has_gaps and key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return self._go_to_gap(is_backward=key == Qt.Key.Key_Backtab)
        return False

    def _press_in_list(self, key: Qt.Key) -> bool:
        if key == Qt.Key.Key_Escape:
            self._is_dismissed = True
            self.hide()
            return True
        if key in _MOVES and self._shown:
            self._list.setCurrentRow((self._list.currentRow() + _MOVES[key]) % len(self._shown))
            self._announce()
            return True
        if key in _TAKES:
            if self._shown:
                self._take(self._list.currentRow())
            else:
                self.manager_requested.emit()
            return True
        return False

    def _take(self, row: int) -> None:
        """Put a prompt in place of the slash and its words, and go to its first gap."""
        prompt = self._shown[row]
        self._edit.replace_text(prompt.text)
        self._edit.setFocus()
        cursor = self._edit.textCursor()
        cursor.setPosition(0)
        self._edit.setTextCursor(cursor)
        self._has_gaps = True
        if not self._go_to_gap(is_backward=False):
            self._edit.moveCursor(QTextCursor.MoveOperation.End)

    def _go_to_gap(self, *, is_backward: bool) -> bool:
        """Select the next gap, so that what is typed fills it in. Returns whether there is one."""
        cursor = self._edit.textCursor()
        text = self._edit.toPlainText()
        start = from_units(text, cursor.selectionStart() if is_backward else cursor.selectionEnd())
        gap = next_gap(text, start, is_backward=is_backward)
        self._has_gaps = gap is not None
        if gap is None:
            return False
        cursor.setPosition(to_units(text, gap[0]))
        cursor.setPosition(to_units(text, gap[1]), QTextCursor.MoveMode.KeepAnchor)
        self._edit.setTextCursor(cursor)
        return True


class _PromptRows(QStyledItemDelegate):
    """The name of each prompt, and quieter what it says."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = QStyleOptionViewItem(option)
        self.initStyleOption(row, index)
        style, name, text = row.widget.style(), index.data(NAME_ROLE), row.text
        margin = style.pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin, row, row.widget) + 1
        place = style.subElementRect(QStyle.SubElement.SE_ItemViewItemText, row, row.widget)
        place.adjust(margin, 0, -margin, 0)
        row.text = ""
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, row, painter, row.widget)
        painter.save()
        painter.setFont(row.font)
        metrics, where = painter.fontMetrics(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        for words, role in ((name, QPalette.ColorRole.Text), (text[len(name) :], QPalette.ColorRole.PlaceholderText)):
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, place.width())
            painter.setPen(QGuiApplication.palette().color(role))  # a style sheet changes a widget's own
            painter.drawText(place, where, shown)
            place.setLeft(place.left() + metrics.horizontalAdvance(shown))
        painter.restore()
