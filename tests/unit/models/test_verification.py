from __future__ import annotations

import hashlib
from collections.abc import Generator
from pathlib import Path

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.model_files import ModelFile
from chatdesk.models.verification import STEP_BYTES, Verification, verify


def put(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def model(path: Path) -> ModelFile:
    return ModelFile(str(path), 1, 1.0)


def result(reading: Generator[int, None, Verification]) -> Verification:
    found: list[Verification] = []

    def steps() -> Generator[int, None, None]:
        found.append((yield from reading))

    for _ in steps():
        pass
    return found[0]


def test_a_file_as_it_was_downloaded_is_intact(tmp_path: Path) -> None:
    sha256 = put(tmp_path / "a.gguf", b"GGUF" * 1000)
    assert result(verify(model(tmp_path / "a.gguf"), [sha256.upper()])) == Verification(sha256, is_intact=True)


def test_a_changed_byte_shows(tmp_path: Path) -> None:
    before = put(tmp_path / "a.gguf", b"GGUF" * 1000)
    after = put(tmp_path / "a.gguf", b"GGUF" * 999 + b"GGUE")
    assert result(verify(model(tmp_path / "a.gguf"), [before])) == Verification(after, is_intact=False)


def test_without_anything_to_compare_only_the_hash_is_told(tmp_path: Path) -> None:
    sha256 = put(tmp_path / "a.gguf", b"")
    assert result(verify(model(tmp_path / "a.gguf"), None)) == Verification(sha256, is_intact=None)


def test_of_a_split_model_each_shard_is_compared(tmp_path: Path) -> None:
    names = [f"a-0000{number}-of-00003.gguf" for number in (1, 2, 3)]
    hashes = [put(tmp_path / name, name.encode()) for name in names]
    first = model(tmp_path / names[0])
    assert result(verify(first, hashes)) == Verification(hashes[0], is_intact=True)
    damaged = put(tmp_path / names[1], b"else")
    assert result(verify(first, hashes)) == Verification(damaged, is_intact=False)
    assert result(verify(first, hashes[:2])).is_intact is False


def test_it_goes_in_steps_that_say_how_far_it_is(tmp_path: Path) -> None:
    with (tmp_path / "big.gguf").open("wb") as file:
        file.truncate(2 * STEP_BYTES + 5)
    assert list(verify(model(tmp_path / "big.gguf"), None)) == [STEP_BYTES, 2 * STEP_BYTES, 2 * STEP_BYTES + 5]


def test_what_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    def code(path: Path) -> ErrorCode:
        with pytest.raises(UserFacingError) as caught:
            result(verify(model(path), None))
        return caught.value.code

    put(tmp_path / "a-00001-of-00002.gguf", b"x")
    (tmp_path / "folder.gguf").mkdir()
    assert code(tmp_path / "gone.gguf") is ErrorCode.MODEL_NOT_FOUND
    assert code(tmp_path / "a-00001-of-00002.gguf") is ErrorCode.MODEL_SHARD_MISSING
    assert code(tmp_path / "folder.gguf") is ErrorCode.MODEL_UNREADABLE
