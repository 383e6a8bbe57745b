"""What can be done with versions and branches, in words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QLocale


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
