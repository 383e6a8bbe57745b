"""The window's language, what every chat begins with, and how much is kept so that chats answer at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QPlainTextEdit, QPushButton

from chatdesk.core.reply_notices import ReplyNotice
from chatdesk.core.snapshot_budget import BUDGETS
from chatdesk.ui.languages import languages
from chatdesk.ui.setting_fields import ChoiceField
from chatdesk.ui.settings_dialog.page import SettingsPage
from chatdesk.ui.wording import size_words

if TYPE_CHECKING:
    from chatdesk.core.settings import Settings


class GeneralPage(SettingsPage):
    """Language, system prompt, and what is kept of chats beside their text."""

    clear_requested = Signal()  # what models have processed of chats is to go

    def __init__(self, title: str) -> None:
        super().__init__("settings_general", title)
        spoken = ((name, code) for code, name in languages())
        self._language = ChoiceField(((self.tr("Like the system"), None), *spoken))
        self._system_prompt = QPlainTextEdit()
        self._system_prompt.setFixedHeight(120)
        self._system_prompt.setTabChangesFocus(True)
        self._notice = ChoiceField(
            (
                (self.tr("Yes"), ReplyNotice.PLAIN),
                (self.tr("Yes, with its beginning"), ReplyNotice.WITH_TEXT),
                (self.tr("No"), ReplyNotice.NEVER),
            )
        )
        self._budget = ChoiceField(tuple((self._budget_words(size), size) for size in BUDGETS))
        self._titles = ChoiceField(
            (
                (self.tr("Larger models only"), None),
                (self.tr("Every model"), True),
                (self.tr("Never"), False),
            )
        )
        self._clear_name = self.tr("Forget what is kept ready")
        self._clear = QPushButton(self.tr("Clear now"))
        self._is_clearing = False
        self._clear.setAutoDefault(False)  # who comes here from the palette by Enter may press it once too often
        self._clear.clicked.connect(self._clear_now)
        self.section(title)
        self._add_chat_rows()
        self._add_kept_rows()
        self.finish()

    def _add_chat_rows(self) -> None:
        self.row(
            "language_choice",
            self.tr("Language"),
            self.tr("Of the window, from the next start of ChatDesk. Models answer in the language of your question."),
            self._language,
        )
        self.wide_row(
            "system_prompt_edit",
            self.tr("System prompt"),
            self.tr("What the model is told before every chat: how it should answer. Empty: as its maker intended."),
            self._system_prompt,
        )
        self.row(
            "titles_choice",
            self.tr("The model writes titles of chats"),
            self.tr(
                "Once, after the first answer, when it is idle; until then a chat is named after its first message."
                " A title of your own stays."
            ),
            self._titles,
        )
        self.row(
            "reply_notice_choice",
            self.tr("Tell when a long reply ends"),
            self.tr("As a notification of the system, while you look at something else. Others may see its text too."),
            self._notice,
        )

    def _add_kept_rows(self) -> None:
        """What is kept of chats beside their text."""
        self.row(
            "snapshot_choice",
            self.tr("Keep chats ready on disk"),
            self.tr("What a model has read of a chat is kept, so that it answers at once when you come back to it."),
            self._budget,
        )
        self.row(
            "clear_snapshots_button",
            self._clear_name,
            self.tr("Chats stay; the next answer in each takes longer once. It holds what was said, like the chats."),
            self._clear,
        )

    def fill(self, settings: Settings) -> None:
        self._language.show_setting(settings.language)
        self._system_prompt.setPlainText(settings.system_prompt)
        self._titles.show_setting(settings.writes_titles)
        self._notice.show_setting(settings.reply_notice)
        self._budget.show_setting(settings.snapshot_bytes)  # another size from the settings file: automatic

    def changed(self, settings: Settings) -> Settings:
        return replace(
            settings,
            language=self._language.setting(),
            system_prompt=self._system_prompt.toPlainText(),
            reply_notice=self._notice.setting(),
            snapshot_bytes=self._budget.setting(),
            writes_titles=self._titles.setting(),
        )

    def show_snapshots(self, size_bytes: int) -> None:
        """Say how much of the disk they take: that is what clearing them is for."""
        if self._is_clearing:
            return  # it was measured before
        clear, nothing = self.tr("Clear {size}"), self.tr("Nothing is kept")
        self._say_of_snapshots(clear.format(size=size_words(size_bytes)) if size_bytes else nothing)

    def show_freed(self, freed_bytes: int) -> None:
        """Say how much of the disk is free again."""
        self._is_clearing = False
        words = self.tr("{size} freed").format(size=size_words(freed_bytes))
        self._say_of_snapshots(words)
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._clear, words))

    def _clear_now(self) -> None:
        if self._is_clearing:
            return  # a second time it would free nothing, and say so
        # The engine comes to it when the reply that is being written has ended.
        self._is_clearing = True
        self._say_of_snapshots(self.tr("Clearing…"))
        self.clear_requested.emit()

    def _say_of_snapshots(self, words: str) -> None:
        """On the button, which stays enabled, or the keyboard would go on to another one under a second press."""
        self._clear.setText(words)
        self._clear.setAccessibleName(f"{self._clear_name}: {words}")

    def _budget_words(self, size_bytes: int | None) -> str:
        if size_bytes is None:
            return self.tr("Automatic")
        return self.tr("Off") if size_bytes == 0 else size_words(size_bytes)
