"""The app's settings, each with a plain explanation."""

from chatdesk.ui.settings_dialog.dialog import SettingsDialog

__all__ = ["SettingsDialog"]
