import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

from chatdesk.core.downloads import DownloadState
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import (
    ConversationsListed,
    DownloadsListed,
    FitsAssessed,
    HubSearched,
    LibraryDescribed,
    ModelInstalled,
    NoticeRaised,
    RepoShown,
)
from chatdesk.core.hub_models import Gating, HubSort
from chatdesk.core.model_files import ModelOrigin
from chatdesk.ui import theme
from chatdesk.ui.model_manager.elsewhere_dialog import ElsewhereDialog
from chatdesk.ui.model_manager.overrides_dialog import ModelOverridesDialog
from chatdesk.ui.model_manager.remove_dialog import RemoveDialog
from chatdesk.ui.model_manager.window import ModelManager, ModelsTab
from tests.ui.model_manager.world import (
    REPO_ID,
    Asked,
    download,
    find,
    fit,
    installed,
    model_file,
    page,
    remote,
    repo,
    shown_window,
    texts,
)

CONTROLS = (QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QProgressBar)


def fill(window: ModelManager) -> None:
    """Everything that the window can show."""
    failed = ErrorDetail(ErrorCode.HUB_GATED, {"repo_id": REPO_ID, "url": "https://hub/maker"})
    states = tuple(
        download(state, state, place, model=remote(f"Q{place + 2}_K"), error=failed if place == 3 else None)
        for place, state in enumerate(DownloadState)
        if not state.is_over
    )
    window.on_event(DownloadsListed(states))
    window.on_event(LibraryDescribed((installed(), installed("b", origin=ModelOrigin.ADDED, is_favourite=True))))
    window.search_for("model")
    window.on_event(HubSearched("model", HubSort.DOWNLOADS, tuple(repo(f"maker/{n}") for n in range(200))))
    models = (remote("Q2_K"), remote("Q4_K_M"), remote("Q8_0", shards=2))
    window.on_event(RepoShown(page(*models, gating=Gating.MANUAL)))
    window.on_event(FitsAssessed(REPO_ID, {each.filename: fit() for each in models}))


def controls(root: QWidget) -> list[QWidget]:
    """What a person can operate: not the parts that Qt makes of its own."""
    return [
        each
        for each in root.findChildren(QWidget)
        if isinstance(each, CONTROLS)
        and each.window() is root.window()
        and not each.objectName().startswith("qt_")
        and not isinstance(each.parent(), (QComboBox, QAbstractSpinBox, QLineEdit, QTabBar, QAbstractItemView))
    ]


def check_names(root: QWidget) -> None:
    shown = controls(root)
    assert shown
    assert [each for each in shown if not each.objectName()] == []
    assert [each.objectName() for each in shown if not each.accessibleName()] == []
    cannot_be_reached = [
        each.objectName()
        for each in shown
        if not isinstance(each, QProgressBar) and not each.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert cannot_be_reached == []


def test_every_control_has_a_name_and_can_be_reached_by_keyboard(window: ModelManager) -> None:
    fill(window)
    QApplication.processEvents()
    check_names(window)


def test_every_control_of_the_dialogs_has_a_name(qtbot: QtBot) -> None:
    found = ElsewhereDialog(theme.LIGHT)
    found.show_found([model_file()])
    asked = Asked().verbs().settings()
    for dialog in (found, RemoveDialog(model_file()), ModelOverridesDialog(installed(), asked)):
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, on=False)
        qtbot.addWidget(dialog)
        check_names(dialog)


def test_every_label_takes_its_text_for_plain_text(window: ModelManager) -> None:
    fill(window)
    QApplication.processEvents()
    labels = [each for each in window.findChildren(QLabel) if each.text()]
    assert labels
    assert {each.objectName() for each in labels if each.textFormat() is not Qt.TextFormat.PlainText} == set()


def test_when_shown_it_asks_for_what_it_may_have_missed(qtbot: QtBot) -> None:
    asked = Asked(loaded=model_file("b"))
    window = shown_window(qtbot, asked)
    assert len(asked.of("list_downloads")) == len(asked.of("describe")) == 1
    assert "16.0 GB of memory" in texts(window, "machine_summary")[0]
    window.on_event(LibraryDescribed((installed("a"), installed("b"))))
    window.open_tab(ModelsTab.INSTALLED)
    assert texts(window, "use_model_button") == ["In use"]
    assert texts(window, "installed_title") == ["b"]


