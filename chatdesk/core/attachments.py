"""Files that go along with a message: what is taken, how it is read, and how a model is shown it."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.markdown_marks import fenced
from chatdesk.core.messages import Part, PartKind, storable_text
from chatdesk.core.untrusted_text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from chatdesk.core.messages import Message

TEXT = "text/plain"  # as UTF-8, whatever the file was
MOST_TEXT_BYTES = 2_000_000
MOST_IMAGE_BYTES = 20_000_000
MOST_NAME_CHARS = 120
MOST_ATTACHMENTS = 20

_IMAGES = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"GIF8[79]a"), "image/gif"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"BM.{12}[\x28\x0c\x40\x6c\x7c]\x00\x00\x00", re.DOTALL), "image/bmp"),
)
# The longer marks come first: that of UTF-16 begins that of UTF-32.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Control characters that texts hold: tab, newline, form feed, carriage return, and what turns colours on.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")
_MOST_CONTROLS_SHARE = 0.01
# The characters of GB2312, of which nearly all of a Chinese text consists, and any of two bytes or more in GB18030.
_COMMON_HAN = re.compile(rb"[\xa1-\xf7][\xa1-\xfe]")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff][\x30-\xfe]")
_HAN_SHARE = 0.8
# A kind of code as Markdown names it, where that is no name's ending.
_LANGUAGES = {"py": "python", "js": "javascript", "ts": "typescript", "rs": "rust", "sh": "bash", "md": "markdown"}
_LANGUAGE = re.compile("[a-z0-9]{1,12}")


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


def safe_name(untrusted_name: str) -> str:
    """What an attachment is called, in one line."""
    return one_line(untrusted_name, MOST_NAME_CHARS) or "?"


def picture_type(untrusted_content: bytes) -> str | None:
    """The media type of a picture; None: it is no picture that can be attached."""
    return next((kind for mark, kind in _IMAGES if mark.match(untrusted_content)), None)


def read_attachment(name: str, untrusted_content: bytes) -> tuple[str, bytes]:
    """The media type of a file, and its content as it is kept: a picture as it is, a text as clean UTF-8.

    Raises:
        UserFacingError: `ATTACHMENT_TOO_LARGE`, `ATTACHMENT_EMPTY` or `ATTACHMENT_NOT_TEXT`.
    """
    if not untrusted_content:
        raise UserFacingError(ErrorCode.ATTACHMENT_EMPTY, name=name)
    media_type = picture_type(untrusted_content) or TEXT
    most = MOST_TEXT_BYTES if media_type == TEXT else MOST_IMAGE_BYTES
    if len(untrusted_content) > most:
        raise UserFacingError(ErrorCode.ATTACHMENT_TOO_LARGE, name=name, most=most)
    if media_type != TEXT:
        return media_type, untrusted_content
    text = decoded(untrusted_content)
    if text is None:
        raise UserFacingError(ErrorCode.ATTACHMENT_NOT_TEXT, name=name)
    content = storable_text(text).encode()
    if not content.strip():
        raise UserFacingError(ErrorCode.ATTACHMENT_EMPTY, name=name)
    return TEXT, content


def decoded(content: bytes) -> str | None:
    """The text of a file whose encoding nobody told; None when it is no text."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _as(encoding, content[len(mark) :])
    found = _as("utf-8", content)
    if found is not None:
        return found
    if b"\x00" in content:
        # Letters of Latin scripts have their zero on one side; without any, no text of UTF-16 is told from a program.
        zeros = content[1::2].count(0), content[0::2].count(0)
        return _as("utf-16-le" if zeros[0] > zeros[1] else "utf-16-be", content)
    pairs = len(_BEYOND_ASCII.findall(content))
    if pairs and len(_COMMON_HAN.findall(content)) >= pairs * _HAN_SHARE:
        found = _as("gb18030", content)
    return found if found is not None else _as("cp1252", content)


def _as(encoding: str, content: bytes) -> str | None:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if len(_CONTROLS.findall(text)) > len(text) * _MOST_CONTROLS_SHARE else text


def attachment_part(attachment: Attachment) -> Part:
    """An attachment as a part of a message."""
    data = {"name": attachment.name, "media_type": attachment.media_type, "size_bytes": attachment.size_bytes}
    return Part(PartKind.ATTACHMENT, attachment_sha256=attachment.sha256, data=data)


def attachment_of(part: Part) -> Attachment | None:
    """The attachment that a part of a message holds; an import may not have kept all that is known of it."""
    if part.kind is not PartKind.ATTACHMENT or part.attachment_sha256 is None:
        return None
    data = part.data or {}
    name, media_type, size_bytes = data.get("name"), data.get("media_type"), data.get("size_bytes")
    return Attachment(
        part.attachment_sha256,
        safe_name(name if isinstance(name, str) else ""),
        media_type if isinstance(media_type, str) else "application/octet-stream",
        size_bytes if isinstance(size_bytes, int) else 0,
    )


def attachments_of(message: Message) -> tuple[Attachment, ...]:
    """The attachments of a message, in order."""
    found = (attachment_of(part) for part in message.parts)
    return tuple(attachment for attachment in found if attachment is not None)


def shown_text(attachment: Attachment, content: bytes | None) -> str:
    """How a model is shown an attachment: fenced off from what the writer says, by more backticks than it holds."""
    if attachment.is_image:
        return f"[Attached picture: {attachment.name}. You cannot see pictures; say so if you are asked about it.]"
    if content is None:
        return f"[Attached file: {attachment.name}. It is missing.]"
    text = content.decode(errors="replace")
    ending = attachment.name.rpartition(".")[2].lower() if "." in attachment.name else ""
    language = _LANGUAGES.get(ending, ending if _LANGUAGE.fullmatch(ending) and ending != "txt" else "")
    return f"Attached file: {attachment.name}\n{fenced(text.rstrip(), language)}"


def shown_texts(attachments: Iterable[Attachment], text: str, content: Callable[[str], bytes | None]) -> str:
    """How a model is shown a message: its attachments, and below them what the writer says."""
    shown = [
        shown_text(attachment, None if attachment.is_image else content(attachment.sha256))
        for attachment in attachments
    ]
    return "\n\n".join([*shown, text] if text else shown)


def with_shown_texts(message: Message, content: Callable[[str], bytes | None]) -> Message:
    """A message whose only part is all the text that a model is shown of it; as it is, where nothing is attached."""
    attachments = attachments_of(message)
    if not attachments:
        return message
    return replace(message, parts=(Part(PartKind.TEXT, shown_texts(attachments, message.text, content)),))
