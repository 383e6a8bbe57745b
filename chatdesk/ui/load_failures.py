"""A model that did not load, or would not fit: why, and the buttons that may mend it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QLocale, QObject, Signal

from chatdesk.core.load_fixes import LoadAttempt, LoadFix, fixes_for, overrides_for
from chatdesk.ui.notices import NoticeAction
from chatdesk.ui.wording import error_words

if TYPE_CHECKING:
    from chatdesk.core.errors import ErrorDetail
    from chatdesk.core.model_files import ModelFile
    from chatdesk.ui.notices import NoticeStrip


class LoadFailures(QObject):
    """Puts failed loads into the notice strip, each with what can be tried."""

    # model, LoadFix, what it changes among the model's own settings (by name, as `overrides_for` gives it)
    retry_requested = Signal(object, object, object)

    def __init__(self, notices: NoticeStrip, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notices = notices
        self._shown: dict[str, str] = {}  # path of a model -> what was said of it

    def show(self, model: ModelFile, error: ErrorDetail, attempt: LoadAttempt) -> None:
        """Say why `model` was not loaded; `attempt` is how that was tried."""
        self.take_back(model)
        words = error_words(error)
        self._shown[model.path] = words
        self._notices.show_notice(
            words, [self._action(fix, model, attempt) for fix in fixes_for(error.code, model, attempt)]
        )

    def take_back(self, model: ModelFile) -> None:
        """Say no more of `model`: it is tried again, or loaded."""
        words = self._shown.pop(model.path, None)
        if words is not None:
            self._notices.take_back(words)

    def _action(self, fix: LoadFix, model: ModelFile, attempt: LoadAttempt) -> NoticeAction:
        do = partial(self.retry_requested.emit, model, fix, overrides_for(fix, attempt))
        return NoticeAction(self._words(fix, attempt), do)

    def _words(self, fix: LoadFix, attempt: LoadAttempt) -> str:
        match fix:
            case LoadFix.SHORTER_CONTEXT:
                tokens = QLocale().toString(attempt.shorter_n_ctx or 0)
                words = self.tr("Context of {tokens} tokens").format(tokens=tokens)
            case LoadFix.FEWER_GPU_LAYERS if attempt.fewer_gpu_layers == 0:
                words = self.tr("Without the GPU")
            case LoadFix.FEWER_GPU_LAYERS:
                layers = QLocale().toString(attempt.fewer_gpu_layers or 0)
                words = self.tr("{layers} layers on the GPU").format(layers=layers)
            case LoadFix.SMALLER_FILE:
                words = self.tr("Find a smaller file")
            case LoadFix.DOWNLOAD_AGAIN:
                words = self.tr("Download it again")
            case LoadFix.TRY_AGAIN:
                words = self.tr("Try again")
            case LoadFix.LOAD_ANYWAY:
                words = self.tr("Load anyway")
            case LoadFix.CHOOSE_ANOTHER:
                words = self.tr("Choose another model")
        return words
