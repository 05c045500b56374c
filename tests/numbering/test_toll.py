"""The counter of calls that cost agrees with a list of all of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from core.numbering.permit import Counts
from core.numbering.toll import TollCounter

HOUR, DAY = 3600.0, 86400.0


def test_calls_count_while_they_are_up_and_an_hour_and_a_day_long() -> None:
    counter = TollCounter()
    counter.began(1, "8001", 0)
    counter.began(2, "8002", 60)
    assert counter.counts("8001", 120) == Counts(1, 1, 2, 2, 1)
    assert counter.total(120) == Counts(2, 2, 3, 3, 2)
    counter.ended(1, 180)
    counter.ended(1, 300)
    assert counter.counts("8001", 600) == Counts(1, 1, 3, 3, 0)
    assert counter.counts("8001", 2 * HOUR) == Counts(0, 1, 0, 3, 0)
    assert counter.counts("8001", 2 * DAY) == Counts()
    assert counter.counts("8003", 600) == Counts()


def test_a_call_that_is_up_for_long_counts_what_lies_in_the_window() -> None:
    counter = TollCounter()
    counter.began(1, "8001", 0)
    assert counter.counts("8001", 3 * HOUR) == Counts(0, 1, 60, 180, 1)
    counter.ended(1, 3 * HOUR)
    assert counter.counts("8001", 3 * HOUR) == Counts(0, 1, 60, 180, 0)


def test_a_call_for_days_leaves_one_day() -> None:
    counter = TollCounter()
    counter.began(1, "8001", 0)
    counter.ended(1, 5 * DAY)
    assert counter.total(5 * DAY) == Counts(0, 0, 60, 1440, 0)


def test_a_transfer_takes_the_cost_along() -> None:
    counter = TollCounter()
    counter.began(1, "8001", 0)
    counter.began(2, "8002", 0)
    counter.joined(2, into=1)
    counter.joined(9, into=1)
    counter.ended(2, 60)
    assert counter.total(60).at_once == 2
    counter.ended(1, 60)
    assert counter.total(60) == Counts(2, 2, 2, 2, 0)


@dataclass
class Called:
    account: str
    began: float
    ended: float | None = None


@dataclass
class Ledger:
    """Every call, asked one by one. A window begins with a minute of the clock."""

    calls: dict[int, Called] = field(default_factory=dict)

    def counts(self, account: str, now: float) -> Counts:
        mine = [call for call in self.calls.values() if account in (call.account, "")]

        def since(minutes: int) -> float:
            return (now // 60 - minutes) * 60

        def talked(minutes: int) -> float:
            ends = [(call.began, now if call.ended is None else call.ended) for call in mine]
            return sum(max(end - max(start, since(minutes)), 0) for start, end in ends) / 60

        return Counts(
            sum(call.began >= since(60) for call in mine),
            sum(call.began >= since(1440) for call in mine),
            talked(60),
            talked(1440),
            sum(call.ended is None for call in mine),
        )


steps = st.lists(
    st.tuples(
        st.sampled_from(["begin", "end"]), st.sampled_from(["a", "b"]), st.sampled_from([0, 7, 60, 1800, 40000, 200000])
    ),
    max_size=30,
)


@given(steps)
def test_it_agrees_with_a_list_of_all_calls(acts: list[tuple[str, str, int]]) -> None:
    counter, ledger, now = TollCounter(), Ledger(), 0.0
    for number, (act, account, wait) in enumerate(acts):
        now += wait
        up = [key for key, call in ledger.calls.items() if call.account == account and call.ended is None]
        if act == "begin":
            counter.began(number, account, now)
            ledger.calls[number] = Called(account, now)
        elif up:
            counter.ended(up[0], now)
            ledger.calls[up[0]].ended = now
        for name, found in (("a", counter.counts("a", now)), ("b", counter.counts("b", now)), ("", counter.total(now))):
            told = ledger.counts(name, now)
            assert (found.calls_hour, found.calls_day, found.at_once) == (
                told.calls_hour,
                told.calls_day,
                told.at_once,
            )
            assert abs(found.minutes_hour - told.minutes_hour) < 1e-6
            assert abs(found.minutes_day - told.minutes_day) < 1e-6


def test_what_an_earlier_counter_had_counts_as_long_as_it_would_have_there() -> None:
    counter = TollCounter()
    counter.recall("8001", 3, 120.0, -50 * 60)
    counter.recall("8001", 2, 60.0, -2 * HOUR)
    counter.began(1, "8001", 0)
    assert counter.counts("8001", 60) == Counts(4, 6, 3, 4, 1)
    assert counter.total(60) == Counts(4, 6, 3, 4, 1)
    assert counter.counts("8001", 30 * 60).calls_hour == 1
    assert counter.counts("8001", 23 * HOUR).calls_day == 4
    assert counter.counts("8001", 2 * DAY) == Counts(0, 0, 60, 1440, 1)
