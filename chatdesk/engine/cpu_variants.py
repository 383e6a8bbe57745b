"""Which of llama.cpp's variants for processors computes on this machine.

A packaged llama.cpp brings its processor code several times, from SSE4.2 to AVX-512, and each variant tells a score: 0
where this processor lacks its instructions. The highest score is not always right: a compiler's fault or an operating
system that hides an instruction make a variant crash or answer wrongly. So the variants are tried in child processes,
the best first, on fixed text; the first that is as sure of the same tokens as the plainest variant computes from then
on, until the processor or llama.cpp changes. What crashes, crashes there.

A build with one set of processor code has no variants, and nothing here applies to it. Backends belong to the process,
so this is a matter of the process too: `remember_in` is called once, before llama.cpp is used.
"""

from __future__ import annotations

import ctypes
import json
import logging
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# Names the variant that this process and its children use, by its path; also how a person forces one.
VARIABLE = "CHATDESK_CPU_VARIANT"
TRIAL_SECONDS = 60.0
TRIAL_TEXT = "The capital of France is Paris. One, two, three, four, five, six, seven, eight, nine, ten."
# Two logits nearer than this may change places with the order in which numbers are added up.
CLEAR_MARGIN = 1.0
_PREFIXES = ("libggml-cpu-", "ggml-cpu-")
_SUFFIXES = (".so", ".dll", ".dylib")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Variant:
    """One library with processor code; `score` is llama.cpp's own, 0 where this processor cannot run it."""

    path: Path
    score: int

    @property
    def name(self) -> str:
        """`haswell`."""
        name = self.path.stem
        return next(name.removeprefix(prefix) for prefix in _PREFIXES if name.startswith(prefix))


def backend_files(package: Path) -> list[Path]:
    """The libraries of backends that are loaded by name: beside the bindings, or where a build left them."""
    found: dict[str, Path] = {}
    for folder in (package / "lib", package.parent / "bin"):
        for path in sorted(folder.glob("*ggml-*")):
            is_part = path.name.removeprefix("lib").startswith(("ggml-base", "ggml-cpu."))
            if path.suffix in _SUFFIXES and not is_part:
                found.setdefault(path.name, path)
    return list(found.values())


def variants(files: Sequence[Path]) -> list[Variant]:
    """The variants among `files` that this processor can run, the best first."""
    found = [Variant(path, _score(path)) for path in files if path.name.startswith(_PREFIXES)]
    return sorted((variant for variant in found if variant.score > 0), key=lambda variant: -variant.score)


def _score(path: Path) -> int:
    try:
        function = ctypes.CDLL(str(path)).ggml_backend_score
    except (OSError, AttributeError) as error:
        _log.info("%s is not among the variants: %s", path.name, error)
        return 0
    function.argtypes, function.restype = (), ctypes.c_int
    return int(function())


