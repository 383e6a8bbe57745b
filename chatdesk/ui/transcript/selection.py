"""What is selected, from a place in one message to a place in another. No Qt here."""

from __future__ import annotations

from dataclasses import dataclass

# (box, offset) within a message
BoxPlace = tuple[int, int]
START: BoxPlace = (0, 0)
END: BoxPlace = (2**31, 2**31)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place between two characters."""

    message: int
    at: BoxPlace


@dataclass(frozen=True, slots=True)
class Selection:
    """From where the selecting began to where it is now; either may come first."""

    anchor: Place
    caret: Place

    @property
    def start(self) -> Place:
        """The upper end."""
        return min(self.anchor, self.caret)

    @property
    def end(self) -> Place:
        """The lower end."""
        return max(self.anchor, self.caret)

    @property
    def is_empty(self) -> bool:
        """Whether nothing lies between the ends."""
        return self.anchor == self.caret

    def within(self, message: int) -> tuple[BoxPlace, BoxPlace] | None:
        """What is selected of a message, or None."""
        start, end = self.start, self.end
        if self.is_empty or not start.message <= message <= end.message:
            return None
        return start.at if start.message == message else START, end.at if end.message == message else END


def everything(count: int) -> Selection:
    """All of `count` messages."""
    return Selection(Place(0, START), Place(max(count - 1, 0), END))
