import threading

from chatdesk.core.events import JobCrashed
from chatdesk.services.drafts import DraftService
from chatdesk.services.worker import Worker
from chatdesk.store.database import Database
from chatdesk.store.unsent import UnsentStore
from chatdesk.store.written_texts import WrittenTexts
from tests.support.desk import Desk, EventLog


def test_a_draft_is_known_at_once_and_on_disk_soon(desk: Desk) -> None:
    worker = Worker("slow store", desk.log.post)
    drafts = DraftService(UnsentStore(desk.database), WrittenTexts(desk.database), worker, desk.log.post)
    gate = threading.Event()
    worker.submit("hold up", lambda: gate.wait(20))
    for text in ("H", "He", "Hello"):
        drafts.save(None, text)
    assert drafts.draft(None).text == "Hello"
    assert UnsentStore(desk.database).draft(None).text == ""
    gate.set()
    assert worker.close(20)
    assert UnsentStore(desk.database).draft(None).text == "Hello"


def test_half_a_character_and_a_null_do_not_keep_a_draft_from_being_saved(desk: Desk) -> None:
    desk.drafts.save(None, "  one\x00 two\ud800 \n")
    assert desk.drafts.draft(None).text == "  one two \n"


def test_a_disk_that_refuses_one_draft_gets_the_next(desk: Desk) -> None:
    log = EventLog()
    worker = Worker("store", log.post)
    store = FailingOnce(desk.database)
    drafts = DraftService(store, WrittenTexts(desk.database), worker, log.post)
    drafts.save(None, "refused")
    log.wait_for(JobCrashed)
    drafts.save(None, "taken")
    assert worker.close(20)
    assert store.draft(None).text == "taken"


class FailingOnce(UnsentStore):
    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.refusals = 0

    def save_draft(self, conversation_id: str | None, text: str) -> None:
        if not self.refusals:
            self.refusals += 1
            raise OSError
        super().save_draft(conversation_id, text)
