"""Files that are attached to what is being written: read, kept, counted."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chatdesk.core.attachments import MOST_IMAGE_BYTES, read_attachment, safe_name, shown_text
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import AttachmentCounted, AttachmentsChanged, NoticeRaised, Post
from chatdesk.core.unsent import draft_id
from chatdesk.services.plain_files import refuse_what_is_no_file
from chatdesk.services.worker import Priority, Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from chatdesk.core.attachments import Attachment
    from chatdesk.engine.base import Engine
    from chatdesk.services.inference import InferenceService
    from chatdesk.store.attachments import AttachmentStore
    from chatdesk.store.unsent import UnsentStore


@dataclass(frozen=True, slots=True)
class AttachmentSource:
    """Something to attach: what it is called, and how at most so many of its bytes are read, on any thread."""

    untrusted_name: str
    read: Callable[[int], bytes]


def file_source(path: str) -> AttachmentSource:
    """A file on this computer."""

    def read(most_bytes: int) -> bytes:
        refuse_what_is_no_file(Path(path))
        with Path(path).open("rb") as file:
            return file.read(most_bytes)

    return AttachmentSource(Path(path).name, read)


class AttachmentService:
    """The user's verbs on attachments. Methods may be called from any thread and return at once.

    Files are read on a thread of its own: a share that does not answer keeps no message from being saved.
    """

    def __init__(
        self,
        unsent: UnsentStore,
        store: AttachmentStore,
        store_worker: Worker,
        inference: InferenceService,
        post: Post,
    ) -> None:
        self._unsent = unsent
        self._store = store
        self._store_worker = store_worker
        self._inference = inference
        self._post = post
        self._files = Worker("files", post)
        self._lock = threading.Lock()
        self._unread: Counter[str | None] = Counter()  # by conversation: files that are still to be read

    def attach(self, conversation_id: str | None, sources: Sequence[AttachmentSource]) -> None:
        """Attach files to a draft. Announces `AttachmentsChanged` for each, and notices of those refused."""
        with self._lock:
            self._unread[conversation_id] += len(sources)
        for source in sources:
            self._files.submit("attach", lambda source=source: self._attach(conversation_id, source))  # type: ignore[misc]  # mypy cannot type a lambda's defaults

    def detach(self, conversation_id: str | None, sha256: str) -> None:
        """Take a file off what is being written."""

        def detach() -> None:
            self._unsent.detach(conversation_id, sha256)
            self._announce(conversation_id)

        self._store_worker.submit("detach", detach)

    def count(self, attachments: Sequence[Attachment]) -> None:
        """Announce `AttachmentCounted` for each: how many tokens the loaded model takes it for."""
        for attachment in attachments:
            self._inference.run(
                "count",
                lambda engine, attachment=attachment: self._count(engine, attachment),  # type: ignore[misc]  # the same
                Priority.GLANCE,
            )

    def content(self, sha256: str) -> bytes | None:
        """What an attachment holds; None when it is not there. A short, indexed read."""
        return self._store.content(sha256)

    def image(self, conversation_id: str, name: str) -> bytes | None:
        """The picture of this name in a conversation; None when there is none. A short, indexed read."""
        return self._store.image(conversation_id, name)

    def close(self) -> None:
        """Read no more files; one that does not answer is left to itself."""
        self._files.close(0)

    # --- on the threads of files, the store and the engine ---

    def _attach(self, conversation_id: str | None, source: AttachmentSource) -> None:
        name = safe_name(source.untrusted_name)
        try:
            media_type, content = read_attachment(name, _read(name, source))
            self._unsent.attach(conversation_id, name, media_type, content)
        except UserFacingError as error:
            self._post(NoticeRaised(error.detail, conversation_id))
        finally:
            with self._lock:
                self._unread[conversation_id] -= 1
            self._announce(conversation_id)

    def _announce(self, conversation_id: str | None) -> None:
        attachments = self._unsent.attachments(draft_id(conversation_id))
        with self._lock:
            is_reading = self._unread[conversation_id] > 0
        self._post(AttachmentsChanged(conversation_id, attachments, is_reading))

    def _count(self, engine: Engine | None, attachment: Attachment) -> None:
        if engine is not None:
            text = shown_text(attachment, None if attachment.is_image else self._store.content(attachment.sha256))
            self._post(AttachmentCounted(attachment.sha256, engine.count_tokens(text)))


def _read(name: str, source: AttachmentSource) -> bytes:
    try:
        return source.read(MOST_IMAGE_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UserFacingError(ErrorCode.ATTACHMENT_UNREADABLE, name=name, reason=reason) from error
