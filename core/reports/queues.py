"""Report "queues": what came into each queue, how it left, how long it took; by interval, day, month or as a whole.

Each thing counts in the step in which it happens: a call that comes at 9:59 and is answered at 10:01 is offered in the
one and answered in the other, and waits between them (`waiting`). So for every step

    waiting before + offered = answered + abandoned + turned away + overflowed + message + call back + left + waiting

and steps add up to days, days to months. Who is called back is in none of these a second time. Talks count with all
their length where they end, so means are of whole talks. What is "in time" and "short" is asked of the configuration as
it is now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from core.acd.service_level import DEFINITIONS, service_level
from core.config.model.queues import QueueSettings
from core.reports import states, stays, talks
from core.reports.report import Column, Report, Unit, Wanted, mean, seconds
from core.reports.states import States, Stretch
from core.reports.stays import CALLED_BACK, Stay, Stays, Way
from core.reports.talks import Talk, Talks
from core.store.event import Event
from core.texts import N_

DEFAULT = QueueSettings(name="-")
"""Of a queue that is in the configuration no more."""
WORK = "working after call"
MISSED = frozenset({"no answer", "reject", "unreachable"})


@dataclass(slots=True)
class QueueCount:
    """Of one queue and one slice. definition: of its service level, 0: of several queues that have different ones."""

    begin: int
    queue: str
    definition: int
    offered: int = 0
    answered: int = 0
    answered_in_time: int = 0
    abandoned: int = 0
    abandoned_in_time: int = 0
    short: int = 0
    turned_away: int = 0
    overflowed: int = 0
    message: int = 0
    call_back: int = 0
    called_back: int = 0
    not_reached: int = 0
    left: int = 0
    waiting: int = 0
    missed: int = 0
    talks: int = 0
    transferred: int = 0
    wait_us: int = 0
    longest_us: int = 0
    talk_us: int = 0
    hold_us: int = 0
    work_us: int = 0

    @property
    def level(self) -> float | None:
        return service_level(self.definition, self) if self.definition else None

    @property
    def empty(self) -> bool:
        return not any(getattr(self, name) for name in COUNTED)

    def add(self, other: QueueCount) -> None:
        for name in COUNTED:
            if name != "longest_us":
                setattr(self, name, getattr(self, name) + getattr(other, name))
        self.longest_us = max(self.longest_us, other.longest_us)


COUNTED = [field.name for field in fields(QueueCount)][3:]


class Counting:
    """Follows the events of a period. After the last of them: close(), then rows()."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self._slices = wanted.slices()
        self._settings = {queue.name: queue for queue in wanted.box.queue}
        self._counts: dict[tuple[int, str], QueueCount] = {}
        self._stays = Stays()
        self._talks = Talks()
        self._states = States()
        self._offered_in: dict[tuple[int, str], str] = {}  # call and agent: the queue that has him rung
        self._last: dict[str, str] = {}  # by agent: the queue of the talk that ended last
        self._works_on: dict[str, str] = {}

    def see(self, event: Event) -> None:
        kind = event.kind
        if kind == "CallBackEnded":
            reached = event.data.get("result") == "reached"
            self._at(event.time, event.data["queue"], "called_back" if reached else "not_reached")
            return
        if kind in ("Queued", "TurnedAway") and event.data.get("how") != CALLED_BACK:
            self._at(event.time, event.data["queue"], "offered")
        elif kind == "OfferWithdrawn":
            self._withdrawn(event)
            return
        for stay in self._stays.see(event):
            self._left(stay)
        for talk in self._talks.see(event):
            self._talked(talk)
        for stretch in self._states.see(event):
            self._worked(stretch)
        if kind == "AgentState" and event.data.get("state") == WORK:
            self._works_on.setdefault(event.data["agent"], self._last.get(event.data["agent"], ""))

    def close(self) -> None:
        """What is not over waits on."""
        for stay in self._stays.open.values():
            if not stay.back:
                self._waits(stay, self.wanted.until)

    def rows(self) -> list[QueueCount]:
        found = [count for count in self._counts.values() if not count.empty and self.wanted.wants(count.queue)]
        return sorted(found, key=lambda count: (count.begin, count.queue))

    # ---- what counts where ----

    def _count(self, time: int, queue: str) -> QueueCount | None:
        slice = self._slices.at(time)
        return None if slice is None else self._in(slice, queue)

    def _in(self, slice: int, queue: str) -> QueueCount:
        key = slice, queue
        count = self._counts.get(key)
        if count is None:
            definition = self._of(queue).service_level
            count = self._counts[key] = QueueCount(self._slices.edges[slice], queue, definition)
        return count

    def _of(self, queue: str) -> QueueSettings:
        return self._settings.get(queue, DEFAULT)

    def _at(self, time: int, queue: str, name: str) -> None:
        count = self._count(time, queue)
        if count is not None:
            setattr(count, name, getattr(count, name) + 1)

    def _left(self, stay: Stay) -> None:
        if stay.back:
            return
        self._waits(stay, stay.ended)
        count = self._count(stay.ended, stay.queue)
        if count is None:
            return
        settings = self._of(stay.queue)
        in_time = stay.waited_us <= settings.service_level_s * 1_000_000
        if stay.way is Way.ANSWERED:
            count.answered += 1
            count.answered_in_time += in_time
            count.wait_us += stay.waited_us
            count.longest_us = max(count.longest_us, stay.waited_us)
        elif stay.way is Way.ABANDONED:
            count.abandoned += 1
            count.abandoned_in_time += in_time
            count.short += stay.waited_us <= settings.short_abandon_s * 1_000_000
            count.longest_us = max(count.longest_us, stay.waited_us)
        else:
            name = ELSEWHERE[stay.way]
            setattr(count, name, getattr(count, name) + 1)

    def _waits(self, stay: Stay, until: int) -> None:
        """In every slice at whose end it is still there."""
        slices = self._slices
        first = slices.at(max(stay.came.time, slices.since))
        while first is not None and first < len(slices) and slices.end(first) <= until:
            self._in(first, stay.queue).waiting += 1
            first += 1

    def _talked(self, talk: Talk) -> None:
        self._last[talk.agent] = talk.queue
        count = self._count(talk.ended, talk.queue) if talk.queue else None
        if count is not None:
            count.talks += 1
            count.transferred += talk.transferred
            count.talk_us += talk.talk_us
            count.hold_us += talk.hold_us

    def _worked(self, stretch: Stretch) -> None:
        if stretch.state != WORK:
            return
        queue = self._works_on.pop(stretch.agent, "")
        count = self._count(stretch.began.time + stretch.us, queue) if queue else None
        if count is not None:
            count.work_us += stretch.us

    def _withdrawn(self, event: Event) -> None:
        if event.data.get("reason") not in MISSED:
            return
        stay = self._stays.open.get(event.call)
        # A call-back has no call that waits: its event names the queue.
        queue = event.data.get("queue") or (stay.queue if stay is not None else "")
        if queue:
            self._at(event.time, queue, "missed")


