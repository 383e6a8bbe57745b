"""The icon of a field, and the cross that empties it."""

from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLineEdit, QToolButton
from pytestqt.qtbot import QtBot

from chatdesk.ui.field_icon import FieldIcon


def test_the_cross_has_a_name_and_is_there_only_where_there_is_something_to_empty(qtbot: QtBot) -> None:
    field = QLineEdit()
    field.setClearButtonEnabled(True)
    qtbot.addWidget(field)
    glass = FieldIcon("search", field)
    field.show()
    cross = field.findChild(QToolButton)
    assert cross is not None
    glass.set_color(QColor("red"))
    assert not cross.isVisible()
    field.setText("words")
    qtbot.waitUntil(cross.isVisible)
    assert cross.accessibleName() == "Empty the field"
    cross.click()
    assert field.text() == ""
