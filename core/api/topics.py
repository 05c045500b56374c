"""Topics: what clients can watch. A snapshot, then numbered changes; whoever is slow gets the whole again.

    core        changed("lines", "e1a/3", view)         costs a look into a dict while nobody watches
    topic       lines ──> Subscription of client 1      pending {"e1a/3": view, "e1a/7": None}     (None: it is gone)
                     └──> Subscription of client 2      ...
    client      <- snapshot, number 0      <- changed, number 1      <- changed, number 2 ...

A subscription keeps, for each key, only the last view that its client has not read: a hundred changes of one line are
one row. When more keys are waiting than PENDING_MAX, they are forgotten and the client gets a snapshot instead. So
nothing grows, and nobody waits for a client. A *flow* (the journal) has no rows and no snapshot but events, each of
which counts; what a slow client of a flow misses is dropped, and its next number jumps: he sees the gap and subscribes
again.

A change is looked at by those whom it may concern: all who watch everything, and of the agents, who see what concerns
their own telephones, those of the row's devices and those who have the row. So 500 agents cost a change no more than
two. A row is made into JSON once, whoever gets it.

What it does: who watches what, and what each has to be sent next. Pure. What it does not: send (connection.py), or know
what a line is (whoever owns a topic gives its snapshot).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import msgspec

from core.api.encoding import encode
from core.api.errors import Code, Refusal
from core.api.roles import READERS, Role
from core.texts import _
from hw.errors import LocalError

PENDING_MAX = 2000
"""Rows or events that wait for one client: some 300 kB. A board of 1000 lines never reaches it."""

AT_ONCE = 500
"""Events of a flow in one message."""

Filter = dict[str, bool | int | str | list[str]]
Rows = Iterable[tuple[str, msgspec.Struct]]


class Snapshot(msgspec.Struct, frozen=True):
    """All rows of a topic as they are at `number`. What the client had of it before is void."""

    subscription: int
    number: int
    rows: dict[str, Any]


class Changed(msgspec.Struct, frozen=True):
    """Rows that changed since the number before; null: the row is gone."""

    subscription: int
    number: int
    rows: dict[str, Any]


class Events(msgspec.Struct, frozen=True):
    """What happened since the number before, oldest first. A number that jumps: something between was lost."""

    subscription: int
    number: int
    events: list[Any]


@dataclass(frozen=True)
class Topic:
    """name, what it shows in one sentence, of what its rows are, and who may watch it.

    snapshot: the rows as they are now. flow: events instead of rows, without a snapshot. matches: whether a row or
    event belongs to a client's filter; filters: what may stand there, with one sentence each. devices: whom a row
    concerns; an agent gets only the rows of his own telephones, and nothing of a topic without it, unless it is
    public: then its rows concern everybody who may watch it.
    """

    name: str
    text: str
    row: type[msgspec.Struct]
    snapshot: Callable[[], Rows] = tuple
    roles: frozenset[Role] = READERS
    flow: bool = False
    filters: dict[str, str] = field(default_factory=dict)
    matches: Callable[[msgspec.Struct, Filter], bool] = lambda row, wanted: True
    devices: Callable[[str, msgspec.Struct], Iterable[str]] | None = None
    public: bool = False


class Row:
    """A view that was told, and its JSON once somebody is to be sent it."""

    __slots__ = ("_raw", "view")

    def __init__(self, view: msgspec.Struct) -> None:
        self.view = view
        self._raw: msgspec.Raw | None = None

    @property
    def raw(self) -> msgspec.Raw:
        raw = self._raw
        if raw is None:
            raw = self._raw = msgspec.Raw(encode(self.view))
        return raw


class Subscription:
    """Of one client to one topic. `woke` is called when there is something to be sent after nothing was."""

    def __init__(self, number: int, topic: Topic, wanted: Filter, stations: frozenset[str] | None) -> None:
        self.id = number
        self.topic = topic
        self.woke: Callable[[], None] = lambda: None
        self.snapped: Callable[[], None] = lambda: None
        """Called when `known` was made anew."""
        self._wanted = wanted
        self._number = 0 if topic.flow else -1
        self._stale = not topic.flow
        self.stations = stations
        self._rows: dict[str, Row | None] = {}
        self.known: set[str] = set()
        """Keys of the rows that the client has."""
        self._events: deque[Row] = deque()

    def begin(self) -> Snapshot:
        """The answer to the client's wish."""
        taken = self.take()
        return taken if isinstance(taken, Snapshot) else Snapshot(self.id, 0, {})

    @property
    def waiting(self) -> bool:
        return self._stale or bool(self._rows) or bool(self._events)

    def change(self, key: str, row: Row | None) -> None:
        """Of the topic's owner; some µs, never more."""
        if self._stale:
            return
        before = self.waiting
        concerns = row is not None and self._concerns(key, row.view)
        if self.topic.flow:
            if row is not None and concerns:
                self._add(row)
        elif concerns or key in self.known:
            self._rows[key] = row if concerns else None
            if len(self._rows) > PENDING_MAX:
                self._stale = True
                self._rows.clear()
        else:  # came and went, or is none of his
            self._rows.pop(key, None)
        if not before and self.waiting:
            self.woke()

    def take(self) -> Snapshot | Changed | Events | None:
        """What the client is to be sent next; None: he knows it all."""
        if self._stale:
            self._stale = False
            self._number += 1
            rows = {key: Row(view).raw for key, view in self.topic.snapshot() if self._concerns(key, view)}
            self.known = set(rows)
            self.snapped()
            return Snapshot(self.id, self._number, rows)
        if self._rows:
            self._number += 1
            changed, self._rows = self._rows, {}
            for key, row in changed.items():
                (self.known.discard if row is None else self.known.add)(key)
            return Changed(self.id, self._number, {key: row and row.raw for key, row in changed.items()})
        if self._events:
            self._number += 1
            events = [self._events.popleft().raw for _ in range(min(AT_ONCE, len(self._events)))]
            return Events(self.id, self._number, events)
        return None

    def _add(self, event: Row) -> None:
        if len(self._events) >= PENDING_MAX:
            self._events.clear()
            self._number += 1  # the client sees that something is missing
        self._events.append(event)

    def _concerns(self, key: str, row: msgspec.Struct) -> bool:
        if self.stations is not None and (
            self.topic.devices is None or self.stations.isdisjoint(self.topic.devices(key, row))
        ):
            return False
        return self.topic.matches(row, self._wanted)


