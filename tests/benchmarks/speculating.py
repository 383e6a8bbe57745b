"""Prompt lookup: replies that repeat the prompt, drafted from it. A trial beside the raw loop; ChatDesk does not do it.

What follows the last few tokens where they stood before is taken as a draft, and all of it is checked in one batch:
what the model would have said itself stays. In exact arithmetic that changes nothing but the speed. But a batch of
several tokens is rounded otherwise than single ones, so that a close choice can come out the other way.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from typing import Any

from chatdesk.core.context import PromptMessage
from chatdesk.core.messages import Role
from chatdesk.core.sampling import SamplingParams
from chatdesk.engine.llama import load_llama
from chatdesk.engine.llama_runtime import llama_cpp
from chatdesk.engine.llama_sampling import sampler_chain
from tests.benchmarks.figures import Bar, Figure, figure, spread
from tests.benchmarks.raw import RawLoop
from tests.benchmarks.starter import OPTIONS, starter_model

MATCHED = 3  # so many last tokens must have stood there before
DRAFT_SIZES = (4, 8, 16)
QUICK_DRAFT_SIZES = (8,)
GREEDY = SamplingParams(temperature=0, repeat_penalty=1, seed=1, max_tokens=192)

TASKS = (
    "Summarise the following text in three sentences.",
    "Rewrite the following text. Change nothing but the name of the town, which is now Elmham.",
    "List the people and things that the following text speaks of, in its own words.",
)
_PROSE = """\
The ferry to Harwick left at seven each morning, unless there was fog. Old Mr Penrose, who had been its captain for
thirty years, knew the channel so well that he steered by the smell of the mud flats and the sound of the bell on
the church. In the winter of 1962 the river froze from bank to bank, and for eleven days the people of Harwick
walked to market across the ice. A baker put up a stall in the middle and sold hot rolls to those who crossed. When
the thaw came, the stall went down the river with two sacks of flour and a brass lamp, and the lamp was found the
next summer, nine miles away, by a boy who was looking for eels.

The library in Stokely closes at five, but its reading room stays open until nine for those who have a key. There
are forty keys. They were made by the locksmith in Mill Lane when the library was built, and nobody may have one
copied. When a reader dies or moves away, the key goes to the first name on a list that hangs beside the door, and
some people have waited for twenty years. Mrs Abbot, who keeps the list, says that the wait is part of the charm.
Her own key came to her from an uncle, and she has never used it after dark, because the lamps hum and the clock in
the reading room strikes the wrong hour.

