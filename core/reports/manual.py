"""The tables of docs/reports.md and reports.zh.md, made from the reports: every column with its unit and its formula;
and of the views for SQL.

`make reports` writes them there between their marks; a test knows if they are old.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.reports.catalogue import REPORTS
from core.reports.report import Report
from core.store.views import VIEWS
from core.texts import _, speaking

_DOCS = Path(__file__).resolve().parents[2] / "docs"
PATHS = {"en": _DOCS / "reports.md", "zh": _DOCS / "reports.zh.md"}
REPORTS_MARK, VIEWS_MARK = "<!-- reports -->", "<!-- views -->"


def chapter(report: Report[Any]) -> str:
    said = [_(report.text)]
    said += [_("In steps of time, if wanted.")] * report.steps
    said += [_("`--only` names the {what}.").format(what=_(report.about))] * bool(report.about)
    rows = (f"| `{column.name}` | {column.unit.value} | {_(column.formula)} |" for column in report.columns)
    return f"### {report.name}\n\n{' '.join(said)}\n\n{_heads(_('column'), _('unit'), _('formula'))}" + "\n".join(rows)


def chapters() -> str:
    return "\n\n".join(chapter(report) for report in REPORTS.values())


def views() -> str:
    rows = (
        f"| `{view.name}` | {_(view.text)} | " + "; ".join(f"`{name}` {_(text)}" for name, text in view.columns) + " |"
        for view in VIEWS
    )
    return _heads(_("view"), _("a row is"), _("columns")) + "\n".join(rows)


def _heads(*heads: str) -> str:
    return f"| {' | '.join(heads)} |\n|{' --- |' * len(heads)}\n"


def filled(text: str, language: str) -> str:
    """The page with its chapters as they are now."""
    with speaking(language):
        made = {REPORTS_MARK: chapters(), VIEWS_MARK: views()}
    for mark, table in made.items():
        before, _mark, rest = text.partition(mark)
        _old, _mark, after = rest.partition(mark)
        text = f"{before}{mark}\n{table}\n{mark}{after}"
    return text


if __name__ == "__main__":
    for language, path in PATHS.items():
        path.write_text(filled(path.read_text(encoding="utf-8"), language), encoding="utf-8")
