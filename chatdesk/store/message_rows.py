"""Messages as rows and back: what the tables `message`, `message_part` and `reply` hold of one `Message`."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, fields
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from chatdesk.core.errors import kept_error
from chatdesk.core.messages import (
    FinishReason,
    Message,
    Part,
    PartKind,
    ReplyFigures,
    ReplyOrigin,
    ReplyStatus,
    Role,
)
from chatdesk.core.sampling import SamplingParams

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

_TOKEN_BYTES = 4

_PATH = """
    WITH RECURSIVE
        up (id, parent_id, height) AS (
            SELECT id, parent_id, 0 FROM message WHERE id = :message_id
            UNION ALL SELECT message.id, message.parent_id, height + 1 FROM up JOIN message ON message.id = up.parent_id
            LIMIT {most}
        ),
        wanted (id, place) AS (SELECT id, -height FROM up)
"""
# For `read_messages`: those from the root of the tree to `message_id`, in order; or the last `most` of them.
PATH_TO = _PATH.format(most=-1)
END_OF_PATH_TO = _PATH.format(most=":most")
_ONE = "WITH wanted (id, place) AS (VALUES (:message_id, 0))"

# `wanted (id, place)` is the caller's table expression: which messages, in which order.
_SELECT_MESSAGES = """
    SELECT m.id, m.conversation_id, m.parent_id, m.role, m.status, m.finish_reason, m.error_code, m.error_params,
        m.created_at, m.given_chars, m.deleted_at, r.model_name, r.model_path, r.sampling, r.system_prompt, r.seed,
        r.n_ctx, r.n_batch, r.n_ubatch, r.n_threads, r.n_gpu_layers, r.tokenizer_hash, r.token_ids, r.prompt_tokens,
        r.cached_tokens, r.reply_tokens, r.seconds_to_first_token, r.generation_seconds, r.reasoning_tokens,
        r.reasoning_seconds, r.text_start, m.is_pinned, m.is_edited
    FROM wanted JOIN message AS m ON m.id = wanted.id LEFT JOIN reply AS r ON r.message_id = m.id
    ORDER BY wanted.place
"""
_SELECT_PARTS = """
    SELECT p.message_id, p.kind, p.text, p.attachment_sha256, p.data
    FROM wanted JOIN message_part AS p ON p.message_id = wanted.id
    ORDER BY p.message_id, p.position
"""


def read_messages(connection: sqlite3.Connection, wanted: str, parameters: Mapping[str, object]) -> tuple[Message, ...]:
    """The messages that `wanted` names: a `WITH` clause that defines `wanted (id, place)`."""
    parts: dict[str, list[Part]] = {}
    for message_id, kind, text, attachment_sha256, data in connection.execute(wanted + _SELECT_PARTS, parameters):
        part = Part(PartKind(kind), text, attachment_sha256, json.loads(data) if data is not None else None)
        parts.setdefault(message_id, []).append(part)
    rows = connection.execute(wanted + _SELECT_MESSAGES, parameters)
    return tuple(_message(row, tuple(parts.get(row[0], ()))) for row in rows)


def read_message(connection: sqlite3.Connection, message_id: str) -> Message:
    """One message; a `KeyError` where it does not exist."""
    found = read_messages(connection, _ONE, {"message_id": message_id})
    if not found:
        raise KeyError(message_id)
    return found[0]


def insert_message(connection: sqlite3.Connection, message: Message) -> None:
    """Add the rows of a new message."""
    connection.execute(
        """
        INSERT INTO message (id, conversation_id, parent_id, role, status, finish_reason, error_code, error_params,
            created_at, given_chars, deleted_at, is_pinned, is_edited)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            message.id,
            message.conversation_id,
            message.parent_id,
            message.role,
            *_outcome(message),
            message.created_at,
            message.given_chars,
            message.deleted_at,
            message.is_pinned,
            message.is_edited,
        ),
    )
    _write_content(connection, message)


def update_message(connection: sqlite3.Connection, message: Message) -> bool:
    """Replace what can change of a message: its content and outcome. Returns whether it is still there."""
    changed = connection.execute(
        """
        UPDATE message SET status = ?, finish_reason = ?, error_code = ?, error_params = ?, given_chars = ?
        WHERE id = ?
        """,
        (*_outcome(message), message.given_chars, message.id),
    )
    if changed.rowcount == 0:
        return False
    _write_content(connection, message)
    return True


