"""What the disk reports, as something a person can read."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from chatdesk.core.errors import ErrorCode, UserFacingError

if TYPE_CHECKING:
    from pathlib import PurePath

_FULL = {errno.ENOSPC, errno.EDQUOT}
# ENOTDIR and EEXIST: a file lies where the folder should be.
_NOT_WRITABLE = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}


def disk_problem(error: OSError, folder: PurePath) -> UserFacingError:
    """What went wrong while writing in `folder`, by its errno."""
    if error.errno in _FULL:
        return UserFacingError(ErrorCode.DISK_FULL)
    if error.errno in _NOT_WRITABLE:
        return UserFacingError(ErrorCode.FOLDER_NOT_WRITABLE, path=str(folder))
    return UserFacingError(ErrorCode.DISK_ERROR, reason=error.strerror or str(error))
