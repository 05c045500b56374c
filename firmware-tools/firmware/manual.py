"""Makes the tables of docs/card-tests.md: the tests and all codes of their verdicts.

python -m firmware.manual        writes them between the marks of the page; a test knows when they are not as made
"""

from __future__ import annotations

import sys
from pathlib import Path

from firmware.catalogue import TESTS
from firmware.codes import CODES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "card-tests.md"
TESTS_MARK, CODES_MARK = "<!-- tests -->", "<!-- codes -->"


def written(page: str) -> str:
    """The page with its tables as they are to be: each stands from its mark to the next empty line after it."""
    for mark, table in ((TESTS_MARK, _tests()), (CODES_MARK, _codes())):
        before, _, rest = page.partition(f"{mark}\n")
        page = f"{before}{mark}\n{table}\n\n{rest.partition(chr(10) * 2)[2]}"
    return page


def _tests() -> str:
    rows = ["| test | of | short | long | what |", "| --- | --- | --- | --- | --- |"]
    for test in TESTS.values():
        disturbs = "; nobody can telephone there meanwhile" if test.disturbs else ""
        rows.append(
            f"| `{test.name}` | {test.subject.value} | {test.short_s:g} s | {test.long_s:g} s | {test.text}{disturbs} |"
        )
    return "\n".join(rows)


def _codes() -> str:
    rows = ["| code | end | what is the case | next step |", "| --- | --- | --- | --- |"]
    rows += [
        f"| `{code.code}` | {code.outcome.value} | {code.sentence} | {code.next_step} |" for code in CODES.values()
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text()))
    sys.exit(0)
