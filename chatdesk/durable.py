"""Files that are put in their place in one step, and are still there after a power cut, on each system.

For every package that owns files; knows none of them.
"""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

# A virus scanner or an indexer on Windows holds a file for a moment: ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION.
_HELD = (5, 32)
_WAITS_SECONDS = (0.02, 0.05, 0.1, 0.15, 0.2)
# Some mounts (network drives, shares of a virtual machine) know no such thing; the file itself is safe.
_NOT_OFFERED = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)


def replace_when_let_go(path: Path, target: Path, waits_seconds: Sequence[float] = _WAITS_SECONDS) -> None:
    """Put `path` in the place of `target` in one step; on Windows wait for another program to let go of either.

    It is tried once more behind each wait.
    """
    for wait_seconds in waits_seconds:
        try:
            path.replace(target)
        except OSError as error:
            if getattr(error, "winerror", None) not in _HELD:
                raise
            time.sleep(wait_seconds)
        else:
            return
    path.replace(target)


def make_durable(folder: Path) -> None:
    """Have what was put into a folder, or renamed in it, still be there after a power cut; Windows has no such call."""
    if os.name != "posix":
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in _NOT_OFFERED:
            raise
    finally:
        os.close(opened)
