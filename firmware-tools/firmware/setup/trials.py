"""Test calls over one line: out and in; what is measured, and what it means. The calls of the acceptance.

    out   place ── Established ── level, echo ── keys ── we hang up ── he sees it
    in    Seized, caller's number ── answer ── level, echo ── keys ── he hangs up ── we see it

The calls themselves are made by firmware/calls.py. A line is any line (hw/signalling/line.py): what cannot be seen on
its kind is not judged. An analog line shows a hang-up by a tone, whose cadence takes two seconds to be told from speech
(FIELD): the moment at which it began counts.
How time flows: on trio's clock, by the plane's samples.
"""

from __future__ import annotations

from collections.abc import Sequence

import trio

from core.texts import _
from firmware.calls import ANSWER_S, CALL_S, Attended, Unanswered, alerted, answered, first_seized, reached
from firmware.setup.person import Person
from firmware.setup.picture import Trial
from hw.levels import RATE, hear, level_dbm0, return_loss, send
from hw.signalling.line import Call, Established, Party, Released
from hw.sim.telephone import Telephone

KEYS_S = 20.0
HANG_UP_S = 2.0
TONE_S = 45.0
"""FIELD: a hang-up tone may be half a minute late."""
KEYS = "123"
LOUD_DBM0, SOFT_DBM0 = -3.0, -40.0
"""Speech outside of these is not well heard."""
ECHO_DB = 10.0
"""Less is heard by the far end, unless an echo canceller takes it away (G.122: 6 dB at the hybrid, at least)."""

PASS, FAIL, ABORT = "PASS", "FAIL", "ABORT"


async def out(attended: Attended, number: str, main: str, person: Person, way: str) -> list[Trial]:
    """A call from us to a telephone outside."""
    name = f"{way}.out"
    await person.answers(way)
    try:
        await reached(attended, number, main)
    except Unanswered as why:
        sentence = _("{way}: the call to {number} was not answered ({why}).")
        step = _("Call again and answer; check the number, and whether the line calls out without a prefix.")
        return [Trial(name, FAIL, sentence.format(way=way, number=number, why=why), step)]
    found = [Trial(name, PASS, _("{way}: the call to {number} was answered.").format(way=way, number=number))]
    found += await _talk(attended, person, name, way)
    attended.line.release()
    seen = await person.saw_the_end()
    await attended.over()
    return [*found, _seen_there(f"{name}.hang-up", way, seen)]


async def into(lines: Sequence[Attended], number: str, person: Person, way: str) -> list[Trial]:
    """A call from outside to us, by any of these lines."""
    name = f"{way}.in"
    await person.calls(way, number)
    attended = await first_seized(lines)
    if attended is None:
        sentence = _("{way}: no call came within {seconds:g} s.").format(way=way, seconds=CALL_S)
        return [Trial(name, FAIL, sentence, _("Check the number, and that the carrier has opened the line."))]
    await alerted(attended)
    found = [_caller_trial(f"{name}.caller", way, attended.caller), *_number_trial(f"{name}.number", way, attended)]
    if not await answered(attended):
        sentence = _("{way}: the caller hung up before the answer.").format(way=way)
        return [*found, Trial(name, ABORT, sentence, _("Let it ring until it is answered."))]
    found.insert(0, Trial(name, PASS, _("{way}: a call came in and was answered.").format(way=way)))
    found += await _talk(attended, person, name, way)
    await person.hangs_up()
    begun = attended.plane.time
    await attended.until(lambda: attended.of(Released), TONE_S)
    released, now = attended.of(Released), attended.plane.time
    await attended.over()
    return [*found, _seen_here(f"{name}.hang-up", way, released, begun, now)]


async def telephone(attended: Attended, number: str, simulated: Telephone | None) -> list[Trial]:
    """A telephone of the house: it rings, is lifted, its keys are heard, it is hung up."""
    name = f"{number}.telephone"
    attended.line.place(Call(number, complete=True, ring="internal"))
    if simulated is not None:
        await simulated.rung(within=10.0)
        simulated.lift()
    if not await attended.until(lambda: attended.of(Established), ANSWER_S):
        await attended.over()
        sentence = _("Telephone {number} was not lifted.").format(number=number)
        return [Trial(name, FAIL, sentence, _("Does it ring? Check its plug, its cord and the socket."))]
    found = [Trial(name, PASS, _("Telephone {number} rang and was lifted.").format(number=number))]
    attended.listen(True)
    if simulated is not None:
        await trio.sleep(1.0)
        await simulated.dial(KEYS)
    found.append(_keys_trial(f"{name}.keys", number, await attended.key_by_key(KEYS, KEYS_S)))
    if simulated is not None:
        simulated.hang_up()
    if not await attended.until(lambda: attended.of(Released), KEYS_S):
        await attended.over()
        sentence = _("Telephone {number} was not hung up.").format(number=number)
        return [*found, Trial(f"{name}.hang-up", ABORT, sentence, _("Hang it up."))]
    sentence = _("Telephone {number}: hanging up is seen.").format(number=number)
    return [*found, Trial(f"{name}.hang-up", PASS, sentence)]


