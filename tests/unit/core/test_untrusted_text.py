from chatdesk.core.untrusted_text import one_line, several_lines


def test_one_line_stays_one_line_and_says_only_what_is_seen() -> None:
    assert one_line(" a\tb\r\nc\u2028d ") == "a b c d"
    assert one_line("\x1b[31mred\u202e\u200b\ud800") == "[31mred"
    assert one_line("👩\u200d🔬") == "👩\u200d🔬"
    assert one_line("x" * 1_000_000, 5) == "xxxx…"


def test_several_lines_keep_their_lines() -> None:
    assert several_lines("a\r\nb\rc\u2029d\te\x07", 100) == "a\nb\nc\nd\te"
    assert several_lines("abcdef", 3) == "abc\n…"
