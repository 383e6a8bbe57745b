from chatdesk.core.messages import ReplyOrigin
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.store.written_texts import WrittenTexts


def test_ones_own_messages_here_come_before_those_elsewhere_each_once(
    database: Database, store: ConversationStore, origin: ReplyOrigin
) -> None:
    here = store.add_exchange(None, "one", origin)[0].id
    store.add_exchange(None, "elsewhere", origin)
    store.add_exchange(here, "two", origin)
    store.add_exchange(None, "one", origin)
    deleted = store.add_exchange(None, "deleted", origin)[0].id
    store.delete(deleted)
    written = WrittenTexts(database)
    assert written.last(here, 10) == ("two", "one", "elsewhere")
    assert written.last(None, 10) == ("one", "two", "elsewhere")
    assert written.last(None, 1) == ("one",)


def test_an_index_finds_them_among_many(database: Database) -> None:
    with database.read() as connection:
        plan = connection.execute(
            "EXPLAIN QUERY PLAN SELECT id FROM message WHERE role = 'user' AND deleted_at IS NULL"
            " ORDER BY created_at DESC LIMIT 5"
        ).fetchall()
    assert "message_written" in plan[0][-1]
