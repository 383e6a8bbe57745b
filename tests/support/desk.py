"""The services wired to a real store and a scripted engine, and a log of what they announced."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import Event
from chatdesk.core.exchange import PageWords
from chatdesk.core.model_files import ModelFile
from chatdesk.core.settings import Settings
from chatdesk.engine.base import Engine, LoadOptions, OnLoadProgress, ShouldStop
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.exchange.pages import make_pages
from chatdesk.services.attachments import AttachmentService
from chatdesk.services.branches import BranchService
from chatdesk.services.chat import ChatService
from chatdesk.services.context import ContextService
from chatdesk.services.drafts import DraftService
from chatdesk.services.exchange import ExchangeService
from chatdesk.services.history import HistoryService
from chatdesk.services.inference import InferenceService
from chatdesk.services.live_replies import LiveReplies
from chatdesk.services.new_replies import NewReplies
from chatdesk.services.organisation import OrganisationService
from chatdesk.services.prompt_sources import PromptSources
from chatdesk.services.queued_messages import QueueService
from chatdesk.services.replays import ReplayService
from chatdesk.services.saved_prompts import SavedPromptService
from chatdesk.services.search import SearchService
from chatdesk.services.summaries import SummaryService
from chatdesk.services.versions import VersionService
from chatdesk.services.worker import Worker
from chatdesk.store.attachments import AttachmentStore
from chatdesk.store.branches import BranchStore
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.organisation import OrganisationStore
from chatdesk.store.saved_prompts import SavedPromptStore
from chatdesk.store.search import SearchStore
from chatdesk.store.summaries import SummaryStore
from chatdesk.store.unsent import UnsentStore
from chatdesk.store.whole_conversations import WholeConversationStore
from chatdesk.store.written_texts import WrittenTexts

E = TypeVar("E")
IDLE_SECONDS = 0.05


class EventLog:
    """Takes events from any thread, and lets a test wait for one."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.listeners: list[Callable[[Event], None]] = []  # as the app hands events to services
        self._changed = threading.Condition()

    def post(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()
        for listen in self.listeners:
            listen(event)

    def of(self, kind: type[E]) -> list[E]:
        with self._changed:
            return [event for event in self.events if isinstance(event, kind)]

    def wait_for(self, kind: type[E], is_it: Callable[[E], bool] = lambda _event: True) -> E:
        def find() -> E | None:
            return next((event for event in self.events if isinstance(event, kind) and is_it(event)), None)

        with self._changed:
            found = self._changed.wait_for(find, timeout=20)
            assert found is not None, f"no {kind.__name__} among {self.events}"
            return found


@dataclass
class Marker:
    """A crash marker that keeps its history."""

    history: list[str | None] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)

    def set_loaded(self, path: str) -> None:
        self.loaded.append(path)

    def set_loading(self, path: str | None) -> None:
        self.history.append(path)


class Garage:
    """Makes scripted engines: by model path, what to load, or why it fails."""

    def __init__(self) -> None:
        self.engines: dict[str, ScriptedEngine | UserFacingError] = {}
        self.options: list[LoadOptions] = []
        self.before_load: Callable[[], None] = lambda: None

    def make(self, model: ModelFile, options: LoadOptions, on_progress: OnLoadProgress) -> Engine:
        self.options.append(options)
        self.before_load()
        if not on_progress(0.5):
            raise UserFacingError(ErrorCode.LOAD_CANCELLED, model=model.name)
        engine = self.engines[model.path]
        if isinstance(engine, UserFacingError):
            raise engine
        engine.is_closed = False
        return engine


@dataclass
class Desk:
    """Everything a service test holds in its hands."""

    log: EventLog
    store: ConversationStore
    database: Database
    inference: InferenceService
    chat: ChatService
    history: HistoryService
    drafts: DraftService
    unsent: UnsentStore
    search: SearchService
    organisation: OrganisationService
    worker: Worker
    versions: VersionService
    branches: BranchService
    exchange: ExchangeService
    queue: QueueService
    replays: ReplayService
    context: ContextService
    attachments: AttachmentService
    prompts: SavedPromptService
    live: LiveReplies
    garage: Garage
    marker: Marker
    tried: list[str]
    forgotten: list[str | None]
    settings: Settings = field(default_factory=Settings)
    saved_bytes: int = 0  # what its snapshots take of the disk
    has_power_to_spare: bool = True


def model(name: str) -> ModelFile:
    return ModelFile(f"/models/{name}.gguf", 1000, 1.0)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    log = EventLog()
    database = Database.open(tmp_path / "chatdesk.db")
    store = ConversationStore(database)
    garage, marker, tried = Garage(), Marker(), []

    def try_file(file: ModelFile, _on_progress: OnLoadProgress, _should_stop: ShouldStop) -> bool:
        tried.append(file.path)
        return False

    worker = Worker("store", log.post)
    forgotten: list[str | None] = []

    def forget_saved(owner: str | None) -> int:
        forgotten.append(owner)
        return made.saved_bytes

    def post(event: Event) -> None:
        log.post(event)
        made.versions.on_event(event)

    inference = InferenceService(garage.make, try_file, marker, lambda: 0, forget_saved, post, IDLE_SECONDS)
    live = LiveReplies(store, log.post)
    summaries = SummaryStore(database)
    unsent = UnsentStore(database)
    attached = AttachmentStore(database)
    sources = PromptSources(store, summaries, unsent, attached, lambda: made.settings)
    context = ContextService(sources, inference, log.post)
    summariser = SummaryService(summaries, worker, inference, context, lambda: made.has_power_to_spare, log.post)
    replies = NewReplies(store, worker, inference, live, context, summariser, lambda: made.settings, log.post)
    history = HistoryService(store, summaries, worker, live, inference.forget, log.post)
    branches = BranchStore(database)
    chat = ChatService(store, worker, inference, live, context, summariser, replies, unsent, log.post)
    queue = QueueService(unsent, store, worker, chat, live, log.post)
    log.listeners.append(queue.on_event)
    attachments = AttachmentService(unsent, attached, worker, inference, log.post)
    made = Desk(
        log,
        store,
        database,
        inference,
        chat,
        history,
        DraftService(unsent, WrittenTexts(database), worker, log.post),
        unsent,
        SearchService(SearchStore(database), store, worker, log.post),
        OrganisationService(OrganisationStore(database), WholeConversationStore(database), worker, log.post),
        worker,
        VersionService(
            store,
            branches,
            worker,
            replies,
            lambda file: inference.load(file, LoadOptions()),
            lambda: inference.model,
            chat.regenerate,
            history.announce_open,
            log.post,
        ),
        BranchService(store, branches, worker, live, history.announce_open, log.post),
        ExchangeService(WholeConversationStore(database), make_pages(PageWords), worker, history.list, log.post),
        queue,
        ReplayService(store, worker, inference, lambda _path: None, log.post),
        context,
        attachments,
        SavedPromptService(SavedPromptStore(database), worker, log.post),
        live,
        garage,
        marker,
        tried,
        forgotten,
    )
    yield made
    made.queue.close()
    made.attachments.close()
    made.live.close()
    assert inference.close(5)
    assert worker.close(5)
    database.close()
