"""A report from the file of the journal: the events that it needs, read once and in order, and its table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from core.reports.report import Report, Table, Wanted
from core.store.event import Event
from core.store.reader import EVER, Reader

Through = Callable[[Iterable[Event]], Iterable[Event]]


def make(reader: Reader, report: Report[Any], wanted: Wanted, through: Through = iter) -> Table:
    """through: what the events pass on their way, that others may be served between them."""
    wanted = replace(wanted, alive=reader.last_sign(wanted.until))
    until = EVER if report.until_now else wanted.until
    return report.table(through(reader.following(wanted.since, until, report.kinds)), wanted)
