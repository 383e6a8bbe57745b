import time

import pytest

from chatdesk.models.repo_card import plain_card


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("---\nlicense: mit\ntags: [a]\n---\n# Title", "# Title"),
        ("\ufeff\n---\nlicense: mit\n---\r\n\r\n# Title\r\ntext", "# Title\ntext"),
        ("no front matter\n---\nhere", "no front matter\n---\nhere"),
        ("---\nno end of it", "---\nno end of it"),
        ("<p align='center'>a <b>bold</b> &amp; plain</p>", "a bold & plain"),
        ("a<br/>b", "a\nb"),
        ("![picture](https://x/y.png) ![](a)", ""),
        ("[![badge](a.svg)](https://x) text", "text"),
        ("see [the docs](https://x/y) and <https://z>", "see the docs and https://z"),
        ("a <!-- hidden\n\nlines --> b", "a  b"),
        ("a <script>alert(1)</script> b<STYLE type=x>p{}</style>", "a  b"),
        ("use <|im_start|>user and 1 < 2 > 0", "use <|im_start|>user and 1 < 2 > 0"),
        ("```\n<s>[INST] &amp; ![x](y)\n```\n<s>", "```\n<s>[INST] &amp; ![x](y)\n```"),
        ("~~~~\n```\n<b>\n~~~~\n<b>x", "~~~~\n```\n<b>\n~~~~\nx"),
        ("a\n\n\n\n \nb", "a\n\nb"),
        ("red \x1b[31m &#27;[0m \u202edne", "red [31m [0m dne"),
        ("&lt;script&gt;", "<script>"),
    ],
)
def test_a_card_is_read_as_plain_text(markdown: str, text: str) -> None:
    assert plain_card(markdown) == text


@pytest.mark.parametrize(
    "piece",
    [
        "<!--",
        "<",
        "[",
        "![a](",
        "<a ",
        "[a](",
        "<script>",
        "<script ",
        "&#",
        "```\n",
        "\n \n",
        "---\n",
        "[x](aaaa",
        "`~",
    ],
)
def test_no_card_takes_long(piece: str) -> None:
    began = time.process_time()
    plain_card(piece * (262_144 // len(piece)))
    assert time.process_time() - began < 1
