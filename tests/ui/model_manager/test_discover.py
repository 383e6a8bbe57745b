import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QListView,
    QPushButton,
    QScrollArea,
    QTabBar,
    QTextBrowser,
    QWidget,
)
from pytestqt.qtbot import QtBot

from chatdesk.core.downloads import DownloadState
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import (
    DownloadChanged,
    FitsAssessed,
    HubSearched,
    HubSearchFailed,
    JobCrashed,
    ModelInstalled,
    RepoFailed,
    RepoShown,
)
from chatdesk.core.fit import FitLabel
from chatdesk.core.hub_models import Gating, HubSort
from chatdesk.core.model_files import ModelFile
from chatdesk.ui.model_manager.window import ModelManager
from tests.ui.model_manager.world import (
    HOSTILE,
    REPO_ID,
    Asked,
    download,
    find,
    find_all,
    fit,
    page,
    remote,
    repo,
    texts,
)

OFFLINE = ErrorDetail(ErrorCode.HUB_OFFLINE)


def search(window: ModelManager, qtbot: QtBot, query: str = "model 8b") -> None:
    field = find(window, QLineEdit, "search_field")
    field.clear()
    qtbot.keyClicks(field, query)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def found(query: str = "model 8b", count: int = 3) -> HubSearched:
    return HubSearched(query, HubSort.DOWNLOADS, tuple(repo(f"maker/Model-{n}") for n in range(count)))


def buttons(window: ModelManager) -> list[QPushButton]:
    return find_all(window, QPushButton, "download_button")


# --- searching ---


def test_nothing_is_asked_of_the_hub_before_a_person_searches(window: ModelManager, asked: Asked) -> None:
    assert asked.of("search") == []
    assert "Find a model" in texts(window, "state_title")


def test_enter_searches_for_what_is_written_in_the_chosen_order(
    window: ModelManager, asked: Asked, qtbot: QtBot
) -> None:
    search(window, qtbot, "qwen 8b")
    assert asked.of("search") == [("qwen 8b", HubSort.DOWNLOADS)]
    order = find(window, QComboBox, "sort_choice")
    order.setFocus()
    qtbot.keyClick(order, Qt.Key.Key_Down)
    assert asked.of("search")[-1] == ("qwen 8b", HubSort.LIKES)


def test_searching_says_so_until_the_results_come(window: ModelManager, qtbot: QtBot) -> None:
    search(window, qtbot)
    assert "Searching the Hub…" in texts(window, "state_title")
    window.on_event(found())
    assert find(window, QListView, "repo_list").model().rowCount() == 3


def test_results_of_an_earlier_search_are_not_shown(window: ModelManager, qtbot: QtBot) -> None:
    search(window, qtbot, "new")
    window.on_event(found("old"))
    assert "Searching the Hub…" in texts(window, "state_title")


def test_finding_nothing_says_what_to_try(window: ModelManager, qtbot: QtBot) -> None:
    search(window, qtbot)
    window.on_event(found(count=0))
    assert "Nothing found" in texts(window, "state_title")


def test_a_failed_search_names_the_cause_and_can_be_repeated(window: ModelManager, asked: Asked, qtbot: QtBot) -> None:
    search(window, qtbot)
    window.on_event(HubSearchFailed("model 8b", OFFLINE))
    assert any("offline mode" in text for text in texts(window, "state_text"))
    qtbot.mouseClick(find(window, QPushButton, "retry_search_button"), Qt.MouseButton.LeftButton)
    assert len(asked.of("search")) == 2
    window.on_event(HubSearchFailed("model 8b", OFFLINE))
    find(window, QPushButton, "hub_settings_button").click()
    assert asked.of("show_settings") == [()]


def test_a_bug_while_searching_ends_the_wait(window: ModelManager, qtbot: QtBot) -> None:
    search(window, qtbot)
    window.on_event(JobCrashed("search", "Traceback"))
    assert find(window, QPushButton, "retry_search_button").isVisible()


def test_a_pasted_address_shows_its_repo_and_the_results_of_before_stay(window: ModelManager, qtbot: QtBot) -> None:
    search(window, qtbot)
    window.on_event(found())
    search(window, qtbot, f"https://huggingface.co/{REPO_ID}")
    window.on_event(RepoShown(page(remote())))
    assert find(window, QListView, "repo_list").model().rowCount() == 3
    assert texts(window, "repo_title") == ["Model-8B-GGUF"]


def test_a_pasted_address_that_fails_leaves_the_invitation(window: ModelManager, qtbot: QtBot) -> None:
    search(window, qtbot, "maker/Nothing")
    window.on_event(
        RepoFailed("maker/Nothing", ErrorDetail(ErrorCode.HUB_REPO_NOT_FOUND, {"repo_id": "maker/Nothing"}))
    )
    assert "Find a model" in texts(window, "state_title")
    assert "“maker/Nothing” could not be shown" in texts(window, "state_title")


# --- a repo's page ---