@dataclass(slots=True)
class VariantChooser:
    """Chooses a variant, and remembers the choice in `file`.

    `try_out` has a child process answer with a variant, None when it cannot; see `child_trial`.
    """

    file: Path
    version: str
    try_out: Callable[[Variant], Answer | None]

    def choose(self, possible: Sequence[Variant]) -> Variant | None:
        """The variant to use among `possible`, the best first."""
        if len(possible) <= 1:
            return next(iter(possible), None)
        scores = {variant.name: variant.score for variant in possible}
        remembered = self._remembered(scores)
        if (known := next((variant for variant in possible if variant.name == remembered), None)) is not None:
            return known
        plainest = possible[-1]
        expected = self.try_out(plainest)
        if expected is None:  # the machine was too busy, or there is no model: it says nothing of the others
            return plainest
        chosen = self._first_right(possible, expected)
        self._remember(chosen.name, scores)
        return chosen

    def _first_right(self, possible: Sequence[Variant], expected: Answer) -> Variant:
        *better, plainest = possible
        for variant in better:
            answer = self.try_out(variant)
            if answer is not None and answer.agrees_with(expected):
                return variant
            _log.info("the variant %s of llama.cpp crashes or answers wrongly here; another is used", variant.name)
        return plainest

    def _remembered(self, scores: dict[str, int]) -> object:
        try:
            known = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        if not isinstance(known, dict) or known.get("version") != self.version or known.get("scores") != scores:
            return None
        return known.get("variant")

    def _remember(self, name: str, scores: dict[str, int]) -> None:
        known = {"version": self.version, "scores": scores, "variant": name}
        try:
            self.file.write_text(json.dumps(known), encoding="utf-8")
        except OSError as error:  # it will be chosen again next time
            _log.info("the choice of a variant is not remembered: %s", error)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a variant makes of the trial text: the likeliest next token at each place, None where it is not clear."""

    tokens: tuple[int | None, ...]

    def agrees_with(self, other: Answer) -> bool:
        """Whether both are sure of the same tokens wherever both are sure; somewhere they must be."""
        pairs = [(mine, its) for mine, its in zip(self.tokens, other.tokens, strict=False) if None not in (mine, its)]
        return len(self.tokens) == len(other.tokens) and bool(pairs) and all(mine == its for mine, its in pairs)


@dataclass(slots=True)
class _Trials:
    """Where this process remembers its choice, and on which model it tries: set once."""

    file: Path | None = None
    model: str | None = None


_trials = _Trials()


def remember_in(file: Path, trial_model: str | None) -> None:
    """Keep the choice in `file`, and try variants on the model file at `trial_model`."""
    _trials.file, _trials.model = file, trial_model


def load_backends(llama_cpp: Any) -> None:
    """Load what a build keeps in libraries of their own: one variant for the processor, and every other backend.

    Children inherit the choice. A backend that cannot be loaded, such as one whose driver is missing, is left out.
    """
    files = backend_files(Path(llama_cpp.__file__).parent)
    if not files:
        return
    from chatdesk.engine.devices import ggml_libraries

    load = next(library for library in ggml_libraries(llama_cpp) if hasattr(library, "ggml_backend_load"))[
        "ggml_backend_load"
    ]
    load.argtypes, load.restype = (ctypes.c_char_p,), ctypes.c_void_p
    if (variant := _variant_here(files, str(llama_cpp.__version__))) is not None:
        os.environ[VARIABLE] = str(variant)
        load(os.fsencode(variant))
    for path in files:
        if not path.name.startswith(_PREFIXES) and not load(os.fsencode(path)):
            _log.warning("llama.cpp's backend %s cannot be used here: its driver may be missing", path.name)


def in_use() -> str | None:
    """The name of the variant that computes, None where a build has no variants or llama.cpp is not started."""
    path = os.environ.get(VARIABLE)
    return Variant(Path(path), 0).name if path else None


def _variant_here(files: Sequence[Path], version: str) -> Path | None:
    wanted = os.environ.get(VARIABLE)
    if wanted is not None and (forced := next((path for path in files if str(path) == wanted), None)) is not None:
        return forced
    possible = variants(files)
    if _trials.file is None or _trials.model is None:
        # Nothing to try it on: the plainest is slower and never wrong.
        return possible[-1].path if possible else None
    chooser = VariantChooser(_trials.file, version, child_trial(trial_command(), _trials.model))
    chosen = chooser.choose(possible)
    return None if chosen is None else chosen.path


def child_trial(command: Sequence[str], model: str) -> Callable[[Variant], Answer | None]:
    """How a variant is tried on the model file at `model`: by `command`, followed by it and where to answer."""

    def try_out(variant: Variant) -> Answer | None:
        with tempfile.TemporaryDirectory(prefix="chatdesk-variant-", ignore_cleanup_errors=True) as folder:
            result = Path(folder) / "result.json"
            try:
                subprocess.run(  # noqa: S603 - our own executable
                    [*command, model, str(result)],
                    env={**os.environ, VARIABLE: str(variant.path)},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    timeout=TRIAL_SECONDS,
                    check=True,
                    creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                )
                tokens = json.loads(result.read_text(encoding="utf-8"))
            except (OSError, ValueError, subprocess.SubprocessError) as error:
                _log.info("variant %s: %s", variant.name, error)
                return None
        return Answer(tuple(tokens))

    return try_out


def trial_command() -> list[str]:
    """How this app starts itself to try a variant; the model's path and the result's follow."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--try-variant"]
    return [sys.executable, "-m", "chatdesk", "--try-variant"]


def run_trial(model: str, result: str) -> int:
    """The child's side: answer with the variant that the environment names, and leave the tokens at `result`."""
    from chatdesk.engine import llama_runtime

    llama_runtime.start()
    tokens = _answer(llama_runtime.llama_cpp, model)
    if tokens is None:
        return 1
    Path(result).write_text(json.dumps(tokens), encoding="utf-8")
    return 0


def _answer(llama_cpp: Any, path: str) -> list[int | None] | None:
    """The likeliest token after each place of the trial text; None when the model computes nothing of use."""
    import numpy as np

    model = llama_cpp.llama_model_load_from_file(os.fsencode(path), llama_cpp.llama_model_default_params())
    if not model:
        return None
    vocab = llama_cpp.llama_model_get_vocab(model)
    text = TRIAL_TEXT.encode()
    tokens = (llama_cpp.llama_token * (len(text) + 8))()  # beside its bytes, what marks beginning and end
    count = llama_cpp.llama_tokenize(vocab, text, len(text), tokens, len(tokens), True, False)
    parameters = llama_cpp.llama_context_default_params()
    parameters.n_ctx, parameters.n_batch = 256, 256
    context = llama_cpp.llama_init_from_model(model, parameters)
    if not context or count <= 0:
        return None
    batch = llama_cpp.llama_batch_init(count, 0, 1)
    batch.n_tokens = count
    for place in range(count):
        batch.token[place], batch.pos[place] = tokens[place], place
        batch.n_seq_id[place], batch.seq_id[place][0], batch.logits[place] = 1, 0, True
    if llama_cpp.llama_decode(context, batch) != 0:
        return None
    n_vocab = llama_cpp.llama_vocab_n_tokens(vocab)
    likeliest: list[int | None] = []
    for place in range(count):
        logits = np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(context, place), shape=(n_vocab,))
        if not np.isfinite(logits).all():
            return None
        second, first = np.argsort(logits)[-2:]
        is_clear = logits[first] - logits[second] >= CLEAR_MARGIN
        likeliest.append(int(first) if is_clear else None)
    return likeliest  # the process ends now: nothing is freed
