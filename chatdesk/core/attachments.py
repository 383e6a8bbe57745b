"""Files that go along with a message."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message. Its content is found by `sha256`, in lower-case hexadecimal; `name` is only for people."""

    sha256: str
    name: str
    media_type: str
    size_bytes: int

    @property
    def is_image(self) -> bool:
        """Whether it is a picture, and no text that a model could read."""
        return self.media_type.startswith("image/")
