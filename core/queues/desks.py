"""Agents at their telephones: who sits where, and which calls he has, whatever way they came.

    logs on at 8003        from now on the calls of 8003 are his
    lifts, dials a code    no call: the telephone is merely busy, and is rung for a queue when it is at rest
    calls, is called       CallBegan        the call is over, or was given on        CallEnded

What an agent's telephone has in hand is compared with what the distribution was told of it, whenever one of its calls
has changed: so a transfer, a pick-up and a fault need no words of their own. Who was logged on is logged on again after
a restart. What it does not: check PINs (log_on.py), decide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from core.acd import events as e
from core.acd import orders as o
from core.acd.agents import Act, State
from core.exchange.device import DeviceKind
from core.exchange.leg import Leg
from core.exchange.leg import State as LegState
from core.exchange.refusal import Refused
from core.exchange.station import Station
from core.numbering.target import TargetKind
from core.queues.settings import group_of
from core.texts import _
from hw.signalling.line import Connection
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange

KEPT = "agents"
_KEPT_AS = {State.NOT_READY: "not ready", State.RESTING: "rest"}
_AS_KEPT = {"not ready": Act.NOT_READY, "rest": Act.REST}


class Desks:
    def __init__(self, exchange: Exchange, woke: Callable[[], None]) -> None:
        self._woke = woke
        self._rested = False
        self.at: dict[str, str] = {}
        """By agent: his telephone."""
        self.agent_at: dict[str, str] = {}
        """By telephone."""
        self.opening: set[str] = set()
        """Agents whose telephone is about to stay off the hook, and rings for nothing else."""
        self._exchange = exchange
        self._has: dict[str, dict[Call, int]] = {}  # by agent: his calls, as the distribution knows them
        self._of_call: dict[Call, set[str]] = {}
        self._stirred: dict[str, None] = {}
        self._held: set[tuple[str, Call]] = set()  # what the distribution knows to be on hold
        self._features: set[Call] = set()
        self._routed: set[Call] = set()

    def sit(self, agent: str, device: str) -> None:
        self.at[agent] = device
        self.agent_at[device] = agent
        self._has[agent] = {}

    def stir(self, agent: str) -> None:
        """His calls are to be compared again: he may have had some when he logged on."""
        if agent in self._has:
            self._stirred[agent] = None

    def leave(self, agent: str) -> str:
        """Returns the telephone that he has left; "": he was at none."""
        device = self.at.pop(agent, "")
        self.agent_at.pop(device, None)
        for call in self._has.pop(agent, {}):
            self._leaves(agent, call)
        self._stirred.pop(agent, None)
        return device

    def _leaves(self, agent: str, call: Call) -> None:
        self._held.discard((agent, call))
        self._of_call[call].discard(agent)
        if not self._of_call[call]:
            del self._of_call[call]

    def known_as(self, call: Call, key: int) -> None:
        """From now on the distribution knows the call by another key."""
        for has in self._has.values():
            if call in has:
                has[call] = key

    def station(self, agent: str) -> Station | None:
        return self._exchange.stations.get(self.at.get(agent, ""))

    def logged_on_at(self, device: str) -> str:
        """The agent. Refused: nobody is logged on there."""
        agent = self.agent_at.get(device)
        if agent is None:
            text = _("no agent is logged on at {device}").format(device=device)
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
        return agent

    def rested(self) -> None:
        """A telephone is at rest for which an offer may wait."""
        self._rested = True
        self._woke()

    def rested_since(self) -> bool:
        """One is, since this was asked last."""
        rested, self._rested = self._rested, False
        return rested

    def talks(self, agent: str) -> bool:
        """He has a call; to lift and to dial is none."""
        return bool(self._has.get(agent))

    # ---- what happens to calls ----

    def routed(self, call: Call, kind: TargetKind) -> None:
        if kind is TargetKind.FEATURE and call not in self._routed:
            self._features.add(call)
        else:
            self._features.discard(call)
            self._routed.add(call)
        self.settled(call)

    def settled(self, call: Call) -> None:
        for leg in call.legs:
            agent = self.agent_at.get(leg.name)
            if agent is not None:
                self._stirred[agent] = None
        for agent in self._of_call.get(call, ()):
            self._stirred[agent] = None

    def is_none(self, call: Call) -> None:
        """The telephone is merely off its hook in it."""
        self._features.add(call)

    def finished(self, call: Call) -> None:
        self.settled(call)
        self._features.discard(call)
        self._routed.discard(call)

    @property
    def stirred(self) -> bool:
        return bool(self._stirred)

    def gathered(self, key: Callable[[Call], int], rings: Callable[[Leg], bool]) -> Iterator[e.Event]:
        """What agents' telephones have done since. rings: whether a leg rings for a queue, and is no call yet."""
        stirred, self._stirred = self._stirred, {}
        ended: list[e.Event] = []
        for agent in stirred:
            station = self.station(agent)
            has = self._has.get(agent)
            if has is None:
                continue
            legs = station.legs if station is not None else []
            now = {leg.call for leg in legs if not rings(leg) and self._counts(leg)}
            for call in now - has.keys():
                has[call] = key(call)
                self._of_call.setdefault(call, set()).add(agent)
                yield e.CallBegan(has[call], agent)
            if not now and has and station is not None and self._ends_calls_himself(agent, station):
                continue
            held = {leg.call for leg in station.held} if station is not None else set()
            for call in has.keys() & now:
                if ((agent, call) in self._held) != (call in held):
                    (self._held.add if call in held else self._held.discard)((agent, call))
                    yield e.Held(has[call], agent, call in held)
            for call in has.keys() - now:
                self._leaves(agent, call)
                ended.append(e.CallEnded(has.pop(call), agent))
        yield from ended  # who gets a call in the moment in which another ends has no work after it

    def _ends_calls_himself(self, agent: str, station: Station) -> bool:
        """His caller has gone, and his group wants that he hangs up before he is free."""
        group = group_of(self._exchange.box, agent)
        if group is None or group.release != "by the agent":
            return False
        if station.line.connection in (Connection.NULL, Connection.ALERTING):
            return False

        def rested() -> None:
            if agent in self._has:
                self._stirred[agent] = None
                self.rested()

        station.freed.append(rested)
        return True

    def _counts(self, leg: Leg) -> bool:
        """A call: somebody else is in it, or it is on its way to him. To dial, or a code that needs nobody, is none."""
        call = leg.call
        if leg.gone:
            return False
        if not leg.calling or any(other.device.kind is not DeviceKind.SERVICE for other in call.others(leg)):
            return True
        if call in self._features:
            return False
        return call in self._routed or leg.state not in (LegState.INITIATED, LegState.FAIL)

    # ---- what survives a restart ----

    def keep(self, changed: o.AgentChanged) -> None:
        """Where he sits, and whether he takes calls."""
        kept: dict[str, Any] = dict(self._exchange.journal.state.get(KEPT, {}))
        device = self.at.get(changed.agent, "")
        if not device or changed.state is State.LOGGED_OFF:
            row = None
        else:
            after = changed.after
            was = [device, _KEPT_AS.get(after.state, "ready"), after.reason, after.by]
            row = None if after.state is State.LOGGED_OFF else was
        if kept.get(changed.agent) == row:
            return
        kept.pop(changed.agent, None)
        if row is not None:
            kept[changed.agent] = row
        self._exchange.journal.state[KEPT] = kept

    def forget(self, agent: str) -> None:
        """After a restart he is not where he was: he logs on anew."""
        state = self._exchange.journal.state
        state[KEPT] = {number: row for number, row in state.get(KEPT, {}).items() if number != agent}

    def kept(self) -> Iterator[tuple[str, str, Act, str, str]]:
        """Agent, telephone, what he was, why, and by whose will; rows of earlier versions do not have the last."""
        for agent, (device, state, reason, *by) in dict(self._exchange.journal.state.get(KEPT, {})).items():
            yield agent, device, _AS_KEPT.get(state, Act.READY), reason, "".join(by)
