"""The session that huggingface_hub is made to use: each of its requests goes through the one who is asking.

The library has one session for the whole process, waits without limit, asks again after pauses of any length, reads
answers of any size, and follows links to further pages wherever they lead, with the access token. Here a request goes
to the Hub or nowhere, within a budget of time, bytes and requests, and trouble ends it at once, named for a person.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import httpx2
import huggingface_hub

from chatdesk.models.hub_answers import unexpected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chatdesk.models.hub_question import Question


class _Session(httpx2.Client):
    """Takes the library's requests and sends none itself."""

    def __init__(self) -> None:
        super().__init__(transport=httpx2.BaseTransport())

    def send(self, request: httpx2.Request, **_options: Any) -> httpx2.Response:
        question, models_url = _now_asking.get()
        url = str(request.url)
        # The library would also look up which programs call it, and follow a link to another host.
        if request.method != "GET" or not url.startswith(models_url):
            raise unexpected("it leads to another place")
        return question.ask(url)


# The question of this thread, and what all addresses begin with that belong to it
_now_asking: ContextVar[tuple[Question, str]] = ContextVar("_now_asking")


@contextmanager
def library_asking(question: Question, endpoint: str) -> Iterator[huggingface_hub.HfApi]:
    """The library's client; what it asks inside this context is part of `question`.

    The token goes in with the requests on their way out, so that the library neither has one nor looks for one.
    """
    before = _now_asking.set((question, str(httpx2.URL(f"{endpoint}/api/models"))))
    try:
        yield huggingface_hub.HfApi(endpoint=endpoint, token=False)
    finally:
        _now_asking.reset(before)


huggingface_hub.set_client_factory(_Session)
# What it warns of is meant for programmers, and it would write to standard error.
logging.getLogger(huggingface_hub.__name__).setLevel(logging.ERROR)
