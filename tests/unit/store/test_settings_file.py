from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.sampling import SamplingParams
from chatdesk.core.settings import Settings, Theme
from chatdesk.store.settings_file import JsonFile, SettingsFile, StateFile, StateKey

CHANGED = Settings(
    system_prompt="你是谁？ 👋 مرحبا",
    sampling=SamplingParams(temperature=0, seed=5),
    n_ctx=4096,
    n_threads=3,
    n_gpu_layers=0,
    theme=Theme.DARK,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.json"


def test_without_a_file_there_are_the_defaults_and_no_notice(file: Path) -> None:
    assert SettingsFile(file).load() == (Settings(), None)
    assert not file.exists()


def test_settings_come_back_as_they_were_and_people_can_read_them(file: Path) -> None:
    SettingsFile(file).save(CHANGED)
    assert SettingsFile(file).load() == (CHANGED, None)
    assert "你是谁？" in file.read_text(encoding="utf-8")


def test_keys_of_another_version_survive(file: Path) -> None:
    file.write_text('{"future": [1, "\\ud800"], "sampling": {"mirostat": 2, "top_k": 3}}', encoding="utf-8")
    settings_file = SettingsFile(file)
    settings_file.load()
    settings_file.save(CHANGED)
    SettingsFile(file).save(CHANGED)  # nobody has to load before saving
    saved, _ = JsonFile(file).load()
    assert saved["future"] == [1, "\ud800"]
    assert saved["sampling"]["mirostat"] == 2
    assert saved["sampling"]["top_k"] == CHANGED.sampling.top_k


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b"\x80", b"[" * 100_000, b"1" * 9999])
def test_a_file_that_cannot_be_read_is_moved_aside_and_said_so(content: bytes, file: Path) -> None:
    file.write_bytes(content)
    settings, notice = SettingsFile(file).load()
    assert settings == Settings()
    assert notice is not None
    assert notice.code is ErrorCode.SETTINGS_BROKEN
    assert Path(notice.params["moved_to"]).read_bytes() == content
    SettingsFile(file).save(CHANGED)
    assert SettingsFile(file).load() == (CHANGED, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("system_prompt", 3),
        ("sampling", [1]),
        ("n_ctx", "many"),
        ("n_ctx", 10**9),
        ("n_ctx", 4096.5),
        ("n_threads", True),
        ("n_threads", 0),
        ("n_gpu_layers", None),
        ("theme", "pink"),
        ("accent", "pink"),
        ("reply_notice", True),
        ("density", 3),
        ("text_percent", 500),
        ("high_contrast", "yes"),
        ("theme", {"a": 1}),
    ],
)
def test_an_impossible_value_costs_only_itself(
    name: str, value: object, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    SettingsFile(file).save(CHANGED)
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | {name: value}), encoding="utf-8")
    with caplog.at_level(logging.ERROR):  # the warning is expected
        settings, notice = SettingsFile(file).load()
    assert notice is None
    others = {"system_prompt", "sampling", "n_ctx", "n_threads", "n_gpu_layers", "theme"} - {name}
    assert getattr(settings, name) == getattr(Settings(), name)
    assert all(getattr(settings, other) == getattr(CHANGED, other) for other in others)


