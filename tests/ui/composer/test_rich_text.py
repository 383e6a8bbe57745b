"""Rich text as Markdown, from what programs really put on the clipboard."""

import time

import pytest

from chatdesk.ui.composer.rich_text import (
    MOST_CELLS,
    MOST_DEPTH,
    MOST_HTML_CHARS,
    MOST_LEVELS,
    MOST_STYLINGS,
    MOST_TAGS,
    as_markdown,
    is_marked_at_length,
)

WEB = """<meta charset='utf-8'><h2>Install it</h2>
<p>You need <strong>Python</strong> or <em>newer</em>, see <a href="https://python.org/a_b">python.org</a>.</p>
<ul><li>one</li><li>two <code>x_y</code><ul><li>nested</li></ul></li></ul>
<pre><code class="language-python">def f(x):
    return x * 2

print(f(3))
</code></pre>
<blockquote><p>said</p></blockquote>
<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2|3</td></tr></table>"""
AS_MARKDOWN = """## Install it

You need **Python** or *newer*, see [python.org](https://python.org/a_b).

- one
- two `x_y`
    - nested

```python
def f(x):
    return x * 2

print(f(3))
```

> said

| a | b |
| --- | --- |
| 1 | 2\\|3 |"""


DOCS = """<b style="font-weight:normal;"><p><span style="font-weight:400;">Plain and </span>
<span style="font-weight:700;">bold</span><span style="font-style:italic;"> and italic</span></p></b>"""
MAIL = "<div>Hello <b>you</b>,<div><br></div><div>line two</div><div>line three</div></div>"
ADDRESS = "https://example.org/x_y"
LITERAL = "2 * 3 * 4 and snake_case, <b>but</b> *this* is literal"
EDITOR = """<div style="font-family: Menlo, monospace; white-space: pre;"><div><span>def</span> f:</div></div>"""


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        (WEB, AS_MARKDOWN),
        # Google Docs: the whole in a <b> that is not bold, the marks in styles.
        (DOCS, "Plain and **bold** *and italic*"),
        # Word
        ("<p class=MsoNormal><b>Bold</b> text<o:p></o:p></p><p class=MsoNormal>2.</p>", "**Bold** text\n\n2."),
        # Mail: a line for each <div>, an empty one between paragraphs.
        (MAIL, "Hello **you**,\n\nline two\nline three"),
        ("<ol start=3><li>three</li><li>four</li></ol>", "3. three\n4. four"),
        (f'<a href="{ADDRESS}">{ADDRESS}</a> is <s>gone</s>', f"{ADDRESS} is ~~gone~~"),
        (LITERAL, "2 * 3 * 4 and snake_case, **but** \\*this* is literal"),
        ("<p>a <code>`tick`</code></p>", "a `` `tick` ``"),
        ("<pre>one ``` two</pre><p><b>x</b></p>", "````\none ``` two\n````\n\n**x**"),
    ],
)  # fmt: skip
def test_what_programs_copy_becomes_the_markdown_a_person_would_write(html: str, markdown: str) -> None:
    assert as_markdown(html) == markdown


@pytest.mark.parametrize(
    "html",
    [
        "",
        "just words",
        "line one<br>line two",
        # An editor of programs: all of it is code, and its plain text is what was copied.
        EDITOR,
    ],
)
def test_where_nothing_is_marked_the_plain_text_says_it_all(html: str) -> None:
    assert as_markdown(html) is None


@pytest.mark.parametrize(
    ("html", "is_kept"),
    [
        ("<b>x</b>" * MOST_TAGS, True),
        ("<b>x</b>" * MOST_TAGS + "<i>y</i>", False),
        ("<p>" * (MOST_TAGS - 1) + "<b>x</b>", True),
        ("<div>" * (MOST_DEPTH - 1) + "<b>x</b>", True),
        ("<div>" * MOST_DEPTH + "<b>x</b>", False),
        ("<table><tr><td colspan=100><b>x</b>" + "<tr><td>y" * (MOST_CELLS // 100 - 1), True),
        ("<table><tr><td colspan=100><b>x</b>" + "<tr><td>y" * (MOST_CELLS // 100), False),
        ("<table><tr>" + "<td>y" * 100 + "<tr><td><b>x</b>" * (MOST_CELLS // 100), False),
        ("<table><tr><td rowspan=9000><b>x</b>", False),
        (f"<style>{'a{margin:0}' * (MOST_STYLINGS // 401 // 11)}</style>" + "<b>x</b>" * 399, True),
        (f"<style>{'a{margin:0}' * (MOST_STYLINGS // 399 // 11)}</style>" + "<b>x</b>" * 401, False),
        ("<style>b{" + "margin:0;" * (MOST_STYLINGS // 399 // 9) + "}</style>" + "<b>x</b>" * 401, False),
        (f"<style>{'a{color:red}' * 10_000}</style>" + "<b>x</b>" * 400, True),
        ("<b>x</b>" + "y" * (MOST_HTML_CHARS - 8), True),
        ("<b>x</b>" + "y" * MOST_HTML_CHARS, False),
    ],
)
def test_so_much_that_reading_it_would_hold_up_the_window_loses_its_marks_and_that_is_known(
    html: str, is_kept: bool
) -> None:
    assert (as_markdown(html) is not None) is is_kept
    assert is_marked_at_length(html) is not is_kept


@pytest.mark.parametrize(
    "html",
    ["<table><tr rowspan=" + " " * 15_000, "<table><tr><td colspan=" + " " * 15_000, "<style>" + "/* " * 15_000],
    ids=["rowspan", "colspan", "comments"],
)
def test_what_has_no_end_is_looked_through_once(html: str) -> None:
    began = time.thread_time()
    assert (as_markdown("<b>x</b>" + html) or "").startswith("**x**")
    assert time.thread_time() - began < 0.4


def test_chains_of_tags_in_style_sheets_are_not_looked_for() -> None:
    css = "/* Word */ p.a, .b {font-weight: bold} p p.c {font-weight: bold} @page { size: a4 } div>p{font-style:italic}"
    html = f"<style>{css}</style><div><p><p class=a>one<p class=b>two<p class=c>three</div>"
    assert as_markdown(html) == "**one**\n\n**two**\n\nthree"


def test_pictures_are_left_out_before_anything_looks_at_them() -> None:
    assert as_markdown("a <img src='x.png'><b>b</b><img alt=c") == "a **b**"
    assert as_markdown("""<b>b</b><img alt="Home > <Docs>" src='"'> c""") == "**b** c"


def test_however_deep_a_list_is_its_lines_stay_short() -> None:
    lines = as_markdown("<ul><li>x" * (MOST_DEPTH // 2 - 1))
    assert lines is not None
    assert max(map(len, lines.split("\n"))) <= 4 * MOST_LEVELS + 3


def test_nothing_leads_to_a_program_and_no_picture_is_loaded() -> None:
    html = (
        '<b>x</b> <a href="javascript:alert(1)">click</a><img src="file:///etc/hostname"><img src="https://a.b/c.png">'
    )
    assert as_markdown(html) == "**x** click"
