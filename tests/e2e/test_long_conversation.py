"""A conversation that outgrows its context: nothing is left out unsaid. `tests/benchmarks/outgrowing.py` goes on."""

from pathlib import Path

from chatdesk.core.settings import Settings
from chatdesk.store.paths import Paths
from chatdesk.store.settings_file import SettingsFile
from tests.support.headless_app import Start
from tests.support.long_conversation import FACT, hold_conversation

TURNS = 60
N_CTX = 512


def test_nothing_is_left_out_unsaid_no_prompt_overflows_and_what_is_pinned_stays(
    start: Start, paths: Paths, tmp_path: Path
) -> None:
    SettingsFile(paths.settings).save(Settings(n_ctx=N_CTX))
    course = hold_conversation(start(), tmp_path, TURNS, N_CTX)
    assert (course.left_out_unsaid, course.prompts_over_n_ctx) == (0, 0)
    assert course.left_out_at_last > TURNS, "most of it has no room"
    assert FACT in course.last_prompt
