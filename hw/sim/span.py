"""Spans of the simulated card: what is plugged together, its alarms, and pulling it out.

An alarm is one direction's: RED or BLUE here means that nothing comes in here, and the far side is told YELLOW; YELLOW
here means that the far side hears nothing (it has RED) while we hear it (G.775, G.704 remote alarm indication).

    near  RED     ......            near  YELLOW  ......            pulled out   near  GONE
    far   YELLOW  (hears us)        far   RED     (hears nothing)                far   RED, hears nothing

A line that is bad without an alarm has wrong bits and clock slips on all its timeslots, and its counters count them,
once a second, as a framer would: wrong CRC4 blocks of a millisecond, seconds with an error, slips.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from hw.card import (
    Ability,
    Alarm,
    ChannelInfo,
    ChannelKind,
    Defect,
    LineEventKind,
    SpanCounters,
    SpanEvent,
    SpanEventKind,
    SpanInfo,
    SpanLoop,
    Unsupported,
)
from hw.sim.agenda import Agenda
from hw.sim.analog import AnalogPair
from hw.sim.bits import BitsPair
from hw.sim.dchannel import FramePair
from hw.sim.pair import Pair
from hw.sim.timing import RATE, Timing
from hw.sim.wire import CLEAR, Condition, Fault, NativeCard, Side

_DEAFENING = Alarm.RED | Alarm.BLUE | Alarm.NOT_OPEN
_OTHER_KIND = {ChannelKind.STATION: ChannelKind.TRUNK, ChannelKind.TRUNK: ChannelKind.STATION}


@dataclass(frozen=True, slots=True)
class Stations:
    """A span of FXS ports; a telephone is at the far end of each. polarity: the battery can be reversed."""

    count: int
    polarity: bool = True


@dataclass(frozen=True, slots=True)
class Trunks:
    """A span of FXO ports; an exchange is at the far end of each. polarity, battery: what the ports can see."""

    count: int
    polarity: bool = True
    battery: bool = True


@dataclass(frozen=True, slots=True)
class E1:
    """31 channels. "pri": D channel in slot 16, the rest bearers. "cas": slot 16 carries all ABCD bits, the rest are
    CAS channels. idle_bits: what a CAS channel sends while nobody has it open (R2: 1101, blocked)."""

    signalling: Literal["pri", "cas"]
    idle_bits: int = 0b1101


Description = Stations | Trunks | E1


class SimSpan:
    """Made by SimCard. `counters` is what the console shows, and may be set."""

    def __init__(
        self,
        number: int,
        first: int,
        description: Description,
        *,
        agenda: Agenda,
        native: NativeCard,
        timing: Timing,
        seed: int,
        clock: int = 0,
    ) -> None:
        self.number = number
        self.counters = SpanCounters(0, 0, 0, 0, 0, 0)
        self.alarms = {Side.NEAR: Alarm.NONE, Side.FAR: Alarm.NONE}
        self.defects = Defect.NONE
        self.loops: tuple[SpanLoop, ...] = tuple(SpanLoop)
        """Those that it can; a driver may have none."""
        self._faults = {Side.NEAR: Fault.SOUND, Side.FAR: Fault.SOUND}
        self._looped: Side | None = None  # who hears himself
        self._heard = CLEAR
        self.present = True
        self.changed: Callable[[SpanEvent], None] = lambda event: None
        self._agenda = agenda
        self._native = native
        self._timing = timing
        self._seed = seed
        self._clock = clock
        self._description = description
        kinds = _kinds(description)
        self._infos = tuple(self._channel(first + slot, slot + 1, kind) for slot, kind in enumerate(kinds))
        self.pairs: dict[int, Pair] = {}
        for info in self._infos:
            pair = self._pair(info)
            if pair is not None:
                self.pairs[info.number] = pair

    def _channel(self, number: int, slot: int, kind: ChannelKind | None) -> ChannelInfo:
        return ChannelInfo(
            number, self.number, slot, kind, f"SIM/{self.number}/{slot}", abilities=_abilities(self._description, kind)
        )

    def _pair(self, near: ChannelInfo) -> Pair | None:
        if near.kind is None:
            return None
        kind = _OTHER_KIND.get(near.kind, near.kind)
        abilities = _abilities(self._description, kind)
        far = ChannelInfo(near.number, near.span, near.slot, kind, near.name + "/far", near.law, abilities)
        infos = {Side.NEAR: near, Side.FAR: far}
        if kind is ChannelKind.DCHANNEL:
            return FramePair(self._agenda, infos, self._seed)
        wire = self._native.wire(near.law)
        if kind is ChannelKind.BEARER:
            return Pair(self._agenda, infos, wire)
        if isinstance(self._description, E1):
            return BitsPair(self._agenda, infos, wire, self._timing, self._description.idle_bits)
        return AnalogPair(self._agenda, infos, wire, self._timing)

    @property
    def info(self) -> SpanInfo:
        match self._description:
            case Stations(count):
                kind, hardware = "analog", f"SIM-FXS{count}"
            case Trunks(count):
                kind, hardware = "analog", f"SIM-FXO{count}"
            case E1(signalling):
                kind, hardware = "E1", f"SIM-E1-{signalling.upper()}"
        return SpanInfo(
            self.number,
            f"SIM/{self.number}",
            kind,
            hardware,
            f"sim:{self.number}",
            self.alarms[Side.NEAR],
            self._infos,
            self._clock,
            self.counters,
            self.defects,
        )

    # -- alarms --

    def alarm(self, near: Alarm, far: Alarm | None = None, *, defects: Defect = Defect.NONE) -> None:
        """From now on the near side has these alarms, the far side those that follow from them unless said. defects:
        why the near side is RED, as far as the driver tells.
        """
        self.defects = defects
        if far is None:
            far = Alarm.YELLOW if near & _DEAFENING else Alarm.RED if near & Alarm.YELLOW else Alarm.NONE
        before = self.alarms[Side.NEAR]
        self._set_alarm(Side.NEAR, near)
        self._set_alarm(Side.FAR, far)
        if self.present and near is not before:
            self._tell(SpanEventKind.ALARM)

    def clear(self) -> None:
        """No alarm any more."""
        self.alarm(Alarm.NONE)

    def _set_alarm(self, side: Side, alarms: Alarm) -> None:
        before, self.alarms[side] = self.alarms[side], alarms
        fault = Fault.ALL_ONES if Alarm.BLUE in alarms else Fault.SILENT if alarms & _DEAFENING else Fault.SOUND
        self._faults[side] = fault
        now = self._agenda.now()
        for pair in self.pairs.values():
            if bool(before) != bool(alarms):
                pair.tell(side, LineEventKind.ALARM if alarms else LineEventKind.ALARM_END, now)
            pair.alarm(side, bool(alarms & _DEAFENING), fault)
            if side is self._looped:
                pair.hear_itself(side)

    # -- loops --

    def loop(self, loop: SpanLoop) -> None:
        """By order of the box. Unsupported: this one has no such loop."""
        if loop is not SpanLoop.OPEN and loop not in self.loops:
            raise Unsupported(f"{loop.value} loop: span {self.number}: the hardware cannot do this", span=self.number)
        self._close_loop({SpanLoop.OPEN: None, SpanLoop.LOCAL: Side.NEAR}.get(loop, Side.FAR))

    def plug(self, looped: bool) -> None:
        """A loop plug in the socket, or a loop at the far end: we hear ourselves. Or that is over."""
        self._close_loop(Side.NEAR if looped else None)

    def _close_loop(self, side: Side | None) -> None:
        before, self._looped = self._looped, side
        for pair in self.pairs.values():
            if before is not None:
                pair.alarm(before, bool(self.alarms[before] & _DEAFENING), self._faults[before])
            if side is not None:
                pair.hear_itself(side)

    # -- bad without an alarm --

    def wear(self, condition: Condition) -> None:
        """What the near side hears on every timeslot from now on; counted as long as it is not CLEAR."""
        counting = self._heard != CLEAR
        self._heard = condition
        for pair in self.pairs.values():
            pair.wear(condition)
        if condition != CLEAR and not counting:
            self._agenda.at(self._agenda.now() + RATE, self._count)

    def _count(self, now: int) -> None:
        """A second is over."""
        heard, counted = self._heard, self.counters
        if heard == CLEAR:
            return
        blocks = round(1000 * (1 - (1 - heard.bit_errors) ** 2048))  # of 1 ms and 2048 bits (G.704)
        slips = now // heard.slip_samples - (now - RATE) // heard.slip_samples if heard.slip_samples else 0
        self.counters = replace(
            counted,
            crc4_errors=(counted.crc4_errors or 0) + blocks,
            errored_seconds=(counted.errored_seconds or 0) + bool(blocks or slips),
            slips=(counted.slips or 0) + slips,
        )
        self._agenda.at(now + RATE, self._count)

    # -- plugging --

    def remove(self) -> None:
        """The device is pulled out. Channels that are open are told GONE and are dead."""
        if not self.present:
            return
        info = self.info
        self.present = False
        now = self._agenda.now()
        for pair in self.pairs.values():
            pair.remove(Side.NEAR, now)
        self._set_alarm(Side.FAR, Alarm.RED)
        self._tell(SpanEventKind.GONE, info)

    def insert(self) -> None:
        """It is back, without alarms; its channels can be opened again."""
        if self.present:
            return
        self.present = True
        now = self._agenda.now()
        for pair in self.pairs.values():
            pair.insert(Side.NEAR, now)
        self._set_alarm(Side.NEAR, Alarm.NONE)
        self._set_alarm(Side.FAR, Alarm.NONE)
        self._tell(SpanEventKind.ARRIVED)

    def _tell(self, kind: SpanEventKind, info: SpanInfo | None = None) -> None:
        event = SpanEvent(kind, info or self.info)
        self._agenda.tell(lambda: self.changed(event))


def _kinds(description: Description) -> Sequence[ChannelKind | None]:
    match description:
        case Stations(count):
            return [ChannelKind.STATION] * count
        case Trunks(count):
            return [ChannelKind.TRUNK] * count
        case E1("pri"):
            return [*[ChannelKind.BEARER] * 15, ChannelKind.DCHANNEL, *[ChannelKind.BEARER] * 15]
        case _:
            return [*[ChannelKind.CAS] * 15, None, *[ChannelKind.CAS] * 15]


def _abilities(description: Description, kind: ChannelKind | None) -> Ability:
    """What the channel of this kind can do on a line of this description, at whichever end of it."""
    if kind in (None, ChannelKind.DCHANNEL):
        return Ability.NONE
    abilities = Ability.JOIN
    polarity = isinstance(description, Stations | Trunks) and description.polarity
    if kind is ChannelKind.STATION and polarity:
        abilities |= Ability.SET_POLARITY
    if kind is ChannelKind.TRUNK:
        abilities |= Ability.SEE_POLARITY if polarity else Ability.NONE
        abilities |= Ability.SEE_BATTERY if not isinstance(description, Trunks) or description.battery else Ability.NONE
    return abilities
