"""About: which version this is, where its files lie and how large they are, and every licence to read."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFont, QIcon
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from chatdesk import __version__
from chatdesk.core.about import Place
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.model_manager.labels import ElidedLabel, plain_label
from chatdesk.ui.reveal import reveal
from chatdesk.ui.wording import size_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chatdesk.core.about import Licence

FOLDERS = frozenset({Place.DATA, Place.MODELS})  # the others are files
MOST_PATH_CHARS = 500
ICON = QSize(56, 56)
WIDTH_CHARS, HEIGHT_LINES = 138, 46
LIST_CHARS = 34
LEAST_LINES = 2  # of the licences: large letters on a small screen leave no room for more


class AboutDialog(QDialog):
    """Emits `copy_requested` and `new_version_requested`; sizes and licences come when they were read."""

    copy_requested = Signal()
    new_version_requested = Signal()

    def __init__(self, places: Mapping[Place, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("About ChatDesk"))
        self._sizes: dict[Place, QLabel] = {}
        self._licences: Sequence[Licence] = ()
        self._parts = QListWidget()
        self._parts.setObjectName("licence_parts")
        self._parts.setAccessibleName(self.tr("Parts that are shipped"))
        self._parts.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._parts.currentRowChanged.connect(self._show_licence)
        self._text = QPlainTextEdit()
        self._text.setObjectName("licence_text")
        self._text.setAccessibleName(self.tr("Licence"))
        self._text.setReadOnly(True)
        self._text.setTabChangesFocus(True)
        self._said = plain_label("about_said", wraps=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addLayout(self._heading())
        layout.addLayout(self._places(places))
        stays = plain_label("places_stay", self.tr("Chats and models stay there when ChatDesk is removed."), wraps=True)
        layout.addWidget(stays)
        layout.addWidget(self._title(self.tr("Licences")))
        layout.addLayout(self._reader(), 1)
        layout.addWidget(self._said)
        buttons = self._buttons()
        layout.addWidget(buttons)
        # No key that is pressed by chance asks anybody for a new version.
        buttons.button(QDialogButtonBox.StandardButton.Close).setFocus()
        metrics, room = self.fontMetrics(), self.screen().availableSize()
        self.resize(
            min(WIDTH_CHARS * metrics.averageCharWidth(), room.width() - 80),
            min(HEIGHT_LINES * metrics.lineSpacing(), room.height() - 80),
        )

    def show_sizes(self, sizes: Mapping[Place, int]) -> None:
        """Say how much lies in places."""
        for place, size in sizes.items():
            self._sizes[place].setText(size_words(size))

    def show_licences(self, licences: Sequence[Licence]) -> None:
        """List them, and show the first."""
        self._licences = licences
        self._parts.clear()
        for licence in licences:
            item = QListWidgetItem(f"{licence.part} – {licence.name}" if licence.name else licence.part)
            item.setToolTip(item.text())
            self._parts.addItem(item)
        self._parts.setCurrentRow(0)

    def say(self, words: str) -> None:
        """Say what was done."""
        self._said.setText(words)
        self._said.setVisible(bool(words))

    def _heading(self) -> QHBoxLayout:
        picture = QLabel()
        picture.setPixmap(QIcon("resources:app.svg").pixmap(ICON, self.devicePixelRatioF()))
        name = plain_label("about_name", "ChatDesk")
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 1.5)
        font.setBold(True)
        name.setFont(font)
        version = plain_label("about_version", self.tr("Version {version}").format(version=__version__))
        version.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        told = self.tr("Talk with a language model on your own computer.")
        sentence = plain_label("about_sentence", told, wraps=True)
        words = QVBoxLayout()
        words.setSpacing(2)
        for label in (name, version, sentence):
            words.addWidget(label)
        line = QHBoxLayout()
        line.setSpacing(16)
        line.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        look = QPushButton(self.tr("Look for a new version"))
        look.setObjectName("new_version_button")
        look.setToolTip(self.tr("Asks the release page on GitHub. ChatDesk never does so by itself."))
        look.setAutoDefault(False)
        look.clicked.connect(self.new_version_requested)
        line.addWidget(look, 0, Qt.AlignmentFlag.AlignTop)
        return line

    def _places(self, places: Mapping[Place, str]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        names = {
            Place.DATA: self.tr("Chats and data"),
            Place.MODELS: self.tr("Models"),
            Place.SETTINGS: self.tr("Settings"),
            Place.LOG: self.tr("Log"),
        }
        for row, (place, path) in enumerate(places.items()):
            name = names[place]
            size = self._sizes[place] = plain_label(f"{place}_size")
            size.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            size.setAccessibleName(self.tr("Size: {name}").format(name=name))
            show = QPushButton(self.tr("Show folder"))
            show.setObjectName(f"show_{place}_button")
            show.setAutoDefault(False)
            show.setAccessibleName(self.tr("Show folder: {name}").format(name=name))
            show.clicked.connect(partial(_show, place, path))
            grid.addWidget(self._title(name), row, 0)
            grid.addWidget(ElidedLabel(f"{place}_place", one_line(path, MOST_PATH_CHARS)), row, 1)
            grid.addWidget(size, row, 2)
            grid.addWidget(show, row, 3)
        return grid

    def _reader(self) -> QHBoxLayout:
        metrics = self.fontMetrics()
        self._parts.setFixedWidth(LIST_CHARS * metrics.averageCharWidth())
        for view in (self._parts, self._text):
            view.setMinimumHeight(LEAST_LINES * metrics.lineSpacing())
        line = QHBoxLayout()
        line.setSpacing(12)
        line.addWidget(self._parts)
        line.addWidget(self._text, 1)
        return line

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        copy = buttons.addButton(self.tr("Copy diagnostics"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setObjectName("copy_diagnostics_button")
        copy.setAutoDefault(False)
        copy.clicked.connect(self.copy_requested)
        copy.clicked.connect(lambda: self.say(self.tr("Collecting…")))
        close = buttons.button(QDialogButtonBox.StandardButton.Close)
        close.setDefault(True)
        self._said.hide()
        return buttons

    def _title(self, text: str) -> QLabel:
        return plain_label("caption", text)

    def _show_licence(self, row: int) -> None:
        self._text.setPlainText(self._licences[row].text if row >= 0 else "")


def _show(place: Place, path: str) -> None:
    """Open a folder, or the folder of a file with the file selected."""
    if place in FOLDERS:
        QDesktopServices.openUrl(QUrl.fromLocalFile(path))
    else:
        reveal(path)
