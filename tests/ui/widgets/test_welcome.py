from dataclasses import replace

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QFrame, QLabel, QProgressBar, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from chatdesk.core.downloads import Download, DownloadState
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.fit import Fit, FitLabel, MemoryNeed
from chatdesk.core.hub_models import RemoteFile, RemoteModel
from chatdesk.core.model_files import ModelFile
from chatdesk.core.recommendations import CuratedModel, ModelPurpose, Recommendation
from chatdesk.ui.recommendation_card import RecommendationCard
from chatdesk.ui.welcome import Welcome
from tests.ui.widgets.finding import find

FIT = Fit(FitLabel.FITS, MemoryNeed(2_600_000_000, 500_000_000, 300_000_000), 8192)


def recommendation(name: str, languages: tuple[str, ...] = ("en", "zh")) -> Recommendation:
    file = RemoteFile(f"{name}-Q4_K_M.gguf", 2_500_000_000, None)
    model = CuratedModel(
        name, f"owner/{name}-GGUF", file, "Apache-2.0", languages, ModelPurpose.CHAT, 4, f"{name} is good.", "很好。"
    )
    return Recommendation(model, FIT)


FIRST, SECOND = recommendation("First"), recommendation("Second")
REMOTE = RemoteModel("owner/First-GGUF", "a" * 40, (FIRST.model.file,))
ON_ITS_WAY = Download("d1", REMOTE, DownloadState.DOWNLOADING, 0, 1_000_000_000, 10_000_000.0)
FILE = ModelFile("/m/First-Q4_K_M.gguf", 2_500_000_000, 1.0, repo_id="owner/First-GGUF")


@pytest.fixture
def welcome(qtbot: QtBot) -> Welcome:
    return shown(Welcome(), qtbot)


def shown(welcome: Welcome, qtbot: QtBot) -> Welcome:
    qtbot.addWidget(welcome)
    welcome.resize(800, 600)
    welcome.recommended.set_recommendations([FIRST, SECOND])
    welcome.show()
    qtbot.waitExposed(welcome)
    return welcome


def card(welcome: Welcome, title: str = "First") -> RecommendationCard:
    cards = welcome.findChildren(RecommendationCard)
    return [card for card in cards if card.accessibleName() == title][-1]  # those before are on their way out


def button(welcome: Welcome) -> QPushButton:
    return find(card(welcome), QPushButton, "recommendation_button")


def state(welcome: Welcome) -> str:
    return find(card(welcome), QLabel, "recommendation_state").text()


@pytest.mark.parametrize(("height", "has_bar"), [(1200, False), (300, True)])
def test_the_page_stands_in_the_middle_with_a_scroll_bar_and_without(
    welcome: Welcome, qtbot: QtBot, height: int, *, has_bar: bool
) -> None:
    title = find(welcome, QLabel, "welcome_title")

    def is_in_the_middle() -> bool:
        middle = title.mapTo(welcome, title.rect().center()).x()
        return welcome.verticalScrollBar().isVisible() is has_bar and abs(2 * middle - welcome.width()) <= 2

    welcome.resize(800, height)
    qtbot.waitUntil(is_in_the_middle)


def test_a_card_tells_what_a_model_is_good_for_and_what_it_takes(welcome: Welcome) -> None:
    assert find(card(welcome), QLabel, "recommendation_title").text() == "First"
    assert find(card(welcome), QLabel, "recommendation_sentence").text() == "First is good."
    assert find(card(welcome), QLabel, "fit_pill").text() == "Fits"
    assert find(card(welcome), QLabel, "recommendation_facts").text() == (
        "For chat · 2.5 GB to download · needs about 3.4 GB of memory · English, Chinese · licence\u00a0Apache-2.0"
    )


def test_many_languages_are_counted_and_named_in_full_on_demand(welcome: Welcome) -> None:
    welcome.recommended.set_recommendations([recommendation("First", ("en", "zh", "de", "fr", "es", "eo"))])
    facts = find(card(welcome), QLabel, "recommendation_facts")
    assert "English, Chinese, German, French and 2 more" in facts.text()
    assert "Esperanto" in facts.toolTip()


def test_nothing_is_asked_for_before_a_click_and_a_click_asks_once(welcome: Welcome, qtbot: QtBot) -> None:
    asked: list[Recommendation] = []
    welcome.recommended.download_requested.connect(asked.append)
    assert asked == []
    button(welcome).click()
    assert button(welcome).text() == "Starting…"
    button(welcome).click()
    assert asked == [FIRST]


def test_what_did_not_begin_can_be_asked_for_again(welcome: Welcome) -> None:
    button(welcome).click()
    welcome.recommended.show_not_started()
    assert button(welcome).isEnabled()
    assert button(welcome).text() == "Download"


def test_the_button_turns_into_progress_that_can_be_paused_and_cancelled(welcome: Welcome, qtbot: QtBot) -> None:
    button(welcome).click()
    welcome.recommended.put_download(ON_ITS_WAY)
    progress = find(card(welcome), QProgressBar, "recommendation_progress")
    assert progress.isVisible()
    assert progress.value() == 40
    assert "1.0 GB of 2.5 GB" in state(welcome)
    with qtbot.waitSignal(welcome.recommended.pause_requested) as paused:
        button(welcome).click()
    assert paused.args == ["d1"]
    with qtbot.waitSignal(welcome.recommended.cancel_requested) as cancelled:
        find(card(welcome), QToolButton, "recommendation_cancel").click()
    assert cancelled.args == ["d1"]
    assert not find(card(welcome, "Second"), QProgressBar, "recommendation_progress").isVisible()


