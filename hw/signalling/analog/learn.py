"""Finding out what an analog line is like, by calling: from another line of the box's own, or with somebody's help.

    two lines, and the number of one               about 90 s; nobody has to do anything
        caller  dial tone (level), how it dials, polarity at the answer, hang-up signs when the called goes first
        called  caller ID, pauses between rings, hang-up signs when the caller goes first
        both    noise, loss, echo
    one line, and a person with a mobile           ask() tells what the person is to do now
        called by the person: as above, without levels that need two ends; calling the person, if the number is given

What was found goes into the line's profile (profile.py); what was not found out stays as it was. A hang-up tone is
waited for as long as FIELD says it may be late. Both lines must be out of service meanwhile.

What it does not: ask in words (the console does), judge whether the carrier should be called.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise

import numpy as np
import trio

from hw.callerid import CallerIdError, DtmfCallerId, parse_fsk
from hw.card import LineEventKind
from hw.learn_tone import LearntTone, learn_tone
from hw.levels import RATE, hear_both, level_dbm0, loss, return_loss, send
from hw.signalling.analog.probe import Probe
from hw.signalling.analog.profile import LineProfile, tone_text
from hw.wave import Samples

K = LineEventKind

DIAL_TONE_S = 4.0  # heard before dialling: a continuous tone is measured over 3 s
RING_WITHIN_S = 25.0  # after the last digit (toll connections take 15)
CALL_WITHIN_S = 120.0  # a person finds the telephone and dials
ANSWER_WITHIN_S = 60.0
POLARITY_WITHIN_S = 2.0
TONE_WITHIN_S = 45.0  # FIELD: up to 30 s late; then it must be heard for some seconds
PIECE_S = 8.0  # a tone is looked for in pieces as long as two of its slowest cadences
APART_S = 4.0  # between two calls: the exchange must have seen the first end
BREAK_LEAST_MS = 90.0


class LearnError(Exception):
    """The line could not be learned: what did not happen, and what to look at."""


class Instruction(Enum):
    """What the person is to do now; the console says it in words."""

    CALL_THE_LINE = "call this line from your telephone and let it ring"
    HANG_UP = "hang up now"
    ANSWER = "your telephone will ring: answer it, and say something"
    WAIT = "stay on the line and be quiet for some seconds"


Ask = Callable[[Instruction], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found out; None: it was not, and the profile keeps what it says. In the units of LineProfile."""

    caller_id: str | None = None
    ring_pause_s: float | None = None
    dial: str | None = None
    answer: str | None = None
    hang_up_tone: LearntTone | None = None
    hang_up_after_s: float | None = None
    hang_up_by_reversal: bool | None = None
    loop_break_ms: int | None = None
    loss_db: float | None = None
    noise_dbm0: float | None = None
    tone_dbm0: float | None = None
    echo_return_loss_db: float | None = None

    def into(self, profile: LineProfile) -> LineProfile:
        """The profile with what was found."""
        found = {
            name: value
            for name, value in (
                ("caller_id", self.caller_id),
                ("ring_pause_s", self.ring_pause_s),
                ("dial", self.dial),
                ("answer", self.answer),
                ("hang_up_by_reversal", self.hang_up_by_reversal),
                ("loop_break_ms", self.loop_break_ms),
                ("loss_db", self.loss_db),
                ("noise_dbm0", self.noise_dbm0),
                ("tone_dbm0", self.tone_dbm0),
                ("echo_return_loss_db", self.echo_return_loss_db),
            )
            if value is not None
        }
        if self.hang_up_tone is not None:
            hz = tuple(float(round(each)) for each in self.hang_up_tone.hz)
            found["hang_up_tone"] = tone_text(hz, self.hang_up_tone.cadence_ms)
        return replace(profile, **found)  # type: ignore[arg-type]


async def learn_pair(caller: Probe, called: Probe, number: str) -> tuple[Findings, Findings]:
    """Two calls from one line to the other, whose number it is. Raises LearnError."""
    first, second = await _set_up(caller, called, number)
    out = await _answer_of(caller, called, first)
    out, second = await _levels(caller, called, out, second)
    called.on_hook()
    out = await _signs(caller, out, calling=True)
    caller.on_hook()
    await trio.sleep(APART_S)
    await _set_up(caller, called, number, pulses=out.dial == "pulse", quick=True)
    called.off_hook()
    await trio.sleep(POLARITY_WITHIN_S)
    caller.on_hook()
    second = await _signs(called, second, calling=False)
    called.on_hook()
    await trio.sleep(APART_S)
    return out, second


