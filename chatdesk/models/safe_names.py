"""Which names from the network may become names on this disk, whatever system the disk belongs to."""

from __future__ import annotations

import re

from chatdesk.core.untrusted_text import is_unwanted

MOST_BYTES_IN_A_NAME = 200  # file systems allow 255, and names grow endings while a file is on its way
MOST_FOLDERS = 3
_RESERVED_CHARS = frozenset('<>:"\\|?*/')  # by Windows; ":" also opens a second stream of a file there
# Devices in every folder of Windows, with any ending: https://learn.microsoft.com/windows/win32/fileio/naming-a-file
_RESERVED_NAME = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])\s*(?:\..*)?", re.IGNORECASE)


def is_safe_filename(untrusted_filename: str) -> bool:
    """Whether a file's path in a repo, with `/`, is safe to keep below a folder of ours on any system."""
    names = untrusted_filename.split("/")
    return len(names) <= MOST_FOLDERS + 1 and all(map(_is_safe_name, names))


def _is_safe_name(name: str) -> bool:
    """Whether one name is a plain one: no way out, no device, no hidden file, and shown as it is."""
    return (
        bool(name)
        and not name.startswith((".", " ", "~"))  # "..", hidden files, a home folder
        and not name.endswith((".", " "))  # Windows drops these
        and all(char.isprintable() and char not in _RESERVED_CHARS and not is_unwanted(char) for char in name)
        and len(name.encode()) <= MOST_BYTES_IN_A_NAME
        and _RESERVED_NAME.fullmatch(name) is None
    )
