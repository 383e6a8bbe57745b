"""What the window works out without drawing: groups, the suggestion, and what is already here."""

from dataclasses import replace

from chatdesk.core.downloads import DownloadState
from chatdesk.core.fit import FitLabel
from chatdesk.ui.model_manager.file_groups import FileGroup, group_files, suggested_file
from chatdesk.ui.model_manager.here import ModelsHere
from tests.ui.model_manager.world import download, fit, model_file, remote


def test_files_are_grouped_from_smaller_to_better_and_unknown_ones_come_last() -> None:
    unknown = replace(remote(), files=(replace(remote().files[0], filename="model.gguf"),))
    groups = group_files([unknown, remote("Q8_0"), remote("Q4_K_M"), remote("Q2_K"), remote("Q3_K_M")])
    assert [(group, [each.quantization for each in members]) for group, members in groups] == [
        (FileGroup.SMALLER, ["Q2_K", "Q3_K_M"]),
        (FileGroup.BALANCED, ["Q4_K_M"]),
        (FileGroup.BETTER, ["Q8_0"]),
        (FileGroup.OTHER, [None]),
    ]


def test_what_suits_most_people_is_suggested_among_what_fits() -> None:
    small, middle, large = remote("Q2_K"), remote("Q4_K_M"), remote("Q8_0")
    every = (small, middle, large)
    fits = {each.filename: fit() for each in every}
    assert suggested_file(every, fits) is middle
    fits[middle.filename] = fit(FitLabel.SHORTER_CONTEXT, fitting_n_ctx=2048)
    fits[large.filename] = fit(FitLabel.TOO_LARGE)
    assert suggested_file(every, fits) is small


def test_nothing_is_suggested_that_does_not_fit_or_of_which_nothing_is_known() -> None:
    assert suggested_file((remote(),), {}) is None
    assert suggested_file((remote(),), {remote().filename: fit(FitLabel.TOO_LARGE)}) is None


def test_a_download_is_known_by_repo_and_file_until_it_is_over() -> None:
    here = ModelsHere()
    here.put_download(download())
    assert here.download_of(remote()) == download()
    assert here.download_of(remote("Q8_0")) is None
    here.put_download(download(state=DownloadState.CANCELLED))
    assert here.download_of(remote()) is None


def test_the_same_bytes_count_as_installed_from_wherever_they_came() -> None:
    here = ModelsHere()
    elsewhere = replace(model_file("other-name"), repo_id=None, sha256="q4_k_m")
    here.set_files([elsewhere])
    assert here.file_of(remote()) == elsewhere
    assert here.file_of(remote("Q8_0")) is None


def test_another_version_of_the_same_file_does_not_count_as_installed() -> None:
    here = ModelsHere()
    here.set_files([model_file()])
    assert here.file_of(remote()) is None
    here.set_files([replace(model_file(), sha256=None)])
    assert here.file_of(remote()) == replace(model_file(), sha256=None)
