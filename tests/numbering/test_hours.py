"""Office hours hold through lunch, night, holidays, worked weekends and summer time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from core.config.model.numbering import WEEKDAYS, Calendar
from core.numbering import holidays
from core.numbering.hours import OpeningHours

SHANGHAI = "Asia/Shanghai"


def hours(zone: str = SHANGHAI, **fields: Any) -> OpeningHours:
    return OpeningHours(Calendar.model_validate({"name": "office", **fields}), zone)


OFFICE = hours(
    hours=[{"days": "mon-fri", "open": ["09:00-12:00", "13:30-18:00"]}],
    dates=[
        {"date": date(2026, 5, 4), "open": ["10:00-11:00"]},
        {"date": date(2026, 12, 24), "until": date(2026, 12, 26)},
    ],
)


def at(clock: str, zone: str = SHANGHAI) -> datetime:
    return datetime.fromisoformat(clock).replace(tzinfo=hours(zone).zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("clock", "open_"),
    [
        ("2026-03-04 08:59", False),  # a Wednesday
        ("2026-03-04 09:00", True),
        ("2026-03-04 12:00", False),
        ("2026-03-04 13:30", True),
        ("2026-03-04 18:00", False),
        ("2026-03-07 10:00", False),  # Saturday
        ("2026-02-28 10:00", True),  # a Saturday worked for Spring Festival
        ("2026-02-17 10:00", False),  # Spring Festival, a Tuesday
        ("2026-10-01 10:00", False),  # National Day
        ("2026-05-04 10:30", True),  # Labour Day, but a date of its own
        ("2026-05-04 12:00", False),
        ("2026-12-25 10:00", False),  # closed by a date of its own, a Friday
        ("2027-02-08 10:00", False),  # Spring Festival of a year that is not announced
        ("2027-03-03 10:00", True),
    ],
)
def test_the_office_is_open(clock: str, open_: bool) -> None:
    assert OFFICE.open_at(at(clock)) is open_


def test_a_night_shift_belongs_to_the_day_it_begins() -> None:
    night = hours(hours=[{"days": "fri", "open": ["22:00-06:00"]}], holidays="")
    assert night.open_at(at("2026-03-07 05:59"))  # Saturday morning
    assert not night.open_at(at("2026-03-07 06:00"))
    assert not night.open_at(at("2026-03-06 05:00"))
    assert night.open_at(at("2026-03-06 22:00"))


def test_days_may_go_round_the_weekend_and_a_day_may_be_whole() -> None:
    shop = hours(hours=[{"days": "sat-mon", "open": ["00:00-24:00"]}], holidays="")
    assert [shop.open_at(at(f"2026-03-{day:02} 23:59")) for day in range(2, 9)] == [True] + [False] * 4 + [True] * 2


def test_holidays_may_have_hours_and_a_worked_weekend_those_of_a_chosen_day() -> None:
    shop = hours(
        hours=[{"days": "mon", "open": ["09:00-10:00"]}, {"days": "fri", "open": ["15:00-16:00"]}],
        holiday_open=["12:00-13:00"],
        worked_as="fri",
    )
    assert shop.open_at(at("2026-10-01 12:30"))
    assert shop.open_at(at("2026-10-10 15:30"))
    assert not shop.open_at(at("2026-10-10 09:30"))


def test_other_countries_have_their_own_holidays() -> None:
    bavaria = hours("Europe/Berlin", hours=[{"days": "mon-sun", "open": ["00:00-24:00"]}], holidays="DE-BY")
    assert not bavaria.open_at(at("2027-01-06 12:00", "Europe/Berlin"))
    assert hours("Europe/Berlin", hours=[{"days": "mon-sun", "open": ["00:00-24:00"]}], holidays="DE").open_at(
        at("2027-01-06 12:00", "Europe/Berlin")
    )


def test_the_next_change_is_said() -> None:
    assert OFFICE.next_change(at("2026-03-04 08:00")) == at("2026-03-04 09:00")
    assert OFFICE.next_change(at("2026-03-04 09:00")) == at("2026-03-04 12:00")
    assert OFFICE.next_change(at("2026-09-30 18:00")) == at("2026-10-08 09:00")
    assert hours().next_change(at("2026-03-04 08:00")) is None
    assert (
        hours(hours=[{"days": "mon-sun", "open": ["00:00-24:00"]}], holidays="").next_change(at("2026-03-04")) is None
    )


def test_summer_time_leaves_out_an_hour_and_repeats_another() -> None:
    early = hours("Europe/Berlin", hours=[{"days": "sun", "open": ["02:30-04:00"]}], holidays="")
    before = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)  # 01:00 in Berlin; at 02:00 it becomes 03:00
    assert early.next_change(before) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    autumn = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)  # 02:00 in Berlin; at 03:00 it becomes 02:00
    changes = []
    moment = early.next_change(autumn)
    while moment and moment.date() == autumn.date():
        changes.append(moment.strftime("%H:%M"))
        moment = early.next_change(moment)
    assert changes == ["00:30", "01:00", "01:30", "03:00"]


clocks = st.tuples(
    st.integers(0, 23), st.sampled_from([0, 15, 30]), st.integers(0, 24), st.sampled_from([0, 30])
).filter(lambda c: c[:2] != c[2:] and (c[2] < 24 or c[3] == 0))
weeks = st.lists(
    st.fixed_dictionaries(
        {
            "days": st.sampled_from([*WEEKDAYS, "mon-fri", "sat-sun", "fri-tue"]),
            "open": st.lists(clocks.map(lambda c: f"{c[0]:02}:{c[1]:02}-{c[2]:02}:{c[3]:02}"), max_size=3),
        }
    ),
    max_size=3,
)


@settings(max_examples=150)
@given(
    weeks,
    st.sampled_from([SHANGHAI, "Europe/Berlin", "America/New_York"]),
    st.sampled_from([datetime(2026, 3, 7), datetime(2026, 3, 28), datetime(2026, 9, 30), datetime(2026, 10, 24)]),
    st.integers(0, 2 * 24 * 60),
)
def test_nothing_changes_before_the_next_change(
    week: list[dict[str, Any]], zone: str, day: datetime, minutes: int
) -> None:
    shop = hours(zone, hours=week)
    start = day.replace(tzinfo=UTC) + timedelta(minutes=minutes)
    change = shop.next_change(start)
    until = min(change or start + timedelta(days=3), start + timedelta(days=3))
    now = shop.open_at(start)
    moment = start
    while moment < until:
        assert shop.open_at(moment) is now
        moment += timedelta(minutes=15)
    if change:
        assert shop.open_at(change) is not now


def test_holidays_that_are_not_known() -> None:
    assert holidays.known("CN")
    assert holidays.known("DE-BY")
    assert holidays.known("")
    assert not holidays.known("QQ")
    assert not holidays.known("DE-QQ")
    with pytest.raises(ValueError, match="QQ"):
        holidays.kind(date(2026, 1, 1), "QQ")


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": [{"days": "mo", "open": []}]},
        {"hours": [{"days": "mon", "open": ["9:00-18:00"]}]},
        {"hours": [{"days": "mon", "open": ["09:00-09:00"]}]},
        {"hours": [{"days": "mon", "open": ["09:00-24:30"]}]},
        {"hours": [{"days": "mon", "open": ["24:00-09:00"]}]},
        {"time_zone": "Asia/Beijing"},
        {"holidays": "China"},
    ],
)
def test_a_wrong_calendar_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        hours(**wrong)
