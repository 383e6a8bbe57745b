"""What the files of a repo would need of this machine: at first by their sizes, then by their own headers.

Of a remote header only the beginning is read, up to the arrays of the tokenizer: some kilobytes of what may be
megabytes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from chatdesk.core.errors import UserFacingError
from chatdesk.core.quantizations import best_default
from chatdesk.models.fit import assess, estimate_without_header
from chatdesk.models.gguf import GgufError, read_header
from chatdesk.models.shape import shape_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from chatdesk.core.fit import Fit, Machine
    from chatdesk.core.hub_models import RemoteFile, RemoteModel, RepoPage
    from chatdesk.core.settings import Settings

# No label is worth more of a person's connection.
MAX_HEADER_BYTES = 1_000_000

_log = logging.getLogger(__name__)


class RemoteAppraiser:
    """Gives verdicts on what is not on this disk yet."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        machine: Callable[[], Machine],
        correction: Callable[[], float],
        read_range: Callable[[RemoteModel, RemoteFile, int, int], bytes],
    ) -> None:
        """`read_range` gives `size` bytes of a file from an offset on: see `chatdesk.models.transfer.Transfer`."""
        self._settings = settings
        self._machine = machine
        self._correction = correction
        self._read_range = read_range

    def __call__(self, page: RepoPage, is_over: Callable[[], bool]) -> Iterator[Mapping[str, Fit]]:
        """Verdicts on all models of `page` by file name, guessed at first; then exact ones, file by file.

        A header that cannot be read leaves the guess standing. Ends early when `is_over` says so.
        """
        yield {model.filename: self.guess(model) for model in page.models}
        for model in _most_wanted_first(page.models):
            if is_over():
                return
            try:
                yield {model.filename: self.assess(model)}
            except GgufError as error:
                _log.info("the header of %s cannot be used: %s", model.name, error)
            except UserFacingError as error:
                _log.info("the header of %s cannot be read: %s", model.name, error)
                return  # the network's trouble is the same for all

    def guess(self, model: RemoteModel) -> Fit:
        """A verdict by the size alone."""
        settings, machine, correction = self._settings(), self._machine(), self._correction()
        return estimate_without_header(
            model.size_bytes,
            machine,
            None,
            settings.n_ctx,
            settings.cache_type,
            settings.n_gpu_layers,
            correction,
        )

    def assess(self, model: RemoteModel) -> Fit:
        """A verdict by the beginning of the header.

        Raises:
            GgufError: the header is none, or says too little.
            UserFacingError: the Hub refuses or cannot be reached.
        """
        header = read_header(
            lambda offset, size: self._read_range(model, model.files[0], offset, size),
            stops_at_tokenizer=True,
            max_bytes=MAX_HEADER_BYTES,
        )
        settings = self._settings()
        return assess(
            shape_of(header),
            model.size_bytes,
            self._machine(),
            settings.n_ctx,
            settings.cache_type,
            settings.n_gpu_layers,
            self._correction(),
            flash_attention=settings.flash_attention,
        )


def _most_wanted_first(models: tuple[RemoteModel, ...]) -> list[RemoteModel]:
    """`models` with the one that suits most people first."""
    best = best_default(models)
    return sorted(models, key=lambda model: model is not best)
