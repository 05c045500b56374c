"""A telephone at the far end of a station line, with bell, display and message lamp.

    telephone = Telephone(plane, card.far(1))         simulated, or any channel of kind TRUNK: DAHDI's in the lab
    telephone.lift()
    await telephone.hear_tone("dial", within=2)
    await telephone.dial("8002")
    await telephone.hear_tone("ringback", within=3)

    the other one:  await other.rung(within=3);  other.display.number;  other.lift();  await other.speak(clip)

What it does: what a person can do with a telephone, and remembers what it showed and heard (Party). Caller ID is shown
when it comes by FSK between rings or by DTMF before the first, as GR-30 and ETSI EN 300 659 have it; the lamp is lit
and put out by FSK (GR-1401). What it does not: decide anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trio

from hw.callerid import CallerId, CallerIdError, DtmfCallerId, parse_fsk, parse_message_waiting
from hw.card import Channel, ChannelKind, LineEvent, LineEventKind
from hw.ear import Ear
from hw.errors import LocalError
from hw.event import Event, EventKind
from hw.plane import Plane
from hw.playback import Audible, Played
from hw.sim.party import Party
from hw.sim.timing import RATE
from hw.tones import dtmf

QUIET_S = 6.0  # no ring for so long: the caller has given up (China pauses 4 s)
FLASH_S = 0.75  # a hook key and the moment before it, at most: then the line is held again


@dataclass(frozen=True, slots=True)
class Ring:
    """One burst, in samples; end None: it rings now."""

    begin: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Shown:
    """A caller on the display since sample `time`."""

    time: int
    caller: CallerId


class Telephone(Party):
    """caller_id: it has a display and listens for caller ID on hook (its port is then always active)."""

    def __init__(
        self, plane: Plane, channel: Channel, *, country: str = "cn", name: str = "", caller_id: bool = True
    ) -> None:
        if channel.info.kind is not ChannelKind.TRUNK:
            raise LocalError(f"telephone: channel {channel.info.number} must be the TRUNK end of a line")
        super().__init__(plane, channel, country=country, name=name)
        self.rings: list[Ring] = []
        self.shown: list[Shown] = []
        self.lamp = False
        self.dead = False  # no battery
        self.reversals: list[tuple[int, bool]] = []  # time, reversed
        self._caller_id = caller_id
        self._keyed = DtmfCallerId()
        self._dialled = 0
        channel.heard = self._line
        self._attend()

    # ---- hook ----

    @property
    def off_hook(self) -> bool:
        return self.channel.is_off_hook()

    def lift(self) -> None:
        """Answers or seizes. What was heard and shown before stays."""
        self.channel.off_hook()
        self._attend()

    def hang_up(self) -> None:
        """Silent, on hook; what was heard, shown and rung is forgotten."""
        self.hush()
        self.channel.on_hook()
        self.keys.clear()
        self.tones.clear()
        self.rings.clear()
        self.shown.clear()
        self._keyed = DtmfCallerId()
        self._attend()

    async def flash(self) -> None:
        """Presses the hook key and waits until the line is held again."""
        self._must_be_lifted("flash")
        self.channel.flash()
        await trio.sleep(FLASH_S)

    def _must_be_lifted(self, what: str) -> None:
        if not self.off_hook:
            raise LocalError(f"{self.name}: {what} with the telephone on hook; lift it first")

    def _attend(self) -> None:
        """Lifted: speech, tones and keys. On hook: caller ID, or nothing."""
        active = self.off_hook or self._caller_id
        if active:
            self.attend(Ear.DTMF | Ear.TONES if self.off_hook else Ear.DTMF | Ear.CALLER_ID)
            self.channel.activate()
        else:
            self.plane.detect(self.channel.port)
            self.channel.deactivate()

    # ---- dialling and speaking ----

    async def dial(self, digits: str, *, pulses: bool = False, on_ms: float = 80.0, off_ms: float = 80.0) -> None:
        """Dials and waits until all digits are out. Pulses: 0 to 9 only. Tones: also * # A-D, and commas for a second's
        pause."""
        self._must_be_lifted("dialling")
        if pulses:
            wanted = self._dialled + 1
            self.channel.dial_pulses(digits)
            await self.until(lambda: self._dialled >= wanted, 3.0 * len(digits), "end of pulse dialling")
        else:
            await self.speak(dtmf(digits, on_ms=on_ms, off_ms=off_ms))

    async def speak(self, *what: Path | Audible, gain_db: float = 0.0) -> Played:
        """As Party.speak(); LocalError on hook."""
        self._must_be_lifted("speaking")
        return await super().speak(*what, gain_db=gain_db)

    # ---- bell, display, lamp ----

    @property
    def ringing(self) -> bool:
        """The bell rings, or is between two rings of one call."""
        if not self.rings or self.off_hook:
            return False
        end = self.rings[-1].end
        return end is None or self.plane.time - end < QUIET_S * RATE

    @property
    def cadence_ms(self) -> tuple[int, ...]:
        """On and off times of the rings of this call so far, as the line told them; a ring that rings now is left out.
        Ends are told a moment late (DAHDI: 50 ms), so on times are longer and off times shorter by as much."""
        times: list[int] = []
        for ring, following in zip(self.rings, [*self.rings[1:], None], strict=True):
            if ring.end is not None:
                times.append((ring.end - ring.begin) * 1000 // RATE)
                if following is not None:
                    times.append((following.begin - ring.end) * 1000 // RATE)
        return tuple(times)

    @property
    def display(self) -> CallerId | None:
        """The caller as last shown in this call."""
        self._show(self._keyed.expire(self.plane.time), self.plane.time)
        return self.shown[-1].caller if self.shown else None

    async def rung(self, within: float, rings: int = 1) -> None:
        """Until it has rung (begun to) so often in a call that is still ringing."""
        await self.until(lambda: self.ringing and len(self.rings) >= rings, within, f"ring {rings}")

    async def show(self, within: float) -> CallerId:
        """Until a caller is on the display."""
        await self.until(lambda: self.display is not None, within, "caller on the display")
        assert self.display is not None
        return self.display

    async def lamp_is(self, lit: bool, within: float) -> None:
        await self.until(lambda: self.lamp is lit, within, f"lamp {'on' if lit else 'off'}")

    def _show(self, caller: CallerId | None, time: int) -> None:
        if caller is not None:
            self.shown.append(Shown(time, caller))

    # ---- what the line and the plane tell ----

    def _line(self, event: LineEvent) -> None:
        match event.kind:
            case LineEventKind.RING_BEGIN:
                self._show(self._keyed.expire(event.time), event.time)
                if not self.ringing:  # another call: who called before it is forgotten
                    self.rings.clear()
                    self.shown = [shown for shown in self.shown if event.time - shown.time < QUIET_S * RATE]
                self.rings.append(Ring(event.time, None))
            case LineEventKind.RING_END:
                if self.rings:
                    self.rings[-1] = Ring(self.rings[-1].begin, event.time)
            case LineEventKind.DIALLED:
                self._dialled += 1
            case LineEventKind.BATTERY_LOST | LineEventKind.GONE:
                self.dead = True
            case LineEventKind.BATTERY_BACK:
                self.dead = False
            case LineEventKind.POLARITY:
                self.reversals.append((event.time, bool(event.value)))
        self.woke()

    def sensed(self, event: Event) -> None:
        if not self.off_hook and event.kind is EventKind.DTMF_DOWN:
            self._show(self._keyed.key(chr(event.code), event.time), event.time)
        elif event.kind is EventKind.CALLER_ID:
            self._read(event.blob, event.time)
        else:
            super().sensed(event)

    def _read(self, message: bytes, time: int) -> None:
        """A message that cannot be read is not shown, as on any telephone."""
        try:
            self.lamp = parse_message_waiting(message)
        except CallerIdError:
            try:
                self._show(parse_fsk(message), time)
            except CallerIdError:
                return

    def account(self) -> str:
        bell = f"{len(self.rings)} rings, " if self.rings else ""
        return bell + super().account()