async def learn_guided(probe: Probe, ask: Ask, number: str = "") -> Findings:
    """With a person on another telephone, who calls the line; and is called on `number`, if it is given.

    ask() returns when the person has been told (and, if the console wants, has confirmed). Raises LearnError.
    """
    probe.forget()
    await ask(Instruction.CALL_THE_LINE)
    if not await probe.until(lambda: bool(probe.of(K.RING_BEGIN)), CALL_WITHIN_S):
        raise LearnError(f"{probe.name}: no ring within {CALL_WITHIN_S:g} s; is that the number of this line?")
    found = await _rings(probe)
    probe.off_hook()
    await ask(Instruction.WAIT)
    await trio.sleep(1.0)
    found = await _echo(probe, found)
    await ask(Instruction.HANG_UP)
    found = await _signs(probe, found, calling=False)
    probe.on_hook()
    await trio.sleep(APART_S)
    if not number:
        return found
    found = await _dialled(probe, found, number)
    await ask(Instruction.ANSWER)
    turned = await probe.until(lambda: bool(probe.of(K.POLARITY)), ANSWER_WITHIN_S)
    found = replace(found, answer="reversal" if turned else "inferred")
    await ask(Instruction.HANG_UP)
    found = await _signs(probe, found, calling=True)
    probe.on_hook()
    await trio.sleep(APART_S)
    return found


# ---- setting a call up ----


async def _set_up(
    caller: Probe, called: Probe, number: str, pulses: bool = False, quick: bool = False
) -> tuple[Findings, Findings]:
    """Until the called line has rung; quick: once is enough."""
    called.forget()
    found = Findings(dial="pulse" if pulses else None)
    if quick:
        caller.off_hook()
        await trio.sleep(DIAL_TONE_S / 2)
        await caller.dial(number, pulses)
    else:
        found = await _dialled(caller, found, number)
    if not await called.until(lambda: bool(called.of(K.RING_BEGIN)), RING_WITHIN_S):
        caller.on_hook()
        raise LearnError(
            f"{called.name} did not ring within {RING_WITHIN_S:g} s of dialling {number} on {caller.name}; "
            "is that its number, and does the line call out without a prefix?"
        )
    if quick:
        return found, Findings()
    return found, await _rings(called)


async def _dialled(probe: Probe, found: Findings, number: str) -> Findings:
    """Digits by keys; by pulses where the dial tone does not mind keys."""
    for pulses in (False, True):
        probe.forget()
        probe.off_hook()
        dial_tone = await probe.worked_out(learn_tone, await probe.hear(DIAL_TONE_S))
        if dial_tone is None:
            probe.on_hook()
            raise LearnError(f"{probe.name}: no dial tone; is the line plugged in, and free?")
        await probe.dial(number, pulses)
        after = await probe.worked_out(learn_tone, await probe.hear(DIAL_TONE_S)) if not pulses else None
        if after is None or after.cadence_ms or abs(after.hz[0] - dial_tone.hz[0]) > 10:
            return replace(found, dial="pulse" if pulses else "dtmf", tone_dbm0=round(dial_tone.dbm0, 1))
        probe.on_hook()
        await trio.sleep(APART_S)
    raise AssertionError("pulses are not looked at afterwards")


async def _rings(probe: Probe) -> Findings:
    """The kind of caller ID, and the pauses, when the second ring has been over for a moment."""
    await probe.until(lambda: len(_bursts(probe)) >= 2, 12.0)
    await trio.sleep(1.2)
    bursts = _bursts(probe)
    pauses = [(later - end) / RATE for (_, end), (later, _) in pairwise(bursts)]
    kinds = [kind for kind, has in (("fsk", _has_message(probe)), ("dtmf", _has_keys(probe))) if has]
    return Findings(
        caller_id="both" if len(kinds) == 2 else kinds[0] if kinds else "none",
        ring_pause_s=round(max(pauses), 1) if pauses else None,
    )


def _bursts(probe: Probe) -> list[tuple[int, int]]:
    """Begin and end of each ring that is over."""
    begins = [event.time for event in probe.of(K.RING_BEGIN)]
    ends = [event.time for event in probe.of(K.RING_END)]
    return list(zip(begins, ends, strict=False))


