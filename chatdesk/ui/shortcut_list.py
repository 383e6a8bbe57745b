"""All keys in one list (Ctrl+/): those of the table of actions, and those that belong to one pane only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from chatdesk.ui.actions import Group, group_words, keys_of, native_keys
from chatdesk.ui.choice_list import FilterField
from chatdesk.ui.first_size import set_first_size

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from chatdesk.ui.actions import ActionTable
    from chatdesk.ui.theme import Colors

WIDTH, HEIGHT = 560, 620
SECTION_GAP = 22
Section = tuple[str, "Sequence[tuple[str, str]]"]  # its name, and its rows: what is done, and by which keys


class ShortcutList(QDialog):
    """Says what each key does; words in its field narrow it."""

    def __init__(self, table: ActionTable, colors: Colors, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcut_dialog")
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self.setAccessibleName(self.tr("Keyboard shortcuts"))
        self._field = FilterField(
            "shortcut_filter", self.tr("Filter the shortcuts"), self.tr("By what they do, or by their keys.")
        )
        self._field.set_icon_color(QColor(colors.muted))
        self._field.textChanged.connect(self._narrow)
        self._sections: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
        self._tree = QTreeWidget()
        self._tree.setObjectName("shortcut_list")
        self._tree.setAccessibleName(self.tr("Keyboard shortcuts"))
        self._tree.setColumnCount(2)
        self._tree.setHeaderLabels([self.tr("What is done"), self.tr("Keys")])
        self._tree.setRootIsDecorated(False)
        self._tree.setItemsExpandable(False)
        self._tree.setIndentation(0)
        self._tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self._tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._fill((*action_sections(table), *pane_sections()), colors)
        self._field.moved.connect(lambda _event: self._tree.setFocus())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(12)
        layout.addWidget(self._field)
        layout.addWidget(self._tree, 1)
        self._tree.setWordWrap(True)
        set_first_size(self, WIDTH, HEIGHT)

    def _fill(self, sections: Iterable[Section], colors: Colors) -> None:
        bold = self.font()
        bold.setBold(True)
        for name, rows in sections:
            heading = QTreeWidgetItem(self._tree, [name])
            heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
            heading.setFirstColumnSpanned(True)
            heading.setData(1, Qt.ItemDataRole.AccessibleTextRole, name)  # a cell for assistive technology all the same
            heading.setForeground(0, QColor(colors.muted))
            heading.setFont(0, bold)
            if self._sections:  # room between it and the section before
                heading.setTextAlignment(0, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom)
                heading.setSizeHint(0, QSize(0, QFontMetrics(bold).height() + SECTION_GAP))
            self._sections.append((heading, [QTreeWidgetItem(heading, [done, keys]) for done, keys in rows]))
        self._tree.expandAll()
        self._tree.setCurrentItem(self._sections[0][1][0])

    def _narrow(self, text: str) -> None:
        words = text.casefold().split()
        for heading, rows in self._sections:
            for row in rows:
                said = f"{row.text(0)} {row.text(1)}".casefold()
                row.setHidden(not all(word in said for word in words))
            heading.setHidden(all(row.isHidden() for row in rows))


def action_sections(table: ActionTable) -> list[Section]:
    """The shortcuts of the window's actions, group by group."""
    sections: list[Section] = []
    for group in Group:
        rows = [(action.text(), keys_of(action)) for action in table.of(group) if keys_of(action)]
        if rows:
            sections.append((group_words(group), rows))
    return sections


def pane_sections() -> list[Section]:
    """The keys that mean something only where the keyboard is."""
    down_up = _keys("Alt+Down", "Alt+Up")
    return [
        (
            _tr("In the message box"),
            (
                (_tr("Send"), _keys("Return")),
                (_tr("Break the line"), _keys("Shift+Return")),
                (_tr("What was written before, or later"), _keys("Up", "Down")),
                (_tr("A saved prompt"), _keys("/")),
            ),
        ),
        (
            _tr("In a chat"),
            (
                (_tr("Next or previous message"), down_up),
                (_tr("What can be done with the message"), _keys("Return")),
                (_tr("Earlier or later version of the message"), _keys("Left", "Right")),
                (_tr("Edit the message"), _keys("E", "F2")),
                (_tr("Save what was edited, and send it"), _keys("Ctrl+Return")),
                (_tr("Delete the message and what follows (can be undone)"), _keys("Del")),
                (_tr("Fold or unfold what was reasoned"), _keys("Space")),
                (_tr("Copy the message, or what is selected"), _keys("Ctrl+C")),
                (_tr("Copy what is selected as Markdown"), _keys("Ctrl+Shift+C")),
                (_tr("Select everything"), _keys("Ctrl+A")),
                (_tr("Beginning or end of the chat"), _keys("Home", "End")),
            ),
        ),
        (
            _tr("In the list of chats"),
            (
                (_tr("Open"), _keys("Return")),
                (_tr("Rename"), _keys("F2")),
                (_tr("Delete (can be undone)"), _keys("Del")),
                (_tr("Mark several"), _keys("Shift+Down", "Ctrl+Space")),
            ),
        ),
        (
            _tr("Everywhere"),
            (
                (_tr("Next or previous control"), _keys("Tab", "Shift+Tab")),
                (_tr("Press a button, change a switch"), _keys("Space")),
                (_tr("Close what is open on top"), _keys("Esc")),
            ),
        ),
    ]


def _keys(*shortcuts: str) -> str:
    """Keys as this system writes them."""
    return "  ·  ".join(map(native_keys, shortcuts))


def _tr(text: str) -> str:
    return QCoreApplication.translate("ShortcutList", text)
