"""That drawing a reply costs the same however long it has become, in work done rather than in seconds."""

import statistics
import time
from collections.abc import Callable

import pytest

from chatdesk.ui.transcript.view import TranscriptView
from tests.ui.transcript.messages import streaming, user

SENTENCE = "The quick **brown** fox jumps over `the lazy` dog and runs far away. "
KINDS = {
    "code": ("```python\n", "    result[1] = compute(value, 1) + 'text'  # a comment\n"),
    "list": ("", f"- {SENTENCE}\n"),
    "nested list": ("", f"- {SENTENCE}\n  - below\n"),
    "paragraphs": ("", f"{SENTENCE * 3}\n\n"),
    "one paragraph": ("", SENTENCE),
    "one list item": ("- first\n", f"  - {SENTENCE}\n"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_refresh_costs_no_more_late_in_a_long_reply(
    make_view: Callable[[int, int], TranscriptView], kind: str
) -> None:
    view = make_view(900, 700)
    opening, unit = KINDS[kind]
    view.set_messages([user("u", "go"), streaming("r")], {})
    text = opening + unit * (160_000 // len(unit))

    def cost(start: int) -> float:
        """The median processor time of a refresh from `start` on, in seconds."""
        view.append_text("r", 0, text[:start])
        view.refresher.refresh()
        times = []
        for offset in range(start, start + 4_000, 40):
            view.append_text("r", 0, text[: offset + 40])
            began = time.thread_time()
            view.refresher.refresh()
            view.viewport().repaint()
            times.append(time.thread_time() - began)
        return statistics.median(times)

    early, late = cost(8_000), cost(150_000)
    assert late < 3 * early + 0.002
