"""Reports of one's own: SQL files in the folder `reports` of the configuration.

    -- Calls by account                        the first line: what the report is called
    -- How many, and how long they took.       further lines of comment: what it shows
    SELECT account, count(*) AS calls, sum(talk_s) AS talk_s FROM calls
    WHERE time >= :since AND time < :until GROUP BY account

A report is called as its file is, without .sql. Its columns are those of the question; the end of a name says what it
is: `_s` seconds, `_share` 0 to 1, `_time` UTC in µs. The question reads only, and not longer than LIMIT_S (guarded.py).
A file in a later folder takes the place of one of the same name in an earlier one. Mistakes are told with their place.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from core.config.mistake import ConfigError, Place
from core.reports import queue_log
from core.reports.catalogue import REPORTS
from core.reports.report import Column, Table, Unit, Value, Wanted, rounded
from core.store.guarded import guarded
from core.store.views import VIEWS
from core.texts import N_, _

FOLDER = "reports"
LIMIT_S = 20.0
MOST_ROWS = 100_000
PARAMETERS = frozenset({"since", "until"})
UNITS = {"_s": Unit.SECONDS, "_share": Unit.SHARE, "_time": Unit.MOMENT}
_PARAMETER = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|[:@$]([A-Za-z_]\w*)", re.DOTALL)
_NAMED = re.compile(r'(?:near |no such (?:column|table|function): |ambiguous column name: )"?([^":]+)"?')

Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """A file that was read. title, text: as it says; what a Table needs of its report."""

    path: Path
    sql: str
    title: str
    text: str

    @property
    def name(self) -> str:
        return self.path.stem


@dataclass(frozen=True)
class Made:
    """An own report with the columns of its answer."""

    name: str
    title: str
    text: str
    columns: tuple[Column[Row], ...]


def read(places: Iterable[Path]) -> tuple[dict[str, Own], list[ConfigError]]:
    """Of all `reports` folders in these places: the reports by name, and what is wrong with files that are none."""
    found: dict[str, Path] = {}
    for place in places:
        found |= {path.stem: path for path in sorted((place / FOLDER).glob("*.sql"))}
    reports: dict[str, Own] = {}
    mistakes: list[ConfigError] = []
    for path in found.values():
        try:
            own = parsed(path, path.read_text(encoding="utf-8"))
        except OSError as error:
            mistakes.append(ConfigError(Place(path), _("It cannot be read: {error}.").format(error=error.strerror)))
        except UnicodeDecodeError:
            mistakes.append(ConfigError(Place(path), _("It is no UTF-8 text."), _("Save it as UTF-8.")))
        except ConfigError as mistake:
            mistakes.append(mistake)
        else:
            reports[own.name] = own
    return reports, mistakes


def parsed(path: Path, text: str) -> Own:
    """ConfigError: it has no title, is called as one of the box's reports, or has a parameter that nobody gives."""
    if path.stem in (*REPORTS, queue_log.NAME):
        problem = _("The box has a report {name} of its own.").format(name=path.stem)
        raise ConfigError(Place(path), problem, _("Give the file another name."))
    comments = []
    for line in text.splitlines():
        if not line.strip().startswith("--"):
            break
        comments.append(line.strip().removeprefix("--").strip())
    if not comments or not comments[0]:
        hint = _("Begin with a comment: -- what the report is called")
        raise ConfigError(_place(path, text, 0, 1), _("The report has no title."), hint)
    for found in _PARAMETER.finditer(text):
        if found[1] and (found[1] not in PARAMETERS or found[0][0] != ":"):
            problem = _("Nobody gives the parameter {name}.").format(name=found[0])
            hint = _("There are :since and :until, UTC in µs.")
            raise ConfigError(_place(path, text, found.start(), len(found[0])), problem, hint)
    return Own(path, text, comments[0], " ".join(comments[1:]))