def test_the_search_field_has_the_focus_at_first(window: ModelManager) -> None:
    assert window.focusWidget() is find(window, QLineEdit, "search_field")


def test_the_pages_can_be_changed_by_keyboard(window: ModelManager, qtbot: QtBot) -> None:
    tabs = find(window, QTabBar, "models_tabs")
    tabs.setFocus()
    qtbot.keyClick(tabs, Qt.Key.Key_Right)
    assert tabs.currentIndex() == ModelsTab.DOWNLOADS
    qtbot.keyClick(tabs, Qt.Key.Key_Right)
    assert tabs.currentIndex() == ModelsTab.INSTALLED


def test_escape_closes_the_window(window: ModelManager, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isVisible()


def test_an_installed_model_can_be_used_from_the_notice(window: ModelManager, asked: Asked) -> None:
    window.on_event(ModelInstalled(model_file()))
    assert "“Model-8B-Q4_K_M” is installed" in texts(window, "notice_text")[0]
    find(window, QAbstractButton, "notice_action").click()
    assert asked.of("use_model") == [(model_file(),)]


def test_what_went_wrong_is_told_here_only_while_the_window_is_in_use(window: ModelManager) -> None:
    failed = NoticeRaised(ErrorDetail(ErrorCode.MODEL_NOT_REMOVED, {"model": "x", "reason": "in use"}))
    window.on_event(failed)
    assert len(texts(window, "notice_text")) == 1
    window.close()
    window.on_event(NoticeRaised(ErrorDetail(ErrorCode.DISK_FULL)))
    window.show()
    assert len(texts(window, "notice_text")) == 1


def test_what_does_not_concern_models_is_ignored(window: ModelManager) -> None:
    window.on_event(ConversationsListed(()))
    window.on_event(NoticeRaised(ErrorDetail(ErrorCode.BUSY), "a conversation"))
    assert texts(window, "notice_text") == []


@pytest.mark.parametrize("tab", ModelsTab)
def test_every_page_fits_into_a_small_window(window: ModelManager, tab: ModelsTab) -> None:
    fill(window)
    window.open_tab(tab)
    window.resize(900, 600)
    QApplication.processEvents()
    assert (window.width(), window.height()) == (900, 600)
    for each in controls(window):
        if each.isVisible() and not isinstance(each, QAbstractItemView):
            assert each.mapTo(window, each.rect().topRight()).x() < 900, each.objectName()


def test_larger_text_makes_rows_higher(window: ModelManager) -> None:
    fill(window)
    rows = find(window, QAbstractItemView, "repo_list")
    before = rows.sizeHintForRow(0)
    font = QFont(rows.font())
    font.setPointSizeF(font.pointSizeF() * 2)
    rows.setFont(font)
    assert rows.sizeHintForRow(0) > before * 1.4


def test_showing_200_results_lays_out_only_what_is_in_view(window: ModelManager) -> None:
    fill(window)
    before = len(window.findChildren(QWidget))
    window.search_for("more")
    window.on_event(HubSearched("more", HubSort.DOWNLOADS, tuple(repo(f"maker/more-{n}") for n in range(200))))
    assert len(window.findChildren(QWidget)) <= before


def test_a_change_of_theme_reaches_every_page(window: ModelManager, qtbot: QtBot) -> None:
    fill(window)
    before = window.grab().toImage()
    window.set_colors(theme.DARK)
    assert window.grab().toImage() != before
    window.set_colors(theme.LIGHT)


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK])
@pytest.mark.parametrize("tone", ["good", "caution", "bad"])
def test_a_verdict_stands_out_from_its_pill_and_from_the_window(colors: theme.Colors, tone: str) -> None:
    """WCAG 2.2, 1.4.3: a contrast of at least 4.5 to 1."""
    ink = getattr(colors, tone)
    assert contrast(ink, getattr(colors, f"{tone}_ground")) >= 4.5
    assert contrast(ink, colors.window) >= 4.5


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    channels = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