@pytest.mark.parametrize(("now", "text"), [(DownloadState.PAUSED, "Go on"), (DownloadState.FAILED, "Try again")])
def test_what_stands_still_can_go_on(now: DownloadState, text: str, welcome: Welcome, qtbot: QtBot) -> None:
    error = ErrorDetail(ErrorCode.DOWNLOAD_DAMAGED, {"model": "First"}) if now is DownloadState.FAILED else None
    welcome.recommended.put_download(replace(ON_ITS_WAY, state=now, error=error))
    assert button(welcome).text() == text
    assert ("its checksum is wrong" in state(welcome)) == (error is not None)
    with qtbot.waitSignal(welcome.recommended.resume_requested) as resumed:
        button(welcome).click()
    assert resumed.args == ["d1"]


def test_a_cancelled_download_is_offered_again(welcome: Welcome) -> None:
    welcome.recommended.put_download(ON_ITS_WAY)
    welcome.recommended.put_download(replace(ON_ITS_WAY, state=DownloadState.CANCELLED))
    assert button(welcome).text() == "Download"
    assert button(welcome).isEnabled()


def test_an_installed_model_can_be_used_and_one_in_use_says_so(welcome: Welcome, qtbot: QtBot) -> None:
    welcome.recommended.put_download(ON_ITS_WAY)
    welcome.recommended.put_download(replace(ON_ITS_WAY, state=DownloadState.INSTALLED))
    welcome.recommended.add_model(FILE)
    assert button(welcome).text() == "Use"
    with qtbot.waitSignal(welcome.recommended.use_requested) as used:
        button(welcome).click()
    assert used.args == [FILE]
    welcome.recommended.set_loaded(FILE)
    assert (button(welcome).text(), button(welcome).isEnabled()) == ("In use", False)
    welcome.recommended.set_loaded(None)
    welcome.recommended.set_models([])
    assert button(welcome).text() == "Download"


def test_a_download_from_an_earlier_run_is_followed(welcome: Welcome) -> None:
    welcome.recommended.set_downloads([replace(ON_ITS_WAY, state=DownloadState.PAUSED)])
    assert button(welcome).text() == "Go on"
    welcome.recommended.set_recommendations([SECOND, FIRST])
    assert button(welcome).text() == "Go on"


def test_a_chinese_welcome_says_that_the_starter_speaks_little_chinese(qtbot: QtBot) -> None:
    welcome = shown(Welcome(QLocale(QLocale.Language.Chinese)), qtbot)
    assert "speaks little Chinese" in find(welcome, QLabel, "recommended_text").text()
    assert find(card(welcome), QLabel, "recommendation_sentence").text() == "很好。"


def test_other_welcomes_say_that_the_starter_is_small_and_that_nothing_downloads_by_itself(welcome: Welcome) -> None:
    text = find(welcome, QLabel, "recommended_text").text()
    assert "answers at once, but it is small" in text
    assert "Nothing is downloaded until you click" in text
    assert "Chinese" not in text


def test_without_recommendations_only_the_way_to_models_is_shown(welcome: Welcome, qtbot: QtBot) -> None:
    welcome.recommended.set_recommendations([])
    assert not find(welcome, QLabel, "recommended_title").isVisible()
    with qtbot.waitSignal(welcome.manager_requested):
        find(welcome, QPushButton, "find_models_button").click()


def test_a_suggestion_is_passed_on(welcome: Welcome, qtbot: QtBot) -> None:
    with qtbot.waitSignal(welcome.suggested) as suggested:
        find(welcome, QPushButton, "suggestion").click()
    assert suggested.args == ["Who are you?"]


@pytest.mark.parametrize(("width", "height"), [(390, 300), (650, 460), (1030, 570), (1800, 1200)])
def test_nothing_is_cut_off_from_side_to_side_and_what_is_below_can_be_scrolled_to(
    width: int, height: int, welcome: Welcome, qtbot: QtBot
) -> None:
    welcome.recommended.put_download(replace(ON_ITS_WAY, state=DownloadState.FAILED))
    welcome.resize(width, height)
    page = welcome.widget()
    assert page is not None
    qtbot.waitUntil(lambda: page.width() <= welcome.viewport().width())
    assert page.height() >= card(welcome, "Second").mapTo(page, card(welcome, "Second").rect().bottomLeft()).y()
    for one in welcome.findChildren(QFrame, "recommendation"):
        assert one.mapTo(page, one.rect().topRight()).x() < page.width()


def test_the_keyboard_reaches_every_button_and_each_has_a_name_of_its_own(welcome: Welcome, qtbot: QtBot) -> None:
    welcome.activateWindow()
    reached: list[str] = []
    widget = find(welcome, QPushButton, "suggestion")
    widget.setFocus()
    for _ in range(7):
        focused = welcome.focusWidget()
        assert focused is not None
        reached.append(focused.accessibleName())
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert reached[4:] == ["Download: First", "Download: Second", "Find more models"]
    assert len(set(reached)) == 7
