"""The public exchange's end of an analog line: battery, dial tone, digits, ring current, caller ID, tones, clearing.

GB/T 3380 and ITU-T E.180 (tones), ETSI EN 300 659, GR-30 (caller ID); what differs between exchanges is a Habit.

    our side lifts        dial tone, digits by DTMF or pulses, then ring-back, busy, congestion or vacant-number tone
    the called answers    polarity turns, where the line has that habit
    the other hangs up    by habit: polarity turns back, battery goes for a moment, tone - at once or half a minute late
    a call comes          DTMF caller ID, ring current, FSK between the first ring and the second; a lift trips the ring

Works on any channel of kind STATION: the simulated card's far end of a trunk, or a DAHDI port in the lab. What it does
not: choose whom a number reaches (public_exchange.py).

How time flows: one trio task a line; a hang-up cancels whatever it was doing.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import trio

from hw import callerid
from hw.callerid import CallerId
from hw.card import Channel, ChannelKind, LineEvent, LineEventKind, RingCadence
from hw.clips import Clip, of_tone
from hw.ear import Ear
from hw.errors import LocalError
from hw.fsk import fsk
from hw.playback import Audible
from hw.signalling.q850 import Cause
from hw.sim.party import HeardKey, Party
from hw.sim.public_exchange import Link, PublicExchange
from hw.tone_patterns import CallProgress
from hw.tone_plan import parse_tone, tone_plan
from hw.tones import Tone

FIRST_DIGIT_S = 20.0
MORE_DIGITS_S = 10.0
HOWLER_AFTER_S = 40.0
QUIET_BEFORE_KEYS_S = 0.3  # battery settles; DAHDI cuts off what is said in the first moment
FSK_AFTER_RING_S = 0.6  # EN 300 659-1: 0.5 to 1.5 s after the first ring


# What the caller hears instead of ring-back, by the cause of the refusal.
TONES = {
    Cause.USER_BUSY: "busy",
    Cause.NO_CIRCUIT: "congestion",
    Cause.UNALLOCATED: "vacant",
}


@dataclass(frozen=True, slots=True)
class Habits:
    """How an exchange treats a line.

    caller_id: "mdmf" or "sdmf" (FSK), "dtmf", "none". framing: keys before and after the number by DTMF. clears: how a
    hang-up of the other side is shown, any of "tone", "break", "reversal". hang_up_tone: as in tone_plans.toml; "": the
    country's busy. hang_up_after_s: 0 to 30, before the tone. gain_db: of every tone. damaged: the
    checksum is wrong. takes_keys: DTMF dials; else only pulses do.
    """

    country: str = "cn"
    caller_id: str = "mdmf"
    framing: tuple[str, str] = ("D", "C")
    caller_id_dbm0: float = -13.5
    damaged: bool = False
    takes_keys: bool = True
    dial_tone: bool = True
    dial_tone_after_s: float = 0.3
    reversal: bool = False
    clears: frozenset[str] = frozenset({"tone"})
    hang_up_tone: str = ""
    hang_up_after_s: float = 0.0
    gain_db: float = 0.0
    rings_ms: tuple[int, ...] = field(default=())

    def __post_init__(self) -> None:
        if self.caller_id not in ("mdmf", "sdmf", "dtmf", "none"):
            raise ValueError(f'caller_id {self.caller_id!r}: must be "mdmf", "sdmf", "dtmf" or "none"')
        if not self.clears <= {"tone", "break", "reversal"}:
            raise ValueError(f'clears {set(self.clears)}: any of "tone", "break", "reversal"')


class SubscriberLine(Party):
    """One line. `run` serves it until cancelled. `keys`: all digits that came. `habits` may change between calls."""

    def __init__(self, exchange: PublicExchange, number: str, channel: Channel, habits: Habits) -> None:
        if channel.info.kind is not ChannelKind.STATION:
            raise LocalError(f"subscriber line: channel {channel.info.number} must be the STATION end of a line")
        super().__init__(exchange.plane, channel, country=habits.country, name=number)
        self.exchange = exchange
        self.number = number
        self.habits = habits
        self.flashes = 0
        self.cleared_at = 0  # plane's time at which the last hang-up tone began
        self._tones = tone_plan(habits.country)
        self._offered: Link | None = None
        self._link: Link | None = None
        self._lifted = channel.is_off_hook()
        self._reversed = False
        self._busy: trio.CancelScope | None = None
        channel.heard = self._line
        exchange.add(self)

    @property
    def lifted(self) -> bool:
        return self._lifted

    @property
    def link(self) -> Link | None:
        """The call on the line now."""
        return self._link

    def offer(self, link: Link) -> None:
        """A call comes to this line."""
        if self._lifted or self._offered is not None or self._link is not None:
            link.refuse(Cause.USER_BUSY)
        else:
            self._offered = link
            self.woke()

    async def run(self) -> None:
        while True:
            await self.until(lambda: self._lifted or self._offered is not None, float("inf"), "call")
            self.channel.activate()
            with trio.CancelScope() as self._busy:
                if self._offered is not None:
                    await self._terminate(self._offered)
                else:
                    await self._originate()
            self._rest()

    def _rest(self) -> None:
        self._busy = None
        self._offered = None
        if self._link is not None:
            self._link.end()
            self._link = None
        self.hush()
        self.plane.detect(self.channel.port)
        self._reversed = False
        self.channel.on_hook()  # which also makes battery normal
        self.channel.deactivate()

    def _line(self, event: LineEvent) -> None:
        match event.kind:
            case LineEventKind.OFF_HOOK:
                self._lifted = True
            case LineEventKind.ON_HOOK:
                self._lifted = False
                if self._busy is not None:
                    self._busy.cancel()
            case LineEventKind.PULSE_DIGIT:
                self.keys.append(HeardKey(str(event.value), event.time))
            case LineEventKind.FLASH:
                self.flashes += 1
        self.woke()

    # ---- our side calls ----

    async def _originate(self) -> None:
        self.attend(Ear.DTMF if self.habits.takes_keys else Ear(0))
        before = len(self.keys)
        await trio.sleep(self.habits.dial_tone_after_s)
        if self.habits.dial_tone:
            self._sound("dial")
        number = await self._number(before)
        if not number:
            await self._sound_for_ever("busy")
        self._link = link = self.exchange.dial(CallerId(self.number), self.channel.port, number)
        await link.decided.wait()
        if link.announcement is not None:
            self.plane.play(self.channel.port, [link.announcement], loop=True)
        elif link.refusal is None:
            self._sound("ringback")
        await _first(link.refused, link.answered, link.ended)
        if link.refusal is not None:
            await self._sound_for_ever(TONES.get(link.refusal, "busy"))
        if not link.answered.is_set():
            await self._cleared()
        if self.habits.reversal:
            self._turn(True)
        await link.ended.wait()
        await self._cleared()

    async def _number(self, before: int) -> str:
        """Digits until they are a number; empty: none came."""
        within = FIRST_DIGIT_S
        while True:
            seen = len(self.keys)
            with trio.move_on_after(within) as waiting:
                await self.until(lambda seen=seen: len(self.keys) > seen, float("inf"), "digit")  # type: ignore[misc]
            digits = "".join(key.key for key in self.keys[before:])
            if digits:
                self.hush()
            if waiting.cancelled_caught or not self.exchange.wants_more(digits):
                return digits
            within = MORE_DIGITS_S

    # ---- a call comes ----

    async def _terminate(self, link: Link) -> None:
        self._link, self._offered = link, None
        ring = RingCadence(self.habits.rings_ms or self._tones.ring_ms)
        link.ring()
        async with trio.open_nursery() as ringing:

            async def give_up() -> None:
                await link.ended.wait()
                ringing.cancel_scope.cancel()

            ringing.start_soon(give_up)
            ringing.start_soon(self._ring, link.caller, ring)
            await self.until(lambda: self._lifted, float("inf"), "answer")
            ringing.cancel_scope.cancel()
        self.hush()
        if not self._lifted:  # the caller has given up
            return
        link.answer(self.channel.port)
        await link.ended.wait()
        await self._cleared()

    async def _ring(self, caller: CallerId, cadence: RingCadence) -> None:
        if self.habits.caller_id == "dtmf":
            await trio.sleep(QUIET_BEFORE_KEYS_S)
            await self.speak(self._keyed(caller))
            await trio.sleep(0.3)
        self.channel.ring(cadence)
        if self.habits.caller_id in ("mdmf", "sdmf"):
            await trio.sleep(cadence.ms[0] / 1000 + FSK_AFTER_RING_S)
            await self.speak(self._message(caller))
        await trio.sleep_forever()

    def _keyed(self, caller: CallerId) -> Audible:
        start, end = self.habits.framing
        keyed = callerid.dtmf_caller_id(caller.number, start=start, end=end)
        return _louder(of_tone(keyed, keyed.ms or 0), self.habits.caller_id_dbm0 + 9.0)

    def _message(self, caller: CallerId) -> Audible:
        message = callerid.sdmf(caller) if self.habits.caller_id == "sdmf" else callerid.mdmf(caller)
        if self.habits.damaged:
            message = message[:-1] + bytes([message[-1] ^ 0x55])
        return fsk(message, dbm0=self.habits.caller_id_dbm0)

    # ---- ends ----

    async def _cleared(self) -> None:
        """The other has hung up, ours is still off hook. Never returns: a hang-up cancels it."""
        if self._link is not None:
            self._link.end()
        habits = self.habits
        if "reversal" in habits.clears:
            self._turn(not self._reversed)
        if "break" in habits.clears:
            self.channel.on_hook()
        if "tone" in habits.clears:
            await trio.sleep(habits.hang_up_after_s)
            self.cleared_at = self.plane.time
            if habits.hang_up_tone:
                segments, loop_from = parse_tone(habits.hang_up_tone, -10.0)
                self.plane.play(self.channel.port, [Tone(segments, loop_from)], gain_db=habits.gain_db)
            else:
                self._sound("busy")
            await trio.sleep(HOWLER_AFTER_S)
            self._sound("howler")
        await trio.sleep_forever()

    def _turn(self, reversed: bool) -> None:
        self._reversed = reversed
        self.channel.set_polarity(reversed)

    def _sound(self, name: str) -> None:
        tone = self._tones.tone(CallProgress[name.upper()])
        self.plane.play(self.channel.port, [tone], gain_db=self.habits.gain_db)

    async def _sound_for_ever(self, name: str) -> None:
        self._sound(name)
        await trio.sleep_forever()


def _louder(clip: Clip, gain_db: float) -> Clip:
    samples = clip.samples() * 10 ** (gain_db / 20)
    return Clip(samples.clip(-32768, 32767).astype("int16"))


async def _first(*events: trio.Event) -> None:
    """Until one of them has come."""
    async with trio.open_nursery() as waiting:

        async def wait(event: trio.Event) -> None:
            await event.wait()
            waiting.cancel_scope.cancel()

        for event in events:
            waiting.start_soon(wait, event)
