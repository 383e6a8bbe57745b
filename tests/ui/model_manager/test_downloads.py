import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QProgressBar, QPushButton, QTabBar, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from chatdesk.core.downloads import Download, DownloadState
from chatdesk.core.errors import ErrorCode, ErrorDetail
from chatdesk.core.events import DownloadChanged, DownloadsListed, ModelInstalled
from chatdesk.core.model_files import ModelFile
from chatdesk.ui.model_manager.window import ModelManager, ModelsTab
from tests.ui.model_manager.world import GB, HOSTILE, REPO_ID, Asked, download, find, find_all, remote, texts

NO_SPACE = ErrorDetail(
    ErrorCode.DOWNLOAD_NO_SPACE, {"model": "Model", "needed": 5 * GB, "free": 2 * GB, "missing": 3 * GB}
)


@pytest.fixture
def window(window: ModelManager) -> ModelManager:
    window.open_tab(ModelsTab.DOWNLOADS)
    return window


def queue(*quantizations: str) -> tuple[Download, ...]:
    return tuple(
        download(name, DownloadState.QUEUED, place, 0, model=remote(name)) for place, name in enumerate(quantizations)
    )


def test_without_downloads_the_page_says_where_to_find_some(window: ModelManager) -> None:
    assert texts(window, "state_title") == ["No downloads"]
    find(window, QPushButton, "go_discover_button").click()
    assert find(window, QTabBar, "models_tabs").currentIndex() == ModelsTab.DISCOVER


def test_a_download_shows_bytes_speed_and_time_left(window: ModelManager) -> None:
    window.on_event(DownloadChanged(download()))
    assert texts(window, "download_name") == ["Model-8B-Q4_K_M"]
    assert texts(window, "download_state") == ["Downloading"]
    assert texts(window, "download_figures") == ["2.0 GB of 5.0 GB · 13 MB/s · 4 min left"]
    assert find(window, QProgressBar, "download_progress").value() == 400
    assert find(window, QTabBar, "models_tabs").tabText(ModelsTab.DOWNLOADS) == "Downloads (1)"


def test_progress_changes_the_row_and_builds_nothing_anew(window: ModelManager) -> None:
    window.on_event(DownloadsListed(queue("Q2_K", "Q4_K_M")))
    before = set(window.findChildren(QWidget))
    for done_bytes in range(0, 5 * GB, GB):
        window.on_event(DownloadChanged(download("Q2_K", done_bytes=done_bytes, model=remote("Q2_K"))))
    assert set(window.findChildren(QWidget)) == before
    assert find_all(window, QProgressBar, "download_progress")[0].value() == 800


@pytest.mark.parametrize(
    ("state", "words", "verb"),
    [
        (DownloadState.QUEUED, "Pause", "pause"),
        (DownloadState.DOWNLOADING, "Pause", "pause"),
        (DownloadState.PAUSED, "Resume", "resume"),
        (DownloadState.FAILED, "Try again", "resume"),
    ],
)
def test_one_button_carries_a_download_on(
    window: ModelManager, asked: Asked, qtbot: QtBot, state: DownloadState, words: str, verb: str
) -> None:
    window.on_event(DownloadChanged(download(state=state)))
    button = find(window, QPushButton, "carry_on_button")
    assert button.text() == words
    assert button.accessibleName() == f"{words}: Model-8B-Q4_K_M"
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert asked.of(verb) == [("1",)]


def test_what_is_being_tried_out_cannot_be_paused(window: ModelManager) -> None:
    window.on_event(DownloadChanged(download(state=DownloadState.PROBING, done_bytes=5 * GB)))
    assert not find(window, QPushButton, "carry_on_button").isEnabled()


def test_a_failure_names_the_cause_and_the_next_step(window: ModelManager) -> None:
    window.on_event(DownloadChanged(download(state=DownloadState.FAILED, error=NO_SPACE)))
    (words,) = texts(window, "download_error")
    assert "3.0 GB are missing" in words
    assert "Remove models" in words
    window.on_event(DownloadChanged(download()))
    assert texts(window, "download_error") == []


