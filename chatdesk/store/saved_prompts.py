"""Saved prompts, in the database and in files. Every method that writes has committed when it returns."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from chatdesk.core.attachments import decoded
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.saved_prompts import SavedPrompt, prompt_name, prompt_text
from chatdesk.store.conversations import new_uuid7

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from chatdesk.store.database import Database

# As our own files, Open WebUI's and the well-known lists of prompts call them.
_NAMES = ("name", "title", "act", "command")
_TEXTS = ("text", "content", "prompt")
MOST_PROMPTS = 2000


class SavedPromptStore:
    """Reads and writes saved prompts. May be used from any thread. Names and texts must be clean."""

    def __init__(
        self, database: Database, clock: Callable[[], float] = time.time, new_id: Callable[[], str] = new_uuid7
    ) -> None:
        self._database = database
        self._clock = clock
        self._new_id = new_id

    def prompts(self) -> tuple[SavedPrompt, ...]:
        """All of them, by name."""
        with self._database.read() as connection:
            rows = connection.execute("SELECT id, name, text FROM saved_prompt ORDER BY name COLLATE NOCASE, id")
            return tuple(SavedPrompt(*row) for row in rows)

    def save(self, prompt: SavedPrompt) -> None:
        """Keep a prompt, in place of the one with its id."""
        with self._database.write() as connection:
            connection.execute(
                """
                INSERT INTO saved_prompt (id, name, text, changed_at) VALUES (?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, text = excluded.text,
                    changed_at = excluded.changed_at
                """,
                (prompt.id, prompt.name, prompt.text, self._clock()),
            )

    def delete(self, prompt_id: str) -> None:
        """Throw a prompt away."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM saved_prompt WHERE id = ?", (prompt_id,))

    def add(self, prompts: Iterable[tuple[str, str]]) -> None:
        """Keep prompts, each a name and a text, but none that is there already: all of them or none."""
        now = self._clock()
        with self._database.write() as connection:
            connection.executemany(
                """
                INSERT INTO saved_prompt (id, name, text, changed_at) SELECT :id, :name, :text, :now
                WHERE NOT EXISTS (SELECT 1 FROM saved_prompt WHERE name = :name AND text = :text)
                """,
                [{"id": self._new_id(), "name": name, "text": text, "now": now} for name, text in prompts],
            )


def read_prompts(name: str, untrusted_content: bytes) -> list[tuple[str, str]]:
    """The prompts of a file, each a name and a text: a list of them as JSON, or one that is the file's whole text.

    Raises:
        UserFacingError: `PROMPTS_UNREADABLE`: it is neither.
    """
    text = decoded(untrusted_content)
    found: list[tuple[str, str]] = []
    if text is not None and name.lower().endswith(".json"):
        try:
            found = [*_listed(json.loads(text))][:MOST_PROMPTS]
        except (ValueError, RecursionError):
            text = None
    elif text is not None and (cleaned := prompt_text(text)):
        found = [(prompt_name(name.rpartition(".")[0] or name, cleaned), cleaned)]
    if not found:
        raise UserFacingError(ErrorCode.PROMPTS_UNREADABLE, name=name)
    return found


def prompts_file(prompts: Iterable[SavedPrompt]) -> bytes:
    """A file that `read_prompts` reads."""
    listed = [{"name": prompt.name, "text": prompt.text} for prompt in prompts]
    return json.dumps({"prompts": listed}, ensure_ascii=False, indent=2).encode()


def _listed(untrusted: Any) -> Iterator[tuple[str, str]]:
    rows = untrusted.get("prompts", [untrusted]) if isinstance(untrusted, dict) else untrusted
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and (text := prompt_text(_first(row, _TEXTS))):
            yield prompt_name(_first(row, _NAMES).lstrip("/"), text), text


def _first(row: dict[Any, Any], names: Iterable[str]) -> str:
    return next((value for name in names if isinstance(value := row.get(name), str) and value), "")
