"""Whether there is a new version of ChatDesk, and what is new in it. Opened by a person, who asked for it by that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QDate, QLocale, Qt, QUrl, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QDesktopServices
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from chatdesk import __version__
from chatdesk.core.releases import RELEASE_PAGE, told_releases
from chatdesk.ui.markdown_page import MarkdownPage
from chatdesk.ui.model_manager.labels import plain_label
from chatdesk.ui.wording import error_words, joined_sentences

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.releases import Release

WIDTH_CHARS, MOST_LINES = 96, 36


class NewVersionDialog(QDialog):
    """Emits `look_requested` when it is opened by `look`, and when somebody wants to try again."""

    look_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("new_version_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("New version"))
        self._title = plain_label("dialog_title", wraps=True)
        self._text = plain_label("dialog_text", wraps=True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._changes = MarkdownPage("change_list", self.tr("What is new"))
        self._page_button = self._button("release_page_button", self.tr("Open the release page"))
        self._page_button.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(RELEASE_PAGE)))
        self._again_button = self._button("look_again_button", self.tr("Try again"))
        self._again_button.clicked.connect(self.look)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self._again_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.addButton(self._page_button, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.button(QDialogButtonBox.StandardButton.Close).setDefault(True)
        buttons.rejected.connect(self.reject)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(20, 20, 20, 16)
        self._column.setSpacing(12)
        self._column.addWidget(self._title)
        self._column.addWidget(self._text)
        self._column.addWidget(self._changes, 1)
        self._column.addStretch()
        self._column.addWidget(buttons)

    def look(self) -> None:
        """Open it, and have the release page asked."""
        self._show(self.tr("Looking for a new version…"), self.tr("The release page on GitHub is asked, this once."))
        self.look_requested.emit()
        self.open()

    def show_newer(self, releases: Sequence[Release]) -> None:
        """Tell which versions are newer, the newest first, and what is new in each; none: this is the newest."""
        if not releases:
            words = self.tr("You have the newest version, {version}.").format(version=__version__)
            self._show(self.tr("There is no new version"), words)
            return
        nothing = self.tr("Nothing is written about this version.")
        told = told_releases(releases)
        self._changes.show_sections((_heading(release), release.untrusted_notes or nothing) for release in told)
        words = self.tr("You have {version}. ChatDesk installs nothing by itself: the release page has the files.")
        older = self.tr("What is new in older versions is told there too.") if len(told) < len(releases) else ""
        self._show(
            self.tr("ChatDesk {version} can be downloaded").format(version=releases[0].version),
            joined_sentences((words.format(version=__version__), older)),
            has_changes=True,
            has_page=True,
        )

    def show_problem(self, error: ErrorDetail) -> None:
        """Tell why it is not known, and what to do."""
        title = self.tr("Could not look for a new version")
        self._show(title, error_words(error), has_page=True, is_failed=True)

    def _show(
        self, title: str, text: str, *, has_changes: bool = False, has_page: bool = False, is_failed: bool = False
    ) -> None:
        self._title.setText(title)
        self._text.setText(text)
        self._changes.setVisible(has_changes)
        self._page_button.setVisible(has_page)
        self._page_button.setProperty("primary", has_changes)
        self._page_button.style().polish(self._page_button)
        self._again_button.setVisible(is_failed)
        self._fit()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, f"{title}. {text}"))

    def _fit(self) -> None:
        """Be as high as what is shown, up to a page, and stay on the screen."""
        metrics, room = self.fontMetrics(), self.screen().availableGeometry().adjusted(40, 40, -40, -40)
        self.resize(min(WIDTH_CHARS * metrics.averageCharWidth(), room.width()), self.height())
        # How high the changes are depends on how wide they stand.
        self._column.activate()
        self._changes.updateGeometry()
        height = min(self._column.heightForWidth(self.width()), MOST_LINES * metrics.lineSpacing(), room.height())
        self.resize(self.width(), height)
        overhang = self.geometry().bottom() - room.bottom()
        if self.isVisible() and overhang > 0:
            self.move(self.x(), self.y() - overhang)

    def _button(self, name: str, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(name)
        button.setAutoDefault(False)
        return button


def _heading(release: Release) -> str:
    """The version, and when it was published."""
    if release.published is None:
        return str(release.version)
    return f"{release.version} · {_day_words(release.published)}"


def _day_words(day: date) -> str:
    return QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.LongFormat)
