"""Tests of a line that need somebody at the other side: another line of the box, or a person (partner.py).

    hang-up     we hang up, does he see it; he hangs up, do we see it: within two seconds
    caller-id   he calls: the number that comes, and by which standard (ETSI EN 300 659, GR-30, Q.931, Q.441)
    digits      he presses keys, we send keys: are all of them heard
    level       he speaks, and we do: how loud it arrives

Any line will do, analog, PRI or R2: the calls are those of calls.py. A call is made to his number where it is known,
else he calls ours. Pure judgement (judge_*) apart from hands. Whatever happens the line is free afterwards.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import trio

from core.texts import _
from firmware.bench import Ended
from firmware.calls import CALL_S, Attended, Unanswered, alerted, answered, first_seized, reached
from firmware.partner import HANG_UP_S, Partner, end_seen, greet
from firmware.verdict import Figure, Verdict
from hw.levels import hear, level_dbm0, send
from hw.signalling.line import CallerKnown, Connection, Party, Presentation, Released

TONE_S = 45.0
"""FIELD: a hang-up tone may be half a minute late."""
KEYS_S = 20.0
SETTLE_S = 1.0
LOUD_DBM0, SOFT_DBM0 = -3.0, -40.0
"""Speech outside of these is not well heard."""
SOFT_SIGNAL_DBM0 = -33.0
"""Of the signal of -13 dBm0 that a line sends: 20 dB are lost."""
ABOVE_NOISE_DB = 6.0


@dataclass(frozen=True)
class Pair:
    """on: as the verdict names the line. number: of the partner, own: of the line; "": not known."""

    on: str
    attended: Attended
    partner: Partner
    number: str = ""
    own: str = ""


# ---- judgement ----


def judge_hang_up(on: str, here_s: float | None, seen_there: bool) -> Verdict:
    """here_s: after so long the other side's hang-up showed here; None: it did not."""
    if here_s is None:
        return Verdict("hang-up", on, "HANGUP-NONE", fills={"most": f"{TONE_S:g} s"})
    figures = (Figure("here", here_s, "s"),)
    if here_s > HANG_UP_S:
        return Verdict("hang-up", on, "HANGUP-LATE", figures)
    return Verdict("hang-up", on, "HANGUP-OK" if seen_there else "HANGUP-THERE", figures)


def judge_caller(on: str, party: Party | None, problem: str, wanted: str) -> Verdict:
    """wanted: the caller's number as far as it is known. Exchanges put an area code before it, or leave it out."""
    if party is not None and party.number:
        fills = {"number": party.number, "standard": party.by or _("the signalling"), "wanted": wanted}
        same = not wanted or party.number.endswith(wanted) or wanted.endswith(party.number)
        return Verdict("caller-id", on, "CALLER-OK" if same else "CALLER-OTHER", fills=fills)
    if party is not None and party.presentation is Presentation.RESTRICTED:
        return Verdict("caller-id", on, "CALLER-WITHHELD")
    if party is not None and party.raw:
        return Verdict("caller-id", on, "CALLER-DAMAGED", fills={"problem": problem or party.raw})
    return Verdict("caller-id", on, "CALLER-NONE")


def judge_digits(on: str, keys: str, here: str, there: str) -> Verdict:
    if here != keys:
        return Verdict("digits", on, "DIGITS-HERE", fills={"keys": keys, "heard": here or "-"})
    if there != keys:
        return Verdict("digits", on, "DIGITS-THERE", fills={"keys": keys, "heard": there or "-"})
    return Verdict("digits", on, "DIGITS-OK", fills={"keys": keys})


def judge_level(on: str, here_dbm0: float, noise_dbm0: float, there_dbm0: float | None, signal: bool) -> Verdict:
    """there_dbm0: what the other side hears of us, where it can be measured. signal: no voice, but the known signal."""
    soft = SOFT_SIGNAL_DBM0 if signal else SOFT_DBM0
    there = (Figure("there", there_dbm0, "dBm0"),) if there_dbm0 is not None else ()
    figures = (Figure("level", here_dbm0, "dBm0"), Figure("noise", noise_dbm0, "dBm0"), *there)
    if here_dbm0 < max(soft, noise_dbm0 + ABOVE_NOISE_DB):
        return Verdict("level", on, "LEVEL-LOW", figures)
    if here_dbm0 > LOUD_DBM0:
        return Verdict("level", on, "LEVEL-HIGH", figures)
    if there_dbm0 is not None and there_dbm0 < soft:
        return Verdict("level", on, "LEVEL-THERE", figures)
    return Verdict("level", on, "LEVEL-OK", figures)


