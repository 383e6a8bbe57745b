"""The app's settings while it runs: the current value, and saving a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.core.events import Post, SettingsChanged

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.settings import Settings
    from chatdesk.services.worker import Worker
    from chatdesk.store.settings_file import SettingsFile


class PreferencesService:
    """Holds the settings in force. `current` may be read from any thread."""

    def __init__(self, settings: Settings, file: SettingsFile, worker: Worker, post: Post) -> None:
        self._settings = settings
        self._file = file
        self._worker = worker
        self._post = post

    def current(self) -> Settings:
        """The settings in force."""
        return self._settings

    def adjust(self, change: Callable[[Settings], Settings]) -> None:
        """Save what `change` makes of the settings, then let it be in force and announce `SettingsChanged`.

        It gets those in force by then: quick changes add up.
        """

        def adjust() -> None:
            settings = change(self._settings)
            self._file.save(settings)
            self._settings = settings
            self._post(SettingsChanged(settings))

        self._worker.submit("settings", adjust)
