"""Repos, downloads and installed models as services announce them, and verbs that only remember what was asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.core.downloads import Download, DownloadState
from chatdesk.core.errors import ErrorDetail
from chatdesk.core.fit import Fit, FitLabel, Machine, MemoryNeed
from chatdesk.core.hub_models import Gating, HubRepo, RemoteFile, RemoteModel, RepoPage
from chatdesk.core.installed_models import InstalledModel, ModelDetails
from chatdesk.core.model_files import ModelFile, ModelOrigin
from chatdesk.core.settings import Settings
from chatdesk.ui import theme
from chatdesk.ui.model_manager.verbs import ModelVerbs
from chatdesk.ui.model_manager.window import ModelManager

Q = TypeVar("Q", bound=QObject)
GB = 10**9
REPO_ID = "maker/Model-8B-GGUF"
HOSTILE = "<b>bold<b>\u202egpj\nsecond\x1b[31m"


@dataclass
class Asked:
    """What a person asked for, in order: the verb's name and what it was given."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    loaded: ModelFile | None = None

    def verbs(self) -> ModelVerbs:
        def remember(name: str) -> Any:
            return lambda *given, **named: self.calls.append((name, *given, *named.values()))

        verbs: dict[str, Any] = {each.name: remember(each.name) for each in fields(ModelVerbs)}
        verbs["loaded_model"] = lambda: self.loaded
        verbs["machine"] = lambda: Machine(16 * GB, 9 * GB, 8)
        verbs["settings"] = lambda: Settings(n_ctx=4096)
        return ModelVerbs(**verbs)

    def of(self, name: str) -> list[tuple[Any, ...]]:
        return [call[1:] for call in self.calls if call[0] == name]


def shown_window(qtbot: QtBot, asked: Asked) -> ModelManager:
    window = ModelManager(asked.verbs(), theme.LIGHT)
    qtbot.addWidget(window)
    window.resize(1080, 720)
    window.show()
    qtbot.waitExposed(window)
    return window


def find(root: QWidget, kind: type[Q], name: str) -> Q:
    """The one visible widget (or the one object) of this name, now that Qt has shown what was put in last."""
    QApplication.processEvents()
    every = [each for each in root.findChildren(kind, name) if not isinstance(each, QWidget) or each.isVisible()]
    assert len(every) == 1, f"{len(every)} of {name}"
    found = every[0]
    assert isinstance(found, kind)
    return found


def find_all(root: QWidget, kind: type[Q], name: str) -> list[Q]:
    QApplication.processEvents()
    return [each for each in root.findChildren(kind, name) if isinstance(each, QWidget) and each.isVisible()]


def press(qtbot: QtBot, widget: QWidget, key: Qt.Key) -> None:
    qtbot.keyClick(widget, key)


def repo(name: str = REPO_ID, gating: Gating = Gating.NONE) -> HubRepo:
    return HubRepo(name, 123_456, 789, 1_700_000_000.0, gating)


def remote(quantization: str = "Q4_K_M", size_bytes: int = 5 * GB, shards: int = 1) -> RemoteModel:
    files: tuple[RemoteFile, ...]
    if shards == 1:
        files = (RemoteFile(f"Model-8B-{quantization}.gguf", size_bytes, quantization.lower()),)
    else:
        files = tuple(
            RemoteFile(f"{quantization}/Model-8B-{quantization}-{n:05d}-of-{shards:05d}.gguf", size_bytes, None)
            for n in range(1, shards + 1)
        )
    return RemoteModel(REPO_ID, "commit", files)


def page(*models: RemoteModel, gating: Gating = Gating.NONE, card: str = "# Card", name: str = REPO_ID) -> RepoPage:
    return RepoPage(repo(name, gating), "commit", "apache-2.0", card, models, "llama", 131_072)


def fit(label: FitLabel = FitLabel.FITS, *, fitting_n_ctx: int | None = None, is_estimate: bool = False) -> Fit:
    return Fit(label, MemoryNeed(5 * GB, GB, GB // 2), 8192, fitting_n_ctx, 0, is_estimate)


def download(
    download_id: str = "1",
    state: DownloadState = DownloadState.DOWNLOADING,
    position: int = 0,
    done_bytes: int = 2 * GB,
    error: ErrorDetail | None = None,
    model: RemoteModel | None = None,
) -> Download:
    speed = 12_500_000.0 if state is DownloadState.DOWNLOADING else None
    return Download(download_id, model or remote(), state, position, done_bytes, speed, error)


def model_file(
    name: str = "Model-8B-Q4_K_M", origin: ModelOrigin = ModelOrigin.LIBRARY, size: int = 5 * GB
) -> ModelFile:
    return ModelFile(f"/models/{name}.gguf", size, 1.0, origin, REPO_ID, "commit", f"hash of {name}")


def installed(
    name: str = "Model-8B-Q4_K_M",
    *,
    origin: ModelOrigin = ModelOrigin.LIBRARY,
    size: int = 5 * GB,
    used_at: float | None = None,
    is_favourite: bool = False,
    overrides: Mapping[str, Any] | None = None,
) -> InstalledModel:
    return InstalledModel(
        model_file(name, origin, size),
        ModelDetails("llama", 131_072, "apache-2.0"),
        None,
        used_at,
        is_favourite,
        overrides or {},
        fit(),
        5_100_000_000,
        5_300_000_000,
    )


def texts(root: QWidget, name: str) -> Sequence[str]:
    """What the visible labels or buttons of this name say."""
    QApplication.processEvents()
    return [each.text() for each in root.findChildren(QWidget, name) if each.isVisible()]  # type: ignore[attr-defined]  # both have a text
