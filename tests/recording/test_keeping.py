"""Who may erase when, and how full is full."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.model.recording import Retention
from core.recording.keeping import DAY_US, over_before, refusal
from core.recording.marks import GB, of_disk, of_quota
from core.store.disk import Room
from core.store.recordings import Recording

YEAR = Retention(name="year", min_days=30, max_days=365)


def lying(age_days: float = 0, now: int = 10**15, **facts: object) -> Recording:
    row = {"file": "1-1.wav", "call": 1, "calls": (1,), "device": "8001", "began": now - int(age_days * DAY_US)}
    return Recording(**(row | {"ended": True, "retention": "year"} | facts))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "held", "may"),
    [
        (lying(29.9), "", False),
        (lying(30), "", True),
        (lying(30), "a case", False),
        (lying(5000), "a case", False),
        (lying(0, retention=""), "", True),
        (lying(0, retention="gone from the configuration"), "", True),
        (lying(40, ended=False), "", False),
        (lying(40, erased=1), "", False),
    ],
)
def test_who_may_erase_must_wait_for_the_least_age(row: Recording, held: str, may: bool) -> None:
    assert (refusal(row, [YEAR], held, 10**15) == "") is may


@given(st.integers(0, 4000), st.integers(0, 4000), st.integers(0, 4000))
def test_what_goes_by_itself_might_have_been_erased(least: int, more: int, age: int) -> None:
    now = 10**15
    retention = Retention(name="year", min_days=least, max_days=least + more)
    row = lying(age, now)
    if row.began < over_before(retention, now):
        assert refusal(row, [retention], "", now) == ""


def test_without_a_most_nothing_goes_by_itself() -> None:
    assert over_before(Retention(name="ever"), 10**15) == 0


@pytest.mark.parametrize(
    ("free", "level", "said"),
    [(21, "", ""), (19, "notice", "20 %"), (9, "warning", "10 %"), (4, "critical", "5 %"), (0, "critical", "5 %")],
)
def test_marks_of_disk_and_quota_are_the_same(free: int, level: str, said: str) -> None:
    disk = of_disk(Room(free, 100))
    quota = of_quota((100 - free) * GB, 100)
    assert (disk.level, quota.level) == (level, level)
    if level:
        assert said in disk.text
        assert said in quota.text


def test_more_than_the_quota_is_full_and_no_quota_is_never() -> None:
    assert of_quota(7 * GB, 5).level == "critical"
    assert of_quota(7 * GB, 0).level == ""
