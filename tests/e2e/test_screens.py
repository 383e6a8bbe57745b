"""Every main screen, drawn by the real app on the starter model in each look: pictures for people, in `build/screens`.

What a machine can see of them is held here: no words are cut off.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ARTIST = ROOT / "tests" / "support" / "draw_screens.py"
SCREENS = ROOT / "build" / "screens"
LAPTOP, SMALL = (1280, 720), (900, 600)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize(
    ("theme", "scale", "text_percent", "size"),
    [
        ("light", 1, 100, LAPTOP),
        ("dark", 1, 100, SMALL),
        ("light", 2, 100, SMALL),
        ("dark", 2, 100, LAPTOP),
    ],
    ids=["light", "dark-small", "light-double-small", "dark-double"],
)
@pytest.mark.timeout(180)
def test_no_words_are_cut_off(
    language: str, theme: str, scale: int, text_percent: int, size: tuple[int, int], tmp_path: Path
) -> None:
    width, height = size
    screen = {"name": "laptop", "x": 0, "y": 0, "width": LAPTOP[0] * scale, "height": LAPTOP[1] * scale}
    screen |= {"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1}
    (tmp_path / "screen.json").write_text(json.dumps({"screens": [screen]}), encoding="utf-8")
    folder = SCREENS / f"{language}-{theme}-{scale}x-text{text_percent}-{width}x{height}"
    folder.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "CHATDESK_HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(ROOT),
        "QT_QPA_PLATFORM": f"offscreen:configfile={tmp_path / 'screen.json'}",
        "QT_SCALE_FACTOR": str(scale),
    }
    command = [sys.executable, str(ARTIST), str(folder), language, theme, str(text_percent), str(width), str(height)]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=150, check=False)
    assert process.returncode == 0, process.stderr
    seen = json.loads(process.stdout)
    assert len(seen["pictures"]) >= 10
    assert seen["faults"] == []
