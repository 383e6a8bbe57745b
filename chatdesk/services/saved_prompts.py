"""Saved prompts: list, save, delete, bring in and out of files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chatdesk.core.attachments import MOST_TEXT_BYTES, safe_name
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import Post, SavedPromptsChanged
from chatdesk.core.saved_prompts import SavedPrompt, prompt_name, prompt_text
from chatdesk.services.plain_files import refuse_what_is_no_file
from chatdesk.store.conversations import new_uuid7
from chatdesk.store.saved_prompts import prompts_file, read_prompts

if TYPE_CHECKING:
    from collections.abc import Callable

    from chatdesk.services.worker import Worker
    from chatdesk.store.saved_prompts import SavedPromptStore


class SavedPromptService:
    """The user's verbs on saved prompts. Methods may be called from any thread and return at once.

    Each announces `SavedPromptsChanged`, or a notice when the disk does not play along.
    """

    def __init__(self, store: SavedPromptStore, store_worker: Worker, post: Post) -> None:
        self._store = store
        self._store_worker = store_worker
        self._post = post

    def list(self) -> None:
        """Announce what there is."""
        self._do("prompts", lambda: None)

    def new(self, untrusted_name: str, untrusted_text: str) -> SavedPrompt:
        """A prompt that is not kept yet, under an id of its own."""
        text = prompt_text(untrusted_text)
        return SavedPrompt(new_uuid7(), prompt_name(untrusted_name, text), text)

    def save(self, untrusted: SavedPrompt) -> None:
        """Keep a prompt, in place of the one with its id; one without a text is not kept."""
        text = prompt_text(untrusted.text)
        if text:
            prompt = SavedPrompt(untrusted.id, prompt_name(untrusted.name, text), text)
            self._do("save prompt", lambda: self._store.save(prompt))

    def delete(self, prompt_id: str) -> None:
        """Throw a prompt away; `save` brings it back."""
        self._do("delete prompt", lambda: self._store.delete(prompt_id))

    def import_file(self, path: str) -> None:
        """Bring in the prompts of a file."""

        def bring_in() -> None:
            name = safe_name(Path(path).name)
            try:
                refuse_what_is_no_file(Path(path))
                with Path(path).open("rb") as file:
                    content = file.read(MOST_TEXT_BYTES)
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise UserFacingError(ErrorCode.ATTACHMENT_UNREADABLE, name=name, reason=reason) from error
            self._store.add(read_prompts(name, content))

        self._do("import prompts", bring_in)

    def as_file(self, prompts: tuple[SavedPrompt, ...]) -> bytes:
        """A file that `import_file` reads."""
        return prompts_file(prompts)

    def _do(self, name: str, change: Callable[[], None]) -> None:
        def do() -> None:
            change()
            self._post(SavedPromptsChanged(self._store.prompts()))

        self._store_worker.submit(name, do)
