"""Analog trunks: who calls, how soon an answer and a hang-up are noticed, and what is taken for them and is none.

Conditions. Whole lines on the simulated card in virtual time: the public exchange's end sends rings, caller ID and
tones through A-law and white noise (SNR: the signal while it sounds against noise from 0 to 4 kHz), the trunk's machine
listens with the plane's detectors in frames of 20 ms. Lines work side by side; the same seed gives the same figures.

    caller     each kind of caller ID at each level and SNR: is the number told, right, with the call?
    answer     on lines without reversal: seconds from the first word of whoever answers to Established; and minutes of
               ring-back in noise, in which nobody answers
    hang-up    busy and congestion tone over level, SNR, frequency and error of the cadence: seconds from the tone's
               first sample to Released; and the same while we play to a line with echo
    false      speech, conversations, music, digits in a call that nobody ends: how often is it released?
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import trio
import trio.testing

from hw.bench import corpus
from hw.bench.progress import sounds
from hw.callerid import CallerId
from hw.clips import Clip
from hw.plane import Plane
from hw.signalling.analog.profile import LineProfile
from hw.signalling.analog.trunk import Trunk
from hw.signalling.line import (
    Call,
    CallerKnown,
    Connection,
    Established,
    Line,
    LineKind,
    Released,
    Seized,
    Telling,
)
from hw.signalling.shell import ChannelLine
from hw.sim.card import SimCard
from hw.sim.public_exchange import PublicExchange
from hw.sim.public_plan import Behaviour, Plan, Subscriber
from hw.sim.span import Trunks
from hw.sim.subscriber_line import Habits, SubscriberLine
from hw.sim.wire import Condition, Side
from hw.sounds import CountrySounds
from hw.speech import speech
from hw.timers import Timers
from hw.wave import Samples

RATE = 8000
LINES = 24  # side by side
SETTLE_S = 2.5  # a line is free again: hang-up told from flash, guard

CALLER_LEVELS_DBM0 = (-10.0, -15.0, -20.0, -25.0, -30.0)
CALLER_SNRS_DB = (30.0, 25.0, 20.0, 15.0, 10.0)
TARGET_SNR_DB = 25.0  # caller_id_rate is of these and better
CALLER_KINDS = ("mdmf", "sdmf", "dtmf D…C", "dtmf A…#", "dtmf B…D", "dtmf #…A", "dtmf *…#")
CALLERS = 3  # for each cell of the matrix

ANSWER_WORDS = {
    "cmn-latn-pinyin": ("喂？", "喂，你好。", "喂，请问您找哪位？"),
    "en": ("Hello?", "Yes.", "Good morning, service desk."),
}
ANSWER_LEVELS_DBM0 = (-10.0, -20.0, -28.0)
ANSWER_SNRS_DB = (30.0, 20.0)
RING_BACK_DBM0 = (-10.0, -20.0, -30.0)
RING_BACK_SNRS_DB = (30.0, 25.0, 20.0, 15.0, 10.0)
RING_BACK_S = 60.0
NOBODY = "500"

HANG_UP_LEVELS_DBM0 = (-10.0, -20.0, -30.0)
HANG_UP_SNRS_DB = (30.0, 20.0)
HANG_UP_HZ = (430.0, 450.0, 470.0)
HANG_UP_MS = ((350, 350), (700, 700))
HANG_UP_SKEWS = ((0.88, 0.88), (1.0, 1.0), (1.12, 1.12), (1.1, 0.9))

OURS_ERL_DB = (10.0, 15.0, 20.0)
OURS_TONES_DBM0 = (-10.0, -20.0)


@dataclass(frozen=True, slots=True)
class CallerCase:
    kind: str
    dbm0: float
    snr_db: float
    caller: CallerId


@dataclass(frozen=True, slots=True)
class AnswerCase:
    """number: of somebody who says a word. Noise is snr_db below it."""

    number: str
    dbm0: float
    snr_db: float


@dataclass(frozen=True, slots=True)
class RingBackCase:
    dbm0: float
    snr_db: float


@dataclass(frozen=True, slots=True)
class HangUpCase:
    hz: float
    on_ms: int
    off_ms: int
    dbm0: float
    snr_db: float


class TrunkLine:
    """A trunk, the exchange's end of it, and what it told."""

    def __init__(self, world: World, number: int) -> None:
        self.world = world
        self.number = f"6677{number:04}"
        self._wire = world.card.wire(number)
        self.far = SubscriberLine(world.exchange, self.number, world.card.far(number), Habits())
        channel = world.card.open(number)
        machine = Trunk(LineProfile(), channel.info.abilities)
        self.line = ChannelLine(
            channel.info.name, LineKind.TRUNK, channel, machine, world.plane, world.timers, world.sounds, self._hear
        )
        self.told: list[Telling] = []
        self._more = trio.Event()

    def _hear(self, line: Line, telling: Telling) -> None:
        self.told.append(telling)
        self._more.set()
        self._more = trio.Event()

    def noise(self, dbm0: float) -> None:
        self._wire.condition(Side.NEAR, Condition(noise_dbm0=max(-90.0, dbm0)))

    async def until(self, condition: Callable[[], bool], within: float) -> bool:
        with trio.move_on_after(within):
            while not condition():
                await self._more.wait()
        return condition()

    async def free(self) -> None:
        self.line.release()
        await self.until(lambda: self.line.connection is Connection.NULL, 60.0)
        await trio.sleep(SETTLE_S)
        self.told.clear()

    async def caller_told(self, case: CallerCase) -> bool:
        """One call, answered by nobody. True: its number was told, and nothing else."""
        kind, _, framing = case.kind.partition(" ")
        keys = (framing[0], framing[-1]) if framing else ("D", "C")
        self.far.habits = Habits(caller_id=kind, framing=keys, caller_id_dbm0=case.dbm0)
        self.noise(case.dbm0 - case.snr_db)
        await trio.sleep(0.5)
        call = self.world.exchange.call(self.number, case.caller)
        await self.until(lambda: any(isinstance(one, Seized | CallerKnown) for one in self.told), 12.0)
        said = [one.call.calling for one in self.told if isinstance(one, Seized) and one.call.calling is not None]
        call.hang_up()
        await self.until(lambda: any(isinstance(one, Released) for one in self.told), 12.0)
        await self.free()
        return [party.number for party in said] == [case.caller.number]

    async def answer_told(self, case: AnswerCase) -> float | None:
        """Seconds from the answer, which is the first word, to Established; None: not within 10 s of it."""
        self.far.habits = Habits()
        self.noise(case.dbm0 - case.snr_db)
        await trio.sleep(0.5)
        self.line.place(Call(case.number, complete=True))
        await self.until(lambda: any(isinstance(one, Established) for one in self.told), 25.0)
        established = [one for one in self.told if isinstance(one, Established)]
        link = self.far.link
        right = bool(established) and link is not None and link.answered.is_set()
        after = (established[0].time - link.answered_at) / RATE if right and link is not None else None
        self.noise(-90.0)
        await self.free()
        return after

    async def false_answers(self, case: RingBackCase) -> int:
        """How often an answer was told while the line only rang."""
        self.far.habits = Habits(gain_db=case.dbm0 + 10.0)
        self.noise(case.dbm0 - case.snr_db)
        await trio.sleep(0.5)
        self.line.place(Call(NOBODY, complete=True))
        await trio.sleep(RING_BACK_S)
        told = sum(isinstance(one, Established) for one in self.told)
        self.noise(-90.0)
        await self.free()
        return told

    async def answered(self) -> int:
        """In talk with somebody from outside, whose port it returns."""
        call = self.world.exchange.call(self.number, CallerId("02155667788"))
        self._call = call
        if not await self.until(lambda: any(isinstance(one, Seized) for one in self.told), 12.0):
            raise AssertionError("\n".join(self.line.trace()))
        self.line.answer()
        await call.answered.wait()
        return call.port

    async def hang_up_told(self, case: HangUpCase) -> float | None:
        """Seconds from the tone's begin to Released; None: not within 20."""
        tone = f"{case.hz:g}@{case.dbm0:g}/{case.on_ms},0/{case.off_ms}"
        self.far.habits = Habits(hang_up_tone=tone)
        self.noise(-90.0)
        await self.answered()
        self.noise(case.dbm0 - case.snr_db)
        await trio.sleep(2.0)
        self._call.hang_up()
        await self.until(lambda: any(isinstance(one, Released) for one in self.told), 20.0)
        released = [one for one in self.told if isinstance(one, Released)]
        after = (released[0].time - self.far.cleared_at) / RATE if released else None
        self.noise(-90.0)
        await self.free()
        return after

    async def hang_up_told_over(self, case: tuple[Clip, float, HangUpCase]) -> float | None:
        """The same while we play a clip, which comes back weaker by so much; None: not within 30 s."""
        clip, erl_db, tone = case
        self._wire.condition(Side.NEAR, Condition(echo_return_loss_db=erl_db, echo_delay_ms=5.0))
        self.far.habits = Habits(hang_up_tone=f"{tone.hz:g}@{tone.dbm0:g}/{tone.on_ms},0/{tone.off_ms}")
        await self.answered()
        begin = int(np.random.default_rng(round(tone.hz - tone.dbm0)).integers(0, 60 * RATE))
        self.world.plane.play(self.line.port, [clip], loop=True, start=begin)
        await trio.sleep(2.0)
        self._call.hang_up()
        await self.until(lambda: any(isinstance(one, Released) for one in self.told), 30.0)
        released = [one for one in self.told if isinstance(one, Released)]
        after = (released[0].time - self.far.cleared_at) / RATE if released else None
        await self.free()
        return after

    async def false_hang_ups(self, samples: Samples) -> list[str]:
        """Why the call was released, each time, while these were said; it is called again and goes on."""
        clip, at, reasons = Clip(samples), 0, []
        while at < len(samples):
            port = await self.answered()
            playback = self.world.plane.play(port, [clip], speak=True, start=at)
            with trio.CancelScope() as said:

                async def watch(said: trio.CancelScope = said) -> None:
                    await self.until(lambda: any(isinstance(one, Released) for one in self.told), float("inf"))
                    said.cancel()

                async with trio.open_nursery() as nursery:
                    nursery.start_soon(watch)
                    played = await playback.wait()
                    at = len(samples)
                    nursery.cancel_scope.cancel()
            if said.cancelled_caught:
                (released,) = [one for one in self.told if isinstance(one, Released)]
                reasons.append(released.reason)
                self.world.plane.stop(port)
                played = await playback.wait()
                at += played.samples
            self._call.hang_up()
            await self.free()
        return reasons


