"""The map of a conversation of 10,000 messages: reading the tree, and what showing it costs the window's thread."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication, QMainWindow

from chatdesk.app import make_application
from chatdesk.core.branches import BranchTree
from chatdesk.core.tree_rows import tree_rows
from chatdesk.store.branches import BranchStore
from chatdesk.store.conversations import ConversationStore
from chatdesk.store.database import Database
from chatdesk.ui import theme
from chatdesk.ui.branching.tree_list import TreeList
from chatdesk.ui.branching.tree_map import TreeMap
from tests.benchmarks.figures import Bar, Figure, figure

MESSAGES = 10_000
FORKS = 0.1  # the share of messages that hang on an earlier one
ROUNDS, QUICK_ROUNDS = 15, 5


def measure(*, is_quick: bool) -> list[Figure]:
    make_application()
    rounds = QUICK_ROUNDS if is_quick else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        database = Database.open(Path(folder) / "chatdesk.db")
        conversation_id = _filled(database)
        branches = BranchStore(database)
        read, shown, scrolled = [], [], []
        for _ in range(rounds):
            started = time.perf_counter()
            tree = branches.tree(conversation_id)
            rows = tree_rows(tree)
            read.append((time.perf_counter() - started) * 1000)
        for _ in range(rounds):
            took_showing, took_scrolling = _seconds_shown(tree)
            shown.append(took_showing * 1000)
            scrolled.append(took_scrolling * 1000)
        database.close()
    return [
        figure(
            "map read",
            f"the tree of {MESSAGES} messages read and laid out as {len(rows)} rows, on the store's thread",
            Bar(300, unit=" ms"),
            read,
            samples_are="runs",
        ),
        figure(
            "map shown",
            "from its rows to their being painted, on the window's thread",
            Bar(50, unit=" ms"),
            shown,
            samples_are="runs",
        ),
        figure("map scrolled", "one page further, painted", Bar(16, unit=" ms"), scrolled, samples_are="runs"),
    ]


def _filled(database: Database) -> str:
    """A conversation with many branches; the last message is shown."""
    store = ConversationStore(database)
    conversation_id = store.create_conversation("many").id
    chance = random.Random(7)
    with database.write() as connection:
        for place in range(MESSAGES):
            is_fork = place and chance.random() < FORKS
            parent = None if not place else f"m{chance.randrange(place) if is_fork else place - 1}"
            connection.execute(
                "INSERT INTO message (id, conversation_id, parent_id, role, status, created_at)"
                " VALUES (?, ?, ?, ?, 'complete', ?)",
                (f"m{place}", conversation_id, parent, ("user", "assistant")[place % 2], float(place)),
            )
            connection.execute(
                "INSERT INTO message_part (message_id, position, kind, text) VALUES (?, 0, 'text', ?)",
                (f"m{place}", f"Message {place} says something of some length. " * 20),
            )
    store.set_active_leaf(conversation_id, f"m{MESSAGES - 1}")
    return conversation_id


def _seconds_shown(tree: BranchTree) -> tuple[float, float]:
    """How long it takes to show the map for the first time, and to scroll it by a page."""
    window = QMainWindow()
    window.resize(1120, 760)
    window.show()
    QApplication.processEvents()
    tree_map = TreeMap(window)
    tree_map.set_colors(theme.LIGHT)
    rows = tree_rows(tree, {node.id for node in tree.nodes})  # nothing folded: the most rows there can be
    started = time.perf_counter()
    tree_map.show_rows(rows, tree.active_leaf_id)
    QApplication.processEvents()
    took_showing = time.perf_counter() - started
    view = window.findChild(TreeList)
    assert view is not None
    bar = view.verticalScrollBar()
    started = time.perf_counter()
    bar.setValue(bar.value() - bar.pageStep())
    QApplication.processEvents()
    took_scrolling = time.perf_counter() - started
    window.close()
    window.deleteLater()
    QApplication.processEvents()
    return took_showing, took_scrolling
