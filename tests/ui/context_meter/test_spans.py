import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from chatdesk.core.context_map import BlockKind, ContextBlock, ContextUse, OverflowPolicy
from chatdesk.ui import theme
from chatdesk.ui.context_meter.bar import ContextBar
from chatdesk.ui.context_meter.colors import span_colors
from chatdesk.ui.context_meter.spans import SpanKind, kind_of, spans, totals
from tests.ui.context_meter.measurements import SYSTEM, draft, message, use

LEFT = Qt.MouseButton.LeftButton
BLOCKS = st.lists(st.builds(message, st.just("u1"), st.integers(1, 400), is_cached=st.booleans()), max_size=30)


@given(blocks=BLOCKS, n_ctx=st.integers(256, 8192), reserved=st.integers(0, 2048))
def test_spans_fill_the_context_and_the_reply_gets_what_is_left(
    blocks: list[ContextBlock], n_ctx: int, reserved: int
) -> None:
    measured = ContextUse("c", n_ctx, reserved, tuple(blocks), (), (), OverflowPolicy.DROP_OLDEST)
    parts = spans(measured)
    assert sum(span.tokens for span in parts) == max(n_ctx, measured.used_tokens)
    assert [span.block for span in parts if span.block is not None] == list(range(len(blocks)))
    sums = totals(parts)
    assert sums.get(SpanKind.RESERVED, 0) == min(reserved, max(n_ctx - measured.used_tokens, 0))
    assert sums.get(SpanKind.READ, 0) == sum(block.tokens for block in blocks if block.is_cached)
    assert list(sums) == sorted(sums, key=list(SpanKind).index)


def test_messages_are_told_apart_by_whether_they_are_read_and_everything_else_by_what_it_is() -> None:
    pinned = ContextBlock(BlockKind.PINNED, "u1", None, 5)
    blocks = (SYSTEM, pinned, message("u1", 5), message("u2", 5, is_cached=False), draft(5))
    expected = [SpanKind.SYSTEM, SpanKind.PINNED, SpanKind.READ, SpanKind.UNREAD, SpanKind.DRAFT]
    assert [kind_of(block) for block in blocks] == expected


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK])
def test_every_kind_of_span_has_a_colour_of_its_own(colors: theme.Colors) -> None:
    names = {color.name() for color in span_colors(colors).values()}
    assert len(names) == len(SpanKind)


def test_pieces_of_the_bar_are_as_wide_as_their_tokens(qtbot: QtBot) -> None:
    bar = ContextBar()
    qtbot.addWidget(bar)
    bar.set_colors(span_colors(theme.LIGHT))
    bar.resize(512, 20)
    parts = spans(use(message("u1", 512), message("r1", 256)))
    bar.set_spans(parts, ["one", "two", "unused", "free"])
    assert [round(rect.width()) for rect in bar.rects()] == [128, 64, 192, 128]


def test_a_click_on_a_block_chooses_it_and_one_on_free_room_chooses_nothing(qtbot: QtBot) -> None:
    bar = ContextBar()
    qtbot.addWidget(bar)
    bar.set_colors(span_colors(theme.DARK))
    bar.resize(512, 20)
    bar.set_spans(spans(use(SYSTEM, message("u1", 984))), ["s", "u", "unused", "free"])
    with qtbot.waitSignal(bar.block_chosen) as chosen:
        qtbot.mouseClick(bar, LEFT, pos=bar.rects()[1].center().toPoint())
    assert chosen.args == [1]
    with qtbot.assertNotEmitted(bar.block_chosen, wait=20):
        qtbot.mouseClick(bar, LEFT, pos=bar.rects()[2].center().toPoint())


def test_a_bar_of_thousands_of_blocks_can_be_painted(qtbot: QtBot) -> None:
    bar = ContextBar()
    qtbot.addWidget(bar)
    bar.set_colors(span_colors(theme.LIGHT))
    bar.resize(446, 20)
    parts = spans(use(*(message(f"u{n}", 1) for n in range(1500))))
    bar.set_spans(parts, [""] * len(parts))
    image = bar.grab().toImage()
    assert image.pixelColor(20, 10).blue() > image.pixelColor(20, 10).red()
