"""A journal may be cut anywhere, and be that of a version to come: no report fails on what it does not understand."""

from __future__ import annotations

import pytest
from hypothesis import given

from core.reports.catalogue import REPORTS
from core.reports.queue_log import lines
from core.reports.report import Wanted
from core.store.event import Event
from tests.reports.test_sums import BOX, SHANGHAI
from tests.store.random_events import any_events, whole_calls
from tests.store.story import NOON


@pytest.mark.parametrize("report", REPORTS.values(), ids=lambda report: report.name)
@given(any_events())
def test_events_in_any_order_are_survived(report: object, events: list[Event]) -> None:
    asked = Wanted(NOON - 1, NOON + 3_600_000_000, SHANGHAI, box=BOX)
    for one in REPORTS.values():
        if one is report:
            one.table(events, asked)


@given(any_events())
def test_the_queue_log_survives_them_too(events: list[Event]) -> None:
    for line in lines(events, lambda agent: ("sales",), 0):
        assert len(line.split("|")) >= 6


@given(whole_calls())
def test_calls_without_queues_are_in_no_report_of_queues(events: list[Event]) -> None:
    asked = Wanted(NOON - 1, NOON + 3_600_000_000, SHANGHAI, box=BOX)
    for name in ("queues", "agents", "abandoned", "pattern"):
        assert REPORTS[name].table(events, asked).rows == []
