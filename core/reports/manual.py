"""The tables of docs/reports.md, made from the reports: every column with its unit and its formula.

`make reports` writes them there between their marks; a test knows if they are old.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from core.reports.catalogue import REPORTS
from core.reports.report import Report

PLACE = Path(__file__).resolve().parents[2] / "docs" / "reports.md"
MARK = "<!-- reports -->"


def chapter(report: Report[Any]) -> str:
    steps = " In steps of time, if wanted." if report.steps else ""
    about = f" `--only` names the {report.about}." if report.about else ""
    rows = (f"| `{column.name}` | {column.unit.value} | {column.formula} |" for column in report.columns)
    head = f"### {report.name}\n\n{report.text}{steps}{about}\n\n| column | unit | formula |\n| --- | --- | --- |\n"
    return head + "\n".join(rows)


def chapters() -> str:
    return "\n\n".join(chapter(report) for report in REPORTS.values())


def filled(text: str) -> str:
    """The page with its chapters as they are now."""
    before, _, rest = text.partition(MARK)
    _, _, after = rest.partition(MARK)
    return f"{before}{MARK}\n{chapters()}\n{MARK}{after}"


if __name__ == "__main__":
    PLACE.write_text(filled(PLACE.read_text(encoding="utf-8")), encoding="utf-8")
