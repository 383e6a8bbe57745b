"""How the transcript looks: every colour, font and distance in one value."""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QGuiApplication


@dataclass(frozen=True)
class CodeColors:
    """Colours of highlighted code, one per kind of token."""

    keyword: QColor
    name: QColor
    string: QColor
    number: QColor
    comment: QColor
    added: QColor
    removed: QColor


LIGHT_CODE = CodeColors(
    keyword=QColor("#8b3fb0"),
    name=QColor("#2f5fc4"),
    string=QColor("#2c7a3f"),
    number=QColor("#a8541a"),
    comment=QColor("#6d6b65"),
    added=QColor("#2c7a3f"),
    removed=QColor("#b3362e"),
)
DARK_CODE = CodeColors(
    keyword=QColor("#cf9bf0"),
    name=QColor("#8fb4ff"),
    string=QColor("#93cf9b"),
    number=QColor("#f0b07d"),
    comment=QColor("#8f8d87"),
    added=QColor("#93cf9b"),
    removed=QColor("#f59a92"),
)


def _body_font() -> QFont:
    return QGuiApplication.font()


def _code_font() -> QFont:
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)


@dataclass(frozen=True)
class TranscriptStyle:
    """Distances are device-independent pixels, `line_height` a multiple of the text's size.

    Only families of the fonts are taken; sizes follow `text_px`.
    """

    background: QColor
    text: QColor
    muted: QColor
    accent: QColor
    border: QColor
    bubble: QColor
    code_background: QColor
    inline_code: QColor
    hover: QColor
    selection: QColor
    mark: QColor  # the ground of what somebody looks for
    error: QColor
    error_background: QColor
    code: CodeColors
    body_font: QFont = field(default_factory=_body_font)
    code_font: QFont = field(default_factory=_code_font)
    text_px: int = 15
    line_height: float = 1.6
    gaps: float = 1.0  # of the usual distances between paragraphs and between messages
    column_width: int = 760
    margin: int = 24

    def font(self, *, scale: float = 1.0, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        """The body font at `scale` times the text's size."""
        font = QFont(self.body_font)
        font.setPixelSize(max(round(self.text_px * scale), 6))
        font.setWeight(weight)
        return font

    def monospace(self, scale: float = 0.9) -> QFont:
        """The font of code."""
        font = QFont(self.code_font)
        font.setPixelSize(max(round(self.text_px * scale), 6))
        font.setStyleHint(QFont.StyleHint.Monospace)
        return font

    @property
    def small_font(self) -> QFont:
        """The font of figures, labels and buttons."""
        return self.font(scale=0.84)

    @property
    def pitch(self) -> int:
        """From one line of text to the next."""
        return round(self.text_px * self.line_height)

    @property
    def small_pitch(self) -> int:
        """From one line of small text to the next."""
        return round(self.text_px * 0.84 * self.line_height)

    @property
    def code_pitch(self) -> int:
        """From one line of code to the next."""
        return round(self.text_px * 0.9 * 1.55)

    @property
    def paragraph_gap(self) -> int:
        """Between paragraphs."""
        return round(self.text_px * 0.8 * self.gaps)

    @property
    def item_gap(self) -> int:
        """Between the items of a dense list."""
        return round(self.text_px * 0.27)

    @property
    def message_gap(self) -> int:
        """Below a reply."""
        return round(self.text_px * 1.7 * self.gaps)

    @property
    def answer_gap(self) -> int:
        """Between a message and the reply to it; the row of its hidden buttons adds to it."""
        return round(self.text_px * 0.3)

    @property
    def button_size(self) -> int:
        """Width and height of a small button."""
        return round(self.text_px * 1.87)

    @property
    def bullet_indent(self) -> int:
        """How far the text of a bulleted item stands in."""
        return round(self.text_px * 1.55)

    def number_indent(self, label: str) -> int:
        """How far the text of a numbered item stands in: the same for 9 and 10, more from 100 on."""
        return round(self.text_px * (1.9 + 0.55 * max(len(label) - 3, 0)))

    def note_indent(self, label: str) -> int:
        """How far the text of a footnote stands in: its label may be a word."""
        return max(self.number_indent(""), QFontMetrics(self.font()).horizontalAdvance(label) + self.text_px)


def light_style(text_px: int = 15) -> TranscriptStyle:
    """Dark text on white."""
    return TranscriptStyle(
        background=QColor("#ffffff"),
        text=QColor("#1f1e1c"),
        muted=QColor("#6a6862"),
        accent=QColor("#3f5bd9"),
        border=QColor("#e4e2dc"),
        bubble=QColor("#f2f1ed"),
        code_background=QColor("#f7f6f3"),
        inline_code=QColor("#f0efea"),
        hover=QColor("#ecebe6"),
        selection=QColor("#cdd8ff"),
        mark=QColor("#ffe08a"),
        error=QColor("#a32b22"),
        error_background=QColor("#fdf0ee"),
        code=LIGHT_CODE,
        text_px=text_px,
    )


def dark_style(text_px: int = 15) -> TranscriptStyle:
    """Light text on near black."""
    return TranscriptStyle(
        background=QColor("#1c1c1e"),
        text=QColor("#ececea"),
        muted=QColor("#a09f9b"),
        accent=QColor("#8ea2ff"),
        border=QColor("#36363b"),
        bubble=QColor("#2b2b2f"),
        code_background=QColor("#252528"),
        inline_code=QColor("#303035"),
        hover=QColor("#2f2f34"),
        selection=QColor("#3a4a86"),
        mark=QColor("#6b5310"),
        error=QColor("#ff9d94"),
        error_background=QColor("#35211f"),
        code=DARK_CODE,
        text_px=text_px,
    )
