from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from chatdesk.core.downloads import Download, DownloadState
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.hub_models import RemoteFile, RemoteModel
from chatdesk.store.database import Database
from chatdesk.store.downloads import DownloadStore, Provenance, ProvenanceStore

MODEL = RemoteModel(
    "owner/模型-GGUF",
    "c" * 40,
    (
        RemoteFile("sub/m-00001-of-00002.gguf", 5_000_000_000, "a" * 64),
        RemoteFile("sub/m-00002-of-00002.gguf", 7, None),
    ),
)
FIRST = Download("id-1", MODEL, DownloadState.QUEUED, 1)
SECOND = Download("id-2", replace(MODEL, repo_id="owner/other"), DownloadState.QUEUED, 2)
NO_SPACE = ErrorDetail(ErrorCode.DOWNLOAD_NO_SPACE, {"model": "m", "needed": 3, "free": 2, "missing": 1})


@pytest.fixture
def downloads(database: Database) -> DownloadStore:
    return DownloadStore(database)


@pytest.fixture
def provenance(database: Database) -> ProvenanceStore:
    return ProvenanceStore(database)


def origin(path: str, sha256: str | None = "a" * 64) -> Provenance:
    return Provenance(path, "owner/repo", "c" * 40, "sub/m.gguf", 5_000_000_000, sha256)


def test_downloads_come_back_in_the_order_of_the_queue(path: Path) -> None:
    database = Database.open(path)
    store = DownloadStore(database)
    store.add(SECOND)
    store.add(FIRST)
    database.close()
    database = Database.open(path)
    assert DownloadStore(database).all() == (FIRST, SECOND)
    database.close()


def test_the_state_is_kept_and_the_error_only_of_what_failed(downloads: DownloadStore) -> None:
    downloads.add(FIRST)
    waiting = replace(FIRST, state=DownloadState.DOWNLOADING, error=ErrorDetail(ErrorCode.HUB_OFFLINE))
    downloads.save(waiting)
    assert downloads.all() == (replace(waiting, error=None),)
    failed = replace(FIRST, state=DownloadState.FAILED, error=NO_SPACE)
    downloads.save(failed)
    assert downloads.all() == (failed,)
    downloads.save(FIRST)
    assert downloads.all() == (FIRST,)


def test_an_error_of_another_version_goes_by_its_code(downloads: DownloadStore, database: Database) -> None:
    downloads.add(FIRST)
    downloads.save(replace(FIRST, state=DownloadState.FAILED, error=NO_SPACE))
    with database.write() as connection:
        connection.execute("UPDATE download SET error_code = 'moon_phase'")
    [found] = downloads.all()
    assert found.error == ErrorDetail(ErrorCode.INTERNAL, {"reason": "moon_phase"})


def test_places_change_together(downloads: DownloadStore) -> None:
    downloads.add(FIRST)
    downloads.add(SECOND)
    downloads.save_positions([replace(FIRST, position=2), replace(SECOND, position=1)])
    assert [each.id for each in downloads.all()] == ["id-2", "id-1"]


def test_where_files_go_is_known_once_it_is_decided(downloads: DownloadStore) -> None:
    downloads.add(FIRST)
    assert downloads.targets("id-1") == ()
    downloads.set_targets("id-1", ["/models/ö.gguf", "C:\\models\\2.gguf"])
    assert downloads.targets("id-1") == ("/models/ö.gguf", "C:\\models\\2.gguf")


def test_a_finished_download_is_forgotten_and_its_files_keep_where_they_came_from(
    downloads: DownloadStore, provenance: ProvenanceStore
) -> None:
    downloads.add(FIRST)
    downloads.add(SECOND)
    downloads.finish("id-1", [origin("/m/1.gguf"), origin("/m/2.gguf", None)])
    assert downloads.all() == (SECOND,)
    assert provenance.provenance("/m/1.gguf") == origin("/m/1.gguf")
    assert provenance.all() == {"/m/1.gguf": origin("/m/1.gguf"), "/m/2.gguf": origin("/m/2.gguf", None)}
    assert provenance.provenance("/m/3.gguf") is None


def test_a_download_that_cannot_be_finished_is_still_there(
    downloads: DownloadStore, provenance: ProvenanceStore
) -> None:
    downloads.add(FIRST)
    broken = replace(origin("/m/2.gguf"), size_bytes="many")  # type: ignore[arg-type]  # what a damaged row says
    with pytest.raises(sqlite3.IntegrityError):
        downloads.finish("id-1", [origin("/m/1.gguf"), broken])
    assert downloads.all() == (FIRST,)
    assert provenance.all() == {}


def test_a_download_that_was_given_up_leaves_nothing(downloads: DownloadStore) -> None:
    downloads.add(FIRST)
    downloads.remove("id-1")
    assert downloads.all() == ()


def test_another_file_at_the_same_path_has_another_provenance(
    downloads: DownloadStore, provenance: ProvenanceStore
) -> None:
    for sha256 in ("a" * 64, "b" * 64):
        downloads.finish("id", [origin("/m/1.gguf", sha256)])
    assert provenance.provenance("/m/1.gguf") == origin("/m/1.gguf", "b" * 64)


def test_files_are_found_by_what_they_are_until_they_are_forgotten(
    downloads: DownloadStore, provenance: ProvenanceStore
) -> None:
    downloads.finish("id", [origin("/m/1.gguf"), origin("/m/2.gguf", "b" * 64)])
    assert provenance.of_file("owner/repo", "sub/m.gguf", "a" * 64) == (origin("/m/1.gguf"),)
    assert provenance.of_file("owner/repo", "m.gguf", "a" * 64) == ()
    provenance.forget(["/m/1.gguf", "/m/unknown.gguf"])
    assert provenance.of_file("owner/repo", "sub/m.gguf", "a" * 64) == ()
    assert list(provenance.all()) == ["/m/2.gguf"]
