from __future__ import annotations

import json

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.saved_prompts import SavedPrompt
from chatdesk.store.database import Database
from chatdesk.store.saved_prompts import SavedPromptStore, prompts_file, read_prompts

TWO = [SavedPrompt("1", "Explain", "Explain {{this}}."), SavedPrompt("2", "翻译", "翻译：{{文字}}")]


@pytest.fixture
def prompts(database: Database) -> SavedPromptStore:
    return SavedPromptStore(database)


def test_a_prompt_is_kept_changed_and_deleted(prompts: SavedPromptStore) -> None:
    for prompt in TWO:
        prompts.save(prompt)
    prompts.save(SavedPrompt("1", "Zap", "Zap it."))
    assert [prompt.name for prompt in prompts.prompts()] == ["Zap", "翻译"]
    prompts.delete("2")
    assert prompts.prompts() == (SavedPrompt("1", "Zap", "Zap it."),)


def test_what_goes_out_comes_back_and_only_once(prompts: SavedPromptStore) -> None:
    content = prompts_file(TWO)
    for _ in range(2):
        prompts.add(read_prompts("prompts.json", content))
    assert [(prompt.name, prompt.text) for prompt in prompts.prompts()] == [(each.name, each.text) for each in TWO]


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("open_webui.json", [{"command": "/sum", "title": "Sum", "content": "Sum it up."}], [("Sum", "Sum it up.")]),
        ("acts.json", [{"act": "Poet", "prompt": "Be a poet."}, {"act": "no text"}, 7], [("Poet", "Be a poet.")]),
        ("one.json", {"command": "/fix", "content": "Fix it."}, [("fix", "Fix it.")]),
    ],
)  # fmt: skip
def test_lists_of_other_programs_are_read(name: str, content: object, found: list[tuple[str, str]]) -> None:
    assert read_prompts(name, json.dumps(content).encode()) == found


def test_a_text_file_is_a_prompt_of_its_name() -> None:
    assert read_prompts("Explain.md", "# 解释\nthis".encode("gb18030")) == [("Explain", "# 解释\nthis")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", b"{"),
        ("a.json", b"[]"),
        ("a.json", b"3"),
        ("a.json", b"[" * 100_000),
        ("a.json", b'{"prompts": {"x": 1}}'),
        ("a.txt", b" "),
        ("a.txt", b"\x00\x01\x02\x03"),
    ],
)
def test_what_holds_no_prompts_is_refused_by_name(name: str, content: bytes) -> None:
    with pytest.raises(UserFacingError) as caught:
        read_prompts(name, content)
    assert caught.value.code is ErrorCode.PROMPTS_UNREADABLE
    assert caught.value.detail.params["name"] == name
