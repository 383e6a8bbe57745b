from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatdesk.core.model_files import ModelFile, ModelOrigin
from chatdesk.models.elsewhere import ModelsElsewhere
from chatdesk.models.ollama_store import MAX_MANIFESTS, ollama_models
from chatdesk.models.small_files import MAX_BYTES, read_json, read_start, read_text

MODEL_LAYER = "application/vnd.ollama.image.model"
SHA = "6a0746a1ec1aef3e7ec53868f220ff6e389f6f8ef87a01d77c96807de94ca2aa"
COMMIT = "a1b2c3d4" * 5

needs_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")


def put(path: Path, content: bytes = b"GGUF and more") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def put_json(path: Path, document: Any) -> Path:
    return put(path, json.dumps(document).encode())


def find(home: Path, environ: Mapping[str, str] | None = None, system: str = "linux") -> tuple[ModelFile, ...]:
    return ModelsElsewhere(home, environ or {}, system).find()


def names(models: tuple[ModelFile, ...]) -> list[str]:
    return [model.name for model in models]


def manifest(*layers: tuple[str, str]) -> dict[str, Any]:
    return {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "layers": [{"mediaType": kind, "digest": digest, "size": 5} for kind, digest in layers],
    }


def put_ollama(
    store: Path, name: str, sha: str = SHA, host: str = "registry.ollama.ai/library", folder: str = "manifests"
) -> Path:
    model, _, tag = name.partition(":")
    put(store / "blobs" / f"sha256-{sha}")
    layers = manifest(("x/license", f"sha256:{sha[::-1]}"), (MODEL_LAYER, f"sha256:{sha}"))
    return put_json(store / folder / host / model / tag, layers)


def test_where_there_are_no_other_apps_nothing_is_found(tmp_path: Path) -> None:
    for system in ("linux", "darwin", "win32"):
        assert find(tmp_path, system=system) == ()


class TestLmStudio:
    def test_its_models_folder_is_searched(self, tmp_path: Path) -> None:
        path = put(tmp_path / ".lmstudio" / "models" / "qwen" / "Qwen3-GGUF" / "Qwen3-Q4_K_M.gguf")
        put(tmp_path / ".cache" / "lm-studio" / "models" / "old" / "repo" / "Old.gguf")
        (old, new) = find(tmp_path)
        assert (old.name, new.name, new.path, new.origin) == ("Old", "Qwen3-Q4_K_M", str(path), ModelOrigin.ADDED)

    def test_folders_that_were_chosen_in_it_are_followed(self, tmp_path: Path) -> None:
        put(tmp_path / "pointed" / "models" / "a" / "b" / "Pointed.gguf")
        put(tmp_path / "chosen" / "a" / "b" / "Chosen.gguf")
        put(tmp_path / ".lmstudio-home-pointer", f"{tmp_path / 'pointed'}\n".encode())
        put_json(tmp_path / "pointed" / "settings.json", {"downloadsFolder": str(tmp_path / "chosen")})
        assert names(find(tmp_path)) == ["Chosen", "Pointed"]

    @pytest.mark.parametrize("untrusted", ["relative/folder", "", "\0", 5, None, [], "\\\\server\\share", "//server/x"])
    def test_a_setting_that_names_no_folder_here_is_harmless(self, untrusted: Any, tmp_path: Path) -> None:
        put_json(tmp_path / ".lmstudio" / "settings.json", {"downloadsFolder": untrusted})
        put(tmp_path / ".lmstudio-home-pointer", str(untrusted).encode())
        assert find(tmp_path) == ()