class World:
    """A card of trunks at a public exchange."""

    def __init__(self, nursery: trio.Nursery, lines: int) -> None:
        self.plane = Plane(virtual=True)
        self.card = SimCard(self.plane, [Trunks(lines)], seed=1)
        self.timers = Timers()
        self.sounds = CountrySounds("cn")
        self.exchange = PublicExchange(self.plane, nursery, _town())

    async def work(self, cases: Iterable[Any], do: Callable[[TrunkLine, Any], Awaitable[Any]], lines: int) -> list[Any]:
        """What `do` makes of each case, in their order; by so many lines side by side."""
        results: dict[int, Any] = {}
        waiting = iter(list(enumerate(cases)))

        async def one(number: int) -> None:
            line = TrunkLine(self, number)
            await trio.sleep(0.1 * number)
            for place, case in waiting:
                results[place] = await do(line, case)

        async with trio.open_nursery() as nursery:
            for number in range(1, lines + 1):
                nursery.start_soon(one, number)
        return [results[place] for place in sorted(results)]


@asynccontextmanager
async def _world(lines: int) -> AsyncIterator[World]:
    async with trio.open_nursery() as nursery:
        world = World(nursery, lines)
        await nursery.start(world.plane.run)
        nursery.start_soon(world.card.run)
        await nursery.start(world.timers.run)
        yield world
        nursery.cancel_scope.cancel()
    world.card.close()
    world.plane.close()
    world.card.free()


