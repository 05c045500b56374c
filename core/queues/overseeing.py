"""A supervisor in an agent's call: listening, whispering, barging in, taking it.

    listen       hears all, nobody hears him             barge in     all hear all
    whisper      hears all, the agent alone hears him    intercept    in the agent's place, who is freed

Asked by act, his telephone rings; lifted, its leg moves into the call. Asked by code from his telephone, it moves there
at once. Asked again while he is there, he changes over, and so he does by keys: 1 listen, 2 whisper, 3 barge in,
4 intercept. Who only listens is no party: when the others have gone the call is over, and when the agent has gone, so
has he. The record of the call does not know him, but where he has taken it; the journal does (Supervised). When the
agent makes one call of two, he follows him into that one (follow).

A trunk line is listened to in the same way, whoever speaks there (TrunkHeard).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Literal

from core.exchange.leg import Leg, State
from core.exchange.refusal import Refused
from core.texts import _
from hw.signalling.line import Party
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.queues.desks import Desks
    from core.queues.rows import Rows

How = Literal["listen", "whisper", "barge in", "intercept"]
KIND = "internal"
KEYS: dict[str, How] = {"1": "listen", "2": "whisper", "3": "barge in", "4": "intercept"}


@dataclass(frozen=True, slots=True)
class Seen:
    """Whom a supervisor's leg is with. agent "": nobody of ours, a trunk line is listened to."""

    target: Leg
    call: Call
    agent: str
    by: str


class Overseeing:
    """Supervisors in agents' calls; one for all."""

    def __init__(self, exchange: Exchange, desks: Desks, rows: Rows) -> None:
        self._exchange = exchange
        self._desks = desks
        self._rows = rows
        self._seen: dict[Leg, Seen] = {}  # by leg of a supervisor: whom he is with

    def oversee(self, device: str, agent: str, how: How, by: str) -> None:
        """device: the supervisor's telephone. Refused: it is not free, or the agent speaks with nobody."""
        self._rows.agent(agent)
        station = self._exchange.stations.get(device)
        if station is None:
            raise Refused(Cause.INVALID_NUMBER, "not-possible", _("there is no station {device}").format(device=device))
        target = self._talking(agent)
        if target.device is station:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", _("that is the agent's own telephone"))
        own = station.active
        if own is not None and own.call is target.call and own.state is State.CONNECTED:
            _change(own, target, agent, how, by)
            return
        if not station.free or not station.reachable:
            raise Refused(Cause.USER_BUSY, "busy", _("station {device} is not free").format(device=device))
        self._exchange.ring_station(station, partial(self._enter, agent=agent, how=how, by=by), Party(agent), KIND)

    def _talking(self, agent: str) -> Leg:
        station = self._desks.station(agent)
        leg = station.active if station is not None else None
        if leg is None or leg.state is not State.CONNECTED or not leg.call.answered or not leg.call.others(leg):
            text = _("agent {agent} speaks with nobody").format(agent=agent)
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
        return leg

    def hear_trunk(self, device: str, line: str, by: str) -> None:
        """The supervisor's telephone rings; lifted, it hears what is spoken on the trunk line. Refused: it is not free,
        there is no such line, or nobody speaks there.
        """
        station = self._exchange.stations.get(device)
        if station is None:
            raise Refused(Cause.INVALID_NUMBER, "not-possible", _("there is no station {device}").format(device=device))
        self._on_trunk(line)
        if not station.free or not station.reachable:
            raise Refused(Cause.USER_BUSY, "busy", _("station {device} is not free").format(device=device))
        self._exchange.ring_station(station, partial(self._hear, line=line, by=by), Party(line), KIND)

    def _on_trunk(self, line: str) -> Leg:
        trunk = self._exchange.trunks.get(line)
        if trunk is None:
            raise Refused(Cause.INVALID_NUMBER, "not-possible", _("there is no trunk line {line}").format(line=line))
        leg = trunk.leg
        if leg is None or leg.gone or not leg.call.others(leg):
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", _("nobody speaks on {line}").format(line=line))
        return leg

    async def from_code(self, call: Call, agent: str, how: How, by: str) -> None:
        """The supervisor has dialled it: he is in the agent's call at once. Refused: as oversee()."""
        self._rows.agent(agent)
        if call.calling is not None and self._talking(agent).device is call.calling.device:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", _("that is the agent's own telephone"))
        if await _lifted(call):
            self._move(call, self._talking(agent), agent, how, by)

    async def trunk_from_code(self, call: Call, line: str, by: str) -> None:
        """The same with a trunk line. Refused: as hear_trunk()."""
        self._on_trunk(line)
        if await _lifted(call):
            self._move_to_trunk(call, self._on_trunk(line), line, by)

    async def _enter(self, call: Call, agent: str, how: How, by: str) -> None:
        """The routine of the supervisor's own call, which ends when its leg is in the agent's."""
        if await _lifted(call):
            self._move(call, self._talking(agent), agent, how, by)

    async def _hear(self, call: Call, line: str, by: str) -> None:
        if await _lifted(call):
            self._move_to_trunk(call, self._on_trunk(line), line, by)

    def _move(self, call: Call, target: Leg, agent: str, how: How, by: str) -> None:
        leg = _into(call, target)
        _change(leg, target, agent, how, by)
        self._watch(leg, Seen(target, target.call, agent, by))
        self._leave(call, target.call)

    def _move_to_trunk(self, call: Call, target: Leg, line: str, by: str) -> None:
        leg = _into(call, target)
        target.call.note("TrunkHeard", leg, line=line, by=by)
        target.call.arrange()
        self._watch(leg, Seen(target, target.call, "", by))
        self._leave(call, target.call)

    def _watch(self, leg: Leg, seen: Seen) -> None:
        """As long as both are there, by tasks of the call in which they are."""
        self._seen[leg] = seen
        seen.call.nursery_task(self._beside, leg, seen)
        if seen.agent:
            seen.call.nursery_task(_changes_over, leg, seen)

    def follow(self, stays: Call, goes: Call) -> None:
        """A transfer has made one call of two: who was in the one that ends is watched in the other from now on."""
        for leg, seen in [(leg, seen) for leg, seen in self._seen.items() if seen.call is goes and leg.call is stays]:
            again = (one for one in stays.legs if seen.target.gone and one.device is seen.target.device)
            target = next(again, seen.target)
            if leg.whispers is seen.target:
                leg.whispers = target
            self._watch(leg, replace(seen, call=stays, target=target))

    def _leave(self, call: Call, into: Call) -> None:
        self._exchange.joined(into, call)
        call.end(Cause.NORMAL_CLEARING, "supervises", into=into.id)

    async def _beside(self, leg: Leg, seen: Seen) -> None:
        """Who only listens does not stay behind."""
        try:
            await seen.target.until(State.NULL)
            if leg.listener and self._seen.get(leg) is seen:
                leg.call.drop(leg, Cause.NORMAL_CLEARING, "exchange", "the agent has gone")
        finally:
            if self._seen.get(leg) is seen:
                del self._seen[leg]


