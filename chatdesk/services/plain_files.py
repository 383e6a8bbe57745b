"""Files that a person names are files: what lies there may also be a pipe that never says anything, or a device."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from chatdesk.core.attachments import safe_name
from chatdesk.core.errors import ErrorCode, UserFacingError

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)


def refuse_what_is_no_file(path: Path) -> None:
    """Let files and links to them pass, and what is not there or cannot be looked at: opening that says so.

    Raises:
        UserFacingError: `NOT_A_FILE`.
    """
    try:
        is_other = not path.is_file() and path.exists()
    except OSError as error:
        _log.info("%s cannot be looked at: %s", path, error)
        return
    if is_other:
        raise UserFacingError(ErrorCode.NOT_A_FILE, name=safe_name(path.name))
