"""Walks all that assistive technology sees of each main screen, and prints the controls without a name.

Run by the system's Python, which has pyatspi, inside `dbus-run-session`: `bus_walk.py PYTHON` starts
`commanded_window.py` with that Python, has it open one screen after the other, and prints one JSON object: for each
screen how many controls there are, and those that have no name.
"""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import IO, Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.screen_reader import BUS_LAUNCHERS, wait_for, walk

# screen -> what is said to the app before one looks at it, and the id of what is to be there then
SCREENS: dict[str, tuple[tuple[str, ...], str]] = {
    "main window": ((), "composer"),
    "palette": (("palette_action",), "palette_list"),
    "shortcuts": (("palette_action", "shortcuts_action"), "shortcut_list"),
    "settings, general": (("close", "settings_action", "page 0"), "system_prompt_edit"),
    "settings, appearance": (("page 1",), "accent_choice"),
    "settings, replies": (("page 2",), "temperature_field"),
    "settings, loading": (("page 3",), "n_ctx_field"),
    "settings, network": (("page 4",), "hub_endpoint_field"),
    "folders": (("close", "folders_action"), "open_data_button"),
    "saved prompts": (("close", "prompts_action"), "saved_prompts"),
    "model picker": (("close", "choose_model_action"), "model_filter"),
    "models, discover": (("close", "models_action"), "search_field"),
    "models, tab 1": (("tab 1",), "models_tabs"),
    "models, tab 2": (("tab 2",), "models_tabs"),
}


def main() -> None:
    launcher = next(path for path in BUS_LAUNCHERS if Path(path).exists())
    bus = subprocess.Popen([launcher, "--launch-immediately"])
    app = subprocess.Popen(
        [sys.argv[1], str(Path(__file__).with_name("commanded_window.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        import pyatspi

        assert app.stdin is not None
        assert app.stdout is not None
        print(json.dumps(look_at_all(pyatspi, app.stdin, app.stdout), ensure_ascii=False))
    finally:
        app.terminate()
        app.wait(20)
        bus.terminate()
        bus.wait(20)


def look_at_all(pyatspi: Any, commands: IO[str], done: IO[str]) -> dict[str, Any]:
    desktop = pyatspi.Registry.getDesktop(0)
    app = wait_for(
        lambda: next((child for child in desktop if child is not None and "ChatDesk" in (child.name or "")), None),
        "the application",
    )

    def is_there(name: str) -> bool:
        return any(
            node.get_accessible_id().split(".")[-1] == name and node.getState().contains(pyatspi.STATE_SHOWING)
            for node in walk(app)
        )

    controls = {
        *(pyatspi.ROLE_PUSH_BUTTON, pyatspi.ROLE_TOGGLE_BUTTON, pyatspi.ROLE_CHECK_BOX, pyatspi.ROLE_RADIO_BUTTON),
        *(pyatspi.ROLE_TEXT, pyatspi.ROLE_ENTRY, pyatspi.ROLE_PASSWORD_TEXT, pyatspi.ROLE_COMBO_BOX, pyatspi.ROLE_LINK),
        *(pyatspi.ROLE_SPIN_BUTTON, pyatspi.ROLE_SLIDER, pyatspi.ROLE_LIST, pyatspi.ROLE_LIST_ITEM, pyatspi.ROLE_TREE),
        *(pyatspi.ROLE_TABLE, pyatspi.ROLE_TABLE_CELL, pyatspi.ROLE_PAGE_TAB, pyatspi.ROLE_PAGE_TAB_LIST),
        *(pyatspi.ROLE_MENU_ITEM, pyatspi.ROLE_PROGRESS_BAR, pyatspi.ROLE_DIALOG, pyatspi.ROLE_FRAME),
    }

    def look() -> list[tuple[str, str, str]]:
        seen = []
        for node in walk(app):
            state = node.getState()
            if state.contains(pyatspi.STATE_SHOWING) and (
                node.getRole() in controls or state.contains(pyatspi.STATE_FOCUSABLE)
            ):
                seen.append((node.getRoleName(), node.get_accessible_id(), node.name))
        return seen

    found = {}
    for screen, (lines, sign) in SCREENS.items():
        for line in lines:
            commands.write(line + "\n")
            commands.flush()
            answer = done.readline().strip()
            assert answer == line, (answer, line)
        wait_for(partial(is_there, sign), f"{sign} in {screen}")
        seen = wait_for(look, screen)
        found[screen] = {"controls": len(seen), "unnamed": [node[:2] for node in seen if not (node[2] or "").strip()]}
    return found


if __name__ == "__main__":
    main()
