"""How the database came to its present shape: functions, applied once in this order, never edited.

To change the schema, add a function below the last one and put it at the end of `MIGRATIONS`. It runs inside a
transaction that it must not end: no `executescript`, no `COMMIT`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence


class Migration(Protocol):
    """A named step from one shape of the database to the next."""

    __name__: str

    def __call__(self, connection: sqlite3.Connection) -> None:
        """Take the step."""


def m001_conversations_and_models(connection: sqlite3.Connection) -> None:
    """The first shape. Ids are UUIDv7 text, times Unix seconds, `token_ids` packed little-endian int32.

    A parent's deletion does not cascade to its children: SQLite's cascades nest at most 1,000 deep and a conversation
    may be longer. The reference is checked at commit instead, so a conversation's messages go in any order.
    """
    for statement in (
        """
        CREATE TABLE conversation (
            id TEXT PRIMARY KEY,
            title TEXT NOT NULL,
            title_source TEXT NOT NULL,         -- first_message, user or model
            created_at REAL NOT NULL,
            updated_at REAL NOT NULL,
            active_leaf_id TEXT,
            system_prompt TEXT,                 -- NULL: the app's
            deleted_at REAL,
            FOREIGN KEY (id, active_leaf_id) REFERENCES message (conversation_id, id) DEFERRABLE INITIALLY DEFERRED
        ) STRICT
        """,
        "CREATE INDEX conversation_listed ON conversation (updated_at, id) WHERE deleted_at IS NULL",
        "CREATE INDEX conversation_deleted ON conversation (deleted_at) WHERE deleted_at IS NOT NULL",
        """
        CREATE TABLE message (
            id TEXT PRIMARY KEY,
            conversation_id TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
            parent_id TEXT,
            role TEXT NOT NULL,
            status TEXT NOT NULL,
            finish_reason TEXT,
            error_code TEXT,
            error_params TEXT,                  -- JSON
            created_at REAL NOT NULL,
            given_chars INTEGER NOT NULL DEFAULT 0,
            deleted_at REAL,
            UNIQUE (conversation_id, id),
            FOREIGN KEY (conversation_id, parent_id) REFERENCES message (conversation_id, id)
                DEFERRABLE INITIALLY DEFERRED
        ) STRICT
        """,
        "CREATE INDEX message_parent ON message (conversation_id, parent_id)",
        "CREATE INDEX message_unfinished ON message (id) WHERE status IN ('waiting', 'streaming')",
        "CREATE INDEX message_deleted ON message (deleted_at) WHERE deleted_at IS NOT NULL",
        """
        CREATE TABLE attachment (
            sha256 TEXT PRIMARY KEY,
            size_bytes INTEGER NOT NULL,
            media_type TEXT NOT NULL,
            content BLOB NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE message_part (
            message_id TEXT NOT NULL REFERENCES message (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            kind TEXT NOT NULL,
            text TEXT NOT NULL,
            attachment_sha256 TEXT REFERENCES attachment (sha256),
            data TEXT,                          -- JSON
            PRIMARY KEY (message_id, position)
        ) STRICT
        """,
        """
        CREATE INDEX message_part_attachment ON message_part (attachment_sha256) WHERE attachment_sha256 IS NOT NULL
        """,
        """
        CREATE TABLE reply (
            message_id TEXT PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
            model_name TEXT NOT NULL,
            model_path TEXT NOT NULL,
            sampling TEXT NOT NULL,             -- JSON
            seed INTEGER,
            system_prompt TEXT NOT NULL,
            n_ctx INTEGER,
            n_batch INTEGER,
            n_ubatch INTEGER,
            n_threads INTEGER,
            n_gpu_layers INTEGER,
            tokenizer_hash TEXT NOT NULL,
            token_ids BLOB NOT NULL,
            prompt_tokens INTEGER NOT NULL,
            cached_tokens INTEGER NOT NULL,
            reply_tokens INTEGER NOT NULL,
            seconds_to_first_token REAL NOT NULL,
            generation_seconds REAL NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE model_record (
            path TEXT PRIMARY KEY,
            size_bytes INTEGER NOT NULL,        -- with modified_at: whether what follows is about the same file
            modified_at REAL NOT NULL,
            added_at REAL,                      -- set: a person opened this file and it is used where it lies
            last_used_at REAL,
            probed_build TEXT,                  -- the build of llama.cpp that survived this file
            measured_memory_bytes INTEGER,
            header TEXT,                        -- JSON
            settings TEXT                       -- JSON, sparse
        ) STRICT
        """,
    ):
        connection.execute(statement)


def m002_downloads(connection: sqlite3.Connection) -> None:
    """Downloads that are not over, and where what was installed came from."""
    for statement in (
        """
        CREATE TABLE download (
            id TEXT PRIMARY KEY,
            repo_id TEXT NOT NULL,
            revision TEXT NOT NULL,             -- a commit
            files TEXT NOT NULL,                -- JSON: name, size and SHA-256 of each, the first shard first
            state TEXT NOT NULL,
            position INTEGER NOT NULL,          -- in the queue, the smallest first
            error_code TEXT,
            error_params TEXT,                  -- JSON
            targets TEXT,                       -- JSON: where in the library each file goes, set before the first goes
            created_at REAL NOT NULL
        ) STRICT
        """,
        """
        CREATE TABLE installed_from (
            path TEXT PRIMARY KEY,              -- of each shard
            repo_id TEXT NOT NULL,
            revision TEXT NOT NULL,
            filename TEXT NOT NULL,             -- the path in the repo
            size_bytes INTEGER NOT NULL,
            sha256 TEXT,
            installed_at REAL NOT NULL
        ) STRICT
        """,
    ):
        connection.execute(statement)


def m003_what_is_known_of_models(connection: sqlite3.Connection) -> None:
    """What a person set for a model, where another app's file came from, and what was predicted for its last load."""
    for column in (
        "is_favourite INTEGER NOT NULL DEFAULT 0",
        "shown_name TEXT",  # of an added file whose own name says nothing
        "repo_id TEXT",
        "revision TEXT",
        "sha256 TEXT",  # of the file at `path`, as the app that downloaded it names it
        "predicted_memory_bytes INTEGER",  # for the load that measured_memory_bytes tells of
    ):
        connection.execute(f"ALTER TABLE model_record ADD COLUMN {column}")


def m010_memory(connection: sqlite3.Connection) -> None:
    """What happens when a conversation outgrows the context: its policy, pinned messages, summaries.

    A summary stands for all messages from the root of the tree to `last_message_id`; it goes when that one goes for
    good. One that was undone is kept, so that it is known not to be wanted.
    """
    for statement in (
        "ALTER TABLE conversation ADD COLUMN overflow_policy TEXT",  # NULL: by the model's size
        "ALTER TABLE message ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 0",
        """
        CREATE TABLE summary (
            id TEXT PRIMARY KEY,
            conversation_id TEXT NOT NULL,
            last_message_id TEXT NOT NULL,
            text TEXT NOT NULL,
            created_at REAL NOT NULL,
            model_name TEXT NOT NULL,
            undone_at REAL,
            FOREIGN KEY (conversation_id, last_message_id) REFERENCES message (conversation_id, id) ON DELETE CASCADE
        ) STRICT
        """,
        "CREATE INDEX summary_message ON summary (conversation_id, last_message_id)",
    ):
        connection.execute(statement)


def m011_reasoning(connection: sqlite3.Connection) -> None:
    """What a reply's reasoning cost, and where in its tokens the text begins; what a conversation sets for itself."""
    for statement in (
        "ALTER TABLE reply ADD COLUMN reasoning_tokens INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE reply ADD COLUMN reasoning_seconds REAL NOT NULL DEFAULT 0",
        "ALTER TABLE reply ADD COLUMN text_start INTEGER DEFAULT 0",  # NULL: not known
        "ALTER TABLE conversation ADD COLUMN overrides TEXT",  # JSON, sparse
    ):
        connection.execute(statement)


def m012_replay(connection: sqlite3.Connection) -> None:
    """What each reply was made from, to the last detail. Large and seldom read, so not a part of `reply`."""
    connection.execute(
        """
        CREATE TABLE reply_recipe (
            message_id TEXT PRIMARY KEY REFERENCES message (id) ON DELETE CASCADE,
            prompt BLOB NOT NULL,               -- token ids: little-endian int32, zlib
            batches TEXT NOT NULL,              -- JSON: [size, kept, times] of each run
            reply BLOB NOT NULL,                -- token ids, as in prompt
            file_hash TEXT NOT NULL,
            template_hash TEXT NOT NULL,
            build TEXT NOT NULL,                -- of llama.cpp
            cache_type TEXT NOT NULL,
            has_flash_attention INTEGER NOT NULL
        ) STRICT
        """
    )


def m013_search(connection: sqlite3.Connection) -> None:
    """The index of what was said. It is filled later: see `store.search`, which also says what `search_id` is.

    The index keeps no text, so taking something out of it takes the same text as went in. Hence the triggers run
    before anything changes, and need the function `search_text`, which every connection of ours has.
    """
    take_out = """
        INSERT INTO message_search (message_search, rowid, text)
        SELECT 'delete', search_id, search_text(text) FROM message JOIN message_text USING (id) WHERE id = {id};
    """
    for statement in (
        "ALTER TABLE message ADD COLUMN search_id INTEGER",  # NULL: not in the index yet
        "CREATE UNIQUE INDEX message_search_id ON message (search_id) WHERE search_id IS NOT NULL",
        "CREATE INDEX message_unindexed ON message (id) WHERE search_id IS NULL",
        """
        CREATE VIEW message_text (id, text) AS
        SELECT id, (
            SELECT coalesce(group_concat(text, char(10)), '') FROM (
                SELECT text FROM message_part WHERE message_id = message.id AND kind = 'text' ORDER BY position
            )
        ) FROM message
        """,
        """
        CREATE VIRTUAL TABLE message_search USING fts5 (
            text, content = '', columnsize = 0, tokenize = 'unicode61 remove_diacritics 0'
        )
        """,
        "CREATE TABLE search_scrub (is_begun INTEGER NOT NULL) STRICT",  # a row: words deleted for good are still in it
        f"""
        CREATE TRIGGER search_before_message_delete BEFORE DELETE ON message WHEN OLD.search_id IS NOT NULL BEGIN
            {take_out.format(id="OLD.id")}
            DELETE FROM search_scrub;
            INSERT INTO search_scrub VALUES (0);
        END
        """,  # noqa: S608 - constants
    ):
        connection.execute(statement)
    for change, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("DELETE", "OLD")):
        connection.execute(
            f"""
            CREATE TRIGGER search_before_part_{change.lower()} BEFORE {change} ON message_part
            WHEN (SELECT search_id FROM message WHERE id = {row}.message_id) IS NOT NULL BEGIN
                {take_out.format(id=f"{row}.message_id")}
                UPDATE message SET search_id = NULL WHERE id = {row}.message_id;
            END
            """  # noqa: S608 - constants
        )


def m014_organisation(connection: sqlite3.Connection) -> None:
    """Folders, pinned and archived conversations, and those in which a reply ended that nobody saw."""
    for statement in (
        """
        CREATE TABLE folder (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            is_collapsed INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        "ALTER TABLE conversation ADD COLUMN folder_id TEXT REFERENCES folder (id) ON DELETE SET NULL",
        "ALTER TABLE conversation ADD COLUMN pinned_at REAL",
        "ALTER TABLE conversation ADD COLUMN archived_at REAL",
        "ALTER TABLE conversation ADD COLUMN is_unread INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX conversation_folder ON conversation (folder_id) WHERE folder_id IS NOT NULL",
    ):
        connection.execute(statement)


def m015_branches(connection: sqlite3.Connection) -> None:
    """Replies that a person changed are told from those that a model wrote alone."""
    connection.execute("ALTER TABLE message ADD COLUMN is_edited INTEGER NOT NULL DEFAULT 0")


def m016_composer(connection: sqlite3.Connection) -> None:
    """Drafts and waiting messages with their attachments, prompts that were saved, and what was written before."""
    for statement in (
        """
        CREATE TABLE unsent_message (
            id TEXT PRIMARY KEY,
            conversation_id TEXT REFERENCES conversation (id) ON DELETE CASCADE,  -- NULL: one that is not begun
            place INTEGER,                      -- among those that wait, the smallest first; NULL: the draft
            text TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX unsent_message_conversation ON unsent_message (conversation_id, place)",
        """
        CREATE TABLE unsent_attachment (
            unsent_id TEXT NOT NULL REFERENCES unsent_message (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            attachment_sha256 TEXT NOT NULL REFERENCES attachment (sha256),
            name TEXT NOT NULL,
            PRIMARY KEY (unsent_id, position)
        ) STRICT
        """,
        "CREATE INDEX unsent_attachment_content ON unsent_attachment (attachment_sha256)",
        """
        CREATE TABLE saved_prompt (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            text TEXT NOT NULL,
            changed_at REAL NOT NULL
        ) STRICT
        """,
        "CREATE INDEX message_written ON message (created_at) WHERE role = 'user' AND deleted_at IS NULL",
    ):
        connection.execute(statement)


def m017_search_as_drawn(connection: sqlite3.Connection) -> None:
    """Replies are found by their words as they are drawn, too: see `store.search`, which says what `search_joined` is.

    What is in the index stays there. Slice by slice every message is looked at once more.
    """
    for statement in (
        "ALTER TABLE message ADD COLUMN search_joined TEXT",  # NULL: not looked for yet
        "DROP INDEX message_unindexed",
        "CREATE INDEX message_unindexed ON message (id) WHERE search_joined IS NULL",
        """
        CREATE VIEW message_indexed (id, search_id, text) AS
        SELECT id, search_id, search_text(text) || coalesce(search_joined, '') FROM message JOIN message_text USING (id)
        """,
        "DROP TRIGGER search_before_message_delete",
        """
        CREATE TRIGGER search_before_message_delete BEFORE DELETE ON message WHEN OLD.search_id IS NOT NULL BEGIN
            INSERT INTO message_search (message_search, rowid, text)
            SELECT 'delete', search_id, text FROM message_indexed WHERE id = OLD.id;
            DELETE FROM search_scrub;
            INSERT INTO search_scrub VALUES (0);
        END
        """,
    ):
        connection.execute(statement)
    for change, row in (("insert", "NEW"), ("update", "OLD"), ("delete", "OLD")):
        connection.execute(f"DROP TRIGGER search_before_part_{change}")
        connection.execute(
            f"""
            CREATE TRIGGER search_before_part_{change} BEFORE {change} ON message_part
            WHEN (SELECT search_id FROM message WHERE id = {row}.message_id) IS NOT NULL BEGIN
                INSERT INTO message_search (message_search, rowid, text)
                SELECT 'delete', search_id, text FROM message_indexed WHERE id = {row}.message_id;
                UPDATE message SET search_id = NULL, search_joined = NULL WHERE id = {row}.message_id;
            END
            """  # noqa: S608 - constants
        )


MIGRATIONS: Sequence[Migration] = (
    m001_conversations_and_models,
    m002_downloads,
    m003_what_is_known_of_models,
    m010_memory,
    m011_reasoning,
    m012_replay,
    m013_search,
    m014_organisation,
    m015_branches,
    m016_composer,
    m017_search_as_drawn,
)


def applied_migrations(connection: sqlite3.Connection) -> set[str]:
    """The names of the migrations that this database has been through; none for a new file."""
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migration'").fetchone()
    return {name for (name,) in connection.execute("SELECT name FROM migration")} if known else set()


def is_newer(connection: sqlite3.Connection, migrations: Sequence[Migration]) -> bool:
    """Whether a later version of ChatDesk wrote this database. Only reads."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return version > len(migrations) or not applied_migrations(connection) <= {step.__name__ for step in migrations}


def apply_migrations(connection: sqlite3.Connection, migrations: Sequence[Migration], now: float) -> None:
    """Take every step not taken yet, and write the version in any case. The caller's transaction makes it one step."""
    connection.execute("CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, applied_at REAL NOT NULL) STRICT")
    applied = applied_migrations(connection)
    for step in migrations:
        if step.__name__ not in applied:
            step(connection)
            connection.execute("INSERT INTO migration (name, applied_at) VALUES (?, ?)", (step.__name__, now))
    connection.execute(f"PRAGMA user_version = {len(migrations)}")
