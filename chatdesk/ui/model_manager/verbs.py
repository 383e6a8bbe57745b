"""What the window "Models" can ask for: the services' verbs, and the few questions it has to the app."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from chatdesk.core.fit import Machine
    from chatdesk.core.hub_models import HubSort, RemoteModel
    from chatdesk.core.model_files import ModelFile
    from chatdesk.core.settings import Settings


class RemoveModel(Protocol):
    """`ModelLibraryService.remove`."""

    def __call__(self, model: ModelFile, *, for_good: bool) -> None:
        """Move a model to the trash, or remove it for good."""


@dataclass(frozen=True, slots=True)
class ModelVerbs:
    """All of them return at once; what comes of them arrives as events.

    `machine` is None while it is not known. `open_repo_page` shows a repo in the browser, `reveal` a file in the file
    manager.
    """

    search: Callable[[str, HubSort], None]
    show_repo: Callable[[str], None]
    open_repo_page: Callable[[str], None]

    download: Callable[[RemoteModel], None]
    list_downloads: Callable[[], None]
    pause: Callable[[str], None]
    resume: Callable[[str], None]
    cancel: Callable[[str], None]
    move: Callable[[str, int], None]

    describe: Callable[[], None]
    use_model: Callable[[ModelFile], None]
    reveal: Callable[[ModelFile], None]
    verify: Callable[[ModelFile], None]
    stop_verifying: Callable[[], None]
    remove: RemoveModel
    forget: Callable[[ModelFile], None]
    set_favourite: Callable[[ModelFile, bool], None]
    change_overrides: Callable[[ModelFile, Mapping[str, Any]], None]
    find_elsewhere: Callable[[], None]
    use_elsewhere: Callable[[Sequence[ModelFile]], None]

    loaded_model: Callable[[], ModelFile | None]
    machine: Callable[[], Machine | None]
    settings: Callable[[], Settings]
    show_settings: Callable[[], None]
