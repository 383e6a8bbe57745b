"""Whatever is chosen, text can be read on its grounds: WCAG 2.2, 1.4.3 and, in high contrast, 1.4.6."""

import re
from collections.abc import Callable
from dataclasses import fields, replace

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from chatdesk.core.contrast import HIGH_CONTRAST, READABLE, contrast
from chatdesk.core.settings import Accent, Density, Settings, Theme
from chatdesk.ui import theme
from chatdesk.ui.colors import Colors, colors_for
from chatdesk.ui.resources import read_resource
from chatdesk.ui.transcript.style import CodeColors
from chatdesk.ui.transcript.worn import TEXT_PX, transcript_style

GROUNDS = ("window", "sidebar", "raised", "hover", "selected")
PAIRS = [
    *(("text", ground) for ground in (*GROUNDS, "notice", "good_ground", "caution_ground", "bad_ground")),
    *(("muted", ground) for ground in ("window", "sidebar", "raised", "hover")),
    *(("accent", ground) for ground in GROUNDS),
    *(("on_accent", ground) for ground in ("accent", "accent_hover")),
    *((verdict, ground) for verdict in ("good", "caution", "bad") for ground in (*GROUNDS, f"{verdict}_ground")),
]
LOOKS = pytest.mark.parametrize(
    "looks",
    [
        pytest.param(
            theme.Looks(colors_for(accent, is_dark=is_dark, has_high_contrast=is_strong)),
            id=f"{accent}-{'dark' if is_dark else 'light'}{'-strong' if is_strong else ''}",
        )
        for accent in Accent
        for is_dark in (False, True)
        for is_strong in (False, True)
    ],
)


def wanted(colors: Colors) -> float:
    return HIGH_CONTRAST if colors.has_high_contrast else READABLE


@LOOKS
def test_every_ink_of_the_window_stands_out_from_its_grounds(looks: theme.Looks) -> None:
    colors = looks.colors
    ratios = {(ink, ground): round(contrast(getattr(colors, ink), getattr(colors, ground)), 2) for ink, ground in PAIRS}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < wanted(colors)} == {}


@LOOKS
def test_every_ink_of_the_transcript_stands_out_from_its_grounds(looks: theme.Looks) -> None:
    style = transcript_style(looks)
    plain = (style.background, style.bubble, style.code_background, style.inline_code)
    pairs = [
        *((style.text, ground) for ground in (*plain, style.selection, style.hover, style.mark)),
        *((ink, ground) for ink in (style.muted, style.accent) for ground in (style.background, style.code_background)),
        *((style.error, ground) for ground in (style.background, style.error_background)),
        *((getattr(style.code, kind.name), style.code_background) for kind in fields(CodeColors)),
    ]
    ratios = [(ink.name(), ground.name(), contrast(ink.name(), ground.name())) for ink, ground in pairs]
    assert [pair for pair in ratios if pair[2] < wanted(looks.colors)] == []


@LOOKS
def test_the_mark_of_the_keyboard_and_the_lines_of_high_contrast_are_seen(looks: theme.Looks) -> None:
    """WCAG 2.2, 1.4.11: 3 to 1 for what is no text."""
    colors = looks.colors
    assert contrast(colors.accent, colors.window) >= 3
    if colors.has_high_contrast:
        for line in (colors.border, colors.strong_border):
            assert contrast(line, colors.window) >= 3


RULE = re.compile(r"(?P<selectors>[^{}/]+)\{(?P<body>[^{}]*)\}")
NAMED = {kind: re.compile(rf"(?<![-\w]){kind}: \$(\w+)") for kind in ("color", "background")}


def sheet_pairs() -> set[tuple[str, str]]:
    """The inks and grounds that one rule of a style sheet names together, and that are not of something disabled."""
    pairs = set()
    for name in ("style.qss", "style_high_contrast.qss"):
        for rule in RULE.finditer(read_resource(name)):
            found = [NAMED[kind].search(rule["body"]) for kind in ("color", "background")]
            if all(found) and ":disabled" not in rule["selectors"]:
                pairs.add((found[0][1], found[1][1]))  # type: ignore[index]  # all of them are there
    return pairs


