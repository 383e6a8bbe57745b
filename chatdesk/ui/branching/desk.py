"""All of the window that is about versions and branches of the conversation that is shown."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from chatdesk.core.branches import can_continue, can_edit, focused, varied
from chatdesk.core.events import BranchDeleted, BranchRestored, EditFailed, Event, TreeRead, VersionsCompared
from chatdesk.core.messages import Role
from chatdesk.ui.actions import ActionRow, Group
from chatdesk.ui.branching import wording
from chatdesk.ui.branching.compare_dialog import CompareDialog
from chatdesk.ui.branching.message_editor import MessageEditor
from chatdesk.ui.branching.tree_map import TreeMap
from chatdesk.ui.notices import NoticeAction
from chatdesk.ui.transcript import wording as transcript_wording
from chatdesk.ui.transcript.verbs import Verb
from chatdesk.ui.wording import error_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from PySide6.QtWidgets import QWidget

    from chatdesk.core.messages import Message
    from chatdesk.core.model_files import ModelFile
    from chatdesk.core.tree_rows import TreeRow
    from chatdesk.services.branches import BranchService
    from chatdesk.services.versions import VersionService
    from chatdesk.ui.notices import NoticeStrip
    from chatdesk.ui.theme import Colors
    from chatdesk.ui.transcript.view import TranscriptView


EDITOR_SHARE = 0.65  # of the transcript's height, for the lines of a message that is edited
LEAST_LINES = 4


@dataclass(frozen=True, slots=True)
class BranchingVerbs:
    """What can be asked about versions and branches.

    `models` are those that could write, `loaded_model` the one that does now; `show_message` shows a path through one.
    `copies_branches`: whether a branch can become a chat of its own.
    """

    versions: VersionService
    branches: BranchService
    regenerate: Callable[[str, Mapping[str, Any] | None], None]
    models: Callable[[], Sequence[ModelFile]]
    loaded_model: Callable[[], ModelFile | None]
    show_message: Callable[[str], None]
    copies_branches: bool


class BranchDesk(QObject):
    """Offers what can be done with a message, and shows what becomes of it."""

    def __init__(
        self, verbs: BranchingVerbs, transcript: TranscriptView, notices: NoticeStrip, window: QWidget
    ) -> None:
        super().__init__(transcript)
        self._verbs = verbs
        self._transcript = transcript
        self._notices = notices
        self._window = window
        self._colors: Colors | None = None
        self._conversation_id: str | None = None
        self._title = ""
        self._map: TreeMap | None = None
        self._unfolded: frozenset[str] = frozenset()  # of the map
        self._comparison: CompareDialog | None = None
        self._reopens_map = False  # once what was asked for in it is done
        self._wanted: str | None = None  # the message to go to when it is shown
        self._editor: MessageEditor | None = None
        self._undo_of: tuple[str, str] | None = None  # the message deleted last, and what was said of it
        self._unsaved: dict[str, str] = {}  # message -> what was being made of it when another chat was shown
        transcript.verbs.more = self._offers

    def rows(self) -> tuple[ActionRow, ...]:
        """What can be done here."""
        words = self.tr("Map of this chat")
        return (ActionRow("map_action", Group.THIS_CHAT, words, self.open_map, "Ctrl+B", needs_chat=True),)

    # --- what is shown and announced ---

    def set_colors(self, colors: Colors) -> None:
        """Draw everything in these."""
        self._colors = colors
        if self._map is not None:
            self._map.set_colors(colors)

    def set_title(self, title: str) -> None:
        """The conversation that is shown is called so."""
        self._title = title

    def show_messages(self, conversation_id: str | None) -> None:
        """Other messages are shown, or the same anew. An edit that was not saved waits until its message is back."""
        if conversation_id != self._conversation_id:
            self._conversation_id = conversation_id
            self._unfolded = frozenset()
            self._wanted = None
            self._reopens_map = False
        self._settle_editor()
        # It may have been something else that had the messages shown anew: then they are still to come.
        if self._wanted is not None and self._transcript.message(self._wanted) is not None:
            self._transcript.show_message(self._wanted)
            self._wanted = None
        if self._reopens_map:
            self._reopens_map = False
            self.open_map()

    def _settle_editor(self) -> None:
        editor = self._editor
        if editor is None:
            return
        if editor.is_waiting:
            self._close_editor()
        elif self._transcript.message(editor.message_id) is None:
            self._put_editor_aside(editor)

    def on_event(self, event: Event) -> bool:
        """Show what became of what was asked for. Returns whether the event is about that."""
        match event:
            case EditFailed(message_id, text, error):
                self._notices.show_notice(error_words(error))
                if self._editor is not None and self._editor.message_id == message_id:
                    self._editor.set_waiting(is_waiting=False)
                else:
                    self._unsaved[message_id] = text
            case BranchDeleted(branch):
                restore = partial(self._verbs.branches.restore, branch.message.id, branch.leaf_id)
                words = wording.deleted_words(branch.count)
                self._undo_of = (branch.message.id, words)
                self._notices.show_notice(words, [NoticeAction(self.tr("Undo"), restore)])
            case BranchRestored(message):
                if self._undo_of is not None and self._undo_of[0] == message.id:
                    self._notices.take_back(self._undo_of[1])
            case TreeRead():
                self._show_map(event)
            case VersionsCompared():
                self._show_comparison(event)
            case _:
                return False
        return True

    # --- what can be done with a message ---

    def _offers(self, message: Message, is_last: bool) -> Sequence[Verb]:  # noqa: FBT001 - called by position
        versions, branches, message_id = self._verbs.versions, self._verbs.branches, message.id
        is_final = message.status.is_final
        offers = []
        if can_edit(message):
            offers.append(Verb("edit", transcript_wording.edit_words(), partial(self._edit, message)))
        if can_continue(message):
            words = transcript_wording.continue_words()
            offers.append(Verb("continue", words, partial(versions.continue_reply, message_id)))
        if message.role is Role.USER and is_last:
            offers.append(Verb("answer", wording.answer_words(), partial(self._verbs.regenerate, message_id, None)))
        if message.is_reply and is_final and message.parent_id is not None:
            words = wording.regenerate_with_words()
            offers.append(Verb("regenerate_with", words, partial(self._open_regenerate_menu, message)))
        if is_final and self._verbs.copies_branches:
            offers.append(Verb("copy_branch", wording.copy_branch_words(), partial(self._copy_branch, message_id)))
        index = self._transcript.column.index_of(message_id)
        has_versions = index is not None and self._transcript.column.versions_of(index)[1] > 1
        if has_versions:
            offers.append(Verb("compare", wording.compare_words(), partial(branches.compare, message_id)))
        words = wording.delete_words(has_versions=has_versions)
        offers.append(Verb("delete", words, partial(branches.delete, message_id)))
        return offers

    def _copy_branch(self, message_id: str) -> None:
        self._verbs.branches.copy(message_id, wording.branch_title_words(self._title))

    # --- the map ---

    def open_map(self) -> None:
        """Show the whole tree of the conversation; a conversation that is not begun has none."""
        if self._conversation_id is not None:
            self._verbs.branches.read_tree(self._conversation_id, self._unfolded)

    def _show_map(self, read: TreeRead) -> None:
        if read.tree.conversation_id != self._conversation_id:
            return
        if self._map is None:
            self._map = TreeMap(self._window)
            self._map.chosen.connect(self._choose_row)
            self._map.deletion_requested.connect(self._delete_row)
            if self._colors is not None:
                self._map.set_colors(self._colors)
        self._map.show_rows(read.rows, read.tree.active_leaf_id)

    def _choose_row(self, row: TreeRow) -> None:
        assert self._map is not None
        if row.folded:
            self._unfolded |= {row.node.id}
            self.open_map()
            return
        self._map.close_map()
        if row.node.is_deleted:
            self._wanted = row.node.id
            self._verbs.branches.restore(row.node.id)
        else:
            self._go_to(row.node.id)

    def _delete_row(self, row: TreeRow) -> None:
        if not row.folded and not row.node.is_deleted:
            self._reopens_map = True
            self._verbs.branches.delete(row.node.id)

    # --- comparing ---

    def _show_comparison(self, compared: VersionsCompared) -> None:
        if compared.versions[0].conversation_id != self._conversation_id or self._colors is None:
            return
        if self._comparison is None:
            self._comparison = CompareDialog(self._colors, self._window)
            self._comparison.comparison_requested.connect(self._verbs.branches.compare)
            self._comparison.show_requested.connect(self._go_to)
            self._comparison.finished.connect(self._forget_comparison)
        self._comparison.show_comparison(compared)
        self._comparison.open()

    def _forget_comparison(self) -> None:
        self._comparison = None

    def _go_to(self, message_id: str) -> None:
        self._wanted = message_id
        self._verbs.show_message(message_id)

    # --- editing ---

    def _edit(self, message: Message) -> None:
        if self._editor is not None:
            if self._editor.message_id == message.id:
                self._editor.setFocus()
                return
            self._put_editor_aside(self._editor)
        text = self._unsaved.pop(message.id, message.text)
        room = self._transcript.viewport().height() * EDITOR_SHARE
        most_lines = max(LEAST_LINES, int(room / self._transcript.column.frame.style.pitch))
        self._editor = editor = MessageEditor(message, text, most_lines)
        editor.lost_marks.connect(self._notices.show_notice)
        editor.saved.connect(self._save)
        editor.cancelled.connect(self._cancel)
        self._transcript.cover.put(message.id, editor)
        editor.height_changed.connect(self._transcript.cover.refresh)
        editor.setFocus()

    def _save(self, text: str, sends: bool) -> None:  # noqa: FBT001 - a Qt signal's argument
        assert self._editor is not None
        self._editor.set_waiting(is_waiting=True)
        self._verbs.versions.edit(self._editor.message_id, text, sends=sends)

    def _cancel(self) -> None:
        assert self._editor is not None
        message_id = self._editor.message_id
        self._close_editor()
        self._transcript.show_message(message_id)

    def _put_editor_aside(self, editor: MessageEditor) -> None:
        """Close the editor; what is written and not being saved is there when its message is edited again."""
        if not editor.is_waiting:
            self._unsaved[editor.message_id] = editor.text
        self._close_editor()

    def _close_editor(self) -> None:
        assert self._editor is not None
        editor, self._editor = self._editor, None
        self._transcript.cover.remove()
        editor.deleteLater()

    # --- writing again ---

    def _open_regenerate_menu(self, message: Message) -> None:
        index = self._transcript.column.index_of(message.id)
        assert index is not None, "offered where it is shown"
        menu = self._regenerate_menu(message)
        menu.popup(self._transcript.menu_place(self._transcript.message_rect(index)))
        menu.setActiveAction(menu.actions()[0])

    def _regenerate_menu(self, message: Message) -> QMenu:
        menu = QMenu(self._transcript)
        menu.setObjectName("regenerate_menu")
        menu.setAccessibleName(wording.regenerate_with_words())
        menu.aboutToHide.connect(menu.deleteLater)
        temperature = message.origin.sampling.temperature if message.origin is not None else None
        for name, words, changed in (
            ("focused", wording.focused_words, focused(temperature)),
            ("varied", wording.varied_words, varied(temperature)),
        ):
            if changed is not None:
                self._add(menu, name, words(changed), partial(self._regenerate, message, temperature=changed))
        self._add(menu, "another_seed", wording.another_seed_words(), partial(self._regenerate, message))
        menu.addSeparator()
        loaded = self._verbs.loaded_model()
        for model in self._verbs.models():
            is_loaded = loaded is not None and loaded.path == model.path
            label = wording.model_words(model.name, is_loaded=is_loaded)
            self._add(menu, "model", label, partial(self._verbs.versions.regenerate_with, message.id, model))
        return menu

    def _regenerate(self, message: Message, **changes: float) -> None:
        self._verbs.regenerate(message.id, {"seed": None, **changes})

    @staticmethod
    def _add(menu: QMenu, name: str, words: str, do: Callable[[], None]) -> None:
        action = menu.addAction(words.replace("&", "&&"))
        action.setObjectName(name)
        action.triggered.connect(lambda _is_checked: do())
