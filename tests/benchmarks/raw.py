"""The raw thing to compare with: llama.cpp's low-level API in the plainest loop that writes a reply."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Sequence

from chatdesk.core.model_files import ModelFile
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine import llama_runtime
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.llama_loading import FLASH_ATTENTION
from chatdesk.engine.llama_runtime import llama_cpp
from chatdesk.engine.llama_sampling import sampler_chain

_LAST = -1


class RawLoop:
    """A model and a context of its own, loaded with the options that the engine under measurement has.

    Nothing of ChatDesk's is in its loops but the builder of the sampler chain, which is part of what must be equal.
    No abort callback, no detokenizing, nobody to tell about progress.
    """

    def __init__(self, model: ModelFile, options: LoadOptions, load_mode: int | None = None) -> None:
        """`load_mode` is one of llama.cpp's; None: its own choice."""
        assert options.n_ctx is not None
        assert options.n_threads is not None
        llama_runtime.start()
        model_params = llama_cpp.llama_model_default_params()
        model_params.n_gpu_layers = options.n_gpu_layers
        if load_mode is not None:
            model_params.load_mode = load_mode
        self._model = llama_cpp.llama_model_load_from_file(os.fsencode(model.path), model_params)
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = options.n_ctx
        params.n_batch = options.n_batch
        params.n_ubatch = options.n_ubatch
        params.n_threads = params.n_threads_batch = options.n_threads
        params.flash_attn_type = FLASH_ATTENTION[options.flash_attention]
        self._context = llama_cpp.llama_init_from_model(self._model, params)
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self.n_vocab = int(llama_cpp.llama_vocab_n_tokens(self._vocab))
        self._n_batch = options.n_batch
        self._batch = (ctypes.c_int32 * self._n_batch)()

    def process(self, prompt: Sequence[int]) -> float:
        """Process `prompt` from nothing; returns tokens per second."""
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self._context), False)
        started = time.perf_counter()
        for start in range(0, len(prompt), self._n_batch):
            self._decode(prompt[start : start + self._n_batch])
        llama_cpp.llama_synchronize(self._context)
        return len(prompt) / (time.perf_counter() - started)

    def add(self, tokens: Sequence[int], behind: int) -> float:
        """Process `tokens` behind the first `behind` of what was processed last; returns seconds."""
        memory = llama_cpp.llama_get_memory(self._context)
        assert llama_cpp.llama_memory_seq_rm(memory, 0, behind, -1)
        started = time.perf_counter()
        self._decode(tokens)
        llama_cpp.llama_synchronize(self._context)
        return time.perf_counter() - started

    def write(self, prompt: Sequence[int], sampling: SamplingParams) -> tuple[float, list[int]]:
        """Write `max_tokens` tokens; returns tokens per second after the first one, and the tokens.

        Counted like `ReplyFigures.tokens_per_second`: from the first token sampled to the last.
        """
        assert sampling.seed is not None
        self.process(prompt)
        tokens: list[int] = []
        times: list[float] = []
        with sampler_chain(sampling, self.n_vocab, sampling.seed, prompt) as chain:
            for _ in range(sampling.max_tokens):
                token = int(llama_cpp.llama_sampler_sample(chain, self._context, _LAST))
                times.append(time.perf_counter())
                tokens.append(token)
                if llama_cpp.llama_vocab_is_eog(self._vocab, token):
                    break
                self._decode([token])
        return (len(times) - 1) / (times[-1] - times[0]), tokens

    def close(self) -> None:
        llama_cpp.llama_free(self._context)
        llama_cpp.llama_model_free(self._model)

    def _decode(self, tokens: Sequence[int]) -> None:
        self._batch[: len(tokens)] = list(tokens)
        result = llama_cpp.llama_decode(self._context, llama_cpp.llama_batch_get_one(self._batch, len(tokens)))
        assert result == 0, f"llama_decode: {result}"
