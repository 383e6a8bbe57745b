from dataclasses import replace

import pytest

from chatdesk.core.errors import ErrorCode
from chatdesk.core.fit import Fit, FitLabel, MemoryNeed
from chatdesk.core.installed_models import InstalledModel, ModelDetails
from chatdesk.core.load_fixes import LEAST_USEFUL_N_CTX, LoadAttempt, LoadFix, attempt_of, fixes_for, overrides_for
from chatdesk.core.model_files import ModelFile
from chatdesk.core.settings import Settings

FROM_HUB = ModelFile("/m/Big-Q8_0.gguf", 9_000_000_000, 1.0, repo_id="owner/Big-GGUF")
FROM_DISK = replace(FROM_HUB, repo_id=None)
ON_CPU = LoadAttempt(8192)


def fit(label: FitLabel, fitting_n_ctx: int | None = None, n_gpu_layers: int = 0) -> Fit:
    return Fit(label, MemoryNeed(9, 1, 1), 8192, fitting_n_ctx, n_gpu_layers)


def test_what_would_not_fit_can_be_eased_replaced_or_loaded_anyway() -> None:
    fixes = fixes_for(ErrorCode.MODEL_TOO_LARGE, FROM_HUB, LoadAttempt(8192, 30))
    assert fixes == (LoadFix.SHORTER_CONTEXT, LoadFix.FEWER_GPU_LAYERS, LoadFix.SMALLER_FILE, LoadFix.LOAD_ANYWAY)


def test_without_a_gpu_nobody_is_offered_fewer_layers_on_it() -> None:
    assert LoadFix.FEWER_GPU_LAYERS not in fixes_for(ErrorCode.MODEL_OUT_OF_MEMORY, FROM_HUB, ON_CPU)


def test_a_file_that_is_from_no_repo_has_no_smaller_brothers_to_look_for() -> None:
    for code in (ErrorCode.MODEL_OUT_OF_MEMORY, ErrorCode.MODEL_DAMAGED):
        fixes = set(fixes_for(code, FROM_DISK, ON_CPU))
        assert not fixes & {LoadFix.SMALLER_FILE, LoadFix.DOWNLOAD_AGAIN}
        assert LoadFix.CHOOSE_ANOTHER in fixes


def test_no_context_is_short_enough_when_the_model_itself_is_too_large() -> None:
    attempt = LoadAttempt(8192, fit=fit(FitLabel.TOO_LARGE))
    assert fixes_for(ErrorCode.MODEL_TOO_LARGE, FROM_HUB, attempt) == (LoadFix.SMALLER_FILE, LoadFix.LOAD_ANYWAY)


def test_only_what_was_refused_by_prediction_can_be_loaded_anyway() -> None:
    offering = {code for code in ErrorCode if LoadFix.LOAD_ANYWAY in fixes_for(code, FROM_HUB, ON_CPU)}
    assert offering == {ErrorCode.MODEL_TOO_LARGE}


@pytest.mark.parametrize("code", [ErrorCode.LOAD_CANCELLED, ErrorCode.MODEL_WRONG_PROCESSOR, ErrorCode.DISK_FULL])
def test_where_nothing_can_be_mended_nothing_is_offered(code: ErrorCode) -> None:
    assert fixes_for(code, FROM_HUB, ON_CPU) == ()


def test_the_longest_context_that_fits_is_offered_where_it_is_known() -> None:
    attempt = LoadAttempt(8192, fit=fit(FitLabel.SHORTER_CONTEXT, fitting_n_ctx=5120))
    assert overrides_for(LoadFix.SHORTER_CONTEXT, attempt) == {"n_ctx": 5120}


@pytest.mark.parametrize(("n_ctx", "shorter"), [(8192, 4096), (5000, 2304), (600, 512), (512, None), (256, None)])
def test_else_half_the_context_as_long_as_that_holds_a_conversation(n_ctx: int, shorter: int | None) -> None:
    assert LoadAttempt(n_ctx).shorter_n_ctx == shorter
    assert shorter is None or shorter >= LEAST_USEFUL_N_CTX


def test_as_many_layers_as_fit_are_offered_else_half() -> None:
    known = LoadAttempt(8192, 30, fit(FitLabel.SLOW, n_gpu_layers=12))
    assert overrides_for(LoadFix.FEWER_GPU_LAYERS, known) == {"n_gpu_layers": 12}
    assert overrides_for(LoadFix.FEWER_GPU_LAYERS, LoadAttempt(8192, 30)) == {"n_gpu_layers": 15}
    assert overrides_for(LoadFix.FEWER_GPU_LAYERS, LoadAttempt(8192, 1)) == {"n_gpu_layers": 0}


@pytest.mark.parametrize("fix", [fix for fix in LoadFix if "context" not in fix and "layers" not in fix])
def test_the_other_fixes_change_no_setting(fix: LoadFix) -> None:
    assert overrides_for(fix, LoadAttempt(8192, 30)) == {}


def test_a_models_own_settings_count_before_the_apps() -> None:
    installed = InstalledModel(FROM_HUB, overrides={"n_ctx": 2048, "n_gpu_layers": 3})
    assert attempt_of(Settings(n_ctx=4096, n_gpu_layers=9), installed) == LoadAttempt(2048, 3)
    assert attempt_of(Settings(n_ctx=4096, n_gpu_layers=9), None) == LoadAttempt(4096, 9)


def test_settings_of_another_version_that_mean_nothing_here_do_no_harm() -> None:
    installed = InstalledModel(FROM_HUB, overrides={"n_ctx": "long", "n_gpu_layers": -7})
    assert attempt_of(Settings(n_ctx=4096, n_gpu_layers=9), installed) == LoadAttempt(4096, 9)


def test_what_is_chosen_for_the_machine_is_counted_as_it_is_chosen() -> None:
    verdict = fit(FitLabel.SLOW, n_gpu_layers=12)
    installed = InstalledModel(FROM_HUB, ModelDetails("llama", n_ctx_train=2048), fit=verdict)
    assert attempt_of(Settings(), installed) == LoadAttempt(2048, 12, verdict)
    assert attempt_of(Settings(), None) == LoadAttempt(8192, 0)
