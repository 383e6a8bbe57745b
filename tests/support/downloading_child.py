"""A process that downloads one model with the real transfer, and says on stdout what it announces.

`python downloading_child.py HOME ENDPOINT MODEL`, the model as `model_argument` writes it. It ends by itself once the
model is installed, whether by this process or by one before it.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from chatdesk.core.errors import ErrorCode
from chatdesk.core.events import DownloadChanged, Event, ModelInstalled, NoticeRaised
from chatdesk.core.hub_models import RemoteFile, RemoteModel
from chatdesk.models.hub_access import HubAccess
from chatdesk.models.transfer import Transfer
from chatdesk.services.downloads import DownloadRules, DownloadService
from chatdesk.store.database import Database
from chatdesk.store.downloads import DownloadStore, ProvenanceStore


def model_argument(model: RemoteModel) -> str:
    """A model as an argument of this script."""
    return json.dumps(asdict(model))


def say(*words: object) -> None:
    """One line, in one write, without a buffer that could be lost."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def main(home: Path, endpoint: str, model: RemoteModel) -> None:
    is_over = threading.Event()

    def post(event: Event) -> None:
        match event:
            case DownloadChanged(download):
                say(download.state, download.done_bytes, download.error.english if download.error is not None else "")
            case ModelInstalled(installed):
                say("in the library:", installed.path)
                is_over.set()
            case NoticeRaised(error):
                say("notice:", error.english)
                if error.code is ErrorCode.DOWNLOAD_EXISTS:
                    is_over.set()
            case _:
                say(event)

    database = Database.open(home / "chatdesk.db")
    service = DownloadService(
        DownloadStore(database),
        ProvenanceStore(database),
        home / "models",
        Transfer(lambda: HubAccess(endpoint)),
        lambda _model, _on_progress, _should_stop: False,
        lambda _model: None,
        DownloadRules,
        post,
    )
    service.take_up()
    service.start(model)
    is_over.wait()
    if not service.close(10):
        sys.exit("the threads did not end")
    database.close()


if __name__ == "__main__":
    untrusted = json.loads(sys.argv[3])
    files = tuple(RemoteFile(**file) for file in untrusted.pop("files"))
    main(Path(sys.argv[1]), sys.argv[2], RemoteModel(**untrusted, files=files))
