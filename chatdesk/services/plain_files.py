"""Files that a person names are files: what lies there may also be a pipe that never says anything, or a device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chatdesk.core.attachments import safe_name
from chatdesk.core.errors import ErrorCode, UserFacingError

if TYPE_CHECKING:
    from pathlib import Path


def refuse_what_is_no_file(path: Path) -> None:
    """Let files and links to them pass, and what is not there: opening that says so.

    Raises:
        UserFacingError: `NOT_A_FILE`.
        OSError: it cannot be looked at.
    """
    if not path.is_file() and path.exists():
        raise UserFacingError(ErrorCode.NOT_A_FILE, name=safe_name(path.name))