class TestOllama:
    def test_models_are_shown_by_their_manifest_names(self, tmp_path: Path) -> None:
        store = tmp_path / ".ollama" / "models"
        put_ollama(store, "llama3.2:3b")
        put_ollama(store, "qwen:7b-q4_K_M", "1" * 64, "registry.ollama.ai/someone")
        put_ollama(store, "repo:Q8_0", "2" * 64, "hf.co/owner")
        (hub, llama, qwen) = find(tmp_path)
        assert (llama.name, llama.sha256) == ("llama3.2:3b", SHA)
        assert llama.path == str(store / "blobs" / f"sha256-{SHA}")
        assert (qwen.name, qwen.quantization) == ("someone/qwen:7b-q4_K_M", "Q4_K_M")
        assert hub.name == "hf.co/owner/repo:Q8_0"

    def test_two_names_of_one_file_are_one_model_by_the_telling_name(self, tmp_path: Path) -> None:
        for name in ("llama3.2:latest", "llama3.2:3b"):
            put_ollama(tmp_path / ".ollama" / "models", name)
        assert names(find(tmp_path)) == ["llama3.2:3b"]

    def test_the_store_may_be_named_by_the_environment(self, tmp_path: Path) -> None:
        put_ollama(tmp_path / "big disk", "llama3.2:3b")
        assert names(find(tmp_path, {"OLLAMA_MODELS": str(tmp_path / "big disk")})) == ["llama3.2:3b"]

    def test_of_a_list_of_manifests_the_one_for_llama_cpp_is_taken(self, tmp_path: Path) -> None:
        store = tmp_path / ".ollama" / "models"
        ours, theirs, child = "1" * 64, "2" * 64, "3" * 64
        put(store / "blobs" / f"sha256-{ours}")
        put(store / "blobs" / f"sha256-{theirs}")
        put_json(store / "blobs" / f"sha256-{child}", manifest((MODEL_LAYER, f"sha256:{ours}")))
        listed = [
            {"runner": "ollama", **manifest((MODEL_LAYER, f"sha256:{theirs}"))},
            {"runner": "mlx", "digest": "sha256:" + "4" * 64},
            {"runner": "llamacpp", "digest": f"sha256:{child}"},
        ]
        put_json(store / "manifests-v2" / "ollama.com" / "library" / "new" / "1b", {"manifests": listed})
        put_ollama(store, "new:1b", theirs)  # what Ollama 0.40 keeps for an older one
        put_ollama(store, "llamacpp:" + "5" * 64, theirs)  # likewise
        (model,) = find(tmp_path)
        assert (model.name, model.sha256) == ("new:1b", ours)

    def test_a_blob_that_is_no_gguf_or_missing_is_left_out(self, tmp_path: Path) -> None:
        store = tmp_path / ".ollama" / "models"
        put_ollama(store, "safetensors:1b")
        put(store / "blobs" / f"sha256-{SHA}", b"{}")
        put_ollama(store, "gone:1b", "1" * 64)
        (store / "blobs" / ("sha256-" + "1" * 64)).unlink()
        assert find(tmp_path) == ()

    @pytest.mark.parametrize(
        "digest",
        [
            "sha256:../../../../secret.gguf",
            "sha256-../../secret",
            "../../secret",
            f"sha256:{SHA}/../../../secret",
            f"sha256:{SHA}\n",
            f"md5:{SHA}",
            f"sha256:{SHA[:-1]}",
            SHA,
            "",
            None,
            7,
            [f"sha256:{SHA}"],
        ],
    )
    def test_a_digest_leads_nowhere_but_to_a_blob(self, digest: Any, tmp_path: Path) -> None:
        store = tmp_path / ".ollama" / "models"
        put(tmp_path / "secret")
        put(tmp_path / "secret.gguf")
        put(store / "blobs" / f"sha256-{SHA}")
        tag = store / "manifests" / "registry.ollama.ai" / "library" / "evil" / "latest"
        put_json(tag, {"layers": [{"mediaType": MODEL_LAYER, "digest": digest}]})
        assert find(tmp_path) == ()

    def test_a_capital_digest_finds_its_blob(self, tmp_path: Path) -> None:
        store = tmp_path / ".ollama" / "models"
        put(store / "blobs" / f"sha256-{SHA}")
        tag = store / "manifests" / "registry.ollama.ai" / "library" / "odd" / "1b"
        put_json(tag, manifest((MODEL_LAYER, f"sha256-{SHA.upper()}")))
        assert names(find(tmp_path)) == ["odd:1b"]

    def test_names_that_ollama_cannot_have_written_are_not_shown(self, tmp_path: Path) -> None:
        store = tmp_path / ".ollama" / "models"
        for name in (".hidden", "-dash", "a b", "x" * 81, "é"):
            put_ollama(store, f"{name}:1b")
        put(store / "manifests" / "registry.ollama.ai" / "library" / "folder" / "tag" / "deeper")
        assert find(tmp_path) == ()

    def test_a_huge_manifest_is_not_read(self, tmp_path: Path) -> None:
        store = tmp_path / ".ollama" / "models"
        path = put_ollama(store, "huge:1b")
        put(path, path.read_bytes() + b" " * MAX_BYTES)
        assert find(tmp_path) == ()

    @pytest.mark.parametrize("content", [b"[" * 100_000, b"9" * 100_000, b"\xff\xfe", b"", b'{"layers": {}}', b"[]"])
    def test_a_manifest_that_is_none_is_harmless(self, content: bytes, tmp_path: Path) -> None:
        store = tmp_path / ".ollama" / "models"
        put(put_ollama(store, "broken:1b"), content)
        put_ollama(store, "whole:1b", "1" * 64)
        assert names(find(tmp_path)) == ["whole:1b"]

    def test_a_list_that_names_itself_ends(self, tmp_path: Path) -> None:
        store = tmp_path / ".ollama" / "models"
        circle = {"manifests": [{"runner": "llamacpp", "digest": f"sha256:{SHA}"}]}
        put_json(store / "blobs" / f"sha256-{SHA}", circle)
        put_json(store / "manifests-v2" / "ollama.com" / "library" / "circle" / "1b", circle)
        assert find(tmp_path) == ()

    def test_only_so_many_manifests_are_read(self, tmp_path: Path) -> None:
        folder = tmp_path / "manifests" / "registry.ollama.ai" / "library" / "many"
        folder.mkdir(parents=True)
        for number in range(MAX_MANIFESTS + 3):
            (folder / str(number)).touch()
        put(folder / "0", json.dumps(manifest((MODEL_LAYER, f"sha256:{SHA}"))).encode())
        assert len(list(ollama_models(tmp_path))) <= 1

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names exist on POSIX only")
    def test_a_pipe_in_place_of_a_file_is_not_waited_for(self, tmp_path: Path) -> None:
        store = tmp_path / ".ollama" / "models"
        path = put_ollama(store, "pipe:1b")
        blob = store / "blobs" / f"sha256-{SHA}"
        blob.unlink()
        os.mkfifo(blob)
        os.mkfifo(path.with_name("2b"))
        assert find(tmp_path) == ()


