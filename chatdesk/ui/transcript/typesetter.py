"""Typesets formulas in a process of its own: the child's side. No Qt here.

A model may write a formula that takes minutes, or all memory, to typeset (nested fractions double the work with each
level). Such a child is ended and nothing else suffers; nor does typesetting, which is pure Python, hold up the window.

Each line of input is JSON, `[latex, is_display]`; each gets one line in reply: null where it cannot be typeset, else

    {"box": [left, top, width, height], "shapes": [...]}

where the text is `UNITS` high, with the baseline at 0 and y growing downwards. A shape is an object with `path`
(operations: a letter and numbers, as in SVG), or `text` with `at` and `size` for characters that the font lacks; and
with `fill`, `stroke` and `width` where it has its own.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

UNITS = 20  # pixels to an em, as in ordinary text: some distances are given in points
PRECISION = 4  # decimals
ROW_SPACING = "0.6em"
READY = b"ready\n"

_OPERATION = re.compile(r"([MLQCZ])([^MLQCZ]*)")
# A matrix in brackets with an index or an exponent, which the libraries read as several things with one.
_RAISED_MATRIX = re.compile(r"(\\begin\{([pbBvV]matrix)\}(?:(?!\\begin\{\2\}).)*?\\end\{\2\})(?=\s*[\^_])", re.DOTALL)
_WIDE = "\u1100"  # from here on most characters are as wide as high


def typesetter_command() -> list[str]:
    """How this app starts itself as a typesetter."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--typeset"]
    return [sys.executable, "-m", "chatdesk", "--typeset"]


def run_typesetter() -> int:
    """Answer each line of the standard input until it ends."""
    # Not sys.stdin and sys.stdout: a windowed program on Windows has none, though it has the pipes.
    with open(0, "rb", closefd=False) as requests, open(1, "wb", closefd=False) as replies:
        _font()
        replies.write(READY)
        replies.flush()
        for line in requests:
            latex, is_display = json.loads(line)
            replies.write(json.dumps(typeset(latex, is_display=is_display)).encode() + b"\n")
            replies.flush()
    return 0


def typeset(latex: str, *, is_display: bool) -> dict[str, Any] | None:
    """A formula as shapes; None for one that is broken or says something that is not known."""
    from ziamath.tex import tex2mml
    from ziamath.zmath import Math

    _font()
    try:
        mathml = tex2mml(_RAISED_MATRIX.sub(r"{\1}", latex), inline=not is_display)
        if "\\" in mathml:
            return None  # a command that is not known
        # The libraries set rows closer together than lines of text are.
        mathml = mathml.replace('rowspacing="3pt"', "").replace("<mtable", f'<mtable rowspacing="{ROW_SPACING}"')
        svg = Math(mathml, size=UNITS, margin=0).svgxml()
        box = [float(number) for number in svg.attrib["viewBox"].split()]
        return {"box": box, "shapes": list(_shapes(svg))}
    except Exception:
        logging.getLogger(__name__).debug("no formula: %r", latex, exc_info=True)
        return None


@cache
def _font() -> None:
    """Set the libraries up: plain paths for glyphs, and characters that the font lacks left to the window."""
    import ziamath.zmath
    from ziafont.config import config
    from ziafont.fonttypes import BBox
    from ziafont.glyph import SimpleGlyph
    from ziamath.mathfont import MathFont

    class Foreign(SimpleGlyph):
        """A character of another font."""

        def __init__(self, text: str, font: MathFont) -> None:
            em = font.info.layout.unitsperem
            self.width: int = em if text >= _WIDE else em * 6 // 10
            super().__init__(0, (), BBox(0, self.width, -em // 8, em * 7 // 8), font)
            self.text = text

        def advance(self, nextchr: SimpleGlyph | None = None) -> int:
            del nextchr
            return self.width

        def place(self, x: float, y: float, point_size: float) -> Element:
            from xml.etree.ElementTree import Element

            return Element("text", {"x": str(x), "y": str(y), "size": str(point_size), "text": self.text})

    class Font(MathFont):
        """The library's font, with stand-ins for what is not in it."""

        def glyph(self, char: str) -> SimpleGlyph:
            return super().glyph(char) if self.glyphindex(char) or char.isspace() else Foreign(char, self)

    config.svg2 = False
    config.precision = PRECISION
    loaded = ziamath.zmath.loadedfonts
    loaded["default"] = Font(loaded["default"].info.filename)


def _shapes(element: Element) -> Iterator[dict[str, Any]]:
    for child in element:
        colors = {name: child.attrib.get(name, "none") for name in ("fill", "stroke")}
        look: dict[str, Any] = {name: color for name, color in colors.items() if color != "none"}
        if "stroke-width" in child.attrib:
            look["width"] = float(child.attrib["stroke-width"])
        match child.tag:
            case "g":
                for shape in _shapes(child):
                    yield look | shape
            case "path":
                yield look | {"path": list(_operations(child.attrib["d"]))}
            case "rect":
                x, y, width, height = (float(child.attrib[name]) for name in ("x", "y", "width", "height"))
                corners = [["M", x, y], ["L", x + width, y], ["L", x + width, y + height], ["L", x, y + height], ["Z"]]
                yield look | {"path": corners}
            case "text":
                at = [float(child.attrib["x"]), float(child.attrib["y"])]
                yield look | {"text": child.attrib["text"], "at": at, "size": float(child.attrib["size"])}
            case "defs":
                pass  # the point of an arrow, which is left out
            case other:
                raise ValueError(f"{other} is not drawn")


def _operations(path: str) -> Iterator[list[str | float]]:
    for letter, numbers in _OPERATION.findall(path):
        yield [letter, *map(float, numbers.split())]
