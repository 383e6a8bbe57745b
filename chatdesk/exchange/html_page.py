"""A conversation as one HTML file: to read, to print, to be looked at by anyone.

Whatever a message says is text or the Markdown of it: raw HTML is shown as it is written, no script runs, and nothing
is fetched, which a content security policy in the file asserts once more. Code is coloured by Pygments; maths stays as
it was written.
"""

from __future__ import annotations

import base64
import html
from functools import cache
from typing import TYPE_CHECKING, Any

from chatdesk.core.conversations import path_to
from chatdesk.core.exchange import HtmlPage
from chatdesk.core.messages import PartKind, Role
from chatdesk.exchange.markdown_page import attachment_name, day_of, speaker_of, tool_words

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
    from markdown_it.utils import OptionsDict

    from chatdesk.core.exchange import PageWords, WholeConversation
    from chatdesk.core.messages import Message, Part

# Pictures that a browser draws without running anything in them.
_PICTURES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
_MOST_COLOURED_CHARS = 200_000
_MAX_NESTING = 60

# Kept to what Qt's documents understand as well, for the PDF is made of the same page.
_STYLE = """
body { font-family: system-ui, -apple-system, "Segoe UI", "Noto Sans", "Noto Sans CJK SC", sans-serif; line-height: 1.5;
  color: #1f2328; background: #ffffff; max-width: 46em; margin: 2em auto; padding: 0 1.2em; }
h1.title { font-size: 1.6em; line-height: 1.25; }
h1 { font-size: 1.35em; }
h2 { font-size: 1.2em; }
h2.speaker { font-size: 1em; margin: 1.8em 0 0.4em 0; color: #57606a; }
p.date { color: #57606a; }
p.said { white-space: pre-wrap; overflow-wrap: break-word; background: #f3f4f6; padding: 0.6em 0.9em; }
div.reasoning { color: #57606a; border-left: 3px solid #d0d7de; padding-left: 0.9em; margin: 0.6em 0; }
pre { background: #f6f8fa; padding: 0.7em 0.9em; white-space: pre-wrap; overflow-wrap: break-word; }
code, pre { font-family: ui-monospace, "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: 0.9em; }
blockquote { margin-left: 0; padding-left: 0.9em; border-left: 3px solid #d0d7de; color: #57606a; }
table { border-collapse: collapse; }
th, td { border: 1px solid #d0d7de; padding: 0.3em 0.6em; }
img { max-width: 100%; }
a { color: #0550ae; }
@media print { body { max-width: none; margin: 0; padding: 0; } h2.speaker { break-after: avoid; }
  pre, table, img { break-inside: avoid; } }
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def html_file(page: HtmlPage) -> str:
    """A page as a file that needs no other."""
    return (
        '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(page.title)}</title>\n<style>{page.style}</style>\n</head>\n<body>\n"
        + "\n".join(page.pieces)
        + "\n</body>\n</html>\n"
    )


def html_page(whole: WholeConversation, words: PageWords) -> HtmlPage:
    """The active path under a heading for each message."""
    conversation = whole.conversation
    pieces = [
        f'<h1 class="title" dir="auto">{html.escape(conversation.title)}</h1>',
        f'<p class="date">{day_of(conversation.created_at)}</p>',
    ]
    if conversation.system_prompt:
        pieces += [_heading(words.system), _said(conversation.system_prompt)]
    for message in path_to(conversation.active_leaf_id, whole.messages):
        pieces.append(_heading(speaker_of(message, words)))
        for part in message.parts:
            pieces += _part(part, message, whole, words)
    return HtmlPage(conversation.title, f"{_STYLE}{_code_style()}", tuple(pieces))


def _heading(speaker: str) -> str:
    return f'<h2 class="speaker" dir="auto">{html.escape(speaker)}</h2>'


def _said(text: str) -> str:
    return f'<p class="said" dir="auto">{html.escape(text)}</p>'


def _part(part: Part, message: Message, whole: WholeConversation, words: PageWords) -> Iterator[str]:
    match part.kind:
        case PartKind.TEXT if message.role is Role.USER:  # which the window draws as it was typed
            yield _said(part.text)
        case PartKind.TEXT:
            yield from (f'<div dir="auto">{block}</div>' for block in _blocks(part.text))
        case PartKind.REASONING:
            blocks = (f"<p><b>{html.escape(words.reasoning)}</b></p>", *_blocks(part.text))
            yield from (f'<div class="reasoning" dir="auto">{block}</div>' for block in blocks)
        case PartKind.ATTACHMENT:
            yield _attachment(part, whole, words)
        case PartKind.TOOL_CALL | PartKind.TOOL_RESULT:
            yield f"<pre>{html.escape(tool_words(part))}</pre>"


def _attachment(part: Part, whole: WholeConversation, words: PageWords) -> str:
    name = html.escape(attachment_name(part, whole))
    content = whole.attachments.get(part.attachment_sha256 or "")
    if content is not None and content.media_type in _PICTURES:
        data = base64.b64encode(content.content).decode()
        return f'<p><img alt="{name}" src="data:{content.media_type};base64,{data}"></p>'
    return f"<p><i>{html.escape(words.attachment).format(name=name)}</i></p>"


def _blocks(text: str) -> Iterator[str]:
    """Each top-level block of Markdown as HTML."""
    markdown, environment = _markdown(), dict[str, Any]()
    tokens = markdown.parse(text, environment)
    start = 0
    for end, token in enumerate(tokens, start=1):
        if token.level == 0 and token.nesting <= 0:
            yield markdown.renderer.render(tokens[start:end], markdown.options, environment)
            start = end


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    made = MarkdownIt("commonmark", {"html": False, "maxNesting": _MAX_NESTING, "highlight": _coloured})
    made.enable(["table", "strikethrough"])
    made.use(footnote_plugin)
    made.add_render_rule("image", _picture_in_words)
    made.add_render_rule("link_open", _link)
    return made


def _picture_in_words(
    _renderer: RendererHTML, tokens: Sequence[Token], index: int, _options: OptionsDict, _env: MutableMapping[str, Any]
) -> str:
    """A picture from elsewhere is not fetched: its description stands for it, and leads to it."""
    token = tokens[index]
    source = html.escape(str(token.attrs.get("src", "")))
    text = html.escape(token.content) or source
    return f'<a href="{source}" rel="noopener noreferrer">{text}</a>'


def _link(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    tokens[index].attrSet("rel", "noopener noreferrer")
    return renderer.renderToken(tokens, index, options, env)


def _coloured(code: str, language: str, _attributes: str) -> str:
    """Code in colours; empty when its language is not known, and the renderer writes it plainly."""
    from pygments import highlight
    from pygments.formatters.html import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    if not language or len(code) > _MOST_COLOURED_CHARS:
        return ""
    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return ""
    coloured: str = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return coloured


@cache
def _code_style() -> str:
    from pygments.formatters.html import HtmlFormatter

    style: str = HtmlFormatter(style="friendly").get_style_defs("pre")  # type: ignore[no-untyped-call]  # Pygments says no types
    return style
