"""A circuit towards the network: one line, at most one leg.

    the network calls     Seized, digits ───> a call that comes in; what it may reach: its trunk group says
    we call               place() by a route; Proceeding, Progress, Delivered, Established tell the leg

What it does: tells its leg what the line tells, and the line what the call orders. What it does not: choose the
circuit (routing.py), read numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.config.model.trunks import TrunkGroup
from core.exchange.device import DeviceKind
from core.exchange.ears import Ears
from core.exchange.leg import Leg, State
from hw.ear import Ear
from hw.errors import LocalError
from hw.event import Event
from hw.signalling import line as l
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.exchange.outside import OutsideLine


class Trunk:
    """Made by Exchange. `group`: what it belongs to, None: to nothing, and it takes no calls."""

    kind = DeviceKind.TRUNK

    def __init__(self, exchange: Exchange, line: l.Line, group: TrunkGroup | None) -> None:
        self.name = line.name
        self.line = line
        self.group = group
        self.leg: Leg | None = None
        self.lent_to: OutsideLine | None = None
        """Its call is the way to a telephone elsewhere."""
        self._lent_for: Call | None = None  # the call in which it was last known to be used so
        self.uses = 0
        self._ears = Ears(exchange.plane, line)
        self._exchange = exchange
        line.told = self.told
        line.heard = self._heard  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"<Trunk {self.name}>"

    @property
    def language(self) -> str:
        languages = self._exchange.box.box.languages
        return (self.group.language if self.group else None) or languages[0]

    @property
    def free(self) -> bool:
        used = self.leg is not None or self.lent_to is not None
        return not used and self.line.connection is l.Connection.NULL and not self.line.service

    @property
    def call(self) -> Call | None:
        """In which it is used."""
        if self.lent_to is not None:
            active = self.lent_to.station.active
            self._lent_for = active.call if active is not None else self._lent_for
            return self._lent_for
        return self.leg.call if self.leg is not None else None

    # ---- what the line tells ----

    def told(self, line: l.Line, telling: l.Telling) -> None:
        leg = self.leg
        if self.lent_to is not None and not isinstance(telling, l.ServiceChanged):
            self.lent_to.told_by_trunk(telling)
            self._exchange.trunk_touched(self)
            return
        match telling:
            case l.Seized(call=call):
                self._exchange.seized(self, call)
            case l.ServiceChanged(service=service, reason=reason):
                self._exchange.service_changed(self.name, service, reason)
            case _ if leg is None:
                pass
            case l.Dialled(digits=digits, complete=complete):
                leg.complete = leg.complete or complete
                leg.key(digits)
            case l.CallerKnown(calling=calling):
                self._exchange.caller_known(leg, calling)
            case l.Progress(in_band=in_band):
                self._early(leg, in_band)
            case l.Delivered(in_band=in_band):
                self._delivered(leg, in_band)
            case l.SpeechOpen():
                leg.early = True
                leg.wake()
                leg.call.arrange()
            case l.Established(inferred=inferred, charged=charged):
                self._established(leg, inferred, charged)
            case l.Released(cause=cause, by=by, reason=reason):
                self._released(leg, cause, by, reason)
            case _:
                pass
        self._exchange.trunk_touched(self)

    def _heard(self, event: Event) -> None:
        if self.lent_to is not None:
            self.lent_to.heard_by_trunk(event)
            return
        key = self._ears.key(event)
        if key and self.leg is not None:
            self.leg.key(key)

    def _early(self, leg: Leg, in_band: bool) -> None:
        """The network is to be heard before it answers."""
        if in_band and not leg.calling:
            leg.early = True
            leg.wake()
            leg.call.arrange()

    def _delivered(self, leg: Leg, in_band: bool) -> None:
        if leg.calling:
            return
        self._early(leg, in_band)
        if leg.state is State.INITIATED:
            leg.call.note("Delivered", leg)
            leg.enter(State.ALERTING)
            leg.call.arrange()

    def _established(self, leg: Leg, inferred: bool, charged: bool | None) -> None:
        was = leg.state
        leg.enter(State.CONNECTED)
        leg.call.resound(leg)
        if not leg.calling and was is not State.CONNECTED:
            leg.call.note("Established", leg, inferred=inferred, charged=charged)
            leg.call.charged = charged is not False
            leg.call.establish(leg)

    def _released(self, leg: Leg, cause: Cause, by: str, reason: str) -> None:
        self._let_go()
        if by != "near":
            leg.call.drop(leg, cause, by, reason, free=False)

    # ---- what calls order ----

    def seize(self, leg: Leg, call: l.Call) -> None:
        """We call. The leg's states tell what comes of it."""
        self.leg = leg
        self.uses += 1
        self._note_seizure(leg.call, "out")
        self.line.place(call)

    def lend(self, to: OutsideLine, call: l.Call) -> None:
        """We call, and what comes of it the borrower is told, until it is taken back or released."""
        self.lent_to = to
        self.uses += 1
        assert self.call is not None
        self._note_seizure(self.call, "out")
        self.line.place(call)

    def take_back(self, cause: Cause | None) -> None:
        """cause: why the circuit is released; None: it is already."""
        used = self.call
        assert used is not None
        self.lent_to = self._lent_for = None
        self._exchange.journal.note("TrunkReleased", call=used.id, device=self.name)
        if cause is not None:
            self.line.listen(Ear(0))
            self.line.release(cause)
        self._exchange.trunk_touched(self)

    def come(self, leg: Leg) -> None:
        """The network called, and this is the leg of it."""
        self.leg = leg
        self.uses += 1
        self._note_seizure(leg.call, "in")

    def _note_seizure(self, call: Call, direction: str) -> None:
        group = self.group.name if self.group else ""
        self._exchange.journal.note("TrunkSeized", call=call.id, device=self.name, direction=direction, group=group)
        self._exchange.device_touched(self)

    def port_of(self, leg: Leg) -> int:
        if leg is not self.leg:
            return -1
        if leg.state is State.CONNECTED or leg.state is State.FAIL or leg.early:
            return self.line.port
        return -1

    def alert(self, leg: Leg, in_band: bool) -> None:
        if leg is self.leg and leg.state is State.INITIATED and not leg.alerted:
            leg.alerted = True
            self.line.alert(in_band)
            self._exchange.device_touched(self)

    def progress(self, leg: Leg, cause: Cause | None = None) -> None:
        if leg is self.leg and leg.state is State.INITIATED and not leg.progressed:
            leg.progressed = True
            self.line.progress(cause)

    def answer(self, leg: Leg, connected: l.Party | None = None) -> None:
        if leg is self.leg and leg.state is State.INITIATED:
            self.line.answer(charged=leg.call.charged)

    def release(self, leg: Leg, cause: Cause) -> None:
        if leg is self.leg:
            self._let_go()
            self.line.release(cause)
            self._exchange.device_touched(self)

    def _let_go(self) -> None:
        leg, self.leg = self.leg, None
        if leg is not None:
            self._ears.listen(False)
            self._exchange.journal.note("TrunkReleased", call=leg.call.id, device=self.name)

    def forget(self, leg: Leg) -> None:
        """A trunk has one call, and leaves it only by being released."""
        raise LocalError(f"{self.name} cannot leave call {leg.call.id} without a release")

    def can_hear(self, leg: Leg) -> bool:
        if leg is not self.leg:
            return False
        return leg.state is State.CONNECTED or l.LineAbility.EARLY_MEDIA in self.line.abilities

    def holds_others(self, leg: Leg) -> bool:
        return False

    def refused(self, leg: Leg, number: str) -> None:
        """The network remembers for itself."""

    def listen(self, leg: Leg, on: bool, silence_ms: int = 0) -> None:
        if leg is self.leg:
            self._ears.listen(on, silence_ms)
