"""`chatdesk models …`: find, fetch, check and remove models without a window.

What only looks takes no lock, like `ask`. What changes the library takes the window's claim on the data folder, so
that there are never two writers, and uses the same services.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from chatdesk.cli_core import DONE, INTERRUPTED, PROBLEM, Announced, claimed_core, for_output, is_terminal
from chatdesk.connection import HubConnection
from chatdesk.core.download_queue import is_same_content
from chatdesk.core.downloads import Download, DownloadState
from chatdesk.core.errors import QT_TRANSLATE_NOOP, ErrorCode, UserFacingError
from chatdesk.core.events import (
    DownloadChanged,
    LibraryScanned,
    ModelInstalled,
    ModelRemoved,
    ModelsFoundElsewhere,
    ModelVerified,
    VerificationProgressed,
    VerificationStopped,
)
from chatdesk.core.fit import Fit, FitLabel, Machine
from chatdesk.core.hub_models import HubSort
from chatdesk.core.model_files import ModelOrigin
from chatdesk.headless import this_apps_paths
from chatdesk.machine import read_gpus, this_machine
from chatdesk.store.settings_file import SettingsFile

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator

    from chatdesk.core.hub_models import RemoteModel, RepoPage
    from chatdesk.core.settings import Settings

MOST_SHOWN_SECONDS = 90  # what takes longer is told in minutes

_FIT_WORDS = {
    FitLabel.FITS: "fits",
    FitLabel.SHORTER_CONTEXT: "fits with a shorter context",
    FitLabel.SLOW: "slow (partly on CPU)",
    FitLabel.TOO_LARGE: "too large",
}


def run(options: argparse.Namespace) -> int:
    """Carry out `chatdesk models COMMAND`, and return the exit code.

    Raises:
        UserFacingError: what went wrong, for a person to read.
    """
    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "search": _search,
        "show": _show,
        "pull": _pull,
        "remove": _remove,
        "verify": _verify,
        "fit": _fit,
        "import": _import,
    }
    return commands[options.models_command](options)


# --- what only looks ---


def _search(options: argparse.Namespace) -> int:
    settings = _settings()
    with _connection(settings) as connection:
        repos = connection.hub.search(" ".join(options.words), HubSort(options.sort), options.limit)
    if options.json:
        _print_json([asdict(repo) for repo in repos])
        return DONE
    for repo in repos:
        print(f"{repo.repo_id}\t{repo.downloads:,} downloads\t{repo.likes:,} likes")
    if not repos:
        print("Nothing was found.", file=sys.stderr)
    return DONE


def _show(options: argparse.Namespace) -> int:
    settings = _settings()
    with _connection(settings) as connection:
        address = connection.read_address(options.repo)
        if address is None:
            raise UserFacingError(ErrorCode.HUB_BAD_ADDRESS, address=options.repo)
        page = connection.hub.page(address[0])
        fits: dict[str, Fit] = {}
        for found in connection.appraiser(_machine)(page, lambda: False):
            fits |= found
    if options.json:
        _print_json(_page_values(page, fits))
        return DONE
    print(f"{page.repo.repo_id}\tlicence: {page.licence or 'unknown'}\tgated: {page.repo.gating.value}")
    for model in page.models:
        label = model.quantization or ""
        print(f"{model.filename}\t{label}\t{_gb(model.size_bytes)}\t{_fit_words(fits[model.filename])}")
    return DONE


def _page_values(page: RepoPage, fits: dict[str, Fit]) -> dict[str, Any]:
    return {
        **asdict(page),
        "models": [
            {
                **asdict(model),
                "name": model.name,
                "quantization": model.quantization,
                "size_bytes": model.size_bytes,
                "fit": _fit_values(fits[model.filename]),
            }
            for model in page.models
        ],
    }


def _fit(options: argparse.Namespace) -> int:
    settings = _settings()
    if options.n_ctx is not None:
        settings = replace(settings, n_ctx=options.n_ctx)
    fit = _fit_of(options.model, settings)
    if options.json:
        _print_json(_fit_values(fit))
        return DONE
    print(_fit_words(fit))
    need = fit.need
    for name, size in (
        ("weights", need.weights_bytes),
        ("KV cache", need.kv_bytes),
        ("compute buffers", need.compute_bytes),
        ("other", need.other_bytes),
        ("in all", need.total_bytes),
        ("free now", _machine().free_bytes),
    ):
        print(f"{name}\t{_gb(size)}")
    return DONE


def _fit_of(path_or_address: str, settings: Settings) -> Fit:
    from chatdesk.models.appraiser import Appraiser
    from chatdesk.models.gguf import GgufError
    from chatdesk.models.library import ModelLibrary

    if os.path.exists(path_or_address):  # noqa: PTH110 - unlike pathlib's, it says no to what cannot be a path
        library = ModelLibrary(this_apps_paths().models, None)
        model = library.model_file(path_or_address, ModelOrigin.ADDED)
        appraiser = Appraiser(lambda: settings, _machine)
        try:
            facts = appraiser.read_header(model)
        except OSError as error:
            reason = error.strerror or str(error)
            raise UserFacingError(ErrorCode.MODEL_UNREADABLE, model=model.name, reason=reason) from error
        if facts.shape:
            return appraiser.assess(model, facts.shape, {}, 1.0)
        reason = facts.problem or QT_TRANSLATE_NOOP("Reasons", "its architecture is not known")
        raise UserFacingError(ErrorCode.MODEL_DAMAGED, model=model.name, reason=reason)
    with _connection(settings) as connection:
        address = connection.read_address(path_or_address)
        if address is None:
            raise UserFacingError(ErrorCode.MODEL_NOT_FOUND, model=path_or_address)
        remote = connection.hub.find_model(*address)
        appraise = connection.appraiser(_machine)
        try:
            return appraise.assess(remote)
        except GgufError:
            return appraise.guess(remote)


# --- what changes the library ---


def _pull(options: argparse.Namespace) -> int:
    with claimed_core() as (core, announced):
        address = core.connection.read_address(options.repo)
        if address is None:
            raise UserFacingError(ErrorCode.HUB_BAD_ADDRESS, address=options.repo)
        repo_id, filename = address
        model = core.connection.hub.find_model(repo_id, options.file or filename)
        core.downloads.start(model)
        return _follow(announced, model)


def _follow(announced: Announced, model: RemoteModel) -> int:
    """Print progress until a download is over; Ctrl+C pauses it."""
    meter = _Meter(is_terminal=is_terminal(sys.stderr))
    while True:
        event = announced.next()
        match event:
            case None if announced.is_interrupted:
                meter.end()
                print("Paused. The same command goes on from here.", file=sys.stderr)
                return INTERRUPTED
            case DownloadChanged(download) if is_same_content(download.model, model):
                meter.show(download)
                if download.state is DownloadState.FAILED and download.error is not None:
                    meter.end()
                    raise UserFacingError.of(download.error)
            case ModelInstalled(installed):
                meter.end()
                print(installed.path)
                return DONE
            case _:
                announced.raise_if_trouble(event)


def _remove(options: argparse.Namespace) -> int:
    with claimed_core() as (core, announced):
        model = core.models.find(options.model, announced.scanned(core))
        core.library.remove(model, for_good=options.for_good)
        announced.until(ModelRemoved)
    print(f"{model.name} was {'removed' if options.for_good else 'moved to the trash'}.")
    return DONE


def _verify(options: argparse.Namespace) -> int:
    with claimed_core() as (core, announced):
        model = core.models.find(options.model, announced.scanned(core))
        core.library.verify(model)
        while True:
            match announced.next():
                case None if announced.is_interrupted:
                    core.library.stop_verifying()
                    return INTERRUPTED
                case ModelVerified(_, sha256, is_intact):
                    break
                case None | VerificationProgressed() | VerificationStopped():
                    continue  # the reason why it stopped follows as a notice
                case event:
                    announced.raise_if_trouble(event)
    words = {True: "intact", False: "DAMAGED: not what was downloaded", None: "nothing to compare it with"}
    print(f"{sha256}\t{words[is_intact]}")
    return PROBLEM if is_intact is False else DONE


def _import(options: argparse.Namespace) -> int:
    with claimed_core() as (core, announced):
        core.library.find_elsewhere()
        found = announced.until(ModelsFoundElsewhere).models
        wanted = found if options.all else tuple(model for model in found if model.name in options.names)
        if unknown := sorted(set(options.names) - {model.name for model in found}):
            raise UserFacingError(ErrorCode.MODEL_NOT_FOUND, model=unknown[0])
        if wanted:
            core.library.use_elsewhere(wanted)
            announced.until(LibraryScanned)
    shown = wanted if options.all or options.names else found
    if options.json:
        _print_json([{**asdict(model), "name": model.name} for model in shown])
        return DONE
    for model in shown:
        print(for_output(f"{model.name}\t{_gb(model.size_bytes)}\t{model.path}"))
    if found and not wanted:
        print("Name the ones to use, or say --all.", file=sys.stderr)
    elif not found:
        print("Other apps have no models here that are not listed already.", file=sys.stderr)
    return DONE


# --- what the commands share ---


class _Meter:
    """Progress on one line of a terminal; on anything else, a line for each state."""

    def __init__(self, *, is_terminal: bool) -> None:
        self._is_terminal = is_terminal
        self._state: DownloadState | None = None
        self._width = 0  # of what is on the line

    def show(self, download: Download) -> None:
        """Show how far a download is."""
        words = _progress_words(download)
        if self._is_terminal:
            # What was longer goes away under spaces: not every terminal of Windows knows a code for that.
            sys.stderr.write(f"\r{words:<{self._width}}")
            sys.stderr.flush()
            self._width = len(words)
        elif download.state is not self._state:
            print(words, file=sys.stderr)
        self._state = download.state

    def end(self) -> None:
        """Leave the line."""
        if self._is_terminal and self._state is not None:
            sys.stderr.write("\n")


def _progress_words(download: Download) -> str:
    share = download.done_bytes / max(download.total_bytes, 1)
    parts = [download.state.value, f"{share:.0%}", f"{_gb(download.done_bytes)} of {_gb(download.total_bytes)}"]
    if download.bytes_per_second:
        parts.append(f"{download.bytes_per_second / 1e6:.1f} MB/s")
    if (seconds := download.seconds_left) is not None:
        is_long = seconds > MOST_SHOWN_SECONDS
        parts.append(f"{seconds / 60:.0f} min left" if is_long else f"{seconds:.0f} s left")
    if download.error is not None:
        parts.append(download.error.english)
    return "  ".join(parts)


def _settings() -> Settings:
    return SettingsFile(this_apps_paths().settings).look()


@contextmanager
def _connection(settings: Settings) -> Iterator[HubConnection]:
    connection = HubConnection(lambda: settings, os.environ)
    try:
        yield connection
    finally:
        connection.close()


def _machine() -> Machine:
    return this_machine(gpus=read_gpus())


def _fit_values(fit: Fit) -> dict[str, Any]:
    return {**asdict(fit), "total_bytes": fit.need.total_bytes}


def _fit_words(fit: Fit) -> str:
    words = _FIT_WORDS[fit.label]
    if fit.fitting_n_ctx is not None:
        words += f" ({fit.fitting_n_ctx:,} tokens)"
    return f"{words}, estimate" if fit.is_estimate else words


def _gb(size_bytes: int) -> str:
    return f"{size_bytes / 1e9:.2f} GB"


def _print_json(value: object) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))