def _worked(cases: list[Any], do: Callable[[TrunkLine, Any], Awaitable[Any]], lines: int = LINES) -> list[Any]:
    async def work() -> list[Any]:
        async with _world(min(lines, len(cases))) as world:
            return await world.work(cases, do, min(lines, len(cases)))

    return trio.run(work, clock=trio.testing.MockClock(autojump_threshold=0))


@cache
def _town() -> Plan:
    """Whoever answers says a word, at once; and somebody never answers."""
    words = [(voice, word) for voice, texts in ANSWER_WORDS.items() for word in texts]
    answering = [
        Subscriber(_number(place, dbm0), answer_s=6.3 + 0.8 * place, talk=Clip(speech(word, voice, dbm0)))
        for place, (voice, word) in enumerate(words)
        for dbm0 in ANSWER_LEVELS_DBM0
    ]
    return Plan([Subscriber(NOBODY, Behaviour.RINGS), *answering])


def _number(word: int, dbm0: float) -> str:
    return f"60{word}{-dbm0:.0f}"


def caller_cases(callers: int = CALLERS) -> list[CallerCase]:
    """Numbers of all lengths that China has; names where the kind has room for one."""
    random = np.random.default_rng(1)
    cases = []
    for kind, dbm0, snr_db, _ in product(CALLER_KINDS, CALLER_LEVELS_DBM0, CALLER_SNRS_DB, range(callers)):
        length = int(random.choice([7, 8, 11, 12]))
        number = "".join(str(digit) for digit in random.integers(0, 10, length))
        name = str(random.choice(["", "Zhang Wei", "客户"])) if kind == "mdmf" else ""
        cases.append(CallerCase(kind, dbm0, snr_db, CallerId(number, name=name)))
    return cases


