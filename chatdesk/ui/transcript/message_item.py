"""One message as drawn: its boxes from top to bottom, kept while its text streams in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect

from chatdesk.core.attachments import attachments_of
from chatdesk.core.branches import can_continue, can_edit
from chatdesk.core.growing_text import GrowingText
from chatdesk.core.messages import ReplyStatus, Role
from chatdesk.ui.transcript import wording
from chatdesk.ui.transcript.attachment_box import AttachmentBox
from chatdesk.ui.transcript.boxes import Box, ButtonKind, Look, estimated_height
from chatdesk.ui.transcript.bubble_box import bubble_boxes, folded
from chatdesk.ui.transcript.content import Content
from chatdesk.ui.transcript.message_boxes import ErrorBox, FooterBox, HeaderBox, StatusBox, UnreadBox
from chatdesk.ui.transcript.reasoning_block import ReasoningBlock
from chatdesk.ui.transcript.stack import Stack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from PySide6.QtGui import QPainter

    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.messages import Message
    from chatdesk.ui.transcript.boxes import Button
    from chatdesk.ui.transcript.highlighting import LexerLibrary
    from chatdesk.ui.transcript.marks import Finder
    from chatdesk.ui.transcript.maths import Maths
    from chatdesk.ui.transcript.pictures import PictureLibrary
    from chatdesk.ui.transcript.style import TranscriptStyle

NO_VERSIONS = (1, 1)
# About so many lines of a long reply get their boxes at a time: see `MarkdownStream`. The rest has room meanwhile.
STEP_LINES = 1_200


@dataclass(frozen=True, slots=True)
class Frame:
    """What all messages of a view share: looks, the words of errors, who knows programming languages and maths."""

    style: TranscriptStyle
    word_error: Callable[[ErrorDetail], str]
    library: LexerLibrary
    maths: Maths
    pictures: PictureLibrary


@dataclass(frozen=True, slots=True)
class ItemLook:
    """What a message needs to know to paint itself. `clip` is in the painter's coordinates.

    `hovered` and `done` are (box, button) under the pointer and just used; `selection` is from (box, offset) to
    (box, offset). `finder` finds what is marked, and `current`, (box, from, to), is the mark that somebody is at.
    """

    painter: QPainter
    clip: QRect
    is_active: bool
    hovered: tuple[int, ButtonKind] | None = None
    done: tuple[int, ButtonKind] | None = None
    selection: tuple[tuple[int, int], tuple[int, int]] | None = None
    finder: Finder | None = None
    current: tuple[int, int, int] | None = None


def estimated_item_height(message: Message, style: TranscriptStyle, width: int) -> int:
    """The height that a message will probably have, found without parsing it."""
    text = message.text
    if message.role is Role.USER:
        text = folded(text)
        around = (4 + 3 * len(attachments_of(message))) * style.text_px
        return estimated_height(text, round(width * 0.8), style.text_px * 0.5, style.pitch) + around
    return estimated_height(text, width, style.text_px * 0.5, style.pitch) + 6 * style.text_px


class MessageItem:
    """The boxes of one message at one width. Coordinates are relative to its top left."""

    def __init__(self, message: Message, frame: Frame, width: int, *, is_unfolded: bool = False) -> None:
        self.message = message
        self.width = width
        self.boxes: list[Box] = []
        self._frame = frame
        self._versions = NO_VERSIONS
        self._is_unfolded = is_unfolded
        self._stack = Stack()
        self._text = GrowingText(message.text)
        self._status_text = ""
        self._content: Content | None = None
        self._reasoning: ReasoningBlock | None = None
        self._is_copyable = False  # the footer offers to copy the text
        self.rebuild()

    # --- what the message says ---

    @property
    def text(self) -> str:
        """The text as far as it is known here: while a reply streams, more than its message holds."""
        return str(self._text)

    @property
    def reasoning(self) -> str:
        """What was reasoned, as far as it is known here."""
        return self.message.reasoning if self._reasoning is None else self._reasoning.text

    @property
    def reasoning_words(self) -> str:
        """How long the model reasoned, as it is shown; empty where it did not."""
        return "" if self._reasoning is None else self._reasoning.line.words

    @property
    def is_reasoning(self) -> bool:
        """Whether the model reasons now."""
        return self._reasoning is not None and self._reasoning.is_going_on

    @property
    def _has_text(self) -> bool:
        return len(self._text) > 0

    @property
    def is_waiting(self) -> bool:
        """Whether nothing of a reply has come yet."""
        is_empty = not self._text and self._reasoning is None
        return self.message.is_reply and not self.message.status.is_final and is_empty

    @property
    def waiting_words(self) -> str:
        """What the reply waits for; empty when it does not wait."""
        return (self._status_text or wording.waiting_words(self.message)) if self.is_waiting else ""

    @property
    def is_folded(self) -> bool:
        """Whether a part of what the message says is not drawn."""
        is_cut = self.message.role is Role.USER and folded(self.text) != self.text
        return not self._is_unfolded and (self._reasoning is not None or is_cut)

    @property
    def is_behind(self) -> bool:
        """Whether some of the text has no boxes yet. `sync` makes more of them."""
        is_text_behind = self._content is not None and bool(self._content.unread)
        return is_text_behind or (self._reasoning is not None and self._reasoning.is_behind)

    def append(self, offset: int, text: str) -> bool:
        """Take text that begins at `offset`; what is there already is ignored. False: text before it is missing."""
        new = self._text.append(offset, text)
        if new is None:
            return False
        if new:
            if self._reasoning is not None:
                self._reasoning.end()
            if self._content is not None:
                self._content.append(new)
        return True

    def append_reasoning(self, offset: int, text: str, now: float) -> bool:
        """The same for what the model reasons; `now` is seconds on a clock that never goes back."""
        if self._reasoning is None:
            if offset:
                return False
            self._reasoning = self._made_reasoning("")
        return self._reasoning.append(offset, text, now)

    def tick(self, now: float) -> None:
        """Count the time that the model reasons."""
        if self._reasoning is not None:
            self._reasoning.tick(now)

    def take_stream(self, previous: MessageItem) -> None:
        """Take what has come of this message so far from the item that drew it before."""
        self._status_text = previous._status_text
        self._reasoning = previous._reasoning
        self.append(0, previous.text)
        self.rebuild()

    def set_message(self, message: Message) -> int:
        """Take the message as it is now; returns the index of the first box that changed.

        Text that has streamed in and is not part of `message` yet stays until the reply is final.
        """
        is_pin_changed = message.is_pinned is not self.message.is_pinned
        self.message = message
        text, known = message.text, self.text
        is_behind = not message.status.is_final and known.startswith(text)
        if not is_behind and not text.startswith(known):
            self._text = GrowingText(text)
            return self.rebuild()
        if not is_behind:
            self.append(0, text)
        if message.status.is_final:
            if message.reasoning != self.reasoning:
                return self.rebuild()
            if self._reasoning is not None:
                self._reasoning.end(message.figures.reasoning_seconds)
            self._status_text = ""
            if self._content is not None:
                self._content.finish()
        header = self.boxes[0]
        if isinstance(header, HeaderBox):
            header.name = wording.speaker(message)
        self.sync()
        if is_pin_changed:
            self._replace_from(self._tail_start, self._tail())
        return 0

    def set_versions(self, versions: tuple[int, int]) -> None:
        """`versions` are the number of this version and their count."""
        if versions != self._versions:
            self._versions = versions
            self._replace_from(self._tail_start, self._tail())

    def set_status_text(self, text: str) -> None:
        """What is shown until the first word comes, in place of "Waiting…"."""
        if text != self._status_text:
            self._status_text = text
            if self.is_waiting:
                self._replace_from(self._tail_start, self._tail())

    def set_unfolded(self, *, is_unfolded: bool) -> None:
        """Show all of a long message, or its beginning."""
        self._is_unfolded = is_unfolded
        self.rebuild()

    # --- boxes ---

    def rebuild(self) -> int:
        """Make all boxes anew; returns the index of the first, 0."""
        style = self._frame.style
        if self.message.role is Role.USER:
            boxes = self._attachment_boxes()
            if self.text or not boxes:
                boxes += bubble_boxes(style, self.text, is_unfolded=self._is_unfolded)
        else:
            self._content = Content(style, self._frame.library, self._frame.maths)
            self._content.append(self.text)
            if self.message.status.is_final:
                self._content.finish()
            self._content.update(STEP_LINES)
            reasoning = self._known_reasoning()
            self._reasoning = self._made_reasoning(reasoning) if reasoning else None
            boxes = [HeaderBox(style, wording.speaker(self.message)), *self._reasoning_boxes(), *self._content.boxes]
        self._tail_start = len(boxes)
        self._replace_from(0, [*boxes, *self._tail()])
        return 0

    def _attachment_boxes(self) -> list[Box]:
        style = self._frame.style
        gap = style.text_px // 2
        boxes: list[Box] = [
            AttachmentBox(style, attachment, self._frame.pictures, gap if place else 0)
            for place, attachment in enumerate(attachments_of(self.message))
        ]
        if boxes and self.text:
            boxes.append(Box(style, gap))
            boxes[-1].height = 0
        return boxes

    def sync(self) -> int:
        """Draw text that was appended, or more of a long text; returns the index of the first box that changed."""
        return self._sync(STEP_LINES if self.is_behind else None)

    def complete(self) -> None:
        """Make the boxes of all text, however long that takes."""
        self._sync(None)

    def complete_to(self, box: int) -> None:
        """Make boxes until there is the one with this index, if there is so much text."""
        while self.is_behind and box >= self._tail_start:
            self.sync()

    def _sync(self, most_lines: int | None) -> int:
        if self._content is None:
            return len(self.boxes)
        was_behind = self.is_behind
        # The header comes before all, and what was reasoned before the content.
        above = 0 if self._reasoning is None else self._reasoning.update(most_lines)
        reasoning = self._reasoning_boxes()
        within = len(reasoning) + self._content.update(most_lines)
        changed = 1 + (above if above < len(reasoning) else within)
        is_same_tail = (
            is_streaming(self.message)
            and self.status_box() is None
            and self._is_copyable == self._has_text
            and not was_behind
        )
        tail = self.boxes[self._tail_start :] if is_same_tail else self._tail()
        boxes = [*reasoning, *self._content.boxes]
        self._tail_start = len(boxes) + 1
        self._replace_from(changed, [*boxes[changed - 1 :], *tail])
        return changed

    def _known_reasoning(self) -> str:
        """What was reasoned: while that is written, what has come may be ahead of what was saved."""
        drawn, saved = self.reasoning, self.message.reasoning
        return drawn if is_streaming(self.message) and drawn.startswith(saved) else saved

    def _reasoning_boxes(self) -> list[Box]:
        return [] if self._reasoning is None else self._reasoning.boxes

    def _made_reasoning(self, text: str) -> ReasoningBlock:
        """What was reasoned as drawn; the time of what was drawn before goes on."""
        before, figures = self._reasoning, self.message.figures
        time = (figures.reasoning_seconds, None) if before is None else before.time
        frame, seconds = self._frame, figures.reasoning_seconds
        block = ReasoningBlock(frame.style, frame.library, frame.maths, text, seconds, is_open=self._is_unfolded)
        if not self.message.status.is_final and not self._has_text:
            block.go_on(time)
        else:
            block.end(figures.reasoning_seconds if self.message.status.is_final else time[0])
        block.update(STEP_LINES)
        return block

    def _tail(self) -> list[Box]:
        style, message = self._frame.style, self.message
        boxes: list[Box] = []
        if self._content is not None and self._content.unread:
            boxes.append(UnreadBox(style, self._content.unread))
        if self.is_waiting:
            boxes.append(StatusBox(style, self.waiting_words, 0))
        if message.error is not None and message.status.is_final:
            gap = style.paragraph_gap if self._text else 0
            boxes.append(ErrorBox(style, self._frame.word_error(message.error), gap))
        words = wording.figures_words(message) if message.is_reply else ""
        can_regenerate = message.is_reply and message.status.is_final
        self._is_copyable = self._has_text
        boxes.append(
            FooterBox(
                style,
                words,
                self._versions,
                has_text=self._has_text,
                can_regenerate=can_regenerate,
                can_continue=can_continue(message),
                can_edit=message.role is Role.USER and can_edit(message),
                is_pinned=message.is_pinned,
                is_final=message.status.is_final,
            )
        )
        return boxes

    def _replace_from(self, index: int, boxes: list[Box]) -> None:
        self.boxes[index:] = boxes
        for box in boxes:
            if box.laid_out_width != self.width:
                box.estimate(self.width)
        self._stack.replace_from(index, (box.gap + box.height for box in boxes))

    def set_width(self, width: int) -> None:
        """Take another width. Boxes keep their heights as estimates until they are laid out."""
        self.width = width

    # --- places ---

    @property
    def height(self) -> int:
        """From the first box to the last; estimated as far as boxes have not been laid out."""
        return self._stack.total

    def box_top(self, index: int) -> int:
        """Where a box begins, below its gap. The number of boxes asks where the last one ends."""
        if index >= len(self.boxes):
            return self._stack.total
        return self._stack.top(index) + self.boxes[index].gap

    def box_at(self, y: int) -> int:
        """The box that `y` lies in (or in the gap above), or the nearest."""
        return self._stack.at(y)

    def lay_out_between(self, top: int, bottom: int) -> int | None:
        """Lay out the boxes that meet this range; returns where the first change of height is, or None."""
        changed: int | None = None
        index = self._stack.at(top)
        while index < len(self.boxes) and (self._stack.top(index) < bottom or index == 0):
            box = self.boxes[index]
            box.lay_out(self.width)
            if self._stack[index] != box.gap + box.height:
                self._stack[index] = box.gap + box.height
                changed = self._stack.top(index) if changed is None else changed
            index += 1
        return changed

    def measure_again(self, boxes: Iterable[Box]) -> None:
        """Take over that some boxes have let go of what they laid out, and are of other heights."""
        for box in boxes:
            box.estimate(self.width)
            self._stack[self.boxes.index(box)] = box.gap + box.height

    def paint(self, look: ItemLook, position: QPoint) -> None:
        """Draw the boxes that meet the clip, with the message's top left at `position`."""
        index = self._stack.at(look.clip.top() - position.y())
        while index < len(self.boxes) and self._stack.top(index) + position.y() <= look.clip.bottom():
            box = self.boxes[index]
            if box.laid_out_width == self.width:
                box_look = Look(
                    look.painter,
                    self._frame.style,
                    look.clip,
                    look.is_active,
                    _of_box(look.hovered, index),
                    _of_box(look.done, index),
                    _selected(look.selection, index, box),
                    _marked(look, index, box),
                )
                box.paint(box_look, position + QPoint(0, self.box_top(index)))
            index += 1

    def box_rect(self, index: int) -> QRect:
        """Where a box is, without its gap."""
        return QRect(0, self.box_top(index), self.width, self.boxes[index].height)

    def buttons(self) -> Iterator[tuple[int, Button]]:
        """The buttons of the boxes that are laid out, each with its box's index."""
        for index, box in enumerate(self.boxes):
            if box.laid_out_width == self.width:
                for button in box.buttons():
                    yield index, button

    def status_box(self) -> tuple[int, StatusBox] | None:
        """The box with the waiting dots, if it is shown."""
        for index in range(self._tail_start, len(self.boxes)):
            box = self.boxes[index]
            if isinstance(box, StatusBox):
                return index, box
        return None

    # --- text ---

    def selected_text(self, start: tuple[int, int], end: tuple[int, int], *, as_markdown: bool = False) -> str:
        """The text between two places, each (box, offset)."""
        parts: list[str] = []
        for index in range(start[0], min(end[0] + 1, len(self.boxes))):
            box = self.boxes[index]
            first = start[1] if index == start[0] else 0
            last = min(end[1], len(box.text)) if index == end[0] else len(box.text)
            if text := box.text[first:last]:
                text = box.markdown(first, last) if as_markdown else text
                parts += [box.separator if parts else "", text]
        return "".join(parts)


def _of_box(place: tuple[int, ButtonKind] | None, index: int) -> ButtonKind | None:
    return place[1] if place is not None and place[0] == index else None


def _selected(
    selection: tuple[tuple[int, int], tuple[int, int]] | None, index: int, box: Box
) -> tuple[int, int] | None:
    if selection is None or not selection[0][0] <= index <= selection[1][0]:
        return None
    length = len(box.text)
    start = selection[0][1] if index == selection[0][0] else 0
    end = min(selection[1][1], length) if index == selection[1][0] else length
    return (start, end) if start < end else None


def _marked(look: ItemLook, index: int, box: Box) -> tuple[tuple[int, int, bool], ...]:
    if look.finder is None:
        return ()
    return tuple((start, end, (index, start, end) == look.current) for start, end in look.finder.places(box.text))


def is_streaming(message: Message) -> bool:
    """Whether text may still come."""
    return message.status in {ReplyStatus.WAITING, ReplyStatus.STREAMING}
