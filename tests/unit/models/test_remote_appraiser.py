from collections.abc import Iterator
from pathlib import Path

import pytest

from chatdesk.core.fit import Fit, FitLabel, Machine
from chatdesk.core.hub_models import HubRepo, RepoPage
from chatdesk.core.settings import Settings
from chatdesk.models.hub_access import HubAccess
from chatdesk.models.remote_appraiser import MAX_HEADER_BYTES, RemoteAppraiser
from chatdesk.models.transfer import Transfer
from tests.support.loopback_hub import LoopbackHub, Repo
from tests.support.tiny_gguf import TinyModel

MACHINE = Machine(16 * 10**9, 8 * 10**9, 4)


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as made:
        yield made


@pytest.fixture
def appraiser(hub: LoopbackHub) -> Iterator[RemoteAppraiser]:
    access = HubAccess(hub.endpoint)
    transfer = Transfer(lambda: access)
    yield RemoteAppraiser(Settings, lambda: MACHINE, lambda: 1.0, transfer.read_range)
    transfer.close()


def page_of(repo: Repo, *filenames: str) -> RepoPage:
    models = tuple(repo.model(filename) for filename in filenames)
    return RepoPage(HubRepo("owner/tiny", 0, 0), models[0].revision, None, "", models)


def tiny(folder: Path) -> bytes:
    return Path(TinyModel().write(folder / "tiny.gguf").path).read_bytes()


def never() -> bool:
    return False


def test_guesses_come_at_once_for_all_and_exact_verdicts_follow_one_by_one(
    hub: LoopbackHub, appraiser: RemoteAppraiser, tmp_path: Path
) -> None:
    content = tiny(tmp_path)
    repo = hub.add_repo("owner/tiny", {"a-Q8_0.gguf": content, "a-Q4_K_M.gguf": content})
    verdicts = appraiser(page_of(repo, "a-Q8_0.gguf", "a-Q4_K_M.gguf"), never)
    guesses = next(verdicts)
    assert hub.requests == []
    assert {fit.is_estimate for fit in guesses.values()} == {True}
    exact = list(verdicts)
    assert [tuple(fits) for fits in exact] == [("a-Q4_K_M.gguf",), ("a-Q8_0.gguf",)]
    assert all(fit.label is FitLabel.FITS and not fit.is_estimate for fits in exact for fit in fits.values())


def test_a_label_costs_far_less_than_a_megabyte_of_a_large_file(
    hub: LoopbackHub, appraiser: RemoteAppraiser, tmp_path: Path
) -> None:
    repo = hub.add_repo("owner/tiny", {"a-Q8_0.gguf": tiny(tmp_path) + bytes(20 << 20)})
    list(appraiser(page_of(repo, "a-Q8_0.gguf"), never))
    asked = [request.headers["range"].removeprefix("bytes=").split("-") for request in hub.requests]
    assert sum(int(end) - int(start) + 1 for start, end in asked) <= MAX_HEADER_BYTES
    assert len(asked) >= 1


def test_what_is_no_header_leaves_the_guess_and_the_others_go_on(
    hub: LoopbackHub, appraiser: RemoteAppraiser, tmp_path: Path
) -> None:
    repo = hub.add_repo("owner/tiny", {"a-Q4_K_M.gguf": b"no header" * 1000, "a-Q8_0.gguf": tiny(tmp_path)})
    verdicts = list(appraiser(page_of(repo, "a-Q4_K_M.gguf", "a-Q8_0.gguf"), never))
    assert [tuple(fits) for fits in verdicts[1:]] == [("a-Q8_0.gguf",)]


def test_without_a_network_the_guesses_stand(hub: LoopbackHub, appraiser: RemoteAppraiser, tmp_path: Path) -> None:
    repo = hub.add_repo("owner/tiny", {"a-Q4_K_M.gguf": tiny(tmp_path), "a-Q8_0.gguf": tiny(tmp_path)})
    hub.fail(times=9, status=500)
    assert len(list(appraiser(page_of(repo, "a-Q4_K_M.gguf", "a-Q8_0.gguf"), never))) == 1


def test_reading_ends_when_nobody_looks_any_more(hub: LoopbackHub, appraiser: RemoteAppraiser, tmp_path: Path) -> None:
    repo = hub.add_repo("owner/tiny", {"a-Q4_K_M.gguf": tiny(tmp_path)})
    found: list[dict[str, Fit]] = [dict(fits) for fits in appraiser(page_of(repo, "a-Q4_K_M.gguf"), lambda: True)]
    assert len(found) == 1
    assert hub.requests == []
