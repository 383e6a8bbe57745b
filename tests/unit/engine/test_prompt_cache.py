"""Resuming, on real models: what comes back from a snapshot answers like what was never left."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chatdesk.core.context import PromptMessage
from chatdesk.core.messages import FinishReason, Role
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import Chunk, Finished, LoadOptions, PromptProgress
from chatdesk.engine.cache_counts import CacheCounts, CacheOutcome, read_counts
from chatdesk.engine.llama import LlamaEngine, load_llama
from chatdesk.engine.snapshot_files import SnapshotFiles, snapshot_paths
from chatdesk.engine.snapshots import MemorySnapshots, SnapshotShelf

GREEDY = SamplingParams(temperature=0, repeat_penalty=1, max_tokens=12)
PLENTY = 1 << 32

pytestmark = pytest.mark.starter


class Desk:
    """Loads the starter model again and again onto one shelf."""

    def __init__(self, model: ModelFile, folder: Path) -> None:
        self.model = model
        self.folder = folder
        self.key = "key"
        self.memory = MemorySnapshots(lambda: PLENTY)
        self.engine = self.start()

    def start(self, memory_bytes: int = PLENTY) -> LlamaEngine:
        """As after a start of the app: nothing in memory, the disk as it was."""
        self.memory = MemorySnapshots(lambda: memory_bytes)
        shelf = SnapshotShelf(
            self.key,
            self.memory,
            SnapshotFiles(self.folder, self.key, lambda: PLENTY),
            CacheCounts(self.folder),
        )
        self.engine = load_llama(self.model, LoadOptions(n_ctx=1024, n_batch=128, n_ubatch=128), lambda _: True, shelf)
        return self.engine

    def restart(self) -> None:
        self.engine.close()
        self.start(memory_bytes=0)

    def ask(self, messages: list[PromptMessage], owner: str) -> tuple[int, list[int]]:
        """How many tokens of the prompt were known, and the reply."""
        prompt = self.engine.prompt_tokens(messages)
        known, reply = -1, list[int]()
        for item in self.engine.generate(prompt, GREEDY, lambda: False, owner):
            if isinstance(item, PromptProgress) and known < 0:
                known = item.cached
            if isinstance(item, Chunk):
                reply += item.token_ids
        return known, reply

    def save(self) -> None:
        write = self.engine.snapshot()
        assert write is not None
        assert write()

    def counted(self) -> dict[CacheOutcome, int]:
        """What was counted so far, on disk."""
        write = self.engine.snapshot()
        if write is not None:
            write()
        return dict(read_counts(self.folder))


@pytest.fixture
def desk(starter_model: ModelFile, tmp_path: Path) -> Iterator[Desk]:
    made = Desk(starter_model, tmp_path / "snapshots")
    yield made
    made.engine.close()


def user(text: str) -> PromptMessage:
    return PromptMessage(Role.USER, text)


def opening(subject: str) -> list[PromptMessage]:
    return [user(f"Tell me a story about {subject}. " + f"The {subject} is important. " * 20)]


def next_turn(messages: list[PromptMessage], reply: list[int]) -> list[PromptMessage]:
    return [*messages, PromptMessage(Role.ASSISTANT, "", tuple(reply)), user("And then?")]


def test_going_back_to_a_conversation_processes_only_what_is_new(desk: Desk) -> None:
    first = opening("a ship")
    _, reply = desk.ask(first, "ship")
    live = desk.ask(next_turn(first, reply), "ship")
    desk.engine.forget(None)
    desk.ask(first, "ship")
    desk.ask(opening("a town"), "town")
    known, again = desk.ask(next_turn(first, reply), "ship")
    assert known > len(desk.engine.prompt_tokens(first))
    assert (known, again) == live


def test_a_restart_goes_on_from_the_disk_with_the_same_reply(desk: Desk) -> None:
    first = opening("a ship")
    _, reply = desk.ask(first, "ship")
    desk.save()
    live = desk.ask(next_turn(first, reply), "ship")
    desk.restart()
    assert desk.ask(next_turn(first, reply), "ship") == live
    assert live[0] > len(desk.engine.prompt_tokens(first))


def test_what_is_on_the_disk_counts_as_cached(desk: Desk) -> None:
    first = opening("a ship")
    _, reply = desk.ask(first, "ship")
    desk.save()
    desk.restart()
    prompt = desk.engine.prompt_tokens(next_turn(first, reply))
    expected = desk.engine.cached_tokens(prompt)
    assert expected == desk.ask(next_turn(first, reply), "ship")[0] > 0


def test_a_damaged_snapshot_costs_time_and_nothing_else(desk: Desk) -> None:
    first = opening("a ship")
    _, reply = desk.ask(first, "ship")
    desk.save()
    (path,) = snapshot_paths(desk.folder)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x40
    path.write_bytes(content)
    desk.restart()
    known, again = desk.ask(first, "ship")
    assert (known, again) == (0, reply)


def test_it_is_counted_where_a_prompt_was_found_and_why_not(desk: Desk) -> None:
    first = opening("a ship")
    _, reply = desk.ask(first, "ship")
    desk.save()
    assert desk.counted() == {CacheOutcome.NEW: 1}
    desk.ask(next_turn(first, reply), "ship")
    desk.ask(opening("a town"), "town")
    desk.ask(next_turn(first, reply), "ship")
    desk.save()
    expected = {CacheOutcome.NEW: 2, CacheOutcome.IN_PLACE: 1, CacheOutcome.IN_MEMORY: 1}
    assert desk.counted() == expected
    desk.restart()
    desk.ask(next_turn(first, reply), "ship")
    assert desk.counted() == expected | {CacheOutcome.ON_DISK: 1}
    desk.ask([user("Something else. " * 40)], "ship")
    assert desk.counted() == expected | {CacheOutcome.ON_DISK: 1, CacheOutcome.CHANGED: 1}
    desk.key = "another model"
    desk.restart()
    desk.ask(next_turn(first, reply), "ship")
    assert desk.counted() == expected | {CacheOutcome.ON_DISK: 1, CacheOutcome.CHANGED: 1, CacheOutcome.OTHER_MODEL: 1}


def test_what_the_disk_holds_is_not_copied_again(desk: Desk) -> None:
    desk.ask(opening("a ship"), "ship")
    desk.save()
    assert desk.engine.snapshot() is None


def test_what_was_copied_for_the_disk_is_not_copied_again_when_the_conversation_is_left(desk: Desk) -> None:
    desk.ask(opening("a ship"), "ship")
    desk.save()
    copied = desk.memory.of(desk.key, "ship")
    assert copied is not None
    desk.ask(opening("a town"), "town")
    assert desk.memory.of(desk.key, "ship") is copied


def test_a_snapshot_is_given_up_for_something_more_urgent_and_taken_later(desk: Desk) -> None:
    desk.ask(opening("a ship"), "ship")
    desk.engine.snapshot(lambda: True)
    assert desk.memory.of(desk.key, "ship") is None
    desk.save()
    assert snapshot_paths(desk.folder)


def test_nothing_is_kept_for_nobody(desk: Desk) -> None:
    desk.ask(opening("a ship"), "")
    assert desk.engine.snapshot() is None


def test_reading_ahead_leaves_only_the_message_to_be_read(desk: Desk) -> None:
    prompt = desk.engine.prompt_tokens(opening("a ship"))
    for _ in desk.engine.prepare(prompt[:-10], lambda: False, "ship"):
        pass
    assert desk.ask(opening("a ship"), "ship")[0] == len(prompt) - 10


def test_reading_ahead_ends_when_something_else_is_wanted(desk: Desk) -> None:
    prompt = desk.engine.prompt_tokens(opening("a ship"))
    progress = list(desk.engine.prepare(prompt, lambda: True, "ship"))
    assert [step.processed for step in progress] == [0]


def test_what_is_forgotten_is_processed_anew(desk: Desk) -> None:
    desk.ask(opening("a ship"), "ship")
    desk.engine.forget("ship")
    assert desk.ask(opening("a ship"), "ship")[0] == 0


def test_a_stop_ends_the_search_for_what_was_processed_and_leaves_all_as_it_was(desk: Desk) -> None:
    first = opening("a ship")
    _, reply = desk.ask(first, "ship")
    desk.save()
    desk.restart()
    town = opening("a town")
    desk.ask(town, "town")
    prompt = desk.engine.prompt_tokens(next_turn(first, reply))
    # As soon as it is asked, which is before anything is put in the place of the town.
    *_, last = desk.engine.generate(prompt, GREEDY, lambda: True, "ship")
    assert isinstance(last, Finished)
    assert last.reason is FinishReason.STOPPED
    town_prompt = desk.engine.prompt_tokens(town)
    assert desk.engine.cached_tokens(town_prompt) == len(town_prompt) - 1
    assert desk.ask(next_turn(first, reply), "ship")[0] > len(desk.engine.prompt_tokens(first))


def test_a_reply_to_a_known_prompt_that_is_stopped_at_once_says_nothing(desk: Desk) -> None:
    prompt = desk.engine.prompt_tokens(opening("a ship"))
    for _ in desk.engine.prepare(prompt, lambda: False, "ship"):
        pass
    said = list(desk.engine.generate(prompt, GREEDY, lambda: True, "ship"))
    assert [type(item) for item in said] == [PromptProgress, Finished]
