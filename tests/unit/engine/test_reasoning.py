"""What a model reasons is told from its reply, wherever the stream is cut, and nothing is lost or made up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatdesk.core.messages import PartKind
from chatdesk.engine.base import Chunk
from chatdesk.engine.markers import Marker, Markers
from chatdesk.engine.reasoning import FORMATS, Reasoning, ReasoningFormat, reasoning_format

TEXT, REASONING = PartKind.TEXT, PartKind.REASONING
NO_MARKERS = Markers(())
OPENING, CLOSING = Marker(1, "<think>", is_user_defined=True), Marker(2, "</think>", is_user_defined=True)
CHANNELS = Markers(
    Marker(token, text)
    for token, text in enumerate(("<|channel|>", "<|message|>", "<|start|>", "<|end|>", "<|return|>"), 1)
)


def format_of(template: str, markers: Markers = NO_MARKERS) -> ReasoningFormat:
    found = reasoning_format(template, markers)
    assert found is not None
    return found


THINK = Reasoning(format_of("<think></think>"), NO_MARKERS)
THINK_TOKENS = Reasoning(format_of("", Markers([OPENING, CLOSING])), Markers([OPENING, CLOSING]))
HARMONY = Reasoning(format_of("", CHANNELS), CHANNELS)


@dataclass
class Taken:
    """What came out of a reply."""

    chunks: list[Chunk]

    def of(self, kind: PartKind) -> str:
        return "".join(chunk.text for chunk in self.chunks if chunk.kind is kind)

    @property
    def parts(self) -> tuple[str, str]:
        return self.of(REASONING), self.of(TEXT)

    @property
    def token_ids(self) -> list[int]:
        return [token for chunk in self.chunks for token in chunk.token_ids]


def taken(reasoning: Reasoning, pieces: Iterable[str | int], *, is_open: bool | None = None) -> Taken:
    """Text pieces are ordinary tokens, numbers are markers (which show nothing, as control tokens do)."""
    splitter = reasoning.splitter(is_open=is_open)
    chunks: list[Chunk] = []
    for index, piece in enumerate(pieces):
        if isinstance(piece, int):
            chunks += splitter.take((piece,), "")
        else:
            chunks += splitter.take((1000 + index,), piece)
    chunks += splitter.finish("")
    return Taken(chunks)


@pytest.mark.parametrize(
    ("reply", "is_open", "expected"),
    [
        ("<think>\nWhy?\n</think>\n\nBecause.", None, ("Why?", "Because.")),
        ("\n <think>Why?</think>Because.", None, ("Why?", "Because.")),
        ("Why?\n\nWell.\n</think>\n\nBecause.\n", True, ("Why?\n\nWell.", "Because.\n")),
        ("<think>\n\n</think>\n\nBecause.", None, ("", "Because.")),
        ("</think>\n\nBecause.", None, ("", "Because.")),
        ("<think>Only this", None, ("Only this", "")),
        ("<think>a < b </thin", None, ("a < b </thin", "")),
        ("  Hello, <think> is a tag, </think> too. ", None, ("", "  Hello, <think> is a tag, </think> too. ")),
        ("<thinker>", None, ("", "<thinker>")),
        (" \n", None, ("", " \n")),
        ("\n\nBecause.\n", False, ("", "Because.\n")),
        ("<think>Why?</think>Because.", False, ("Why?", "Because.")),
        ("<think>a</think>b<think>c</think>d", None, ("a", "b<think>c</think>d")),
    ],
)
def test_reasoning_is_what_stands_between_the_markers_at_a_replys_beginning(
    reply: str, is_open: bool | None, expected: tuple[str, str]
) -> None:
    assert taken(THINK, [reply], is_open=is_open).parts == expected
    assert taken(THINK, reply, is_open=is_open).parts == expected


WORDS = st.sampled_from(["<think>", "</think>", "<", "</", "think>", "\n", " ", "Hi", "é🙂", "<response>"])


@given(st.lists(WORDS, max_size=12).map("".join), st.data(), st.sampled_from([None, False, True]))
def test_where_a_reply_is_cut_makes_no_difference(reply: str, data: st.DataObject, is_open: bool | None) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(reply)))))
    pieces = [reply[start:end] for start, end in zip([0, *cuts], [*cuts, len(reply)], strict=True)]
    whole, cut = taken(THINK, [reply], is_open=is_open), taken(THINK, pieces, is_open=is_open)
    assert cut.parts == whole.parts
    assert cut.token_ids == [1000 + index for index in range(len(pieces))]


@given(st.lists(WORDS, max_size=12).map("".join), st.sampled_from([None, False, True]))
def test_nothing_but_markers_and_white_space_is_taken_away(reply: str, is_open: bool | None) -> None:
    reasoning, text = taken(THINK, reply, is_open=is_open).parts
    assert without_markers(reasoning + text) == without_markers(reply)


def without_markers(text: str) -> str:
    """A text without white space and markers, also those that others stand within."""
    text = "".join(text.split())
    while (less := text.replace("<think>", "").replace("</think>", "")) != text:
        text = less
    return text


@given(st.lists(st.sampled_from(["<", "think>", "a", " ", "\n", "🙂"]), max_size=12))
def test_a_reply_without_markers_comes_out_as_it_went_in(pieces: list[str]) -> None:
    if not "".join(pieces).strip().startswith("<think>"):
        assert taken(THINK, pieces).of(TEXT) == "".join(pieces)


def test_the_token_counts_where_there_is_one_and_its_text_is_a_quotation() -> None:
    assert taken(THINK_TOKENS, [1, "The ", "</think>", " tag", 2, "Yes"]).parts == ("The </think> tag", "Yes")
    assert taken(THINK_TOKENS, ["<think>", "a"]).parts == ("", "<think>a")


def test_a_replys_tokens_are_those_of_its_text() -> None:
    chunks = taken(THINK_TOKENS, [1, "Why", 2, "\n\n", "Be", "cause"]).chunks
    assert [(chunk.text, chunk.token_ids) for chunk in chunks if chunk.kind is TEXT] == [
        ("Be", (1004,)),
        ("cause", (1005,)),
    ]
    assert [token for chunk in chunks if chunk.kind is REASONING for token in chunk.token_ids] == [1, 1001, 2, 1003]


@pytest.mark.parametrize("pieces", [["<think>", "Why</think>\n\nBecause"], ["<think>Why</think>", " Because"]])
def test_a_reply_that_begins_within_a_token_comes_without_one(pieces: list[str]) -> None:
    first = next(chunk for chunk in taken(THINK, pieces).chunks if chunk.kind is TEXT and chunk.text)
    assert (first.text, first.token_ids) == ("Because", ())


def test_channels_are_told_apart_and_may_take_turns() -> None:
    channel, message, start, end = 1, 2, 3, 4
    analysis: list[str | int] = [channel, "analysis", message]
    final: list[str | int] = [channel, "final", message]
    pieces = [*analysis, "Hm", "m.", end, start, "assist", "ant", *final, "Yes.", end]
    assert taken(HARMONY, pieces).parts == ("Hmm.", "Yes.")
    pieces += [start, "assistant", *analysis, "But", end, start, "assistant", *final, " No."]
    assert taken(HARMONY, pieces).parts == ("Hmm.\n\nBut", "Yes.No.")
    assert taken(HARMONY, [*final, "Yes."]).parts == ("", "Yes.")


def spelled(text: str, reasoning: Reasoning, markers: Markers) -> tuple[list[int], dict[int, bytes]]:
    """A text as tokens, one for each marker and each other character, and how the others are spelled."""
    tokens: list[int] = []
    for run in markers.partition(text):
        tokens += [run.token] if isinstance(run, Marker) else [5000 + ord(letter) for letter in run]
    return tokens, {token: chr(token - 5000).encode() for token in tokens if token >= 5000}


@pytest.mark.parametrize(
    ("prompt", "is_open", "rest"),
    [
        ("User: Hi\nReply:", None, ""),
        ("User: Hi\nReply:<think>\n", True, "<think>\n"),
        ("User: Hi\nReply:<think>", True, "<think>"),
        ("User: Hi\nReply:<think>\n\n</think>\n\n", False, "<think>\n\n</think>\n\n"),
        ("User: Hi\nReply:</think>", False, "</think>"),
        ("User: <think>\nReply:", None, ""),
    ],
)
@pytest.mark.parametrize("markers", [NO_MARKERS, Markers([OPENING, CLOSING])], ids=["text", "tokens"])
def test_what_a_prompt_ends_with_tells_whether_the_model_reasons_already(
    prompt: str, is_open: bool | None, rest: str, markers: Markers
) -> None:
    reasoning = Reasoning(format_of("</think>", markers), markers)
    tokens, spelling = spelled(prompt, reasoning, markers)
    ending = len(spelled(rest, reasoning, markers)[0])
    found = reasoning.at_end(tokens, lambda token: spelling.get(token, b""))
    assert found == (len(tokens) - ending, is_open)


def test_a_model_without_any_marker_does_not_reason() -> None:
    assert reasoning_format("{{ messages }}", NO_MARKERS) is None
    assert reasoning_format("{{ messages }}", Markers([OPENING])) is None


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.opening.strip())
def test_every_familys_reply_is_taken_apart_and_can_be_begun_in_its_stead(known: ReasoningFormat) -> None:
    signs = " ".join(known.signs)
    assert format_of(signs).opening == known.opening
    reasoning = Reasoning(known, NO_MARKERS)
    assert taken(reasoning, f"{known.opening}Hm.{known.ending}Yes.").parts == ("Hm.", "Yes.")
