from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from chatdesk.core.disk_errors import disk_problem
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.store.disk import (
    date_of,
    disk_problems_named,
    free_path,
    move_aside,
    replace_file,
    sqlite_problems_named,
)


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, ErrorCode.DISK_FULL),
        (errno.EDQUOT, ErrorCode.DISK_FULL),
        (errno.EACCES, ErrorCode.FOLDER_NOT_WRITABLE),
        (errno.EROFS, ErrorCode.FOLDER_NOT_WRITABLE),
        (errno.EIO, ErrorCode.DISK_ERROR),
    ],
)
def test_the_disk_s_report_is_named_and_worded(number: int, code: ErrorCode) -> None:
    problem = disk_problem(OSError(number, os.strerror(number)), Path("/data"))
    assert problem.code is code
    assert "{" not in problem.detail.english


def test_a_real_report_of_the_disk_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserFacingError) as caught, disk_problems_named(tmp_path / "file"):
        (tmp_path / "file" / "below").mkdir()
    assert caught.value.code is ErrorCode.FOLDER_NOT_WRITABLE


def test_a_bug_in_sql_stays_a_bug(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "a.db")
    with pytest.raises(sqlite3.OperationalError), sqlite_problems_named(tmp_path / "a.db"):
        connection.execute("SELECT nonsense")
    connection.close()
    with pytest.raises(sqlite3.ProgrammingError), sqlite_problems_named(tmp_path / "a.db"):
        connection.execute("SELECT 1")


def test_a_file_is_moved_aside_under_a_name_that_is_free(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    names = []
    for content in ("one", "two", "three"):
        file.write_text(content)
        names.append(move_aside(file, 1_800_000_000.0))
    date = date_of(1_800_000_000.0)
    assert [name.name for name in names] == [f"settings.json.broken-{date}{end}" for end in ("", "-2", "-3")]
    assert [name.read_text() for name in names] == ["one", "two", "three"]
    assert not file.exists()
    assert free_path(file) == file


def test_replacing_leaves_no_other_file(tmp_path: Path) -> None:
    file = tmp_path / "state.json"
    replace_file(file, b"old")
    replace_file(file, b"new")
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]


class HeldByWindowsError(PermissionError):
    """What Windows raises; only there has the class an attribute that says which of its errors it is."""

    winerror = 32


@pytest.mark.parametrize(("times", "arrives"), [(2, True), (99, False)])
def test_a_file_that_windows_holds_for_a_moment_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, arrives: bool
) -> None:
    replace, held = Path.replace, iter(range(times))

    def hold(new: Path, target: Path) -> Path:
        if next(held, None) is not None:
            raise HeldByWindowsError(errno.EACCES, "held")
        return replace(new, target)

    file = tmp_path / "state.json"
    file.write_bytes(b"old")
    monkeypatch.setattr(Path, "replace", hold)
    if arrives:
        replace_file(file, b"new")
    else:
        with pytest.raises(UserFacingError):
            replace_file(file, b"new")
        assert next(held) < 10
    assert file.read_bytes() == (b"new" if arrives else b"old")
    assert list(tmp_path.iterdir()) == [file]


def test_any_other_refusal_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refuse(new: Path, target: Path) -> Path:
        asked.append(target)
        raise PermissionError(errno.EACCES, "no")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(UserFacingError):
        replace_file(tmp_path / "state.json", b"new")
    assert len(asked) == 1


REPLACE_WITH_A_FILE_TOO_LARGE = """
import resource, signal, sys
from pathlib import Path
from chatdesk.core.errors import UserFacingError
from chatdesk.store.disk import replace_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    replace_file(Path(sys.argv[1]), b"x" * 5000)
except UserFacingError as error:
    print(error.code)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a limit on file sizes exists on POSIX only")
def test_a_write_that_fails_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    replace_file(file, b"old")
    said = subprocess.run(
        [sys.executable, "-c", REPLACE_WITH_A_FILE_TOO_LARGE, str(file)], capture_output=True, text=True, check=True
    )
    assert (said.stdout.strip(), said.stderr) == (ErrorCode.DISK_ERROR, "")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]
