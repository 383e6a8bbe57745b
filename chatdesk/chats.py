"""The services of the conversations in one database, introduced to each other.

There is one for the data folder, and one more for each temporary chat, whose database is nowhere but in memory.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from chatdesk.core.model_files import ModelFile
from chatdesk.engine.fingerprint import fingerprint
from chatdesk.services.attachments import AttachmentService
from chatdesk.services.branches import BranchService
from chatdesk.services.chat import ChatService
from chatdesk.services.context import ContextService
from chatdesk.services.drafts import DraftService
from chatdesk.services.exchange import ExchangeService
from chatdesk.services.history import HistoryService
from chatdesk.services.live_replies import LiveReplies
from chatdesk.services.new_replies import NewReplies
from chatdesk.services.organisation import OrganisationService
from chatdesk.services.prompt_sources import PromptSources
from chatdesk.services.queued_messages import QueueService
from chatdesk.services.replays import ReplayService
from chatdesk.services.search import SearchService
from chatdesk.services.summaries import SummaryService
from chatdesk.services.versions import VersionService
from chatdesk.store.attachments import AttachmentStore
from chatdesk.store.branches import BranchStore
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.organisation import OrganisationStore
from chatdesk.store.search import SearchStore
from chatdesk.store.summaries import SummaryStore
from chatdesk.store.unsent import UnsentStore
from chatdesk.store.whole_conversations import WholeConversationStore
from chatdesk.store.written_texts import WrittenTexts

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.core.events import Event, Post
    from chatdesk.core.settings import Settings
    from chatdesk.exchange.pages import Pages
    from chatdesk.services.inference import InferenceService
    from chatdesk.services.worker import Worker
    from chatdesk.store.database import Database

log = logging.getLogger(__name__)


class Chats:
    """What can be done with the conversations of one database."""

    def __init__(
        self,
        database: Database,
        store_worker: Worker,
        inference: InferenceService,
        settings: Callable[[], Settings],
        use_model: Callable[[ModelFile], None],
        pages: Pages,
        post: Post,
        *,
        keeps_snapshots: bool = True,
    ) -> None:
        """Without `keeps_snapshots` nothing that the engine processed is kept beyond the next conversation."""
        self.database = database
        self.conversations = conversations = ConversationStore(database)
        self.whole = WholeConversationStore(database)
        self.live = live = LiveReplies(conversations, post)
        summaries = SummaryStore(database)
        unsent, attachments = UnsentStore(database), AttachmentStore(database)
        sources = PromptSources(conversations, summaries, unsent, attachments, settings)
        self.context = context = ContextService(sources, inference, post, keeps_snapshots=keeps_snapshots)
        summariser = SummaryService(summaries, store_worker, inference, context, has_power_to_spare, post)
        replies = NewReplies(
            conversations,
            store_worker,
            inference,
            live,
            context,
            summariser,
            settings,
            post,
            keeps_snapshots=keeps_snapshots,
        )
        self.chat = ChatService(
            conversations, store_worker, inference, live, context, summariser, replies, unsent, post
        )
        self.attachments = AttachmentService(unsent, attachments, store_worker, inference, post)
        self.drafts = DraftService(unsent, WrittenTexts(database), store_worker, post)
        self.queue = QueueService(unsent, conversations, store_worker, self.chat, live, post)
        self.replays = ReplayService(conversations, store_worker, inference, file_hash, post)
        self.history = HistoryService(conversations, summaries, store_worker, live, inference.forget, post)
        self.search = SearchService(SearchStore(database), conversations, store_worker, post)
        self.organisation = OrganisationService(OrganisationStore(database), self.whole, store_worker, post)
        branches = BranchStore(database)
        announce_open = self.history.announce_open
        self.versions = VersionService(
            conversations,
            branches,
            store_worker,
            replies,
            use_model,
            lambda: inference.model,
            self.chat.regenerate,
            announce_open,
            post,
        )
        self.branches = BranchService(conversations, branches, store_worker, live, announce_open, post)
        self.exchange = ExchangeService(self.whole, pages, store_worker, self._list, post)

    def on_event(self, event: Event) -> None:
        """Do what follows of what is announced of these chats. On the thread that announced it."""
        self.queue.on_event(event)

    def _list(self) -> None:
        self.organisation.list_folders()
        self.history.list()

    def close(self) -> None:
        """Begin nothing more, and end what is under way; what was written is saved."""
        self.queue.close()
        self.attachments.close()
        self.live.close()


def file_hash(path: str) -> str | None:
    """What tells the content of the model file at `path` from others; None where there is none that can be read."""
    try:
        return fingerprint(ModelFile(path, 0, 0.0))
    except OSError:
        return None


def has_power_to_spare() -> bool:
    """Whether this machine has no battery, or does not run on it now, as far as the system tells."""
    import psutil

    if not hasattr(psutil, "sensors_battery"):  # not every system has it
        return True
    try:
        battery = psutil.sensors_battery()
    except (OSError, RuntimeError, ValueError) as error:  # nor do all tell what psutil expects
        log.info("the battery cannot be asked: %r", error)
        return True
    return battery is None or battery.power_plugged is not False