To keep the old pump at Farleigh running, three things must be done each week. First the leather of the valve has to
be oiled, with neat's-foot oil and not with anything from a can. Then the shaft has to be turned by hand, twelve
times, so that the bearing does not rest in one place. Last the strainer must be lifted out of the well and brushed,
because the roots of the willow grow into it. If all three are done the pump gives forty litres a minute. If the
strainer is forgotten it gives twenty, and if the leather is forgotten it gives none, and the whole of Farleigh
carries water from the brook."""
TEXTS = tuple(" ".join(paragraph.split()) for paragraph in _PROSE.split("\n\n"))


class DraftingLoop(RawLoop):
    """The raw loop, always taking the likeliest token, with drafts of up to `draft_size` tokens."""

    def write_drafted(self, prompt: Sequence[int], max_tokens: int, draft_size: int) -> tuple[float, list[int], float]:
        """Tokens per second after the first one, the tokens, and how many of them each batch brought."""
        self.process(prompt)
        context, memory = self._context, llama_cpp.llama_get_memory(self._context)
        batch = llama_cpp.llama_batch_init(draft_size + 1, 0, 1)
        known = list(prompt)
        places = {tuple(known[end - MATCHED : end]): end for end in range(MATCHED, len(known))}
        reply: list[int] = []
        n_batches = 0
        with sampler_chain(GREEDY, self.n_vocab, 1, prompt) as chain:

            def take(token: int) -> bool:
                """Add a token to the reply; returns whether that was the last one."""
                places[tuple(known[-MATCHED:])] = len(known)
                known.append(token)
                reply.append(token)
                return len(reply) == max_tokens or bool(llama_cpp.llama_vocab_is_eog(self._vocab, token))

            is_over = take(int(llama_cpp.llama_sampler_sample(chain, context, -1)))
            started = time.perf_counter()
            while not is_over:
                processed = len(known) - 1
                place = places.get(tuple(known[-MATCHED:]))
                draft = [] if place is None else known[place : place + draft_size]
                _fill(batch, [known[-1], *draft], processed)
                result = llama_cpp.llama_decode(context, batch)
                assert result == 0, f"llama_decode: {result}"
                n_batches += 1
                for index in range(len(draft) + 1):
                    token = int(llama_cpp.llama_sampler_sample(chain, context, index))
                    is_over = take(token)
                    if is_over or index == len(draft) or token != draft[index]:
                        break
                assert llama_cpp.llama_memory_seq_rm(memory, 0, len(known) - 1, -1)
            seconds = time.perf_counter() - started
        llama_cpp.llama_batch_free(batch)
        return (len(reply) - 1) / seconds, reply, (len(reply) - 1) / n_batches


def measure(*, is_quick: bool) -> list[Figure]:
    model = starter_model()
    engine = load_llama(model, OPTIONS, lambda _fraction: True)
    prompts = [
        engine.prompt_tokens([PromptMessage(Role.USER, f"{task}\n\n{text}")]) for task in TASKS for text in TEXTS
    ]
    engine.close()
    loop = DraftingLoop(model, OPTIONS)
    try:
        sizes = QUICK_DRAFT_SIZES if is_quick else DRAFT_SIZES
        return [found for size in sizes for found in _compare(loop, prompts, size)]
    finally:
        loop.close()


def _compare(loop: DraftingLoop, prompts: Sequence[Sequence[int]], size: int) -> list[Figure]:
    differing, ratios, speeds, gains = [], [], [], []
    for prompt in prompts:
        plain_speed, plain = loop.write(prompt, GREEDY)
        speed, drafted, gain = loop.write_drafted(prompt, GREEDY.max_tokens, size)
        same = next((place for place, pair in enumerate(zip(plain, drafted, strict=False)) if pair[0] != pair[1]), None)
        differing.append(0 if same is None else max(len(plain), len(drafted)) - same)
        ratios.append(speed / plain_speed)
        speeds.append(plain_speed)
        gains.append(gain)
    what = f"drafts of {size} tokens found in the prompt"
    return [
        figure(
            f"drafts of {size}: tokens that differ",
            f"{what}: tokens behind the first that is another than in the plain loop, at temperature 0",
            Bar(0),
            differing,
            counted="sum",
            samples_are="replies",
            notes=(f"{sum(map(bool, differing))} of {len(prompts)} replies differ",),
        ),
        figure(
            f"drafts of {size}: speed ÷ off",
            f"{what}: tokens per second ÷ plain loop, summarising, rewriting and listing",
            Bar(1.05, is_least=True),
            ratios,
            samples_are="replies",
            notes=(
                f"plain {spread(speeds, 'tokens/s')}",
                f"tokens per batch {statistics.mean(gains):.2f}",
                *(
                    f"{task.split()[0]}: {spread(ratios[first : first + len(TEXTS)], '', 2)}"
                    for first, task in zip(range(0, len(prompts), len(TEXTS)), TASKS, strict=True)
                ),
            ),
        ),
    ]


def _fill(batch: Any, tokens: Sequence[int], position: int) -> None:
    """Put `tokens` into a batch, the first at `position`; the logits of all are wanted."""
    batch.n_tokens = len(tokens)
    for index, token in enumerate(tokens):
        batch.token[index] = token
        batch.pos[index] = position + index
        batch.n_seq_id[index] = 1
        batch.seq_id[index][0] = 0
        batch.logits[index] = True
