"""What replies were made from, as rows of the table `reply_recipe`. The token ids of a prompt are many: compressed."""

from __future__ import annotations

import json
import sys
import zlib
from array import array
from typing import TYPE_CHECKING

from chatdesk.core.batches import as_numbers, runs_from
from chatdesk.core.replays import ReplyRecipe

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

_QUICK = 1  # the level of compression: a reply's end waits for it
_MOST_TOKENS = 1 << 22  # longer than any context; what unpacks to more was not packed here


def write_recipe(connection: sqlite3.Connection, message_id: str, recipe: ReplyRecipe) -> None:
    """Keep what a reply was made from; one that is gone meanwhile stays gone."""
    connection.execute(
        """
        INSERT OR REPLACE INTO reply_recipe (message_id, prompt, batches, reply, file_hash, template_hash, build,
            cache_type, has_flash_attention)
        SELECT id, ?, ?, ?, ?, ?, ?, ?, ? FROM message WHERE id = ?
        """,
        (
            _packed(recipe.prompt),
            json.dumps(as_numbers(recipe.batches)),
            _packed(recipe.reply),
            recipe.file_hash,
            recipe.template_hash,
            recipe.build,
            recipe.cache_type,
            recipe.has_flash_attention,
            message_id,
        ),
    )


def read_recipe(connection: sqlite3.Connection, message_id: str) -> ReplyRecipe | None:
    """What a reply was made from; None where that was not kept, or is not what was written."""
    row = connection.execute(
        """
        SELECT prompt, batches, reply, file_hash, template_hash, build, cache_type, has_flash_attention
        FROM reply_recipe WHERE message_id = ?
        """,
        (message_id,),
    ).fetchone()
    if row is None:
        return None
    prompt, batches, reply, file_hash, template_hash, build, cache_type, has_flash_attention = row
    try:
        recipe = ReplyRecipe(
            _unpacked(prompt),
            runs_from(json.loads(batches)),
            _unpacked(reply),
            file_hash,
            template_hash,
            build,
            cache_type,
            bool(has_flash_attention),
        )
    except (ValueError, RecursionError, zlib.error):
        return None
    return recipe if recipe.is_whole else None


def _packed(tokens: Sequence[int]) -> bytes:
    packed = array("i", tokens)
    if sys.byteorder == "big":
        packed.byteswap()
    return zlib.compress(packed.tobytes(), _QUICK)


def _unpacked(blob: bytes) -> tuple[int, ...]:
    unpacking = zlib.decompressobj()
    tokens = array("i")
    tokens.frombytes(unpacking.decompress(blob, tokens.itemsize * _MOST_TOKENS))
    if sys.byteorder == "big":
        tokens.byteswap()
    return tuple(tokens)
