"""Reports "flows" and "exits": how callers fare in the automatic services, and where they leave them.

A session lasts from FlowBegan to FlowEnded and counts where it ends; one that the box itself ended was "cut off".
Sub-flows belong to the session of the flow that called them; the node says in which one it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from core.reports.elapsed import OF_RUNS, elapsed, over
from core.reports.report import Column, Report, Unit, Wanted, mean, seconds, share
from core.store.event import Event
from core.texts import N_, _

ENDS = ("hung up", "finished", "returned", "transferred", "failed")
CUT_OFF = "cut off"
KINDS = frozenset({"FlowBegan", "FlowEnded", "Transferred", "Conferenced", "CallCleared"}) | OF_RUNS


@dataclass(frozen=True, slots=True)
class Session:
    flow: str
    how: str
    node: str
    ended: int
    us: int


def sessions(events: Iterable[Event]) -> Iterator[Session]:
    """Those that end, in that order."""
    begun: dict[tuple[int, str], Event] = {}
    for event in events:
        kind, call = event.kind, event.call
        if kind == "FlowBegan":
            begun[call, event.data["flow"]] = event
        elif kind == "FlowEnded":
            data = event.data
            began = begun.pop((call, data["flow"]), event)
            us = elapsed(began, event)
            yield Session(data["flow"], data.get("how") or CUT_OFF, data.get("node") or "", event.time, us)
        elif kind == "CallCleared":
            for key in [key for key in begun if key[0] == call]:
                yield Session(key[1], CUT_OFF, "", event.time, elapsed(begun.pop(key), event))
        elif kind in ("Transferred", "Conferenced"):
            other = event.data.get("consultation") or 0
            for key in [key for key in begun if key[0] == other]:
                begun[call, key[1]] = begun.pop(key)
        elif (end := over(event)) is not None:
            for key, began in list(begun.items()):
                del begun[key]
                yield Session(key[1], CUT_OFF, "", max(end, began.time), max(0, end - began.time))


@dataclass(slots=True)
class FlowCount:
    """Of one flow and one slice. ends: by how they ended."""

    begin: int
    flow: str
    sessions: int = 0
    us: int = 0
    longest_us: int = 0
    ends: dict[str, int] = field(default_factory=dict)


def read(events: Iterable[Event], wanted: Wanted) -> list[FlowCount]:
    slices = wanted.slices()
    counts: dict[tuple[int, str], FlowCount] = {}
    for session in sessions(events):
        slice = slices.at(session.ended)
        if slice is None or not wanted.wants(session.flow):
            continue
        count = counts.setdefault((slice, session.flow), FlowCount(slices.edges[slice], session.flow))
        count.sessions += 1
        count.us += session.us
        count.longest_us = max(count.longest_us, session.us)
        count.ends[session.how] = count.ends.get(session.how, 0) + 1
    return [counts[key] for key in sorted(counts)]


def total(rows: list[FlowCount]) -> FlowCount:
    whole = FlowCount(rows[0].begin, "")
    for row in rows:
        whole.sessions += row.sessions
        whole.us += row.us
        whole.longest_us = max(whole.longest_us, row.longest_us)
        for how, count in row.ends.items():
            whole.ends[how] = whole.ends.get(how, 0) + count
    return whole


@dataclass(slots=True)
class ExitCount:
    """Of one node, and one way to end there. of: sessions of the flow."""

    flow: str
    node: str
    how: str
    of: int
    sessions: int = 0
    us: int = 0


def read_exits(events: Iterable[Event], wanted: Wanted) -> list[ExitCount]:
    """In each flow, where most ended stands first."""
    slices = wanted.slices()
    counts: dict[tuple[str, str, str], ExitCount] = {}
    whole: dict[str, int] = {}
    for session in sessions(events):
        if slices.at(session.ended) is None or not wanted.wants(session.flow):
            continue
        key = session.flow, session.node, session.how
        count = counts.setdefault(key, ExitCount(*key, of=0))
        count.sessions += 1
        count.us += session.us
        whole[session.flow] = whole.get(session.flow, 0) + 1
    for count in counts.values():
        count.of = whole[count.flow]
    return sorted(counts.values(), key=lambda count: (count.flow, -count.sessions, count.node, count.how))


TEXT, COUNT, SECONDS = Unit.TEXT, Unit.COUNT, Unit.SECONDS

FLOWS = Report(
    "flows",
    N_("Flows"),
    N_("Sessions of callers in each flow, how they ended, and how long they took."),
    "flow",
    (
        Column[FlowCount]("begin", N_("step"), Unit.MOMENT, N_("when the step begins"), lambda c: c.begin, True),
        Column("flow", N_("flow"), TEXT, N_("name of the flow"), lambda c: c.flow, True),
        Column("sessions", N_("sessions"), COUNT, N_("of callers, that ended"), lambda c: c.sessions, True),
        Column("mean", N_("mean"), SECONDS, N_("time / sessions"), lambda c: mean(c.us, c.sessions), True),
        Column("longest", N_("longest time"), SECONDS, N_("the longest of them"), lambda c: seconds(c.longest_us)),
        Column("time", N_("time"), SECONDS, N_("in all sessions, together"), lambda c: seconds(c.us)),
        Column("hung_up", N_("hung up"), COUNT, N_("the caller hung up"), lambda c: c.ends.get("hung up", 0), True),
        Column("finished", N_("finished"), COUNT, N_("the flow hung up"), lambda c: c.ends.get("finished", 0), True),
        Column(
            "transferred",
            N_("put through"),
            COUNT,
            N_("to a queue, a number, a mailbox"),
            lambda c: c.ends.get("transferred", 0),
            True,
        ),
        Column(
            "returned",
            N_("returned"),
            COUNT,
            N_("to the agent who had sent the caller there"),
            lambda c: c.ends.get("returned", 0),
        ),
        Column("failed", N_("failed"), COUNT, N_("by a fault of the flow"), lambda c: c.ends.get("failed", 0), True),
        Column("cut_off", N_("cut off"), COUNT, N_("the box went down"), lambda c: c.ends.get(CUT_OFF, 0)),
    ),
    KINDS,
    read,
    total,
    steps=True,
)

EXITS = Report(
    "exits",
    N_("Where flows end"),
    N_("At which node callers leave each flow, and how."),
    "flow",
    (
        Column[ExitCount]("flow", N_("flow"), TEXT, N_("name of the flow"), lambda c: c.flow, True),
        Column("node", N_("node"), TEXT, N_("the last one; of a sub-flow with its name"), lambda c: c.node, True),
        Column("how", N_("how"), TEXT, N_("how the session ended there"), lambda c: _(c.how), True),
        Column("sessions", N_("sessions"), COUNT, N_("that ended there so"), lambda c: c.sessions, True),
        Column(
            "share",
            N_("share"),
            Unit.SHARE,
            N_("sessions / all sessions of the flow"),
            lambda c: share(c.sessions, c.of),
            True,
        ),
        Column("mean", N_("mean"), SECONDS, N_("time until then / sessions"), lambda c: mean(c.us, c.sessions), True),
    ),
    KINDS,
    read_exits,
)
SAID = (N_("hung up"), N_("finished"), N_("returned"), N_("transferred"), N_("failed"), N_("cut off"))
"""The words of FlowEnded, for people."""
