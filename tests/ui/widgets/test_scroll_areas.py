from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QLabel, QScrollArea
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