def test_a_click_and_enter_open_a_result(window: ModelManager, asked: Asked, qtbot: QtBot) -> None:
    search(window, qtbot)
    window.on_event(found())
    rows = find(window, QListView, "repo_list")
    middle = rows.visualRect(rows.model().index(1, 0)).center()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(middle))
    assert asked.of("show_repo") == [("maker/Model-1",)]
    rows.setFocus()
    qtbot.keyClick(rows, Qt.Key.Key_Down)
    assert len(asked.of("show_repo")) == 1  # moving asks nothing
    qtbot.keyClick(rows, Qt.Key.Key_Return)
    assert asked.of("show_repo")[-1] == ("maker/Model-2",)


def test_a_repo_that_cannot_be_shown_can_be_tried_again(window: ModelManager, asked: Asked) -> None:
    window.on_event(RepoFailed(REPO_ID, ErrorDetail(ErrorCode.HUB_RATE_LIMITED, {"seconds": 30})))
    assert any("30 s;" in text for text in texts(window, "state_text"))
    find(window, QPushButton, "retry_repo_button").click()
    assert asked.of("show_repo") == [(REPO_ID,)]


def test_a_page_tells_licence_context_length_and_architecture(window: ModelManager) -> None:
    window.on_event(RepoShown(page(remote())))
    assert texts(window, "repo_licence") == ["apache-2.0"]
    assert texts(window, "repo_context") == ["131,072 tokens"]
    assert texts(window, "repo_architecture") == ["llama"]


def test_files_stand_in_groups_with_their_sizes(window: ModelManager, qtbot: QtBot) -> None:
    window.on_event(RepoShown(page(remote("Q8_0", 8_500_000_000), remote("Q4_K_M"), remote("Q2_K", 3_200_000_000))))
    qtbot.waitUntil(lambda: len(buttons(window)) == 3)
    assert texts(window, "file_group") == ["Smaller", "Balanced", "Better"]
    assert texts(window, "file_quantization") == ["Q2_K", "Q4_K_M", "Q8_0"]
    assert texts(window, "file_size") == ["3.2 GB", "5.0 GB", "8.5 GB"]


def test_all_shards_are_one_entry(window: ModelManager) -> None:
    window.on_event(RepoShown(page(remote("Q8_0", shards=3))))
    assert texts(window, "file_size") == ["15.0 GB"]
    assert "3 in all" in texts(window, "file_name")[0]


def test_a_repo_without_models_says_so(window: ModelManager) -> None:
    window.on_event(RepoShown(page()))
    assert texts(window, "no_files") == ["This repo has no model that ChatDesk can run."]


def test_verdicts_come_in_words_and_become_more_exact(window: ModelManager) -> None:
    window.on_event(RepoShown(page(remote())))
    assert texts(window, "fit_pill") == ["Looking whether it fits…"]
    window.on_event(FitsAssessed(REPO_ID, {remote().filename: fit(is_estimate=True)}))
    assert texts(window, "fit_pill") == ["Fits · estimate"]
    shorter = fit(FitLabel.SHORTER_CONTEXT, fitting_n_ctx=6144)
    window.on_event(FitsAssessed(REPO_ID, {remote().filename: shorter}))
    assert texts(window, "fit_pill") == ["Fits with a shorter context (6,144 tokens)"]
    pill = find(window, QWidget, "fit_pill")
    assert pill.property("tone") == "caution"
    assert "6.5 GB" in pill.toolTip()
    assert "6.5 GB" in pill.accessibleDescription()


def test_verdicts_on_another_repo_are_not_shown(window: ModelManager) -> None:
    window.on_event(RepoShown(page(remote())))
    window.on_event(FitsAssessed("maker/Other", {remote().filename: fit()}))
    assert texts(window, "fit_pill") == ["Looking whether it fits…"]


def test_one_file_is_suggested_once_it_is_known_what_fits(window: ModelManager, qtbot: QtBot) -> None:
    models = (remote("Q2_K"), remote("Q4_K_M"), remote("Q8_0"))
    window.on_event(RepoShown(page(*models)))
    qtbot.waitUntil(lambda: len(buttons(window)) == 3)
    assert texts(window, "suggestion_mark") == []
    window.on_event(FitsAssessed(REPO_ID, {each.filename: fit() for each in models}))
    assert texts(window, "suggestion_mark") == ["Suggested for this computer"]
    assert [button.property("primary") for button in buttons(window)] == [None, True, None]
    assert texts(window, "suggestion_words") == ["Suggested for this computer: Q4_K_M, 5.0 GB"]
    find(window, QPushButton, "show_suggestion_button").click()
    assert window.focusWidget() is buttons(window)[1]


def test_where_nothing_fits_that_is_said_in_one_sentence(window: ModelManager) -> None:
    window.on_event(RepoShown(page(remote())))
    assert texts(window, "suggestion_words") == ["Looking which of these files suit this computer…"]
    window.on_event(FitsAssessed(REPO_ID, {remote().filename: fit(FitLabel.TOO_LARGE)}))
    assert "None of these files fits" in texts(window, "suggestion_words")[0]