def test_a_gated_file_leads_to_its_page(window: ModelManager, asked: Asked) -> None:
    gated = ErrorDetail(ErrorCode.HUB_GATED, {"repo_id": REPO_ID, "url": "https://hub/maker"})
    window.on_event(DownloadChanged(download(state=DownloadState.FAILED, error=gated)))
    find(window, QPushButton, "open_page_button").click()
    assert asked.of("open_repo_page") == [(REPO_ID,)]


def test_cancelling_says_what_it_costs_and_offers_to_start_again(window: ModelManager, asked: Asked) -> None:
    window.on_event(DownloadChanged(download()))
    cancel = find(window, QPushButton, "end_button")
    assert "2.0 GB" in cancel.toolTip()
    assert "2.0 GB" in cancel.accessibleDescription()
    cancel.click()
    cancel.click()
    assert asked.of("cancel") == [("1",), ("1",)]
    assert texts(window, "notice_text") == []  # it may have been installed meanwhile
    for _ in range(2):
        window.on_event(DownloadChanged(download(state=DownloadState.CANCELLED)))
    assert texts(window, "download_name") == []
    (notice,) = texts(window, "notice_text")
    assert "deleted" in notice
    find(window, QPushButton, "notice_action").click()
    assert asked.of("download") == [(remote(),)]


def test_the_order_can_be_changed_and_is_the_queues(window: ModelManager, asked: Asked) -> None:
    first, second = queue("Q2_K", "Q4_K_M")
    window.on_event(DownloadsListed((first, second)))
    up, down = (find_all(window, QToolButton, f"move_{way}_button") for way in ("up", "down"))
    assert [button.isEnabled() for button in up] == [False, True]
    assert [button.isEnabled() for button in down] == [True, False]
    down[0].click()
    up[1].click()
    assert asked.of("move") == [("Q2_K", 1), ("Q4_K_M", -1)]
    window.on_event(DownloadChanged(download("Q2_K", DownloadState.QUEUED, 1, 0, model=remote("Q2_K"))))
    window.on_event(DownloadChanged(download("Q4_K_M", DownloadState.QUEUED, 0, 0, model=remote("Q4_K_M"))))
    names = sorted(find_all(window, QWidget, "download_name"), key=lambda label: label.mapTo(window, label.pos()).y())
    assert [label.property("text") for label in names] == ["Model-8B-Q4_K_M", "Model-8B-Q2_K"]


def test_what_was_installed_stays_below_until_it_is_taken_off(window: ModelManager, asked: Asked) -> None:
    window.on_event(DownloadsListed(queue("Q2_K", "Q4_K_M")))
    over = download("Q2_K", DownloadState.INSTALLED, 0, 5 * GB, model=remote("Q2_K"))
    window.on_event(DownloadChanged(over))
    file = ModelFile("/models/Model-8B-Q2_K.gguf", 5 * GB, 1.0, repo_id=REPO_ID, sha256="q2_k")
    window.on_event(ModelInstalled(file))
    window.on_event(DownloadsListed(queue("Q4_K_M")))
    use = next(button for button in find_all(window, QPushButton, "carry_on_button") if button.text() == "Use")
    use.click()
    assert asked.of("use_model") == [(file,)]
    end = next(button for button in find_all(window, QPushButton, "end_button") if button.text() == "Take off")
    end.click()
    assert asked.of("cancel") == []
    assert texts(window, "download_name") == ["Model-8B-Q4_K_M"]


def test_a_hostile_name_is_one_plain_line(window: ModelManager) -> None:
    model = remote()
    hostile = type(model)(HOSTILE, "commit", model.files)
    window.on_event(DownloadChanged(download(model=hostile)))
    assert texts(window, "download_repo") == ["<b>bold<b>gpj second[31m"]
    assert "<b>" not in find(window, QWidget, "download_repo").toolTip()