def make(own: Own, journal: Path, wanted: Wanted, limit_s: float = LIMIT_S) -> Table:
    """ConfigError: SQLite does not understand the question, it takes too long, or gives too much."""
    try:
        with guarded(journal, wanted.zone, limit_s) as sql:
            cursor = sql.execute(own.sql, {"since": wanted.since, "until": wanted.until})
            if cursor.description is None:
                raise ConfigError(
                    Place(own.path), _("The report asks nothing."), _("Write one SELECT after the title.")
                )
            rows = cursor.fetchmany(MOST_ROWS + 1)
            names = [name or f"{at}" for at, (name, *_rest) in enumerate(cursor.description, 1)]
    except (sqlite3.Error, sqlite3.Warning) as error:
        raise _mistake(own, str(error), limit_s) from error
    if len(rows) > MOST_ROWS:
        problem = _("The report has more than {n} rows.").format(n=MOST_ROWS)
        raise ConfigError(Place(own.path), problem, _("Group them, or end with LIMIT."))
    columns = tuple(_column(own, at, name, rows) for at, name in enumerate(names))
    made = Made(own.name, own.title, own.text, columns)
    return Table(made, wanted, [_plain(row, columns) for row in rows], None)


def empty(own: Own, wanted: Wanted) -> Table:
    """Where there is no journal to be asked."""
    return Table(Made(own.name, own.title, own.text, ()), wanted, [], None)


def _column(own: Own, at: int, name: str, rows: list[tuple[object, ...]]) -> Column[Row]:
    unit = next((unit for end, unit in UNITS.items() if name.endswith(end)), None)
    numbers = all(isinstance(row[at], int | float | None) for row in rows)
    if unit is None or not numbers:
        whole = all(isinstance(row[at], int | None) for row in rows)
        unit = Unit.COUNT if whole and rows else Unit.NUMBER if numbers and rows else Unit.TEXT
    formula = N_("as asked for in the file of the report")
    return Column(name, name, unit, formula, _of(at), True)


def _of(at: int) -> Callable[[Row], Value]:
    return lambda row: row[at]


def _plain(row: tuple[object, ...], columns: tuple[Column[Row], ...]) -> Row:
    values: list[Value] = []
    for value, column in zip(row, columns, strict=True):
        if isinstance(value, bytes):
            value = value.hex()
        assert value is None or isinstance(value, str | int | float)
        if column.unit is Unit.TEXT and value is not None:
            value = str(value)
        values.append(rounded(value, column.unit))
    return tuple(values)


def _mistake(own: Own, said: str, limit_s: float) -> ConfigError:
    """What SQLite says, at the word that it names."""
    if said == "interrupted":
        problem = _("The question takes longer than {n} s.").format(n=f"{limit_s:g}")
        return ConfigError(Place(own.path), problem, _("Ask for a shorter period, or by the column time."))
    if "prohibited" in said or said == "not authorized":
        return ConfigError(Place(own.path), _("The question would do more than read: {said}.").format(said=said))
    named = _NAMED.search(said)
    at = _where(own.sql, named[1]) if named else None
    place = Place(own.path) if at is None or named is None else _place(own.path, own.sql, at, len(named[1]))
    hint = ""
    if "no such table" in said:
        names = ", ".join(view.name for view in VIEWS)
        hint = _("There are the views {names}, and the tables events and records.").format(names=names)
    return ConfigError(place, _("SQLite does not understand it: {said}.").format(said=said), hint)


def _where(sql: str, word: str) -> int | None:
    """The first place after the comments at which the word stands as one."""
    begin = next((match.start() for match in re.finditer(r"^(?!\s*--)", sql, re.MULTILINE)), 0)
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", sql[begin:], re.IGNORECASE)
    return begin + found.start() if found else None


def _place(path: Path, text: str, at: int, length: int) -> Place:
    line = text.count("\n", 0, at) + 1
    begin = text.rfind("\n", 0, at) + 1
    source = text[begin:].split("\n", 1)[0]
    return Place(path, line, at - begin + 1, length, source)