def update_parts(
    connection: sqlite3.Connection, message_id: str, parts: Sequence[Part], token_ids: Sequence[int]
) -> None:
    """Refresh the content of a reply that is being written; nothing happens to one that is finished or gone.

    Its parts only ever grow, in number and in length.
    """
    changed = connection.execute(
        """
        UPDATE reply SET token_ids = :token_ids
        WHERE message_id = (SELECT id FROM message WHERE id = :id AND status IN ('waiting', 'streaming'))
        """,
        {"id": message_id, "token_ids": _packed(token_ids)},
    )
    if changed.rowcount:
        connection.executemany(
            """
            INSERT INTO message_part (message_id, position, kind, text) VALUES (?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET kind = excluded.kind, text = excluded.text
            """,
            [(message_id, position, part.kind, part.text) for position, part in enumerate(parts)],
        )


def _outcome(message: Message) -> tuple[str, str | None, str | None, str | None]:
    error = message.error
    return (
        message.status,
        message.finish_reason,
        error.code if error is not None else None,
        json.dumps(dict(error.params)) if error is not None else None,
    )


def _write_content(connection: sqlite3.Connection, message: Message) -> None:
    connection.execute("DELETE FROM message_part WHERE message_id = ?", (message.id,))
    connection.executemany(
        """
        INSERT INTO message_part (message_id, position, kind, text, attachment_sha256, data)
        VALUES (?, ?, ?, ?, ?, ?)
        """,
        [
            (
                message.id,
                position,
                part.kind,
                part.text,
                part.attachment_sha256,
                json.dumps(dict(part.data)) if part.data is not None else None,
            )
            for position, part in enumerate(message.parts)
        ],
    )
    if (origin := message.origin) is None:
        return
    figures = message.figures
    connection.execute(
        """
        INSERT OR REPLACE INTO reply (message_id, model_name, model_path, sampling, system_prompt, seed, n_ctx, n_batch,
            n_ubatch, n_threads, n_gpu_layers, tokenizer_hash, token_ids, prompt_tokens, cached_tokens, reply_tokens,
            seconds_to_first_token, generation_seconds, reasoning_tokens, reasoning_seconds, text_start)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            message.id,
            origin.model_name,
            origin.model_path,
            json.dumps(asdict(origin.sampling)),
            origin.system_prompt,
            origin.seed,
            origin.n_ctx,
            origin.n_batch,
            origin.n_ubatch,
            origin.n_threads,
            origin.n_gpu_layers,
            origin.tokenizer_hash,
            _packed(origin.token_ids),
            figures.prompt_tokens,
            figures.cached_tokens,
            figures.reply_tokens,
            figures.seconds_to_first_token,
            figures.generation_seconds,
            figures.reasoning_tokens,
            figures.reasoning_seconds,
            origin.text_start,
        ),
    )


def _message(row: Sequence[Any], parts: tuple[Part, ...]) -> Message:
    """One row of `_SELECT_MESSAGES`."""
    message_id, conversation_id, parent_id, role, status, finish_reason = row[:6]
    error_code, error_params, created_at, given_chars, deleted_at = row[6:11]
    return Message(
        id=message_id,
        conversation_id=conversation_id,
        parent_id=parent_id,
        role=Role(role),
        parts=parts,
        created_at=created_at,
        status=ReplyStatus(status),
        finish_reason=FinishReason(finish_reason) if finish_reason is not None else None,
        error=kept_error(error_code, json.loads(error_params or "{}")) if error_code is not None else None,
        origin=_origin(row[11:23], row[30]) if row[11] is not None else None,
        figures=ReplyFigures(*row[23:30]) if row[23] is not None else ReplyFigures(),
        given_chars=given_chars,
        deleted_at=deleted_at,
        is_pinned=bool(row[31]),
        is_edited=bool(row[32]),
    )


def _origin(row: Sequence[Any], text_start: int | None) -> ReplyOrigin:
    model_name, model_path, sampling, system_prompt, seed, *options, tokenizer_hash, token_ids = row
    n_ctx, n_batch, n_ubatch, n_threads, n_gpu_layers = options
    return ReplyOrigin(
        model_name=model_name,
        model_path=model_path,
        sampling=_sampling(sampling),
        system_prompt=system_prompt,
        seed=seed,
        n_ctx=n_ctx,
        n_batch=n_batch,
        n_ubatch=n_ubatch,
        n_threads=n_threads,
        n_gpu_layers=n_gpu_layers,
        tokenizer_hash=tokenizer_hash,
        token_ids=_unpacked(token_ids),
        text_start=text_start,
    )


@lru_cache(maxsize=64)  # a conversation's replies mostly share one text
def _sampling(text: str) -> SamplingParams:
    """Settings as they were; names that this version does not know are left out."""
    known = {field.name for field in fields(SamplingParams)}
    return SamplingParams(**{name: value for name, value in json.loads(text).items() if name in known})


def _packed(token_ids: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(token_ids)}i", *token_ids)


def _unpacked(blob: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(blob) // _TOKEN_BYTES}i", blob)