ELSEWHERE = {
    Way.TURNED_AWAY: "turned_away",
    Way.MESSAGE: "message",
    Way.CALL_BACK: "call_back",
    Way.OVERFLOWED: "overflowed",
    Way.LEFT: "left",
}


def read(events: Iterable[Event], wanted: Wanted) -> list[QueueCount]:
    counting = Counting(wanted)
    for event in events:
        counting.see(event)
    counting.close()
    return counting.rows()


def total(rows: list[QueueCount]) -> QueueCount:
    """waiting: at the end of the period."""
    definitions = {row.definition for row in rows}
    whole = QueueCount(rows[0].begin, "", definitions.pop() if len(definitions) == 1 else 0)
    for row in rows:
        whole.add(row)
    last = max(row.begin for row in rows)
    whole.waiting = sum(row.waiting for row in rows if row.begin == last)
    return whole


LEVELS = (N_("SL 1"), N_("SL 2"), N_("SL 3"), N_("SL 4"), N_("SL 5"), N_("SL 6"))
COUNT, SECONDS, SHARE = Unit.COUNT, Unit.SECONDS, Unit.SHARE

COLUMNS: tuple[Column[QueueCount], ...] = (
    Column("begin", N_("step"), Unit.MOMENT, N_("when the step begins"), lambda c: c.begin, True),
    Column("queue", N_("queue"), Unit.TEXT, N_("name of the queue"), lambda c: c.queue, True),
    Column("offered", N_("offered"), COUNT, N_("calls that came in, from wherever"), lambda c: c.offered, True),
    Column("answered", N_("answered"), COUNT, N_("of these, served by an agent"), lambda c: c.answered, True),
    Column(
        "abandoned",
        N_("abandoned"),
        COUNT,
        N_("calls whose caller hung up, or was cut off, while waiting"),
        lambda c: c.abandoned,
        True,
    ),
    Column(
        "short",
        N_("short"),
        COUNT,
        N_("of the abandoned, those who waited no longer than short_abandon_s of the queue"),
        lambda c: c.short,
    ),
    Column(
        "turned_away",
        N_("turned away"),
        COUNT,
        N_("calls that did not get in: the queue was full, or had no agents"),
        lambda c: c.turned_away,
    ),
    Column(
        "overflowed",
        N_("overflowed"),
        COUNT,
        N_("calls that the queue sent elsewhere, mailboxes not counted: a step of its recipe, its limit"),
        lambda c: c.overflowed,
    ),
    Column("message", N_("message"), COUNT, N_("calls that went to a mailbox"), lambda c: c.message),
    Column(
        "call_back", N_("call-back"), COUNT, N_("calls whose caller chose to be called back"), lambda c: c.call_back
    ),
    Column(
        "called_back",
        N_("called back"),
        COUNT,
        N_("callers who were called back and reached, whenever they had called"),
        lambda c: c.called_back,
    ),
    Column(
        "not_reached",
        N_("not reached"),
        COUNT,
        N_("call-backs that ended otherwise: tried often enough, cancelled, or the caller had rung again"),
        lambda c: c.not_reached,
    ),
    Column("left", N_("left"), COUNT, N_("calls that somebody else took out of the queue"), lambda c: c.left),
    Column("waiting", N_("waiting"), COUNT, N_("calls that wait when the step ends"), lambda c: c.waiting),
    Column(
        "level",
        N_("SL"),
        SHARE,
        N_("service level by the queue's own definition, one of the six"),
        lambda c: c.level,
        True,
    ),
    *(
        Column(
            f"level{number}",
            LEVELS[number - 1],
            SHARE,
            definition.formula,
            lambda c, number=number: service_level(number, c),  # type: ignore[misc]
        )
        for number, definition in DEFINITIONS.items()
    ),
    Column(
        "asa", N_("ASA"), SECONDS, N_("wait of the answered / answered"), lambda c: mean(c.wait_us, c.answered), True
    ),
    Column(
        "aht",
        N_("AHT"),
        SECONDS,
        N_("(talk + hold + after-call work) / talks"),
        lambda c: mean(c.talk_us + c.hold_us + c.work_us, c.talks),
        True,
    ),
    Column(
        "longest",
        N_("longest"),
        SECONDS,
        N_("longest wait of the answered and the abandoned"),
        lambda c: seconds(c.longest_us),
        True,
    ),
    Column("wait", N_("wait"), SECONDS, N_("wait of the answered, together"), lambda c: seconds(c.wait_us)),
    Column("talks", N_("talks"), COUNT, N_("talks of agents with its callers that ended"), lambda c: c.talks),
    Column("talk", N_("talk"), SECONDS, N_("talking in these talks, together"), lambda c: seconds(c.talk_us)),
    Column("hold", N_("hold"), SECONDS, N_("in these talks, the agent held the caller"), lambda c: seconds(c.hold_us)),
    Column(
        "work",
        N_("after-call"),
        SECONDS,
        N_("after-call work that ended and followed a talk of this queue"),
        lambda c: seconds(c.work_us),
    ),
    Column(
        "transferred",
        N_("transferred"),
        COUNT,
        N_("of the talks, those that the agent ended by a transfer"),
        lambda c: c.transferred,
    ),
    Column(
        "missed",
        N_("missed"),
        COUNT,
        N_("times that an agent did not answer, refused or could not be rung"),
        lambda c: c.missed,
    ),
)

REPORT = Report(
    "queues",
    N_("Queues"),
    N_("What came into each queue, how it left, and how long that took."),
    "queue",
    COLUMNS,
    stays.KINDS | talks.KINDS | states.KINDS | {"OfferWithdrawn", "CallBackEnded"},
    read,
    total,
    steps=True,
)
