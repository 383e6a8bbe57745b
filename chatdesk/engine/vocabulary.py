"""A model's vocabulary: text to tokens and back, and what is special in it."""

from __future__ import annotations

import ctypes
import hashlib
import re
from typing import TYPE_CHECKING

from chatdesk.engine.llama_loading import metadata
from chatdesk.engine.llama_runtime import llama_cpp
from chatdesk.engine.markers import Marker, Markers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from chatdesk.engine.llama_runtime import Handle

# enum llama_token_attr
_UNKNOWN, _CONTROL, _USER_DEFINED, _LSTRIP, _RSTRIP = 1 << 0, 1 << 3, 1 << 4, 1 << 7, 1 << 8
_SPECIAL = _UNKNOWN | _CONTROL | _USER_DEFINED
# enum llama_vocab_type
_SENTENCEPIECE = 1

# Text goes to llama.cpp in pieces of at most this many characters. Several vocabularies split text with std::regex,
# which recurses once per character: 50,000 letters in a row end the process. 4,000 use a quarter of an 8 MB stack.
PIECE_CHARS = 4000
# Pieces end where tokens end anyway: before white space that follows a word, or behind a line or a Chinese sentence.
_PIECE_END = re.compile(r"(?<=\S)(?=\s)|(?<=[\n，。！？；：])(?=[^\n，。！？；：])")
_HASH_STRIDE = 8
_PIECE_BYTES = 256


class Vocabulary:
    """The vocabulary of a loaded model. Valid as long as the model is."""

    def __init__(self, model: Handle) -> None:
        self._vocab = llama_cpp.llama_model_get_vocab(model)
        self.size = int(llama_cpp.llama_vocab_n_tokens(self._vocab))
        self.kind = int(llama_cpp.llama_vocab_type(self._vocab))
        self.bos = int(llama_cpp.llama_vocab_bos(self._vocab))
        self.eos = int(llama_cpp.llama_vocab_eos(self._vocab))
        self.adds_bos = bool(llama_cpp.llama_vocab_get_add_bos(self._vocab)) and self.bos >= 0
        special = list(self._special_tokens())
        self.markers = Markers(special)
        self._control = frozenset(marker.token for marker in special if not marker.is_user_defined)
        self.hash = self._hash(special)
        self._tokens = (ctypes.c_int32 * (4 * PIECE_CHARS + 16))()
        self._bytes = ctypes.create_string_buffer(_PIECE_BYTES)
        # Such a vocabulary begins each text with a space, which it must not do in the middle of one.
        puts_space = metadata(model, "tokenizer.ggml.add_space_prefix") != "false"
        self.puts_space_first = self.kind == _SENTENCEPIECE and puts_space
        self._lead_in = self._literal("\n") if self.puts_space_first else []

    @property
    def first_token(self) -> int:
        """A token that a text may begin with, for a prompt that would otherwise be empty."""
        return next((token for token in (self.bos, self.eos) if token >= 0), 0)

    def text_of(self, token: int) -> str:
        """How the vocabulary spells `token`; empty for a token that does not exist."""
        if not 0 <= token < self.size:
            return ""
        text: bytes = llama_cpp.llama_vocab_get_text(self._vocab, token)
        return text.decode("utf-8", errors="replace")

    def ends_generation(self, token: int) -> bool:
        """Whether `token` ends a turn or a text."""
        return bool(llama_cpp.llama_vocab_is_eog(self._vocab, token))

    def is_text(self, tokens: Sequence[int]) -> bool:
        """Whether all of `tokens` exist and none is a control token."""
        exist = min(tokens, default=0) >= 0 and max(tokens, default=0) < self.size
        return exist and self._control.isdisjoint(tokens)

    def tokenize(self, text: str, *, continues: bool = False) -> list[int]:
        """`text` as tokens, taken literally: no marker comes out of it.

        `continues` says that it goes on in the middle of a text, where no space is put before it.
        """
        tokens: list[int] = []
        for literal in self.markers.literal_pieces(text):
            for piece in _short_pieces(literal):
                tokens += self._continued(piece) if continues else self._literal(piece)
                continues = True
        return tokens

    def piece(self, token: int, *, lstrip: bool = False) -> bytes:
        """The bytes that `token` adds to a text, perhaps only a part of a character. Control tokens add none.

        `lstrip` drops one leading space: the one that sentencepiece puts before every text.
        """
        while True:
            buffer = self._bytes
            length = int(llama_cpp.llama_token_to_piece(self._vocab, token, buffer, len(buffer), int(lstrip), False))
            if length >= 0:
                return buffer.raw[:length]
            self._bytes = ctypes.create_string_buffer(-length)

    def _literal(self, piece: str) -> list[int]:
        text = piece.encode("utf-8", errors="replace")
        while True:
            buffer = self._tokens
            count = int(llama_cpp.llama_tokenize(self._vocab, text, len(text), buffer, len(buffer), False, False))
            if count >= 0:
                return buffer[:count]
            self._tokens = (ctypes.c_int32 * -count)()

    def _continued(self, piece: str) -> list[int]:
        """`piece` without the space before it: tokenized behind a line break, which is then taken away."""
        lead_in = self._lead_in
        if lead_in:
            tokens = self._literal("\n" + piece)
            if tokens[: len(lead_in)] == lead_in:
                return tokens[len(lead_in) :]
        return self._literal(piece)

    def _special_tokens(self) -> Iterator[Marker]:
        for token in range(self.size):
            attributes = llama_cpp.llama_vocab_get_attr(self._vocab, token)
            if attributes & _SPECIAL:
                yield Marker(
                    token,
                    self.text_of(token),
                    is_user_defined=not attributes & (_CONTROL | _UNKNOWN),
                    strips_left=bool(attributes & _LSTRIP),
                    strips_right=bool(attributes & _RSTRIP),
                )

    def _hash(self, special: list[Marker]) -> str:
        """Tells vocabularies apart: every special token and one in eight of the others, for speed.

        Related vocabularies differ in their special tokens or in order, so none of real life slips through.
        """
        digest = hashlib.sha256(f"{self.kind} {self.size} {self.bos} {self.eos} {self.adds_bos}".encode())
        for marker in special:
            digest.update(f"{marker.token} {marker.text} {marker.is_user_defined}\0".encode())
        texts = (llama_cpp.llama_vocab_get_text(self._vocab, token) for token in range(0, self.size, _HASH_STRIDE))
        digest.update(b"\0".join(texts))
        return digest.hexdigest()


def _short_pieces(text: str) -> Iterator[str]:
    """`text` in pieces of at most `PIECE_CHARS`, cut between words where there are any."""
    start = 0
    while len(text) - start > PIECE_CHARS:
        end = start + PIECE_CHARS
        # A quarter of a piece back is far enough for anything with words in it.
        candidates = [match.start() for match in _PIECE_END.finditer(text, end - PIECE_CHARS // 4, end)]
        cut = candidates[-1] if candidates else end
        yield text[start:cut]
        start = cut
    if start < len(text) or not text:
        yield text[start:]
