"""Any bytes give a header or a short reason, at a bounded price."""

from __future__ import annotations

import struct
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatdesk.core.model_files import ModelFile
from chatdesk.models.gguf import (
    FIRST_BLOCK_BYTES,
    KEPT_ARRAY_ITEMS,
    LARGEST_BLOCK_BYTES,
    MAX_KEYS,
    MAX_STRING_BYTES,
    MAX_STRINGS,
    MAX_TENSORS,
    GgufError,
    GgufHeader,
    Skipped,
    Tensor,
    details_of,
    read_header,
)
from tests.support.mutated_headers import everything_read, mutations, reader_of
from tests.support.raw_headers import ARRAY, STRING, U32, U64, Raw, array, header, string, tensor
from tests.support.tiny_architectures import ARCHITECTURES
from tests.support.tiny_gguf import TinyModel

LLAMA: dict[str, int | str | Raw] = {
    "general.architecture": "llama",
    "llama.block_count": 2,
    "llama.context_length": 4096,
}
TOKENS = array(STRING, [string(f"token {number}") for number in range(50_000)])


def read(content: bytes, **options: bool | int) -> GgufHeader:
    return read_header(reader_of(content), **options)  # type: ignore[arg-type]  # names of its parameters


def refused(content: bytes) -> str:
    with pytest.raises(GgufError) as caught:
        read(content)
    reason = str(caught.value)
    assert reason.isprintable()
    assert 0 < len(reason) < 200
    return reason


@pytest.mark.parametrize("version", [2, 3])
def test_keys_and_tensors_of_both_versions(version: int) -> None:
    content = header(LLAMA, [tensor("token_embd.weight", (64, 1000), 1), tensor("x", (256,), 12)], version=version)
    found = read(content)
    assert dict(found.metadata) == LLAMA
    assert found.tensors == (Tensor("token_embd.weight", (64, 1000), 128_000), Tensor("x", (256,), 144))
    assert (found.architecture, found.bytes_read) == ("llama", len(content))


