import pytest
from PySide6.QtCore import QLocale, Qt
from pytestqt.modeltest import ModelTester

from chatdesk.core.context_map import BlockKind, ContextBlock, OverflowPolicy
from chatdesk.core.context_outlook import Outlook
from chatdesk.core.messages import Message, Role
from chatdesk.ui.context_meter import wording
from chatdesk.ui.context_meter.entries import entries
from chatdesk.ui.context_meter.entry_list import EntryItemModel
from tests.ui.context_meter.measurements import SYSTEM, draft, message, use
from tests.ui.transcript.messages import reply, user

MESSAGES = {"u1": user("u1", "  Which huts\nhave rooms?"), "r1": reply("r1", "**Torfhaus** has.")}


@pytest.fixture(autouse=True)
def _english() -> None:
    QLocale.setDefault(QLocale(QLocale.Language.English))


def message_of(message_id: str) -> Message | None:
    return MESSAGES.get(message_id)


def test_each_line_says_who_what_how_much_and_what_will_become_of_it() -> None:
    measured = use(
        SYSTEM,
        ContextBlock(BlockKind.SUMMARY, None, None, 90),
        ContextBlock(BlockKind.PINNED, "u1", Role.USER, 1240, is_cached=True),
        message("r1", 1, is_cached=False, falls_out_next=True),
        draft(7),
        summarised=("u0", "r0"),
    )
    assert [entry.spoken for entry in entries(measured, message_of, "And  then?")] == [
        "System and template, 40 tokens, read already",
        "Summary: stands for 2 messages, 90 tokens, to be read",
        "You: Which huts, Pinned, 1,240 tokens, read already",
        "Reply: Torfhaus has., 1 token, to be read, falls out next",
        "Your draft: And then?, 7 tokens, to be read",
    ]


def test_what_is_not_sent_comes_first_and_leads_to_its_end() -> None:
    first = entries(use(SYSTEM, left_out=("u0", "r0")), message_of, "")[0]
    assert first.spoken == "2 earlier messages are not sent"
    assert first.message_id == "r0"


def test_a_message_that_is_not_shown_is_listed_without_words() -> None:
    assert entries(use(message("u9", 3)), message_of, "")[0].spoken == "You, 3 tokens, read already"


def test_a_megabyte_of_a_message_is_one_short_line() -> None:
    measured = use(draft(100))
    assert len(entries(measured, message_of, "word " * 200_000)[0].words) < 80


def test_the_rows_are_a_sound_model_that_speaks_and_escapes_what_it_shows(qtmodeltester: ModelTester) -> None:
    rows = EntryItemModel()
    qtmodeltester.check(rows)
    rows.set_entries(entries(use(SYSTEM, draft(3)), message_of, "<img src='//host/x.png'>"))
    assert rows.rowCount() == 2
    index = rows.index(1)
    assert (
        index.data(Qt.ItemDataRole.AccessibleTextRole) == "Your draft: <img src='//host/x.png'>, 3 tokens, to be read"
    )
    assert "<img" not in index.data(Qt.ItemDataRole.ToolTipRole)


@pytest.mark.parametrize(
    ("outlook", "words"),
    [
        (Outlook(), ""),
        (Outlook(left_out=4, are_first=True), "Sending this leaves out the first 4 messages."),
        (Outlook(left_out=1, are_first=True), "Sending this leaves out the first message."),
        (Outlook(left_out=1200), "Sending this leaves out 1,200 earlier messages."),
        (Outlook(summarised=6, are_first=True), "Sending this summarises the first 6 messages."),
        (
            Outlook(summarised=6, left_out=1, are_first=True),
            "Sending this summarises 6 earlier messages. Sending this leaves out 1 earlier message.",
        ),
        (
            Outlook(left_out=4, are_first=True, asks=True),
            "Sending this would leave out the first 4 messages; you will be asked.",
        ),
        (
            Outlook(left_out=4, least_tokens=1900, budget=1536),
            "This does not fit: with what is always sent it takes 1,900 tokens, and there is room for 1,536.",
        ),
    ],
)
def test_what_sending_would_change_is_said_in_one_line(outlook: Outlook, words: str) -> None:
    assert wording.outlook_words(outlook) == words


@pytest.mark.parametrize("policy", OverflowPolicy)
def test_each_policy_has_a_name_and_one_sentence(policy: OverflowPolicy) -> None:
    assert wording.policy_name(policy) in wording.default_policy_name(policy)
    assert wording.policy_sentence(policy).count(".") == 1


def test_when_little_is_left_it_says_how_little() -> None:
    assert wording.reserve_words(use(message("u1", 100))) == "512 kept free for the reply"
    assert wording.reserve_words(use(message("u1", 1940))) == "only 108 of 512 left for the reply"
