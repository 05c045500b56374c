"""The tables of docs/reports.md, made from the reports: every column with its unit and its formula; and of the
views for SQL.

`make reports` writes them there between their marks; a test knows if they are old.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.reports.catalogue import REPORTS
from core.reports.report import Report
from core.store.views import VIEWS

PLACE = Path(__file__).resolve().parents[2] / "docs" / "reports.md"
REPORTS_MARK, VIEWS_MARK = "<!-- reports -->", "<!-- views -->"


def chapter(report: Report[Any]) -> str:
    steps = " In steps of time, if wanted." if report.steps else ""
    about = f" `--only` names the {report.about}." if report.about else ""
    rows = (f"| `{column.name}` | {column.unit.value} | {column.formula} |" for column in report.columns)
    head = f"### {report.name}\n\n{report.text}{steps}{about}\n\n| column | unit | formula |\n| --- | --- | --- |\n"
    return head + "\n".join(rows)


def chapters() -> str:
    return "\n\n".join(chapter(report) for report in REPORTS.values())


def views() -> str:
    rows = (
        f"| `{view.name}` | {view.text} | " + "; ".join(f"`{name}` {text}" for name, text in view.columns) + " |"
        for view in VIEWS
    )
    return "| view | a row is | columns |\n| --- | --- | --- |\n" + "\n".join(rows)


def filled(text: str) -> str:
    """The page with its chapters as they are now."""
    for mark, made in ((REPORTS_MARK, chapters()), (VIEWS_MARK, views())):
        before, _, rest = text.partition(mark)
        _, _, after = rest.partition(mark)
        text = f"{before}{mark}\n{made}\n{mark}{after}"
    return text


if __name__ == "__main__":
    PLACE.write_text(filled(PLACE.read_text(encoding="utf-8")), encoding="utf-8")
