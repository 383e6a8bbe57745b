"""What lies beside the packages: their contents, their checksums, and a bill of materials."""

from __future__ import annotations

import hashlib
import json
import re
from importlib.metadata import Distribution, distributions
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# In the environment, and not frozen
_NOT_INSIDE = ("altgraph", "chatdesk", "pip", "pyinstaller", "pyinstaller-hooks-contrib", "setuptools")


def write_sums(folder: Path) -> None:
    """Write `SHA256SUMS` of all packages in `folder`, as `sha256sum -c` reads it."""
    lines = []
    for path in sorted(path for path in folder.iterdir() if path.is_file() and path.name != "SHA256SUMS"):
        with path.open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}\n")
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8", newline="\n")


def write_contents(frozen: Path, out: Path) -> None:
    """Write the size and name of each file in the frozen folder."""
    rows = sorted(
        (path.relative_to(frozen).as_posix(), path.stat().st_size)
        for path in frozen.rglob("*")
        if path.is_file() and not path.is_symlink()
    )
    out.write_text("".join(f"{size:>12} {name}\n" for name, size in rows), encoding="utf-8", newline="\n")


def write_bill_of_materials(site_packages: Path, version: str, out: Path) -> None:
    """Write what the app is made of, as CycloneDX 1.6 JSON (https://cyclonedx.org/docs/1.6/json/)."""
    found = sorted(distributions(path=[str(site_packages)]), key=lambda each: each.name.lower())
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "application", "name": "ChatDesk", "version": version}},
        "components": [_component(each) for each in found if each.name.lower() not in _NOT_INSIDE],
    }
    out.write_text(json.dumps(bill, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def _component(distribution: Distribution) -> dict[str, object]:
    name = re.sub(r"[-_.]+", "-", distribution.name).lower()
    metadata = distribution.metadata
    licence = metadata["License-Expression"] or metadata["License"] or ""
    component: dict[str, object] = {
        "type": "library",
        "name": name,
        "version": distribution.version,
        "purl": f"pkg:pypi/{name}@{distribution.version}",
    }
    if licence and "\n" not in licence:  # an old package may hold the whole text there
        component["licenses"] = [{"license": {"name": licence}}]
    return component
