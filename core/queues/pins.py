"""Agents' PINs: those of the configuration, until an agent chooses one of his own (更改密码).

    change(1001, old, new) ──> kept as a hash (argon2id), over restarts
                               └── the configuration gives him another PIN: his own is void, he has forgotten it

To make or to try a hash takes a twentieth of a second on purpose: that is done in a worker thread.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import argon2
import trio

from core.config.codes import weak
from core.exchange.refusal import Refused, Said
from core.texts import _
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.config.model.queues import AgentSettings
    from core.exchange.exchange import Exchange

KEPT = "queues/pin/"
SHORTEST, LONGEST = 6, 12
WRONG = Said("pin.wrong-or-unknown")

T = TypeVar("T")


class Pins:
    """threaded=False: for virtual time."""

    def __init__(self, exchange: Exchange, *, threaded: bool = False) -> None:
        self._exchange = exchange
        self._threaded = threaded
        self._one = trio.CapacityLimiter(1)

    def own(self, agent: str) -> bool:
        """He has chosen one himself, and it holds."""
        person = self._person(agent)
        return person is not None and self._kept(person) is not None

    def needed(self, agent: str) -> bool:
        """An unknown number is asked for one, too: nobody learns from us which there are."""
        person = self._person(agent)
        return person is None or bool(person.pin) or self.own(agent)

    async def prove(self, device: str, agent: str, pin: str) -> None:
        """Refused: it is wrong, or was so too often, by this agent or at this telephone."""
        lockout, now, keys = self._exchange.lockout, self._exchange.clock(), (("agent", agent), ("agents at", device))
        if lockout.wait_s(*keys, now=now):
            text = _("too many wrong PINs; try again later")
            raise Refused(Cause.CALL_REJECTED, "wrong-pin", text, said=Said("pin.blocked"))
        if not await self._right(agent, pin):
            lockout.wrong(*keys, now=now)
            text = _("the agent's number or PIN is wrong")
            raise Refused(Cause.CALL_REJECTED, "wrong-pin", text, said=WRONG)
        lockout.right(*keys)

    async def change(self, device: str, agent: str, old: str, new: str) -> None:
        """Refused: the old one is wrong, the new one too short, too long or too easy."""
        if not (new.isdigit() and new.isascii() and SHORTEST <= len(new) <= LONGEST):
            text = _("a PIN has {least} to {most} digits").format(least=SHORTEST, most=LONGEST)
            said = Said("pin.too-short", {"digits": SHORTEST})
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text, said=said)
        if weak(new, agent) or weak(new, device):
            text = _("this PIN is too easy to guess; choose one without order, and not the agent's number")
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text, said=Said("pin.too-easy"))
        await self.prove(device, agent, old)
        made = await self._aside(lambda: argon2.PasswordHasher().hash(new))
        person = self._person(agent)
        if person is not None:  # else a commit has taken him away meanwhile
            self._exchange.journal.state[KEPT + agent] = {"upon": _upon(person), "hash": made}

    async def _right(self, agent: str, pin: str) -> bool:
        person = self._person(agent)
        if person is None:
            return False
        kept = self._kept(person)
        if kept is None:
            return hmac.compare_digest(person.pin.encode(), pin.encode()) or not person.pin
        return await self._aside(lambda: _verified(kept, pin))

    def _kept(self, person: AgentSettings) -> str | None:
        row = self._exchange.journal.state.get(KEPT + person.number)
        return None if row is None or row["upon"] != _upon(person) else str(row["hash"])

    def _person(self, agent: str) -> AgentSettings | None:
        return next((one for one in self._exchange.box.agent if one.number == agent), None)

    async def _aside(self, work: Callable[[], T]) -> T:
        if self._threaded:
            return await trio.to_thread.run_sync(work, limiter=self._one)
        return work()


def _verified(kept: str, pin: str) -> bool:
    try:
        return argon2.PasswordHasher().verify(kept, pin)
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


def _upon(person: AgentSettings) -> str:
    """What the configuration says, so that another PIN there is noticed."""
    return hashlib.blake2b(person.pin.encode(), person=person.number.encode()[:16], digest_size=16).hexdigest()
