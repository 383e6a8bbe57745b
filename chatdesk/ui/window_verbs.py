"""What the window can ask for: the services, and the few things that need several of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.sampling import SamplingParams
    from chatdesk.services.branches import BranchService
    from chatdesk.services.chat import ChatService
    from chatdesk.services.exchange import ExchangeService
    from chatdesk.services.history import HistoryService
    from chatdesk.services.replays import ReplayService
    from chatdesk.services.versions import VersionService
    from chatdesk.ui.about_desk import AboutVerbs
    from chatdesk.ui.composer.desk import ComposingVerbs
    from chatdesk.ui.model_desk import DeskVerbs
    from chatdesk.ui.settings_dialog.desk import SettingsVerbs
    from chatdesk.ui.sidebar import SidebarVerbs


@dataclass(frozen=True, slots=True)
class Verbs:
    """The services of the chats that the window shows, and what each of its panes asks for."""

    chat: ChatService
    history: HistoryService
    sidebar: SidebarVerbs
    exchange: ExchangeService
    versions: VersionService
    branches: BranchService
    replays: ReplayService
    composing: ComposingVerbs
    models: DeskVerbs
    settings: SettingsVerbs
    usual_sampling: Callable[[], SamplingParams]  # what counts where a chat has set nothing for itself
    add_model: Callable[[str], None]
    log_file: str
    open_temporary: Callable[[], None] | None = None  # None: this is the window of a temporary chat
    keep: Callable[[str], None] | None = None  # and this keeps it
    about: AboutVerbs | None = None
