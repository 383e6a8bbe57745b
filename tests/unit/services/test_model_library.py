from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import (
    JobCrashed,
    LibraryDescribed,
    LibraryScanned,
    ModelRemoved,
    ModelsFoundElsewhere,
    ModelsRecommended,
    ModelVerified,
    NoticeRaised,
    VerificationProgressed,
    VerificationStopped,
)
from chatdesk.core.fit import Fit, FitLabel, MemoryNeed
from chatdesk.core.hub_models import RemoteFile
from chatdesk.core.installed_models import HeaderFacts, InstalledModel, ModelDetails
from chatdesk.core.model_files import ModelFile, ModelOrigin
from chatdesk.core.model_info import DeviceInUse, ModelInfo
from chatdesk.core.recommendations import CuratedList, CuratedModel, ModelPurpose
from chatdesk.models.library import ModelLibrary, described
from chatdesk.models.removal import Removal
from chatdesk.models.verification import STEP_BYTES
from chatdesk.services.model_library import HEADERS_BETWEEN_EVENTS, ModelLibraryService
from chatdesk.services.worker import Priority, Worker
from chatdesk.store.database import Database
from chatdesk.store.downloads import ProvenanceStore
from chatdesk.store.model_records import ModelRecordStore
from tests.support.desk import EventLog

DETAILS = ModelDetails("qwen3", 40_960, "apache-2.0")
CURATED = CuratedModel(
    "Good", "o/r", RemoteFile("good-Q4_0.gguf", 1000, None), "mit", ("zh", "en"), ModelPurpose.CHAT, 1, "Good.", "好。"
)


@dataclass
class ScriptedAppraiser:
    """Reads no file: says of each the same, or the trouble that is put in its place."""

    headers: dict[str, HeaderFacts | Exception] = field(default_factory=dict)
    read: list[str] = field(default_factory=list)
    asked: list[tuple[str, Mapping[str, Any], float]] = field(default_factory=list)
    may_read: threading.Event = field(default_factory=threading.Event)

    def read_header(self, model: ModelFile) -> HeaderFacts:
        assert self.may_read.wait(10)
        self.read.append(model.name)
        header = self.headers.get(model.name, HeaderFacts(DETAILS, {"n_embd": 7}))
        if isinstance(header, Exception):
            raise header
        return header

    def assess(
        self, model: ModelFile, shape: Mapping[str, Any], overrides: Mapping[str, Any], correction: float
    ) -> Fit:
        assert shape == {"n_embd": 7}
        self.asked.append((model.name, overrides, correction))
        return Fit(FitLabel.FITS, MemoryNeed(model.size_bytes, 0, 0), overrides.get("n_ctx", 4096))

    def predict(self, model: ModelFile, shape: Mapping[str, Any], info: ModelInfo) -> int:
        return 1000

    def assess_curated(self, model: CuratedModel, correction: float) -> Fit:
        self.asked.append((model.title, {}, correction))
        return Fit(FitLabel.FITS, MemoryNeed(1, 0, 0), 4096)


def loaded(took_bytes: int) -> ModelInfo:
    return ModelInfo("a", "qwen3", 1, 4096, 4096, 1, 1, 1, 0, 1, 1, DeviceInUse("CPU"), "", weights_bytes=took_bytes)


