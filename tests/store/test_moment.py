"""Moments as people type them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from core.store.moment import moment

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 11, 26, 14, 30, 5, tzinfo=CHINA)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("today", "2026-11-26T00:00:00+08:00"),
        ("yesterday", "2026-11-25T00:00:00+08:00"),
        ("9:05", "2026-11-26T09:05:00+08:00"),
        ("14:30:01", "2026-11-26T14:30:01+08:00"),
        ("30m", "2026-11-26T14:00:05+08:00"),
        ("2h", "2026-11-26T12:30:05+08:00"),
        ("7d", "2026-11-19T14:30:05+08:00"),
        ("2026-11-01", "2026-11-01T00:00:00+08:00"),
        ("2026-11-01 08:00", "2026-11-01T08:00:00+08:00"),
        ("2026-11-01T00:00Z", "2026-11-01T00:00:00+00:00"),
    ],
)
def test_a_moment(typed: str, meant: str) -> None:
    assert moment(typed, NOW) == datetime.fromisoformat(meant)


@pytest.mark.parametrize("typed", ["", "soon", "25:00", "2026-13-01", "2x"])
def test_no_moment(typed: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        moment(typed, NOW)
