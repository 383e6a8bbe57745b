"""What the repository's prose promises, held by tests."""

import re
import tomllib
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import chatdesk
from chatdesk.core.releases import RELEASE_PAGE, parse_version
from chatdesk.models.release_page import RELEASES_PATH

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def test_changelog_tells_of_this_version() -> None:
    sections = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    versions = sections[1:] if sections[0] == "Unreleased" else sections  # what came since has no number yet
    assert versions[0] == chatdesk.__version__


def test_the_version_is_one_that_can_be_compared() -> None:
    assert parse_version(chatdesk.__version__) is not None


def test_new_versions_are_looked_for_where_the_project_lives() -> None:
    metainfo = ET.parse(ROOT / "packaging" / "linux" / "io.github.chatdesk.ChatDesk.metainfo.xml")
    homepage = metainfo.findtext("url[@type='homepage']")
    assert homepage is not None
    assert f"{homepage}/releases" == RELEASE_PAGE
    assert f"/repos{urlsplit(RELEASE_PAGE).path}" == RELEASES_PATH


def test_readme_names_the_commands_that_ci_runs() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    commands = re.findall(r"uv run --group dev \S+", readme)
    assert commands
    assert commands[0] in ci


def test_contributing_names_every_thread() -> None:
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").partition("**Threads.**")[2]
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "chatdesk").rglob("*.py")]
    begun = re.compile(r"""Worker\(f?"([a-z -]+)|Thread\([^\n]*name=f?"([a-z -]+)""")
    names = {(worker or thread).strip() for source in sources for worker, thread in begun.findall(source)}
    assert {"engine", "store", "download", "markdown"} <= names
    assert {name for name in names if not re.search(rf"`{name}[ …]*`", contributing)} == set()


def test_readme_links_and_pictures_exist() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", readme) if "://" not in target]
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_direct_dependencies_are_pinned_exactly() -> None:
    direct = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"]]
    for group in PROJECT["dependency-groups"].values():
        direct += group
    assert [requirement for requirement in direct if "==" not in requirement] == []


def test_no_lock_file_with_download_addresses_is_kept() -> None:
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_every_icon_comes_with_its_licence() -> None:
    assert (ROOT / "resources" / "licences" / "lucide.txt").exists()
    for icon in (ROOT / "resources" / "icons").glob("*.svg"):
        assert "lucide" in icon.read_text(encoding="utf-8"), icon.name
