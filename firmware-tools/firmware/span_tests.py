"""Tests of a span: its alarm, its counters, loops, bit errors.

    span       looks for three seconds, because a plug just put in has alarms, and judges what stood all the time
    counters   looks once a second at what the framer counts, and at the slips that DAHDI tells as text only
    loop       sends the pattern of prbs.py on every timeslot and looks whether it comes back: over the card's own loop
               (card and driver), over a plug or a loop at the far end (cable, and the way there)
    bit-error  the same for longer, and counts

Pure judgement (judge_*) apart from hands. The loop of the card is opened again whatever happens. A PRI span's D channel
is left out: it carries frames. What it does not: take lines out of service; nobody may have the channels open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields

import trio

from firmware.bench import SPEECH, Bench, Ended, refusal
from firmware.prbs import Received, compare, pattern, total
from firmware.verdict import Figure, Verdict
from hw.card import Alarm, Channel, Defect, HardwareError, SpanCounters, SpanInfo, SpanLoop
from hw.clips import Clip
from hw.g711 import linear

LOOK_S = 3.0
LOOKS_EVERY_S = 0.5
SETTLE_S = 0.6  # from a loop closed, or the pattern's beginning, until it is whole on every timeslot
GOOD_RATIO = 1e-6  # G.821: a connection of good quality is better

_DEFECTS = ((Defect.LOS, "SPAN-LOS"), (Defect.LFA, "SPAN-LFA"), (Defect.LMFA, "SPAN-LMFA"))
_ALARMS = (
    (Alarm.NOT_OPEN, "SPAN-NOT-OPEN"),
    (Alarm.RED, "SPAN-RED"),
    (Alarm.BLUE, "SPAN-BLUE"),
    (Alarm.YELLOW, "SPAN-YELLOW"),
    (Alarm.LOOPBACK, "SPAN-LOOPED"),
    (Alarm.RECOVERING, "SPAN-RECOVERING"),
)
# Of the counters, the one that says most first.
_COUNTERS = (
    ("slips", "COUNT-SLIPS"),
    ("framing_errors", "COUNT-FRAMING"),
    ("code_violations", "COUNT-CODE"),
    ("crc4_errors", "COUNT-CRC4"),
    ("e_bits", "COUNT-E-BITS"),
    ("errored_seconds", "COUNT-SECONDS"),
)


# ---- judgement ----


def judge_looks(number: int, looks: Sequence[SpanInfo], test: str = "span") -> Verdict:
    """Looks at one span, oldest first; one at least."""
    on = f"span {number}"
    codes = [alarm_code(look) for look in looks]
    if len(set(codes)) == 1:
        return Verdict(test, on, codes[0])
    if all(code != "SPAN-OK" for code in codes):
        return Verdict(test, on, codes[-1])
    return Verdict(test, on, "SPAN-UNSTEADY")


def alarm_code(span: SpanInfo) -> str:
    """Of one look. A defect says more than the alarm it brings."""
    for defect, code in _DEFECTS:
        if span.defects & defect:
            return code
    return next((code for alarm, code in _ALARMS if span.alarms & alarm), "SPAN-OK")


def judge_counters(number: int, before: SpanCounters, after: SpanCounters, seconds: float) -> Verdict:
    on = f"span {number}"
    if all(getattr(after, one.name) is None for one in fields(SpanCounters)):
        return Verdict("counters", on, "COUNT-UNKNOWN")
    grown = {name: (getattr(after, name) or 0) - (getattr(before, name) or 0) for name, _ in _COUNTERS}
    code = next((code for name, code in _COUNTERS if grown[name] > 0), "COUNT-OK")
    figures = [Figure(name, count) for name, count in grown.items() if getattr(after, name) is not None]
    return Verdict("counters", on, code, (Figure("seconds", seconds, "s"), *figures))


def judge_pattern(number: int, found: Received, gaps: int, seconds: float) -> Verdict:
    """gaps: lost by this machine itself."""
    on = f"span {number}"
    figures = (
        Figure("seconds", seconds, "s"),
        Figure("bits", found.octets * 8),
        Figure("errors", found.errors),
        Figure("ratio", found.ratio),
        Figure("errored_seconds", found.errored_seconds),
        Figure("slips", found.slips),
    )
    if found.idle:
        return Verdict("bit-error", on, "BER-NOTHING", figures)
    if gaps and (found.errors or found.lost or found.slips):
        return Verdict("bit-error", on, "TEST-STARVED", figures)
    if not found.in_step:
        return Verdict("bit-error", on, "BER-NO-SYNC", figures)
    if found.slips:
        return Verdict("bit-error", on, "BER-SLIPS", figures)
    if found.lost:
        return Verdict("bit-error", on, "BER-BREAKS", figures)
    if found.ratio < GOOD_RATIO:
        return Verdict("bit-error", on, "BER-OK", figures)
    in_bursts = found.burst_errors * 2 > found.errors
    return Verdict("bit-error", on, "BER-BURSTS" if in_bursts else "BER-ERRORS", figures)


def judge_loop(number: int, each: Iterable[tuple[int, Received]], gaps: int, local: bool) -> Verdict:
    """each: slot and what came back on it. local: the card's own loop."""
    on = f"span {number}"
    slots = list(each)
    deaf = [slot for slot, found in slots if not found.in_step]
    wrong = sum(found.errors for _, found in slots)
    fills: dict[str, str | int] = {"slots": ", ".join(map(str, deaf)), "all": len(slots)}
    if deaf and len(deaf) == len(slots):
        return Verdict("loop", on, "LOOP-CARD" if local else "LOOP-OPEN", fills=fills)
    if gaps and (deaf or wrong):
        return Verdict("loop", on, "TEST-STARVED")
    if deaf:
        return Verdict("loop", on, "LOOP-SLOTS", fills=fills)
    return Verdict("loop", on, "LOOP-ERRORS" if wrong else "LOOP-OK", (Figure("errors", wrong),), fills)


