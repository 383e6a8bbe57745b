"""All settings as plain words, for who looks for one where no page is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.ui.settings_dialog.dialog import settings_by_page

if TYPE_CHECKING:
    from chatdesk.ui.settings_dialog.page import Setting


class SettingsIndex:
    """Reads each page once, for all windows: their language is the same until the next start."""

    def __init__(self) -> None:
        self._found: list[Setting] = []
        self._coming = settings_by_page()

    def read_page(self) -> bool:
        """Read one page more, which takes some milliseconds. Returns whether there was one."""
        page = next(self._coming, None)
        self._found += page or ()
        return page is not None

    def all(self) -> list[Setting]:
        """Every setting; what is not read yet is read now."""
        while self.read_page():
            pass
        return self._found
