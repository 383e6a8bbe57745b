"""The app in a child process that does what the lines of its standard input say, while another program looks at it.

A line names an action of the window (`settings_action`), a page of the settings (`page settings_looks`), a tab of the
window "Models" (`tab 1`), or `close`, which closes the dialogs. What was done is printed.
"""

import sys

from PySide6.QtCore import QSocketNotifier
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QDialog, QListWidget, QTabBar, QWidget

from chatdesk.app import make_application, run_application
from chatdesk.headless import this_apps_paths


def window() -> QWidget:
    return next(widget for widget in QApplication.topLevelWidgets() if widget.objectName() == "main_window")


def shown(name: str) -> QWidget:
    found = [w for top in QApplication.topLevelWidgets() for w in [top, *top.findChildren(QWidget)]]
    return next(widget for widget in found if widget.objectName() == name and widget.isVisible())


def obey(notifier: QSocketNotifier) -> None:
    if line := sys.stdin.readline().strip():
        do(line)
    else:
        notifier.setEnabled(False)  # nobody commands any more


def do(line: str) -> None:
    verb, _, rest = line.partition(" ")
    match verb:
        case "page":
            pages = shown("settings_pages")
            assert isinstance(pages, QListWidget)
            pages.setCurrentRow(int(rest))
        case "tab":
            tabs = shown("models_tabs")
            assert isinstance(tabs, QTabBar)
            tabs.setCurrentIndex(int(rest))
        case "close":
            for dialog in window().findChildren(QDialog):
                dialog.reject()
        case _:
            action = window().findChild(QAction, verb)
            assert isinstance(action, QAction), verb
            action.trigger()
    print(line, flush=True)


def main() -> int:
    application = make_application()
    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(lambda: obey(notifier))
    return run_application(application, this_apps_paths())


if __name__ == "__main__":
    sys.exit(main())
