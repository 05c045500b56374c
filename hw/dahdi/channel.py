"""A DAHDI channel: a telephone's or an exchange's line, or a timeslot with ABCD bits or with speech alone.

Follows dahdi/user.h; what the driver does with an order is in dahdi-base.c (DAHDI_HOOK, __dahdi_hooksig_pvt).

    a call to a station                         driver                        here
    ring()                     ───────────────> SETCADENCE, HOOK RING
                                                [1 s on][4 s off][1 s on...
    the telephone is lifted                     RINGOFFHOOK ────────────────> OFF_HOOK, and at once:
                               ───────────────> HOOK OFFHOOK                  (else it rings on in the ear)
    it is hung up for good                      ONHOOK, longest_flash later ─> ON_HOOK, and at once:
                               ───────────────> HOOK ONHOOK                   (else it can not be rung again)

What it does: orders down, the driver's events up as LineEvent, each with the plane's time.
What it does not: know calls; speech, which is hw/native/dahdi.c.

How time flows: events come with the plane's ticks, a frame after the driver had them at most. Battery and alarm are
states, not events: whenever the driver tells a change, and ten times a second while something is amiss, look() reads
what is and tells what is new.

Traps (measured, or read in the driver): a TRUNK hears no ring for 2 s after it was opened or hung up. A station whose
call was cleared gets no battery for 0.5 s, is deaf for 0.3 s more, when a hang-up is forgotten, and cannot be rung
meanwhile. A write ends a pulse dialling, so none is made. The driver tells the right law from the first opening on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hw.card import (
    Balance,
    ChannelInfo,
    ChannelKind,
    HardwareError,
    LineEvent,
    LineEventKind,
    RingCadence,
    Unsupported,
)
from hw.dahdi import driver, span
from hw.event import Event, EventKind
from hw.native import ffi, lib

if TYPE_CHECKING:
    from hw.plane import Plane

_ANALOG = (ChannelKind.STATION, ChannelKind.TRUNK)
_NO_BATTERY = 0  # rxhooksig of a trunk: DAHDI_RXSIG_ONHOOK of dahdi/kernel.h
_CLEARING = 8000  # samples: DAHDI_KEWLTIME and DAHDI_AFTERKEWLTIME are 800 ms together


@dataclass(frozen=True, slots=True)
class LineTimes:
    """Times of analog lines in ms, as the driver wants them.

    name               default  reason
    flash_ms           500      below China's 600 ms limit, above the 200 ms up to which a break is a pulse
    longest_flash_ms   800      a telephone's R key of 600 ms with tolerance; a hang-up is told so much later
    settle_ms          100      contacts have stopped bouncing; flash and pulses are accepted from here (driver: 600)
    pulse_break_ms     62       GB/T 15279: 10 pulses a second, break to make 1.6 to 1
    pulse_make_ms      38
    """

    flash_ms: int = 500
    longest_flash_ms: int = 800
    settle_ms: int = 100
    pulse_break_ms: int = 62
    pulse_make_ms: int = 38


PLAIN = {
    (ChannelKind.STATION, lib.DAHDI_EVENT_WINKFLASH): LineEventKind.FLASH,
    (ChannelKind.TRUNK, lib.DAHDI_EVENT_RINGBEGIN): LineEventKind.RING_BEGIN,
    (ChannelKind.TRUNK, lib.DAHDI_EVENT_RINGOFFHOOK): LineEventKind.RING_END,
    (ChannelKind.TRUNK, lib.DAHDI_EVENT_DIALCOMPLETE): LineEventKind.DIALLED,
}
"""Driver events that need nothing but to be told. All others of interest have a method below; the rest is the driver's
own book-keeping (ringer on and off, hook order done) and is ignored."""


class DahdiChannel:
    """An open channel (hw.card.Channel). Made by DahdiCard.open()."""

    def __init__(self, plane: Plane, card: int, pointer: Any, info: ChannelInfo, times: LineTimes) -> None:
        assert info.kind is not None
        self.info = info
        self.kind: ChannelKind = info.kind
        self.heard: Callable[[LineEvent], None] = lambda event: None
        self.media: Callable[[Event], None] = lambda event: None
        self.alarmed: Callable[[int], None] = lambda span: None
        self.closed: Callable[[DahdiChannel], None] = lambda channel: None
        self._plane = plane
        self._handle = self._open(pointer)
        self._open_now = True
        self._gone = False
        self._holding = False  # TRUNK: we hold the loop
        self._ringing = False  # STATION
        self._reversed = False
        self._alarm = False
        self._battery = True
        self._cleared: int | None = None  # STATION: when its call was cleared, as long as that takes
        try:
            if self.kind in _ANALOG:
                self._check(
                    lib.dahdi_set_times(
                        self._handle,
                        times.flash_ms,
                        times.longest_flash_ms,
                        times.settle_ms,
                        times.pulse_break_ms,
                        times.pulse_make_ms,
                    ),
                    "set its times",
                )
            params = self._params()
            self.info = info = replace(info, law=driver.LAWS[params.curlaw])
            self.troubled = bool(params.chan_alarms) or self._lacks_battery(params)
            """Something is amiss: the card calls look() until it is not."""
            self.port = plane.open_port(card, self._handle, info.law, self._told)
        except BaseException:
            lib.dahdi_channel_close(self._handle)
            raise

    def _open(self, pointer: Any) -> Any:
        out = ffi.new("void **")
        result = lib.dahdi_channel_open(pointer, self.info.number, out)
        if result < 0:
            raise driver.refusal(-result, "open", channel=self.info.number, span=self.info.span, opening=True)
        return out[0]

    # ---- orders ----

    def off_hook(self) -> None:
        self._only(ChannelKind.TRUNK, "go off-hook")
        self._hook(lib.DAHDI_OFFHOOK, "go off-hook")
        self._holding = True

    def on_hook(self) -> None:
        self._only(_ANALOG, "go on-hook")
        if self._ringing:
            self._hook(lib.DAHDI_RINGOFF, "stop ringing")
        elif self.kind is ChannelKind.TRUNK:
            self._hook(lib.DAHDI_ONHOOK, "go on-hook")
        elif self.is_off_hook():
            self._hook(lib.DAHDI_ONHOOK, "clear the call")
            self._cleared = self._plane.time
            self.troubled = True
        self._ringing = self._holding = False
        if self._reversed:
            self.set_polarity(False)

    def ring(self, cadence: RingCadence) -> None:
        self._only(ChannelKind.STATION, "ring")
        times = cadence.ms
        if len(times) not in (2, 4, 6, 8) or not all(100 <= ms <= 8000 for ms in times):
            raise ValueError(f"ring cadence {times}: one to four pairs of on and off times, each 100 to 8000 ms")
        if self._ringing:
            self._hook(lib.DAHDI_RINGOFF, "stop ringing")
            self._ringing = False
        self._check(lib.dahdi_ring_cadence(self._handle, list(times), len(times)), "set the ring cadence")
        self._hook(lib.DAHDI_RING, "ring")
        self._ringing = True

    def flash(self) -> None:
        self._only(ChannelKind.TRUNK, "flash")
        self._hook(lib.DAHDI_FLASH, "flash")

    def dial_pulses(self, digits: str) -> None:
        self._only(ChannelKind.TRUNK, "dial pulses")
        if not digits or not set(digits) <= set("0123456789"):
            raise ValueError(f"pulse digits {digits!r}: one or more of 0 to 9")
        if not self._holding:
            raise HardwareError(
                f"dial pulses: channel {self.info.number} is on-hook",
                span=self.info.span,
                channel=self.info.number,
                action="go off-hook first",
            )
        self._check(lib.dahdi_dial_pulses(self._handle, digits.encode()), "dial pulses")

    def set_polarity(self, reversed: bool) -> None:
        self._only(ChannelKind.STATION, "set polarity")
        self._check(lib.dahdi_set_polarity(self._handle, reversed), "set polarity")
        self._reversed = reversed

    def set_bits(self, bits: int) -> None:
        self._only(ChannelKind.CAS, "send bits")
        if not 0 <= bits < 16:
            raise ValueError(f"bits {bits}: ABCD is less than 16")
        self._check(lib.dahdi_set_bits(self._handle, bits), "send bits")

    def bits(self) -> int:
        self._only(ChannelKind.CAS, "read bits")
        return self._check(lib.dahdi_bits(self._handle), "read bits")

    def is_off_hook(self) -> bool:
        self._only(_ANALOG, "tell its hook")
        return self._holding if self.kind is ChannelKind.TRUNK else bool(self._params().rxisoffhook)

    def volts(self) -> float:
        self._only(ChannelKind.TRUNK, "measure its voltage")
        out = ffi.new("int *")
        self._check(lib.dahdi_line_millivolts(self._handle, out), "measure its voltage")
        return float(out[0]) / 1000

    def balance(self, balance: Balance) -> None:
        self._only(ChannelKind.TRUNK, "match its line")
        registers = bytes([balance.impedance, *(tap & 0xFF for tap in balance.taps)])
        self._check(lib.dahdi_set_balance(self._handle, registers), "match its line")

    def activate(self) -> None:
        if self._open_now:
            self._plane.activate(self.port, True)

    def deactivate(self) -> None:
        if self._open_now:
            self._plane.activate(self.port, False)

    def close(self) -> None:
        if not self._open_now:
            return
        self._open_now = self.troubled = False
        self._plane.close_port(self.port)
        lib.dahdi_channel_close(self._handle)
        self.closed(self)

    def _only(self, kinds: ChannelKind | tuple[ChannelKind, ...], doing: str) -> None:
        if self.kind not in (kinds if isinstance(kinds, tuple) else (kinds,)):
            raise Unsupported(
                f"{doing}: channel {self.info.number} is a {self.kind.value} channel",
                span=self.info.span,
                channel=self.info.number,
            )

    def _hook(self, operation: int, doing: str) -> None:
        self._check(lib.dahdi_hook(self._handle, operation), doing)

    def _check(self, result: int, doing: str) -> int:
        if result < 0:
            raise driver.refusal(-result, doing, channel=self.info.number, span=self.info.span)
        return result

    def _params(self) -> Any:
        params = ffi.new("struct dahdi_params *")
        self._check(lib.dahdi_channel_info(self._handle, params), "ask for its state")
        return params

    # ---- events ----

    def _told(self, event: Event) -> None:
        """What the plane tells of the port."""
        if event.kind is EventKind.GONE:
            self._lost(event.time)
        elif event.kind is EventKind.LINE:
            self._line(event.code, event.a, event.time)
        else:
            self.media(event)

    def _line(self, code: int, value: int, time: int) -> None:
        if self._gone or not self._open_now:
            return
        plain = PLAIN.get((self.kind, code))
        if plain is not None:
            self._tell(plain, time)
        elif code in (lib.DAHDI_EVENT_ALARM, lib.DAHDI_EVENT_NOALARM):
            self.look(time)
        elif self.kind is ChannelKind.CAS and code == lib.DAHDI_EVENT_BITSCHANGED:
            self._tell(LineEventKind.BITS, time, value)
        elif self.kind is ChannelKind.STATION:
            self._station_line(code, value, time)
        elif self.kind is ChannelKind.TRUNK:
            self._trunk_line(code, time)

    def _station_line(self, code: int, value: int, time: int) -> None:
        if code == lib.DAHDI_EVENT_RINGOFFHOOK:
            self._follow(lib.DAHDI_OFFHOOK)
            self._tell(LineEventKind.OFF_HOOK, time)
        elif code == lib.DAHDI_EVENT_ONHOOK:
            self._follow(lib.DAHDI_ONHOOK)
            self._tell(LineEventKind.ON_HOOK, time)
        elif code == lib.DAHDI_LINE_PULSE_DIGIT:
            self._tell(LineEventKind.PULSE_DIGIT, time, chr(value))

    def _trunk_line(self, code: int, time: int) -> None:
        if code == lib.DAHDI_EVENT_POLARITY:
            self._reversed = not self._reversed
            self._tell(LineEventKind.POLARITY, time, int(self._reversed))
        elif code == lib.DAHDI_EVENT_ONHOOK and self._battery:
            # The exchange broke the loop, perhaps for less time than it takes to look.
            self._battery = False
            self.troubled = True
            self._tell(LineEventKind.BATTERY_LOST, time)

    def _follow(self, operation: int) -> None:
        """The driver's side of the line goes where the telephone went. A line that cannot follow has its own trouble,
        and tells it."""
        self._ringing = False
        self._cleared = None
        lib.dahdi_hook(self._handle, operation)

    def _lost(self, time: int) -> None:
        if not self._gone:
            self._gone = True
            self.troubled = False
            self._tell(LineEventKind.GONE, time)

    def look(self, time: int) -> None:
        """Reads alarm, battery and, after a clearing, the hook, and tells what changed since the last look."""
        try:
            params = self._params()
            span_alarms = span.alarms(driver.span_info(self.info.span).alarms) if params.chan_alarms else 0
        except HardwareError:
            return  # gone: the plane tells
        # An analog port without battery has an alarm of its own, while its span has none.
        alarm = bool(params.chan_alarms) and (bool(span_alarms) or self.kind is not ChannelKind.TRUNK)
        battery = not self._lacks_battery(params) and not (params.chan_alarms and not alarm)
        if self._cleared is not None and time - self._cleared >= _CLEARING:
            self._cleared = None
            if not params.rxisoffhook:
                self._station_line(lib.DAHDI_EVENT_ONHOOK, 0, time)
        self.troubled = alarm or not battery or self._cleared is not None
        if alarm is not self._alarm:
            self._alarm = alarm
            self.alarmed(self.info.span)
            self._tell(LineEventKind.ALARM if alarm else LineEventKind.ALARM_END, time)
        if battery is not self._battery:
            self._battery = battery
            self._tell(LineEventKind.BATTERY_BACK if battery else LineEventKind.BATTERY_LOST, time)

    def _lacks_battery(self, params: Any) -> bool:
        return self.kind is ChannelKind.TRUNK and params.rxhooksig == _NO_BATTERY

    def _tell(self, kind: LineEventKind, time: int, value: int | str = 0) -> None:
        self.heard(LineEvent(kind, time, value))