@LOOKS
def test_what_a_rule_of_the_style_sheet_puts_together_can_be_read(looks: theme.Looks) -> None:
    pairs = sheet_pairs()
    assert len(pairs) >= 8
    ratios = {
        (ink, ground): round(contrast(getattr(looks.colors, ink), getattr(looks.colors, ground)), 2)
        for ink, ground in pairs
    }
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < wanted(looks.colors)} == {}


def test_accents_differ() -> None:
    made = {colors_for(accent, is_dark=False, has_high_contrast=False).accent for accent in Accent}
    assert len(made) == len(Accent)


@pytest.mark.parametrize("percent", [80, 100, 200])
def test_text_of_every_kind_has_the_size_that_was_chosen(
    percent: int, wear: Callable[[theme.Looks], None], qtbot: QtBot
) -> None:
    usual = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).pointSizeF()
    label, heading = QLabel("plain"), QLabel("heading")
    heading.setObjectName("settings_section")
    for widget in (label, heading):
        qtbot.addWidget(widget)
    looks = theme.Looks(text_percent=percent)
    wear(looks)
    heading.ensurePolished()
    qtbot.waitUntil(lambda: label.font().pointSizeF() == pytest.approx(usual * percent / 100))
    assert heading.font().pixelSize() == round(16 * percent / 100)
    assert transcript_style(looks).text_px == round(TEXT_PX * percent / 100)


def test_the_pictures_that_the_style_sheet_names_are_there() -> None:
    names = re.findall(r"url\(resources:([^)]+)\)", read_resource("style.qss"))
    assert {"style/check.svg", "style/right.svg"} <= set(names)
    assert all(read_resource(name).startswith("<svg") for name in names)


@pytest.mark.parametrize("percent", [80, 100, 200])
def test_a_menu_has_room_for_marks_beside_its_words(
    percent: int, wear: Callable[[theme.Looks], None], qtbot: QtBot
) -> None:
    wear(theme.Looks(text_percent=percent))
    menu = QMenu()
    qtbot.addWidget(menu)
    menu.addAction("Words")
    wide = menu.sizeHint().width() - menu.fontMetrics().horizontalAdvance("Words")
    assert wide >= 2 * round(26 * percent / 100)


def test_compact_takes_less_room(wear: Callable[[theme.Looks], None], qtbot: QtBot) -> None:
    button = QPushButton("Words")
    qtbot.addWidget(button)
    heights = []
    for is_compact in (False, True):
        looks = theme.Looks(is_compact=is_compact)
        wear(looks)
        button.ensurePolished()
        heights.append((button.sizeHint().height(), transcript_style(looks).pitch, transcript_style(looks).message_gap))
    assert all(small < large for large, small in zip(*heights, strict=True))


def test_settings_say_what_is_worn(wear: Callable[[theme.Looks], None], qapp: QApplication) -> None:
    settings = Settings(theme=Theme.DARK, high_contrast=False, text_percent=150, density=Density.COMPACT)
    assert theme.looks_of(settings) == theme.Looks(
        colors_for(Accent.BLUE, is_dark=True, has_high_contrast=False), text_percent=150, is_compact=True
    )
    strong = theme.looks_of(replace(settings, high_contrast=True, accent=Accent.ROSE))
    wear(strong)
    assert qapp.palette().color(QPalette.ColorRole.Window) == QColor("#000000")
    assert qapp.palette().color(QPalette.ColorRole.Highlight) == QColor(strong.colors.accent)


def test_what_is_worn_already_is_not_put_on_again(
    wear: Callable[[theme.Looks], None], qapp: QApplication, qtbot: QtBot
) -> None:
    widget = QLabel("words")
    qtbot.addWidget(widget)
    widget.show()
    wear(theme.Looks(text_percent=150))
    qapp.processEvents()
    changes: list[QEvent.Type] = []

    class Watcher(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            changes.append(event.type())
            return super().eventFilter(watched, event)

    watcher = Watcher()
    widget.installEventFilter(watcher)
    wear(theme.Looks(text_percent=150))
    qapp.processEvents()
    assert QEvent.Type.StyleChange not in changes
    wear(theme.Looks(text_percent=200))
    assert QEvent.Type.StyleChange in changes
