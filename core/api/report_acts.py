"""Acts on reports: figures of the past, every column with its formula; see docs/reports.md for all of them.

A report is made from the journal at the moment at which it is asked for; what is not over counts as far as it has gone.
"""

from __future__ import annotations

from base64 import b64encode
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, field

from core.api.acts import Nothing, Params, Result, act
from core.api.asking import Asking
from core.api.errors import Code, Refusal
from core.api.roles import READERS
from core.reports import forms
from core.reports.catalogue import REPORTS
from core.reports.report import Table, Value
from core.reports.room import Reports
from core.store.event import to_utc
from core.texts import _

MOST = 5000
"""Rows of an answer."""


class ColumnView(msgspec.Struct, frozen=True):
    name: Annotated[str, Meta(description="by which the rows have it")]
    text: Annotated[str, Meta(description="its head, in the language of who asks")]
    unit: Annotated[
        str, Meta(description="text, count, number, s, share (0 to 1), erlang, or time (UTC, µs since 1970)")
    ]
    formula: Annotated[str, Meta(description="how it is worked out, in the language of who asks")]
    brief: Annotated[bool, Meta(description="it is one of the few that say most")]


class ReportView(msgspec.Struct, frozen=True):
    """A report that can be made."""

    name: str
    title: Annotated[str, Meta(description="in the language of who asks")]
    text: Annotated[str, Meta(description="what it shows")]
    about: Annotated[str, Meta(description="what `only` names: queue, agent, …; empty: nothing")]
    steps: Annotated[bool, Meta(description="it can be told in steps of time")]
    columns: Annotated[list[ColumnView], Meta(description="of an own report they are known when it is made")]
    file: Annotated[str, Meta(description="of an own report; empty: it is one of the box's")]


class ReportList(Result, frozen=True):
    reports: list[ReportView]
    wrong: Annotated[list[str], Meta(description="files of own reports that cannot be read, each with what is wrong")]


class Make(Params, frozen=True):
    report: Annotated[str, Meta(description="its name", min_length=1, max_length=64)]
    since: Annotated[int, Meta(description="UTC, µs since 1970; 0: the begin of today where the box stands", ge=0)] = 0
    until: Annotated[int, Meta(description="0: now", ge=0)] = 0
    by: Annotated[
        Literal["15", "30", "60", "day", "month", "all"],
        Meta(description="steps: minutes, days or months where the box stands; all: the period in one piece"),
    ] = "all"
    only: Annotated[
        list[str],
        Meta(description="names of what the report is about, queues for instance; empty: all", max_length=600),
    ] = field(default_factory=list)
    sort: Annotated[
        str, Meta(description="by this column, the highest first; empty: in the order of the report", max_length=64)
    ] = ""


class Made(Result, frozen=True):
    report: str
    title: str
    text: str
    since: int
    until: int
    by: str
    columns: list[ColumnView]
    rows: Annotated[list[dict[str, Value]], Meta(description="values by the names of the columns")]
    total: Annotated[dict[str, Value] | None, Meta(description="the row of sums; null: there is none")]


@act("report.list", roles=READERS)
async def reports(asking: Asking, params: Nothing) -> ReportList:
    """All reports, with their columns: those of the box first, then one's own."""
    found = [
        ReportView(
            report.name,
            _(report.title),
            _(report.text),
            report.about,
            report.steps,
            [msgspec.convert(forms.column_view(column), ColumnView) for column in report.columns],
            "",
        )
        for report in REPORTS.values()
    ]
    own, mistakes = await asking.room(Reports).own()
    found += [ReportView(one.name, one.title, one.text, "", False, [], str(one.path)) for one in own.values()]
    return ReportList(found, [f"{mistake.place}: {mistake.problem}" for mistake in mistakes])


@act("report.make", roles=READERS)
async def make(asking: Asking, params: Make) -> Made:
    """A report of a period. Error `unknown`: there is no such report or column; `refused`: the period is empty, the
    report is not told in steps, or it has more than 5000 rows; `configuration`: the file of an own report has a
    mistake.
    """
    table = await _made(asking, params)
    if len(table.rows) > MOST:
        text = _("the report has {n} rows, more than {most}").format(n=len(table.rows), most=MOST)
        raise Refusal(Code.REFUSED, text, remedy=_("ask for a shorter period, longer steps, or fewer names"))
    return msgspec.convert(forms.as_json(table), Made)


class Export(Make, frozen=True):
    form: Annotated[Literal["csv", "xlsx"], Meta(description="as `strowger report` writes it")] = "xlsx"


class Exported(Result, frozen=True):
    name: Annotated[str, Meta(description="that a file with it may have")]
    content: Annotated[str, Meta(description="of the file, in base64")]


@act("report.export", roles=READERS)
async def export(asking: Asking, params: Export) -> Exported:
    """A report as a file, whatever its length, with the formulas of its columns (xlsx). Errors as of `report.make`."""
    table = await _made(asking, params)
    content = await asking.room(Reports).file(table, params.form)
    days = [
        f"{to_utc(time).astimezone(table.wanted.zone):%Y%m%d}" for time in (table.wanted.since, table.wanted.until - 1)
    ]
    name = f"{params.report}-{'-'.join(dict.fromkeys(days))}.{params.form}"
    return Exported(name, b64encode(content).decode())


async def _made(asking: Asking, params: Make) -> Table:
    room = asking.room(Reports)
    try:
        table = await room.make(params.report, params.since, params.until, params.by, frozenset(params.only))
    except KeyError as error:
        names = ", ".join([*REPORTS, *(await room.own())[0]])
        text = _("there is no report {name}").format(name=params.report)
        raise Refusal(Code.UNKNOWN, text, remedy=_("there are: {names}").format(names=names)) from error
    except ValueError as error:
        raise Refusal(Code.REFUSED, str(error), remedy=_("ask for another period, or longer steps")) from error
    if not params.sort:
        return table
    try:
        return table.sorted_by(params.sort)
    except KeyError as error:
        names = ", ".join(column.name for column in table.report.columns)
        text = _("there is no column {name}; there are: {names}").format(name=params.sort, names=names)
        raise Refusal(Code.UNKNOWN, text) from error