def caller_id(callers: int = CALLERS) -> dict[str, Any]:
    """caller_id_rate: share told right at TARGET_SNR_DB and better; and each kind and level by SNR."""
    cases = caller_cases(callers)
    right = _worked(cases, TrunkLine.caller_told)
    good = [case.snr_db >= TARGET_SNR_DB for case in cases]
    return {
        "caller_id_rate": _share([was for was, counts in zip(right, good, strict=True) if counts]),
        "calls": len(cases),
        "by_kind_at_snr_db": _table([(case.kind, case.snr_db) for case in cases], right),
        "by_dbm0_at_snr_db": _table([(f"{case.dbm0:g}", case.snr_db) for case in cases], right),
    }


def _share(right: list[bool]) -> float:
    return round(sum(right) / len(right), 4)


def _table(cells: list[tuple[str, float]], right: list[bool]) -> dict[str, dict[str, float]]:
    """Share right in each cell; a row for each first part, a column for each SNR."""
    table: dict[str, dict[str, list[bool]]] = {}
    for (row, snr_db), was in zip(cells, right, strict=True):
        table.setdefault(row, {}).setdefault(f"{snr_db:g}", []).append(was)
    return {row: {column: _share(cell) for column, cell in columns.items()} for row, columns in table.items()}


def answers() -> dict[str, Any]:
    """answer_p95_s: of those that were noticed; `noticed`: their share; false_answers: in `ring_back_min` minutes."""
    words = sum(map(len, ANSWER_WORDS.values()))
    cases = [
        AnswerCase(_number(word, dbm0), dbm0, snr)
        for word, dbm0, snr in product(range(words), ANSWER_LEVELS_DBM0, ANSWER_SNRS_DB)
    ]
    times = _worked(cases, TrunkLine.answer_told)
    found = np.array([seconds for seconds in times if seconds is not None])
    ringing = [RingBackCase(dbm0, snr) for dbm0, snr in product(RING_BACK_DBM0, RING_BACK_SNRS_DB)]
    return {
        "answer_p95_s": round(float(np.percentile(found, 95)), 3) if len(found) else None,
        "max_s": round(float(found.max()), 3) if len(found) else None,
        "noticed": round(len(found) / len(times), 4),
        "calls": len(times),
        "false_answers": sum(_worked(ringing, TrunkLine.false_answers)),
        "ring_back_min": round(len(ringing) * RING_BACK_S / 60, 1),
    }


