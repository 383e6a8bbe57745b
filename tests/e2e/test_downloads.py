"""Downloads from a hub on loopback with the real transfer, into a real library, through whatever happens."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chatdesk.core.downloads import Download, DownloadState
from chatdesk.core.errors import ErrorCode
from chatdesk.core.events import DownloadChanged, JobCrashed, ModelInstalled
from chatdesk.core.hub_models import RemoteModel
from chatdesk.core.model_files import ModelFile
from chatdesk.engine.base import OnLoadProgress, ShouldStop
from chatdesk.engine.probe import probe, probe_command
from chatdesk.models.hub_access import HubAccess
from chatdesk.models.library import ModelLibrary
from chatdesk.models.patience import Patience
from chatdesk.models.transfer import Transfer
from chatdesk.services.downloads import DownloadRules, DownloadService
from chatdesk.store.database import Database
from chatdesk.store.downloads import DownloadStore, ProvenanceStore
from tests.support.desk import EventLog
from tests.support.killing_downloads import Killing
from tests.support.loopback_hub import LoopbackHub, Repo
from tests.support.tiny_gguf import TinyModel

S = DownloadState
MB = 1_000_000
MOST_SENT_AGAIN = 8 * MB
SHARDS = tuple(f"split/big-Q4_K_M-0000{number}-of-00003.gguf" for number in (1, 2, 3))


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as made:
        yield made


@dataclass
class App:
    """The download service as the app builds it, and where it keeps things."""

    service: DownloadService
    log: EventLog
    store: DownloadStore
    models_folder: Path

    def wait_for(self, state: DownloadState, is_it: Callable[[Download], bool] = lambda _download: True) -> Download:
        return self.log.wait_for(
            DownloadChanged, lambda event: event.download.state is state and is_it(event.download)
        ).download

    def files(self) -> list[str]:
        return files_below(self.models_folder)


@dataclass
class Rules:
    """What a person set, while the app runs."""

    is_offline: bool = False


@pytest.fixture
def rules() -> Rules:
    return Rules()


@pytest.fixture
def app(hub: LoopbackHub, rules: Rules, tmp_path: Path) -> Iterator[App]:
    log = EventLog()
    database = Database.open(tmp_path / "chatdesk.db")
    store = DownloadStore(database)
    transfer = Transfer(lambda: HubAccess(hub.endpoint, is_offline=rules.is_offline), Patience(first_wait_seconds=0.01))
    service = DownloadService(
        store,
        ProvenanceStore(database),
        tmp_path / "models",
        transfer,
        try_file,
        lambda _model: None,
        lambda: DownloadRules(is_offline=rules.is_offline),
        log.post,
    )
    yield App(service, log, store, tmp_path / "models")
    assert service.close(10)
    transfer.close()
    database.close()
    assert log.of(JobCrashed) == []


def try_file(model: ModelFile, on_progress: OnLoadProgress, should_stop: ShouldStop) -> bool:
    probe(model, probe_command(), should_stop, on_progress)
    return True


def files_below(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def tiny(hub: LoopbackHub, folder: Path, model: TinyModel, padding: int = 0) -> RemoteModel:
    """A small real model on the hub, with bytes behind its end that no one reads."""
    written = folder / "written.gguf"
    model.write(written)
    content = written.read_bytes() + b"\0" * padding
    return hub.add_repo("owner/tiny-GGUF", {"tiny-Q4_K_M.gguf": content}).model("tiny-Q4_K_M.gguf")


def library(folder: Path) -> tuple[ModelFile, ...]:
    return ModelLibrary(folder, None).scan(())


# --- killed ---


@pytest.fixture
def split(hub: LoopbackHub) -> Repo:
    sizes = (7 * MB, 11 * MB + 1, 5 * MB)
    contents = {name: random.Random(name).randbytes(size) for name, size in zip(SHARDS, sizes, strict=True)}
    return hub.add_repo("owner/split-GGUF", contents)


def test_a_download_that_is_killed_again_and_again_ends_whole(hub: LoopbackHub, split: Repo, tmp_path: Path) -> None:
    model = split.model(SHARDS[0])
    killing = Killing(hub, split, model, tmp_path)
    positions = random.Random(7)
    for _ in range(4):
        before = killing.sent
        present = killing.present()
        killing.run(kill_after_bytes=positions.randrange(model.size_bytes // 4))
        assert library(tmp_path / "models") == ()
        assert killing.sent - before - (killing.present() - present) <= MOST_SENT_AGAIN
    for word in (S.VERIFYING, S.PROBING, "in the library:"):
        killing.run(kill_at_word=word)
        found = library(tmp_path / "models")
        assert all(each.size_bytes == model.size_bytes for each in found)
    killing.run()
    assert files_below(tmp_path / "models") == [f"owner/split-GGUF/{name}" for name in SHARDS]
    for name in SHARDS:
        assert (tmp_path / "models" / "owner" / "split-GGUF" / name).read_bytes() == split.files[name].content
    (listed,) = library(tmp_path / "models")
    assert listed.size_bytes == model.size_bytes
    database = Database.open(tmp_path / "chatdesk.db")
    assert DownloadStore(database).all() == ()
    kept = ProvenanceStore(database).all()
    assert sorted(each.sha256 or "" for each in kept.values()) == sorted(file.sha256 or "" for file in model.files)
    database.close()


# --- in one process ---


def test_a_model_goes_from_the_hub_through_the_trial_into_the_library(
    hub: LoopbackHub, app: App, tmp_path: Path
) -> None:
    model = tiny(hub, tmp_path, TinyModel())
    app.service.start(model)
    installed = app.log.wait_for(ModelInstalled).model
    assert app.wait_for(S.INSTALLED).done_bytes == model.size_bytes
    (listed,) = library(app.models_folder)
    assert (listed.path, listed.size_bytes, listed.modified_at) == (
        installed.path,
        installed.size_bytes,
        installed.modified_at,
    )
    assert app.files() == ["owner/tiny-GGUF/tiny-Q4_K_M.gguf"]


def test_a_model_that_ends_llama_cpp_is_never_listed(hub: LoopbackHub, app: App, tmp_path: Path) -> None:
    app.service.start(tiny(hub, tmp_path, TinyModel(repeated_token="<s>")))
    failed = app.wait_for(S.FAILED)
    assert failed.error is not None
    assert failed.error.code is ErrorCode.MODEL_CRASHES
    assert library(app.models_folder) == ()
    assert app.files() == [f".downloads/{failed.id}/tiny-Q4_K_M.gguf"]
    app.service.cancel(failed.id)
    assert app.service.close(10)
    assert app.files() == []


def test_a_pause_and_a_lost_connection_cost_no_byte(hub: LoopbackHub, app: App, tmp_path: Path) -> None:
    model = tiny(hub, tmp_path, TinyModel(), padding=6 * MB)
    hub.fail(drop_after=2 * MB)
    stall = hub.fail(stall_after=2 * MB)
    app.service.start(model)
    assert stall.happened.wait(10)
    download = app.wait_for(S.DOWNLOADING, lambda found: found.done_bytes >= 4 * MB)
    app.service.pause(download.id)
    app.wait_for(S.PAUSED)
    app.service.resume(download.id)
    installed = app.log.wait_for(ModelInstalled).model
    assert Path(installed.path).stat().st_size == model.size_bytes
    ranges = [request.headers.get("range") for request in hub.requests if request.is_cdn]
    assert ranges == [None, f"bytes={2 * MB}-", f"bytes={4 * MB}-"]


def test_the_trouble_of_the_network_is_told_while_it_lasts(hub: LoopbackHub, app: App, tmp_path: Path) -> None:
    hub.fail(times=3, status=503)
    app.service.start(tiny(hub, tmp_path, TinyModel()))
    troubled = app.wait_for(S.DOWNLOADING, lambda found: found.error is not None)
    assert troubled.bytes_per_second is None
    assert app.wait_for(S.INSTALLED).error is None


def test_a_damaged_file_is_never_tried_out_and_fetched_anew_when_a_person_wants_it(
    hub: LoopbackHub, app: App, tmp_path: Path
) -> None:
    model = tiny(hub, tmp_path, TinyModel())
    hub.fail(flip_at=1000)
    app.service.start(model)
    failed = app.wait_for(S.FAILED)
    assert failed.error is not None
    assert (failed.error.code, failed.done_bytes) == (ErrorCode.DOWNLOAD_DAMAGED, 0)
    assert S.PROBING not in [event.download.state for event in app.log.of(DownloadChanged)]
    assert app.files() == []
    app.service.resume(failed.id)
    installed = app.log.wait_for(ModelInstalled).model
    assert Path(installed.path).read_bytes() == hub.repos["owner/tiny-GGUF"].files["tiny-Q4_K_M.gguf"].content


def test_a_gated_repo_says_what_to_do(hub: LoopbackHub, app: App, tmp_path: Path) -> None:
    model = tiny(hub, tmp_path, TinyModel())
    hub.repos["owner/tiny-GGUF"].gated = "manual"
    app.service.start(model)
    error = app.wait_for(S.FAILED).error
    assert error is not None
    assert error.code is ErrorCode.HUB_GATED
    assert "owner/tiny-GGUF" in error.english


def test_offline_mode_ends_the_connection_and_opens_no_other(
    hub: LoopbackHub, app: App, rules: Rules, tmp_path: Path
) -> None:
    model = tiny(hub, tmp_path, TinyModel(), padding=6 * MB)
    stall = hub.fail(stall_after=2 * MB)
    app.service.start(model)
    assert stall.happened.wait(10)
    app.wait_for(S.DOWNLOADING, lambda found: found.done_bytes >= 2 * MB)
    rules.is_offline = True
    app.service.rules_changed()
    waiting = app.wait_for(S.QUEUED, lambda found: found.error is not None)
    assert waiting.error is not None
    assert waiting.error.code is ErrorCode.HUB_OFFLINE
    asked = len(hub.requests)
    app.service.resume(waiting.id)
    app.service.start(model)
    rules.is_offline = False
    app.service.rules_changed()
    app.log.wait_for(ModelInstalled)
    assert hub.requests[asked].headers.get("range") == f"bytes={2 * MB}-"
