"""The languages of the window: Qt catalogs in `resources/translations`, one file for each.

Another language is another file: `chatdesk_<locale>.qm`, made from a `.ts` of the same name. The words in the source
are English; the catalog `en` holds only what English says differently for one and for many.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QDir, QLibraryInfo, QLocale, QTranslator

from chatdesk.core.errors import QT_TRANSLATE_NOOP

ENGLISH_CODE = "en"
_FOLDER = "resources:translations"
_PREFIX = "chatdesk_"
# Each catalog translates this one into its language's own name.
_OWN_NAME = QT_TRANSLATE_NOOP("OwnName", "English")


def languages() -> list[tuple[str, str]]:
    """The code and the own name of each language that is there, by code: `("zh_CN", "简体中文")`."""
    files = QDir(_FOLDER).entryList([f"{_PREFIX}*.qm"], QDir.Filter.Files, QDir.SortFlag.Name)
    codes = [name.removeprefix(_PREFIX).removesuffix(".qm") for name in files]
    return [(code, _own_name(code)) for code in codes]


def speak(code: str | None) -> None:
    """Have the app speak the language `code`; None, or one that is not there: the system's, else English.

    Words that a widget already shows stay as they are: call it before the window is built. Dates and numbers follow the
    system where it speaks the same language, or one that has no catalog.
    """
    application = QCoreApplication.instance()
    assert application is not None
    for translator in application.findChildren(QTranslator):
        application.removeTranslator(translator)
        translator.deleteLater()
    system = QLocale.system()
    known = {known for known, _ in languages()}
    chosen = QLocale(code) if code in known else system
    translators = [QTranslator(application)]
    if not translators[0].load(chosen, _PREFIX.removesuffix("_"), "_", _FOLDER):
        translators[0].load(_PREFIX + ENGLISH_CODE, _FOLDER)
    # What Qt itself says: the menu of a text field, the buttons of a file dialog.
    own = QTranslator(application)
    if own.load(chosen, "qtbase", "_", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        translators.append(own)
    for translator in reversed(translators):  # the last one installed is asked first
        application.installTranslator(translator)
    QLocale.setDefault(system if system.language() is chosen.language() else chosen)


def _own_name(code: str) -> str:
    translator = QTranslator()
    translator.load(_PREFIX + code, _FOLDER)
    return translator.translate("OwnName", _OWN_NAME) or _OWN_NAME