# ---- hands ----


async def span_alarm(bench: Bench, number: int, test: str = "span") -> Verdict:
    """Alarm of a span, its meaning and remedy."""
    try:
        looks = [bench.span(test, number)]
        for _ in range(round(LOOK_S / LOOKS_EVERY_S)):
            await trio.sleep(LOOKS_EVERY_S)
            looks.append(bench.span(test, number))
    except Ended as ended:
        return ended.verdict
    return judge_looks(number, looks, test)


async def counters(bench: Bench, number: int, seconds: float) -> Verdict:
    """Whether the span's counters stand still for so long, and it has no alarm. Looked at once a second, because some
    drivers set them back.
    """
    try:
        before = after = bench.span("counters", number)
        left = seconds
        while left > 0 and alarm_code(after) == "SPAN-OK":
            await trio.sleep(min(1.0, left))
            left -= 1.0
            after = bench.span("counters", number)
    except Ended as ended:
        return ended.verdict
    if alarm_code(after) != "SPAN-OK":
        return await span_alarm(bench, number, "counters")
    return judge_counters(number, before.counters, after.counters, seconds)


async def bit_error(bench: Bench, number: int, seconds: float, loop: SpanLoop = SpanLoop.OPEN) -> Verdict:
    """Bit errors over a loop: a plug, one at the far end (OPEN), or the card's own (LOCAL)."""
    try:
        each, gaps = await _sounded(bench, "bit-error", number, seconds, loop)
    except Ended as ended:
        return ended.verdict
    return judge_pattern(number, total(found for _, found in each), gaps, seconds)


async def looped(bench: Bench, number: int, seconds: float, loop: SpanLoop = SpanLoop.LOCAL) -> Verdict:
    """Whether a loop gives back what is sent, on every timeslot: the card's own (LOCAL), or one outside (OPEN)."""
    try:
        each, gaps = await _sounded(bench, "loop", number, seconds, loop)
    except Ended as ended:
        return ended.verdict
    return judge_loop(number, each, gaps, loop is SpanLoop.LOCAL)


async def _sounded(
    bench: Bench, test: str, number: int, seconds: float, loop: SpanLoop
) -> tuple[list[tuple[int, Received]], int]:
    """What came back of the pattern by slot, and the machine's own gaps. Ended."""
    span = bench.span(test, number)
    on = f"span {number}"
    local = loop is SpanLoop.LOCAL
    if not local and alarm_code(span) not in ("SPAN-OK", "SPAN-LOOPED"):
        verdict = await span_alarm(bench, number, test)
        if verdict.code not in ("SPAN-OK", "SPAN-LOOPED"):
            raise Ended(verdict)
    infos = [info for info in span.channels if info.kind in SPEECH]
    if not infos:
        raise Ended(Verdict(test, on, "TEST-NO-CHANNELS"))
    if any(info.law != "a" for info in infos):
        raise Ended(Verdict(test, on, "TEST-LAW"))
    channels = bench.open_all(test, on, infos)
    try:
        if local:
            _close_loop(bench, test, span)
        try:
            return await _played(bench, channels, seconds)
        finally:
            if local:
                bench.card.loop(number, SpanLoop.OPEN)
    finally:
        for channel in channels:
            channel.close()


def _close_loop(bench: Bench, test: str, span: SpanInfo) -> None:
    try:
        bench.card.loop(span.number, SpanLoop.LOCAL)
    except HardwareError as refused:
        raise Ended(refusal(test, f"span {span.number}", refused)) from None


async def _played(bench: Bench, channels: Sequence[Channel], seconds: float) -> tuple[list[tuple[int, Received]], int]:
    clip = Clip(linear(pattern()))
    with bench.plane.batch():
        for channel in channels:
            channel.activate()
            bench.plane.play(channel.port, [clip], loop=True)
    await trio.sleep(SETTLE_S)
    before = bench.gaps()
    heard = await bench.record(channels, seconds)
    gaps = bench.gaps() - before
    received = [
        (
            channel.info.slot,
            await trio.to_thread.run_sync(compare, octets) if not bench.plane.virtual else compare(octets),
        )
        for channel, (octets, _) in zip(channels, heard, strict=True)
    ]
    return received, gaps
