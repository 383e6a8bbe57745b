import pytest
from pygments.lexers import get_lexer_by_name
from pytestqt.qtbot import QtBot

from chatdesk.ui.transcript.highlighting import ROOT, LexerLibrary, PieceHighlighter

PYTHON = 'def f(x):\n    """Doc\n    string."""\n    return x + 1  # add\n\n@wraps\nclass A: pass\n'
SCRIPT = "/* a long\n   comment */\nconst x = `t ${1}`;\n// end\n"


def colored(code: str, language: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for start, end, name in PieceHighlighter(get_lexer_by_name(language), ROOT).highlight(code):
        found.setdefault(name, []).append(code[start:end])
    return found


def test_kinds_of_tokens_get_their_colours() -> None:
    found = colored(PYTHON, "python")
    assert "def" in found["keyword"]
    assert "f" in found["name"]
    assert found["comment"] == ["# add"]
    assert "1" in found["number"]
    assert any("string." in text for text in found["string"])


@pytest.mark.parametrize(("language", "code"), [("python", PYTHON * 3), ("javascript", SCRIPT * 3), ("c", SCRIPT)])
def test_code_that_streams_in_ends_with_the_colours_of_the_whole(language: str, code: str) -> None:
    lexer = get_lexer_by_name(language)
    grown = PieceHighlighter(lexer, ROOT)
    for end in range(1, len(code)):
        grown.highlight(code[:end])
    expected = PieceHighlighter(lexer, ROOT).highlight(code)

    def cover(found: list[tuple[int, int, str]]) -> dict[int, str]:
        return {index: name for start, end, name in found for index in range(start, end) if code[index].strip()}

    assert cover(grown.highlight(code)) == cover(expected)


def test_a_piece_goes_on_in_the_states_of_the_piece_before() -> None:
    lexer = get_lexer_by_name("python")
    first = PieceHighlighter(lexer, ROOT)
    first.highlight('x = """begin\n')
    text = 'still inside\n"""\n'
    assert (0, text.index("\n"), "string") in [
        (start, min(end, text.index("\n")), name)
        for start, end, name in PieceHighlighter(lexer, first.states).highlight(text)
    ]


def test_data_on_one_endless_line_is_left_alone() -> None:
    assert PieceHighlighter(get_lexer_by_name("python"), ROOT).highlight("x = 1 " * 1_000) == []


def test_lexers_come_in_the_background_and_unknown_languages_are_settled(qtbot: QtBot) -> None:
    library = LexerLibrary()
    assert library.lexer("") is None
    assert library.is_settled("")
    library.lexer("python")
    library.lexer("klingon")
    qtbot.waitUntil(lambda: not library.is_loading, timeout=20_000)
    assert library.lexer("python") is not None
    assert library.is_settled("klingon")
    assert library.lexer("klingon") is None