async def _lifted(call: Call) -> bool:
    """False: he has not answered, and the call is over."""
    leg = call.calling
    assert leg is not None
    if leg.state is State.INITIATED:
        leg.device.answer(leg)
    return await call.lifted(call.exchange.stations[leg.name].settings.no_answer_s) is not None


def _into(call: Call, target: Leg) -> Leg:
    """The supervisor's leg, in the other call from now on, as a listener."""
    leg = call.calling
    assert leg is not None
    leg.listener = True
    leg.calling = False
    call.give(leg, target.call)
    call.calling = None
    return leg


async def _changes_over(leg: Leg, seen: Seen) -> None:
    """By his keys, as long as he and the agent are there."""
    leg.keys.clear()
    leg.device.listen(leg, True)
    while not leg.gone and not seen.target.gone and leg.call is seen.call:
        how = KEYS.get(await leg.next_key())
        if how is not None and not seen.target.gone:
            _change(leg, seen.target, seen.agent, how, seen.by)


def _change(leg: Leg, target: Leg, agent: str, how: How, by: str) -> None:
    call = target.call
    leg.listener = how in ("listen", "whisper")
    leg.whispers = target if how == "whisper" else None
    call.note("Supervised", leg, agent=agent, how=how, by=by)
    if how == "intercept":
        call.note("PickedUp", leg, rang=target.name)
        call.note("Established", leg)
        if call.calling is target:
            call.calling = leg
        call.drop(target, Cause.NORMAL_CLEARING, "exchange", "intercepted")
    call.arrange()
