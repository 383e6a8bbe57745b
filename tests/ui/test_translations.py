"""The words of the window: marked in the source, translated in the catalogs, compiled as the catalogs are."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QObject
from pytestqt.qtbot import QtBot

from chatdesk.store.paths import resource
from chatdesk.ui.languages import languages, speak
from chatdesk.ui.resources import set_resource_folder
from tests.support.marked_strings import read_sources
from tests.translations import ENGLISH, CatalogFile, catalog_files

PACKAGE = Path(__file__).parents[2] / "chatdesk"
FOUND = read_sources(PACKAGE)
FILES = catalog_files()
EACH_FILE = pytest.mark.parametrize("file", FILES, ids=[file.code for file in FILES])


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{\w*\}|%n", text))


def test_every_word_on_screen_is_marked_for_translation() -> None:
    assert FOUND.faults == []


def test_no_sentence_names_a_key_that_other_systems_call_otherwise() -> None:
    assert [marked.text for marked in FOUND.marked if re.search(r"\b(Ctrl|Alt|Cmd|Meta)\b", marked.text)] == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("class A:\n def f(self): self.label.setText('Some words')", "not marked"),
        ("class A:\n def f(self): self.label.setText(f'{n} words')", "not marked"),
        ("class A:\n def f(self): self.tr(words)", "must be a literal"),
        ("class A:\n def f(self): self.tr('%n words')", "without its number"),
    ],
)
def test_words_that_are_not_marked_are_found(source: str, fault: str, tmp_path: Path) -> None:
    folder = tmp_path / "chatdesk" / "ui"
    folder.mkdir(parents=True)
    (folder / "module.py").write_text(source, encoding="utf-8")
    [found] = read_sources(tmp_path / "chatdesk").faults
    assert fault in found


@EACH_FILE
def test_a_catalog_is_complete_and_holds_nothing_that_is_gone(file: CatalogFile) -> None:
    expected, catalog = set(file.expected(FOUND.marked)), file.read()
    assert [marked for marked in expected if not all(catalog.get(marked, ("",)))] == []
    assert [marked for marked in catalog if marked not in expected] == []


@EACH_FILE
def test_translations_have_the_placeholders_of_their_source(file: CatalogFile) -> None:
    wrong = [
        (marked.text, text)
        for marked, texts in file.read().items()
        for text in texts
        if placeholders(text) - {"%n"} != placeholders(marked.text) - {"%n"}
    ]
    assert wrong == []


@EACH_FILE
def test_the_compiled_catalog_is_that_of_its_source(file: CatalogFile, tmp_path: Path) -> None:
    file.compile(tmp_path / "fresh.qm")
    assert (tmp_path / "fresh.qm").read_bytes() == file.compiled.read_bytes()


@pytest.fixture
def spoken(qtbot: QtBot) -> Iterator[None]:
    """Resources in their place; English again afterwards."""
    set_resource_folder(resource(""))
    yield
    speak(ENGLISH)
    QLocale.setDefault(QLocale.c())


@pytest.mark.usefixtures("spoken")
def test_a_language_is_spoken_by_its_code_and_named_by_itself() -> None:
    class Composer(QObject):
        """Has a context of that name."""

    class Special(Composer):
        """Finds the words of what it is made from."""

    assert languages() == [("en", "English"), ("zh_CN", "简体中文")]
    speak("zh_CN")
    assert Special().tr("Send") == "发送"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
    assert QLocale().language() is QLocale.Language.Chinese
    speak("en")
    assert Special().tr("Send") == "Send"