def hang_up_cases() -> list[HangUpCase]:
    matrix = product(HANG_UP_HZ, HANG_UP_MS, HANG_UP_SKEWS, HANG_UP_LEVELS_DBM0, HANG_UP_SNRS_DB)
    return [
        HangUpCase(hz, round(on * skew[0]), round(off * skew[1]), dbm0, snr)
        for hz, (on, off), skew, dbm0, snr in matrix
    ]


def hang_up() -> dict[str, Any]:
    """hangup_p95_s: of those that were noticed; `noticed`: their share."""
    times = _worked(hang_up_cases(), TrunkLine.hang_up_told)
    found = np.array([seconds for seconds in times if seconds is not None])
    return {
        "hangup_p95_s": round(float(np.percentile(found, 95)), 3) if len(found) else None,
        "max_s": round(float(found.max()), 3) if len(found) else None,
        "median_s": round(float(np.median(found)), 3) if len(found) else None,
        "noticed": round(len(found) / len(times), 4),
        "calls": len(times),
    }


def hang_up_over_ours() -> dict[str, Any]:
    """While we play to the line, whose echo comes back: share noticed within 30 s and median, by what and return loss.

    The music is plain notes near the tone's pitch: nothing is worse.
    """
    ours = {
        "speech": Clip(np.asarray(corpus.speech(10)[: 120 * RATE])),
        "music": Clip(np.asarray(corpus.music(10)[: 120 * RATE])),
    }
    figures = {}
    for (name, clip), erl_db in product(ours.items(), OURS_ERL_DB):
        cases = [
            (clip, erl_db, HangUpCase(hz, *ms, dbm0, 40.0))
            for hz, ms, dbm0 in product(HANG_UP_HZ, HANG_UP_MS, OURS_TONES_DBM0)
        ]
        times = _worked(cases, TrunkLine.hang_up_told_over)
        found = [seconds for seconds in times if seconds is not None]
        figures[f"{name}, {erl_db:g} dB"] = {
            "noticed": round(len(found) / len(times), 4),
            "median_s": round(float(np.median(found)), 3) if found else None,
        }
    return figures


def false_hang_ups(minutes: float = 10.0) -> dict[str, Any]:
    """false_hangups: in all that sounds; `hours` of it. The first time it also makes the sounds."""
    heard = sounds(minutes)
    reasons = _worked(list(heard.values()), TrunkLine.false_hang_ups)
    hours = sum(len(samples) for samples in heard.values()) / RATE / 3600
    by_sound = {name: "; ".join(why) or "none" for name, why in zip(heard, reasons, strict=True)}
    return {"false_hangups": sum(len(why) for why in reasons), "hours": round(hours, 2), "by_sound": by_sound}


def figures(minutes: float = 10.0) -> dict[str, Any]:
    """Everything, for `strowger bench lines`; `minutes` of each kind of sound."""
    return {
        "caller_id": caller_id(),
        "answer": answers(),
        "hang_up": hang_up(),
        "hang_up_over_ours": hang_up_over_ours(),
        "false": false_hang_ups(minutes),
    }
