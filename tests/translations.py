"""Brings the catalogs in `resources/translations` up to date with the source: `python tests/translations.py`.

A new string is added as unfinished, one that is gone is taken out, and each `.ts` is compiled into the `.qm` that the
app reads. Another language begins as a copy of `chatdesk_zh_CN.ts` under its own name.
"""

import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.marked_strings import Marked, read_sources  # run as a file, it finds its package so

FOLDER = ROOT / "resources" / "translations"
ENGLISH = "en"
# How many forms a word has for numbers, by language: what Qt's compiler expects.
FORMS = {"en": 2, "zh": 1}

Catalog = Mapping[Marked, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class CatalogFile:
    """One `.ts`."""

    path: Path

    @property
    def code(self) -> str:
        """The locale: `zh_CN`."""
        return self.path.stem.removeprefix("chatdesk_")

    @property
    def compiled(self) -> Path:
        """The `.qm` that the app reads."""
        return self.path.with_suffix(".qm")

    def expected(self, marked: Iterable[Marked]) -> list[Marked]:
        """What this catalog is to hold: English speaks for itself but for its plurals."""
        return sorted(each for each in marked if each.is_plural or self.code != ENGLISH)

    def read(self) -> dict[Marked, tuple[str, ...]]:
        """The translations, one text or one for each form of number; empty ones are not finished."""
        found: dict[Marked, tuple[str, ...]] = {}
        for context in ET.parse(self.path).iter("context"):
            for message in context.iter("message"):
                is_plural = message.get("numerus") == "yes"
                translation = message.find("translation")
                assert translation is not None
                texts = [form.text or "" for form in translation.iter("numerusform" if is_plural else "translation")]
                key = Marked(context.findtext("name", ""), message.findtext("source", ""), is_plural)
                found[key] = tuple(texts)
        return found

    def write(self, catalog: Catalog) -> None:
        """Write `catalog`, in the order of contexts and texts."""
        root = ET.Element("TS", version="2.1", language=self.code, sourcelanguage=ENGLISH)
        for name, rows in groupby(sorted(catalog), key=lambda marked: marked.context):
            context = ET.SubElement(root, "context")
            ET.SubElement(context, "name").text = name
            for marked in rows:
                self._add(context, marked, catalog[marked])
        ET.indent(root)
        body = ET.tostring(root, encoding="unicode")
        text = f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{body}\n'
        self.path.write_text(text, encoding="utf-8", newline="\n")

    def _add(self, context: ET.Element, marked: Marked, texts: tuple[str, ...]) -> None:
        message = ET.SubElement(context, "message", {"numerus": "yes"} if marked.is_plural else {})
        ET.SubElement(message, "source").text = marked.text
        attributes = {} if all(texts) else {"type": "unfinished"}
        translation = ET.SubElement(message, "translation", attributes)
        if marked.is_plural:
            for text in texts:
                ET.SubElement(translation, "numerusform").text = text
        else:
            translation.text = texts[0]

    def update(self, marked: Iterable[Marked]) -> int:
        """Take in what is new and take out what is gone. Returns how many are not translated."""
        old = self.read()
        forms = FORMS[self.code.partition("_")[0]]
        new = {each: old.get(each, ("",) * (forms if each.is_plural else 1)) for each in self.expected(marked)}
        self.write(new)
        return sum(not all(texts) for texts in new.values())

    def compile(self, to: Path) -> None:
        """Make the `.qm`."""
        compiler = Path(sys.executable).with_name("pyside6-lrelease")
        subprocess.run([str(compiler), "-silent", str(self.path), "-qm", str(to)], check=True)


def catalog_files() -> list[CatalogFile]:
    """Every catalog there is."""
    return [CatalogFile(path) for path in sorted(FOLDER.glob("chatdesk_*.ts"))]


def main() -> int:
    """Update and compile all; say what is left to do."""
    found = read_sources(ROOT / "chatdesk")
    for fault in found.faults:
        print(fault)
    for file in catalog_files():
        missing = file.update(found.marked)
        file.compile(file.compiled)
        print(f"{file.code}: {missing} of {len(file.expected(found.marked))} not translated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