class TestJan:
    def test_a_model_is_shown_by_what_its_description_calls_it(self, tmp_path: Path) -> None:
        data = tmp_path / ".local" / "share" / "Jan" / "data"
        path = put(data / "llamacpp" / "models" / "janhq" / "Jan-v1-4B-Q4_K_M" / "model.gguf")
        put(
            path.with_name("model.yml"),
            b"embedding: false\nmodel_path: llamacpp/models/janhq/Jan-v1-4B-Q4_K_M/model.gguf\n"
            b"name: janhq/Jan-v1-4B-Q4_K_M\nsize_bytes: 5\n",
        )
        put(path.with_name("mmproj.gguf"))
        (model,) = find(tmp_path)
        assert (model.path, model.name, model.quantization) == (str(path), "janhq/Jan-v1-4B-Q4_K_M", "Q4_K_M")

    def test_a_file_that_was_imported_into_it_is_found_where_it_lies(self, tmp_path: Path) -> None:
        outside = put(tmp_path / "my models" / "it's.gguf")
        data = tmp_path / "data"
        quoted = str(outside).replace("'", "''")
        put(data / "llamacpp" / "models" / "mine" / "model.yml", f"model_path: '{quoted}'\nname: mine\n".encode())
        (model,) = find(tmp_path, {"JAN_DATA_FOLDER": str(data)})
        assert (model.path, model.name) == (str(outside), "mine")

    def test_its_settings_name_its_data_folder(self, tmp_path: Path) -> None:
        put(tmp_path / "moved" / "models" / "old" / "Old-Q8_0.gguf")
        put_json(tmp_path / "AppData" / "Roaming" / "Jan" / "settings.json", {"data_folder": str(tmp_path / "moved")})
        assert names(find(tmp_path, system="win32")) == ["Old-Q8_0"]

    @pytest.mark.parametrize(
        "description",
        [
            b"model_path: ../../../secret.gguf\nname: evil\n",
            b"model_path: llamacpp/../../../../../../secret.gguf\n",
            b"model_path: //server/share/x.gguf\n",
            b'model_path: "\\\\\\\\server\\\\share\\\\x.gguf"\n',
            b"model_path: \0\n",
            b'model_path: "unfinished\n',
            b"model_path:\n",
            b"\xff\xfe\xff",
            b"",
        ],
    )
    def test_a_description_leads_out_of_the_folder_only_to_a_whole_path_here(
        self, description: bytes, tmp_path: Path
    ) -> None:
        put(tmp_path / "secret.gguf")
        data = tmp_path / ".local" / "share" / "Jan" / "data"
        put(data / "llamacpp" / "models" / "evil" / "model.yml", description)
        assert find(tmp_path) == ()

    def test_a_name_of_control_codes_and_marks_is_shown_without_them(self, tmp_path: Path) -> None:
        folder = tmp_path / ".local" / "share" / "Jan" / "data" / "llamacpp" / "models" / "x"
        put(folder / "model.gguf")
        name = 'name: "\\u202egnp.fugg\\u001b[31m\\nred' + "x" * 500 + '"\n'
        put(folder / "model.yml", name.encode())
        (model,) = find(tmp_path)
        assert model.name.startswith("gnp.fugg[31m red")
        assert model.name.isprintable()
        assert len(model.name) <= 160

    def test_models_that_write_no_text_are_left_out(self, tmp_path: Path) -> None:
        models = tmp_path / ".local" / "share" / "Jan" / "data" / "llamacpp" / "models"
        put(models / "vectors" / "model.gguf")
        put(models / "vectors" / "model.yml", b"embedding: true\nname: vectors\n")
        put(tmp_path / ".lmstudio" / "models" / "a" / "b" / "nomic-embed-text-v1.5.gguf")
        put_ollama(tmp_path / ".ollama" / "models", "nomic-embed-text:latest")
        assert find(tmp_path) == ()