def test_download_asks_for_this_file_and_then_shows_how_far_it_is(
    window: ModelManager, asked: Asked, qtbot: QtBot
) -> None:
    window.on_event(RepoShown(page(remote())))
    (button,) = buttons(window)
    assert button.accessibleName() == "Download Q4_K_M, 5.0 GB"
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert asked.of("download") == [(remote(),)]
    window.on_event(DownloadChanged(download(done_bytes=2_100_000_000)))
    assert button.text() == "42 %"
    assert "42 percent" in button.accessibleName()
    window.on_event(DownloadChanged(download(state=DownloadState.PAUSED)))
    assert button.text() == "Paused"
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert len(asked.of("download")) == 1
    assert find(window, QTabBar, "models_tabs").currentIndex() == 1


def test_a_downloaded_file_is_marked_installed_and_leads_to_it(window: ModelManager) -> None:
    window.on_event(RepoShown(page(remote())))
    file = ModelFile("/models/Model-8B-Q4_K_M.gguf", 5, 1.0, repo_id=REPO_ID, sha256="q4_k_m")
    window.on_event(DownloadChanged(download(state=DownloadState.INSTALLED)))
    window.on_event(ModelInstalled(file))
    (button,) = buttons(window)
    assert button.text() == "Installed"
    button.click()
    assert find(window, QTabBar, "models_tabs").currentIndex() == 2


def test_the_focus_stays_on_the_button_when_its_download_begins(window: ModelManager, qtbot: QtBot) -> None:
    window.on_event(RepoShown(page(remote("Q2_K"), remote("Q4_K_M"))))
    qtbot.waitUntil(lambda: len(buttons(window)) == 2)
    button = buttons(window)[0]
    button.setFocus()
    window.on_event(DownloadChanged(download(model=remote("Q2_K"))))
    window.on_event(DownloadChanged(download(model=remote("Q2_K"), state=DownloadState.VERIFYING)))
    assert window.focusWidget() is button


def test_a_file_that_an_address_named_is_in_view_with_the_focus(window: ModelManager, qtbot: QtBot) -> None:
    names = ("IQ2_M", "Q2_K", "IQ3_XS", "Q3_K_S", "Q3_K_M", "Q4_K_S", "Q4_K_M", "Q5_K_M", "Q6_K", "Q8_0")
    window.on_event(RepoShown(page(*(remote(name) for name in names)), remote("Q8_0").filename))
    qtbot.waitUntil(lambda: len(buttons(window)) == len(names))
    wanted = buttons(window)[-1]
    files = find(window, QScrollArea, "file_list")

    def is_in_view() -> bool:
        return files.viewport().rect().contains(wanted.mapTo(files.viewport(), wanted.rect().center()))

    qtbot.waitUntil(is_in_view)
    assert window.focusWidget() is wanted


def test_an_address_of_a_file_that_is_no_model_says_so(window: ModelManager) -> None:
    window.on_event(RepoShown(page(remote()), "README.md"))
    assert "README.md" in texts(window, "wanted_missing")[0]


def test_a_repo_of_very_many_files_shows_the_first_and_says_how_many_are_left_out(
    window: ModelManager, qtbot: QtBot
) -> None:
    models = tuple(remote(f"Q4_K_M-{number}") for number in range(250))
    window.on_event(RepoShown(page(*models), models[249].filename))
    qtbot.waitUntil(lambda: len(buttons(window)) == 201, timeout=10_000)
    assert "49 more files" in texts(window, "files_left_out")[0]
    window.on_event(RepoShown(page(remote())))
    qtbot.waitUntil(lambda: len(buttons(window)) == 1)


@pytest.mark.parametrize(("gating", "words"), [(Gating.AUTOMATIC, "at once"), (Gating.MANUAL, "take days")])
def test_a_gated_repo_says_what_to_do_and_leads_there(
    window: ModelManager, asked: Asked, gating: Gating, words: str
) -> None:
    window.on_event(RepoShown(page(remote(), gating=gating)))
    assert words in texts(window, "gate_text")[0]
    find(window, QPushButton, "open_repo_page_button").click()
    find(window, QPushButton, "access_token_button").click()
    assert asked.calls[-2:] == [("open_repo_page", REPO_ID), ("show_settings",)]
    window.on_event(RepoShown(page(remote())))
    assert texts(window, "gate_text") == []


def test_the_card_is_read_as_markdown_and_nothing_in_it_is_html(window: ModelManager) -> None:
    card = "# Small\n\n**Good** at\ncode\n\n<img src='http://x/y.png'>\n\n\x1b[31mred\u202e <b>bold</b>"
    window.on_event(RepoShown(page(remote(), card=card)))
    find(window, QTabBar, "repo_tabs").setCurrentIndex(1)
    text = find(window, QTextBrowser, "repo_card").toPlainText()
    assert text == "Small\nGood at code\n<img src='http://x/y.png'>\n[31mred <b>bold</b>"


def test_hostile_names_are_shown_as_one_plain_line(window: ModelManager) -> None:
    window.on_event(RepoShown(page(remote(), name=f"maker/{HOSTILE}")))
    (title,) = texts(window, "repo_title")
    assert title == "<b>bold<b>gpj second[31m"
    label = find(window, QWidget, "repo_title")
    assert label.property("textFormat") == Qt.TextFormat.PlainText
