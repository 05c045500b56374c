"""Counts of calls that cost money, by account, in the last hour and day: what limits against toll fraud look at.

    counter.began(call, "8001", now)      counter.ended(call, now)      counter.counts("8001", now), .total(now)

An account is whoever pays: a station, a trunk group. Seconds are of any clock that does not go back. Calls and minutes
are kept by minutes of the clock, so that a day of any number of calls takes the same room; an hour is 60 of them and
the one that runs. Of the calls that are up, the time since they began within the window counts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from core.numbering.permit import Counts

_MINUTE_S, _HOUR, _DAY = 60.0, 60, 24 * 60


@dataclass(slots=True, eq=False)
class _Charge:
    """One part of a call that costs; a transfer may leave a call with two."""

    account: str
    since: float


@dataclass(slots=True)
class _Account:
    """Minute of the clock -> calls begun, seconds talked."""

    begun: dict[int, int] = field(default_factory=dict)
    talked_s: dict[int, float] = field(default_factory=dict)
    up: set[_Charge] = field(default_factory=set)

    def forget(self, minute: int) -> None:
        for old in [key for key in self.begun if key < minute - _DAY]:
            del self.begun[old]
        for old in [key for key in self.talked_s if key < minute - _DAY]:
            del self.talked_s[old]

    def talk(self, start: float, end: float) -> None:
        """Spreads a time talked over the minutes that it lay in, those of the last day."""
        first = max(int(start // _MINUTE_S), int(end // _MINUTE_S) - _DAY)
        for minute in range(first, int(end // _MINUTE_S) + 1):
            part = min(end, (minute + 1) * _MINUTE_S) - max(start, minute * _MINUTE_S)
            self.talked_s[minute] = self.talked_s.get(minute, 0.0) + part

    def counts(self, now: float) -> Counts:
        minute = int(now // _MINUTE_S)
        running = [charge.since for charge in self.up]

        def talked(minutes: int) -> float:
            start = (minute - minutes) * _MINUTE_S
            done = sum(long for at, long in self.talked_s.items() if at >= minute - minutes)
            return (done + sum(now - max(since, start) for since in running)) / 60

        return Counts(
            calls_hour=sum(count for at, count in self.begun.items() if at >= minute - _HOUR),
            calls_day=sum(count for at, count in self.begun.items() if at >= minute - _DAY),
            minutes_hour=talked(_HOUR),
            minutes_day=talked(_DAY),
            at_once=len(self.up),
        )


class TollCounter:
    """Calls are known by their number. What is not up ends without effect."""

    def __init__(self) -> None:
        self._accounts: dict[str, _Account] = {}
        self._all = _Account()
        self._calls: dict[int, list[_Charge]] = {}

    def began(self, call: int, account: str, now: float) -> None:
        charge = _Charge(account, now)
        self._calls.setdefault(call, []).append(charge)
        minute = int(now // _MINUTE_S)
        for one in (self._accounts.setdefault(account, _Account()), self._all):
            one.forget(minute)
            one.begun[minute] = one.begun.get(minute, 0) + 1
            one.up.add(charge)

    def ended(self, call: int, now: float) -> None:
        for charge in self._calls.pop(call, ()):
            for one in (self._accounts[charge.account], self._all):
                one.up.remove(charge)
                one.talk(charge.since, now)

    def joined(self, call: int, into: int) -> None:
        """A transfer has made one call of two: what the first costs goes on in the other."""
        if call in self._calls:
            self._calls.setdefault(into, []).extend(self._calls.pop(call))

    def counts(self, account: str, now: float) -> Counts:
        return self._accounts[account].counts(now) if account in self._accounts else Counts()

    def total(self, now: float) -> Counts:
        return self._all.counts(now)
