"""What is known of one installed model, and what can be done with it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from chatdesk.core.model_files import ModelOrigin
from chatdesk.core.overrides import usable_overrides
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.flow_row import FlowRow
from chatdesk.ui.icons import icon_beside_words
from chatdesk.ui.model_manager.fact_grid import FactGrid
from chatdesk.ui.model_manager.file_groups import quantization_words
from chatdesk.ui.model_manager.labels import GRID, ElidedLabel, Fact, FitPill, plain_label
from chatdesk.ui.model_manager.words import age_words, date_words, need_words, overrides_words, tokens_words
from chatdesk.ui.wording import size_words

if TYPE_CHECKING:
    from chatdesk.core.installed_models import InstalledModel
    from chatdesk.ui.theme import Colors

LEAST_WIDTH, MOST_WIDTH = 320, 760


class InstalledDetails(QScrollArea):
    """Draws one `InstalledModel`. The signals ask for what its buttons say."""

    use_requested = Signal()
    settings_requested = Signal()
    favourite_requested = Signal(bool)
    reveal_requested = Signal()
    verify_requested = Signal()
    stop_verifying_requested = Signal()
    remove_requested = Signal()
    forget_requested = Signal()

    def __init__(self, colors: Colors) -> None:
        super().__init__()
        self.setObjectName("installed_details")
        self.setAccessibleName(self.tr("The chosen model"))
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # its buttons take the keyboard, and bring themselves into view
        self._model: InstalledModel | None = None
        self._colors = colors
        self._title = plain_label("installed_title", wraps=True)
        self._path = ElidedLabel("installed_path")
        self._problem = plain_label("installed_problem", wraps=True)
        self._use = self._button("use_model_button", self.tr("Use"))
        self._use.setProperty("primary", True)
        self._use.clicked.connect(self.use_requested)
        self._settings = self._button("model_settings_button", self.tr("Settings of this model…"))
        self._settings.clicked.connect(self.settings_requested)
        self._favourite = self._button("favourite_button", self.tr("Favourite"))
        self._favourite.setCheckable(True)
        self._favourite.setToolTip(self.tr("Favourites stand first in every list of models"))
        self._favourite.clicked.connect(self.favourite_requested)
        self._reveal = self._button("reveal_button", self.tr("Show in the file manager"))
        self._reveal.clicked.connect(self.reveal_requested)
        self._verify = self._button("verify_button", self.tr("Verify"))
        self._verify.clicked.connect(self._verify_or_stop)
        self._is_verifying = False
        self._remove = self._button("remove_button", self.tr("Remove…"))
        self._remove.clicked.connect(self.remove_requested)
        self._forget = self._button("forget_button", self.tr("Take off the list"))
        self._forget.clicked.connect(self.forget_requested)
        self._verification = plain_label("verification", wraps=True)
        self._verification.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._removal = plain_label("removal_hint", wraps=True)
        self._pill = FitPill()
        self._need = plain_label("installed_need", wraps=True)
        self._measured = plain_label("installed_measured", wraps=True)
        self._facts = self._make_facts()
        self._build()
        self.set_colors(colors)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()  # what lies within needs more room, or less
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        # Nothing is out of reach sideways, however large text is.
        page = self.widget()
        width = page.minimumSizeHint().width() if page is not None else 0
        width = max(width, LEAST_WIDTH)
        return QSize(width + self.verticalScrollBar().sizeHint().width(), super().minimumSizeHint().height())

    @property
    def model(self) -> InstalledModel | None:
        """The model shown."""
        return self._model

    def set_colors(self, colors: Colors) -> None:
        """Wear these."""
        self._colors = colors
        muted = QColor(colors.muted)
        self._settings.setIcon(icon_beside_words("sliders-horizontal", muted))
        self._reveal.setIcon(icon_beside_words("folder-open", muted))
        self._verify.setIcon(icon_beside_words("shield-check", muted))
        self._remove.setIcon(icon_beside_words("trash-2", muted))
        self._forget.setIcon(icon_beside_words("x", muted))
        self._draw_star()

    def show_model(self, model: InstalledModel, *, is_loaded: bool) -> None:
        """Show this one."""
        if self._model is None or self._model.file.path != model.file.path:
            self.verticalScrollBar().setValue(0)
        self._model = model
        self._title.setText(one_line(model.file.name))
        self._path.set_text(one_line(model.file.path, most_chars=2000))
        self._problem.setVisible(model.problem is not None)
        if model.problem is not None:
            words = self.tr("The file's header cannot be read: {problem}. Verify it, or download it again.")
            self._problem.setText(words.format(problem=one_line(model.problem)))
        self._show_actions(model, is_loaded=is_loaded)
        self._show_facts(model)
        self._show_memory(model)

    def show_verification(self, words: str, tone: str, *, is_running: bool = False) -> None:
        """Say how verifying goes or went; `tone` is `good`, `bad` or nothing."""
        self._verification.setText(words)
        self._verification.setVisible(bool(words))
        self._is_verifying = is_running
        verb = self.tr("Stop verifying") if is_running else self.tr("Verify")
        if self._verify.text() != verb:
            self._verify.setText(verb)
            self._name(self._verify)
        if self._verification.property("tone") != tone:
            self._verification.setProperty("tone", tone)
            self._verification.style().polish(self._verification)

    def _show_actions(self, model: InstalledModel, *, is_loaded: bool) -> None:
        self._use.setText(self.tr("In use") if is_loaded else self.tr("Use"))
        self._use.setEnabled(not is_loaded)
        self._favourite.setChecked(model.is_favourite)
        self._draw_star()
        origin = model.file.origin
        self._remove.setVisible(origin is ModelOrigin.LIBRARY)
        self._remove.setEnabled(not is_loaded)
        self._forget.setVisible(origin is ModelOrigin.ADDED)
        self._forget.setEnabled(not is_loaded)
        if origin is ModelOrigin.STARTER:
            hint = self.tr("It came with ChatDesk and goes with it.")
        elif is_loaded:
            hint = self.tr("It is in use. Unload it or use another model before removing it.")
        elif origin is ModelOrigin.ADDED:
            hint = self.tr("It lies outside of ChatDesk's folder. Taking it off the list leaves the file untouched.")
        else:
            hint = ""
        self._removal.setText(hint)
        self._removal.setVisible(bool(hint))
        for button in self.findChildren(QPushButton):
            self._name(button)

    def _name(self, button: QPushButton) -> None:
        button.setAccessibleName(self.tr("{verb}: {name}").format(verb=button.text(), name=self._title.text()))

    def _verify_or_stop(self) -> None:
        if self._is_verifying:
            self.stop_verifying_requested.emit()
        else:
            self.verify_requested.emit()

    def _show_facts(self, model: InstalledModel) -> None:
        file, details = model.file, model.details
        unknown = self.tr("not told")
        quantization = one_line(file.quantization or unknown)
        self._facts["size"].set_value(size_words(file.size_bytes))
        self._facts["quantization"].set_value(quantization, quantization_words(file.quantization))
        self._facts["architecture"].set_value(one_line(details.architecture) if details is not None else unknown)
        trained = details.n_ctx_train if details is not None else None
        self._facts["context"].set_value(tokens_words(trained) if trained else unknown)
        self._facts["licence"].set_value(one_line((details.licence if details is not None else None) or unknown))
        used_at = model.last_used_at
        if used_at is not None:
            self._facts["last_used"].set_value(age_words(used_at, time.time()), date_words(used_at))
        else:
            self._facts["last_used"].set_value(self.tr("not yet"))
        self._facts["repo"].set_value(one_line(file.repo_id or self.tr("not from the Hub")))
        self._facts["overrides"].set_value(overrides_words(usable_overrides(model.overrides)) or self.tr("the app's"))

    def _show_memory(self, model: InstalledModel) -> None:
        if model.fit is not None:
            self._pill.set_fit(model.fit)
            self._need.setText(need_words(model.fit))
        else:
            self._pill.set_unknown(self.tr("It is not known whether it fits"))
        self._need.setVisible(model.fit is not None)
        if model.measured_bytes is not None and model.predicted_bytes is not None:
            words = self.tr("At its last load: predicted {predicted}, measured {measured}.").format(
                predicted=size_words(model.predicted_bytes), measured=size_words(model.measured_bytes)
            )
        elif model.measured_bytes is not None:
            words = self.tr("At its last load: measured {measured}.").format(measured=size_words(model.measured_bytes))
        else:
            words = self.tr("What it really takes is measured when it is loaded for the first time.")
        self._measured.setText(words)

    def _draw_star(self) -> None:
        is_favourite = self._favourite.isChecked()
        color = QColor(self._colors.accent if is_favourite else self._colors.muted)
        self._favourite.setIcon(icon_beside_words("star-filled" if is_favourite else "star", color))

    def _make_facts(self) -> dict[str, Fact]:
        rows = (
            ("size", self.tr("Size"), self.tr("What the file takes of the disk.")),
            (
                "quantization",
                self.tr("Quantization"),
                self.tr("How far the model was compressed: fewer bits make it smaller and a little worse."),
            ),
            ("architecture", self.tr("Architecture"), self.tr("The family of models it belongs to.")),
            (
                "context",
                self.tr("Context length"),
                self.tr("How much text it was trained to see at once. A token is a word or a part of one."),
            ),
            ("licence", self.tr("Licence"), self.tr("What its authors allow.")),
            ("last_used", self.tr("Last used"), ""),
            ("repo", self.tr("From"), self.tr("The repo on the Hub that it was downloaded from.")),
            ("overrides", self.tr("Its own settings"), self.tr("Settings that differ from the app's.")),
        )
        return {key: Fact(f"installed_{key}", caption, tool_tip) for key, caption, tool_tip in rows}

    def _build(self) -> None:
        fit_row = QHBoxLayout()
        fit_row.addWidget(self._pill)
        fit_row.addStretch()
        column_widget = QWidget()
        column_widget.setMaximumWidth(MOST_WIDTH)
        column_layout = QVBoxLayout(column_widget)
        column_layout.setContentsMargins(0, 0, 0, 0)
        column_layout.setSpacing(GRID)
        column_layout.addWidget(self._title)
        column_layout.addWidget(self._path)
        column_layout.addWidget(self._problem)
        column_layout.addSpacing(GRID)
        column_layout.addWidget(FlowRow((self._use, self._settings, self._favourite), GRID))
        column_layout.addSpacing(GRID)
        column_layout.addWidget(_line())
        column_layout.addSpacing(GRID)
        column_layout.addWidget(FactGrid(self._facts.values()))
        column_layout.addSpacing(GRID)
        column_layout.addWidget(_line())
        column_layout.addWidget(plain_label("details_section", self.tr("Memory")))
        column_layout.addLayout(fit_row)
        column_layout.addWidget(self._need)
        column_layout.addWidget(self._measured)
        column_layout.addSpacing(GRID)
        column_layout.addWidget(_line())
        column_layout.addWidget(plain_label("details_section", self.tr("The file")))
        column_layout.addWidget(FlowRow((self._reveal, self._verify, self._remove, self._forget), GRID))
        column_layout.addWidget(self._verification)
        column_layout.addWidget(self._removal)
        column_layout.addStretch()
        page = QWidget()
        page.setObjectName("installed_details_page")
        # Side by side with a stretch: a vertical layout would ask for the height of a column wider than it may be.
        outer = QHBoxLayout(page)
        outer.setContentsMargins(3 * GRID, 2 * GRID, 3 * GRID, 3 * GRID)
        outer.addWidget(column_widget, 1000)
        outer.addStretch(1)
        self.setWidget(page)
        self._verification.hide()

    def _button(self, object_name: str, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName(object_name)
        return button


def _line() -> QFrame:
    line = QFrame()
    line.setObjectName("hairline")
    line.setFixedHeight(1)
    return line
