"""Report "abandoned": callers who gave up waiting, and with whom nobody has spoken since.

    Queued ── Dequeued (abandoned)            ... the same number calls again and is answered: returned
                                              ... somebody calls that number and is answered: returned
                                              ... neither, until now: in this report

It looks from the begin of the period until now, not only to its end: who was called back this morning is not missing
from yesterday. Numbers are the same when one is the other's end, with or without area code and leading zeros. To be
answered is to be answered by a person: a telephone or trunk that was rung, or an agent; not by a flow or a queue.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.reports import stays
from core.reports.report import Column, Report, Unit, Wanted, seconds
from core.reports.stays import Stay, Stays, Way
from core.store.event import Event
from core.texts import N_

LEAST_DIGITS = 7
"""Of numbers of which one is a part of the other: a whole number without its area code."""


@dataclass(slots=True)
class Abandoned:
    """A number that gave up. last: UTC in µs, of the latest time; queue, waited_us: then."""

    number: str
    name: str = ""
    times: int = 0
    first: int = 0
    last: int = 0
    queue: str = ""
    waited_us: int = 0
    longest_us: int = 0


@dataclass(slots=True)
class Party:
    """Who calls in a call, whom it has rung, and which numbers were called."""

    calling: str = ""
    name: str = ""
    device: str = ""
    rung: set[str] | None = None
    numbers: tuple[str, ...] = ()


class Waiting:
    """Numbers that wait for somebody to speak with them."""

    def __init__(self) -> None:
        self.all: dict[str, Abandoned] = {}
        self._by_end: dict[str, set[str]] = {}

    def of(self, number: str) -> Abandoned:
        one = self.all.get(number)
        if one is None:
            one = self.all[number] = Abandoned(number)
            self._by_end.setdefault(_end(number), set()).add(number)
        return one

    def returned(self, number: str) -> None:
        """Whoever had this number, with area code or without."""
        known = self._by_end.get(_end(number), set())
        for other in [other for other in known if same(other, number)]:
            del self.all[other]
            known.discard(other)


class Counting:
    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._stays = Stays()
        self._parties: dict[int, Party] = {}
        self._waiting = Waiting()

    def see(self, event: Event) -> None:
        for stay in self._stays.see(event):
            self._left(stay)
        kind, call = event.kind, event.call
        if kind == "Originated":
            party = self._parties.setdefault(call, Party())
            if not party.device:
                data = event.data
                party.device, party.calling = event.device, data.get("calling") or ""
                party.name = data.get("name") or ""
                party.numbers += (data.get("called") or "",)
        elif kind == "NetworkReached":
            party = self._parties.setdefault(call, Party())
            party.numbers += (event.data.get("number") or "",)
            _rings(party, event.device)
        elif kind == "Delivered":
            _rings(self._parties.setdefault(call, Party()), event.device)
        elif kind == "Established":
            party = self._parties.get(call) or Party()
            if party.rung and event.device in party.rung:
                self._spoken(party)
        elif kind == "Served":
            self._spoken(self._parties.get(call) or Party())
        elif kind == "CallCleared":
            self._parties.pop(call, None)

    def _left(self, stay: Stay) -> None:
        if stay.way is not Way.ABANDONED or stay.back or not self.wanted.wants(stay.queue):
            return
        if not self.wanted.since <= stay.ended < self.wanted.until:
            return
        party = self._parties.get(stay.call) or Party()
        one = self._waiting.of(party.calling)
        one.times += 1
        one.first, one.last = one.first or stay.ended, stay.ended
        one.name, one.queue, one.waited_us = party.name or one.name, stay.queue, stay.waited_us
        one.longest_us = max(one.longest_us, stay.waited_us)

    def _spoken(self, party: Party) -> None:
        for number in (party.calling, *party.numbers):
            if number:
                self._waiting.returned(number)

    def rows(self) -> list[Abandoned]:
        """Who gave up last stands first; withheld numbers, which nobody can call, at the end."""
        return sorted(self._waiting.all.values(), key=lambda one: (not one.number, -one.last))


def _rings(party: Party, device: str) -> None:
    party.rung = party.rung or set()
    party.rung.add(device)


def same(one: str, other: str) -> bool:
    """Two numbers of one telephone, as far as can be known."""
    short, long = sorted((one.lstrip("+0"), other.lstrip("+0")), key=len)
    return short == long or (len(short) >= LEAST_DIGITS and long.endswith(short))


def _end(number: str) -> str:
    """What two numbers that are the same have in common."""
    digits = number.lstrip("+0")
    return digits[-LEAST_DIGITS:]


def read(events: Iterable[Event], wanted: Wanted) -> list[Abandoned]:
    counting = Counting(wanted)
    for event in events:
        counting.see(event)
    return counting.rows()


MOMENT, SECONDS = Unit.MOMENT, Unit.SECONDS

COLUMNS: tuple[Column[Abandoned], ...] = (
    Column("last", N_("last time"), MOMENT, N_("when the caller gave up last"), lambda c: c.last, True),
    Column("number", N_("caller"), Unit.TEXT, N_("of the caller; empty: withheld"), lambda c: c.number, True),
    Column("name", N_("name"), Unit.TEXT, N_("as the network told it"), lambda c: c.name, True),
    Column("queue", N_("queue"), Unit.TEXT, N_("in which the caller waited then"), lambda c: c.queue, True),
    Column("waited", N_("waited"), SECONDS, N_("how long then"), lambda c: seconds(c.waited_us), True),
    Column("times", N_("times"), Unit.COUNT, N_("times given up in the period"), lambda c: c.times, True),
    Column("longest", N_("longest"), SECONDS, N_("the longest of these waits"), lambda c: seconds(c.longest_us)),
    Column("first", N_("first time"), MOMENT, N_("when the caller gave up first in the period"), lambda c: c.first),
)

REPORT = Report(
    "abandoned",
    N_("Abandoned and not returned"),
    N_("Callers who gave up waiting in the period, and with whom nobody has spoken until now."),
    "queue",
    COLUMNS,
    stays.KINDS | {"Originated", "NetworkReached", "Delivered", "Established", "Served"},
    read,
    until_now=True,
)
