"""Search what was said, and keep the index of it up to date. Both on the store's thread, in slices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.core.events import Post, SearchFinished
from chatdesk.core.markdown_marks import plain_words
from chatdesk.core.messages import clean_text
from chatdesk.core.search import ConversationHits, Matcher, SearchHit, SearchResults, Snippet, parse_query
from chatdesk.services.worker import Priority, Worker

if TYPE_CHECKING:
    from chatdesk.store.conversations import ConversationStore
    from chatdesk.store.search import Found, FoundMessage, SearchStore

# Of a reply so much is read as it is drawn, around what was found.
READ_BEFORE, READ_CHARS = 1000, 4000


class SearchService:
    """Search over all conversations. Methods may be called from any thread and return at once."""

    def __init__(self, store: SearchStore, conversations: ConversationStore, worker: Worker, post: Post) -> None:
        self._store = store
        self._conversations = conversations
        self._worker = worker
        self._post = post
        self._wanted = ""  # what was asked for last
        self._is_awaited = False  # it was searched for before everything was in the index
        self._is_feeding = False

    def search(self, untrusted_text: str) -> None:
        """Announce `SearchFinished`, unless something else is asked for meanwhile."""
        self._wanted = untrusted_text
        self._worker.submit("search", lambda: self._search(untrusted_text))

    def feed(self) -> None:
        """Take what is not in the index yet into it, and forget the words of what was deleted for good."""
        if not self._is_feeding:
            self._is_feeding = True
            self._worker.submit("index", self._feed, Priority.IDLE)

    # --- on the store thread from here on ---

    def _feed(self) -> None:
        """Do one slice and queue the next behind whatever else waits."""
        self._is_feeding = False
        if self._store.index_some() or self._store.scrub_some():
            self.feed()
        elif self._is_awaited:
            self._is_awaited = False
            self.search(self._wanted)

    def _search(self, untrusted_text: str) -> None:
        if untrusted_text != self._wanted:
            return  # nobody waits for it any more
        query = parse_query(clean_text(untrusted_text))
        if query.is_empty:
            self._post(SearchFinished(SearchResults(untrusted_text)))
            return
        matcher = Matcher(query)
        found = tuple(self._hits(one, matcher) for one in self._store.find(query, matcher))
        self._is_awaited = not self._store.is_complete()
        self._post(SearchFinished(SearchResults(untrusted_text, found, self._is_awaited)))
        if self._is_awaited:
            self.feed()

    def _hits(self, found: Found, matcher: Matcher) -> ConversationHits:
        conversation = self._conversations.conversation(found.conversation_id)
        hits = tuple(
            SearchHit(message.message_id, message.is_reply, message.created_at, _snippet(message, matcher))
            for message in found.messages
        )
        return ConversationHits(
            conversation, matcher.places(conversation.title) if found.is_title else (), hits, found.more
        )


def _snippet(message: FoundMessage, matcher: Matcher) -> Snippet:
    """A piece of a message as it is drawn; as it is written, where only that shows what was found, as an address."""
    plain = matcher.snippet(plain_words(_surroundings(message.text, matcher))) if message.is_reply else Snippet("")
    return plain if plain.highlights else matcher.snippet(message.text)


def _surroundings(markdown: str, matcher: Matcher) -> str:
    """As much of a message as a snippet may be of: to read the marks of a long one takes seconds."""
    start = max(matcher.first_place(markdown) - READ_BEFORE, 0)
    return markdown[start : start + READ_CHARS]
