"""What can be done with versions and branches, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from chatdesk.core.markdown_marks import plain_words
from chatdesk.core.messages import Role

if TYPE_CHECKING:
    from chatdesk.core.branches import BranchNode
    from chatdesk.core.messages import Message
    from chatdesk.core.tree_rows import TreeRow

VERSION_CHARS = 60


def _tr(text: str) -> str:
    return QCoreApplication.translate("Branching", text)


def answer_words() -> str:
    """Names the verb that has a message answered which has no reply."""
    return _tr("Get a reply")


def regenerate_with_words() -> str:
    """Names the menu of ways to write a reply again."""
    return _tr("Regenerate with…")


def copy_branch_words() -> str:
    """Names the verb that begins a conversation with what was said so far."""
    return _tr("Branch into a new chat")


def delete_words(*, has_versions: bool) -> str:
    """Names the verb that deletes a message, and what hangs below it."""
    return _tr("Delete this version and what follows") if has_versions else _tr("Delete from here on")


def deleted_words(count: int) -> str:
    """Says what was deleted."""
    if count == 1:
        return _tr("1 message was deleted.")
    return _tr("{count} messages were deleted.").format(count=QLocale().toString(count))


def branch_title_words(title: str) -> str:
    """The title of a conversation that begins as another one."""
    return _tr("{title} (branch)").format(title=title)


def focused_words(temperature: float) -> str:
    """Names the setting that keeps closer to what is most probable."""
    return _tr("More focused (temperature {value})").format(value=_number(temperature))


def varied_words(temperature: float) -> str:
    """Names the setting that strays further from what is most probable."""
    return _tr("More varied (temperature {value})").format(value=_number(temperature))


def another_seed_words() -> str:
    """Names the setting that draws lots anew."""
    return _tr("Another seed, the same settings")


def model_words(name: str, *, is_loaded: bool) -> str:
    """Names a model to write with."""
    return _tr("{model} (loaded)").format(model=name) if is_loaded else name


def _number(value: float) -> str:
    return QLocale().toString(value, "g", 3)


def who_words(node: BranchNode) -> str:
    """Who wrote a message."""
    match node.role:
        case Role.USER:
            return _tr("You")
        case Role.ASSISTANT:
            return node.model_name or _tr("Reply")
        case Role.SYSTEM:
            return _tr("System")
        case Role.TOOL:
            return _tr("Tool")


def folded_words(count: int) -> str:
    """Says how many messages a row stands for; there are several."""
    return _tr("{count} more messages").format(count=QLocale().toString(count))


def aside_words(row: TreeRow) -> str:
    """What stands at the end of a row: that it was deleted or edited, and which version of several it is."""
    locale = QLocale()
    parts = (
        _tr("deleted, Enter restores it") if row.node.is_deleted else "",
        _tr("edited") if row.node.is_edited else "",
        f"{locale.toString(row.version)}/{locale.toString(row.versions)}" if row.versions > 1 else "",
    )
    return " · ".join(part for part in parts if part)


def row_words(row: TreeRow) -> str:
    """A row as it is read aloud."""
    locale = QLocale()
    words = folded_words(row.folded) if row.folded else f"{who_words(row.node)}: {row.node.beginning}"
    numbers = {"number": locale.toString(row.version), "count": locale.toString(row.versions)}
    parts = (
        words,
        _tr("deleted, Enter restores it") if row.node.is_deleted else "",
        _tr("edited") if row.node.is_edited else "",
        _tr("version {number} of {count}").format(**numbers) if row.versions > 1 else "",
        _tr("shown now") if row.is_on_path else "",
    )
    return ", ".join(part for part in parts if part)


def compare_words() -> str:
    """Names the verb that shows two versions side by side."""
    return _tr("Compare versions…")


def version_words(message: Message, number: int, count: int) -> str:
    """One of several versions, in a list of them."""
    locale = QLocale()
    who = message.origin.model_name if message.origin is not None else ""
    parts = (
        f"{locale.toString(number)}/{locale.toString(count)}",
        who,
        _tr("edited") if message.is_edited else "",
        " ".join(plain_words(message.text[:VERSION_CHARS]).split()),
    )
    return " · ".join(part for part in parts if part)


def differences_words(count: int) -> str:
    """In how many places two versions differ."""
    if count == 0:
        return _tr("Both say the same.")
    if count == 1:
        return _tr("They differ in one place.")
    return _tr("They differ in {count} places.").format(count=QLocale().toString(count))
