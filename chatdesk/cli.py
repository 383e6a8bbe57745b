"""The same core without a window: ask, conversations, models, export, import, doctor.

What `models` does beyond listing is in `cli_models`, what is read and written of chats in `cli_conversations`, and
chats as files are in `cli_chats`. A plain `ask` saves nothing and takes no lock, so it works beside an open window.
What is said goes to stdout, what a model reasons first is shown dimmed on a terminal; a problem is one sentence on
stderr and exit code 1.
"""

from __future__ import annotations

import errno
import io
import json
import signal
import sys
import threading
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from chatdesk.cli_core import DONE, INTERRUPTED, PROBLEM, WITHOUT_CODES, for_output, show_last
from chatdesk.core.context import PromptMessage
from chatdesk.core.errors import ErrorCode, UserFacingError
from chatdesk.core.messages import PartKind, ReplyFigures, Role, clean_text
from chatdesk.core.overrides import resolve_overrides
from chatdesk.core.sampling import SamplingParams, resolve
from chatdesk.engine.base import Chunk, Engine, Finished
from chatdesk.headless import this_apps_paths
from chatdesk.llama_engines import is_survived, make_llama_engine, remember_variant
from chatdesk.models.library import ModelLibrary, find_starter
from chatdesk.services.model_loading import load_options
from chatdesk.store.database import Database
from chatdesk.store.model_records import ModelRecordStore
from chatdesk.store.paths import Paths, resource
from chatdesk.store.settings_file import SettingsFile

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from chatdesk.core.model_files import ModelFile


