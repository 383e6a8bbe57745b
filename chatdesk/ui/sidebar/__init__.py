"""The conversations on the left: found, opened, renamed, pinned, filed, archived, deleted."""

from chatdesk.ui.sidebar.actions import action_rows
from chatdesk.ui.sidebar.sidebar import Sidebar, SidebarVerbs

__all__ = ["Sidebar", "SidebarVerbs", "action_rows"]
