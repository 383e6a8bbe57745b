"""What of a conversation fits the context, and what is left out. Pure arithmetic on token counts.

Whole exchanges are left out, a message and what was replied to it, from the oldest on. What always stays: pinned
messages, the summary, and the last message, which is to be answered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from chatdesk.core.context_map import OverflowPolicy
from chatdesk.core.errors import ErrorCode
from chatdesk.core.messages import Role

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from chatdesk.core.messages import Message

# Of the context, at most this share and at most this many tokens are kept free for the reply.
REPLY_SHARE = 0.25
REPLY_TOKENS = 1024
# And for what is reasoned before it.
REASONING_SHARE = 0.25
REASONING_TOKENS = 2048
# When something must go, up to this share of the budget is cleared at once: leaving out a little more every turn would
# change the prompt's beginning every turn, and a changed beginning means processing everything again.
CLEARED_SHARE = 0.25
# When a summary is written, the last exchanges stay as they were said: so many, and as many as take this share.
VERBATIM_EXCHANGES = 2
VERBATIM_SHARE = 0.3

SUMMARY_LEAD = "Summary of the earlier conversation:"
# Stands for the message that a pinned reply answered, where that is not sent: roles must alternate.
STAND_IN = "[An earlier message is left out here.]"


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """A message as a prompt needs it. `token_ids`, when given, are used instead of tokenizing `text`.

    The last one may be a reply that `is_open`: the prompt ends within it, and the model goes on from there.
    """

    role: Role
    text: str
    token_ids: tuple[int, ...] | None = None
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message of a conversation that a model can be shown. `message_id` is None for one that is not sent yet."""

    message_id: str | None
    message: PromptMessage
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A message as far as room goes: `tokens` are its own and what the template writes around it."""

    role: Role
    tokens: int
    is_pinned: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """Which pieces are sent, by index, and what they take together."""

    kept: frozenset[int]
    tokens: int


def reserved_for_reply(n_ctx: int, max_tokens: int) -> int:
    """How many tokens of the context a prompt must leave free."""
    return min(max_tokens, REPLY_TOKENS, int(n_ctx * REPLY_SHARE))


def reserved_for_reasoning(n_ctx: int, reasoning_budget: int | None) -> int:
    """How many more tokens a prompt must leave free for a model that reasons first."""
    most = min(REASONING_TOKENS, int(n_ctx * REASONING_SHARE))
    return most if reasoning_budget is None else min(reasoning_budget, most)


def fitting(
    pieces: Sequence[Piece],
    budget: int,
    policy: OverflowPolicy,
    *,
    n_summarised: int = 0,
    stand_in_tokens: int = 0,
) -> Selection:
    """What is sent of `pieces` when they may take `budget` tokens.

    A summary stands for the first `n_summarised` of them; `stand_in_tokens` is what `STAND_IN` takes. The last
    exchange and what is pinned are kept whether they fit or not: that is for the caller to refuse.

    Of what could be left out, the exchange is chosen to begin with whose place in the conversation is the roundest
    binary number. So the choice is the same for many turns, and whoever has more room keeps at least as much.
    """
    exchanges = _exchanges(pieces, stand_in_tokens)
    last = len(exchanges) - 1
    first = min(sum(exchange.start < n_summarised for exchange in exchanges), max(last, 0))
    if policy is OverflowPolicy.KEEP_FIRST_AND_LAST and last > 0:
        with_first = [exchanges[0].kept_whole(), *exchanges[1:]]
        if _tokens_from(with_first)[last] <= budget:
            exchanges = with_first
    begin = _beginning(exchanges, first, budget)
    kept = frozenset[int]().union(
        *(exchange.remnant for exchange in exchanges[:begin]),
        *(range(exchange.start, exchange.stop) for exchange in exchanges[begin:]),
    )
    return Selection(kept, _tokens_from(exchanges)[begin])


def summarisable(
    pieces: Sequence[Piece], budget: int, room: int, *, n_summarised: int = 0, stand_in_tokens: int = 0
) -> int:
    """For how many of `pieces`, from the oldest on, the next summary should stand: all but the last few.

    `budget` is what pieces may take in a prompt, `room` what they may take in the one that asks for the summary; an
    earlier one stands for the first `n_summarised`. 0 when there is nothing to summarise.
    """
    exchanges = _exchanges(pieces, stand_in_tokens)
    first = sum(exchange.start < n_summarised for exchange in exchanges)
    verbatim = 0
    end = len(exchanges)
    while end > first:
        verbatim += exchanges[end - 1].tokens
        if len(exchanges) - end >= VERBATIM_EXCHANGES and verbatim > budget * VERBATIM_SHARE:
            break
        end -= 1
    room -= sum(exchange.remnant_tokens for exchange in exchanges[:first])
    readable = accumulate(exchange.tokens for exchange in exchanges[first:end])
    count = sum(tokens <= room for tokens in readable)
    return exchanges[first + count - 1].stop if count else 0


def spoken_messages(path: Iterable[Message], tokenizer_hash: str) -> list[Spoken]:
    """What a model can be shown of the messages on `path`.

    A message that was refused as too long is left out with its reply, or every later prompt would be too long as
    well; a reply without text says nothing. A reply brings its own token ids when they are of this tokenizer. With one
    that was to go on it was the beginning of the reply that made the prompt too long, not the message before. What was
    reasoned before a reply is not said again: models are trained without that.
    """
    path = tuple(path)
    refused = {
        message.parent_id
        for message in path
        if message.error is not None and message.error.code is ErrorCode.PROMPT_TOO_LONG and not message.given_chars
    }
    result: list[Spoken] = []
    for message in path:
        if not message.text or message.id in refused or message.role not in (Role.USER, Role.ASSISTANT):
            continue
        token_ids = None
        if (origin := message.origin) is not None and origin.tokenizer_hash == tokenizer_hash:
            token_ids = message.text_token_ids or None
        result.append(Spoken(message.id, PromptMessage(message.role, message.text, token_ids), message.is_pinned))
    return result


def prompt_messages(
    spoken: Sequence[Spoken], kept: Container[int] | None = None, summary_text: str = ""
) -> list[PromptMessage]:
    """The messages of a prompt: of `spoken` those in `kept` (None: all), with a summary of what was before them.

    User messages that meet become one, because many chat templates accept only alternating roles. For the same
    reason, and because many have no system role, the summary begins the first user message.
    """
    result: list[PromptMessage] = [PromptMessage(Role.USER, f"{SUMMARY_LEAD} {summary_text}")] if summary_text else []
    before = -1
    for index, said in enumerate(spoken):
        if kept is not None and index not in kept:
            continue
        if said.message.role is Role.ASSISTANT and index > 0 and before != index - 1:
            _say(result, PromptMessage(Role.USER, STAND_IN))
        _say(result, said.message)
        before = index
    return result


def _say(messages: list[PromptMessage], message: PromptMessage) -> None:
    """Add a message; a user who goes on speaks as one."""
    if messages and messages[-1].role is message.role is Role.USER:
        messages[-1] = replace(messages[-1], text=f"{messages[-1].text}\n\n{message.text}")
    else:
        messages.append(message)


@dataclass(frozen=True, slots=True)
class _Exchange:
    """The pieces from `start` to before `stop`, and the `remnant` that stays when they are left out."""

    start: int
    stop: int
    tokens: int
    remnant: frozenset[int]
    remnant_tokens: int

    def kept_whole(self) -> _Exchange:
        """The exchange as one that cannot be left out."""
        return replace(self, remnant=frozenset(range(self.start, self.stop)), remnant_tokens=self.tokens)


def _exchanges(pieces: Sequence[Piece], stand_in_tokens: int) -> list[_Exchange]:
    """`pieces` in whole exchanges: each begins with a user message, the first perhaps without one."""
    starts = [index for index, piece in enumerate(pieces) if index == 0 or piece.role is Role.USER]
    return [_exchange(pieces, start, stop, stand_in_tokens) for start, stop in pairwise([*starts, len(pieces)])]


def _exchange(pieces: Sequence[Piece], start: int, stop: int, stand_in_tokens: int) -> _Exchange:
    remnant = {index for index in range(start, stop) if pieces[index].is_pinned}
    stand_ins = 0
    for index in sorted(remnant):
        place = index
        # A reply without what it answers. What is no longer than the words that would stand for it stays itself, and
        # may be such a reply in turn.
        while pieces[place].role is not Role.USER and place != start and place - 1 not in remnant:
            if pieces[place - 1].tokens > stand_in_tokens:
                stand_ins += stand_in_tokens
                break
            place -= 1
            remnant.add(place)
    return _Exchange(
        start,
        stop,
        sum(piece.tokens for piece in pieces[start:stop]),
        frozenset(remnant),
        stand_ins + sum(pieces[index].tokens for index in remnant),
    )


def _tokens_from(exchanges: Sequence[_Exchange]) -> list[int]:
    """For each exchange, what is taken when it is the first that is kept whole. This never grows along the list."""
    whole = sum(exchange.tokens for exchange in exchanges)
    return list(accumulate((exchange.remnant_tokens - exchange.tokens for exchange in exchanges), initial=whole))


def _beginning(exchanges: Sequence[_Exchange], first: int, budget: int) -> int:
    """The index of the first exchange that is kept whole, `first` or a later one.

    Every exchange before which a prompt within the budget can begin is a candidate, down to where the share that is
    cleared at once has been cleared. Between two places that are equally round there is always a rounder one, so the
    roundest of the candidates is one alone; and as candidates join at one end of their run and leave at the other, it
    only ever moves with them.
    """
    last = max(len(exchanges) - 1, 0)
    tokens_from = _tokens_from(exchanges)
    least = next((place for place in range(first, last) if tokens_from[place] <= budget), last)
    if least == first:
        return first
    target = budget * (1 - CLEARED_SHARE)
    most = next((place for place in range(least, last) if tokens_from[place] <= target), last)
    places = list(accumulate((max(exchange.tokens, 1) for exchange in exchanges), initial=0))

    def roundness(place: int) -> int:
        """The exponent of the largest power of two a multiple of which lies between the exchange before and this."""
        return (places[place - 1] ^ places[place]).bit_length()

    return max(range(least, most + 1), key=roundness)
