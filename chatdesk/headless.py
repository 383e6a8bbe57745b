"""Everything without a window: the files, threads and services of one data folder, introduced to each other.

The window (`chatdesk.app`) and the commands that change something build one `Core`; it is closed in reverse order.
"""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from chatdesk import __version__
from chatdesk.chats import Chats, has_power_to_spare
from chatdesk.core.about import Place
from chatdesk.core.events import (
    ConversationKept,
    ConversationsListed,
    Event,
    MessageAdded,
    ModelFailed,
    ModelReady,
    NoticeRaised,
    Post,
    ReplyFinished,
)
from chatdesk.core.exchange import HtmlPage, PageWords
from chatdesk.core.releases import Version, parse_version
from chatdesk.exchange.pages import Pages, make_pages
from chatdesk.llama_engines import remember_variant
from chatdesk.load_record import find_suspects
from chatdesk.logs import problems_logged
from chatdesk.model_services import ModelServices
from chatdesk.services.about import AboutService
from chatdesk.services.commands import CommandService
from chatdesk.services.keep_awake import KeepAwake
from chatdesk.services.new_versions import NewVersionService
from chatdesk.services.preferences import PreferencesService
from chatdesk.services.saved_prompts import SavedPromptService
from chatdesk.services.titles import TitleService
from chatdesk.services.worker import Worker
from chatdesk.store.database import Database, MemoryDatabase
from chatdesk.store.disk import folder_bytes
from chatdesk.store.paths import Paths, find_paths, resource
from chatdesk.store.relocation import Relocation, moved_path
from chatdesk.store.saved_prompts import SavedPromptStore
from chatdesk.store.settings_file import SettingsFile, StateFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from chatdesk.core.about import Licence
    from chatdesk.engine.base import Engine

# Closing takes two seconds at most, of which the last part belongs to the threads that save.
PATIENCE_SECONDS = 2.0
STORE_SHARE_SECONDS = 0.5


def this_apps_paths() -> Paths:
    """Where this start's files lie."""
    return find_paths(os.environ, sys.executable if getattr(sys, "frozen", False) else None)


