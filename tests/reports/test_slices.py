"""Days, months and shorter steps where the box stands, clocks put forward and back and all."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reports.slices import STEPS, Slices
from core.store.event import from_utc

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
HOUR = 3_600_000_000


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return from_utc(datetime.fromisoformat(text).replace(tzinfo=zone))


def test_a_day_begins_at_midnight_where_the_box_stands() -> None:
    slices = Slices(at("2026-11-24 10:00"), at("2026-11-26 09:00"), "day", SHANGHAI)
    assert slices.edges == [at("2026-11-24 10:00"), at("2026-11-25 00:00"), at("2026-11-26 00:00")]
    assert slices.at(at("2026-11-25 00:00")) == 1
    assert slices.at(at("2026-11-26 09:00")) is None


def test_months_are_of_the_calendar() -> None:
    slices = Slices(at("2026-01-31 12:00"), at("2026-04-01 00:00"), "month", SHANGHAI)
    assert slices.edges == [at("2026-01-31 12:00"), at("2026-02-01 00:00"), at("2026-03-01 00:00")]


def test_the_day_on_which_clocks_are_put_forward_has_23_hours_and_the_other_25() -> None:
    spring = Slices(at("2026-03-29", BERLIN), at("2026-03-30", BERLIN), "60", BERLIN)
    autumn = Slices(at("2026-10-25", BERLIN), at("2026-10-26", BERLIN), "60", BERLIN)
    assert (len(spring), len(autumn)) == (23, 25)
    days = Slices(at("2026-10-24", BERLIN), at("2026-10-27", BERLIN), "day", BERLIN)
    assert [days.end(day) - days.edges[day] for day in range(3)] == [24 * HOUR, 25 * HOUR, 24 * HOUR]


def test_half_hours_are_those_of_the_clock_wherever_the_period_begins() -> None:
    slices = Slices(at("2026-11-26 10:10"), at("2026-11-26 11:10"), "30", SHANGHAI)
    assert slices.edges == [at("2026-11-26 10:10"), at("2026-11-26 10:30"), at("2026-11-26 11:00")]


moments = st.integers(at("2026-01-01"), at("2027-01-01"))
spans = st.integers(1, 400 * 24 * HOUR)


@given(
    moments, st.integers(1, 3 * 24 * HOUR), st.sampled_from(STEPS), st.sampled_from((SHANGHAI, BERLIN)), moments, spans
)
def test_what_lasts_is_shared_out_without_loss(
    since: int, length: int, by: str, zone: ZoneInfo, began: int, us: int
) -> None:
    slices = Slices(since, since + length, by, zone)
    inside = max(0, min(began + us, slices.until) - max(began, slices.since))
    parts = list(slices.parts(began, us))
    assert sum(part for _slice, part in parts) == inside
    assert [slice for slice, _part in parts] == sorted({slice for slice, _part in parts})
    assert slices.edges == sorted(set(slices.edges))


@given(moments, st.integers(1, 3 * 24 * HOUR), st.sampled_from(STEPS), st.floats(0, 1))
def test_each_instant_is_in_one_slice(since: int, length: int, by: str, where: float) -> None:
    slices = Slices(since, since + length, by, BERLIN)
    moment = since + min(length - 1, round(where * length))
    slice = slices.at(moment)
    assert slice is not None
    assert slices.edges[slice] <= moment < slices.end(slice)


def test_a_period_that_is_none_is_refused() -> None:
    for until in (at("2026-11-26"), at("2026-11-25")):
        with pytest.raises(ValueError, match="empty"):
            Slices(at("2026-11-26"), until, "day", SHANGHAI)
    with pytest.raises(ValueError, match="too many"):
        Slices(0, at("2026-11-26"), "15", SHANGHAI)