class TestGpt4All:
    @pytest.mark.parametrize(
        ("system", "environ", "place"),
        [
            ("linux", {}, ".local/share/nomic.ai/GPT4All"),
            ("darwin", {}, "Library/Application Support/nomic.ai/GPT4All"),
            ("win32", {}, "AppData/Local/nomic.ai/GPT4All"),
            ("win32", {"LOCALAPPDATA": "{home}/local"}, "local/nomic.ai/GPT4All"),
            ("linux", {"XDG_DATA_HOME": "{home}/xdg"}, "xdg/nomic.ai/GPT4All"),
        ],
    )
    def test_its_folder_is_known_on_each_system(
        self, system: str, environ: dict[str, str], place: str, tmp_path: Path
    ) -> None:
        put(tmp_path / place / "Llama-3.2-1B-Instruct-Q4_0.gguf")
        put(tmp_path / place / "incomplete-Big.gguf")
        environ = {name: value.format(home=tmp_path) for name, value in environ.items()}
        assert names(find(tmp_path, environ, system)) == ["Llama-3.2-1B-Instruct-Q4_0"]


class TestHubCache:
    def snapshot(self, cache: Path, commit: str = COMMIT) -> Path:
        return cache / "models--Qwen--Qwen3-8B-GGUF" / "snapshots" / commit

    @needs_links
    def test_a_file_is_found_with_its_repo_commit_and_hash(self, tmp_path: Path) -> None:
        cache = tmp_path / ".cache" / "huggingface" / "hub"
        blob = put(cache / "models--Qwen--Qwen3-8B-GGUF" / "blobs" / SHA)
        snapshot = self.snapshot(cache)
        (snapshot / "sub").mkdir(parents=True)
        (snapshot / "sub" / "Qwen3-8B-Q4_K_M.gguf").symlink_to(os.path.relpath(blob, snapshot / "sub"))
        (model,) = find(tmp_path)
        assert (model.name, model.repo_id, model.revision) == ("Qwen3-8B-Q4_K_M", "Qwen/Qwen3-8B-GGUF", COMMIT)
        assert (model.sha256, model.size_bytes) == (SHA, blob.stat().st_size)

    @pytest.mark.parametrize(
        ("environ", "place"),
        [
            ({"HF_HUB_CACHE": "{home}/a", "HF_HOME": "{home}/b"}, "a"),
            ({"HF_HOME": "{home}/b"}, "b/hub"),
            ({"XDG_CACHE_HOME": "{home}/c"}, "c/huggingface/hub"),
        ],
    )
    def test_the_environment_may_move_it(self, environ: dict[str, str], place: str, tmp_path: Path) -> None:
        put(self.snapshot(tmp_path / place) / "Copied.gguf")  # as on Windows, where files are no links
        environ = {name: value.format(home=tmp_path) for name, value in environ.items()}
        (model,) = find(tmp_path, environ)
        assert (model.name, model.sha256) == ("Copied", None)

    def test_of_several_commits_the_file_of_main_is_taken(self, tmp_path: Path) -> None:
        cache = tmp_path / ".cache" / "huggingface" / "hub"
        put(self.snapshot(cache) / "Model.gguf", b"GGUF old")
        put(self.snapshot(cache, "f" * 40) / "Model.gguf", b"GGUF new one")
        put(cache / "models--Qwen--Qwen3-8B-GGUF" / "refs" / "main", b"f" * 40 + b"\n")
        (model,) = find(tmp_path)
        assert model.revision == "f" * 40

    def test_what_is_no_repo_is_not_searched(self, tmp_path: Path) -> None:
        cache = tmp_path / ".cache" / "huggingface" / "hub"
        for folder in ("datasets--a--b", "models--a", "models--a--b$", "a"):
            put(cache / folder / "snapshots" / COMMIT / "x.gguf")
        assert find(tmp_path) == ()


