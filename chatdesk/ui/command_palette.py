"""Everything by a few letters: actions, chats, models and settings in one list that narrows as one types (Ctrl+K)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QEvent, QObject, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from chatdesk.core.palette import EntryKind, Offer, found, unasked
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.choice_list import ENTERS, HEADING_ROLE, MOVES, ChoiceList, FilterField, GroupedRows, join
from chatdesk.ui.model_manager.labels import GRID, plain_label
from chatdesk.ui.model_manager.list_rows import ROW_ROLE, Index, Row
from chatdesk.ui.own_keys import keeps_key
from chatdesk.ui.popover import Popover
from chatdesk.ui.wording import plain_tool_tip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatdesk.core.palette import Entry
    from chatdesk.ui.theme import Colors

WIDTH_CHARS = 94
ROWS_SEEN = 11
MOST_REMEMBERED = 20


class CommandPalette(QFrame):
    """A field and the list of what its words find. It closes when something was chosen, and remembers what."""

    def __init__(self, entries: Callable[[], Sequence[Entry]], colors: Colors, host: QWidget) -> None:
        """`entries` tells what can be done at the moment; it is asked whenever the palette opens."""
        super().__init__()
        self.setObjectName("command_palette")
        self.setAccessibleName(self.tr("Commands"))
        self._make_entries = entries
        self._entries: Sequence[Entry] = ()
        self._recent: tuple[str, ...] = ()
        self._popover = Popover(self, WIDTH_CHARS, host)
        self._offers = _OfferItemModel(self)
        self._field = FilterField(
            "palette_field",
            self.tr("What would you like to do?"),
            self.tr("Finds actions, chats, models and settings. Arrow keys move through them, Enter chooses one."),
        )
        self._field.setPlaceholderText(self.tr("Actions, chats, models, settings"))
        self._field.textChanged.connect(self._narrow)
        self._field.entered.connect(self._choose_current)
        self._list = ChoiceList("palette_list", self.tr("Commands"), _OfferRows(colors), most_rows=ROWS_SEEN)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self._list.setModel(self._offers)
        self._list.opened.connect(self._choose)
        join(self._field, self._list)
        self._nothing = plain_label("palette_empty", self.tr("Nothing found"), wraps=True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(GRID, GRID, GRID, GRID)
        layout.setSpacing(GRID)
        layout.addWidget(self._field)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._nothing, 1)
        self.set_colors(colors)

    def set_colors(self, colors: Colors) -> None:
        """Paint with these."""
        self._list.set_colors(colors)
        self._field.set_icon_color(QColor(colors.muted))

    @property
    def recent(self) -> tuple[str, ...]:
        """The keys of what was chosen, the last first."""
        return self._recent

    def set_recent(self, keys: Sequence[str]) -> None:
        """Say what was chosen before this start."""
        self._recent = tuple(keys)[:MOST_REMEMBERED]

    @property
    def is_open(self) -> bool:
        """Whether it is shown."""
        return self._popover.is_open

    def toggle(self) -> None:
        """Open it with nothing typed, or close it."""
        if self.is_open:
            self._popover.dismiss()
            return
        self._entries = self._make_entries()
        self._field.clear()
        self._narrow("")
        self._list.fit_rows()
        self._popover.open_centred(self._field)

    def event(self, event: QEvent) -> bool:
        return keeps_key(event, *ENTERS, *MOVES) or super().event(event)

    def _narrow(self, text: str) -> None:
        offers = found(self._entries, text, self._recent) if text.strip() else unasked(self._entries, self._recent)
        self._offers.show_offers(offers, has_headings=not text.strip())
        if offers:
            self._list.setCurrentIndex(self._offers.index(0))
            self._list.scrollToTop()
        elif self._list.hasFocus():
            self._field.setFocus()
        self._list.setVisible(bool(offers))
        self._nothing.setVisible(not offers)

    def _choose_current(self) -> None:
        if self._list.currentIndex().isValid():
            self._choose(self._list.currentIndex())

    def _choose(self, index: Index) -> None:
        entry = self._offers.offer_at(index.row()).entry
        self._recent = (entry.key, *(key for key in self._recent if key != entry.key))[:MOST_REMEMBERED]
        # First, so that what is done may take the keyboard.
        self._popover.dismiss()
        entry.do()


class _OfferItemModel(QAbstractListModel):
    """The offers as rows, under the names of their kinds while nothing is typed."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._offers: tuple[Offer, ...] = ()
        self._has_headings = False

    def show_offers(self, offers: tuple[Offer, ...], *, has_headings: bool) -> None:
        self.beginResetModel()
        self._offers = offers
        self._has_headings = has_headings
        self.endResetModel()

    def offer_at(self, row: int) -> Offer:
        return self._offers[row]

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._offers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self._offers[index.row()].entry
        title = one_line(entry.title)
        aside = entry.aside or ("" if self._has_headings else self._kind_words(entry.kind))
        value: Any = None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                value = title
            case Qt.ItemDataRole.AccessibleTextRole:
                # What is beside a setting says already that it is one.
                kind = "" if entry.kind is EntryKind.SETTING else self._spoken_kind(entry.kind)
                value = ", ".join(part for part in (title, entry.aside, kind) if part)
            case Qt.ItemDataRole.ToolTipRole:
                value = plain_tool_tip(title)
            case _ if role == ROW_ROLE:
                value = Row(title=title, aside=aside, is_strong=False)
            case _ if role == HEADING_ROLE:
                value = self._heading(index.row())
        return value

    def _heading(self, row: int) -> str:
        kind = self._offers[row].listed_as
        if not self._has_headings or (row > 0 and self._offers[row - 1].listed_as is kind):
            return ""
        match kind:
            case EntryKind.RECENT:
                return self.tr("Used last")
            case EntryKind.ACTION:
                return self.tr("Actions")
            case EntryKind.CHAT:
                return self.tr("Chats")
            case EntryKind.MODEL:
                return self.tr("Models")
            case EntryKind.SETTINGS | EntryKind.SETTING:
                return self.tr("Settings")

    def _kind_words(self, kind: EntryKind) -> str:
        return "" if kind is EntryKind.ACTION else self._spoken_kind(kind)

    def _spoken_kind(self, kind: EntryKind) -> str:
        match kind:
            case EntryKind.CHAT:
                return self.tr("Chat")
            case EntryKind.MODEL:
                return self.tr("Model")
            case EntryKind.SETTINGS | EntryKind.SETTING:
                return self.tr("Settings")
            case EntryKind.ACTION | EntryKind.RECENT:
                return self.tr("Action")


class _OfferRows(GroupedRows):
    """Rows of a single line."""

    def row_height(self, font: QFont) -> int:
        return QFontMetrics(font).height() + 2 * GRID + 2
