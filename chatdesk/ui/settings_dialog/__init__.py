"""The app's settings, each with a plain explanation."""

from chatdesk.ui.settings_dialog.dialog import SettingsDialog, page_titles

__all__ = ["SettingsDialog", "page_titles"]
