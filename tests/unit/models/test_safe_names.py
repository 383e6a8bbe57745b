import pytest

from chatdesk.models.safe_names import is_safe_filename


@pytest.mark.parametrize(
    "name",
    [
        "model-Q4_K_M.gguf",
        "sub/folder/Model (v1.5) Q8_0.gguf",
        "模型-Q4_0.gguf",
        "console.gguf",
        "Com-1.gguf",
        "é+.gguf",
    ],
)
def test_plain_names_are_safe(name: str) -> None:
    assert is_safe_filename(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../../x.gguf",
        "/etc/x.gguf",
        "a//b.gguf",
        "a/../b.gguf",
        "a\\b.gguf",
        "C:x.gguf",
        "x.gguf:stream",
        "CON",
        "con.gguf",
        "NUL .gguf",
        "a/AUX.gguf/b.gguf",
        "com1.gguf",
        "LPT9.tar.gguf",
        "x" * 300 + ".gguf",
        "模" * 80 + ".gguf",
        "a/b/c/d/e.gguf",
        ".hidden.gguf",
        "~root.gguf",
        " x.gguf",
        "x.gguf ",
        "x.gguf.",
        "a\x00.gguf",
        "a\nb.gguf",
        "a\x1b[31m.gguf",
        "gguf\u202egnp.exe",
        "a\u200bb.gguf",
        "a\ud800.gguf",
        "what?.gguf",
    ],
)
def test_names_that_lead_elsewhere_or_look_like_another_are_not(name: str) -> None:
    assert not is_safe_filename(name)
