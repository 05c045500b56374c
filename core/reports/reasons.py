"""Report "reasons": why agents took no calls, how often and for how long: not ready and at rest, by reason.

A change of reason is a new time; a change of who wanted it is none. What spans the edge of the period counts with its
part within, and is one of the times if it began within.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.reports.report import Column, Report, Unit, Wanted, mean, seconds
from core.reports.states import KINDS, States, Stretch
from core.store.event import Event
from core.texts import N_, _

WITHOUT_CALLS = ("not ready", "rest")


@dataclass(slots=True)
class ReasonCount:
    agent: str
    name: str
    state: str
    reason: str
    times: int = 0
    us: int = 0
    longest_us: int = 0


class Counting:
    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._slices = wanted.slices()
        self._people = {agent.number: agent for agent in wanted.box.agent}
        self._counts: dict[tuple[str, str, str], ReasonCount] = {}

    def add(self, stretch: Stretch) -> None:
        us = sum(part for _slice, part in self._slices.parts(stretch.began.time, stretch.us))
        begun = self.wanted.since <= stretch.began.time < self.wanted.until
        if stretch.state not in WITHOUT_CALLS or not (us or begun):
            return
        key = stretch.agent, stretch.state, stretch.reason
        person = self._people.get(stretch.agent)
        count = self._counts.setdefault(key, ReasonCount(key[0], person.name if person else "", *key[1:]))
        count.times += begun
        count.us += us
        count.longest_us = max(count.longest_us, us)

    def rows(self) -> list[ReasonCount]:
        found = [count for count in self._counts.values() if self.wanted.wants(count.agent)]
        return sorted(found, key=lambda count: (count.agent, count.state, count.reason))


def read(events: Iterable[Event], wanted: Wanted) -> list[ReasonCount]:
    counting, states = Counting(wanted), States()
    for event in events:
        for stretch in states.see(event):
            counting.add(stretch)
    for stretch in states.close(wanted.end):
        counting.add(stretch)
    return counting.rows()


TEXT, SECONDS = Unit.TEXT, Unit.SECONDS

COLUMNS: tuple[Column[ReasonCount], ...] = (
    Column("agent", N_("agent"), TEXT, N_("number of the agent"), lambda c: c.agent, True),
    Column("name", N_("name"), TEXT, N_("as it is configured now"), lambda c: c.name, True),
    Column("state", N_("state"), TEXT, N_("not ready, or rest"), lambda c: _(c.state), True),
    Column("reason", N_("reason"), TEXT, N_("as the agent or supervisor gave it"), lambda c: c.reason, True),
    Column("times", N_("times"), Unit.COUNT, N_("how often it began"), lambda c: c.times, True),
    Column("time", N_("time"), SECONDS, N_("how long, together"), lambda c: seconds(c.us), True),
    Column("mean", N_("mean"), SECONDS, N_("time / times"), lambda c: mean(c.us, c.times), True),
    Column(
        "longest", N_("longest time"), SECONDS, N_("the longest of these times"), lambda c: seconds(c.longest_us), True
    ),
)

REPORT = Report(
    "reasons",
    N_("Not ready"),
    N_("Why agents took no calls, by reason: how often, and how long."),
    "agent",
    COLUMNS,
    KINDS,
    read,
)
