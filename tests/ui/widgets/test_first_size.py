from PySide6.QtCore import QSize
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QSplitter, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.ui.first_size import BESIDE, set_first_list_width, set_first_size


def written_in(widget: QWidget, percent: int, qtbot: QtBot) -> None:
    """Have `widget` written in letters of this size."""
    qtbot.addWidget(widget)
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPointSizeF(font.pointSizeF() * percent / 100)
    widget.setFont(font)


def test_a_window_opens_larger_with_larger_letters_and_never_smaller(qtbot: QtBot) -> None:
    sizes = []
    for percent in (80, 100, 200):
        window = QWidget()
        written_in(window, percent, qtbot)
        set_first_size(window, 200, 100)
        sizes.append((window.width(), window.height()))
    assert sizes[:2] == [(200, 100), (200, 100)]
    assert 380 <= sizes[2][0] <= 420
    assert 190 <= sizes[2][1] <= 210


def test_no_window_opens_larger_than_the_screen(qtbot: QtBot) -> None:
    window = QWidget()
    written_in(window, 200, qtbot)
    set_first_size(window, 5000, 5000)
    assert window.size() == window.screen().availableSize() - QSize(BESIDE, BESIDE)


def test_a_list_grows_with_its_letters_up_to_half_of_the_window(qtbot: QtBot) -> None:
    shares = []
    for percent in (100, 130, 200):
        splitter = QSplitter()
        written_in(splitter, percent, qtbot)
        splitter.addWidget(QWidget())
        splitter.addWidget(QWidget())
        splitter.resize(1000, 100)
        set_first_list_width(splitter, 360, 640)
        shares.append(splitter.sizes()[0] / sum(splitter.sizes()))
    assert shares[0] < shares[1] < shares[2] < 0.51
