"""The lives of calls, followed event by event: who is in a call, in which state, and what it spent its time with.

    events of the journal ──> Lives.see(event) ──> Life of each call ──> record (records.py), segments (segments.py)

A party is a device with a state; a call's *kind* at any moment follows from the states of its parties (`kind_now`).
Each event ends a segment and begins the next, so the segments of a call tile it from its first event to its last:

    |dialling|reaching|ringing    |talking            |held    |talking      |
    begin                          answer                                    end

Pure, and the same whether it follows the running exchange or reads an old journal. Events that do not fit (a journal
may be cut anywhere) are taken as they are: nothing here raises. Durations are of the monotonic clock, in µs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import msgspec

from core.store.event import Event


class State(Enum):
    """CSTA's connection states, and one of ours: REACHED, a trunk has been seized and nobody rings yet."""

    INITIATED = "initiated"
    REACHED = "reached"
    ALERTING = "alerting"
    CONNECTED = "connected"
    HOLDING = "held"


UNANSWERED = (State.REACHED, State.ALERTING)


class Segment(msgspec.Struct, frozen=True):
    """A piece of a call in which nothing changed. began: UTC in µs; at: µs after the call began; us: how long.

    parties: the devices in it, the caller first. detail: the queue, orbit, treatment, or the device that holds.
    """

    call: int
    kind: str
    began: int
    at: int
    us: int
    parties: tuple[str, ...]
    detail: str = ""


KINDS = {
    "dialling": "the number is not complete yet",
    "reaching": "the number is complete, nobody rings yet",
    "ringing": "somebody rings",
    "queued": "the caller waits in a queue",
    "parked": "the call waits in an orbit",
    "treated": "the caller hears what is no person: an announcement, a flow",
    "talking": "two parties are connected",
    "conference": "three parties or more are connected, or some with a conference",
    "held": "somebody is held, and nobody else talks",
    "failed": "the caller hears that his call failed",
    "clearing": "one party is still there, after the others have gone",
}
"""What a call can spend its time with."""

BEGINS = frozenset({"ServiceInitiated", "Originated", "TrunkSeized", "NetworkReached", "Delivered"})
"""A call begins with one of these; what else is said of an unknown call came after its end."""


class Transfer(msgspec.Struct, frozen=True):
    """by: who transferred; transferred: who was put through; to: to whom, or the orbit; how: attended, semi, blind,
    park.
    """

    by: str
    transferred: str
    to: str
    how: str
    consultation: int = 0


class Diversion(msgspec.Struct, frozen=True):
    """The call left a device that had not answered, or an orbit: forwarded, deflected, "picked up" …"""

    device: str
    to: str
    reason: str


class Ending(msgspec.Struct, frozen=True):
    """Why a call had fewer than two parties: who left, by whose doing, and why."""

    device: str
    by: str
    cause: int
    reason: str


