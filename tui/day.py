"""Figures of today by steps of time, for the plots: asked of the reports, and again when they have become old.

    today = Today(screen.box, "queues")
    rows = await today.rows("sales", 30)         one a step of 30 minutes, from the first with anything in it until now

A step in which nothing happened is there, too, with no figures. What it does not: count anything; the box does.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from core.texts import N_
from tui.connection import Connection
from tui.plot import Series

OLD_S = 60.0

Figures = dict[str, Any]


class Today:
    """report: one of `report.list`."""

    def __init__(self, box: Connection, report: str) -> None:
        self._box = box
        self._report = report
        self._kept: dict[tuple[str, int], tuple[float, list[Figures]]] = {}

    @property
    def there(self) -> bool:
        """Whether this user may have reports."""
        return self._box.may("report.make")

    async def rows(self, only: str, minutes: int) -> list[Figures]:
        """only: of this queue or agent; empty: of all, added up. Each row has `begin`, UTC in µs. Refusal, Gone: as
        `Connection.ask`.
        """
        key = only, minutes
        asked, kept = self._kept.get(key, (-OLD_S, []))
        if monotonic() - asked < OLD_S:
            return kept
        about = {"only": [only]} if only else {}
        made = await self._box.ask("report.make", report=self._report, by=str(minutes), **about)
        rows = _filled(_added(made["rows"]), minutes, made["until"])
        self._kept[key] = monotonic(), rows
        return rows


def local(begin_us: int, form: str = "") -> str:
    """14:30, or as strftime has it."""
    return datetime.fromtimestamp(begin_us / 1e6).astimezone().strftime(form or "%H:%M")


def _added(rows: list[Figures]) -> list[Figures]:
    """Rows of one step are added up."""
    steps: dict[int, Figures] = {}
    for row in rows:
        step = steps.setdefault(row["begin"], {"begin": row["begin"]})
        for name, value in row.items():
            if name != "begin" and isinstance(value, int | float):
                step[name] = step.get(name, 0) + value
    return [steps[begin] for begin in sorted(steps)]


def _filled(rows: list[Figures], minutes: int, until_us: int) -> list[Figures]:
    if not rows:
        return []
    by_begin = {row["begin"]: row for row in rows}
    step = int(timedelta(minutes=minutes).total_seconds() * 1e6)
    return [by_begin.get(begin, {"begin": begin}) for begin in range(rows[0]["begin"], until_us, step)]


def day_series(rows: list[dict[str, Any]]) -> list[Series]:
    """The bars of the day: each call that came, by what became of it."""

    def values(*names: str) -> tuple[float, ...]:
        return tuple(sum(step.get(name) or 0 for name in names) for step in rows)

    elsewhere = values("turned_away", "overflowed", "message", "call_back", "left")
    return [
        Series(N_("answered"), "good", "#", values("answered")),
        Series(N_("abandoned"), "bad", "x", values("abandoned")),
        Series(N_("elsewhere"), "busy", "o", elsewhere),
    ]