def _has_message(probe: Probe) -> bool:
    for _, octets in probe.messages:
        try:
            parse_fsk(octets)
        except CallerIdError:
            continue
        return True
    return False


def _has_keys(probe: Probe) -> bool:
    gathers = DtmfCallerId()
    found = [gathers.key(key, time) for time, key in probe.keys]
    if probe.keys:
        found.append(gathers.expire(probe.keys[-1][0] + RATE))
    return any(caller is not None for caller in found)


# ---- answer, levels ----


async def _answer_of(caller: Probe, called: Probe, found: Findings) -> Findings:
    begun = caller.plane.time
    called.off_hook()
    turned = await caller.until(lambda: bool(caller.of(K.POLARITY, since=begun)), POLARITY_WITHIN_S)
    return replace(found, answer="reversal" if turned else "inferred")


async def _levels(caller: Probe, called: Probe, first: Findings, second: Findings) -> tuple[Findings, Findings]:
    """Noise, then a signal each way: what comes out at the other end, and what comes back."""
    quiet = await hear_both(caller.plane, caller.channel.port, called.channel.port, 1.0)
    first = replace(first, noise_dbm0=round(level_dbm0(quiet[0]), 1))
    second = replace(second, noise_dbm0=round(level_dbm0(quiet[1]), 1))
    echo, there = await send(caller.plane, caller.channel.port, called.channel.port)
    first = replace(first, echo_return_loss_db=return_loss(echo, quiet[0]))
    second = replace(second, loss_db=loss(there))
    echo, there = await send(caller.plane, called.channel.port, caller.channel.port)
    second = replace(second, echo_return_loss_db=return_loss(echo, quiet[1]))
    return replace(first, loss_db=loss(there)), second


async def _echo(probe: Probe, found: Findings) -> Findings:
    quiet = await probe.hear(1.0)
    echo, _ = await send(probe.plane, probe.channel.port)
    return replace(found, noise_dbm0=round(level_dbm0(quiet), 1), echo_return_loss_db=return_loss(echo, quiet))


# ---- hang-up ----


async def _signs(probe: Probe, found: Findings, calling: bool) -> Findings:
    """What the line does after the other end has hung up: now, and for as long as a tone may be late.

    A line that breaks the loop or turns polarity is not waited for so long.
    """
    begun = probe.plane.time
    tone, after = None, None
    while tone is None and (probe.plane.time - begun) / RATE < TONE_WITHIN_S:
        piece_at = (probe.plane.time - begun) / RATE
        piece = await probe.hear(PIECE_S)
        tone = await probe.worked_out(learn_tone, piece)
        if tone is not None:
            after = round(piece_at + _onset_s(piece, tone), 1)
        elif probe.of(K.POLARITY, K.BATTERY_LOST, since=begun) and piece_at > 2 * PIECE_S:
            break
    turned = bool(probe.of(K.POLARITY, since=begun))
    found = replace(
        found,
        hang_up_tone=tone or found.hang_up_tone,
        hang_up_after_s=after if after is not None else found.hang_up_after_s,
        loop_break_ms=_break_ms(probe, begun) or found.loop_break_ms,
    )
    return found if calling else replace(found, hang_up_by_reversal=turned)


def _onset_s(piece: Samples, tone: LearntTone) -> float:
    """When the tone was first as loud as it is."""
    looks = piece[: len(piece) // 160 * 160].reshape(-1, 160).astype(np.float64)
    dbm0 = 10 * np.log10(np.mean(np.square(looks), axis=1) / (32768.0**2 / 2) + 1e-12) + 3.14
    loud = np.flatnonzero(dbm0 > tone.dbm0 - 6.0)
    return float(loud[0]) * 160 / RATE if len(loud) else 0.0


def _break_ms(probe: Probe, since: int) -> int | None:
    """Two thirds of the break that was seen, 200 ms at most: it is to be told from a shorter one. None: no break."""
    lost = probe.of(K.BATTERY_LOST, since=since)
    if not lost:
        return None
    back = [event.time for event in probe.of(K.BATTERY_BACK, since=lost[0].time)]
    length_ms = (back[0] - lost[0].time) * 1000 / RATE if back else 1000.0
    return round(min(200.0, max(BREAK_LEAST_MS, length_ms * 2 / 3)))