def test_numbers_of_each_type() -> None:
    packed = {0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?", 10: "<Q", 11: "<q", 12: "<d"}
    found = read(header({f"key {number}": Raw(number, struct.pack(code, 1)) for number, code in packed.items()}))
    assert list(found.metadata.values()) == [1] * len(packed)
    assert found.metadata["key 7"] is True


def test_what_is_asked_for_as_another_kind_is_not_there() -> None:
    found = read(header({
        "text": "words", "truth": Raw(7, b"\x01"), "negative": Raw(5, struct.pack("<i", -3)), "half": Raw(6, b"\0" * 4),
        "numbers": array(U32, [struct.pack("<I", number) for number in (7, 8)]),
        "below": array(5, [struct.pack("<i", -1)]),
    }))  # fmt: skip
    assert [found.integer(key) for key in ("text", "truth", "negative", "half", "numbers", "none")] == [None] * 6
    assert (found.text("text"), found.text("numbers")) == ("words", None)
    assert (found.integers("numbers"), found.integers("below"), found.integers("text")) == ((7, 8), None, None)
    assert (found.length("numbers"), found.length("text")) == (2, None)


def test_arrays_of_strings_are_passed_over() -> None:
    found = read(header([*LLAMA.items(), ("tokenizer.ggml.tokens", TOKENS), ("general.file_type", 15)]))
    assert found.metadata["tokenizer.ggml.tokens"] == Skipped(50_000)
    assert found.length("tokenizer.ggml.tokens") == 50_000
    assert found.integer("general.file_type") == 15


def test_long_arrays_and_strings_are_passed_over_unread() -> None:
    numbers = array(U32, [b"\x01\0\0\0"] * (KEPT_ARRAY_ITEMS + 1))
    template = "t" * (4 * LARGEST_BLOCK_BYTES // 5)
    content = header({"numbers": numbers, "template": template, "scores": array(6, [b"\0" * 4] * 500_000), "last": 7})
    found = read(content)
    assert found.metadata["numbers"] == Skipped(KEPT_ARRAY_ITEMS + 1)
    assert found.metadata["template"] == Skipped(len(template))
    assert found.integer("last") == 7
    assert found.bytes_read < len(content) / 4


def test_reading_stops_at_the_tokenizer() -> None:
    keys = {**LLAMA, "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.tokens": TOKENS, "after": 1}
    found = read(header(keys, [tensor("x", (32,))]), stops_at_tokenizer=True)
    assert (found.length("tokenizer.ggml.tokens"), found.text("tokenizer.ggml.model")) == (50_000, "gpt2")
    assert found.tensors is None
    assert "after" not in found.metadata
    assert found.bytes_read == FIRST_BLOCK_BYTES


def test_keys_sorted_behind_the_tokenizer_are_read_all_the_same() -> None:
    keys: dict[str, int | str | Raw] = {
        "general.architecture": "xverse",
        "tokenizer.ggml.tokens": TOKENS,
        "xverse.block_count": 3,
    }
    assert read(header(keys), stops_at_tokenizer=True).integer("xverse.block_count") == 3


@pytest.mark.starter
def test_of_the_starter_model_little_is_read(starter_model: ModelFile) -> None:
    with Path(starter_model.path).open("rb") as file:

        def read_at(offset: int, size: int) -> bytes:
            file.seek(offset)
            return file.read(size)

        found = read_header(read_at, stops_at_tokenizer=True)
        assert (found.architecture, found.integer("llama.embedding_length")) == ("llama", 576)
        assert found.bytes_read <= FIRST_BLOCK_BYTES
        whole = read_header(read_at)
    assert whole.tensors is not None
    assert details_of(whole) == details_of(found)
    assert 0 < starter_model.size_bytes - sum(each.size_bytes or 0 for each in whole.tensors) < 2_000_000


def test_a_source_may_give_less_than_it_was_asked_for() -> None:
    content = header([*LLAMA.items(), ("tokenizer.ggml.tokens", TOKENS), ("last", 7)])
    assert read_header(lambda offset, size: content[offset : offset + min(size, 1000)]).integer("last") == 7


def test_a_source_that_gives_more_is_cut() -> None:
    content = header(LLAMA)
    assert dict(read_header(lambda offset, _: content[offset:] + b"\0" * 10**6).metadata) == LLAMA


def test_what_a_source_raises_comes_out() -> None:
    def fail(_offset: int, _size: int) -> bytes:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        read_header(fail)


def test_reasons() -> None:
    deep = Raw(ARRAY, struct.pack("<IQ", ARRAY, 1))
    expected = {
        b"": "ends within",
        b"PK\x03\x04" * 10: "no GGUF file",
        header(LLAMA)[:-1]: "ends within",
        header(version=1): "version is 1",
        header(version=4): "version is 4",
        b"GGUF" + struct.pack(">IQQ", 3, 0, 0): "big-endian",
        header(n_tensors=2**40): "tensors",
        header(n_keys=2**40): "keys",
        header([("a", 1), ("a", 2)]): "twice",
        header({"": 1}): "empty",
        header({"k" * 2000: 1}): "2000 bytes",
        header({"a": Raw(13, b"")}): "type 13",
        header({"a": Raw(ARRAY, struct.pack("<IQ", 99, 1))}): "type 99",
        header({"a": deep}): "array of arrays",
        header({"a": array(STRING, [], 2**63)}): "strings",
        header({"a": array(STRING, [struct.pack("<Q", 2**40)])}): "string claims",
        header({"a": Raw(STRING, struct.pack("<Q", MAX_STRING_BYTES + 1))}): "string claims",
        header({"a": array(U64, [], 2**60)}): "longer than",
        header(tensors=[tensor("a", (1,)), tensor("a", (1,))]): "twice",
        header(tensors=[tensor("a", (1, 1, 1, 1, 1))]): "5 dimensions",
        header(tensors=[tensor("a", (100,), 12)]): "impossible shape",
        header(tensors=[tensor("a", (2**40, 2**40))]): "impossible shape",
        header(tensors=[tensor("n" * 300, (1,))]): "300 bytes",
    }
    assert {content[:80]: reason in refused(content) for content, reason in expected.items()} == {
        content[:80]: True for content in expected
    }


def test_a_tensor_of_a_type_that_is_not_known_yet_has_no_size() -> None:
    assert read(header(tensors=[tensor("a", (32,), 99)])).tensors == (Tensor("a", (32,), None),)


def test_a_smaller_limit_can_be_set() -> None:
    content = header([("general.architecture", "llama"), ("tokenizer.ggml.tokens", TOKENS), ("llama.block_count", 3)])
    with pytest.raises(GgufError, match="longer than 100,000 bytes"):
        read(content, max_bytes=100_000)


def test_details_are_words_that_may_be_shown() -> None:
    found = details_of(read(header({
        **LLAMA, "general.name": "Evil\x1b[31m \u202etxt.fig\u202c\nname" + "x" * 500, "general.license": "apache-2.0",
    })))  # fmt: skip
    assert found.title is not None
    assert found.title.startswith("Evil[31m txt.fig name")
    assert len(found.title) <= 120
    assert (found.architecture, found.n_ctx_train, found.licence) == ("llama", 4096, "apache-2.0")


def test_details_without_the_keys() -> None:
    found = details_of(read(header({"general.architecture": "llama"})))
    assert (found.n_ctx_train, found.licence, found.title) == (None, None, None)
    with pytest.raises(GgufError, match="names no architecture"):
        details_of(read(header({"general.architecture": "\u202e"})))


@pytest.fixture(scope="module")
def whole_headers(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("headers")
    files = [make().write(folder / f"{name}.gguf") for name, make in ARCHITECTURES.items()]
    files.append(TinyModel().write(folder / "tiny.gguf"))
    return [Path(file.path).read_bytes()[:100_000] for file in files]


def test_mutated_headers_cost_little_and_raise_nothing_else(whole_headers: list[bytes]) -> None:
    slowest, largest, reasons = 0.0, 0, set()
    tracemalloc.start()
    try:
        for content in mutations(whole_headers, 600):
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            started = time.perf_counter()
            reasons.add(everything_read(content))
            slowest = max(slowest, time.perf_counter() - started)
            largest = max(largest, tracemalloc.get_traced_memory()[1] - before)
    finally:
        tracemalloc.stop()
    assert slowest < 1
    assert largest < 64e6
    assert len(reasons) > 10, "the mutations reach many checks"


NUMBERS = array(12, [b"\x01\0\0\0\0\0\0\x01"] * KEPT_ARRAY_ITEMS)
# Headers that reach a limit, or a quarter of it, and the megabytes they may take
EXTREMES: dict[str, tuple[Callable[[], bytes], int]] = {
    "strings": (lambda: header({"a": array(STRING, [bytes(2 * MAX_STRINGS)], MAX_STRINGS // 4)}), 5),
    "long strings": (lambda: header({"a": array(STRING, [string("x" * 70_000)] * 900)}), 5),
    "arrays": (lambda: header([(f"{number:04}" + "k" * 1000, NUMBERS) for number in range(MAX_KEYS)]), 25),
    "texts": (lambda: header([(f"{number:04}", "t" * 4096) for number in range(MAX_KEYS)]), 10),
    "tensors": (lambda: header(tensors=[tensor(f"{n:063}", (2**20, 32, 7, 3)) for n in range(MAX_TENSORS // 4)]), 10),
}


@pytest.mark.parametrize("kind", EXTREMES)
def test_headers_at_the_limits_take_little_memory(kind: str) -> None:
    make, most_megabytes = EXTREMES[kind]
    content = make()
    tracemalloc.start()
    try:
        read(content)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < most_megabytes * 1e6


@given(st.binary(max_size=400), st.sampled_from((2, 3)), st.integers(0, 5), st.integers(0, 5))
@settings(deadline=1000, max_examples=300)
def test_any_bytes_give_a_header_or_an_error(rest: bytes, version: int, n_tensors: int, n_keys: int) -> None:
    everything_read(b"GGUF" + struct.pack("<IQQ", version, n_tensors, n_keys) + rest)


_values = st.one_of(
    st.integers(0, 2**32 - 1),
    st.text(max_size=20),
    st.lists(st.integers(0, 2**32 - 1), max_size=5).map(
        lambda numbers: array(U32, [struct.pack("<I", number) for number in numbers])
    ),
    st.floats(width=32).map(lambda number: Raw(6, struct.pack("<f", number))),
)


@given(st.dictionaries(st.text(min_size=1, max_size=20), _values, max_size=10))
@settings(deadline=1000)
def test_what_is_written_is_read(keys: dict[str, int | str | Raw]) -> None:
    found = read(header(keys, [tensor("x", (32, 3))]))
    assert list(found.metadata) == list(keys)
    assert {key: found.metadata[key] for key, value in keys.items() if not isinstance(value, Raw)} == {
        key: value for key, value in keys.items() if not isinstance(value, Raw)
    }
