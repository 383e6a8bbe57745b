"""What commands write, on a terminal and for a script."""

from __future__ import annotations

import contextlib
import io
import sys
from pathlib import Path

import pytest

from chatdesk.cli import _models
from chatdesk.cli_core import show_last
from chatdesk.cli_models import _Meter
from chatdesk.core.downloads import Download, DownloadState
from chatdesk.core.hub_models import RemoteFile, RemoteModel
from chatdesk.core.messages import PartKind

STEERING = "a\x1b]0;title\x07\tb\r\x9b2Jc\n模型"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("output", "text"), [(Terminal(), "a]0;title\tb2Jc\n模型"), (io.StringIO(), STEERING)])
def test_a_reply_steers_no_terminal_and_reaches_a_script_as_it_is(output: io.StringIO, text: str) -> None:
    with contextlib.redirect_stdout(output):
        show_last({PartKind.TEXT: [STEERING], PartKind.REASONING: []}, PartKind.TEXT)
    assert output.getvalue() == text


@pytest.mark.skipif(sys.platform == "win32", reason="there no file has such a name")
def test_neither_does_the_name_of_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a\x1b[31m.gguf").write_bytes(b"GGUF")
    monkeypatch.setenv("CHATDESK_HOME", str(tmp_path))
    for output, has_code in ((Terminal(), False), (io.StringIO(), True)):
        with contextlib.redirect_stdout(output):
            _models(as_json=False)
        assert "[31m.gguf" in output.getvalue()
        assert ("\x1b" in output.getvalue()) is has_code


def test_where_nobody_can_read_nothing_is_said() -> None:
    """As in a windowed program on Windows."""
    with contextlib.redirect_stdout(None), contextlib.redirect_stderr(None):
        show_last({PartKind.TEXT: ["Hi"], PartKind.REASONING: ["Hm"]}, PartKind.TEXT)


def test_a_shorter_line_of_progress_leaves_nothing_of_a_longer_one() -> None:
    output = Terminal()
    model = RemoteModel("owner/repo", "c" * 40, (RemoteFile("m-Q4_0.gguf", 10**9, None),))
    with contextlib.redirect_stderr(output):
        meter = _Meter(is_terminal=True)
        meter.show(Download("1", model, DownloadState.DOWNLOADING, 1, 10**8, 10**6))
        meter.show(Download("1", model, DownloadState.VERIFYING, 1, 10**9))
        meter.end()
    _, longer, shorter = output.getvalue().split("\r")
    assert shorter.startswith("verifying  100%")
    assert len(shorter.rstrip("\n")) == len(longer)
    assert "\x1b" not in output.getvalue(), "a code that not every terminal of Windows knows"
