import threading
import time
from dataclasses import replace

from chatdesk.core.events import ConversationOpened, JobCrashed, SearchFinished
from chatdesk.core.messages import ReplyOrigin, ReplyStatus, text_parts
from chatdesk.core.sampling import SamplingParams
from tests.support.desk import Desk
from tests.support.talking import wait_until

ORIGIN = ReplyOrigin("Tiny", "/models/Tiny.gguf", SamplingParams(), "")


def say(desk: Desk, text: str, reply: str = "") -> tuple[str, str]:
    """Begin a conversation in the store. Returns its id and the reply's."""
    conversation, _, answer = desk.store.add_exchange(None, text, ORIGIN)
    desk.store.save_reply(replace(answer, parts=text_parts(reply), status=ReplyStatus.COMPLETE))
    return conversation.id, answer.id


def test_what_was_said_is_found_with_its_surroundings(desk: Desk) -> None:
    conversation_id, reply_id = say(desk, "Tell me of the sea", "It is **salty** and 很大。")
    desk.search.feed()
    desk.search.search("sal")
    results = desk.log.wait_for(SearchFinished, lambda event: not event.results.is_indexing).results
    (found,) = results.conversations
    assert (results.text, found.conversation.id, found.title_highlights) == ("sal", conversation_id, ())
    (hit,) = found.hits
    assert (hit.message_id, hit.is_reply) == (reply_id, True)
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.highlights] == ["sal"]


def test_a_snippet_reads_as_the_message_is_drawn(desk: Desk) -> None:
    say(desk, "**salty**?", "It is **salty**, see [the *sea*](https://example.org/brine) and `2*3*4`.")
    desk.search.feed()

    def snippets(text: str) -> list[str]:
        desk.search.search(text)
        results = desk.log.wait_for(
            SearchFinished, lambda event: event.results.text == text and not event.results.is_indexing
        ).results
        return [hit.snippet.text for found in results.conversations for hit in found.hits]

    drawn = "It is salty, see the sea and 2*3*4."
    assert snippets("salty") == [drawn, "**salty**?"]  # what a person writes is drawn as it is
    assert snippets('"salty see the sea"') == [drawn]
    (whole,) = snippets("brine")
    assert "https://example.org/brine" in whole


def test_what_is_far_down_in_a_long_reply_is_found_at_once_and_reads_as_it_is_drawn(desk: Desk) -> None:
    marks = "*a " * 300_000
    say(desk, "Tell me", f"{marks}\n\nIt is **salty**, see [the *sea*](https://example.org) is **de**ep.\n\n{marks}")
    desk.search.feed()
    desk.search.search("zzz")
    desk.log.wait_for(SearchFinished, lambda event: not event.results.is_indexing)
    for wanted in ("salty", '"salty see the sea"', '"the sea is deep"'):
        desk.search.search(wanted)
        started = time.monotonic()
        results = desk.log.wait_for(SearchFinished, lambda event: event.results.text == wanted).results  # noqa: B023
        assert time.monotonic() - started < 2
        (snippet,) = (hit.snippet for found in results.conversations for hit in found.hits)
        assert "It is salty, see the sea is deep" in snippet.text
        start, end = snippet.highlights[0]
        assert snippet.text[start:end].replace(",", "").startswith(wanted.strip('"'))


def test_a_search_before_everything_is_indexed_says_so_and_is_repeated_when_it_is(desk: Desk) -> None:
    say(desk, "Tell me of the sea", "salty")
    desk.search.search("salty")
    first = desk.log.wait_for(SearchFinished)
    assert (first.results.is_indexing, first.results.conversations) == (True, ())
    second = desk.log.wait_for(SearchFinished, lambda event: not event.results.is_indexing)
    assert len(second.results.conversations) == 1


def test_of_what_is_typed_quickly_only_the_last_is_searched(desk: Desk) -> None:
    say(desk, "Tell me of the sea")
    desk.search.feed()

    def type_quickly() -> None:
        for text in ("s", "se", "sea"):
            desk.search.search(text)

    desk.worker.submit("hold", type_quickly)
    desk.log.wait_for(SearchFinished, lambda event: event.results.text == "sea")
    assert [event.results.text for event in desk.log.of(SearchFinished)] == ["sea"]


def test_nothing_is_found_by_nothing(desk: Desk) -> None:
    say(desk, "Tell me of the sea")
    desk.search.search("  !? ")
    assert desk.log.wait_for(SearchFinished).results.conversations == ()


def test_a_message_on_another_branch_is_shown_with_its_path(desk: Desk) -> None:
    conversation_id, first = say(desk, "Tell me of the sea", "one")
    parent_id = desk.store.message(first).parent_id
    assert parent_id is not None
    second = desk.store.add_reply(parent_id, ORIGIN)
    desk.store.save_reply(replace(second, parts=text_parts("two"), status=ReplyStatus.COMPLETE))
    desk.history.show_message(first)
    opened = desk.log.wait_for(ConversationOpened)
    assert [message.id for message in opened.path] == [parent_id, first]
    desk.history.show_message(parent_id)
    wait_until(lambda: len(desk.log.of(ConversationOpened)) == 2)
    assert desk.log.of(ConversationOpened)[1].path == opened.path
    desk.history.show_message("gone")
    assert desk.store.conversation(conversation_id).active_leaf_id == first


def test_a_message_that_was_deleted_after_it_was_found_is_not_shown(desk: Desk) -> None:
    conversation_id, first = say(desk, "Tell me of the sea", "one")
    parent_id = desk.store.message(first).parent_id
    assert parent_id is not None
    second = desk.store.add_reply(parent_id, ORIGIN)
    desk.store.save_reply(replace(second, parts=text_parts("two"), status=ReplyStatus.COMPLETE))
    desk.branches.delete(first)
    desk.log.wait_for(ConversationOpened)
    desk.history.show_message(first)
    desk.history.show_version(first, 1)
    desk.history.delete(conversation_id)
    desk.history.show_message(second.id)
    desk.history.show_version(second.id, 1)
    desk.history.show_version("gone", 1)
    done = threading.Event()
    desk.worker.submit("done", done.set)
    assert done.wait(10)
    assert desk.store.conversation(conversation_id).active_leaf_id == second.id
    assert len(desk.log.of(ConversationOpened)) == 1
    assert desk.log.of(JobCrashed) == []
