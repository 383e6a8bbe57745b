import pytest

from chatdesk.core.saved_prompts import SavedPrompt, filter_of, matching, next_gap, prompt_name

PROMPTS = [
    SavedPrompt("1", "Translate", "Translate into {{language}}: {{text}}"),
    SavedPrompt("2", "Explain code", "Explain what this does, line by line."),
    SavedPrompt("3", "翻译", "把下面的文字翻译成中文"),
    SavedPrompt("4", "A plain translation", "word by word"),
]


def names(words: str) -> list[str]:
    return [prompt.name for prompt in matching(PROMPTS, words)]


@pytest.mark.parametrize(
    ("text", "words"),
    [("/", ""), ("/tra", "tra"), ("hi /tra", None), ("", None), ("/a\nb", None), ("/" + "x" * 41, None)],
)
def test_a_slash_alone_at_the_beginning_looks_for_a_prompt(text: str, words: str | None) -> None:
    assert filter_of(text) == words


def test_prompts_are_found_by_the_words_of_their_names_and_texts() -> None:
    assert names("trans") == ["Translate", "A plain translation"]
    assert names("line explain") == ["Explain code"]
    assert names("翻") == ["翻译"]
    assert len(names("")) == 4
    assert names("nothing like it") == []


def test_gaps_are_walked_through_and_around() -> None:
    text = PROMPTS[0].text
    first, second = (15, 27), (29, 37)
    assert (next_gap(text, 0), next_gap(text, 27), next_gap(text, 37)) == (first, second, first)
    assert next_gap(text, 29, is_backward=True) == first
    assert next_gap(text, 15, is_backward=True) == second
    assert next_gap("no gap {here} or {{\n}}", 0) is None


def test_a_prompt_without_a_name_is_called_by_its_beginning() -> None:
    assert prompt_name(" \n", "Explain this.\nPlease.") == "Explain this. Please."
    assert prompt_name("a\u202eb\nc", "text") == "ab c"
