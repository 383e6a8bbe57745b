"""What is no file holds up no thread: a pipe that nobody writes to would."""

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.events import AttachmentsChanged, ImportEnded, JobCrashed, NoticeRaised
from chatdesk.services.attachments import file_source
from chatdesk.services.plain_files import refuse_what_is_no_file
from tests.support.desk import Desk

needs_pipes = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names here")


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    make_pipe(tmp_path / "pipe.json")
    return tmp_path / "pipe.json"


def listening_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind(str(path))


@needs_pipes
@pytest.mark.parametrize(
    "make",
    [make_pipe, Path.mkdir, listening_socket, lambda path: path.symlink_to(os.devnull)],
    ids=["pipe", "folder", "socket", "device"],
)
def test_pipes_folders_sockets_and_devices_are_refused_by_name(make: Callable[[Path], None], tmp_path: Path) -> None:
    make(tmp_path / "thing")
    with pytest.raises(UserFacingError) as raised:
        refuse_what_is_no_file(tmp_path / "thing")
    assert (raised.value.detail.code, raised.value.detail.params["name"]) == (ErrorCode.NOT_A_FILE, "thing")


def test_files_pass_and_so_does_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("words")
    refuse_what_is_no_file(tmp_path / "file")
    refuse_what_is_no_file(tmp_path / "gone")


@needs_pipes
def test_a_pipe_is_not_attached_and_keeps_no_other_file_from_it(desk: Desk, pipe: Path, tmp_path: Path) -> None:
    (tmp_path / "good.txt").write_text("good")
    desk.attachments.attach(None, [file_source(str(pipe)), file_source(str(tmp_path / "good.txt"))])
    desk.log.wait_for(AttachmentsChanged, lambda event: bool(event.attachments))
    assert [notice.error.code for notice in desk.log.of(NoticeRaised)] == [ErrorCode.NOT_A_FILE]


@needs_pipes
def test_neither_prompts_nor_chats_are_imported_from_a_pipe(desk: Desk, pipe: Path) -> None:
    desk.prompts.import_file(str(pipe))
    assert desk.log.wait_for(NoticeRaised).error.code is ErrorCode.NOT_A_FILE
    desk.exchange.import_file(str(pipe))
    problem = desk.log.wait_for(ImportEnded).report.problem
    assert problem is not None
    assert problem.code is ErrorCode.NOT_A_FILE


def test_what_cannot_be_looked_at_is_not_imported_with_a_sentence(desk: Desk, tmp_path: Path) -> None:
    desk.exchange.import_file(str(tmp_path / ("n" * 300)))  # a name that no disk knows; as a locked folder, a bad disk
    problem = desk.log.wait_for(ImportEnded).report.problem
    assert problem is not None
    assert problem.code is ErrorCode.IMPORT_UNREADABLE
    assert desk.log.of(JobCrashed) == []
