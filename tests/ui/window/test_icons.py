"""Icons grow with the text that stands beside them."""

import gc
import weakref
from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from chatdesk.app import WindowedApp
from chatdesk.core.settings import Settings
from chatdesk.ui import theme
from chatdesk.ui.field_icon import FieldIcon
from tests.ui.widgets.finding import find

SIZES = {
    "menu_button": 18,
    "model_picker": 16,
    "send_button": 18,
    "attach_button": 18,
    "new_chat_button": 16,
    "archive_button": 16,
    "find_next": 16,
    "jump_to_end_button": 18,
}


def sizes(app: WindowedApp) -> dict[str, int]:
    for name in SIZES:
        find(app.window, QAbstractButton, name).ensurePolished()
    return {name: find(app.window, QAbstractButton, name).iconSize().height() for name in SIZES}


def wanted(percent: int) -> object:
    return pytest.approx({name: size * percent / 100 for name, size in SIZES.items()}, abs=1)


@pytest.mark.parametrize("dressed_app", [Settings(text_percent=p) for p in (80, 100, 200)], indirect=True)
def test_from_the_start_and_when_another_size_is_chosen(dressed_app: WindowedApp, qtbot: QtBot) -> None:
    assert sizes(dressed_app) == wanted(dressed_app.core.preferences.current().text_percent)
    dressed_app.core.preferences.adjust(lambda _before: Settings(text_percent=150))
    qtbot.waitUntil(lambda: sizes(dressed_app) == wanted(150))


@pytest.mark.parametrize("percent", [100, 200])
def test_the_icon_of_a_field_is_as_high_as_its_letters_which_begin_behind_it(
    percent: int, wear: Callable[[theme.Looks], None], qtbot: QtBot
) -> None:
    wear(theme.Looks(text_percent=percent))
    field = QLineEdit()
    qtbot.addWidget(field)
    mark = FieldIcon("search", field)
    field.show()
    assert mark.height() == mark.width() == field.fontMetrics().height()
    assert field.textMargins().left() > mark.width()
    assert field.rect().contains(mark.geometry())


def test_a_field_goes_with_its_icon_as_soon_as_nobody_holds_it(qapp: QApplication) -> None:
    del qapp
    field = QLineEdit()
    FieldIcon("search", field)
    gone = weakref.ref(field)
    gc.disable()  # which would find a circle of the two
    try:
        del field
        assert gone() is None
    finally:
        gc.enable()