@dataclass(slots=True)
class Life:
    """One call so far."""

    call: int
    run: int
    begin: int
    begin_clock: int
    parties: dict[str, State] = field(default_factory=dict)
    queue: str = ""
    orbit: str = ""
    treatments: dict[str, str] = field(default_factory=dict)
    bridges: set[str] = field(default_factory=set)
    failed: bool = False
    segments: list[Segment] = field(default_factory=list)
    # ---- facts for the record ----
    calling_device: str = ""
    caller_left: bool = False
    """He is no longer in it; should he come back, he is called like anybody else."""
    originated: dict[str, Any] = field(default_factory=dict)
    dialled: str = ""
    consults: int = 0
    into: int = 0
    first: str = ""
    last: str = ""
    answer: int = 0
    answer_clock: int = -1
    opened: int = 0
    inferred: bool = False
    charged: bool | None = None
    trunks: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Every trunk that was used: direction and group."""
    seized: dict[str, str] = field(default_factory=dict)
    """Those that still are, and their groups."""
    queues: list[str] = field(default_factory=list)
    services: list[str] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    diversions: list[Diversion] = field(default_factory=list)
    leaving: set[str] = field(default_factory=set)
    """Devices that are about to leave because they have passed the call on: their going ends nothing."""
    ending: Ending | None = None
    fail_cause: int = 0
    cause: int = 0
    reason: str = ""
    end: int = 0
    clock: int = 0
    """Of the last event."""

    @property
    def wall_us(self) -> int:
        """From the first event to the last."""
        return self.clock - self.begin_clock

    def kind_now(self) -> tuple[str, str]:
        """What the call spends its time with, and the detail of it (see Segment)."""
        by_state: dict[State, list[str]] = {}
        for device, state in self.parties.items():
            by_state.setdefault(state, []).append(device)
        connected = by_state.get(State.CONNECTED, [])
        heard = next((self.treatments[device] for device in self.parties if device in self.treatments), "")
        if len(connected) > 1:
            bridge = next((device for device in connected if device in self.bridges), "")
            return ("conference", bridge) if bridge or len(connected) > 2 else ("talking", "")
        if State.HOLDING in by_state:
            return "held", by_state[State.HOLDING][0]
        if State.ALERTING in by_state:
            return "ringing", ", ".join(by_state[State.ALERTING])
        if self.queue:
            return "queued", self.queue
        if self.orbit:
            return "parked", self.orbit
        if self.failed:
            return "failed", heard
        if State.REACHED in by_state:
            return "reaching", ""
        if State.INITIATED in by_state:
            return "dialling", ""
        if self.ending or not connected:
            return "clearing", heard
        return ("treated", heard) if heard else ("reaching", "")

    def advance(self, time: int, clock: int) -> None:
        """The piece since the last event is over: nothing has changed in it."""
        us = clock - self.clock
        if us <= 0:
            return
        kind, detail = self.kind_now()
        parties = tuple(self.parties)
        before = self.segments[-1] if self.segments else None
        if before and (before.kind, before.parties, before.detail) == (kind, parties, detail):
            self.segments[-1] = msgspec.structs.replace(before, us=before.us + us)
        else:
            self.segments.append(Segment(self.call, kind, time - us, self.wall_us, us, parties, detail))
        self.clock = clock


class Lives:
    """All calls that are open, and for each event what it does to them."""

    def __init__(self) -> None:
        self.open: dict[int, Life] = {}

    def see(self, event: Event) -> Life | None:
        """Follows one event. The life that it ended, or None."""
        call = event.call
        if not call:
            return None
        life = self.open.get(call)
        if life is None:
            if event.kind not in BEGINS:
                return None
            life = self.open[call] = Life(call, event.run, event.time, event.clock, clock=event.clock)
        life.advance(event.time, event.clock)
        if event.kind == "CallCleared":
            self._cleared(life, event)
            return self.open.pop(call)
        if (then := _THEN.get(event.kind)) is not None:
            then(self, life, event)
        return None

    def see_all(self, events: Iterable[Event]) -> Iterable[Life]:
        """The lives that end, in the order of their ends; then those still open, as far as they are known."""
        for event in events:
            if (ended := self.see(event)) is not None:
                yield ended
        yield from list(self.open.values())

    # ---- what each kind of event does ----

    def _initiated(self, life: Life, event: Event) -> None:
        self._join(life, event.device, State.INITIATED)
        life.calling_device = life.calling_device or event.device
        life.consults = event.data.get("consults") or life.consults

    def _digits(self, life: Life, event: Event) -> None:
        if not life.originated and event.device == life.calling_device:
            life.dialled += event.data["digits"]

    def _originated(self, life: Life, event: Event) -> None:
        self._join(life, event.device, State.CONNECTED)
        life.calling_device = life.calling_device or event.device
        life.originated = life.originated or event.data
        life.consults = event.data.get("consults") or life.consults

    def _routed(self, life: Life, event: Event) -> None:
        if event.data.get("target_kind") == "conference":
            life.bridges.add(event.data.get("target") or "")
        life.failed, life.ending = False, None

    def _trunk_seized(self, life: Life, event: Event) -> None:
        direction = event.data.get("direction") or ""
        group = life.seized[event.device] = event.data.get("group") or ""
        life.trunks[event.device] = direction, group
        if direction == "out":
            self._join(life, event.device, State.REACHED)
            self._called(life, event.device)
        elif not life.parties:
            self._initiated(life, event)

    def _trunk_released(self, life: Life, event: Event) -> None:
        life.seized.pop(event.device, None)

    def _reached(self, life: Life, event: Event) -> None:
        self._join(life, event.device, State.REACHED)
        life.trunks.setdefault(event.device, ("out", event.data.get("group") or ""))
        self._called(life, event.device)

    def _delivered(self, life: Life, event: Event) -> None:
        self._join(life, event.device, State.ALERTING)
        self._called(life, event.device)

    def _established(self, life: Life, event: Event) -> None:
        if event.device == life.orbit:
            return  # the place where it is parked, which is nobody
        self._join(life, event.device, State.CONNECTED)
        if self._calls(life, event.device):
            life.opened = life.opened or event.time
            return
        self._called(life, event.device)
        life.last, life.orbit = event.device, ""
        if life.answer_clock < 0:
            life.answer, life.answer_clock = event.time, event.clock
            life.inferred = bool(event.data.get("inferred"))
            life.charged = event.data.get("charged")

    def _failed(self, life: Life, event: Event) -> None:
        life.failed = True
        life.fail_cause = event.data.get("cause") or life.fail_cause
        if not self._calls(life, event.device):
            life.parties.pop(event.device, None)
            self._called(life, event.device)

    def _held(self, life: Life, event: Event) -> None:
        self._join(life, event.device, State.HOLDING)

    def _retrieved(self, life: Life, event: Event) -> None:
        self._join(life, event.device, State.CONNECTED)

    def _connection_cleared(self, life: Life, event: Event) -> None:
        state = self._leave(life, event.device)
        if event.device in life.leaving:
            life.leaving.discard(event.device)
            return
        if state is None or len(life.parties) > 1 or life.ending is not None:
            return
        data = event.data
        by, cause, reason = data.get("by") or "near", data.get("cause") or 0, data.get("reason") or ""
        if state in UNANSWERED and by not in ("far", "line") and life.parties:
            return  # we gave up ringing him: the caller is still there, and something else may follow
        life.ending = Ending(event.device, by, cause, reason)

    def _transferred(self, life: Life, event: Event) -> None:
        data = event.data
        consultation = data.get("consultation") or 0
        told = [data.get(name) or "" for name in ("transferred", "to", "how")]
        life.transfers.append(Transfer(event.device, told[0], told[1], told[2], consultation))
        life.leaving.add(event.device)
        # He may have held the call to the last: those that go on are not held by him any more.
        self._leave(life, event.device)
        self._merge(life, event, consultation)

    def _conferenced(self, life: Life, event: Event) -> None:
        members = event.data.get("members") or ()
        self._merge(life, event, event.data.get("consultation") or 0)
        if event.device in members:
            # Whoever held one call to speak in the other now speaks in both.
            for device, state in life.parties.items():
                if state is State.HOLDING:
                    life.parties[device] = State.CONNECTED
        else:
            life.bridges.add(event.device)

    def _merge(self, life: Life, event: Event, consultation: int) -> None:
        """The parties of the consultation, without whoever consulted, are in this call now."""
        other = self.open.get(consultation)
        if other is None or other is life:
            return
        other.advance(event.time, event.clock)
        for device, state in other.parties.items():
            if device != event.device:
                self._join(life, device, state)
                self._called(life, device)
                if state is State.CONNECTED:
                    life.last = device
        for device, heard in other.treatments.items():
            if device in life.parties:
                life.treatments[device] = heard
        # An outside party reached by the consultation goes on in this call, by its trunk.
        for trunk, use in other.trunks.items():
            life.trunks.setdefault(trunk, use)
        life.seized.update(other.seized)
        other.seized = {}
        other.leaving.update(other.parties)

    def _diverted(self, life: Life, event: Event) -> None:
        life.diversions.append(Diversion(event.device, event.data["to"], event.data.get("reason") or ""))
        self._called(life, event.device)
        if event.device in life.parties and not self._calls(life, event.device):
            life.leaving.add(event.device)
        life.failed = False

    def _picked_up(self, life: Life, event: Event) -> None:
        rang = event.data["rang"]
        life.diversions.append(Diversion(rang, event.device, "picked up"))
        if rang == life.orbit:
            life.orbit = ""
        else:
            life.leaving.add(rang)
        self._join(life, event.device, State.ALERTING)

    def _queued(self, life: Life, event: Event) -> None:
        life.queue = event.data["queue"]
        life.queues.append(life.queue)
        life.failed, life.ending = False, None

    def _dequeued(self, life: Life, event: Event) -> None:
        life.queue = ""

    def _parked(self, life: Life, event: Event) -> None:
        life.orbit = event.data["orbit"]
        life.leaving.add(event.device)
        self._leave(life, event.device)
        waits = next(iter(life.parties), "")
        life.transfers.append(Transfer(event.device, waits, life.orbit, "park"))

    def _service_used(self, life: Life, event: Event) -> None:
        life.services.append(event.data.get("service") or "")

    def _treatment_began(self, life: Life, event: Event) -> None:
        life.treatments[event.device] = event.data["name"]

    def _treatment_ended(self, life: Life, event: Event) -> None:
        life.treatments.pop(event.device, None)

    def _cleared(self, life: Life, event: Event) -> None:
        data = event.data
        life.end = event.time
        life.into = data.get("into") or 0
        ending = life.ending
        # Whoever heard busy tone hung up normally; what counts is why he heard it.
        failed = life.fail_cause if life.failed else 0
        life.cause = failed or data.get("cause") or (ending.cause if ending else 0)
        life.reason = data.get("reason") or (ending.reason if ending else "")

    def _calls(self, life: Life, device: str) -> bool:
        """This is the calling party."""
        return device == life.calling_device and not life.caller_left

    def _leave(self, life: Life, device: str) -> State | None:
        """The device is out of the call. The state in which it was."""
        life.caller_left = life.caller_left or device == life.calling_device
        life.treatments.pop(device, None)
        return life.parties.pop(device, None)

    def _join(self, life: Life, device: str, state: State) -> None:
        life.parties[device] = state
        if state is not State.INITIATED and not self._calls(life, device):
            life.failed = False
        if len(life.parties) > 1:
            life.ending = None

    def _called(self, life: Life, device: str) -> None:
        """The first device that was tried, and until somebody answers also the last."""
        if not self._calls(life, device):
            life.first = life.first or device
            if life.answer_clock < 0:
                life.last = device


_THEN: dict[str, Callable[[Lives, Life, Event], None]] = {
    "ServiceInitiated": Lives._initiated,
    "DigitsDialled": Lives._digits,
    "Originated": Lives._originated,
    "Routed": Lives._routed,
    "TrunkSeized": Lives._trunk_seized,
    "TrunkReleased": Lives._trunk_released,
    "NetworkReached": Lives._reached,
    "Delivered": Lives._delivered,
    "Established": Lives._established,
    "Failed": Lives._failed,
    "Held": Lives._held,
    "Retrieved": Lives._retrieved,
    "ConnectionCleared": Lives._connection_cleared,
    "Transferred": Lives._transferred,
    "Conferenced": Lives._conferenced,
    "Diverted": Lives._diverted,
    "PickedUp": Lives._picked_up,
    "Queued": Lives._queued,
    "Dequeued": Lives._dequeued,
    "Parked": Lives._parked,
    "ServiceUsed": Lives._service_used,
    "TreatmentBegan": Lives._treatment_began,
    "TreatmentEnded": Lives._treatment_ended,
}
