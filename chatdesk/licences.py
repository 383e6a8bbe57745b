"""The licences of everything that is shipped: parts' from `resources/licences`, Python packages' from themselves."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import TYPE_CHECKING

from chatdesk.core.about import Licence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# file -> what it is the licence of, and its short name; in the order in which they are listed
PARTS = {
    "chatdesk.txt": ("ChatDesk", "MIT"),
    "qt.txt": ("Qt, PySide6, Shiboken6", "LGPL-3.0"),
    "llama-cpp.txt": ("llama.cpp, ggml", "MIT"),
    "smollm2.txt": ("SmolLM2-135M-Instruct", "Apache-2.0"),
    "python.txt": ("Python", "PSF-2.0"),
    "lucide.txt": ("Lucide", "ISC"),
    "stix-two-math.txt": ("STIX Two Math", "OFL-1.1"),
}
_TOLD_ABOVE = {"chatdesk", "pyside6-essentials", "shiboken6"}
# Where packages keep them that do not say it in `License-File`
_USUAL_NAMES = ("LICENSE", "LICENSE.txt", "LICENSE.md")
_NAME = re.compile(r"[\w.-]+")


def read_licences(folder: Path) -> tuple[Licence, ...]:
    """All of them; `folder` is `resources/licences`."""
    parts = [Licence(*PARTS[name], (folder / name).read_text(encoding="utf-8")) for name in PARTS]
    packages = [package for package in shipped_packages() if canonical(package.name) not in _TOLD_ABOVE]
    return (*parts, *(_licence(package) for package in packages))


def shipped_packages() -> list[Distribution]:
    """This package and those that it needs to run on this system, by name."""
    found: dict[str, Distribution] = {}
    _collect("chatdesk", found)
    return [found[name] for name in sorted(found)]


def canonical(name: str) -> str:
    """A package's name as all spellings of it come to."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _collect(name: str, found: dict[str, Distribution]) -> None:
    if canonical(name) in found:
        return
    try:
        package = distribution(name)
    except PackageNotFoundError:
        return  # needed on other systems only, or left out on purpose
    found[canonical(name)] = package
    for requirement in package.requires or ():
        needed = _NAME.match(requirement)
        if needed is not None and "extra ==" not in requirement:
            _collect(needed[0], found)


def _licence(package: Distribution) -> Licence:
    metadata = package.metadata
    told = next(iter([*metadata.get_all("License-Expression", []), *metadata.get_all("License", [])]), "").strip()
    classifiers = metadata.get_all("Classifier", [])
    classified = [line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License")]
    name = told if told and "\n" not in told else ", ".join(classified)  # an old package may hold the whole text there
    return Licence(f"{package.name} {package.version}", name, "\n\n".join(_texts(package)) or told or name)


def _texts(package: Distribution) -> Iterator[str]:
    names = package.metadata.get_all("License-File") or _USUAL_NAMES
    for name in dict.fromkeys(names):
        text = package.read_text(f"licenses/{name}") or package.read_text(name)
        if text:
            yield text.strip("\n")
