"""Sampling settings as llama.cpp's chain of samplers."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from chatdesk.engine.llama_runtime import llama_cpp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chatdesk.core.sampling import SamplingParams
    from chatdesk.engine.llama_runtime import Handle

_MIN_KEEP = 1  # a sampler that cuts leaves at least this many tokens


@contextmanager
def sampler_chain(sampling: SamplingParams, n_vocab: int, seed: int, prompt: Sequence[int]) -> Iterator[Handle]:
    """A chain for one reply, freed afterwards, in llama.cpp's usual order: penalties, cuts, temperature, choice.

    The penalties see the end of the prompt, as in llama-server: a reply is not to repeat what was just said either.
    """
    chain = llama_cpp.llama_sampler_chain_init(llama_cpp.llama_sampler_chain_default_params())
    try:
        for sampler in _samplers(sampling, n_vocab, seed):
            llama_cpp.llama_sampler_chain_add(chain, sampler)  # the chain owns it from here on
        if sampling.repeat_last_n:
            for token in prompt[-sampling.repeat_last_n :]:
                llama_cpp.llama_sampler_accept(chain, token)
        yield chain
    finally:
        llama_cpp.llama_sampler_free(chain)


def _samplers(sampling: SamplingParams, n_vocab: int, seed: int) -> Iterator[Handle]:
    if sampling.repeat_penalty != 1 and sampling.repeat_last_n:
        no_frequency, no_presence = 0.0, 0.0
        yield llama_cpp.llama_sampler_init_penalties(
            n_vocab, sampling.repeat_last_n, sampling.repeat_penalty, no_frequency, no_presence
        )
    if sampling.temperature <= 0:
        yield llama_cpp.llama_sampler_init_greedy()
        return
    if sampling.top_k > 0:
        yield llama_cpp.llama_sampler_init_top_k(sampling.top_k)
    if sampling.typical_p < 1:
        yield llama_cpp.llama_sampler_init_typical(sampling.typical_p, _MIN_KEEP)
    if sampling.top_p < 1:
        yield llama_cpp.llama_sampler_init_top_p(sampling.top_p, _MIN_KEEP)
    if sampling.min_p > 0:
        yield llama_cpp.llama_sampler_init_min_p(sampling.min_p, _MIN_KEEP)
    yield llama_cpp.llama_sampler_init_temp(sampling.temperature)
    yield llama_cpp.llama_sampler_init_dist(seed)