def test_a_file_that_is_listed_already_is_not_found_again(tmp_path: Path) -> None:
    path = put(tmp_path / ".lmstudio" / "models" / "a" / "b" / "Model.gguf")
    listed = ModelFile(str(path), 1, 1.0)
    assert ModelsElsewhere(tmp_path, {}, "linux").find([listed]) == ()


@needs_links
def test_a_file_that_two_apps_share_is_found_once(tmp_path: Path) -> None:
    path = put(tmp_path / ".lmstudio" / "models" / "a" / "b" / "Shared-Q4_0.gguf")
    linked = tmp_path / ".local" / "share" / "Jan" / "data" / "llamacpp" / "models" / "shared" / "model.gguf"
    linked.parent.mkdir(parents=True)
    linked.symlink_to(path)
    (linked.parent / "circle").symlink_to(linked.parent)
    assert names(find(tmp_path)) == ["Shared-Q4_0"]


@pytest.mark.parametrize("content", [b"", b"GGU", b"version https://git-lfs.github.com/spec/v1"])
def test_what_does_not_begin_as_gguf_is_left_out(content: bytes, tmp_path: Path) -> None:
    put(tmp_path / ".lmstudio" / "models" / "a" / "b" / "Pointer.gguf", content)
    assert find(tmp_path) == ()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux takes such a name")
def test_a_file_name_that_would_garble_a_list_is_shown_without_that(tmp_path: Path) -> None:
    put(tmp_path / ".lmstudio" / "models" / "a" / "b" / "gpj\u202eexe\x1b[31m.gguf")
    assert names(find(tmp_path)) == ["gpjexe[31m"]


def test_small_files_are_read_only_when_they_are_small_plain_files(tmp_path: Path) -> None:
    assert read_text(put(tmp_path / "a", "\ufeffé".encode())) == "é"
    assert read_text(put(tmp_path / "b", b"x" * (MAX_BYTES + 1))) is None
    assert read_text(tmp_path) is None
    assert read_start(Path("nul\0"), 4) == b""
    assert read_json(put(tmp_path / "c", b"{}")) == {}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(MODEL_LAYER),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["layers", "manifests", "mediaType", "digest", "runner", "x"]), inner)
    ),
    max_leaves=12,
)
hostile_files = st.one_of(
    json_values.map(lambda document: json.dumps(document).encode()),
    st.binary(max_size=64),
    st.builds(
        lambda key, value: f"{key}: {value}\n".encode("utf-8", "surrogatepass"),
        st.sampled_from(["model_path", "name", "embedding"]),
        st.text(max_size=40),
    ),
)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hostile_files)
def test_whatever_another_app_s_files_hold_nothing_outside_is_found(tmp_path: Path, content: bytes) -> None:
    home = tmp_path / "home"
    inside = put(home / ".ollama" / "models" / "blobs" / f"sha256-{SHA}")
    for place in (
        ".ollama/models/manifests/registry.ollama.ai/library/m/latest",
        ".ollama/models/manifests-v2/ollama.com/library/n/1b",
        ".local/share/Jan/data/llamacpp/models/j/model.yml",
        ".local/share/Jan/settings.json",
        ".lmstudio/settings.json",
        ".lmstudio-home-pointer",
        ".cache/huggingface/hub/models--a--b/refs/main",
    ):
        put(home / place, content)
    assert {model.path for model in find(home)} <= {str(inside)}
