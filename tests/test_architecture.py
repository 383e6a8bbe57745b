"""The import rules of the architecture, as tests: a rule that no test holds is a wish."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_archon import archrule

PACKAGE = Path(__file__).parent.parent / "chatdesk"
# What introduces everything to each other: nobody below knows of it.
ROOT = ("app", "headless", "chats", "model_services", "llama_engines", "load_record", "machine", "connection", "cli")
# pathlib is allowed for its PurePath, which is a value.
FORBIDDEN_IN_CORE = ("threading", "sqlite3", "time", "os", "json")


def test_core_imports_nothing_of_ours_and_neither_threads_files_nor_clocks() -> None:
    (
        archrule("core")
        .match("chatdesk.core*")
        .should_not_import("chatdesk.[!c]*", "chatdesk.cli", "PySide6*", "llama_cpp*", *FORBIDDEN_IN_CORE)
        .check("chatdesk", only_direct_imports=True, skip_type_checking=True)
    )


@pytest.mark.parametrize(("layer", "others"), [
    ("durable", ("core", "exchange", "store", "models", "engine", "services", "ui", *ROOT)),
    ("exchange", ("store", "models", "engine", "services", "ui", *ROOT)),
    ("store", ("exchange", "models", "engine", "services", "ui", *ROOT)),
    ("models", ("exchange", "store", "engine", "services", "ui", *ROOT)),
    ("engine", ("exchange", "models", "store", "services", "ui", *ROOT)),
    ("services", ("ui", *ROOT)),
    ("ui", ("durable", "exchange", "store", "models", "engine", *ROOT)),
])  # fmt: skip
def test_layers_import_only_what_lies_below_them(layer: str, others: tuple[str, ...]) -> None:
    (
        archrule(layer)
        .match(f"chatdesk.{layer}*")
        .should_not_import(*(f"chatdesk.{other}*" for other in others))
        .check("chatdesk", only_direct_imports=True, skip_type_checking=True)
    )


@pytest.mark.parametrize(("library", "owner"), [
    ("PySide6*", "chatdesk.ui*"),
    ("llama_cpp*", "chatdesk.engine*"),
    ("sqlite3", "chatdesk.store*"),
    ("jinja2*", "chatdesk.engine*"),
    ("markdown_it*", ("chatdesk.ui*", "chatdesk.exchange*")),
    ("huggingface_hub*", "chatdesk.models*"),
    ("httpx2*", "chatdesk.models*"),
    ("keyring*", "chatdesk.models*"),
    ("send2trash*", "chatdesk.models*"),
    ("wakepy*", "chatdesk.services*"),
])  # fmt: skip
def test_each_library_has_its_owners(library: str, owner: str | tuple[str, ...]) -> None:
    rule = archrule(library).match("chatdesk*").exclude(*((owner,) if isinstance(owner, str) else owner))
    # The composition root and the commands may touch Qt to start it.
    if library == "PySide6*":
        rule = rule.exclude("chatdesk.app", "chatdesk.self_test", "chatdesk.doctor")
    rule.should_not_import(library).check("chatdesk", only_direct_imports=True)


def test_importing_every_service_loads_neither_qt_nor_llama_cpp() -> None:
    code = """
import pkgutil, importlib, sys
import chatdesk.app, chatdesk.cli, chatdesk.services
for module in pkgutil.iter_modules(chatdesk.services.__path__):
    importlib.import_module(f"chatdesk.services.{module.name}")
slow = {"PySide6", "llama_cpp", "jinja2", "numpy", "markdown_it", "pygments"}
slow |= {"huggingface_hub", "httpx2", "keyring", "send2trash", "wakepy", "psutil"}
late = slow & set(sys.modules)
assert not late, late
"""
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr


def test_the_window_waits_for_nothing_that_it_does_not_show_first() -> None:
    code = """
import sys
import chatdesk.app, chatdesk.ui.main_window
slow = {"llama_cpp", "jinja2", "numpy", "markdown_it", "pygments", "huggingface_hub", "httpx2", "keyring"}
slow |= {"chatdesk.ui.about_dialog", "chatdesk.ui.new_version_dialog", "chatdesk.ui.markdown_page"}
late = slow & set(sys.modules)
assert not late, late
"""
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr


def test_files_are_put_in_their_place_by_the_one_function_that_waits_for_windows() -> None:
    """Of `x.replace(y)` only a path's takes one argument."""
    found = [
        f"{path.name}:{node.lineno}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "replace"
        and ((len(node.args) == 1 and not node.keywords) or ast.unparse(node.func.value) == "os")
        and path.name != "durable.py"
    ]
    assert found == []
