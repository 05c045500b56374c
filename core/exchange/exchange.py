"""The owner of all devices and calls of a box.

    async with trio.open_nursery() as nursery:
        exchange = Exchange(box, lines, plane, journal, plan, timers)
        await nursery.start(exchange.run)

    a telephone is lifted ─┐                ┌─ dialling.py ─> routing.py ─> destinations/
    the network calls     ─┴─> begin() ─────┘  in the call's own nursery; what fails there costs that call alone

What it does: makes devices of lines, calls of seizures, and keeps the one list of each. What people may order stands
in acts.py; what others may see, in views.py. What it does not: own the plane, the journal, the lines: they are given.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import trio

from core.config.model.box import Box
from core.config.model.groups import HuntGroup
from core.exchange import dialling, features, views
from core.exchange.attendant import Attendant
from core.exchange.call import Call, Routine
from core.exchange.destinations import to_conference, to_hunt_group, to_station, to_trunk
from core.exchange.device import Device, DeviceKind
from core.exchange.flash import Flash
from core.exchange.kept import Kept
from core.exchange.leg import Leg, State
from core.exchange.lockout import Lockout
from core.exchange.outside import OutsideLine
from core.exchange.refusal import Refused
from core.exchange.routing import Router
from core.exchange.services import parking, waking
from core.exchange.services.ringing_back import RingBacks
from core.exchange.sounds import Sounds
from core.exchange.station import Station
from core.exchange.toll_kept import KeptToll
from core.exchange.transfer import join
from core.exchange.trunk import Trunk
from core.exchange.trunk_groups import TrunkGroups
from core.numbering.target import Facts, TargetKind
from core.store.journal import Journal
from hw import wall_clock
from hw.plane import Plane
from hw.signalling import line as l
from hw.signalling.q850 import Cause
from hw.timers import Timers

if TYPE_CHECKING:
    from core.numbering.plan import NumberingPlan

log = logging.getLogger(__name__)

RECALL_S = 60.0  # a held call whose telephone was hung up rings it for so long

FREEING_S = (
    6.0  # a circuit whose call was ended for an emergency call is free again by then (Q.931 T305, T308: 4 s each)
)

Changed = Callable[[str, str, Any], None]
CallBack = Callable[[Call, str, str, float], None]
"""Call, queue (name or number), number as its caller knows it, not before (UTC seconds; 0: soon). Refused: no."""


class Exchange:
    """`changed(topic, key, view or None)` is called for every row that changed, when somebody has set it.

    Raises nothing for what lines, people or far ends do.
    """

    def __init__(
        self,
        box: Box,
        plan: NumberingPlan,
        lines: Iterable[l.Line],
        plane: Plane,
        journal: Journal,
        timers: Timers,
        sounds: Sounds | None = None,
    ) -> None:
        self.box = box
        self.plan = plan
        self.plane = plane
        self.journal = journal
        self.timers = timers
        self.sounds = sounds or Sounds(box)
        self.kept = Kept(journal.state, box)
        self.toll = KeptToll(journal.state, self.clock, self.utc)
        self.ring_backs = RingBacks(self)
        self.lockout = Lockout()
        self.parked: dict[str, Leg] = {}
        """By parking place."""
        self.router = Router(self)
        self.flash = Flash(self)
        self.stations: dict[str, Station] = {}
        self.trunks: dict[str, Trunk] = {}
        self.groups = TrunkGroups(box, self.trunks)
        self.hunt_groups: dict[str, HuntGroup] = {group.number: group for group in box.hunt_group}
        self.rooms: dict[str, to_conference.Room] = {}
        """Conferences that are on."""
        self.hunted: dict[str, str] = {}
        """By hunt group: whom the last call went to."""
        self.calls: dict[int, Call] = {}
        self.changed: Changed | None = None
        self.attendants: list[Attendant] = []
        self.codes = dict(features.CODES)
        """What feature codes do, by the field of [features]; rooms that attend the calls add theirs."""
        self.call_back: CallBack | None = None
        """Takes the wish of a caller to be called back by a queue; None: there are no queues."""
        self.faulted: Callable[[int, Exception], None] | None = None
        """Is told of a call that failed by our own fault, beside the log."""
        self.closing = False
        self._nursery: trio.Nursery | None = None
        self._emptied = trio.Event()
        self._trunk_freed = trio.Event()
        for line in lines:
            self.attach(line)
        for outside in box.outside_telephone:
            self.attach(OutsideLine(self, outside.number))
        self.router.destinations |= {
            TargetKind.STATION: to_station.take,
            TargetKind.HUNT_GROUP: to_hunt_group.take,
            TargetKind.TRUNK: to_trunk.take,
            TargetKind.EMERGENCY: to_trunk.take,
            TargetKind.FEATURE: features.take,
            TargetKind.PARK_ORBIT: parking.fetch,
            TargetKind.CONFERENCE: to_conference.take,
        }

    # ---- life ----

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled; calls live in its nursery."""
        async with trio.open_nursery() as self._nursery:
            for station in self.stations.values():
                waking.arm(self, station)
            self.ring_backs.again()
            task_status.started()
            await trio.sleep_forever()

    async def close(self, within_s: float) -> None:
        """No new calls from now on; the running ones may end by themselves for so long, then they are ended."""
        self.closing = True
        with trio.move_on_after(within_s):
            while self.calls:
                self._emptied = trio.Event()
                await self._emptied.wait()
        for call in list(self.calls.values()):
            call.end(Cause.TEMPORARY_FAILURE, "closing")

    def clock(self) -> float:
        """Seconds on trio's clock."""
        return trio.current_time()

    def utc(self) -> datetime:
        return wall_clock.utc()

    # ---- devices ----

    def attach(self, line: l.Line) -> None:
        """A line becomes a device. One that the configuration does not name takes no calls."""
        if line.kind is l.LineKind.STATION:
            settings = self.box.stations.get(line.name)
            if settings is not None:
                self.stations[line.name] = Station(self, line, settings)
                if self.kept.station(line.name).message_waiting:
                    line.message_waiting(True)
                if self._nursery is not None:
                    waking.arm(self, self.stations[line.name])
                    self.ring_backs.attached(self.stations[line.name])
        else:
            self.trunks[line.name] = Trunk(self, line, self.groups.by_line.get(line.name))

    def detach(self, name: str) -> None:
        """Its line is being closed: what runs there ends."""
        device: Station | Trunk | None = self.stations.pop(name, None) or self.trunks.pop(name, None)
        if isinstance(device, Station):
            for leg in device.legs:
                leg.call.drop(leg, Cause.DESTINATION_OUT_OF_ORDER, "exchange", "line removed")
        elif device is not None and device.leg is not None:
            device.leg.call.drop(device.leg, Cause.DESTINATION_OUT_OF_ORDER, "exchange", "line removed")
        elif device is not None and device.lent_to is not None:
            device.lent_to.lost()
        if any(one.number == name for one in self.box.outside_telephone):  # has waited for the station of its number
            self.attach(OutsideLine(self, name))

    def device(self, name: str) -> Station | Trunk | None:
        return self.stations.get(name) or self.trunks.get(name)

    def class_of(self, device: Station | Trunk) -> str:
        if isinstance(device, Station):
            return device.settings.class_of_service
        return device.group.class_of_service if device.group else ""

    def facts(self, device: Device, calling: str) -> Facts:
        """Who dials, for the numbering plan."""
        if isinstance(device, Station):
            settings = device.settings
            return Facts(
                time=self.utc(),
                station=device.name,
                class_of_service=settings.class_of_service,
                pickup_group=settings.pickup_group,
                calling=device.name,
            )
        if isinstance(device, Trunk) and device.group is not None:
            group = device.group
            return Facts(time=self.utc(), group=group.name, class_of_service=group.class_of_service, calling=calling)
        return Facts(time=self.utc(), calling=calling)

    def facts_of(self, call: Call) -> Facts:
        """Who calls out in a call, for the choice of routes: its payer, or its calling party."""
        if call.payer is not None:
            payer = call.payer
            return Facts(time=self.utc(), class_of_service=payer.class_of_service, shows=payer.calling)
        caller = call.calling
        assert caller is not None
        return self.facts(caller.device, caller.party.number)

    def is_open(self, calendar: str) -> bool:
        """Whether a calendar of the configuration is open now; without one, always."""
        return not calendar or self.plan.calendar(calendar).open_at(self.utc())

    def forward_age(self, station: Station, kind: str) -> float:
        """Seconds since its user has set that forward; 0: the configuration has."""
        set_at = self.kept.station(station.name).forwards_set_at.get(kind, 0.0)
        return max(0.0, self.utc().timestamp() - set_at) if set_at else 0.0

    async def pick_trunk(self, group: str, others_give_way: bool) -> Trunk | None:
        """A free circuit. For an emergency call one can be made free if need be, which may take a moment."""
        trunk = self.groups.pick(group)
        if trunk is not None or not others_give_way:
            return trunk
        victim = self.groups.victim(group)
        if victim is None or victim.call is None:
            return None
        victim.call.end(Cause.PREEMPTION, "pre-empted")
        with trio.move_on_after(FREEING_S):
            while (trunk := self.groups.pick(group)) is None:
                await self._trunk_freed.wait()
        return trunk

    def trunk_touched(self, trunk: Trunk) -> None:
        if trunk.free:
            self._trunk_freed.set()
            self._trunk_freed = trio.Event()
        self.device_touched(trunk)

    # ---- calls begin and end ----

    def lifted(self, station: Station) -> None:
        """A telephone of ours wants to call."""
        if self.closing:  # a full box lets it dial: it may be an emergency
            station.line.release(Cause.SWITCH_CONGESTION)
            return
        call = self.begin("internal", dialling.from_station)
        station.active = call.add(station, State.INITIATED, station.party, calling=True)
        call.note("ServiceInitiated", station.active)

    def consult(self, station: Station, held: Leg, number: str = "") -> Call:
        """A second call of a telephone, while it holds a party."""
        routine = partial(dialling.to_number, number=number) if number else dialling.from_consultation
        call = self.begin("internal", routine)
        call.consults = held.call.id
        call.data = held.call.data  # one matter: what either desk writes, both read
        leg = call.add(station, State.INITIATED, station.party, calling=True)
        station.take(leg)
        call.note("ServiceInitiated", leg, consults=held.call.id)
        return call

    def ring_and_call(self, station: Station, number: str, kind: str = "recall") -> Call:
        """The telephone rings; when it is lifted, it calls the number."""

        async def lifted(call: Call) -> None:
            leg = call.calling
            assert leg is not None
            with trio.move_on_after(station.settings.no_answer_s):
                await leg.until(State.CONNECTED)
            if leg.state is not State.CONNECTED:
                call.end(Cause.NO_ANSWER, "no answer")
                return
            await dialling.to_number(call, number)

        return self.ring_station(station, lifted, l.Party(number), kind)

    def ring_station(self, station: Station, routine: Routine, shown: l.Party, kind: str) -> Call:
        """A call of the exchange's own: the telephone rings as its calling party; the routine waits for the lift."""
        call = self.begin("internal", routine)
        leg = call.add(station, State.ALERTING, station.party, calling=True)
        call.note("ServiceInitiated", leg)
        call.note("Delivered", leg)
        station.ring(leg, shown, kind)
        return call

    def keep(self, station: Station, **values: Any) -> None:
        """What a user has set at his telephone."""
        self.kept.set(station.name, **values)
        self.device_touched(station)

    def seized(self, trunk: Trunk, setup: l.Call) -> None:
        """The network calls."""
        if self.closing or trunk.leg is not None or trunk.lent_to is not None:
            trunk.line.release(Cause.SWITCH_CONGESTION)
            return
        call = self.begin("in", dialling.from_trunk)
        leg = call.add(trunk, State.INITIATED, setup.calling or l.Party(), calling=True)
        leg.keys.extend(setup.called)
        leg.complete = setup.complete
        if setup.redirecting is not None:
            call.data["redirecting"] = setup.redirecting.number
        if setup.category is not None:
            call.data["category"] = setup.category
        trunk.come(leg)

    def begin(self, direction: str, routine: Routine) -> Call:
        """A call without legs; its routine runs as soon as tasks do."""
        assert self._nursery is not None, "the exchange does not run"
        call = Call(self, self.journal.next_call(), direction)
        self.calls[call.id] = call
        self._nursery.start_soon(self._live, call, routine)
        return call

    async def _live(self, call: Call, routine: Routine) -> None:
        """A failure in one call never leaves it."""
        try:
            await call.live(routine)
        except Exception as error:
            self._fault(call, error)

    def _fault(self, call: Call, error: Exception) -> None:
        log.error("call %d failed by our own fault and was ended", call.id, exc_info=error, extra={"call": call.id})
        if self.faulted is not None:
            self.faulted(call.id, error)

    def finish(self, call: Call, cause: Cause, reason: str, into: int) -> None:
        """By the call, once, when all its legs have gone."""
        self.toll.ended(call.id)
        for attendant in self.attendants:
            try:
                attendant.finished(call)
            except Exception as error:  # the call is over all the same, and its record is closed
                self._fault(call, error)
        self.journal.note("CallCleared", call=call.id, cause=int(cause), reason=reason, into=into)
        self.calls.pop(call.id, None)
        if self.changed is not None:
            self.changed("calls", str(call.id), None)
        if not self.calls:
            self._emptied.set()

    def renumber(self, stays: Call, goes: Call) -> None:
        """The older number survives a transfer, and what both cost goes on in it."""
        older, newer = sorted((stays.id, goes.id))
        self.toll.joined(newer, older)
        if stays.id < goes.id:
            return
        stays.id, goes.id = goes.id, stays.id
        stays.direction, goes.direction = goes.direction, stays.direction
        stays.begun, goes.begun = goes.begun, stays.begun
        stays.consults = None
        self.calls[stays.id], self.calls[goes.id] = stays, goes

    def joined(self, stays: Call, goes: Call) -> None:
        for attendant in self.attendants:
            attendant.joined(stays, goes)

    def queued(self, call: Call, queue: str) -> None:
        for attendant in self.attendants:
            attendant.queued(call, queue)

    # ---- what devices tell ----

    def transfer_by_hanging_up(self, station: Station, held: Leg, active: Leg) -> bool:
        """Hung up with one party held: the others are joined, if they can be."""
        if active.state is State.FAIL or (active.state is State.INITIATED and not active.call.ringing):
            return False
        try:
            join(self, held, active)
        except Refused:
            return False
        return True

    def watch_recall(self, station: Station, leg: Leg) -> None:
        """A held party whose holder has hung up is released when he does not come back."""

        def expired() -> None:
            if leg.state is State.HELD and station.active is leg:
                leg.call.drop(leg, Cause.NO_ANSWER, "exchange", "not taken back")

        self.timers.start((station, "recall"), RECALL_S, expired)

    def caller_known(self, leg: Leg, party: l.Party) -> None:
        """The caller's number came after the seizure."""
        leg.party = party
        leg.wake()
        self.touched(leg.call)

    def service_changed(self, name: str, service: l.Service, reason: str) -> None:
        words = ", ".join(flag.name.lower() for flag in l.Service if flag in service and flag.name)
        self.journal.note("LineService", device=name, service=words, reason=reason)

    # ---- what others see ----

    def touched(self, call: Call) -> None:
        """Something about a call has changed that a screen may show."""
        if self.changed is not None and not call.finished:
            self.changed("calls", str(call.id), views.call_view(call))
            for leg in call.legs:
                if leg.device.kind is not DeviceKind.SERVICE:
                    self.device_touched(leg.device)  # type: ignore[arg-type]

    def device_touched(self, device: Station | Trunk) -> None:
        if self.changed is not None:
            self.changed("lines", device.name, views.line_view(device))
            if device.kind is DeviceKind.STATION:
                self.changed("devices", device.name, views.device_view(device))  # type: ignore[arg-type]

    # ---- configuration ----

    def reconfigure(self, box: Box, plan: NumberingPlan, lines: Mapping[str, l.Line]) -> None:
        """New settings for all that comes; running calls keep what they have begun with.

        `lines`: those that exist now; whose that are new or gone, attach() and detach() were called already.
        """
        self.box, self.plan = box, plan
        self.groups = TrunkGroups(box, self.trunks)
        self.hunt_groups = {group.number: group for group in box.hunt_group}
        self.kept.reconfigure(box)
        self.sounds.reconfigure(box)
        outside = {one.number for one in box.outside_telephone}
        for name in [name for name, one in self.stations.items() if isinstance(one.line, OutsideLine)]:
            if name not in outside:
                self.stations[name].line.reset()
                self.detach(name)
        for name in outside - self.stations.keys():
            self.attach(OutsideLine(self, name))
        for name, station in self.stations.items():
            if name in box.stations and (name in outside) is isinstance(station.line, OutsideLine):
                station.settings = box.stations[name]
        for name, trunk in self.trunks.items():
            trunk.group = self.groups.by_line.get(name)