class Watchers:
    """Of one topic. everybody: who sees all rows. by_station, by_key: of the others, who is concerned by a device, and
    who may have a row.
    """

    def __init__(self, topic: Topic) -> None:
        self.topic = topic
        self.everybody: list[Subscription] = []
        self.by_station: dict[str, list[Subscription]] = {}
        self.by_key: dict[str, set[Subscription]] = {}

    def __bool__(self) -> bool:
        return bool(self.everybody) or bool(self.by_station)

    def add(self, one: Subscription) -> None:
        if one.stations is None:
            self.everybody.append(one)
            return
        for station in one.stations:
            self.by_station.setdefault(station, []).append(one)
        one.snapped = lambda: self._knows(one)

    def remove(self, one: Subscription) -> None:
        """Twice is nothing."""
        if one in self.everybody:
            self.everybody.remove(one)
        for station in one.stations or ():
            there = self.by_station.get(station, [])
            if one in there:
                there.remove(one)
            if not there:
                self.by_station.pop(station, None)
        for key in [key for key, ones in self.by_key.items() if one in ones]:
            self._forgets(key, one)

    def change(self, key: str, view: msgspec.Struct | None) -> None:
        row = None if view is None else Row(view)
        for one in self.everybody:
            one.change(key, row)
        if not self.by_station or self.topic.devices is None:
            return
        concerned = set(self.by_key.get(key, ()))
        if view is not None:
            for device in self.topic.devices(key, view):
                concerned.update(self.by_station.get(device, ()))
        for one in concerned:
            one.change(key, row)
            if view is None:
                self._forgets(key, one)
            elif not self.topic.flow:
                self.by_key.setdefault(key, set()).add(one)

    def _knows(self, one: Subscription) -> None:
        for key in one.known:
            self.by_key.setdefault(key, set()).add(one)

    def _forgets(self, key: str, one: Subscription) -> None:
        ones = self.by_key.get(key, set())
        ones.discard(one)
        if not ones:
            self.by_key.pop(key, None)


class Topics:
    """All topics, and who watches them."""

    def __init__(self) -> None:
        self.topics: dict[str, Topic] = {}
        self.noticed: Callable[[], None] = lambda: None
        """Called when a topic has its first watcher, or no more."""
        self._watchers: dict[str, Watchers] = {}
        self._numbers = count(1)

    def add(self, topic: Topic) -> None:
        """LocalError: there is one of that name."""
        if topic.name in self.topics:
            raise LocalError(f"topic {topic.name!r} is there already")
        self.topics[topic.name] = topic

    def watched(self, topic: str) -> bool:
        """For owners whose views cost something."""
        return topic in self._watchers

    def changed(self, topic: str, key: str, view: msgspec.Struct | None) -> None:
        """A row is so from now on; None: it is gone. An event of a flow: any key."""
        watchers = self._watchers.get(topic)
        if watchers is not None:
            watchers.change(key, view)

    def subscribe(self, topic: str, wanted: Filter, stations: frozenset[str] | None) -> Subscription:
        """stations: only what concerns these; None: all. Refusal: no such topic or filter."""
        known = self.topics.get(topic)
        if known is None:
            raise Refusal(
                Code.UNKNOWN,
                _("no such topic: {topic}").format(topic=topic),
                remedy=_("there are: {names}").format(names=", ".join(self.topics)),
            )
        if strange := set(wanted) - set(known.filters):
            raise Refusal(
                Code.INVALID_PARAMS,
                _("topic {topic} has no filter {filter}").format(topic=topic, filter=", ".join(sorted(strange))),
                remedy=_("there are: {names}").format(names=", ".join(known.filters) or "-"),
            )
        subscription = Subscription(next(self._numbers), known, wanted, None if known.public else stations)
        self._watchers.setdefault(topic, Watchers(known)).add(subscription)
        self.noticed()
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Twice is nothing."""
        watchers = self._watchers.get(subscription.topic.name)
        if watchers is None:
            return
        watchers.remove(subscription)
        if not watchers:
            self._watchers.pop(subscription.topic.name, None)
            self.noticed()
