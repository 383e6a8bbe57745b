"""Keeps the composer in step with the conversation that is shown: its draft with its files, what waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QEvent, QIODevice, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QDropEvent, QImage, QImageWriter
from PySide6.QtWidgets import QFileDialog, QWidget

from chatdesk.core.composing import ComposerState
from chatdesk.core.errors import ErrorCode
from chatdesk.core.events import (
    AttachmentCounted,
    AttachmentsChanged,
    QueueChanged,
    SavedPromptsChanged,
    WrittenTextsRead,
)
from chatdesk.core.messages import clean_text
from chatdesk.core.unsent import is_draft
from chatdesk.services.attachments import AttachmentSource, file_source
from chatdesk.ui.actions import ActionRow, Group
from chatdesk.ui.attachment_view import AttachmentView
from chatdesk.ui.composer.message_edit import local_files
from chatdesk.ui.composer.prompt_list import PromptList
from chatdesk.ui.composer.queue_list import QueueList
from chatdesk.ui.composer.recall import Recall
from chatdesk.ui.saved_prompts_dialog import SavedPromptsDialog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from chatdesk.core.attachments import Attachment
    from chatdesk.core.events import SendFailed, UnsentEvent
    from chatdesk.core.saved_prompts import SavedPrompt
    from chatdesk.services.attachments import AttachmentService
    from chatdesk.services.drafts import DraftService
    from chatdesk.services.queued_messages import QueueService
    from chatdesk.services.saved_prompts import SavedPromptService
    from chatdesk.ui.composer.composer import Composer
    from chatdesk.ui.theme import Colors

# A draft is on its way to the disk this long after it changed, whether its writer pauses or not.
SAVE_MS = 400
# Sending waits so long for files: one on a share that does not answer may never come.
READING_MS = 10_000


@dataclass(frozen=True, slots=True)
class ComposingVerbs:
    """What can be asked for while a message is written."""

    drafts: DraftService
    queue: QueueService
    attachments: AttachmentService
    prompts: SavedPromptService


class ComposerDesk(QObject):
    """What stands in the message box belongs to one conversation, or to one that is not begun (None)."""

    lost_marks = Signal(str)  # see MessageEdit

    def __init__(self, verbs: ComposingVerbs, composer: Composer) -> None:
        super().__init__(composer)
        self._verbs = verbs
        self._composer = composer
        self._conversation_id: str | None = None
        self._save_soon = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._save_soon.timeout.connect(self._save)
        composer.changed.connect(self._on_changed)
        self._queueing: str | None = None  # the text that is on its way into the queue
        self._queue = QueueList()
        self._queue.send_requested.connect(verbs.queue.send)
        self._queue.remove_requested.connect(verbs.queue.remove)
        self._queue.move_requested.connect(verbs.queue.move)
        self._queue.edit_begun.connect(verbs.queue.hold)
        self._queue.edit_ended.connect(verbs.queue.release)
        self._queue.changed.connect(verbs.queue.change)
        self._queue.lost_marks.connect(self.lost_marks)
        composer.put_above(self._queue)
        self._tokens: dict[str, int] = {}  # of attachments, by SHA-256, for the model that is loaded
        composer.edit.lost_marks.connect(self.lost_marks)
        composer.edit.takes_files = True
        composer.edit.files_offered.connect(self.attach_files)
        composer.edit.picture_offered.connect(self._attach_picture)
        self._saved_prompts: tuple[SavedPrompt, ...] = ()
        self._prompt_page: SavedPromptsDialog | None = None
        self._gives_up_reading = QTimer(self, singleShot=True, interval=READING_MS)
        self._gives_up_reading.timeout.connect(self._stop_reading)
        self._recall = Recall(composer.edit)
        self._recall.texts_wanted.connect(lambda: verbs.drafts.read_written(self._conversation_id))
        # Installed last, so that its keys come first.
        self._prompt_list = PromptList(composer.edit)
        self._prompt_list.manager_requested.connect(self.manage_prompts)
        composer.put_on_box(self._prompt_list)
        composer.attach_requested.connect(self.choose_files)
        composer.chips.open_requested.connect(self.look_at)
        composer.chips.remove_requested.connect(self._detach)
        composer.queue_requested.connect(self._enqueue)

    def rows(self) -> tuple[ActionRow, ...]:
        """What can be done here."""
        keep = self.tr("Save what is written as a prompt…")
        return (
            ActionRow("attach_action", Group.THIS_CHAT, self.tr("Attach files…"), self.choose_files, "Ctrl+Shift+A"),
            ActionRow("prompts_action", Group.WINDOW, self.tr("Saved prompts…"), self.manage_prompts),
            ActionRow("save_prompt_action", Group.THIS_CHAT, keep, self.save_as_prompt, in_menu=False),
        )

    @property
    def conversation_id(self) -> str | None:
        """The conversation to which what stands in the box belongs."""
        return self._conversation_id

    def set_colors(self, colors: Colors) -> None:
        """Draw everything in these."""
        self._composer.set_colors(colors)
        self._queue.set_icon_color(QColor(colors.muted))

    def set_state(self, state: ComposerState) -> None:
        """Show what is possible now."""
        self._composer.set_state(state)
        self._queue.set_can_send(can_send=state is ComposerState.READY)

    def open(self) -> None:
        """Show the draft of the conversation that is not begun, for a window that begins with it."""
        self._read()
        self._verbs.prompts.list()

    def show_conversation(self, conversation_id: str | None) -> None:
        """Another conversation is shown, or the same one anew: its draft takes the place of the other's."""
        if conversation_id != self._conversation_id:
            self.flush()
            self._conversation_id = conversation_id
            self._recall.forget()
            self._prompt_list.forget()
            self._stop_reading()
            self._unlock()
            self._read()
            self._queue.show_waiting(())
            if conversation_id is not None:
                self._verbs.queue.list(conversation_id)

    def begin(self, conversation_id: str) -> None:
        """The conversation that was not begun now is, by sending what stands in the box."""
        self._conversation_id = conversation_id

    def flush(self) -> None:
        """Have the draft saved now: it is about to be sent, or to go out of sight."""
        self._recall.forget()
        if self._save_soon.isActive():
            self._save_soon.stop()
            self._save()

    # --- saved prompts ---

    def manage_prompts(self) -> None:
        """Show the page of saved prompts."""
        self._open_prompts("")

    def save_as_prompt(self) -> None:
        """Keep what is written as a prompt, and show it there to be named."""
        self._open_prompts(self._composer.text())

    def _open_prompts(self, draft: str) -> None:
        if self._prompt_page is not None:
            self._prompt_page.close()
        page = SavedPromptsDialog(self._saved_prompts, self._verbs.prompts, draft, self._composer.window())
        page.finished.connect(self._on_page_closed)
        self._prompt_page = page
        page.open()

    def _on_page_closed(self) -> None:
        self._prompt_page = None
        self._composer.setFocus()

    # --- attachments ---

    def choose_files(self) -> None:
        """Ask for files, and attach them."""
        paths, _ = QFileDialog.getOpenFileNames(self._composer, self.tr("Attach files"))
        self.attach_files(paths)

    def take_drops(self, widget: QWidget) -> None:
        """Attach the files that are dropped on `widget`."""
        widget.setAcceptDrops(True)
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDropEvent):  # and what comes before a drop
            if not (paths := local_files(event.mimeData())):
                return False
            if event.type() is QEvent.Type.Drop:
                self.attach_files(paths)
                self._composer.setFocus()
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            return True
        return super().eventFilter(watched, event)

    def attach_files(self, paths: list[str]) -> None:
        """Attach files to what is being written."""
        self._attach([file_source(path) for path in paths])

    def look_at(self, attachment: Attachment) -> None:
        """Show what an attachment holds."""
        AttachmentView(attachment, self._verbs.attachments.content(attachment.sha256), self._composer.window()).open()

    def count_again(self) -> None:
        """Another model answers, and counts differently."""
        self._tokens.clear()
        self._composer.show_attachments(self._composer.attachments, self._tokens)
        self._count(self._composer.attachments)

    def _count(self, attachments: Sequence[Attachment]) -> None:
        self._verbs.attachments.count([known for known in attachments if known.sha256 not in self._tokens])

    def _attach_picture(self, picture: QImage) -> None:
        name = self.tr("Pasted picture.png")
        self._attach([AttachmentSource(name, lambda _most_bytes: _as_png(picture))])

    def _attach(self, sources: Sequence[AttachmentSource]) -> None:
        if sources:
            self._composer.set_reading(is_reading=True)
            self._gives_up_reading.start()
            self._verbs.attachments.attach(self._conversation_id, sources)

    def _stop_reading(self) -> None:
        self._gives_up_reading.stop()
        self._composer.set_reading(is_reading=False)

    def _detach(self, sha256: str) -> None:
        self._verbs.attachments.detach(self._conversation_id, sha256)
        self._composer.setFocus()

    # --- the queue ---

    def _show_queue(self, changed: QueueChanged) -> None:
        if changed.conversation_id != self._conversation_id:
            return
        self._queue.show_waiting(changed.waiting)
        if self._queueing is not None and any(unsent.text == self._queueing for unsent in changed.waiting):
            self._unlock()
            self._composer.clear()

    def on_event(self, event: UnsentEvent) -> None:
        """Show what happened."""
        match event:
            case QueueChanged():
                self._show_queue(event)
            case AttachmentsChanged(conversation_id, attachments, is_reading) if (
                conversation_id == self._conversation_id
            ):
                self._composer.show_attachments(attachments, self._tokens)
                if not is_reading:
                    self._stop_reading()
                self._count(attachments)
            case AttachmentCounted(sha256, tokens):
                self._tokens[sha256] = tokens
                self._composer.show_attachments(self._composer.attachments, self._tokens)
            case WrittenTextsRead(conversation_id, texts) if conversation_id == self._conversation_id:
                self._recall.take(texts)
            case SavedPromptsChanged(prompts):
                self._saved_prompts = prompts
                self._prompt_list.set_prompts(prompts)
                if self._prompt_page is not None:
                    self._prompt_page.show_prompts(prompts)

    def take_back(self, failed: SendFailed) -> bool:
        """A message was not sent. Returns whether nobody needs to be told: it waits, and why is to be seen."""
        if failed.conversation_id == self._conversation_id and is_draft(failed.unsent_id):
            self._unlock()
        if failed.error.code is not ErrorCode.BUSY:
            return False
        if is_draft(failed.unsent_id) and failed.conversation_id is not None:
            # A message that waited was faster.
            self._verbs.queue.add(failed.conversation_id, failed.text)
            if failed.conversation_id == self._conversation_id:
                self._lock(failed.text)
        return True

    def _enqueue(self, text: str) -> None:
        if self._conversation_id is not None:
            self.flush()
            self._lock(text)
            self._verbs.queue.add(self._conversation_id, text)

    def _lock(self, text: str) -> None:
        self._queueing = clean_text(text)
        self._composer.set_locked(is_locked=True)

    def _unlock(self) -> None:
        self._queueing = None
        self._composer.set_locked(is_locked=False)

    def _read(self) -> None:
        draft = self._verbs.drafts.draft(self._conversation_id)
        self._composer.set_text(draft.text)
        self._composer.show_attachments(draft.attachments, self._tokens)
        self._save_soon.stop()
        self._count(draft.attachments)

    def _on_changed(self) -> None:
        if not self._save_soon.isActive():
            self._save_soon.start()

    def _save(self) -> None:
        self._verbs.drafts.save(self._conversation_id, self._composer.text())


def _as_png(picture: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(picture)
    return bytes(buffer.data().data())
