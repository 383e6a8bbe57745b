from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import ModelFailed, ModelReady
from chatdesk.core.fit import CacheType, Fit, FitLabel, Machine, MemoryNeed
from chatdesk.core.installed_models import InstalledModel
from chatdesk.core.model_files import ModelFile
from chatdesk.core.model_info import ModelInfo
from chatdesk.core.settings import Settings
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.scripted import ScriptedEngine
from chatdesk.services.model_loading import ModelLoadService, with_gpu_layers
from tests.support.desk import Desk, model

GB = 10**9
A, B = model("A"), model("B")
NEED = MemoryNeed(9 * GB, 2 * GB, GB)


@dataclass
class ScriptedLibrary:
    """Knows what it is told of each model, and answers at once."""

    known: dict[str, InstalledModel] = field(default_factory=dict)
    noted: list[tuple[ModelFile, ModelInfo]] = field(default_factory=list)
    appraised: list[ModelFile] = field(default_factory=list)

    def appraise(self, model: ModelFile, then: Callable[[InstalledModel], None]) -> None:
        self.appraised.append(model)
        then(self.known.get(model.path, InstalledModel(model)))

    def note_load(self, model: ModelFile, info: ModelInfo) -> None:
        self.noted.append((model, info))


@dataclass
class Loading:
    """The service on a scripted library."""

    desk: Desk
    library: ScriptedLibrary
    service: ModelLoadService
    stops: list[None] = field(default_factory=list)


@pytest.fixture
def loading(desk: Desk) -> Loading:
    library = ScriptedLibrary()
    stops: list[None] = []
    service = ModelLoadService(
        library,
        desk.inference,
        lambda: desk.settings,
        lambda: Machine(16 * GB, 8 * GB, 4),
        lambda: stops.append(None),
        desk.log.post,
    )
    for file in (A, B):
        desk.garage.engines[file.path] = ScriptedEngine(["x"], name=file.name)
    return Loading(desk, library, service, stops)


def knows(loading: Loading, model: ModelFile, label: FitLabel, **overrides: object) -> None:
    loading.library.known[model.path] = InstalledModel(model, overrides=overrides, fit=Fit(label, NEED, 8192))


def test_a_model_is_loaded_with_its_own_settings_over_the_apps(loading: Loading) -> None:
    loading.desk.settings = replace(Settings(), n_ctx=4096, n_threads=2)
    knows(loading, A, FitLabel.FITS, n_ctx=1024, cache_type="q8_0", chat_template="{{ x }}")
    loading.service.use(A)
    loading.desk.log.wait_for(ModelReady)
    assert loading.desk.garage.options == [
        LoadOptions(n_ctx=1024, n_threads=2, cache_type=CacheType.Q8_0, chat_template="{{ x }}")
    ]
    assert len(loading.stops) == 1


def test_what_is_too_large_is_refused_with_numbers_and_the_model_in_use_stays(loading: Loading) -> None:
    loading.service.use(A)
    loading.desk.log.wait_for(ModelReady)
    knows(loading, B, FitLabel.TOO_LARGE)
    loading.service.use(B)
    failed = loading.desk.log.wait_for(ModelFailed)
    assert failed.model == B
    assert failed.error.code is ErrorCode.MODEL_TOO_LARGE
    assert failed.error.params == {"model": "B", "needed": 12 * GB, "free": 8 * GB}
    assert failed.fit == Fit(FitLabel.TOO_LARGE, NEED, 8192)
    assert loading.desk.inference.model == A
    assert len(loading.stops) == 1


def test_load_anyway_loads_it(loading: Loading) -> None:
    knows(loading, A, FitLabel.TOO_LARGE)
    loading.service.use(A, is_forced=True)
    loading.desk.log.wait_for(ModelReady)


@pytest.mark.parametrize(("n_ctx", "is_refused"), [(None, False), (8192, True)])
def test_a_context_that_does_not_fit_is_refused_only_if_it_was_asked_for(
    loading: Loading, n_ctx: int | None, *, is_refused: bool
) -> None:
    loading.desk.settings = replace(Settings(), n_ctx=n_ctx)
    knows(loading, A, FitLabel.SHORTER_CONTEXT)
    loading.service.use(A)
    loading.desk.log.wait_for(ModelFailed if is_refused else ModelReady)


def test_settings_load_the_model_again_only_if_they_load_it_otherwise(loading: Loading) -> None:
    loading.service.use(A)
    loading.desk.log.wait_for(ModelReady)
    loading.desk.settings = replace(Settings(), is_offline=True)
    loading.service.reload()
    loading.desk.settings = replace(Settings(), n_ctx=2048)
    loading.service.reload()
    loading.desk.log.wait_for(ModelReady, lambda _event: len(loading.desk.log.of(ModelReady)) == 2)
    assert [options.n_ctx for options in loading.desk.garage.options] == [None, 2048]


def test_after_a_failed_load_a_setting_that_loads_nothing_otherwise_ends_no_reply(loading: Loading) -> None:
    loading.service.use(A)
    loading.desk.log.wait_for(ModelReady)
    loading.desk.garage.engines[B.path] = UserFacingError(ErrorCode.MODEL_OUT_OF_MEMORY, model="B")
    loading.service.use(B)
    loading.desk.log.wait_for(ModelReady, lambda _event: len(loading.desk.log.of(ModelReady)) == 2)
    before = len(loading.stops)
    loading.desk.settings = replace(Settings(), is_offline=True)
    loading.service.reload()
    assert len(loading.stops) == before


def test_nothing_is_loaded_again_where_nothing_is_loaded(loading: Loading) -> None:
    loading.service.reload()
    assert loading.desk.garage.options == []


def test_while_the_first_model_is_being_chosen_settings_load_nothing_and_its_choice_ends_no_reply(
    loading: Loading,
) -> None:
    loading.desk.inference.await_model(replace(A, size_bytes=0))
    loading.desk.settings = replace(Settings(), n_ctx=2048)
    loading.service.reload()
    assert loading.library.appraised == []
    loading.service.use(A)
    loading.desk.log.wait_for(ModelReady)
    assert [options.n_ctx for options in loading.desk.garage.options] == [2048]
    assert loading.stops == []


def test_what_a_load_took_is_noted(loading: Loading) -> None:
    loading.service.use(A)
    ready = loading.desk.log.wait_for(ModelReady)
    loading.service.on_event(ready)
    assert loading.library.noted == [(A, ready.info)]


@pytest.mark.parametrize(
    ("gpu_bytes", "wanted", "expected"), [(8 * GB, -1, 20), (8 * GB, 5, 5), (0, -1, -1), (8 * GB, 0, 0)]
)
def test_layers_go_to_a_gpu_as_far_as_they_fit(gpu_bytes: int, wanted: int, expected: int) -> None:
    fit = Fit(FitLabel.SLOW, NEED, 8192, n_gpu_layers=20)
    machine = Machine(16 * GB, 8 * GB, 4, gpu_bytes, gpu_bytes // 2)
    assert with_gpu_layers(LoadOptions(n_gpu_layers=wanted), fit, machine).n_gpu_layers == expected


def test_a_model_in_use_is_not_loaded_again_because_less_is_free(loading: Loading) -> None:
    knows(loading, A, FitLabel.FITS)
    loading.service.use(A)
    loading.desk.log.wait_for(ModelReady)
    knows(loading, A, FitLabel.SLOW)
    loading.service.reload()
    loading.service.use(A)
    loading.desk.log.wait_for(ModelReady, lambda _event: len(loading.desk.log.of(ModelReady)) == 2)
    assert len(loading.desk.garage.options) == 1
