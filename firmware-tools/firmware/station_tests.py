"""Tests of a telephone's port (FXS), with somebody at the telephone.

    hook    it is lifted and hung up: both are seen
    ring    it is rung: it rings, and the lift is seen, which ends the ringing
    keys    it is lifted and keys are pressed: all of them are heard
    lamp    its message lamp is lit and put out, by FSK (GR-1401)

At the telephone is a person who is told what to do, or a trunk's port (FXO) of the box that a cord joins to this one,
which does what a telephone does. Pure judgement (judge_keys) apart from hands. Whatever happens the line is free
afterwards.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Protocol

import trio

from core.texts import N_, _
from firmware.calls import ANSWER_S, Attended
from firmware.setup.dialogue import Dialogue, Mark, confirmed
from firmware.setup.question import yes_no
from firmware.verdict import Verdict
from hw.signalling.line import Call, Established, Released, Seized
from hw.sim.party import NotHeardError
from hw.sim.telephone import Telephone

KEYS = "1234567890*#"
KEYS_S = 30.0
RINGS_S = 10.0
LAMP_S = 5.0
LIFTED_S = 1.0


class Hand(Protocol):
    """At the telephone."""

    async def lifts(self) -> None: ...

    async def hangs_up(self) -> None: ...

    async def presses(self, keys: str) -> None: ...

    async def rings(self) -> bool: ...

    async def lamp_is(self, lit: bool) -> bool: ...


class ToldHand:
    """A person."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    async def lifts(self) -> None:
        self._dialogue.say(_("Lift the telephone."), Mark.HINT)

    async def hangs_up(self) -> None:
        self._dialogue.say(_("Hang the telephone up."), Mark.HINT)

    async def presses(self, keys: str) -> None:
        self._dialogue.say(_("Press the keys {keys}.").format(keys=" ".join(keys)), Mark.HINT)

    async def rings(self) -> bool:
        return await confirmed(self._dialogue, yes_no("hand.rings", N_("Does the telephone ring?")))

    async def lamp_is(self, lit: bool) -> bool:
        text = N_("Is the message lamp lit?") if lit else N_("Is the message lamp out again?")
        return await confirmed(self._dialogue, yes_no("hand.lamp", text))


class CordHand:
    """A trunk's port that a cord joins to the station's; or a simulated telephone."""

    def __init__(self, telephone: Telephone) -> None:
        self._telephone = telephone

    async def lifts(self) -> None:
        self._telephone.lift()
        await trio.sleep(LIFTED_S)

    async def hangs_up(self) -> None:
        self._telephone.hang_up()

    async def presses(self, keys: str) -> None:
        await self._telephone.dial(keys)

    async def rings(self) -> bool:
        return await _happens(self._telephone.rung(RINGS_S))

    async def lamp_is(self, lit: bool) -> bool:
        return await _happens(self._telephone.lamp_is(lit, LAMP_S))


async def _happens(waiting: Awaitable[None]) -> bool:
    try:
        await waiting
    except NotHeardError:
        return False
    return True


# ---- judgement ----


def judge_keys(on: str, keys: str, heard: str) -> Verdict:
    return Verdict("keys", on, "KEYS-OK" if heard == keys else "KEYS-LOST", fills={"keys": keys, "heard": heard or "-"})


# ---- hands ----


async def hook(on: str, attended: Attended, hand: Hand) -> Verdict:
    await hand.lifts()
    if not await attended.until(lambda: attended.of(Seized), ANSWER_S):
        return Verdict("hook", on, "HOOK-DEAD")
    await hand.hangs_up()
    seen = await attended.until(lambda: attended.of(Released), ANSWER_S)
    return Verdict("hook", on, "HOOK-OK" if seen else "HOOK-STUCK")


async def ring(on: str, attended: Attended, hand: Hand) -> Verdict:
    attended.line.place(Call("", complete=True, ring="internal"))
    if not await hand.rings():
        return Verdict("ring", on, "RING-SILENT")
    await hand.lifts()
    seen = await attended.until(lambda: attended.of(Established), ANSWER_S)
    await hand.hangs_up()
    await attended.until(lambda: attended.of(Released), ANSWER_S)
    return Verdict("ring", on, "RING-OK" if seen else "RING-TRIP")


async def keys(on: str, attended: Attended, hand: Hand) -> Verdict:
    await hand.lifts()
    if not await attended.until(lambda: attended.of(Seized), ANSWER_S):
        return Verdict("keys", on, "HOOK-DEAD")
    await hand.presses(KEYS)
    await attended.until(lambda: len(attended.digits) >= len(KEYS) or attended.of(Released), KEYS_S)
    verdict = judge_keys(on, KEYS, attended.digits)
    await hand.hangs_up()
    return verdict


async def lamp(on: str, attended: Attended, hand: Hand) -> Verdict:
    attended.line.message_waiting(True)
    lit = await hand.lamp_is(True)
    attended.line.message_waiting(False)
    if not lit:
        return Verdict("lamp", on, "LAMP-DARK")
    return Verdict("lamp", on, "LAMP-OK" if await hand.lamp_is(False) else "LAMP-STAYS")


TESTS: dict[str, Callable[[str, Attended, Hand], Awaitable[Verdict]]] = {
    "hook": hook,
    "ring": ring,
    "keys": keys,
    "lamp": lamp,
}