# ---- hands ----


async def hang_up(pair: Pair) -> Verdict:
    """Two calls, because either side's hang-up ends one."""
    attended, partner = pair.attended, pair.partner
    async with _call(pair, "hang-up"):
        attended.line.release()
        seen_there = await partner.saw_the_end()
    async with _call(pair, "hang-up"):
        await partner.hangs_up()
        here_s = await end_seen(attended, attended.plane.time, TONE_S)
    return judge_hang_up(pair.on, here_s, seen_there)


async def caller_id(pair: Pair) -> Verdict:
    """The call is not answered. An analog line says by the second ring at the latest that no number comes."""
    attended = pair.attended
    async with _offered(pair, "caller-id"):
        await attended.until(lambda: attended.caller is not None or attended.of(Released), 10.0)
        known = attended.of(CallerKnown)
        await pair.partner.hangs_up()  # an analog line cannot refuse: it would ring on
        return judge_caller(pair.on, attended.caller, known.problem if known else "", pair.number)


async def digits(pair: Pair) -> Verdict:
    attended, partner = pair.attended, pair.partner
    async with _call(pair, "digits"):
        await partner.is_quiet()
        attended.listen(True)
        await partner.presses(partner.keys)
        here = await attended.key_by_key(partner.keys, KEYS_S)
        attended.listen(False)
        partner.listens()
        attended.line.send(partner.keys)
        there = await partner.heard(partner.keys)
    return judge_digits(pair.on, partner.keys, here, there)


async def level(pair: Pair, seconds: float = 2.0) -> Verdict:
    attended, partner = pair.attended, pair.partner
    plane, port = attended.plane, attended.line.port
    there = None
    async with _call(pair, "level"):
        port = attended.line.port
        await partner.is_quiet()
        noise = level_dbm0(await hear(plane, port, 1.0))
        if partner.port is not None:
            there = level_dbm0((await send(plane, port, partner.port))[1])
        await partner.speaks()
        here = level_dbm0(await hear(plane, port, seconds))
    return judge_level(pair.on, here, noise, there, partner.port is not None)


@asynccontextmanager
async def _call(pair: Pair, test: str) -> AsyncIterator[None]:
    """Both are speaking; afterwards both are free. Ended: it could not be."""
    if not pair.number:
        async with _offered(pair, test):
            if not await answered(pair.attended):
                raise Ended(_no_call(pair, test))
            if pair.partner.port is not None:
                await trio.sleep(SETTLE_S)
                await greet(pair.attended)
            yield
        return
    await _free(pair, test)
    await pair.partner.answers(pair.on)
    try:
        await reached(pair.attended, pair.number)
        yield
    except Unanswered as why:
        fills = {"number": pair.number, "why": str(why)}
        raise Ended(Verdict(test, pair.on, "TEST-UNANSWERED", fills=fills)) from None
    finally:
        with trio.CancelScope(shield=True):
            await pair.attended.over()


@asynccontextmanager
async def _offered(pair: Pair, test: str) -> AsyncIterator[None]:
    """He calls, and it rings here; afterwards the line is free. Ended: no call came."""
    await _free(pair, test)
    try:
        await pair.partner.calls(pair.on, pair.own)
        if await first_seized([pair.attended]) is None:
            raise Ended(_no_call(pair, test))
        await alerted(pair.attended)
        yield
    finally:
        with trio.CancelScope(shield=True):
            await pair.attended.over()


async def _free(pair: Pair, test: str) -> None:
    """Ended: a call that is over for us still rings."""
    await pair.attended.anew()
    connection = pair.attended.line.connection
    if connection is not Connection.NULL:
        raise Ended(Verdict(test, pair.on, "TEST-NO-SERVICE", fills={"why": connection.value}))


def _no_call(pair: Pair, test: str) -> Verdict:
    return Verdict(test, pair.on, "TEST-NO-CALL", fills={"most": f"{CALL_S:g} s"})
