"""How replies are written: sampling."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chatdesk.ui.sampling_fields import sampling_fields
from chatdesk.ui.settings_dialog.page import SettingsPage

if TYPE_CHECKING:
    from chatdesk.core.settings import Settings


class RepliesPage(SettingsPage):
    """The sampling parameters, for chats and models that have none of their own."""

    def __init__(self, title: str) -> None:
        super().__init__("settings_replies", title)
        self._fields = sampling_fields()
        self.section(self.tr("How replies are written"))
        for each in self._fields:
            self.row(f"{each.name}_field", each.name, each.explanation, each.field)
        self.finish()

    def fill(self, settings: Settings) -> None:
        for each in self._fields:
            each.field.show_setting(getattr(settings.sampling, each.name))

    def changed(self, settings: Settings) -> Settings:
        chosen: dict[str, Any] = {each.name: each.field.setting() for each in self._fields}
        return replace(settings, sampling=replace(settings.sampling, **chosen))