class Core:
    """Everything without a window: files, threads and services of one data folder."""

    def __init__(
        self,
        paths: Paths,
        post: Post,
        page_words: Callable[[], PageWords] = PageWords,
        print_pdf: Callable[[HtmlPage], bytes] | None = None,
    ) -> None:
        """Open what is on disk and start the threads. `page_words` are those of an exported page.

        Raises:
            UserFacingError: the folders or the database cannot be used.
        """
        paths.create()
        self.paths = paths
        self._post = post
        self._is_closed = False
        self.database = Database.open(paths.database)
        try:
            self._build(paths, post, make_pages(page_words, print_pdf))
        except BaseException:
            self.database.close()
            raise

    def _build(self, paths: Paths, announce: Post, pages: Pages) -> None:
        settings_file = SettingsFile(paths.settings)
        settings, settings_problem = settings_file.load()
        self.state = StateFile(paths.state)
        self.state.load()
        self._problems = [problem for problem in (self.database.notice, settings_problem) if problem is not None]
        self._finish_move(paths)
        suspects = find_suspects(self.database, self.state)
        self._temporary: list[Chats] = []
        self._awake = KeepAwake(lambda: self.preferences.current().keeps_awake)

        def post(event: Event) -> None:
            announce(event)
            self._awake.on_event(event)
            self.chats.on_event(event)
            self._after(event)

        # A model that may have ended the app may have been ended by the variant that computed it.
        remember_variant(paths, is_trusted=not suspects)
        self._pages = pages
        self._store_worker = store_worker = Worker("store", post)
        self.preferences = PreferencesService(settings, settings_file, store_worker, post)
        self.models = models = ModelServices(
            paths, self.database, self.state, self.preferences, suspects, self._stop_replies, post
        )
        self.library, self.loading, self.inference = models.library, models.loading, models.inference
        self.downloads, self.hub, self.connection = models.downloads, models.hub, models.connection
        self.chats = self._make_chats(self.database, post)
        self.chat, self.history, self.replays = self.chats.chat, self.chats.history, self.chats.replays
        self.commands = CommandService(self.chats.conversations, store_worker, self.chat, post)
        self.prompts = SavedPromptService(SavedPromptStore(self.database), store_worker, post)
        self._titles = TitleService(
            self.chats.conversations,
            self.inference,
            self.chats.context,
            self.preferences.current,
            has_power_to_spare,
            post,
        )
        self.about = AboutService(self._measure_places, _read_licences, self._write_diagnostics, post)
        self.new_versions = NewVersionService(_this_version(), self.connection.releases, post)

    def _make_chats(self, database: Database, post: Post, *, keeps_snapshots: bool = True) -> Chats:
        return Chats(
            database,
            self._store_worker,
            self.inference,
            self.models.chat_settings,
            self.loading.use,
            self._pages,
            post,
            keeps_snapshots=keeps_snapshots,
        )

    def places(self) -> dict[Place, Path]:
        """Where everything lies."""
        paths = self.paths
        return {
            Place.DATA: paths.data,
            Place.MODELS: paths.models,
            Place.SETTINGS: paths.settings,
            Place.LOG: paths.log_file,
        }

    def _measure_places(self) -> dict[Place, int]:
        paths = self.paths
        return {Place.DATA: folder_bytes(paths.data, without=paths.models), Place.MODELS: folder_bytes(paths.models)}

    def _write_diagnostics(self) -> str:
        from chatdesk.diagnostics import Loaded, diagnostics  # late: few starts need it

        loaded = Loaded(*self.inference.loaded) if self.inference.loaded is not None else None
        return diagnostics(self.paths, self.preferences.current(), loaded, self.models.load_failure)

    def _stop_replies(self) -> None:
        for chats in (self.chats, *self._temporary):
            chats.chat.stop_all()

    def _after(self, event: Event) -> None:
        """Do what follows of what was announced. On the thread that announced it."""
        self.models.on_event(event)
        match event:
            case ModelReady() | ModelFailed():
                for chats in (self.chats, *self._temporary):
                    chats.versions.on_event(event)
            case MessageAdded() | ReplyFinished() | ConversationsListed():
                self.chats.search.feed()
                self._titles.on_event(event)

    def _finish_move(self, paths: Paths) -> None:
        """Do what is left to do of a move that happened before this start."""
        if not paths.is_movable:
            return
        with problems_logged("old files of a move stay for the next start"):
            for source, target in Relocation(paths.config).finish(self.database):
                self.state.move_models(partial(moved_path, source=source, target=target))

    def start(self) -> None:
        """Announce what there is, and say what went wrong before."""
        for problem in self._problems:
            self._post(NoticeRaised(problem))
        self.chats.organisation.list_folders()
        self.history.list()

    def load_first_model(self, file: str | None = None) -> None:
        """Look for models and load the file at `file`, or the model that was used last; then do what can wait."""
        self.models.load_first(file)
        self.history.purge()
        self.chats.search.feed()  # behind the purge: words that are deleted for good leave the index

    def open_temporary(self, announce: Post) -> Chats:
        """Begin chats that are kept nowhere: no file, no snapshot, no index. What they announce goes to `announce`."""

        def post(event: Event) -> None:
            announce(event)
            self._awake.on_event(event)
            chats.on_event(event)
            self.models.variant_timing.on_event(event)

        chats = self._make_chats(MemoryDatabase(), post, keeps_snapshots=False)
        self._temporary.append(chats)
        return chats

    def keep(self, temporary: Chats, conversation_id: str) -> None:
        """Put a temporary chat among those that are kept, with everything that was said; a reply on its way ends."""

        def keep() -> None:
            _, kept_id = self.chats.whole.add(temporary.whole.read(conversation_id))
            self._post(ConversationKept(self.chats.whole.read(kept_id).conversation, conversation_id))

        temporary.chat.stop_all()
        # Behind the reply's end.
        self.inference.run("then keep", lambda _engine: self._store_worker.submit("keep", keep))

    def close_temporary(self, temporary: Chats) -> None:
        """Forget temporary chats, once the reply that is under way has ended. What else waits comes too late."""

        def forget(engine: Engine | None) -> None:
            if engine is not None:
                engine.forget("")
            self._store_worker.submit("close", close)

        def close() -> None:
            temporary.database.close()
            self._temporary.remove(temporary)

        temporary.close()
        self.inference.run("then close", forget)

    def close(self) -> bool:
        """Save what is under way and end every thread, within two seconds. Returns whether all of them ended.

        Once they have, it may be called again and does nothing.
        """
        if self._is_closed:
            return True
        deadline = time.monotonic() + PATIENCE_SECONDS
        for chats in (self.chats, *self._temporary):
            chats.close()
        # All are told to end before any is waited for. What comes from the network is not worth waiting for.
        self.models.stop()
        self.about.close(0)
        self.new_versions.close(0)
        is_done = self.inference.close(PATIENCE_SECONDS - STORE_SHARE_SECONDS)
        is_done &= self.downloads.close(max(deadline - STORE_SHARE_SECONDS - time.monotonic(), 0.0))
        self.chats.live.save_unsaved()
        for worker in (self.models.worker, self._store_worker):
            is_done &= worker.close(max(deadline - time.monotonic(), 0.0))
        self._awake.close(max(deadline - time.monotonic(), 0.0))
        # No crash, so that nobody is to be suspected, is an engine that is left inside llama.cpp, nor a reply of which
        # the disk did not take the end.
        with problems_logged("the next start will take this end for a crash"):
            if not is_done:
                self.state.set_loading(None)
            self.database.mark_interrupted()
        if is_done:
            self.connection.close()
            for chats in (self.chats, *self._temporary):
                chats.database.close()
        self._is_closed = is_done
        return is_done


def _this_version() -> Version:
    version = parse_version(__version__)
    assert version is not None, "the project numbers its versions by semver.org"
    return version


def _read_licences() -> tuple[Licence, ...]:
    from chatdesk.licences import read_licences  # late: few starts need it

    return read_licences(resource("licences"))
