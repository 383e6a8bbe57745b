"""What the next start learns of the models that this one loads: the last one, and those that may have ended the app."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.logs import problems_logged
from chatdesk.store.settings_file import StateFile, StateKey

if TYPE_CHECKING:
    from chatdesk.store.database import Database


class LoadRecord:
    """Keeps in the machine's state which model is being loaded and which was loaded last.

    Losing any of it is a nuisance at the next start, so a disk that takes no more is only logged, with one exception:
    nothing is loaded that could not be marked first.
    """

    def __init__(self, state: StateFile) -> None:
        self._state = state

    def set_loading(self, path: str | None) -> None:
        """See `chatdesk.services.inference.LoadMemory`."""
        if path is not None:
            self._state.set_loading(path)
            return
        with problems_logged("the crash marker stays"):
            self._state.set_loading(None)

    def set_loaded(self, path: str) -> None:
        """See `chatdesk.services.inference.LoadMemory`. A model that loads is no suspect any more."""
        with problems_logged("the model loaded last is not remembered"):
            self._state.set(StateKey.LAST_MODEL_PATH, path)
            self._state.clear_suspects()


def find_suspects(database: Database, state: StateFile) -> frozenset[str]:
    """Paths of the models that were being loaded or writing when a run ended without saying so.

    They stay suspects until one of them loads, or a person chooses a model.
    """
    found = {reply.model_path for reply in database.mark_interrupted() if reply.model_path}
    if (loading := state.get(StateKey.LOADING_MODEL_PATH)) is not None:
        found.add(loading)
    if found:
        with problems_logged("a model that may have ended the app is not remembered"):
            state.add_suspects(found)
            state.set_loading(None)
    return state.suspects() | found
