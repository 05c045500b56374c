"""Counts of calls that cost money, by account, in the last hour and day: what limits against toll fraud look at.

    counter.began(call, "8001", now)      counter.ended(call, now)      counter.counts("8001", now), .total(now)

An account is whoever pays: a station, a trunk group. Seconds are of any clock that does not go back. Calls and minutes
are kept by minutes of the clock, so that a day of any number of calls takes the same room; an hour is 60 of them and
the one that runs. Of the calls that are up, the time since they began within the window counts.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.numbering.permit import Counts

_MINUTE_S, _HOUR, _DAY = 60.0, 60, 24 * 60


@dataclass(slots=True, eq=False)
class _Charge:
    """One part of a call that costs; a transfer may leave a call with two."""

    account: str
    since: float


class _Window:
    """The last so many minutes, and the one that runs: calls begun and seconds talked, summed as they come and go."""

    __slots__ = ("_calls", "_first", "_length", "_talked_s", "calls", "talked_s")

    def __init__(self, length: int) -> None:
        self._length = length
        self._first = 0  # minute of the clock
        self._calls: dict[int, int] = {}
        self._talked_s: dict[int, float] = {}
        self.calls = 0
        self.talked_s = 0.0

    def move(self, now: float) -> float:
        """What has left the window is forgotten. Returns when it begins."""
        first = int(now // _MINUTE_S) - self._length
        if first > self._first:
            far = first - self._first > self._length
            for minute in tuple(self._calls) if far else range(self._first, first):
                self.calls -= self._calls.pop(minute, 0) if minute < first else 0
            for minute in tuple(self._talked_s) if far else range(self._first, first):
                self.talked_s -= self._talked_s.pop(minute, 0.0) if minute < first else 0.0
            self._first = first
        if not self._talked_s:
            self.talked_s = 0.0  # no rest of sums and differences
        return first * _MINUTE_S

    def begin(self, now: float) -> None:
        self.move(now)
        minute = int(now // _MINUTE_S)
        self._calls[minute] = self._calls.get(minute, 0) + 1
        self.calls += 1

    def recall(self, at: float, calls: int, talked_s: float) -> None:
        """What an earlier counter had; before anything else is counted."""
        minute = int(at // _MINUTE_S)
        self._first = min(self._first, minute)
        self._calls[minute] = self._calls.get(minute, 0) + calls
        self._talked_s[minute] = self._talked_s.get(minute, 0.0) + talked_s
        self.calls += calls
        self.talked_s += talked_s

    def talk(self, start: float, end: float) -> None:
        """Spreads a time talked over the minutes that it lay in, those within the window."""
        start = max(start, self.move(end))
        for minute in range(int(start // _MINUTE_S), int(end // _MINUTE_S) + 1):
            part = min(end, (minute + 1) * _MINUTE_S) - max(start, minute * _MINUTE_S)
            self._talked_s[minute] = self._talked_s.get(minute, 0.0) + part
            self.talked_s += part


class _Account:
    __slots__ = ("day", "hour", "up")

    def __init__(self) -> None:
        self.hour = _Window(_HOUR)
        self.day = _Window(_DAY)
        self.up: set[_Charge] = set()

    def begin(self, charge: _Charge) -> None:
        self.hour.begin(charge.since)
        self.day.begin(charge.since)
        self.up.add(charge)

    def recall(self, at: float, calls: int, talked_s: float) -> None:
        self.hour.recall(at, calls, talked_s)
        self.day.recall(at, calls, talked_s)

    def end(self, charge: _Charge, now: float) -> None:
        self.up.remove(charge)
        self.hour.talk(charge.since, now)
        self.day.talk(charge.since, now)

    def counts(self, now: float) -> Counts:
        minutes = []
        for window in (self.hour, self.day):
            start = window.move(now)
            running = sum(now - max(charge.since, start) for charge in self.up)
            minutes.append((window.talked_s + running) / 60)
        return Counts(self.hour.calls, self.day.calls, minutes[0], minutes[1], len(self.up))


class TollCounter:
    """Calls are known by their number. What is not up ends without effect."""

    def __init__(self) -> None:
        self._accounts: dict[str, _Account] = {}
        self._all = _Account()
        self._calls: dict[int, list[_Charge]] = {}

    def began(self, call: int, account: str, now: float) -> None:
        charge = _Charge(account, now)
        self._calls.setdefault(call, []).append(charge)
        for one in (self._accounts.setdefault(account, _Account()), self._all):
            one.begin(charge)

    def recall(self, account: str, calls: int, talked_s: float, at: float) -> None:
        """What an earlier counter had of the account, at that time of this one's clock. Before the first call."""
        for one in (self._accounts.setdefault(account, _Account()), self._all):
            one.recall(at, calls, talked_s)

    def ended(self, call: int, now: float) -> list[tuple[str, float]]:
        """Who has paid for it, and for how many seconds."""
        charges = self._calls.pop(call, [])
        for charge in charges:
            for one in (self._accounts[charge.account], self._all):
                one.end(charge, now)
        return [(charge.account, now - charge.since) for charge in charges]

    def joined(self, call: int, into: int) -> None:
        """A transfer has made one call of two: what the first costs goes on in the other."""
        if call in self._calls:
            self._calls.setdefault(into, []).extend(self._calls.pop(call))

    def counts(self, account: str, now: float) -> Counts:
        return self._accounts[account].counts(now) if account in self._accounts else Counts()

    def total(self, now: float) -> Counts:
        return self._all.counts(now)
