"""The child's side of a trial: computes with the variant that its environment names, and leaves what came of it.

With the time it takes when that is asked for. A turn of a chat reads a message of a paragraph, or one that was
attached, and writes a reply; what was said before is kept processed. By tokens twice as much is read as written, so
that is what the trial does: then the sum of both times weighs them as they weigh for a person who waits. Read tokens
are computed many at once and depend on the instructions; written ones mostly on memory, and little on the variant.
"""

from __future__ import annotations

import json
import os
import time
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from chatdesk.engine.probe import die_quietly

if TYPE_CHECKING:
    from collections.abc import Sequence

TRIAL_TEXT = "The capital of France is Paris. One, two, three, four, five, six, seven, eight, nine, ten."
# Two logits nearer than this may change places with the order in which numbers are added up.
CLEAR_MARGIN = 1.0
READ_TOKENS, WRITTEN_TOKENS = 128, 64
REPETITIONS = 3
# On a slow processor once is enough: chance weighs less in what takes long.
ENOUGH_SECONDS = 10.0
_N_CTX = 256


def run_trial(path: str, result: str, *, is_timed: bool) -> int:
    """Compute with the model at `path`, and leave the tokens, and the times, at `result`.

    Ends the process then; returns the exit code where the model is no good.
    """
    die_quietly()
    from chatdesk.engine import llama_runtime

    llama_runtime.start()
    trial = _Trial.open(llama_runtime.llama_cpp, path)
    if trial is None:
        return 1
    found: dict[str, Any] = {"tokens": trial.answer()}
    if is_timed and (times := trial.timing()) is not None:
        found["reading_seconds"], found["writing_seconds"] = times
    Path(result).write_text(json.dumps(found), encoding="utf-8")
    # At once: nothing needs to be freed, and a driver that crashes at the end says nothing of the variant.
    os._exit(0)


class _Trial:
    """A model, a context for it, and the trial's text."""

    def __init__(self, llama_cpp: Any, context: Any, vocab: Any, tokens: Sequence[int]) -> None:
        self._llama_cpp = llama_cpp
        self._context = context
        self._tokens = tokens
        self._n_vocab = llama_cpp.llama_vocab_n_tokens(vocab)
        self._batch = llama_cpp.llama_batch_init(_N_CTX, 0, 1)

    @classmethod
    def open(cls, llama_cpp: Any, path: str) -> _Trial | None:
        """Load the model at `path`; None where it cannot be used, of which a variant is no cause."""
        model_parameters = llama_cpp.llama_model_default_params()
        model_parameters.n_gpu_layers = 0  # a graphics card would answer for the variant
        model = llama_cpp.llama_model_load_from_file(os.fsencode(path), model_parameters)
        if not model:
            return None
        vocab = llama_cpp.llama_model_get_vocab(model)
        text = TRIAL_TEXT.encode()
        tokens = (llama_cpp.llama_token * (len(text) + 8))()  # beside its bytes, what marks beginning and end
        count = llama_cpp.llama_tokenize(vocab, text, len(text), tokens, len(tokens), True, False)
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx = parameters.n_batch = _N_CTX
        parameters.op_offload = parameters.offload_kqv = False
        # As many threads as a model gets for chats: more than there are cores would measure their quarrel.
        parameters.n_threads = parameters.n_threads_batch = psutil.cpu_count(logical=False) or os.cpu_count() or 1
        context = llama_cpp.llama_init_from_model(model, parameters)
        return cls(llama_cpp, context, vocab, tokens[:count]) if context and count > 0 else None

    def answer(self) -> list[int | None]:
        """The likeliest token after each place of the trial text, None where it is not clear.

        Empty when nothing of use is computed, which agrees with no other answer.
        """
        import numpy as np

        if not self._compute(self._tokens, 0, has_all_logits=True):
            return []
        likeliest: list[int | None] = []
        for place in range(len(self._tokens)):
            logits = np.ctypeslib.as_array(self._logits(place), shape=(self._n_vocab,))
            if not np.isfinite(logits).all():
                return []
            second, first = np.argsort(logits)[-2:]
            is_clear = logits[first] - logits[second] >= CLEAR_MARGIN
            likeliest.append(int(first) if is_clear else None)
        return likeliest

    def timing(self) -> tuple[float, float] | None:
        """The best times for reading and for writing, in seconds; None where something was not computed.

        What is written is given: it takes as long.
        """
        tokens = list(islice(cycle(self._tokens), READ_TOKENS + WRITTEN_TOKENS))
        reading: list[float] = []
        writing: list[float] = []
        while len(reading) < REPETITIONS and sum(reading) + sum(writing) < ENOUGH_SECONDS:
            self._forget()
            began = time.perf_counter()
            if not self._compute(tokens[:READ_TOKENS], 0):
                return None
            has_read = time.perf_counter()
            for place in range(READ_TOKENS, len(tokens)):
                if not self._compute(tokens[place : place + 1], place):
                    return None
            reading.append(has_read - began)
            writing.append(time.perf_counter() - has_read)
        return min(reading), min(writing)

    def _forget(self) -> None:
        self._llama_cpp.llama_memory_clear(self._llama_cpp.llama_get_memory(self._context), True)

    def _compute(self, tokens: Sequence[int], start: int, *, has_all_logits: bool = False) -> bool:
        """Compute `tokens`, of which the first stands at `start`, until their logits are there."""
        batch = self._batch
        batch.n_tokens = len(tokens)
        for index, token in enumerate(tokens):
            batch.token[index], batch.pos[index] = token, start + index
            batch.n_seq_id[index], batch.seq_id[index][0] = 1, 0
            batch.logits[index] = has_all_logits or index == len(tokens) - 1
        is_computed = self._llama_cpp.llama_decode(self._context, batch) == 0
        return is_computed and bool(self._logits(len(tokens) - 1))

    def _logits(self, place: int) -> Any:
        """The logits behind `place` of the batch; waits for what is computed elsewhere."""
        return self._llama_cpp.llama_get_logits_ith(self._context, place)
