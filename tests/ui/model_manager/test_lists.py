from dataclasses import replace

import pytest
from PySide6.QtCore import QAbstractItemModel, Qt
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from chatdesk.core.hub_models import Gating
from chatdesk.ui.model_manager.elsewhere_dialog import FoundItemModel
from chatdesk.ui.model_manager.installed_models import InstalledItemModel, InstalledOrder
from chatdesk.ui.model_manager.list_rows import ROW_ROLE
from chatdesk.ui.model_manager.repo_results import RepoItemModel
from tests.ui.model_manager.world import GB, HOSTILE, installed, model_file, repo


def names(rows: InstalledItemModel) -> list[str]:
    return [rows.index(row).data() for row in range(rows.rowCount())]


def test_the_item_models_keep_qts_rules(qtmodeltester: ModelTester) -> None:
    repos, models, found = RepoItemModel(), InstalledItemModel(), FoundItemModel()
    every: tuple[QAbstractItemModel, ...] = (repos, models, found)
    for rows in every:
        qtmodeltester.check(rows)
    repos.set_all([repo("a/1"), repo("a/2")])
    models.set_described([installed("a"), installed("b")])
    models.set_filter("a")
    models.set_described([installed("b"), installed("a1"), installed("a2", used_at=5.0)])
    models.set_files([model_file("a2")])
    found.set_all([model_file("a"), model_file("b")])
    for rows in every:
        qtmodeltester.check(rows)


def test_a_hostile_name_stays_one_line_of_plain_text() -> None:
    repos = RepoItemModel()
    repos.set_all([repo(f"maker/{HOSTILE}")])
    index = repos.index(0)
    title = index.data(ROW_ROLE).title
    assert "\n" not in title
    assert "\x1b" not in title
    assert "\u202e" not in title
    assert "<b>" not in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;" in index.data(Qt.ItemDataRole.ToolTipRole)


def test_a_screen_reader_hears_what_a_row_shows() -> None:
    repos = RepoItemModel()
    repos.set_all([repo(gating=Gating.MANUAL)])
    spoken = repos.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    for part in ("maker/Model-8B-GGUF", "123,456", "789", "2023", "licence"):
        assert part in spoken


def test_favourites_come_first_and_then_the_last_used() -> None:
    rows = InstalledItemModel()
    rows.set_described(
        [installed("old", used_at=1.0), installed("new", used_at=2.0), installed("star", is_favourite=True)]
    )
    assert names(rows) == ["star", "new", "old"]
    rows.set_order(InstalledOrder.NAME)
    assert names(rows) == ["star", "new", "old"]
    rows.set_described([installed("b", size=GB), installed("a", size=2 * GB), installed("c", size=3 * GB)])
    assert names(rows) == ["a", "b", "c"]
    rows.set_order(InstalledOrder.SIZE)
    assert names(rows) == ["c", "a", "b"]


def test_the_filter_looks_into_name_repo_and_architecture() -> None:
    rows = InstalledItemModel()
    rows.set_described([installed("alpha-Q4_0"), installed("beta-Q4_0")])
    for words, left in (("ALPH", ["alpha-Q4_0"]), ("llama q4", ["alpha-Q4_0", "beta-Q4_0"]), ("nothing", [])):
        rows.set_filter(words)
        assert names(rows) == left


def test_news_of_one_model_leave_the_rows_in_place(qtbot: QtBot) -> None:
    rows = InstalledItemModel()
    rows.set_described([installed("a"), installed("b")])
    with qtbot.assertNotEmitted(rows.modelReset), qtbot.waitSignal(rows.dataChanged):
        rows.set_described([installed("a"), replace(installed("b"), measured_bytes=1)])


def test_a_scan_keeps_what_is_known_of_the_same_file_and_says_when_one_is_new() -> None:
    rows = InstalledItemModel()
    rows.set_described([installed("a")])
    assert not rows.set_files([model_file("a")])
    assert rows.model_at(0) == installed("a")
    assert rows.set_files([model_file("a"), model_file("b")])
    changed = replace(model_file("a"), modified_at=9.0)
    assert rows.set_files([changed])
    assert rows.model_at(0).details is None


@pytest.mark.parametrize("is_checked", [True, False])
def test_found_models_are_checked_at_first_and_all_at_once(is_checked: bool) -> None:
    rows = FoundItemModel()
    rows.set_all([model_file("b"), model_file("a")])
    assert [each.name for each in rows.checked()] == ["a", "b"]
    rows.check_all(is_checked=is_checked)
    assert len(rows.checked()) == (2 if is_checked else 0)
