"""A person in a child process: starts the app as `python -m chatdesk` does and plays one scenario on its window.

`python drive_window.py SCENARIO [SECONDS]` prints `WORD {json}` lines of what it saw; its exit code is the app's.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QProgressBar, QToolButton, QWidget

from chatdesk.app import make_application, run_application
from chatdesk.core.errors import UserFacingError
from chatdesk.headless import this_apps_paths

Step = Callable[[], bool] | float


def say(word: str, **values: object) -> None:
    print(word, json.dumps(values), flush=True)


def window() -> QWidget:
    return next(widget for widget in QApplication.topLevelWidgets() if widget.objectName() == "main_window")


def has_window() -> bool:
    return any(w.objectName() == "main_window" and w.isVisible() for w in QApplication.topLevelWidgets())


def find(kind: type[QWidget], name: str) -> QWidget:
    found = window().findChild(kind, name)
    assert found is not None, name
    return found


def is_visible(kind: type[QWidget], name: str) -> Callable[[], bool]:
    return lambda: find(kind, name).isVisible()


def model_details() -> str:
    label = find(QLabel, "model_details")
    assert isinstance(label, QLabel)
    return label.text()


def notices() -> list[str]:
    return [label.text() for label in window().findChildren(QLabel, "notice_text")]


def send(text: str) -> None:
    edit = find(QPlainTextEdit, "composer")
    assert isinstance(edit, QPlainTextEdit)
    edit.setPlainText(text)
    button = find(QToolButton, "send_button")
    assert isinstance(button, QToolButton)
    button.click()
    say("SENT", text=text[:50])


def close() -> None:
    say("CLOSING", at=time.time())
    window().close()


def scenario(name: str, seconds: float) -> Iterator[Step]:
    """Conditions to wait for (callables) and pauses (seconds), with actions between them."""
    yield has_window
    say("SHOWN")
    match name:
        case "idle":
            yield lambda: bool(model_details())
        case "loading":
            yield is_visible(QProgressBar, "load_progress")
        case "serve":
            yield lambda: bool(model_details())
            say("READY")
            yield lambda: False
        case "look":
            yield seconds
            say("SEEN", notices=notices(), details=model_details())
        case "stream" | "stream_for_ever":
            yield lambda: bool(model_details())
            send("Hello")
            yield is_visible(QToolButton, "stop_button")
            say("STREAMING")
            yield seconds
        case "long_prompt":
            yield lambda: bool(model_details())
            send("word " * 6000)
            yield is_visible(QToolButton, "stop_button")
            yield seconds
        case "write_for_ever":
            edit = find(QPlainTextEdit, "composer")
            assert isinstance(edit, QPlainTextEdit)
            while True:
                edit.insertPlainText("word ")
                say("WRITTEN", length=len(edit.toPlainText()), at=time.monotonic())
                yield 0.02
    if name != "stream_for_ever":
        close()
    else:
        yield lambda: False


def play(steps: Iterator[Step]) -> None:
    """Go on with `steps` whenever Qt is idle."""
    waits_for: list[Step] = [0.0]
    since = [time.monotonic()]

    def tick() -> None:
        step = waits_for[0]
        is_over = step() if callable(step) else time.monotonic() - since[0] >= step
        if is_over:
            since[0] = time.monotonic()
            waits_for[0] = next(steps, lambda: False)

    timer = QTimer(QApplication.instance())
    timer.timeout.connect(tick)
    timer.start(5)


def main() -> int:
    application = make_application()
    play(scenario(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 0.5))
    try:
        return run_application(application, this_apps_paths())
    except UserFacingError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
