"""A telephone of ours: one line, and as many legs as its user keeps in hand.

    on the line    the leg that has the telephone's speech, or rings it (`active`)
    in hand        legs held behind it (`held`), the newest last; one call that waits, announced by a tone (`waiting`)

    lifted                 a new call, INITIATED: dialling.py
    rung, then lifted      the leg that rang is CONNECTED
    flash                  flash.py says what it means
    hung up                with a held call: the two others are joined (transfer.py), or the held one rings back
                           with a waiting call: it rings as any other

What it does: tells its legs what the line tells, gives the line what its call orders, and keeps the hook's one speech
path for one leg at a time. What it does not: decide who may call, where a call goes, what a flash means.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.config.model.stations import Telephone as Settings
from core.exchange.device import DeviceKind
from core.exchange.ears import Ears
from core.exchange.kept import StationKept
from core.exchange.leg import Leg, State
from core.exchange.shown import party_shown, ring_of, shown
from hw.event import Event
from hw.signalling import line as l
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.exchange import Exchange


class Station:
    """Made by Exchange. `settings` may be exchanged at any time: they are read when they are needed."""

    kind = DeviceKind.STATION

    def __init__(self, exchange: Exchange, line: l.Line, settings: Settings) -> None:
        self.name = settings.number
        self.line = line
        self.settings = settings
        self.ears = Ears(exchange.plane, line)
        self.active: Leg | None = None
        self.held: list[Leg] = []
        self.waiting: Leg | None = None
        self.aside: Leg | None = None
        """An open line while somebody else is spoken with."""
        self.freed: list[Callable[[], None]] = []
        """Called once when the telephone was used and is at rest again."""
        self.keyed: Callable[[str], None] | None = None
        """Gets the digits while no leg is active: a flash waits for one."""
        self.last_number = ""
        self.last_caller = ""
        self.last_refused = ""
        self._used = False  # lifted since it last rested
        self._telling = False  # a tone of its own sounds
        self._exchange = exchange
        line.told = self.told
        line.heard = self._heard  # type: ignore[attr-defined]

    def __repr__(self) -> str:
        return f"<Station {self.name}>"

    @property
    def language(self) -> str:
        return self.settings.language or self._exchange.box.box.languages[0]

    @property
    def kept(self) -> StationKept:
        """What its user has set."""
        return self._exchange.kept.station(self.name)

    @property
    def party(self) -> l.Party:
        return l.Party(self.name, l.NumberType.SUBSCRIBER, name=self.settings.name, screened=True)

    @property
    def legs(self) -> list[Leg]:
        """All that it has in hand."""
        return [leg for leg in (self.aside, *self.held, self.active, self.waiting) if leg is not None]

    @property
    def off_hook(self) -> bool:
        return self.line.connection in (l.Connection.CONNECTED, l.Connection.INITIATED)

    @property
    def reachable(self) -> bool:
        return not self.line.service

    @property
    def free(self) -> bool:
        return not self.legs and self.line.connection is l.Connection.NULL

    @property
    def may_wait(self) -> bool:
        """A second call may be announced to its user by a tone."""
        return (
            self.kept.call_waiting
            and not self.kept.privacy
            and self.waiting is None
            and self.active is not None
            and self.active.state is State.CONNECTED
            and not self.held
        )

    @property
    def may_take_next(self) -> bool:
        """Off the hook, and everybody is on hold: the next call may be announced to its user by a tone."""
        return self.off_hook and self.active is None and bool(self.held) and self.waiting is None and self.keyed is None

    @property
    def on_open_line(self) -> bool:
        """It stays off the hook between calls, and has none: the next one may be announced by a tone."""
        leg = self.active
        return leg is not None and leg.open_line and leg.state is State.CONNECTED and self.waiting is None

    # ---- what its line tells ----

    def told(self, line: l.Line, telling: l.Telling) -> None:
        match telling:
            case l.Seized():
                self._used = True
                self._exchange.lifted(self)
            case l.Dialled(digits=digits, complete=complete) if self.active is not None:
                self.active.complete = self.active.complete or complete
                self.active.key(digits)
            case l.SpeechOpen():
                if self.active is not None:
                    self.active.early = True
                    self.active.call.arrange()
                    self.active.wake()
            case l.Established():
                self._used = True
                self._established()
            case l.Flashed():
                self._exchange.flash.flashed(self)
            case l.Released(by=by, cause=cause, reason=reason) if by != "near":
                self._hung_up(cause, by, reason)
            case l.ServiceChanged(service=service, reason=reason):
                self._exchange.service_changed(self.name, service, reason)
            case _:
                pass
        if self.line.connection is l.Connection.NULL and not self.legs:
            self._rested()
        self._exchange.device_touched(self)

    def _heard(self, event: Event) -> None:
        key = self.ears.key(event)
        if not key:
            return
        if self.keyed is not None:
            self.keyed(key)
        elif self.active is not None:
            self.active.key(key)

    def _established(self) -> None:
        """Lifted to answer, or our answer() to its call has been carried out."""
        leg = self.active
        if leg is None:
            return
        if leg.state is State.HELD:  # rung back
            self.retrieve(leg)
            return
        was = leg.state
        self._connected(leg)
        if was is State.ALERTING:
            leg.call.establish(leg, self.party)

    def _connected(self, leg: Leg) -> None:
        leg.enter(State.CONNECTED)
        if not leg.calling:
            leg.call.note("Established", leg)
        leg.call.resound(leg)

    def _hung_up(self, cause: Cause, by: str, reason: str) -> None:
        self.ears.listen(False)
        self._hush()
        active, self.active = self.active, None
        if active is not None and active.state is State.HELD:  # it rang back and the line failed
            self.held.append(active)
            active = None
        held = self.held[-1] if self.held else None
        if self.aside is not None and by != "line":
            self._gone(self.aside, cause, by, reason)
        if by == "line":
            for leg in self.legs:
                self._gone(leg, cause, by, reason)
        elif active is not None and held is not None and self._exchange.transfer_by_hanging_up(self, held, active):
            active = None
        if active is not None:
            self._gone(active, cause, by, reason)
        self._next()

    def _gone(self, leg: Leg, cause: Cause, by: str, reason: str) -> None:
        self.forget(leg)
        leg.call.drop(leg, cause, by, reason, free=False)

    def _next(self) -> None:
        """On hook with calls in hand: they ring. A line out of service cannot: they are told so."""
        if self.active is not None or self.line.connection is not l.Connection.NULL:
            return
        if self.line.service:
            for leg in self.legs:
                self._gone(leg, Cause.DESTINATION_OUT_OF_ORDER, "exchange", "unreachable")
        elif self.waiting is not None:
            leg, self.waiting = self.waiting, None
            self._ring(leg, shown(leg.call), ring_of(leg.call))
        elif self.held:
            self.recall(self.held.pop())

    def _rested(self) -> None:
        if not self._used:
            return
        self._used = False
        watchers, self.freed = self.freed, []
        for watcher in watchers:
            watcher()

    # ---- what its calls order ----

    def port_of(self, leg: Leg) -> int:
        if leg is not self.active or leg.state in (State.ALERTING, State.HELD, State.NULL):
            return -1
        if self.line.connection is l.Connection.CONNECTED or leg.early:
            return self.line.port
        return -1

    def alert(self, leg: Leg, in_band: bool) -> None:
        if leg is self.active and self.line.connection is l.Connection.INITIATED:
            self.line.alert(in_band)
            self._exchange.device_touched(self)

    def progress(self, leg: Leg, cause: Cause | None = None) -> None:
        if leg is self.active and self.line.connection is l.Connection.INITIATED:
            self.line.progress(cause)

    def answer(self, leg: Leg, connected: l.Party | None = None) -> None:
        if leg is not self.active:
            return
        if self.line.connection is l.Connection.INITIATED:
            self.line.answer(charged=leg.call.charged)  # Established follows
        elif self.line.connection is l.Connection.CONNECTED:
            self._connected(leg)

    def release(self, leg: Leg, cause: Cause) -> None:
        was_active, was_waiting = leg is self.active, leg is self.waiting
        self.forget(leg)
        if was_waiting:
            self._hush()
            if self.active is not None:
                self.active.call.resound(self.active)
            elif self.held and self.off_hook:
                return  # he held everybody, and goes on holding
        if not was_active:
            self._left_alone(cause)
            return
        self.ears.listen(False)
        self._left_alone(cause)

    def _left_alone(self, cause: Cause) -> None:
        """Rings for nobody any more: it falls silent. Off the hook with nobody to speak with: a tone says so; a held
        party or a waiting one is got by flash or by hanging up.
        """
        if self.active is None and self.line.connection is l.Connection.ALERTING:
            self.line.release(cause)
            self._next()
        elif self.off_hook and self.active is None and self.keyed is None:
            if not self.legs:
                self.line.release(cause)
                self._exchange.device_touched(self)
            elif self.aside is not None and len(self.legs) == 1:
                self.retrieve(self.aside)
            elif self.waiting is None:  # that one is heard already
                self._tell("busy")

    def _tell(self, name: str, *, mix: bool = False) -> None:
        """A tone of the telephone's own, beside its calls, until _hush()."""
        tone = self._exchange.sounds.tone(name)
        self._exchange.plane.play(self.line.port, tone.sources, loop=True, mix=mix)
        self._telling = True

    def _hush(self) -> None:
        if self._telling:
            self._telling = False
            self._exchange.plane.stop(self.line.port)

    def can_hear(self, leg: Leg) -> bool:
        return leg is self.active and self.off_hook

    def holds_others(self, leg: Leg) -> bool:
        return leg is self.active and bool(self.held)

    def refused(self, leg: Leg, number: str) -> None:
        """Kept for ring back."""
        self.last_refused = number

    def listen(self, leg: Leg, on: bool, silence_ms: int = 0) -> None:
        """Before the answer its line hears digits itself."""
        if leg is self.active and self.line.connection is l.Connection.CONNECTED:
            self.ears.listen(on, silence_ms)

    # ---- legs in hand ----

    def forget(self, leg: Leg) -> None:
        if leg is self.active:
            self.active = None
        elif leg is self.waiting:
            self.waiting = None
        elif leg is self.aside:
            self.aside = None
        elif leg in self.held:
            self.held.remove(leg)
        self._exchange.device_touched(self)

    def ring(self, leg: Leg, calling: l.Party, kind: str) -> None:
        """The telephone rings with it; or, off the hook, hears that it waits. Only when `free`, `may_wait`,
        `may_take_next` or `on_open_line`.
        """
        if self.free:
            self._ring(leg, calling, kind)
        else:
            self.waiting = leg
            self._tell("call_waiting", mix=True)
            self._exchange.device_touched(self)

    def _ring(self, leg: Leg, calling: l.Party, kind: str) -> None:
        self.active = leg
        self.line.place(l.Call(called=self.name, complete=True, calling=calling, ring=kind))

    def recall(self, leg: Leg) -> None:
        """The telephone is on hook and still has a call: it rings, and lifting it brings that call back."""
        peer = leg.call.peer(leg)
        self._ring(leg, party_shown(peer) if peer is not None else l.Party(), "recall")
        self._exchange.watch_recall(self, leg)

    def take(self, leg: Leg) -> None:
        """A leg of a new call becomes the active one: its user is in conversation or dialling already."""
        assert self.active is None
        self._hush()
        self.active = leg

    def hold(self, leg: Leg) -> None:
        """The active party waits with music."""
        self.listen(leg, False)
        self.active = None
        if leg.open_line:
            self.aside = leg
        else:
            self.held.append(leg)
        leg.enter(State.HELD)
        leg.call.note("Held", leg)
        leg.call.arrange()

    def retrieve(self, leg: Leg) -> None:
        """A held party is spoken with again; nobody else is active."""
        if leg in self.held:
            self.held.remove(leg)
        elif leg is self.aside:
            self.aside = None
        self._hush()
        self.active = leg
        leg.enter(State.CONNECTED)
        leg.call.note("Retrieved", leg)
        leg.call.resound(leg)

    def mute(self, leg: Leg, on: bool) -> None:
        """Its user hears, and is not heard, until unmuted or gone from the call."""
        leg.muted = on
        leg.call.note("Muted", leg, on=on)
        leg.call.arrange()

    def put_down(self) -> None:
        """Its call went on without it: a tone, until it is hung up."""
        self._left_alone(Cause.NORMAL_CLEARING)

    def accept_waiting(self) -> None:
        """The waiting call is answered; nobody else is active any more."""
        leg, self.waiting = self.waiting, None
        assert leg is not None
        self._hush()
        self.active = leg
        self._connected(leg)
        leg.call.establish(leg, self.party)
