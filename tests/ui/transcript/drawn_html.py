"""The drawn tree of a reply as HTML, for comparing it with what the CommonMark specification expects.

What is drawn differs from HTML in ways that are meant, and both sides are brought to one form for them:

- HTML in the text is drawn as the text it is, so all text is compared without escaping.
- A line break is drawn as one, whether it is "soft" or "hard", as the specification allows.
- Lists are spaced as they were written, so it does not count whether a list is "loose".
- A link's title is not drawn: where a link leads is shown, not what its author calls it.
- The alternative text of an image stands for it, and leads to it unless it stands in a link.
"""

import re
from collections import Counter
from collections.abc import Iterator
from html import unescape

from chatdesk.ui.transcript.boxes import Box
from chatdesk.ui.transcript.code_box import CodeBox
from chatdesk.ui.transcript.content import Content
from chatdesk.ui.transcript.highlighting import LexerLibrary
from chatdesk.ui.transcript.inline import Span
from chatdesk.ui.transcript.maths import NoMaths
from chatdesk.ui.transcript.segments import Container, ContainerKind, Segment, SegmentKind
from chatdesk.ui.transcript.style import TranscriptStyle
from chatdesk.ui.transcript.text_box import RuleBox, TextBox


def drawn_html(markdown: str, style: TranscriptStyle) -> str:
    content = Content(style, LexerLibrary(), NoMaths())
    content.append(markdown)
    content.finish()
    content.update()
    writer = _Writer()
    for box in content.boxes:
        writer.write(box)
    writer.close_to(0)
    return _in_one_form("".join(writer.parts))


def expected_html(html: str) -> str:
    return _in_one_form(html.replace("<br />", ""))


def _in_one_form(html: str) -> str:
    """Text with its marks before it, block tags on lines of their own, no paragraphs within list items."""
    html = re.sub(r"\s*(</?(?:ul|ol|li|blockquote)\b[^>]*>)\s*", r"\n\1\n", html)
    depth, lines = 0, []
    for line in html.split("\n"):
        depth += line.startswith("<li>") - line.startswith("</li>")
        lines.append(re.sub(r"</?p>", "\n", line) if depth else line)
    return re.sub(r"\n+", "\n", unescape("".join(_marked("\n".join(lines))))).strip()


def _marked(html: str) -> Iterator[str]:
    """`html` with inline marks spelled out before each run of text, however they are nested."""
    counts: Counter[str] = Counter()
    links: list[str] = []
    before = None
    for part in re.split(r"(<[^<>]*>)", html):
        if found := re.fullmatch(r"<(/?)(em|strong|del)>|<(/?)code(?: class=[^>]*)?>", part):
            counts[found[2] or "code"] += -1 if found[1] or found[3] else 1
        elif found := re.match(r'<a href="([^"]*)"', part):
            links.append(found[1])
        elif part == "</a>":
            links[-1:] = []
        elif found := re.match(r'<img src="([^"]*)" alt="([^"]*)"', part):
            yield f"{{{(links or [found[1]])[-1]}}}{found[2]}"
            before = None
        elif part:
            marks = ",".join([*sorted(+counts), *links[-1:]])
            yield part if marks == before or part.isspace() else f"{{{marks}}}{part}"
            before = marks


class _Writer:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self._open: list[list[str]] = []  # the closing tags of each container that is open

    def write(self, box: Box) -> None:
        match box:
            case TextBox():
                self._enter(box.segment.containers)
                self.parts.append(_text(box.segment, box.spans))
            case CodeBox():
                if box.is_first:
                    self._enter(box.block.segment.containers)
                    self.parts.append(_code(box.block.segment))
            case RuleBox():
                self._enter(box.segment.containers)
                self.parts.append("<hr />\n")
            case _:
                raise AssertionError(f"{type(box).__name__} has no place in CommonMark")

    def close_to(self, depth: int) -> None:
        while len(self._open) > depth:
            self.parts += reversed(self._open.pop())

    def _enter(self, containers: tuple[Container, ...]) -> None:
        same = next((i for i, container in enumerate(containers) if container.is_first), len(containers))
        for index, container in enumerate(containers[same:], same):
            if container.continues_list:
                self.close_to(index + 1)
                self.parts.append("</li>\n<li>")
                continue
            self.close_to(index)
            opening, closing = _tags(container)
            self.parts += opening
            self._open.append(closing)
        self.close_to(len(containers))


def _tags(container: Container) -> tuple[list[str], list[str]]:
    match container.kind:
        case ContainerKind.QUOTE:
            return ["<blockquote>\n"], ["</blockquote>\n"]
        case ContainerKind.BULLET:
            return ["<ul>\n", "<li>"], ["</ul>\n", "</li>\n"]
        case ContainerKind.NUMBER:
            start = container.label.rstrip(".)")
            return ["<ol>\n" if start == "1" else f'<ol start="{start}">\n', "<li>"], ["</ol>\n", "</li>\n"]
        case _:
            raise AssertionError(f"{container.kind} has no place in CommonMark")


def _text(segment: Segment, spans: tuple[Span, ...]) -> str:
    inner = _inline(spans)
    match segment.kind:
        case SegmentKind.HEADING:
            return f"<h{segment.level}>{inner}</h{segment.level}>\n"
        case SegmentKind.LITERAL:
            return f"{inner}\n"
        case _:
            return f"<p>{inner}</p>\n" if segment.text else ""  # an empty list item holds an empty segment


def _inline(spans: tuple[Span, ...]) -> str:
    parts = []
    for span in spans:
        text = span.text.replace("&", "&amp;")
        for tag, is_on in (
            ("code", span.is_code),
            ("del", span.is_struck),
            ("em", span.is_italic),
            ("strong", span.is_bold),
        ):
            text = f"<{tag}>{text}</{tag}>" if is_on else text
        parts.append(f'<a href="{span.destination}">{text}</a>' if span.destination else text)
    return "".join(parts)


def _code(segment: Segment) -> str:
    language = f' class="language-{segment.language}"' if segment.language else ""
    end = "\n" if segment.text else ""
    text = segment.text.replace("&", "&amp;")
    return f"<pre><code{language}>{text}{end}</code></pre>\n"
