"""The tables of docs/journal.md, made from the words of the journal: kinds of events, segments, columns of the CSV.

`make journal` writes them there between their marks; a test knows if they are old.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from core.store.cdr import COLUMNS
from core.store.life import KINDS as SEGMENTS
from core.store.records import PARTS
from core.store.vocabulary import SUBJECTS
from core.store.words.kind import Field, Kind

PLACE = Path(__file__).resolve().parents[2] / "docs" / "journal.md"


def events() -> str:
    return "\n\n".join(f"### {subject}\n\n{_events(kinds)}" for subject, kinds in SUBJECTS.items())


def _events(kinds: tuple[Kind, ...]) -> str:
    rows = ((f"`{kind.name}`", ", ".join(kind.about), kind.text, _data(kind.fields)) for kind in kinds)
    return _table(("kind", "of", "says", "data"), rows)


def segments() -> str:
    rows = ((f"`{kind}`", text, f"`{PARTS[kind].removesuffix('_us')}`") for kind, text in SEGMENTS.items())
    return _table(("segment", "when", "counts as"), rows)


def columns() -> str:
    return _table(("column", "what"), ((f"`{column.name}`", column.text) for column in COLUMNS))


def _data(fields: tuple[Field, ...]) -> str:
    return "; ".join(
        f"`{field.name}` {field.text}" + (f" ({', '.join(field.one_of)})" if field.one_of else "") for field in fields
    )


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def filled(text: str) -> str:
    """The page with its tables as they are now."""
    for table in (events, segments, columns):
        mark = f"<!-- {table.__name__} -->"
        before, _, rest = text.partition(mark)
        _, _, after = rest.partition(mark)
        text = f"{before}{mark}\n{table()}\n{mark}{after}"
    return text


if __name__ == "__main__":
    PLACE.write_text(filled(PLACE.read_text(encoding="utf-8")), encoding="utf-8")
