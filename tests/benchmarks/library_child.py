"""The child process of `library`: looks at a library once, as a start does, then wants to know everything."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from chatdesk.core.events import Event, LibraryDescribed, LibraryScanned
from chatdesk.core.fit import Machine
from chatdesk.core.installed_models import HeaderFacts
from chatdesk.core.model_files import ModelFile
from chatdesk.core.recommendations import CuratedList
from chatdesk.core.settings import Settings
from chatdesk.models.appraiser import Appraiser
from chatdesk.models.library import ModelLibrary
from chatdesk.models.removal import Removal
from chatdesk.services.model_library import ModelLibraryService
from chatdesk.services.worker import Worker
from chatdesk.store.database import Database
from chatdesk.store.downloads import ProvenanceStore
from chatdesk.store.model_records import ModelRecordStore


class CountingAppraiser(Appraiser):
    """Counts how many headers are read."""

    count = 0

    def read_header(self, model: ModelFile) -> HeaderFacts:
        self.count += 1
        return super().read_header(model)


def main(home: Path) -> None:
    scanned, described = threading.Event(), threading.Event()

    def post(event: Event) -> None:
        match event:
            case LibraryScanned():
                scanned.set()
            case LibraryDescribed(installed):
                if all(model.details is not None for model in installed):
                    described.set()

    database = Database.open(home / "chatdesk.db")
    worker = Worker("models", post)
    appraiser = CountingAppraiser(Settings, lambda: Machine(16 * 2**30, 10 * 2**30, 4))
    service = ModelLibraryService(
        ModelLibrary(home / "models", None),
        ModelRecordStore(database),
        ProvenanceStore(database),
        lambda _listed: (),
        Removal(home / "models"),
        appraiser,
        lambda: CuratedList("", ()),
        worker,
        post,
    )
    started = time.perf_counter()
    service.scan()
    assert scanned.wait(60)
    scan_seconds = time.perf_counter() - started
    started = time.perf_counter()
    service.describe()
    assert described.wait(60)
    describe_seconds = time.perf_counter() - started
    assert worker.close(10)
    database.close()
    print(json.dumps({"scan": scan_seconds, "describe": describe_seconds, "headers_read": appraiser.count}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