def test_an_impossible_sampling_value_costs_only_itself(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    file.write_text('{"sampling": {"temperature": NaN, "top_p": 7, "top_k": 12, "seed": "x"}}', encoding="utf-8")
    with caplog.at_level(logging.ERROR):  # the warnings are expected
        settings, _ = SettingsFile(file).load()
    assert settings.sampling == SamplingParams(top_k=12)


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = ["system_prompt", "sampling", "n_ctx", "n_threads", "n_gpu_layers", "theme", "unknown"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(values=st.dictionaries(st.sampled_from(NAMES), JUNK | st.dictionaries(st.sampled_from(["top_k", "seed"]), JUNK)))
def test_any_json_gives_settings_that_can_be_saved_and_loaded(
    values: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> None:
    logging.disable(logging.WARNING)
    try:
        file = tmp_path_factory.mktemp("junk") / "settings.json"
        file.write_text(json.dumps(values), encoding="utf-8")
        loaded, notice = SettingsFile(file).load()
        assert notice is None
        SettingsFile(file).save(loaded)
        assert SettingsFile(file).load() == (loaded, None)
    finally:
        logging.disable(logging.NOTSET)


def test_a_save_that_fails_leaves_file_and_memory_as_they_were(file: Path) -> None:
    state = StateFile(file)
    state.set(StateKey.LAST_MODEL_PATH, "/old.gguf")
    before = file.read_bytes()
    file.with_name("settings.json.new").mkdir()  # in the way of the new file
    with pytest.raises(UserFacingError):
        state.set(StateKey.LAST_MODEL_PATH, "/new.gguf")
    assert state.get(StateKey.LAST_MODEL_PATH) == "/old.gguf"
    assert file.read_bytes() == before


def test_a_folder_in_place_of_the_file_is_a_sentence(file: Path) -> None:
    file.mkdir()
    with pytest.raises(UserFacingError):
        SettingsFile(file).load()


def test_machine_state_survives_and_the_crash_marker_is_on_disk_at_once(file: Path) -> None:
    state = StateFile(file)
    state.load()
    assert state.get(StateKey.LOADING_MODEL_PATH) is None
    state.set_loading("/models/模型.gguf")
    state.set(StateKey.WINDOW_GEOMETRY, "AdnQywAD")
    next_start = StateFile(file)
    next_start.load()
    assert next_start.get(StateKey.LOADING_MODEL_PATH) == "/models/模型.gguf"
    state.set_loading(None)
    assert StateFile(file).get(StateKey.LOADING_MODEL_PATH) is None
    assert StateFile(file).get(StateKey.WINDOW_GEOMETRY) == "AdnQywAD"


def test_looking_at_settings_changes_nothing(file: Path, tmp_path: Path) -> None:
    assert SettingsFile(file).look() == Settings()
    assert not list(tmp_path.iterdir())
    file.write_bytes(b"{broken")
    assert SettingsFile(file).look() == Settings()
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]
    assert file.read_bytes() == b"{broken"
    file.unlink()
    file.mkdir()  # what the disk does not let one read
    assert SettingsFile(file).look() == Settings()
    file.rmdir()
    SettingsFile(file).save(CHANGED)
    assert SettingsFile(file).look() == CHANGED


def test_broken_state_is_moved_aside_and_begun_anew(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    file.write_bytes(b"{broken")
    state = StateFile(file)
    with caplog.at_level(logging.INFO):
        state.load()
    assert "machine state could not be read" in caplog.text
    assert "settings.json.broken" in caplog.text
    assert [path.read_bytes() for path in file.parent.iterdir()] == [b"{broken"]
    state.set(StateKey.LAST_MODEL_PATH, "/a.gguf")
    assert StateFile(file).get(StateKey.LAST_MODEL_PATH) == "/a.gguf"


def test_suspects_are_kept_until_cleared(file: Path) -> None:
    state = StateFile(file)
    assert state.suspects() == frozenset()
    state.add_suspects(["/模型.gguf"])
    state.add_suspects(["/b.gguf", "/模型.gguf"])
    next_start = StateFile(file)
    assert next_start.suspects() == {"/模型.gguf", "/b.gguf"}
    assert json.loads(file.read_text(encoding="utf-8"))["suspects"] == ["/b.gguf", "/模型.gguf"]
    next_start.clear_suspects()
    assert StateFile(file).suspects() == frozenset()


def test_what_is_remembered_of_models_follows_them(file: Path) -> None:
    state = StateFile(file)
    state.set(StateKey.LAST_MODEL_PATH, "/old/a.gguf")
    state.set_loading("/old/b.gguf")
    state.set(StateKey.LAST_CONVERSATION_ID, "/old/c")
    state.add_suspects(["/old/b.gguf", "/else/d.gguf"])
    state.move_models(lambda path: path.replace("/old/", "/new/"))
    after = StateFile(file)
    assert after.get(StateKey.LAST_MODEL_PATH) == "/new/a.gguf"
    assert after.get(StateKey.LOADING_MODEL_PATH) == "/new/b.gguf"
    assert after.get(StateKey.LAST_CONVERSATION_ID) == "/old/c"
    assert after.suspects() == {"/new/b.gguf", "/else/d.gguf"}


def test_of_no_model_nothing_is_remembered_by_a_move(file: Path) -> None:
    state = StateFile(file)
    state.move_models(lambda path: f"/new{path}")
    assert StateFile(file).get(StateKey.LAST_MODEL_PATH) is None
    assert StateFile(file).suspects() == frozenset()


@pytest.mark.parametrize(("junk", "known"), [("3", set()), ('{"a": 1}', set()), ('["/a.gguf", 3, [1]]', {"/a.gguf"})])
def test_junk_is_no_suspect(file: Path, junk: str, known: set[str]) -> None:
    file.write_text(f'{{"suspects": {junk}}}', encoding="utf-8")
    state = StateFile(file)
    assert state.suspects() == known
    state.add_suspects(["/b.gguf"])
    assert StateFile(file).suspects() == known | {"/b.gguf"}


def test_state_of_another_type_is_no_state(file: Path) -> None:
    file.write_text('{"last_model_path": 3}', encoding="utf-8")
    assert StateFile(file).get(StateKey.LAST_MODEL_PATH) is None


def test_two_threads_do_not_lose_each_other_s_keys(file: Path) -> None:
    state = StateFile(file)

    def set_often(key: StateKey) -> None:
        for number in range(30):
            state.set(key, str(number))

    threads = [threading.Thread(target=set_often, args=(key,)) for key in StateKey]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {StateFile(file).get(key) for key in StateKey} == {"29"}
