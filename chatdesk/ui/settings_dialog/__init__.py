"""The app's settings, each with a plain explanation."""

from chatdesk.ui.settings_dialog.dialog import SettingsDialog, all_settings, page_titles
from chatdesk.ui.settings_dialog.page import Setting

__all__ = ["Setting", "SettingsDialog", "all_settings", "page_titles"]
