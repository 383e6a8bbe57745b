"""What a reasoning model writes before its reply, told apart from it by the markers of the model's family.

A marker may be a token of its own, or plain text spread over several tokens. Both are looked for in one stream of
units: a unit is a character, or a marker that the model wrote as one token. So a character of a quoted marker is never
taken for the token, and where a stream is cut makes no difference.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from chatdesk.core.messages import PartKind
from chatdesk.core.reasoning import ReasoningKind
from chatdesk.engine.base import Chunk
from chatdesk.engine.markers import Marker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from chatdesk.engine.markers import Markers
    from chatdesk.engine.templates import ChatTemplate

# What a template writes at a prompt's end about reasoning is never longer than this.
_TAIL_TOKENS = 64


@dataclass(frozen=True, slots=True)
class ReasoningFormat:
    """How a family of models marks what it reasons: between `opening` and `closing`.

    `ending` is written in the model's stead to have it begin its reply. `silent` texts stand around the reply and are
    no part of it. `signs` must all be markers of the vocabulary or occur in the chat template. A family that `reopens`
    can reason again after it began its reply; elsewhere an opening in the middle of a reply is a quotation.
    """

    opening: str
    closing: str
    ending: str
    signs: tuple[str, ...]
    silent: tuple[str, ...] = ()
    reopens: bool = False


def _tags(name: str, *, beside: tuple[str, ...] = (), silent: tuple[str, ...] = ()) -> ReasoningFormat:
    """Reasoning in tags like those of HTML."""
    opening, closing = f"<{name}>", f"</{name}>"
    return ReasoningFormat(opening, closing, f"\n{closing}\n\n", (closing, *beside), silent)


# The first whose signs are all there counts.
FORMATS = (
    ReasoningFormat(
        "<|channel|>analysis<|message|>",
        "<|end|>",
        "<|end|><|start|>assistant<|channel|>final<|message|>",
        ("<|channel|>", "<|message|>", "<|start|>", "<|end|>"),
        ("<|start|>assistant", "<|channel|>final<|message|>", "<|channel|>commentary<|message|>"),
        reopens=True,
    ),
    ReasoningFormat("<|channel>thought\n", "<channel|>", "\n<channel|>", ("<|channel>", "<channel|>"), reopens=True),
    ReasoningFormat(
        "<|think|>",
        "<|end|>",
        "<|end|><|begin|>assistant<|content|>",
        ("<|think|>", "<|content|>", "<|begin|>", "<|end|>"),
        ("<|begin|>assistant", "<|content|>"),
        reopens=True,
    ),
    ReasoningFormat(
        "<|START_THINKING|>", "<|END_THINKING|>", "<|END_THINKING|>", ("<|START_THINKING|>", "<|END_THINKING|>")
    ),
    ReasoningFormat(
        "<|inner_prefix|>", "<|inner_suffix|>", "<|inner_suffix|>", ("<|inner_prefix|>", "<|inner_suffix|>")
    ),
    ReasoningFormat("[THINK]", "[/THINK]", "[/THINK]", ("[THINK]", "[/THINK]")),
    ReasoningFormat("◁think▷", "◁/think▷", "\n◁/think▷\n\n", ("◁/think▷",)),
    ReasoningFormat(
        "Here are my reasoning steps:\n",
        "[BEGIN FINAL RESPONSE]",
        "\n[BEGIN FINAL RESPONSE]\n",
        ("[BEGIN FINAL RESPONSE]",),
        ("[END FINAL RESPONSE]",),
    ),
    ReasoningFormat(
        "<|open|>think<|sep|>",
        "<|close|>think<|sep|>",
        "<|close|>think<|sep|><|open|>response<|sep|>",
        ("<|open|>", "<|close|>", "<|sep|>"),
        ("<|open|>response<|sep|>", "<|close|>response<|sep|>"),
    ),
    _tags("seed:think"),
    _tags("think:opensource"),
    _tags("mm:think"),
    _tags("thought"),
    _tags("think", beside=("<response>",), silent=("<response>", "</response>")),
    _tags("think", beside=("<answer>",), silent=("<answer>", "</answer>")),
    _tags("think"),
)


def reasoning_format(template: str, markers: Markers) -> ReasoningFormat | None:
    """How a model marks its reasoning, from what its chat template and vocabulary know; None: it does not reason."""
    for known in FORMATS:
        if all(sign in markers or sign in template for sign in known.signs):
            return known
    return None


def find_reasoning(template: ChatTemplate, markers: Markers, now: datetime) -> tuple[Reasoning | None, ReasoningKind]:
    """How a model's reasoning is told from its replies, if it marks any, and whether it can be switched.

    A vocabulary may have the markers of a family whose other models reason: then the template says nothing of them.
    """
    known = reasoning_format(template.source, markers)
    if known is None:
        return None, ReasoningKind.NONE
    match template.reasoning_switch(now):
        case True:
            kind = ReasoningKind.ON_BY_DEFAULT
        case False:
            kind = ReasoningKind.OFF_BY_DEFAULT
        case None:
            is_told = known.opening in template.source or known.closing in template.source
            kind = ReasoningKind.ALWAYS if is_told else ReasoningKind.NONE
    return Reasoning(known, markers), kind


class _Unit(NamedTuple):
    """A character, or a marker by its text; `shown` is what it adds to a text. `begins`: its token begins with it."""

    key: str
    shown: str
    begins: bool


class _Run(NamedTuple):
    """Text of one kind that is to be said; `begins`: a token begins with it."""

    kind: PartKind
    texts: list[str]
    begins: bool


class _Place(Enum):
    """Where in a reply the model is."""

    START = auto()
    REASONING = auto()
    AFTER = auto()  # behind reasoning, before the reply's first word
    REPLY = auto()


class Reasoning:
    """The reasoning of one model: finds it in what the model writes and in what its prompts end with."""

    def __init__(self, known: ReasoningFormat, markers: Markers) -> None:
        self.format = known
        self.opening = _keys(known.opening, markers)
        self.closing = _keys(known.closing, markers)
        self.silent = tuple(_keys(text, markers) for text in known.silent)
        texts = (known.opening, known.closing, *known.silent)
        self._marker_texts = {
            run.token: run.text for text in texts for run in markers.partition(text) if isinstance(run, Marker)
        }

    def marker(self, token: int) -> str:
        """The marker that `token` is, as far as reasoning goes; empty when it is none."""
        return self._marker_texts.get(token, "")

    def splitter(self, *, is_open: bool | None = None) -> ReasoningSplitter:
        """What takes a reply apart; `is_open`: see `at_end`."""
        return ReasoningSplitter(self, is_open=is_open)

    def at_end(self, prompt: Sequence[int], piece: Callable[[int], bytes]) -> tuple[int, bool | None]:
        """Where a prompt's last words about reasoning begin, and whether they leave it open, or closed.

        That is its length, and None, where it says nothing of it at its end. `piece` gives the text of a token.
        """
        first = max(len(prompt) - _TAIL_TOKENS, 0)
        keys: list[str] = []
        places: list[int] = []
        for place, token in enumerate(prompt[first:], first):
            marker = self.marker(token)
            found = [marker] if marker else list(piece(token).decode("utf-8", errors="replace"))
            keys += found
            places += [place] * len(found)
        end = _before_space(keys, len(keys))
        opening = self.opening[: _before_space(self.opening, len(self.opening))]
        if _ends_with(keys, end, opening):
            return places[end - len(opening)], True
        if not _ends_with(keys, end, self.closing):
            return len(prompt), None
        closing_at = end - len(self.closing)
        end = _before_space(keys, closing_at)
        has_opening = _ends_with(keys, end, opening)
        return places[end - len(opening) if has_opening else closing_at], False


class ReasoningSplitter:
    """Takes a reply apart into reasoning and text, token by token.

    White space around reasoning belongs to neither. A reply in which no marker is found comes out as it went in.
    """

    def __init__(self, reasoning: Reasoning, *, is_open: bool | None = None) -> None:
        self._reasoning = reasoning
        self._place = {None: _Place.START, True: _Place.REASONING, False: _Place.AFTER}[is_open]
        self._has_said = False  # any reasoning, so that what follows after a reply is set apart from it
        self._units: deque[_Unit] = deque()  # that may be the beginning of a marker
        self._space: list[_Unit] = []  # white space of which it is not known yet what it belongs to
        self._token_ids: list[int] = []  # of which nothing was said yet
        self._runs: list[_Run] = []
        self._has_met = False  # a marker, in the tokens of which nothing was said yet

    @property
    def is_reasoning(self) -> bool:
        """Whether the model reasons now, and is not about to end that by itself."""
        return self._place is _Place.REASONING and not self._units

    @property
    def is_replying(self) -> bool:
        """Whether text that the model writes now is its reply's."""
        return self._place is not _Place.REASONING

    def take(self, token_ids: Sequence[int], text: str) -> Iterator[Chunk]:
        """The next token or more, of which `text` can be shown."""
        self._token_ids += token_ids
        marker = self._reasoning.marker(token_ids[0])
        if marker:
            self._units.append(_Unit(marker, text, begins=True))
        elif self._is_plain(text):
            self._add(PartKind.TEXT, _Unit(text, text, begins=True))
        else:
            self._units += [_Unit(letter, letter, begins=index == 0) for index, letter in enumerate(text)]
        self._settle()
        yield from self._said()

    def _is_plain(self, text: str) -> bool:
        """Whether nothing in this piece of a reply needs a look letter by letter, which takes longer."""
        is_settled = self._place is _Place.REPLY and not self._units
        return is_settled and not any(pattern[0] in text for pattern in self._patterns())

    def finish(self, rest: str) -> Iterator[Chunk]:
        """The reply is over; `rest` is half a character at its end, if any."""
        self._units += [_Unit(letter, letter, begins=False) for letter in rest]
        self._settle()
        while self._units:
            self._say(self._units.popleft())
        if self._place is _Place.START:
            self._release_space(PartKind.TEXT)
        yield from self._said()

    def _settle(self) -> None:
        """Go as far as is certain: a unit that may begin a marker waits for the next ones."""
        while self._units:
            first = self._units[0].key
            patterns = [pattern for pattern in self._patterns() if pattern[0] == first]
            if not patterns:
                self._say(self._units.popleft())
                continue
            keys = [unit.key for unit in self._units]
            if any(len(pattern) > len(keys) and _begins_with(pattern, keys) for pattern in patterns):
                return
            found = next((pattern for pattern in patterns if _begins_with(keys, pattern)), None)
            if found is None:
                self._say(self._units.popleft())
                continue
            for _ in found:
                self._units.popleft()
            self._meet(found)

    def _patterns(self) -> tuple[tuple[str, ...], ...]:
        """What is looked for where the model is now."""
        reasoning = self._reasoning
        match self._place:
            case _Place.START:
                return (reasoning.opening, reasoning.closing, *reasoning.silent)
            case _Place.REASONING:
                return (reasoning.closing,)
            case _Place.AFTER:
                can_open = reasoning.format.reopens or not self._has_said
                return ((reasoning.opening,) if can_open else ()) + reasoning.silent
            case _Place.REPLY:
                if reasoning.format.reopens:
                    return (reasoning.opening, *reasoning.silent)
                return reasoning.silent if self._has_said else ()

    def _meet(self, pattern: tuple[str, ...]) -> None:
        """The model wrote this marker."""
        reasoning = self._reasoning
        self._has_met = True
        if pattern == reasoning.opening:
            self._space.clear()
            if self._has_said:  # it goes on with what it reasoned before
                self._space = [_Unit("\n", "\n", begins=False)] * 2
            self._place = _Place.REASONING
        elif pattern == reasoning.closing:
            self._space.clear()
            self._place = _Place.AFTER
        elif self._place is _Place.START:
            self._space.clear()

    def _say(self, unit: _Unit) -> None:
        """A unit that is no part of a marker."""
        if self._place is _Place.REPLY:
            self._add(PartKind.TEXT, unit)
        elif not unit.shown.strip():
            if unit.shown and self._place is not _Place.AFTER:
                self._space.append(unit)
        elif self._place is _Place.REASONING:
            if self._has_said:
                self._release_space(PartKind.REASONING)
            self._space.clear()
            self._has_said = True
            self._add(PartKind.REASONING, unit)
        else:
            self._release_space(PartKind.TEXT)
            self._place = _Place.REPLY
            self._add(PartKind.TEXT, unit)

    def _release_space(self, kind: PartKind) -> None:
        for unit in self._space:
            self._add(kind, unit)
        self._space.clear()

    def _add(self, kind: PartKind, unit: _Unit) -> None:
        if not self._runs or self._runs[-1].kind is not kind:
            self._runs.append(_Run(kind, [], unit.begins))
        self._runs[-1].texts.append(unit.shown)

    def _said(self) -> Iterator[Chunk]:
        """What there is to say, with the tokens it came from; they wait as long as their text does.

        A text that begins within a token comes without one, and a marker within a reply is told by a chunk of reasoning
        that says nothing: then the reply is not what some of the tokens spell.
        """
        if self._units and not self._runs:
            return
        token_ids, self._token_ids = tuple(self._token_ids), []
        runs, self._runs = self._runs, []
        has_met, self._has_met = self._has_met, False
        if token_ids and (not runs or not runs[0].begins):
            is_beside = has_met or self._place in (_Place.REASONING, _Place.AFTER)
            yield Chunk("", token_ids, PartKind.REASONING if is_beside else PartKind.TEXT)
            token_ids = ()
        for run in runs:
            yield Chunk("".join(run.texts), token_ids, run.kind)
            token_ids = ()
        if has_met and runs and runs[-1].kind is PartKind.TEXT:
            yield Chunk("", (), PartKind.REASONING)


def _keys(text: str, markers: Markers) -> tuple[str, ...]:
    """A text as the units that a model writes it in."""
    keys: list[str] = []
    for run in markers.partition(text):
        keys += [run.text] if isinstance(run, Marker) else list(run)
    return tuple(keys)


def _begins_with(keys: Sequence[str], beginning: Sequence[str]) -> bool:
    return len(keys) >= len(beginning) and all(one == other for one, other in zip(keys, beginning, strict=False))


def _ends_with(keys: Sequence[str], end: int, ending: Sequence[str]) -> bool:
    """Whether the first `end` of `keys` end so."""
    return len(ending) <= end and list(keys[end - len(ending) : end]) == list(ending)


def _before_space(keys: Sequence[str], end: int) -> int:
    """Where the white space begins that stands before `end`."""
    while end > 0 and not keys[end - 1].strip():
        end -= 1
    return end
