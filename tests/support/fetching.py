"""A transfer from a hub on loopback, with what it said and how long it would have waited."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chatdesk.core.errors import ErrorCode, ErrorDetail, UserFacingError
from chatdesk.core.hub_models import RemoteModel
from chatdesk.models.hub_access import HubAccess
from chatdesk.models.part_file import STEP_BYTES, record_path
from chatdesk.models.patience import Patience
from chatdesk.models.transfer import Timing, Transfer, TransferStopped
from tests.support.loopback_hub import LoopbackHub, Repo

NAME = "model-Q4_K_M.gguf"
CONTENT = random.Random(1).randbytes(2 * STEP_BYTES + 200_000)
HALF = STEP_BYTES + 1000
PATIENCE = Patience()  # waits are counted, not waited


@dataclass
class Fetching:
    """A transfer from a hub on loopback, and what it said."""

    hub: LoopbackHub
    repo: Repo
    part: Path
    patience: Patience = PATIENCE
    token: str | None = None
    waited: list[float] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    troubles: list[ErrorDetail | None] = field(default_factory=list)
    transfers: dict[tuple[HubAccess, Patience], Transfer] = field(default_factory=dict)

    @property
    def model(self) -> RemoteModel:
        return self.repo.model(NAME)

    def transfer(self, **access: Any) -> Transfer:
        how = HubAccess(**{"endpoint": self.hub.endpoint, "token": self.token, **access})
        if (how, self.patience) not in self.transfers:
            timing = Timing(sleep=self.waited.append, jitter=lambda: 1.0)
            self.transfers[how, self.patience] = Transfer(lambda: how, self.patience, timing)
        return self.transfers[how, self.patience]

    def fetch(self, should_stop: Callable[[], bool] = lambda: False, model: RemoteModel | None = None) -> None:
        wanted = model or self.model
        self.transfer().fetch(
            wanted, wanted.files[0], self.part, self.lengths.append, should_stop, self.troubles.append
        )

    def fetch_half(self) -> None:
        """Leave a part of `HALF` bytes, as after a pause."""
        self.hub.fail(stall_after=HALF)
        with pytest.raises(TransferStopped):
            self.fetch(lambda: bool(self.lengths) and self.lengths[-1] == HALF)
        self.hub.requests.clear()
        self.lengths.clear()

    def error(self, model: RemoteModel | None = None) -> ErrorDetail:
        with pytest.raises(UserFacingError) as caught:
            self.fetch(model=model)
        return caught.value.detail

    def is_right(self) -> bool:
        return self.part.read_bytes() == CONTENT and not record_path(self.part).exists()

    @property
    def codes(self) -> list[ErrorCode | None]:
        return [trouble.code if trouble is not None else None for trouble in self.troubles]

    @property
    def ranges(self) -> list[str | None]:
        """Which part of the file each request for its bytes asked for."""
        return [request.headers.get("range") for request in self.hub.requests if request.is_cdn]


@contextmanager
def fetching_from(hub: LoopbackHub, folder: Path) -> Iterator[Fetching]:
    """A repo with one model on `hub`, to be fetched into `folder`."""
    made = Fetching(hub, hub.add_repo("owner/repo", {NAME: CONTENT}), folder / f"{NAME}.part")
    try:
        yield made
    finally:
        for transfer in made.transfers.values():
            transfer.close()
