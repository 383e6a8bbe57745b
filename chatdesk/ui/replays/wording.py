"""What a reply was made from and what came of making it again, in words."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from chatdesk.core.replays import ReplayVerdict
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.wording import error_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chatdesk.core.batches import BatchRun
    from chatdesk.core.messages import Message
    from chatdesk.core.replays import ReplayResult, ReplyRecipe

# As many runs of batches as are shown: a long conversation has hundreds.
_MOST_RUNS = 24
_HASH_CHARS = 16
_MOST_NAME_CHARS = 200
_OPTIONS = ("n_ctx", "n_batch", "n_ubatch", "n_threads", "n_gpu_layers")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Replays", text)


def _tr_n(text: str, n: int) -> str:
    return QCoreApplication.translate("Replays", text, None, n)


def origin_rows(message: Message, recipe: ReplyRecipe | None) -> list[tuple[str, str]]:
    """What a reply was made from: a name and a value each, without what is not known."""
    origin, figures, locale = message.origin, message.figures, QLocale()
    if origin is None:
        return []
    counts = {"prompt": locale.toString(figures.prompt_tokens), "cached": locale.toString(figures.cached_tokens)}
    options: dict[str, object] = {name: getattr(origin, name) for name in _OPTIONS}
    rows = [
        (_tr("Model"), one_line(origin.model_name, _MOST_NAME_CHARS)),
        (_tr("Seed"), str(origin.seed) if origin.seed is not None else ""),
        (_tr("Sampling"), _named({name: value for name, value in asdict(origin.sampling).items() if name != "seed"})),
        (_tr("Prompt"), _tr("{prompt} tokens, {cached} of them kept from before").format(**counts)),
    ]
    if recipe is not None:
        options |= {"cache_type": recipe.cache_type, "flash_attention": _switch(is_on=recipe.has_flash_attention)}
        rows += [
            (_tr("Processed in batches of"), batches_words(recipe.batches)),
            (_tr("Model file (content)"), recipe.file_hash[:_HASH_CHARS]),
            (_tr("Chat template (content)"), recipe.template_hash[:_HASH_CHARS]),
            ("llama.cpp", recipe.build),
        ]
    rows.append((_tr("Loaded with"), _named(options)))
    return [(name, value) for name, value in rows if value]


def batches_words(batches: Sequence[BatchRun]) -> str:
    """`512 × 5, 39, 128 (60 kept), 1 × 120`; of very many the last ones."""
    locale = QLocale()
    words = []
    for run in batches[-_MOST_RUNS:]:
        size = locale.toString(run.size)
        if run.kept < run.size:
            size = _tr("{size} ({kept} kept)").format(size=size, kept=locale.toString(run.kept))
        words.append(size if run.times == 1 else f"{size} × {locale.toString(run.times)}")
    return ", ".join(["…", *words] if len(batches) > _MOST_RUNS else words)


def result_words(result: ReplayResult) -> str:
    """What came of a replay."""
    lines = [_verdict_words(result)]
    if result.changed:
        changes = ", ".join(
            _tr("{name} {now} instead of {before}").format(name=change.name, now=change.now, before=change.recorded)
            for change in result.changed
        )
        lines.append(_tr("The model is loaded otherwise than it was: {changes}.").format(changes=changes))
    return "\n".join(lines)


def _verdict_words(result: ReplayResult) -> str:
    difference = result.difference
    if result.obstacle is not None:
        return error_words(result.obstacle)
    if result.verdict is ReplayVerdict.IDENTICAL:
        return _tr_n("Identical: all %n token(s) came out the same.", result.compared)
    if difference is not None:
        place = QLocale().toString(difference.token)
        words = {"recorded": one_line(difference.recorded, 60), "replayed": one_line(difference.replayed, 60)}
        if not difference.recorded:
            text = _tr("Different from token {token} on: the reply ended there, and now goes on with “{replayed}”.")
        elif not difference.replayed:
            text = _tr("Different from token {token} on: it now ends there, before “{recorded}”.")
        else:
            text = _tr("Different from token {token} on: it was “{recorded}”, and now is “{replayed}”.")
        return text.format(token=place, **words)
    if result.verdict is ReplayVerdict.GIVEN_UP:
        return _tr_n("Given up after %n equal token(s): the model was wanted for something else.", result.compared)
    return _tr_n("Stopped after %n equal token(s).", result.compared)


def _named(values: Mapping[str, object]) -> str:
    """Options as they are spelled elsewhere, for copying them there; what is not known is left out."""
    return ", ".join(f"{name} {value}" for name, value in values.items() if value is not None)


def _switch(*, is_on: bool) -> str:
    return _tr("on") if is_on else _tr("off")
