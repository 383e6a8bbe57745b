"""Libraries of backends are loaded from any folder, and are known to ggml then; only children learn which variant."""

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from chatdesk.core.model_files import ModelFile
from chatdesk.engine.cpu.backends import Backends
from chatdesk.engine.cpu.choice import VARIABLE
from chatdesk.engine.cpu.in_use import TRIED_VARIABLE, environment_of_child, set_variant_in_use, variant_in_use

GGML = """
static int count;
void ggml_backend_register(void *backend) { count += *(int *)backend > 0; }
unsigned long ggml_backend_reg_count(void) { return count; }
"""
BACKEND = """
static int backend[] = {VERSION};
int ggml_backend_score(void) { return SCORE; }
void *ggml_backend_init(void) { return IS_WELL ? backend : 0; }
"""
compiler = shutil.which("cc")
needs_compiler = pytest.mark.skipif(compiler is None or os.name != "posix", reason="compiles libraries")


def compiled(path: Path, source: str, **values: int) -> Path:
    defined = [f"-D{name}={value}" for name, value in values.items()]
    command = [str(compiler), "-shared", "-fPIC", *defined, "-x", "c", "-", "-o", str(path)]
    subprocess.run(command, input=source.encode(), check=True)
    return path


def backend(path: Path, *, version: int = 2, score: int = 1, is_well: bool = True) -> Path:
    return compiled(path, BACKEND, VERSION=version, SCORE=score, IS_WELL=int(is_well))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "Zoë 李"
    folder.mkdir()
    return folder


@pytest.fixture
def backends(folder: Path) -> Backends:
    return Backends([ctypes.CDLL(str(compiled(folder / "libggml.so", GGML)))])


@needs_compiler
def test_a_backend_in_a_folder_of_any_name_is_known_to_ggml(folder: Path, backends: Backends) -> None:
    assert backends.is_empty
    assert backends.add(backend(folder / "libggml-cpu-x64.so"))
    assert not backends.is_empty


@needs_compiler
def test_what_cannot_be_used_is_not_made_known(folder: Path, backends: Backends) -> None:
    assert not backends.add(folder / "libggml-gone.so")
    assert not backends.add(backend(folder / "libggml-cpu-other.so", score=0))
    assert not backends.add(backend(folder / "libggml-ill.so", is_well=False))
    assert not backends.add(compiled(folder / "libggml-none.so", "int nothing;"))
    assert backends.is_empty


@needs_compiler
def test_a_backend_of_another_build_is_not_made_known(folder: Path, backends: Backends) -> None:
    assert backends.add(backend(folder / "libggml-cpu-x64.so", version=2))
    assert not backends.add(backend(folder / "libggml-vulkan.so", version=1))


@needs_compiler
def test_a_build_that_keeps_its_list_to_itself_has_what_is_built_in(folder: Path) -> None:
    closed = Backends([ctypes.CDLL(str(compiled(folder / "libllama.so", "int nothing;")))])
    assert not closed.is_empty
    assert not closed.add(backend(folder / "libggml-cpu-x64.so"))


@needs_compiler
def test_the_model_that_variants_were_tried_on_has_been_computed_with(folder: Path, starter_model: ModelFile) -> None:
    """Both libraries are stand-ins: the children find no variants, and compute with what is built in."""
    files = [backend(folder / "libggml-cpu-x64.so"), backend(folder / "libggml-cpu-haswell.so", score=5)]
    code = """
import sys
from pathlib import Path
from chatdesk.engine.cpu.choice import _variants_to_load, has_computed_with, remember_in
from chatdesk.engine.cpu.in_use import set_variant_in_use
record, model, *names = sys.argv[1:]
plainest, best = map(Path, names)
for has_to_try in (True, False):
    remember_in(Path(record), model)
    assert _variants_to_load([plainest, best], "1")[0] == best
    for variant in (best, plainest, None):
        set_variant_in_use(variant)
        assert has_computed_with(model) is (has_to_try and variant == best)
        assert not has_computed_with(model + "2")
"""
    command = [sys.executable, "-c", code, str(folder / "record"), starter_model.path, *map(str, files)]
    subprocess.run(command, check=True, env={**os.environ, VARIABLE: ""})


def test_children_learn_which_variant_is_in_use_and_nobody_else_does() -> None:
    before, path = variant_in_use(), Path("/lib/libggml-cpu-x64.so")
    try:
        set_variant_in_use(path)
        assert environment_of_child()[TRIED_VARIABLE] == str(path)
        assert environment_of_child(path.with_name("other.so"))[TRIED_VARIABLE].endswith("other.so")
        assert os.environ.get(TRIED_VARIABLE) != str(path)
    finally:
        set_variant_in_use(before)
