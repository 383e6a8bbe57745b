"""What a start learns of how the app was closed."""

from dataclasses import replace

from chatdesk.core.messages import ReplyOrigin, ReplyStatus
from chatdesk.core.sampling import SamplingParams
from chatdesk.load_record import find_suspects
from chatdesk.store.database import Database
from chatdesk.store.paths import Paths
from chatdesk.store.settings_file import StateFile
from tests.support.headless_app import Start


def test_a_reply_of_which_the_disk_did_not_take_the_end_makes_no_model_a_suspect(start: Start, paths: Paths) -> None:
    app = start()
    store = app.core.chats.conversations
    _, _, reply = store.add_exchange(None, "Hi", ReplyOrigin("A", "/models/A.gguf", SamplingParams(), ""))
    store.save_reply(replace(reply, status=ReplyStatus.STREAMING))
    app.close()
    database = Database.open(paths.database)
    assert find_suspects(database, StateFile(paths.state)) == frozenset()
    database.close()
    again = start()
    assert again.core.chats.conversations.message(reply.id).status is ReplyStatus.INTERRUPTED
