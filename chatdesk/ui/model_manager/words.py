"""Verdicts, states and figures of models in the words of the window's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from chatdesk.core.downloads import DownloadState
from chatdesk.core.errors import QT_TRANSLATE_NOOP
from chatdesk.core.fit import FitLabel
from chatdesk.ui.wording import error_words, size_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chatdesk.core.downloads import Download
    from chatdesk.core.fit import Fit, Machine

LONGEST_SETTING = 16  # characters; a chat template is told by its being there
MINUTE, HOUR, DAY = 60, 3600, 86400
DAYS_IN_WORDS, WEEKS_IN_WORDS, MONTHS_IN_WORDS = 14, 61, 730  # days up to which an age is told in days, weeks, months

_STATES: dict[DownloadState, str] = {
    DownloadState.QUEUED: QT_TRANSLATE_NOOP("Models", "Waiting for its turn"),
    DownloadState.DOWNLOADING: QT_TRANSLATE_NOOP("Models", "Downloading"),
    DownloadState.PAUSED: QT_TRANSLATE_NOOP("Models", "Paused"),
    DownloadState.VERIFYING: QT_TRANSLATE_NOOP("Models", "Checking that every byte arrived right"),
    DownloadState.PROBING: QT_TRANSLATE_NOOP("Models", "Trying it out"),
    DownloadState.INSTALLED: QT_TRANSLATE_NOOP("Models", "Installed"),
    DownloadState.FAILED: QT_TRANSLATE_NOOP("Models", "Failed"),
    DownloadState.CANCELLED: QT_TRANSLATE_NOOP("Models", "Cancelled"),
}


def number_words(number: int) -> str:
    """`8,192`."""
    return QLocale().toString(number)


def tokens_words(tokens: int) -> str:
    """`8,192 tokens`."""
    return QCoreApplication.translate("Models", "{count} tokens").format(count=number_words(tokens))


def count_words(count: int) -> str:
    """A count at a glance: `845`, `12.3k`, `1.2M`."""
    for least, unit, pattern in (
        (999_950, 1_000_000, QCoreApplication.translate("Models", "{count}M")),
        (1_000, 1_000, QCoreApplication.translate("Models", "{count}k")),
    ):
        if count >= least:
            return pattern.format(count=QLocale().toString(count / unit, "f", 1 if count < 100 * unit else 0))
    return number_words(count)


def date_words(unix_time: float) -> str:
    """The day, in full."""
    day = QDateTime.fromSecsSinceEpoch(int(unix_time)).date()
    return QLocale().toString(day, QLocale.FormatType.LongFormat)


def age_words(unix_time: float, now: float) -> str:
    """`3 days ago`: how long ago something was, both as Unix time."""
    days = QDateTime.fromSecsSinceEpoch(int(unix_time)).daysTo(QDateTime.fromSecsSinceEpoch(int(now)))
    if days <= 0:
        return QCoreApplication.translate("Models", "today")
    if days == 1:
        return QCoreApplication.translate("Models", "yesterday")
    if days < DAYS_IN_WORDS:
        return QCoreApplication.translate("Models", "{count} days ago").format(count=days)
    if days < WEEKS_IN_WORDS:
        return QCoreApplication.translate("Models", "{count} weeks ago").format(count=days // 7)
    if days < MONTHS_IN_WORDS:
        return QCoreApplication.translate("Models", "{count} months ago").format(count=days // 30)
    return QCoreApplication.translate("Models", "{count} years ago").format(count=days // 365)


def time_left_words(seconds: float) -> str:
    """`4 min left`, as exact as such a forecast can be."""
    if seconds < MINUTE:
        # By tens, or the number would run while nobody can read it.
        return QCoreApplication.translate("Models", "{count} s left").format(count=max(10, round(seconds / 10) * 10))
    if seconds < HOUR:
        return QCoreApplication.translate("Models", "{count} min left").format(count=round(seconds / MINUTE))
    if seconds < DAY:
        hours, minutes = divmod(round(seconds / MINUTE), MINUTE)
        return QCoreApplication.translate("Models", "{hours} h {minutes} min left").format(hours=hours, minutes=minutes)
    return QCoreApplication.translate("Models", "more than a day left")


def fit_words(fit: Fit) -> str:
    """The verdict as a label says it."""
    match fit.label:
        case FitLabel.FITS:
            words = QCoreApplication.translate("Models", "Fits")
        case FitLabel.SHORTER_CONTEXT if fit.fitting_n_ctx is not None:
            words = QCoreApplication.translate("Models", "Fits with a shorter context ({tokens} tokens)").format(
                tokens=number_words(fit.fitting_n_ctx)
            )
        case FitLabel.SHORTER_CONTEXT:
            words = QCoreApplication.translate("Models", "Fits with a shorter context")
        case FitLabel.SLOW:
            words = QCoreApplication.translate("Models", "Slow (partly on CPU)")
        case FitLabel.TOO_LARGE:
            words = QCoreApplication.translate("Models", "Too large")
    if fit.is_estimate:
        return QCoreApplication.translate("Models", "{verdict} · estimate").format(verdict=words)
    return words


def short_fit_words(fit: Fit) -> str:
    """The verdict where a row of a list leaves little room."""
    match fit.label:
        case FitLabel.FITS:
            return QCoreApplication.translate("Models", "Fits")
        case FitLabel.SHORTER_CONTEXT:
            return QCoreApplication.translate("Models", "Shorter context")
        case FitLabel.SLOW:
            return QCoreApplication.translate("Models", "Slow")
        case FitLabel.TOO_LARGE:
            return QCoreApplication.translate("Models", "Too large")


def need_words(fit: Fit) -> str:
    """How much memory the verdict counted, and for what."""
    words = QCoreApplication.translate(
        "Models",
        "Needs about {total} of memory at {tokens} tokens of context:"
        " {weights} for the model, {kv} for the context, {compute} to compute with.",
    ).format(
        total=size_words(fit.need.total_bytes),
        tokens=number_words(fit.n_ctx),
        weights=size_words(fit.need.weights_bytes),
        kv=size_words(fit.need.kv_bytes),
        compute=size_words(fit.need.compute_bytes),
    )
    if fit.is_estimate:
        words += " " + QCoreApplication.translate(
            "Models", "This is an estimate: a part of it had to be guessed before the file is here."
        )
    return words


def machine_words(machine: Machine) -> str:
    """What this computer offers to models, in one line."""
    words = [
        QCoreApplication.translate("Models", "{total} of memory, {free} free").format(
            total=size_words(machine.total_bytes), free=size_words(machine.free_bytes)
        ),
        QCoreApplication.translate("Models", "{count}-core processor").format(count=machine.n_cores),
    ]
    if machine.gpu_total_bytes:
        words.append(
            QCoreApplication.translate("Models", "GPU with {total}, {free} free").format(
                total=size_words(machine.gpu_total_bytes), free=size_words(machine.gpu_free_bytes)
            )
        )
    return " · ".join(words)


def download_state_words(download: Download) -> str:
    """What is being done for a download now; the error, if there is one, is told beside it."""
    if download.state is DownloadState.DOWNLOADING and download.error is not None:
        return QCoreApplication.translate("Models", "Interrupted – goes on by itself as soon as it can")
    return QCoreApplication.translate("Models", _STATES[download.state])


def download_figures(download: Download) -> str:
    """Bytes of bytes, speed and time left, as far as each can be said."""
    if download.state is DownloadState.INSTALLED:
        return size_words(download.total_bytes)
    words = [
        QCoreApplication.translate("Models", "{done} of {total}").format(
            done=size_words(download.done_bytes), total=size_words(download.total_bytes)
        )
    ]
    if download.state is DownloadState.DOWNLOADING and download.bytes_per_second and download.error is None:
        words.append(
            QCoreApplication.translate("Models", "{size}/s").format(size=size_words(round(download.bytes_per_second)))
        )
        if download.seconds_left is not None:
            words.append(time_left_words(download.seconds_left))
    return " · ".join(words)


def download_error_words(download: Download) -> str:
    """What stands in a download's way and what to do about it, or nothing."""
    return error_words(download.error) if download.error is not None else ""


def percent_of(download: Download) -> int:
    """How far it is, rounded down: 100 means all of it."""
    return download.done_bytes * 100 // download.total_bytes if download.total_bytes > 0 else 0


def overrides_words(overrides: Mapping[str, Any]) -> str:
    """A model's own settings in one line, each by the name that llama.cpp gives it."""
    return " · ".join(f"{name} {_setting_words(setting)}" for name, setting in overrides.items())


def _setting_words(setting: Any) -> str:
    match setting:
        case None:
            return QCoreApplication.translate("Models", "automatic")
        case bool():
            on, off = QCoreApplication.translate("Models", "on"), QCoreApplication.translate("Models", "off")
            return on if setting else off
        case int():
            return number_words(setting)
        case float():
            return QLocale().toString(setting, "g", 3)
        case str() if len(setting) <= LONGEST_SETTING:
            return setting
        case _:
            return QCoreApplication.translate("Models", "own")
