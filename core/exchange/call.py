"""A call: the legs of one conversation, in a nursery of its own.

    Exchange.begin() ──> Call.live() ── nursery ──────────────────────────────────────────┐
                           routine: dial, route, destination.take(call)    (on the calling party's behalf)
                           then the conversation: nothing runs, legs come and go by orders and tellings
                           end(): every leg released, the plane given back, CallCleared ───┘

One routine at a time serves the calling party: collects digits, rings, queues, talks to him. It is cancelled the moment
he goes, and gives back in `finally` what it holds. When no routine runs and fewer than two legs are left, the call is
over. A routine that fails by our own fault costs this call alone: Exchange.begin() sees to that.

A transfer moves legs between calls (transfer.py); a routine finds the calling party by `call.calling`, which may be
another one after each await.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import trio

from core.exchange.arrangement import Arrangement
from core.exchange.device import Device, DeviceKind
from core.exchange.leg import Leg, State, Treatment
from core.exchange.payer import Payer
from core.exchange.refusal import Refused
from hw.signalling.line import Party
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange

log = logging.getLogger(__name__)

WORDS_LONGEST_S = 30.0  # of an announcement to a caller who is not answered: his line is held meanwhile
VISIT = "visit"  # the key of Call.data that says to which matter the call belongs
FAILURE_TONE_S = 20.0  # to a party in conversation that was refused something

Routine = Callable[["Call"], Awaitable[None]]


class Call:
    """Made by Exchange.begin(). `data` travels with the caller through every transfer; a consultation shares it."""

    def __init__(self, exchange: Exchange, number: int, direction: str) -> None:
        self.exchange = exchange
        self.id = number
        self.direction = direction  # "internal", "in", "out": of its first leg
        self.begun = exchange.utc()
        self.legs: list[Leg] = []
        self.calling: Leg | None = None
        self._called = ""
        self.dialled = ""
        self.consults: int | None = None  # the call that was held for this one
        self.data: dict[str, Any] = {}
        self.priority: int | None = None  # of this call alone in queues, whatever the data say that it may share
        self.diversions: list[str] = []  # devices that have diverted it
        self.diverted = ""  # why the last of them did
        self.emergency = False
        self.charged = True  # an answer of ours costs the caller
        self.payer: Payer | None = None  # for whom it is made, where that is nobody in it
        self.account = ""  # whose PIN that was
        self.pin = False  # a PIN was entered for this call and is right
        self.recall = False  # comes back to a telephone that has made it: not to be kept away
        self.answered = False
        self.last_station = ""  # that was connected and has left
        self.finished = False
        self.ringing = False  # somebody is being rung for the calling party
        self.cause = Cause.NORMAL_CLEARING
        self.nursery: trio.Nursery | None = None
        self._arrangement = Arrangement(exchange.plane)
        self._routine: trio.CancelScope | None = trio.CancelScope()
        """Of the routine that runs, or is about to; None: none does."""
        self._turn = trio.Lock()
        self._over = trio.Event()
        self._woken: trio.Event | None = None

    def __repr__(self) -> str:
        return f"<Call {self.id} of {', '.join(leg.name for leg in self.legs)}>"

    @property
    def called(self) -> str:
        """The number as it was understood."""
        return self._called

    @called.setter
    def called(self, number: str) -> None:
        self._called = number
        self.exchange.touched(self)

    @property
    def visit(self) -> int:
        """One number for all contacts of one matter (客户访问标识): that of the call with which it began."""
        said = self.data.get(VISIT)
        if isinstance(said, int) and said:
            return said
        held = self.exchange.calls.get(self.consults or 0)
        return held.visit if held is not None and held.data is self.data else self.id

    # ---- life ----

    async def live(self, routine: Routine) -> None:
        """Runs until the call is over."""
        try:
            async with trio.open_nursery() as self.nursery:
                assert self._routine is not None
                await self._serve(routine, self._routine)
                # A forgotten handset must not hold a trunk for ever.
                with trio.move_on_after(self.exchange.box.limits.call_hours * 3600):
                    await self._over.wait()
                if not self.finished:
                    self.end(Cause.NORMAL_CLEARING, "lasted too long")
                self.nursery.cancel_scope.cancel()
        except BaseException:
            self.cause = Cause.TEMPORARY_FAILURE
            raise
        finally:
            self.end(self.cause, "fault" if self.cause is Cause.TEMPORARY_FAILURE else "")

    async def _serve(self, routine: Routine, scope: trio.CancelScope) -> None:
        """Runs a routine for the calling party, until done or he is gone; its refusal is told him."""
        async with self._turn:
            with scope:
                try:
                    await routine(self)
                except Refused as refused:
                    await self._tell_refusal(refused)
            if self._routine is scope:
                self._routine = None
                self.check()

    def start(self, routine: Routine) -> None:
        """Another routine in the place of the present one, as soon as that one has given back what it had."""
        assert self.nursery is not None
        if self._routine is not None:
            self._routine.cancel()
        scope = self._routine = trio.CancelScope()
        self.nursery.start_soon(self._serve, routine, scope)

    def nursery_task(self, task: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Something that watches the call and ends with it."""
        assert self.nursery is not None
        self.nursery.start_soon(task, *arguments)

    @property
    def served(self) -> bool:
        """A routine runs for the calling party."""
        return self._routine is not None

    def check(self) -> None:
        """Is anybody left to speak with? A party that is left alone may be wanted elsewhere. Services among themselves
        have nothing to say.
        """
        parties = [leg for leg in self.legs if not leg.listener]
        people = any(leg.device.kind is not DeviceKind.SERVICE for leg in parties)
        if self._routine is not None or (len(parties) > 1 and people) or self.finished:
            return
        left = parties[0] if parties else None
        if left is None or left.after is None or left.state is not State.CONNECTED:
            self.end(self.cause)
            return
        routine, left.after = left.after, None
        self.calling = left
        self.start(routine)

    def end(self, cause: Cause = Cause.NORMAL_CLEARING, reason: str = "", into: int = 0) -> None:
        """Releases every leg; twice is nothing. `into`: the call that goes on with its parties."""
        if self.finished:
            return
        self.finished = True
        if self._routine is not None:
            self._routine.cancel()
        for leg in list(self.legs):
            self.drop(leg, cause, "exchange", reason)
        self._arrangement.close()
        self.exchange.finish(self, cause, reason, into)
        self._over.set()

    # ---- legs ----

    def add(self, device: Device, state: State, party: Party, *, calling: bool = False) -> Leg:
        leg = Leg(self, device, calling, party, state)
        self.legs.append(leg)
        if calling:
            self.calling = leg
        self.exchange.touched(self)
        return leg

    def others(self, leg: Leg) -> list[Leg]:
        return [other for other in self.legs if other is not leg]

    def peer(self, leg: Leg) -> Leg | None:
        """The other party of a call of two."""
        others = [other for other in self.legs if other is not leg and not other.listener]
        return others[0] if len(others) == 1 else None

    def drop(
        self,
        leg: Leg,
        cause: Cause = Cause.NORMAL_CLEARING,
        by: str = "exchange",
        reason: str = "",
        *,
        free: bool = True,
        only: State | None = None,
    ) -> None:
        """The leg leaves the call and is over; one that has left already is nothing.

        free: its device is told to release it (else it has gone by itself). only: if it is in this state.
        """
        if leg not in self.legs or (only is not None and leg.state is not only):
            return
        if leg.device.kind is DeviceKind.STATION and leg.state in (State.CONNECTED, State.HELD):
            self.last_station = leg.name
        self._forget(leg)
        leg.cause, leg.reason = cause, reason
        leg.enter(State.NULL)
        self.note("ConnectionCleared", leg, cause=int(cause), by=by, reason=reason)
        self._arrangement.leave(leg)
        self.arrange()
        if free:
            leg.device.release(leg, cause)
        self._without(leg, cause)

    def _without(self, leg: Leg, cause: Cause) -> None:
        if self.finished:
            return
        if leg is self.calling and self._routine is not None:
            self.cause = cause
            self._routine.cancel()
        elif self._routine is None:
            self.cause = cause if not self.answered else Cause.NORMAL_CLEARING
            left = [other for other in self.legs if not other.listener]
            party = not leg.listener and not self.emergency
            if party and len(left) > 1 and not self.exchange.router.may_leave(leg.device, left):
                self.note("Barred", leg, reason="trunk_to_trunk")
                self.end(Cause.NORMAL_CLEARING, "nobody of ours left")
            self.check()

    def _forget(self, leg: Leg) -> None:
        self.legs.remove(leg)
        if leg.treatment is not None:
            self.note("TreatmentEnded", leg, name=leg.treatment.name)
            leg.treatment = None

    def give(self, leg: Leg, to: Call) -> None:
        """Moves a leg; nothing is released."""
        self._forget(leg)
        self._arrangement.leave(leg)
        self.arrange()
        leg.call = to
        to.legs.append(leg)

    # ---- what the parties are told ----

    def alerting(self) -> None:
        """Somebody rings for the calling party: he hears ring-back tone, or the music of whom he called."""
        self.ringing = True
        leg = self.calling
        if leg is None or leg.gone:
            return
        music = self.exchange.sounds.ring_back_music if leg.device.kind is DeviceKind.TRUNK else None
        if leg.port >= 0 or music is not None:
            leg.treat(music or self.exchange.sounds.tone("ringback"))
        if leg.port < 0:
            leg.device.alert(leg, in_band=music is not None)

    def establish(self, answering: Leg, connected: Party | None = None, *, charged: bool = True) -> None:
        """Somebody has answered: the calling party is connected to him."""
        self.ringing = False
        self.answered = True
        for other in self.legs.copy():
            if other is not answering:
                self.drop(other, Cause.ANSWERED_ELSEWHERE, "exchange", "answered elsewhere", only=State.ALERTING)
        leg = self.calling
        if leg is not None and not leg.gone:
            if leg.treatment is not None:
                leg.treat(None)
            if leg.state is not State.CONNECTED:
                leg.device.answer(leg, connected)
        self.arrange()

    async def lifted(self, within_s: float) -> Leg | None:
        """Who was rung, once he lifts; None: he did not in time, and the call is over."""
        leg = self.calling
        assert leg is not None
        with trio.move_on_after(within_s):
            await leg.until(State.CONNECTED)
        if leg.state is State.CONNECTED:
            return leg
        self.end(Cause.NO_ANSWER, "no answer")
        return None

    async def announce(self, leg: Leg, treatment: Treatment, cause: Cause | None = None) -> None:
        """Says something to a party, before its answer if need be and the line can; else nothing."""
        if leg.state is State.INITIATED and leg.device.kind is not DeviceKind.SERVICE:
            leg.device.progress(leg, cause)
        with trio.move_on_after(WORDS_LONGEST_S):
            await leg.play(treatment)

    async def _tell_refusal(self, refused: Refused) -> None:
        """Words where there are any, then the tone of the cause, by the line itself or by us."""
        leg = self.calling
        self.cause = refused.cause
        self.ringing = False
        if leg is None or leg.gone:
            return
        self.note("Failed", leg, cause=int(refused.cause), reason=refused.reason)
        leg.device.refused(leg, self.called)
        spoken = await self.exchange.sounds.refusal(refused, leg.device.language)
        if spoken is not None and leg.device.can_hear(leg):
            await self.announce(leg, spoken, refused.cause)
        if leg.gone:
            return
        if leg.state is State.CONNECTED or leg.device.holds_others(leg):
            leg.enter(State.FAIL)
            leg.treat(self.exchange.sounds.failure(refused.cause))
            with trio.move_on_after(FAILURE_TONE_S):
                await leg.until(State.NULL)
        self.end(refused.cause, refused.reason)

    def arrange(self) -> None:
        """Anything about legs or what they hear has changed."""
        if not self.finished:
            self._arrangement.settle(self.legs, self.exchange.sounds.music)
            for attendant in self.exchange.attendants:
                attendant.settled(self)
            self.exchange.touched(self)

    def woke(self) -> None:
        """One of its legs has news."""
        if self._woken is not None:
            self._woken.set()
            self._woken = None

    async def news(self) -> None:
        """Until something happens to any of its legs."""
        if self._woken is None:
            self._woken = trio.Event()
        await self._woken.wait()
        # Woken because the calling party has gone: nothing of his may go on.
        await trio.lowlevel.checkpoint_if_cancelled()

    def take_out(self, leg: Leg, reason: str) -> None:
        """A transfer has replaced it: it leaves, and its device goes on without it. Nobody else is touched."""
        self._forget(leg)
        leg.reason = reason
        leg.enter(State.NULL)
        self.note("ConnectionCleared", leg, cause=int(Cause.NORMAL_CLEARING), by="exchange", reason=reason)
        self._arrangement.leave(leg)
        leg.device.forget(leg)
        if leg is self.calling:
            self.calling = None

    def resound(self, leg: Leg) -> None:
        """The line has stopped whatever was played to it: once more."""
        self._arrangement.silenced(leg)
        self.arrange()

    @property
    def joined_ports(self) -> frozenset[int]:
        """Whose speech the plane has joined for this call."""
        return self._arrangement.joined_ports

    @property
    def in_room(self) -> bool:
        """Its parties speak with those of other calls: in a conference."""
        return self._arrangement.shared is not None

    def share(self, bridge: int | None) -> None:
        """The parties speak in a bridge that is not the call's own, or in their own again."""
        self._arrangement.shared = bridge
        self.arrange()

    def note(self, kind: str, leg: Leg | None = None, **data: Any) -> None:
        self.exchange.journal.note(kind, call=self.id, device=leg.name if leg is not None else "", **data)
