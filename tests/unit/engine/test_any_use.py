"""An engine after any use: what it wrote comes out the same again, from its record, on one that saw nothing."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from chatdesk.core.batches import BatchRun
from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.base import Chunk, Finished, LoadOptions, ShouldStop
from chatdesk.engine.llama import LlamaEngine, load_llama
from chatdesk.engine.snapshot_files import SnapshotFiles
from chatdesk.engine.snapshots import MemorySnapshots, SnapshotShelf
from tests.support.tiny_architectures import ARCHITECTURES

OPTIONS = LoadOptions(n_ctx=1024, n_batch=64, n_ubatch=32)
# Every logit counts: another rounding soon ends in another token.
LIVELY = SamplingParams(temperature=1.2, top_k=0, top_p=1, min_p=0, repeat_penalty=1, max_tokens=8)
STEPS = 80
OWNERS = "abc"


@dataclass
class Written:
    """What is recorded of a reply."""

    prompt: Sequence[int]
    batches: Sequence[BatchRun]
    sampling: SamplingParams
    token_ids: Sequence[int]


@dataclass
class Walk:
    """Uses an engine at random, as somebody does who writes, stops, edits, goes to and fro and starts again."""

    model: ModelFile
    folder: Path
    chance: random.Random
    memory: MemorySnapshots = field(default_factory=lambda: MemorySnapshots(lambda: 1 << 26))
    written: list[Written] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.engine = self.load()
        self.conversations = {owner: self.said(20, 200) for owner in OWNERS}

    def load(self) -> LlamaEngine:
        files = SnapshotFiles(self.folder, "key", lambda: 1 << 30)
        return load_llama(self.model, OPTIONS, lambda _: True, SnapshotShelf("key", self.memory, files))

    def said(self, least: int, most: int) -> list[int]:
        return [3 + self.chance.randrange(200) for _ in range(self.chance.randrange(least, most))]

    def stop(self) -> ShouldStop:
        """Now, soon, or not at all."""
        left = iter(range(self.chance.choice([0, 0, 1, 3, 1000, 1000, 1000])))
        return lambda: next(left, None) is None

    def step(self) -> None:
        actions: list[Callable[[str], object]] = [
            self.write, self.write, self.write, self.leave, self.prepare, self.prepare, self.save, self.edit,
            self.forget, self.aside, self.restart,
        ]  # fmt: skip
        self.chance.choice(actions)(self.chance.choice(OWNERS))

    def write(self, owner: str) -> None:
        prompt = self.conversations[owner][:900]
        sampling = replace(LIVELY, seed=self.chance.randrange(1000))
        said = list(self.engine.generate(prompt, sampling, self.stop(), self.chance.choice([owner, ""])))
        token_ids = [token for item in said if isinstance(item, Chunk) for token in item.token_ids]
        finished = said[-1]
        assert isinstance(finished, Finished)
        if token_ids:
            self.written.append(Written(prompt, finished.batches, sampling, token_ids))
        self.conversations[owner] = [*prompt, *token_ids, *self.said(1, 40)]

    def leave(self, owner: str) -> None:
        """In the middle of a reply."""
        reply = self.engine.generate(self.conversations[owner][:900], LIVELY, lambda: False, owner)
        for _ in range(self.chance.randrange(1, 8)):
            next(reply, None)

    def prepare(self, owner: str) -> None:
        list(self.engine.prepare(self.conversations[owner], self.stop(), owner))

    def save(self, _owner: str) -> None:
        write = self.engine.snapshot(self.stop())
        if write is not None:
            write()

    def edit(self, owner: str) -> None:
        kept = self.chance.randrange(len(self.conversations[owner]))
        self.conversations[owner] = [*self.conversations[owner][:kept], *self.said(1, 60)]

    def forget(self, owner: str) -> None:
        self.engine.forget(self.chance.choice([owner, None]))

    def aside(self, owner: str) -> None:
        with self.engine.aside():
            list(self.engine.generate([*self.conversations[owner][:900], 7, 8, 9], LIVELY, self.stop()))

    def restart(self, _owner: str) -> None:
        self.engine.stash()
        self.engine.close()
        if self.chance.random() < 0.5:
            self.memory.forget(None)
        self.engine = self.load()


def again(engine: LlamaEngine, reply: Written) -> list[int]:
    said = engine.replay(reply.prompt, reply.batches, reply.sampling, lambda: False)
    return [token for item in said if isinstance(item, Chunk) for token in item.token_ids]


@pytest.mark.parametrize("name", ["dense", "sliding", "convolutional"])
def test_whatever_was_done_between_each_reply_comes_out_the_same(name: str, tmp_path: Path) -> None:
    model = replace(ARCHITECTURES[name](), is_random=True).write(tmp_path / "random.gguf")
    walk = Walk(model, tmp_path / "snapshots", random.Random(name))
    for _ in range(STEPS):
        walk.step()
    walk.engine.close()
    fresh = load_llama(model, OPTIONS, lambda _: True)
    assert len(walk.written) > 5
    for reply in walk.written:
        assert again(fresh, reply)[: len(reply.token_ids)] == reply.token_ids
    fresh.close()