class Shelf:
    """The service on a folder and a database of the test's own, with what it announced."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "library"
        self.folder.mkdir()
        self.log = EventLog()
        self.database = Database.open(home / "chatdesk.db")
        self.records = ModelRecordStore(self.database)
        self.provenance = ProvenanceStore(self.database)
        self.appraiser = ScriptedAppraiser()
        self.appraiser.may_read.set()
        self.elsewhere: list[ModelFile] = []
        self.trash: list[str] = []
        self.worker = Worker("models", self.log.post)
        self.service = self.make()

    def make(self) -> ModelLibraryService:
        return ModelLibraryService(
            ModelLibrary(self.folder, None),
            self.records,
            self.provenance,
            self.find_elsewhere,
            Removal(self.folder, self.take),
            self.appraiser,
            lambda: CuratedList("2026-11-24", (CURATED,)),
            self.worker,
            self.log.post,
        )

    def find_elsewhere(self, listed: Sequence[ModelFile]) -> tuple[ModelFile, ...]:
        known = {model.path for model in listed}
        return tuple(model for model in self.elsewhere if model.path not in known)

    def take(self, path: Path) -> None:
        self.trash.append(path.name)
        path.unlink()

    def put(self, name: str, content: bytes = b"GGUF") -> ModelFile:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return described(str(path), ModelOrigin.LIBRARY)

    def fill_disk(self) -> None:
        """From now on the database cannot grow."""
        self.appraiser.headers |= {
            name: HeaderFacts(DETAILS, {"n_embd": 7}, "x" * 100_000) for name in ("a", *map(str, range(5)))
        }
        with self.database.write() as connection:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count = {pages}").fetchone()

    def installed(self, *files: tuple[ModelFile, str]) -> None:
        """As after downloads of these files with these hashes."""
        with self.database.write() as connection:
            connection.executemany(
                "INSERT INTO installed_from VALUES (?, 'owner/repo', ?, 'x.gguf', ?, ?, 1)",
                [(file.path, "c" * 40, file.size_bytes, sha256) for file, sha256 in files],
            )

    def wait(self) -> None:
        """Until everything that was asked for, idle work too, is done."""
        done = threading.Event()

        def when_idle() -> None:
            if self.service._is_reading:
                self.worker.submit("wait", when_idle, Priority.IDLE)
            else:
                done.set()

        self.worker.submit("wait", when_idle, Priority.IDLE)
        assert done.wait(10)

    def scanned(self) -> list[str]:
        self.wait()
        return [model.name for model in self.log.of(LibraryScanned)[-1].models]

    def described(self) -> dict[str, InstalledModel]:
        self.wait()
        return {model.file.name: model for model in self.log.of(LibraryDescribed)[-1].installed}


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    made = Shelf(tmp_path)
    yield made
    made.appraiser.may_read.set()
    assert made.worker.close(5)
    made.database.close()
    assert made.log.of(JobCrashed) == []


class TestScan:
    def test_a_scan_reads_no_header_and_goes_on(self, shelf: Shelf) -> None:
        shelf.put("a.gguf")
        seen: list[Sequence[ModelFile]] = []
        shelf.service.scan(then=seen.append)
        assert shelf.scanned() == ["a"]
        assert seen == [shelf.log.of(LibraryScanned)[0].models]
        assert shelf.appraiser.read == []
        assert shelf.log.of(LibraryDescribed) == []

    def test_a_downloaded_file_says_where_it_came_from(self, shelf: Shelf) -> None:
        model = shelf.put("owner/repo/a.gguf")
        shelf.installed((model, "0" * 64))
        shelf.service.scan()
        assert shelf.log.wait_for(LibraryScanned).models == (
            replace(model, repo_id="owner/repo", revision="c" * 40, sha256="0" * 64),
        )

    def test_a_file_that_somebody_put_in_its_place_does_not(self, shelf: Shelf) -> None:
        shelf.installed((shelf.put("a.gguf"), "0" * 64))
        model = shelf.put("a.gguf", b"another")
        shelf.service.scan()
        assert shelf.log.wait_for(LibraryScanned).models == (model,)

    def test_a_file_is_opened_wherever_it_lies(self, shelf: Shelf) -> None:
        path = shelf.home / "elsewhere.gguf"
        path.write_bytes(b"GGUF")
        opened: list[ModelFile] = []
        shelf.service.open(str(path), opened.append)
        shelf.service.open(str(shelf.home / "gone.gguf"), opened.append)
        assert shelf.log.wait_for(NoticeRaised).error.code is ErrorCode.MODEL_NOT_FOUND
        assert [(model.path, model.origin) for model in opened] == [(str(path), ModelOrigin.ADDED)]


class TestDescribe:
    def test_what_is_known_comes_at_once_and_headers_follow(self, shelf: Shelf) -> None:
        model = shelf.put("a.gguf")
        shelf.appraiser.may_read.clear()
        shelf.service.describe()
        assert shelf.log.wait_for(LibraryDescribed).installed == (InstalledModel(model),)
        shelf.appraiser.may_read.set()
        found = shelf.described()["a"]
        assert (found.details, found.problem) == (DETAILS, None)
        assert found.fit is not None
        assert found.fit.label is FitLabel.FITS

    def test_a_second_start_reads_no_header_again(self, shelf: Shelf) -> None:
        shelf.put("a.gguf")
        shelf.appraiser.headers["b"] = HeaderFacts(problem="it is no GGUF file")
        shelf.put("b.gguf")
        shelf.service.describe()
        shelf.described()
        shelf.service = shelf.make()
        shelf.service.describe()
        found = shelf.described()
        assert sorted(shelf.appraiser.read) == ["a", "b"]
        assert (found["a"].details, found["b"].problem) == (DETAILS, "it is no GGUF file")
        assert found["b"].fit is None

    def test_a_changed_file_is_read_again(self, shelf: Shelf) -> None:
        shelf.put("a.gguf")
        shelf.service.describe()
        shelf.described()
        shelf.put("a.gguf", b"changed")
        shelf.service.describe()
        shelf.described()
        assert shelf.appraiser.read == ["a", "a"]

    @pytest.mark.parametrize("error", [OSError(5, "the disk fails"), UserFacingError(ErrorCode.DISK_FULL)])
    def test_trouble_that_may_pass_is_told_and_tried_again_when_asked(self, error: Exception, shelf: Shelf) -> None:
        shelf.put("a.gguf")
        shelf.appraiser.headers["a"] = error
        shelf.service.describe()
        assert shelf.described()["a"].problem
        shelf.service.set_favourite(shelf.put("a.gguf"), True)  # announces anew, and reads nothing
        assert shelf.described()["a"].problem
        del shelf.appraiser.headers["a"]
        shelf.service.describe()
        assert shelf.described()["a"].details == DETAILS

    def test_one_header_that_is_a_bug_does_not_keep_the_others_from_being_read(self, shelf: Shelf) -> None:
        for name in "abc":
            shelf.put(f"{name}.gguf")
        shelf.appraiser.headers["b"] = ZeroDivisionError()
        shelf.service.describe()
        found = shelf.described()
        assert [found[name].details for name in "abc"] == [DETAILS, None, DETAILS]
        assert len(shelf.log.of(JobCrashed)) == 1
        shelf.log.events = [event for event in shelf.log.events if not isinstance(event, JobCrashed)]

    def test_a_wish_comes_between_two_headers(self, shelf: Shelf) -> None:
        for number in range(5):
            shelf.put(f"{number}.gguf")
        shelf.appraiser.may_read.clear()
        shelf.service.describe()
        read_when_scanned: list[int] = []
        shelf.service.scan(then=lambda _models: read_when_scanned.append(len(shelf.appraiser.read)))
        shelf.appraiser.may_read.set()
        shelf.described()
        assert read_when_scanned[0] <= 1

    def test_while_many_headers_are_read_some_are_shown_before_the_end(self, shelf: Shelf) -> None:
        for number in range(HEADERS_BETWEEN_EVENTS + 5):
            shelf.put(f"{number}.gguf")
        shelf.service.describe()
        shelf.described()
        known = [
            sum(model.details is not None for model in event.installed) for event in shelf.log.of(LibraryDescribed)
        ]
        assert known == [0, 5, HEADERS_BETWEEN_EVENTS + 5]

    def test_asking_twice_reads_each_header_once(self, shelf: Shelf) -> None:
        for name in "abc":
            shelf.put(f"{name}.gguf")
        for _ in range(3):
            shelf.service.describe()
        shelf.described()
        assert sorted(shelf.appraiser.read) == ["a", "b", "c"]

    def test_a_disk_that_is_full_is_complained_of_once(self, shelf: Shelf) -> None:
        for number in range(5):
            shelf.put(f"{number}.gguf")
        shelf.fill_disk()
        shelf.service.describe()
        assert shelf.log.wait_for(NoticeRaised).error.code is ErrorCode.DISK_FULL
        shelf.wait()
        assert len(shelf.log.of(NoticeRaised)) == 1


class TestElsewhere:
    def blob(self, shelf: Shelf) -> ModelFile:
        path = shelf.home / "sha256-01"
        path.write_bytes(b"GGUF")
        found = ModelLibrary(shelf.folder, None).model_file(str(path))
        return replace(found, shown_name="llama3.2:3b", sha256=hashlib.sha256(b"GGUF").hexdigest())

    def test_what_other_apps_have_is_used_where_it_lies_and_keeps_its_name(self, shelf: Shelf) -> None:
        model = self.blob(shelf)
        shelf.elsewhere = [model]
        shelf.service.find_elsewhere()
        assert shelf.log.wait_for(ModelsFoundElsewhere).models == (model,)
        shelf.service.use_elsewhere([model])
        assert shelf.log.wait_for(LibraryScanned).models == (model,)
        assert shelf.make()._files() == (model,)  # also at the next start
        shelf.service.find_elsewhere()
        shelf.wait()
        assert shelf.log.of(ModelsFoundElsewhere)[-1].models == ()

    def test_it_can_be_taken_off_the_list_and_stays_where_it_lies(self, shelf: Shelf) -> None:
        model = self.blob(shelf)
        shelf.service.use_elsewhere([model])
        shelf.service.forget(model)
        assert shelf.scanned() == []
        assert Path(model.path).exists()

    def test_it_is_verified_against_the_hash_in_its_name(self, shelf: Shelf) -> None:
        model = self.blob(shelf)
        shelf.service.verify(model)
        assert shelf.log.wait_for(ModelVerified).is_intact is True
        shelf.service.verify(replace(model, sha256="1" * 64))
        assert shelf.log.wait_for(ModelVerified, lambda event: event.is_intact is False).sha256 == model.sha256

    def test_it_is_not_removed(self, shelf: Shelf) -> None:
        model = self.blob(shelf)
        shelf.service.remove(model, for_good=True)
        assert shelf.log.wait_for(NoticeRaised).error.code is ErrorCode.MODEL_NOT_OURS
        assert Path(model.path).exists()


class TestRemove:
    def test_a_model_goes_to_the_trash_and_comes_back_with_what_was_known(self, shelf: Shelf) -> None:
        model = shelf.put("owner/repo/a.gguf")
        shelf.installed((model, "0" * 64))
        shelf.service.set_favourite(model, True)
        shelf.service.remove(model, for_good=False)
        assert shelf.log.wait_for(ModelRemoved) == ModelRemoved(model, is_for_good=False)
        assert shelf.scanned() == []
        assert shelf.trash == ["a.gguf"]
        assert shelf.records.record(model).is_favourite
        assert shelf.provenance.provenance(model.path) is not None

    def test_of_a_model_removed_for_good_nothing_is_kept(self, shelf: Shelf) -> None:
        shards = [shelf.put(f"big-0000{number}-of-00002.gguf") for number in (2, 1)]
        model = shards[1]
        shelf.installed(*((shard, "0" * 64) for shard in shards))
        shelf.service.set_favourite(model, True)
        shelf.service.remove(model, for_good=True)
        assert shelf.log.wait_for(ModelRemoved) == ModelRemoved(model, is_for_good=True)
        assert shelf.scanned() == []
        assert list(shelf.folder.iterdir()) == []
        assert shelf.provenance.all() == {}
        assert not shelf.records.record(model).is_favourite

    def test_a_removal_that_fails_is_a_notice_and_the_list_is_as_it_is(self, shelf: Shelf) -> None:
        shelf.put("a.gguf")
        shelf.service.remove(replace(shelf.put("gone.gguf"), path=str(shelf.folder / "other.gguf")), for_good=False)
        assert shelf.log.wait_for(NoticeRaised).error.code is ErrorCode.MODEL_NOT_FOUND
        assert shelf.scanned() == ["a", "gone"]
        assert shelf.log.of(ModelRemoved) == []


class TestVerify:
    def test_a_file_is_compared_with_what_was_downloaded(self, shelf: Shelf) -> None:
        model = shelf.put("a.gguf", b"GGUF whole")
        sha256 = hashlib.sha256(b"GGUF whole").hexdigest()
        shelf.service.verify(model)
        assert shelf.log.wait_for(ModelVerified) == ModelVerified(model, sha256, None)
        shelf.installed((model, sha256))
        shelf.service.verify(model)
        shelf.log.wait_for(ModelVerified, lambda event: event.is_intact is True)
        shelf.put("a.gguf", b"GGUF whol")  # cut short
        shelf.service.verify(model)
        shelf.log.wait_for(ModelVerified, lambda event: event.is_intact is False)

    def test_all_shards_are_compared(self, shelf: Shelf) -> None:
        shards = [shelf.put(f"big-0000{number}-of-00002.gguf", str(number).encode()) for number in (2, 1)]
        shelf.installed(*((shard, hashlib.sha256(Path(shard.path).read_bytes()).hexdigest()) for shard in shards))
        shelf.service.verify(shards[1])
        assert shelf.log.wait_for(ModelVerified).is_intact is True
        Path(shards[0].path).write_bytes(b"x")
        shelf.service.verify(shards[1])
        shelf.log.wait_for(ModelVerified, lambda event: event.is_intact is False)

    def test_others_need_not_wait_and_it_can_be_stopped(self, shelf: Shelf) -> None:
        model = shelf.put("a.gguf")
        with Path(model.path).open("r+b") as file:
            file.truncate(100 * STEP_BYTES)
        shelf.service.verify(model)
        shelf.log.wait_for(VerificationProgressed)
        shelf.service.scan()
        shelf.log.wait_for(LibraryScanned)
        shelf.service.stop_verifying()
        assert shelf.log.wait_for(VerificationStopped).model == model
        assert shelf.log.of(ModelVerified) == []
        assert shelf.log.of(VerificationProgressed)[0].done_bytes == STEP_BYTES
        shelf.service.verify(shelf.put("b.gguf"))  # and the next is not stopped
        shelf.log.wait_for(ModelVerified)

    def test_a_file_that_cannot_be_read_is_said_so(self, shelf: Shelf) -> None:
        model = shelf.put("a.gguf")
        Path(model.path).unlink()
        shelf.service.verify(model)
        assert shelf.log.wait_for(NoticeRaised).error.code is ErrorCode.MODEL_NOT_FOUND
        assert shelf.log.wait_for(VerificationStopped).model == model


class TestOwnSettings:
    def test_they_are_kept_and_heeded(self, shelf: Shelf) -> None:
        model = shelf.put("a.gguf")
        shelf.service.describe()
        shelf.service.change_overrides(model, {"n_ctx": 2048, "top_k": None})
        found = shelf.described()["a"]
        assert found.overrides == {"n_ctx": 2048}
        assert found.fit is not None
        assert found.fit.n_ctx == 2048
        assert shelf.make().overrides(model) == {"n_ctx": 2048}

    def test_what_a_person_takes_away_is_gone_and_what_another_version_knows_stays(self, shelf: Shelf) -> None:
        model = shelf.put("a.gguf")
        shelf.records.set_settings(model, {"from_the_future": 1, "n_ctx": 2048})
        shelf.service.change_overrides(model, {"top_k": 3})
        shelf.wait()
        assert shelf.service.overrides(model) == {"from_the_future": 1, "top_k": 3}

    def test_some_are_changed_without_the_others(self, shelf: Shelf) -> None:
        model = shelf.put("a.gguf")
        shelf.service.change_overrides(model, {"n_ctx": 4096, "top_k": 3})
        shelf.service.adjust_overrides(model, {"n_ctx": 2048})
        shelf.wait()
        assert shelf.service.overrides(model) == {"n_ctx": 2048, "top_k": 3}

    def test_what_is_out_of_range_changes_nothing(self, shelf: Shelf) -> None:
        model = shelf.put("a.gguf")
        shelf.service.change_overrides(model, {"n_ctx": 5})
        assert shelf.log.wait_for(NoticeRaised).error.code is ErrorCode.SETTING_OUT_OF_RANGE
        assert shelf.service.overrides(model) == {}

    def test_a_favourite_is_remembered(self, shelf: Shelf) -> None:
        model = shelf.put("a.gguf")
        shelf.service.describe()
        shelf.service.set_favourite(model, True)
        assert shelf.described()["a"].is_favourite
        shelf.service.set_favourite(model, False)
        assert not shelf.described()["a"].is_favourite


class TestLoads:
    def test_a_load_is_remembered_with_its_memory(self, shelf: Shelf) -> None:
        model = shelf.put("a.gguf")
        shelf.service.describe()
        shelf.described()
        shelf.service.note_load(model, loaded(1300))
        found = shelf.described()["a"]
        assert (found.predicted_bytes, found.measured_bytes) == (1000, 1300)
        assert found.last_used_at is not None

    def test_loads_that_took_more_than_predicted_correct_the_next_verdicts(self, shelf: Shelf) -> None:
        models = [shelf.put(f"{name}.gguf") for name in "ab"]
        shelf.service.describe()
        shelf.described()
        shelf.service.note_load(models[0], loaded(1100))
        shelf.wait()
        assert shelf.service.correction() == 1.0
        shelf.service.note_load(models[1], loaded(1200))
        shelf.wait()
        assert shelf.service.correction() == pytest.approx(1.15)
        assert shelf.appraiser.asked[-1][2] == pytest.approx(1.15)

    def test_a_load_of_which_nothing_was_predicted_corrects_nothing(self, shelf: Shelf) -> None:
        model = shelf.put("a.gguf")
        shelf.service.note_load(model, loaded(1300))
        shelf.wait()
        assert shelf.log.events == []  # nobody has asked for more than the files
        shelf.service.describe()
        found = shelf.described()["a"]
        assert (found.predicted_bytes, found.measured_bytes) == (None, 1300)
        assert found.last_used_at is not None

    def test_a_file_is_appraised_before_it_is_loaded_and_read_once_for_that(self, shelf: Shelf) -> None:
        model = shelf.put("a.gguf")
        appraised: list[InstalledModel] = []
        for _ in range(2):
            shelf.service.appraise(model, appraised.append)
        shelf.wait()
        assert [found.details for found in appraised] == [DETAILS, DETAILS]
        assert appraised[0].fit is not None
        assert shelf.appraiser.read == ["a"]

    def test_a_file_that_cannot_be_appraised_is_no_reason_to_stop(self, shelf: Shelf) -> None:
        model = shelf.put("a.gguf")
        shelf.appraiser.headers["a"] = OSError(5, "the disk fails")
        appraised: list[InstalledModel] = []
        shelf.service.appraise(model, appraised.append)
        shelf.wait()
        assert [(found.fit, found.problem) for found in appraised] == [(None, "the disk fails")]

    def test_a_full_disk_keeps_no_model_from_being_appraised(self, shelf: Shelf) -> None:
        model = shelf.put("a.gguf")
        shelf.fill_disk()
        appraised: list[InstalledModel] = []
        shelf.service.appraise(model, appraised.append)
        shelf.wait()
        assert [found.details for found in appraised] == [DETAILS]


def test_curated_models_are_recommended_for_this_machine(shelf: Shelf) -> None:
    shelf.service.recommend("zh")
    (found,) = shelf.log.wait_for(ModelsRecommended).recommendations
    assert (found.model, found.fit.label) == (CURATED, FitLabel.FITS)


def test_closing_in_the_middle_of_long_work_does_not_wait_for_its_end(shelf: Shelf) -> None:
    model = shelf.put("a.gguf")
    with Path(model.path).open("r+b") as file:
        file.truncate(100 * STEP_BYTES)
    for number in range(50):
        shelf.put(f"{number}.gguf")
    shelf.service.verify(model)
    shelf.service.describe()
    shelf.log.wait_for(VerificationProgressed)
    assert shelf.worker.close(5)
    assert shelf.log.of(ModelVerified) == []