# ---- within a call ----


async def _talk(attended: Attended, person: Person, name: str, way: str) -> list[Trial]:
    plane, port = attended.plane, attended.line.port
    await person.is_quiet()
    quiet = await hear(plane, port, 1.0)
    back, _there = await send(plane, port)
    found = [_echo_trial(f"{name}.echo", way, return_loss(back, quiet))]
    await person.speaks()
    found.insert(0, _level_trial(f"{name}.level", way, level_dbm0(await hear(plane, port, 2.0)), level_dbm0(quiet)))
    attended.listen(True)
    await person.presses(KEYS)
    keys = await attended.key_by_key(KEYS, KEYS_S)
    attended.listen(False)
    return [*found, _keys_trial(f"{name}.keys", way, keys)]


# ---- judging ----


def _level_trial(name: str, way: str, dbm0: float, noise_dbm0: float) -> Trial:
    figures = {_("level heard"): f"{dbm0:.1f} dBm0", _("noise"): f"{noise_dbm0:.1f} dBm0"}
    if dbm0 < noise_dbm0 + 6.0 or dbm0 < SOFT_DBM0:
        sentence = _("{way}: hardly anything is heard of the far end ({level:.0f} dBm0).").format(way=way, level=dbm0)
        step = _("Speak while it is asked for; if it stays so soft, have the carrier measure the line.")
        return Trial(name, FAIL, sentence, step, figures)
    if dbm0 > LOUD_DBM0:
        sentence = _("{way}: the far end is too loud ({level:.0f} dBm0).").format(way=way, level=dbm0)
        return Trial(name, FAIL, sentence, _("Lower the gain of the port."), figures)
    sentence = _("{way}: the far end is heard at {level:.0f} dBm0.").format(way=way, level=dbm0)
    return Trial(name, PASS, sentence, "", figures)


def _echo_trial(name: str, way: str, loss_db: float | None) -> Trial:
    if loss_db is None:
        sentence = _("{way}: no echo comes back.")
        return Trial(name, PASS, sentence.format(way=way), "", {_("echo return loss"): _("more than can be measured")})
    figures = {_("echo return loss"): f"{loss_db:.1f} dB"}
    sentence = _("{way}: our speech comes back {loss:.0f} dB weaker.").format(way=way, loss=loss_db)
    if loss_db >= ECHO_DB:
        return Trial(name, PASS, sentence, "", figures)
    return Trial(name, FAIL, sentence, _("Tune the port's impedance; then have the carrier look at its pair."), figures)


def _keys_trial(name: str, way: str, keys: str) -> Trial:
    if keys == KEYS:
        return Trial(name, PASS, _("{way}: the keys {keys} were heard.").format(way=way, keys=KEYS))
    sentence = _('{way}: of the keys {keys}, only "{heard}" was heard.').format(way=way, keys=KEYS, heard=keys)
    step = _("Press them one by one, for half a second each; a mobile may be set to short tones.")
    return Trial(name, FAIL, sentence, step)


def _caller_trial(name: str, way: str, party: Party | None) -> Trial:
    if party is not None and party.number:
        return Trial(name, PASS, _("{way}: the caller's number is {number}.").format(way=way, number=party.number))
    step = _(
        "Order caller ID from the carrier; learn an analog line (strowger line learn), "
        "on R2 set after how many digits to ask."
    )
    return Trial(name, FAIL, _("{way}: the caller's number did not come.").format(way=way), step)


def _number_trial(name: str, way: str, attended: Attended) -> list[Trial]:
    """What the network sent of our number; nothing on an analog line."""
    digits = attended.digits
    if not digits:
        return []
    return [Trial(name, PASS, _("{way}: the network sends {digits} as our number.").format(way=way, digits=digits))]


def _seen_here(name: str, way: str, released: Released | None, begun: int, now: int) -> Trial:
    step = _(
        "Learn the line again (strowger line learn): its hang-up tone may be another; else order polarity reversal."
    )
    if released is None:
        sentence = _("{way}: the far end hung up, and nothing showed it within {seconds:g} s.")
        return Trial(name, FAIL, sentence.format(way=way, seconds=TONE_S), step)
    sign_s = max(0.0, ((released.since if released.since is not None else now) - begun) / RATE)
    told_s = max(0.0, (now - begun) / RATE)
    figures = {_("sign"): f"{sign_s:.1f} s", _("understood"): f"{told_s:.1f} s"}
    sentence = _("{way}: the far end's hanging up is seen after {seconds:.1f} s.").format(way=way, seconds=sign_s)
    return Trial(name, PASS if sign_s <= HANG_UP_S else FAIL, sentence, "" if sign_s <= HANG_UP_S else step, figures)


def _seen_there(name: str, way: str, seen: bool) -> Trial:
    if seen:
        return Trial(name, PASS, _("{way}: the far end sees within 2 s that we hung up.").format(way=way))
    sentence = _("{way}: the far end did not see within 2 s that we hung up.").format(way=way)
    return Trial(name, FAIL, sentence, _("Mobile networks may be slower; try a telephone of the fixed network."))
