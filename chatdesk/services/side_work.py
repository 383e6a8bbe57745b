"""What a model writes for the app itself, and not as a reply: titles and summaries. On the engine's thread."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from chatdesk.core.errors import UserFacingError
from chatdesk.core.messages import FinishReason, PartKind
from chatdesk.engine.base import Chunk, Finished

if TYPE_CHECKING:
    from chatdesk.core.sampling import SamplingParams
    from chatdesk.engine.base import Engine, ShouldStop

log = logging.getLogger(__name__)


def written(
    engine: Engine, prompt: list[int], sampling: SamplingParams, should_stop: ShouldStop
) -> tuple[str, FinishReason]:
    """The text that follows `prompt`, and why it ended. It is nobody's, so that nothing of it is kept."""
    text: list[str] = []
    reason = FinishReason.ERROR
    try:
        for produced in engine.generate(prompt, sampling, should_stop):
            match produced:
                case Chunk(piece, kind=PartKind.TEXT):
                    text.append(piece)
                case Finished(reason):
                    pass
    except UserFacingError as error:
        log.warning("what was asked of the model could not be written: %s", error)
    return "".join(text), reason
