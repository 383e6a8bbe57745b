"""Errors, states and figures in the words of the window's language."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QLocale

from chatdesk.core.errors import QT_TRANSLATE_NOOP, SIZE_PARAMS
from chatdesk.core.model_info import NO_GPU_ENGLISH
from chatdesk.core.untrusted_text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.model_info import DeviceInUse

MOST_PARAM_CHARS = 2000

# By ISO 639-1 code. Qt knows languages only in English and in themselves.
_LANGUAGES = {
    "en": QT_TRANSLATE_NOOP("Languages", "English"),
    "zh": QT_TRANSLATE_NOOP("Languages", "Chinese"),
    "ar": QT_TRANSLATE_NOOP("Languages", "Arabic"),
    "de": QT_TRANSLATE_NOOP("Languages", "German"),
    "es": QT_TRANSLATE_NOOP("Languages", "Spanish"),
    "fr": QT_TRANSLATE_NOOP("Languages", "French"),
    "hi": QT_TRANSLATE_NOOP("Languages", "Hindi"),
    "it": QT_TRANSLATE_NOOP("Languages", "Italian"),
    "ja": QT_TRANSLATE_NOOP("Languages", "Japanese"),
    "ko": QT_TRANSLATE_NOOP("Languages", "Korean"),
    "nl": QT_TRANSLATE_NOOP("Languages", "Dutch"),
    "pt": QT_TRANSLATE_NOOP("Languages", "Portuguese"),
    "ru": QT_TRANSLATE_NOOP("Languages", "Russian"),
    "th": QT_TRANSLATE_NOOP("Languages", "Thai"),
    "vi": QT_TRANSLATE_NOOP("Languages", "Vietnamese"),
}


def error_words(detail: ErrorDetail) -> str:
    """The sentence and the next step."""
    params = {name: _parameter_words(name, value) for name, value in detail.params.items()}
    sentences = [QCoreApplication.translate("Errors", text) for text in detail.sentences]
    try:
        return joined_sentences(sentence.format(**params) for sentence in sentences)
    except KeyError:
        # A row of an older version may lack a parameter; English shows the gap by its name.
        return detail.english


def joined_sentences(sentences: Iterable[str]) -> str:
    """One after the other, with a space between them where the language has one: behind “。” there is none."""
    return " ".join(sentence for sentence in sentences if sentence).replace("。 ", "。")


def size_words(size_bytes: int) -> str:
    """`92 MB`, `4.1 GB`: decimal units, as shops and systems write them."""
    return QLocale().formattedDataSize(
        size_bytes, 1 if size_bytes >= 10**9 else 0, QLocale.DataSizeFormat.DataSizeSIFormat
    )


def device_words(device: DeviceInUse) -> str:
    """What computes a model, and why."""
    if device.gpus:
        layers = (
            QCoreApplication.translate("Devices", "all layers")
            if device.has_all_layers
            else QCoreApplication.translate("Devices", "{count} of {total} layers").format(
                count=device.gpu_layers, total=device.n_layers
            )
        )
        return f"{', '.join(device.gpus)}: {layers}"
    if device.reason is None:
        return device.cpu
    return f"{device.cpu}: {QCoreApplication.translate('Devices', NO_GPU_ENGLISH[device.reason])}"


def language_words(code: str) -> str:
    """The name of a language by its ISO 639-1 code."""
    known = _LANGUAGES.get(code)
    if known is not None:
        return QCoreApplication.translate("Languages", known)
    return QLocale.languageToString(QLocale(code).language())


def plain_tool_tip(text: str) -> str:
    """`text` with its lines, as a tool tip that Qt does not take for HTML, whatever it holds."""
    return f"<qt>{html.escape(text)}</qt>".replace("\n", "<br>")


def _parameter_words(name: str, value: Any) -> Any:
    if isinstance(value, str):
        if name == "reason":
            value = QCoreApplication.translate("Reasons", value)  # itself, where it is not ours
        return one_line(value, MOST_PARAM_CHARS)  # the name of a file, or what a server answered
    if type(value) is not int:
        return value
    return size_words(value) if name in SIZE_PARAMS else QLocale().toString(value)
