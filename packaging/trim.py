"""Makes a frozen folder on Linux smaller: symbols, copies of one library, libraries that nothing needs any more."""

from __future__ import annotations

import re
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_NEEDED = re.compile(r"NEEDED\s+(\S+)")


def trim(folder: Path) -> None:
    """Trim the frozen app in `folder`, in place."""
    inside = folder / "_internal"
    _drop_unneeded(inside)
    _link_copies(inside / "llama_cpp" / "lib")
    _strip(inside)


def _libraries(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.so*") if path.is_file() and not path.is_symlink()]


def needed(path: Path) -> set[str]:
    """The names of the libraries that `path` asks its loader for."""
    output = subprocess.run(["objdump", "-p", str(path)], capture_output=True, text=True, check=False).stdout
    return set(_NEEDED.findall(output))


def _drop_unneeded(inside: Path) -> None:
    """Delete the libraries at the top that no other file asks for, until none is left; leave those loaded by name."""
    while True:
        wanted = set().union(*(needed(path) for path in _libraries(inside)))
        unneeded = [
            path
            for path in inside.glob("lib*.so*")
            if path.name not in wanted and not path.name.startswith(("libpython", "libssl", "libcrypto"))
        ]
        if not unneeded:
            return
        for path in unneeded:
            path.unlink()


def _link_copies(folder: Path) -> None:
    """Make one file of `libllama.so` and `libllama.so.0`, which a wheel, having no links, holds twice."""
    by_content: dict[tuple[int, bytes], Path] = {}
    for path in sorted(folder.glob("*.so*"), key=lambda path: -len(path.name)):
        key = path.stat().st_size, path.read_bytes()
        if (first := by_content.setdefault(key, path)) is not path:
            path.unlink()
            path.symlink_to(first.name)


def _strip(inside: Path) -> None:
    """Take symbols out; numpy's bundled libraries were patched in a way that `strip` breaks."""
    paths = [str(path) for path in _libraries(inside) if "numpy.libs" not in path.parts]
    subprocess.run(["strip", "--strip-unneeded", *paths], check=True)
