"""The models of a repo, grouped from smaller to better."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from chatdesk.core.hub_models import Gating
from chatdesk.core.untrusted_text import one_line
from chatdesk.ui.model_manager.file_groups import FileGroup, group_files, group_words, suggested_file
from chatdesk.ui.model_manager.file_row import FileRow
from chatdesk.ui.model_manager.gate_banner import GateBanner
from chatdesk.ui.model_manager.labels import GRID, plain_label
from chatdesk.ui.model_manager.suggestion_line import SuggestionLine
from chatdesk.ui.model_manager.words import number_words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from chatdesk.core.fit import Fit
    from chatdesk.core.hub_models import RemoteModel
    from chatdesk.ui.model_manager.here import ModelsHere
    from chatdesk.ui.theme import Colors

# In each turn of the event loop: a new row costs a millisecond or two, another verdict a fifth of that.
ROWS_PER_TURN = 4
VERDICTS_PER_TURN = 20
MOST_ROWS = 200
SCROLL_BAR = 10  # pixels, as the style sheet has it


class FileList(QScrollArea):
    """A heading and rows for each group. They come a few at a time, and so do verdicts: many files block nothing."""

    download_requested = Signal(object)
    downloads_wanted = Signal()
    installed_wanted = Signal(object)
    open_page_requested = Signal()
    settings_requested = Signal()

    def __init__(self, here: ModelsHere, colors: Colors) -> None:
        super().__init__()
        self.setObjectName("file_list")
        self.setAccessibleName(self.tr("Files"))
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._here = here
        self._models: tuple[RemoteModel, ...] = ()
        self._gate: GateBanner | None = None
        self._suggestion: SuggestionLine | None = None
        self._colors = colors
        self._rows: dict[str, FileRow] = {}  # by file name
        self._fits: dict[str, Fit] = {}
        self._waiting: deque[QWidget | RemoteModel] = deque()
        self._unjudged: dict[str, None] = {}  # rows whose verdict is not drawn yet, in their order
        self._wanted: str | None = None
        self._wanted_row: FileRow | None = None  # kept in view until a person scrolls
        self._column = QVBoxLayout()
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._go_on)
        self.verticalScrollBar().rangeChanged.connect(self._reveal_wanted)
        self.verticalScrollBar().actionTriggered.connect(self._leave_wanted)
        self._start_over()

    def set_colors(self, colors: Colors) -> None:
        """Wear these."""
        self._colors = colors
        if self._gate is not None:
            self._gate.set_colors(colors)
        for row in self._rows.values():
            row.set_colors(colors)

    def show_models(
        self, models: Sequence[RemoteModel], gating: Gating = Gating.NONE, wanted_filename: str | None = None
    ) -> None:
        """Show these, and put the focus on the one that has the file `wanted_filename`."""
        self._start_over()
        if gating is not Gating.NONE:
            self._show_gate(gating)
        self._wanted = None
        if not models:
            self._say("no_files", self.tr("This repo has no model that ChatDesk can run."))
            return
        wanted = next((model for model in models if wanted_filename in {file.filename for file in model.files}), None)
        if wanted is not None:
            self._wanted = wanted.filename
        elif wanted_filename is not None:
            words = self.tr("“{filename}” is not among the models of this repo. These are:")
            self._say("wanted_missing", words.format(filename=one_line(wanted_filename)))
        shown = list(models[:MOST_ROWS])
        if wanted is not None and wanted not in shown:
            shown.append(wanted)
        self._suggestion = SuggestionLine()
        self._suggestion.show_requested.connect(self._show_suggested)
        self._insert(self._suggestion)
        self._models = tuple(shown)
        for group, members in group_files(shown):
            self._waiting.append(self._heading(group))
            self._waiting.extend(members)
        if len(shown) < len(models):
            words = self.tr("{count} more files are not shown. Paste the address of a file to see it.")
            left_out = number_words(len(models) - len(shown))
            self._waiting.append(plain_label("files_left_out", words.format(count=left_out), wraps=True))
        self._go_on()

    def set_fits(self, fits: Mapping[str, Fit]) -> None:
        """Show verdicts, by file name; later ones replace earlier ones."""
        self._fits.update(fits)
        changed = (filename for filename in self._rows if filename in fits or filename not in self._fits)
        self._unjudged |= dict.fromkeys(changed)
        self._suggest()
        self._go_on()

    def refresh_here(self) -> None:
        """Show anew what is on this computer."""
        for filename in self._rows:
            self.refresh_file(filename)

    def refresh_file(self, filename: str) -> None:
        """The same for one file."""
        if (row := self._rows.get(filename)) is not None:
            row.set_here(self._here.file_of(row.model), self._here.download_of(row.model))

    def _start_over(self) -> None:
        self._timer.stop()
        self._wanted_row = None
        self._suggestion = None
        self._gate = None
        self._models = ()
        self._rows, self._fits = {}, {}
        self._waiting.clear()
        self._unjudged.clear()
        page = QWidget()
        page.setObjectName("file_list_page")
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(3 * GRID, GRID, 3 * GRID - SCROLL_BAR, 3 * GRID)
        self._column.setSpacing(GRID // 2)
        self._column.addStretch()
        self.setWidget(page)  # which deletes the one before

    def _go_on(self) -> None:
        """Add some rows, or draw some verdicts once all rows are there; the rest is for the next turns."""
        if self._waiting:
            self._add_rows()
        else:
            for filename in list(self._unjudged)[:VERDICTS_PER_TURN]:
                del self._unjudged[filename]
                self._show_verdict(self._rows[filename])
        if not (self._waiting or self._unjudged):
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def _add_rows(self) -> None:
        for _ in range(min(ROWS_PER_TURN, len(self._waiting))):
            item = self._waiting.popleft()
            self._insert(item if isinstance(item, QWidget) else self._row(item))
        if not self._waiting:
            self._suggest()
            self._show_wanted()

    def _show_verdict(self, row: FileRow) -> None:
        if (fit := self._fits.get(row.model.filename)) is not None:
            row.set_fit(fit)
        elif self._fits:
            row.set_fit_unknown()

    def _row(self, model: RemoteModel) -> FileRow:
        row = FileRow(model, self._colors)
        row.download_requested.connect(self.download_requested)
        row.downloads_wanted.connect(self.downloads_wanted)
        row.installed_wanted.connect(self.installed_wanted)
        row.set_here(self._here.file_of(model), self._here.download_of(model))
        self._show_verdict(row)
        self._rows[model.filename] = row
        return row

    def _heading(self, group: FileGroup) -> QWidget:
        title, explanation = group_words(group)
        heading = QWidget()
        heading.setAccessibleName(f"{title}. {explanation}")
        layout = QVBoxLayout(heading)
        layout.setContentsMargins(0, GRID, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(plain_label("file_group", title))
        layout.addWidget(plain_label("file_group_explanation", explanation, wraps=True))
        return heading

    def _show_gate(self, gating: Gating) -> None:
        banner = GateBanner(gating, self._colors)
        banner.open_page_requested.connect(self.open_page_requested)
        banner.settings_requested.connect(self.settings_requested)
        self._gate = banner
        self._insert(banner)

    def _say(self, object_name: str, words: str) -> None:
        self._insert(plain_label(object_name, words, wraps=True))

    def _insert(self, widget: QWidget) -> None:
        self._column.insertWidget(self._column.count() - 1, widget)

    def _suggest(self) -> None:
        suggested = suggested_file(self._models, self._fits)
        if self._suggestion is not None and suggested is not None:
            self._suggestion.suggest(suggested)
        elif self._suggestion is not None and all(model.filename in self._fits for model in self._models):
            self._suggestion.suggest_none()
        for filename, row in self._rows.items():
            row.set_suggested(is_suggested=suggested is not None and suggested.filename == filename)

    def _show_wanted(self) -> None:
        row = self._rows.get(self._wanted) if self._wanted is not None else None
        if row is not None:
            self._wanted = None
            self._wanted_row = row
            row.mark_wanted()
            self._reveal_wanted()

    def _show_suggested(self) -> None:
        suggested = suggested_file(self._models, self._fits)
        if suggested is not None and suggested.filename in self._rows:
            row = self._rows[suggested.filename]
            row.take_focus()
            self.ensureWidgetVisible(row)

    def _reveal_wanted(self) -> None:
        """Rows find their places little by little, and verdicts move them."""
        if self._wanted_row is not None:
            self.ensureWidgetVisible(self._wanted_row)

    def _leave_wanted(self) -> None:
        self._wanted_row = None
