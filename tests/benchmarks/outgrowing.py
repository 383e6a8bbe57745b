"""500 turns at n_ctx 2,048: is anything left out unsaid, does a prompt overflow, is what was pinned still there?

Nothing is timed. The model is a tiny one that always says the same; everything but the window is the app's own.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from chatdesk.core.settings import Settings
from chatdesk.store.paths import HOME_VARIABLE, find_paths
from chatdesk.store.settings_file import SettingsFile
from tests.benchmarks.figures import Bar, Figure, figure
from tests.support.headless_app import App
from tests.support.long_conversation import FACT, hold_conversation

TURNS, QUICK_TURNS = 500, 100
N_CTX = 2048


def measure(*, is_quick: bool) -> list[Figure]:
    turns = QUICK_TURNS if is_quick else TURNS
    with tempfile.TemporaryDirectory(prefix="chatdesk-benchmark-") as folder:
        paths = find_paths({HOME_VARIABLE: str(Path(folder) / "home")})
        paths.create()
        SettingsFile(paths.settings).save(Settings(n_ctx=N_CTX))
        app = App(paths)
        try:
            course = hold_conversation(app, Path(folder), turns, N_CTX)
        finally:
            app.close()
    where = f"{turns} turns at n_ctx {N_CTX:,}"
    note = f"{course.left_out_at_last} of {2 * turns - 2} messages were left out of the last prompt, and shown as such"

    is_lost = FACT not in course.last_prompt

    def count(name: str, what: str, found: int) -> Figure:
        bar, notes = Bar(0), (note,)
        return figure(name, f"{where}: {what}", bar, [found], counted="sum", samples_are="conversations", notes=notes)

    return [
        count("messages dropped unmarked", "messages left out without a visible mark", course.left_out_unsaid),
        count("prompts over n_ctx", "prompts over n_ctx", course.prompts_over_n_ctx),
        count("pinned facts lost", "facts pinned in turn 1 missing from the last prompt", is_lost),
    ]
