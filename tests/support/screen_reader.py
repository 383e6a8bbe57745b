"""A first conversation held as a screen reader holds it: only through the accessibility bus (AT-SPI).

Run by the system's Python, which has pyatspi, inside `dbus-run-session`: `screen_reader.py PROGRAM [ARGUMENT…]` starts
the program, reads and presses, and prints one JSON object of what it found.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

BUS_LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
PATIENCE_SECONDS = 60
QUESTION = "Who are you?"


def wait_for(look: Callable[[], Any], what: str) -> Any:
    """The first true value of `look()`; fails after a minute."""
    from gi.repository import GLib

    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        while GLib.MainContext.default().iteration(False):
            pass  # what was announced in the meantime
        try:
            found = look()
        except (GLib.Error, LookupError, NotImplementedError):
            found = None  # an object may vanish between two calls on the bus; the next look sees the new state
        if found:
            return found
        time.sleep(0.1)
    raise SystemExit(f"not found on the accessibility bus: {what}")


def walk(node: Any) -> Iterator[Any]:
    """All objects below `node`, itself first."""
    yield node
    for index in range(node.childCount):
        child = node.getChildAtIndex(index)
        if child is not None:
            yield from walk(child)


def main() -> None:
    launcher = next(path for path in BUS_LAUNCHERS if Path(path).exists())
    bus = subprocess.Popen([launcher, "--launch-immediately"])
    app = subprocess.Popen(sys.argv[1:])
    try:
        import pyatspi

        print(json.dumps(hold_conversation(pyatspi), ensure_ascii=False))
    finally:
        app.terminate()
        app.wait(20)
        bus.terminate()
        bus.wait(20)


def hold_conversation(pyatspi: Any) -> dict[str, Any]:
    desktop = pyatspi.Registry.getDesktop(0)

    def application() -> Any:
        return next((child for child in desktop if child is not None and "ChatDesk" in (child.name or "")), None)

    app = wait_for(application, "the application")

    def named(name: str) -> Any:
        """The object whose accessible id ends in `name`: Qt gives the objectName, or a path of them."""
        return next((node for node in walk(app) if node.get_accessible_id().split(".")[-1] == name), None)

    def is_shown(node: Any) -> bool:
        return node is not None and node.getState().contains(pyatspi.STATE_SHOWING)

    def is_enabled(node: Any) -> bool:
        return node is not None and node.getState().contains(pyatspi.STATE_ENABLED)

    def press(name: str) -> None:
        actions = wait_for(lambda: named(name), name).queryAction()
        names = [actions.getName(index).lower() for index in range(actions.nActions)]
        actions.doAction(names.index("press"))

    def messages() -> list[str]:
        transcript = named("transcript")
        return [node.name for node in walk(transcript) if node is not transcript and node.name]

    found: dict[str, Any] = {"controls": {}, "announced": []}
    pyatspi.Registry.registerEventListener(
        lambda event: found["announced"].append(event.any_data), "object:announcement"
    )
    picker = wait_for(lambda: named("model_picker"), "the model picker")
    wait_for(lambda: "SmolLM2" in picker.name, "a loaded model")
    for name in (
        "conversation_list",
        "new_chat_button",
        "transcript",
        "composer",
        "send_button",
        "model_picker",
        "menu_button",
    ):
        node = wait_for(partial(named, name), name)
        found["controls"][name] = [node.getRoleName(), node.name]
    wait_for(lambda: named("composer"), "the composer").queryEditableText().setTextContents(QUESTION)
    wait_for(lambda: is_enabled(named("send_button")), "an enabled Send button")
    press("send_button")
    wait_for(lambda: any(QUESTION in name for name in messages()), "the question in the transcript")
    wait_for(lambda: is_shown(named("send_button")) and len(messages()) >= 2, "the end of the reply")
    found["messages"] = messages()
    found["chats"] = [node.name for node in walk(named("conversation_list")) if node.name]
    press("new_chat_button")
    wait_for(lambda: not is_shown(named("transcript")), "an empty new chat")
    press("model_picker")
    wait_for(lambda: is_shown(named("model_list")), "the opened model picker")
    for name in ("model_filter", "model_list", "open_gguf_button", "more_models_button", "unload_button"):
        node = wait_for(partial(named, name), name)
        found["controls"][name] = [node.getRoleName(), node.name]
    models = named("model_list")
    found["models"] = [node.name for node in walk(models) if node is not models and node.name]
    return found


if __name__ == "__main__":
    main()
