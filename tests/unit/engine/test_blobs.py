"""A model file need not be called so: other apps keep theirs under a hash, without an ending."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from chatdesk.core.model_files import ModelFile, ModelOrigin
from chatdesk.engine.base import LoadOptions
from chatdesk.engine.llama import load_llama
from chatdesk.engine.probe import probe
from tests.support.tiny_gguf import TinyModel

COMMAND = [
    sys.executable,
    "-c",
    "import sys; from chatdesk.engine.probe import run_probe; sys.exit(run_probe(*sys.argv[1:]))",
]


def blob(folder: Path) -> ModelFile:
    model = TinyModel().write(folder / f"sha256-{'6a0746a1' * 8}")
    return replace(model, origin=ModelOrigin.ADDED, shown_name="llama3.2:3b")


def test_it_is_tried_out_and_loaded_under_its_shown_name(tmp_path: Path) -> None:
    model = blob(tmp_path)
    probe(model, COMMAND, lambda: False)
    engine = load_llama(model, LoadOptions(n_ctx=256), lambda _: True)
    try:
        assert engine.info.name == "llama3.2:3b"
    finally:
        engine.close()