def run(options: argparse.Namespace) -> int:
    """Carry out a command, and return the exit code."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # A console of another encoding must neither garble a question nor end a reply in mid-sentence.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = _carry_out(options)
        if sys.stdout is not None:
            sys.stdout.flush()  # here, where it is known what it means when nobody reads it
    except UserFacingError as error:
        if error.code is ErrorCode.LOAD_CANCELLED:
            return INTERRUPTED  # there is no other way to cancel here
        print(str(error).translate(WITHOUT_CODES), file=sys.stderr)
        return PROBLEM
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python must not complain about the rest at exit.
        sys.stdout = None
        return DONE
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.stdout = None  # there is no room for the rest of the output
        print(UserFacingError(ErrorCode.DISK_FULL), file=sys.stderr)
        return PROBLEM
    return code


def _carry_out(options: argparse.Namespace) -> int:
    if options.command == "doctor":
        from chatdesk.doctor import doctor

        paths = this_apps_paths()
        remember_variant(paths)
        if options.diagnostics:
            from chatdesk.diagnostics import diagnostics

            print(diagnostics(paths, SettingsFile(paths.settings).look()), end="")
            return DONE
        return doctor(paths, as_json=options.json)
    if options.command == "models":
        from chatdesk import cli_models

        return cli_models.run(options) if options.models_command is not None else _models(as_json=options.json)
    if options.command in {"export", "import"}:
        from chatdesk import cli_chats

        return cli_chats.export(options) if options.command == "export" else cli_chats.import_file(options)
    if options.command == "ask" and not options.new and options.conversation is None:
        return _ask(options)
    from chatdesk import cli_conversations

    return cli_conversations.ask(options) if options.command == "ask" else cli_conversations.list_conversations(options)


def _ask(options: argparse.Namespace) -> int:
    message = clean_text(sys.stdin.read() if options.message == "-" else options.message)
    if not message:
        raise UserFacingError(ErrorCode.EMPTY_MESSAGE)
    paths = this_apps_paths()
    remember_variant(paths)
    settings = SettingsFile(paths.settings).look()
    given = {name: getattr(options, name) for name in ("temperature", "seed", "max_tokens", "reasoning_budget")}
    given["reasoning"] = {"on": True, "off": False}.get(options.reasoning)
    stop = threading.Event()
    signal.signal(signal.SIGINT, lambda _signal, _frame: stop.set())
    records = _Records(paths)
    model = records.find(options.model)
    overrides = records.overrides(model)
    _, sampling = resolve_overrides(settings, overrides)
    sampling = resolve(sampling, {name: value for name, value in given.items() if value is not None})
    records.try_file(model, stop)
    options_of_load = load_options(settings, overrides)
    engine = make_llama_engine(model, options_of_load, lambda _fraction: not stop.is_set())
    system = settings.system_prompt if options.system is None else clean_text(options.system)
    try:
        answer = _answer(engine, system, message, sampling, stop, streams=not options.json)
    finally:
        engine.close()
    if options.json:
        print(json.dumps({**answer, "model": model.name}, ensure_ascii=False))
    return INTERRUPTED if stop.is_set() else DONE


def _answer(
    engine: Engine, system: str, message: str, sampling: SamplingParams, stop: threading.Event, *, streams: bool
) -> dict[str, Any]:
    """Have one message answered; returns text, reason and figures, and prints the text as it comes when asked to."""
    started = time.monotonic()
    messages = [PromptMessage(Role.SYSTEM, system)] if system else []
    prompt = engine.prompt_tokens([*messages, PromptMessage(Role.USER, message)], reasoning=sampling.reasoning)
    said: dict[PartKind, list[str]] = {PartKind.REASONING: [], PartKind.TEXT: []}
    times: list[float] = []
    tokens = 0
    end: Finished | None = None
    for produced in engine.generate(prompt, sampling, stop.is_set):
        match produced:
            case Chunk(text, token_ids, kind):
                times.append(time.monotonic())
                tokens += len(token_ids)
                said[kind].append(text)
                if streams:
                    show_last(said, kind)
            case Finished():
                end = produced
    if streams:
        print()
    assert end is not None
    figures = ReplyFigures(
        prompt_tokens=len(prompt),
        reply_tokens=tokens,
        seconds_to_first_token=times[0] - started if times else 0.0,
        generation_seconds=times[-1] - times[0] if times else 0.0,
    )
    return {
        "text": "".join(said[PartKind.TEXT]),
        "reasoning": "".join(said[PartKind.REASONING]),
        "finish_reason": end.reason.value,
        "prompt_tokens": figures.prompt_tokens,
        "reply_tokens": figures.reply_tokens,
        "seconds_to_first_token": round(figures.seconds_to_first_token, 3),
        "tokens_per_second": round(speed, 1) if (speed := figures.tokens_per_second) is not None else None,
        "seed": end.seed,
    }


def _models(*, as_json: bool) -> int:
    models = _Records(this_apps_paths()).models
    if as_json:
        rows = [{**asdict(model), "name": model.name, "quantization": model.quantization} for model in models]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return DONE
    for model in models:
        print(for_output(f"{model.name}\t{model.size_bytes / 1e6:,.0f} MB\t{model.origin.value}\t{model.path}"))
    if not models:
        raise UserFacingError(ErrorCode.STARTER_MISSING)
    return DONE


class _Records:
    """What is known of models, only looked at: a data folder that is not there yet stays so."""

    def __init__(self, paths: Paths) -> None:
        self._database = Database.open_read_only(paths.database)
        added = ModelRecordStore(self._database).added() if self._database is not None else ()
        self._library = ModelLibrary(paths.models, find_starter(resource("models")))
        self.models = self._library.scan(added)

    def find(self, name_or_path: str | None) -> ModelFile:
        """The model meant, or without a name the first one: the starter, where it is installed."""
        if name_or_path is not None:
            return self._library.find_by_name(self.models, name_or_path)
        if not self.models:
            raise UserFacingError(ErrorCode.STARTER_MISSING)
        return self.models[0]

    def overrides(self, model: ModelFile) -> Mapping[str, Any]:
        """The model's own settings."""
        return ModelRecordStore(self._database).record(model).settings if self._database is not None else {}

    def try_file(self, model: ModelFile, stop: threading.Event) -> None:
        """Try a file in a child process, unless it is known to be good: an abort must end in a sentence here too."""
        from chatdesk.engine.devices import read_devices
        from chatdesk.engine.probe import probe, probe_command

        build = read_devices().build
        is_known = self._database is not None and ModelRecordStore(self._database).is_probed(model, build)
        if not is_known and not is_survived(model):
            probe(model, probe_command(), stop.is_set)
