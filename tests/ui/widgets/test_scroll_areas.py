from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QDialog, QLabel, QScrollArea
from pytestqt.qtbot import QtBot

from chatdesk.ui import scroll_areas


def test_a_child_that_is_gone_is_none_and_no_crash(qtbot: QtBot) -> None:
    scroll_areas.install()
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidget(QLabel("What is scrolled"))
    seen = QAccessible.queryAccessibleInterface(area)
    assert seen.childCount() >= 1
    assert seen.child(seen.childCount() + 5) is None
    assert seen.child(0).parent() == seen


class _Page(QScrollArea):
    def take(self, value: int) -> None:
        """A slot gives the class another meta-object, for which Qt asks for another interface."""


def test_a_scroll_area_goes_while_assistive_technology_knows_it() -> None:
    scroll_areas.install()
    for _ in range(20):
        dialog = QDialog()
        pages = [_Page(dialog) for _ in range(5)]
        for page in pages:
            first = QAccessible.queryAccessibleInterface(page)
            page.verticalScrollBar().valueChanged.connect(page.take)
            assert QAccessible.queryAccessibleInterface(page).childCount() == first.childCount()
        dialog.deleteLater()
        del pages, page, first, dialog
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
