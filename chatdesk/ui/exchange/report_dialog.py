"""What an import did not take over, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QListWidget, QVBoxLayout, QWidget

from chatdesk.ui.exchange.wording import import_words, left_out_words
from chatdesk.ui.first_size import set_first_size
from chatdesk.ui.wording import error_words

if TYPE_CHECKING:
    from chatdesk.core.exchange import ImportReport


class ReportDialog(QDialog):
    """The whole report, to be read at leisure."""

    def __init__(self, report: ImportReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_report")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Import report"))
        summary = QLabel(import_words(report))
        summary.setObjectName("import_summary")
        summary.setTextFormat(Qt.TextFormat.PlainText)
        summary.setWordWrap(True)
        heading = QLabel(self.tr("Not taken over:"))
        heading.setObjectName("dialog_text")
        reasons = QListWidget()
        reasons.setObjectName("left_out_list")
        reasons.setAccessibleName(self.tr("What was not taken over"))
        reasons.setWordWrap(True)
        reasons.addItems(_lines(report))
        heading.setBuddy(reasons)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(summary)
        layout.addWidget(heading)
        layout.addWidget(reasons, 1)
        layout.addWidget(buttons)
        set_first_size(self, 520, 340)


def _lines(report: ImportReport) -> list[str]:
    lines = [left_out_words(reason, count) for reason, count in report.left_out.items()]
    return [error_words(report.problem), *lines] if report.problem is not None else lines
