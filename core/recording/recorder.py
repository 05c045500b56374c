"""All recordings of a box: which of its calls are recorded, from when to when.

    a call is routed ──> a rule wants it? ──> notice to the outside party, a file is opened
    an agent speaks  ──> a task wants him? (tasks.py) ──> a file is opened; one that runs says so
    a call changes   ──> its tape follows (tape.py)
    two calls join   ──> the tape goes on with the call that goes on
    a call ends      ──> the tape ends

It attends the exchange's calls (Attendant); the exchange does not know it. A call is recorded on demand, too, by code
or control interface, with or without a rule. When the disk is full, calls go on and RecordingMissed says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from core.config.model.box import Box
from core.config.model.recording import RecordingRule
from core.exchange.device import DeviceKind
from core.exchange.leg import Leg, State
from core.exchange.refusal import Refused, Said
from core.exchange.trunk import Trunk
from core.numbering.target import Target, TargetKind
from core.recording.rules import CallFacts, rule_for
from core.recording.tape import CLOSING_S, STATES, Tape
from core.recording.task import RecordingTask
from core.recording.tasks import RecordingTasks
from core.texts import _
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.exchange.station import Station

_PEOPLE = {TargetKind.STATION, TargetKind.HUNT_GROUP, TargetKind.QUEUE, TargetKind.TRUNK, TargetKind.EMERGENCY}


class Recorder:
    """core.exchange.attendant.Attendant. `folder`: where recordings are kept. agent_at(device): who is logged on there.
    closed(file): is told of each that is whole. While it runs, the exchange knows the code of [features] record.
    """

    def __init__(
        self,
        exchange: Exchange,
        folder: Path,
        *,
        agent_at: Callable[[str], str] = lambda device: "",
        closed: Callable[[str], None] = lambda file: None,
        threaded: bool = True,
    ) -> None:
        self.tasks = RecordingTasks(exchange)
        self.tapes: dict[Call, Tape] = {}
        self.full = ""
        """Why nothing may be recorded now (the disk); "": it may."""
        self._exchange = exchange
        self._folder = folder
        self._agent_at = agent_at
        self._closed = closed
        self._threaded = threaded
        self._told: set[Call] = set()  # whose outside party knows
        self._known: dict[Call, CallFacts] = {}  # of calls that no rule has wanted so far
        self._spoke: dict[Call, set[str]] = {}  # agents for whom the tasks were asked
        self._closings: set[trio.CancelScope] = set()
        self._nursery: trio.Nursery | None = None

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        async with trio.open_nursery() as self._nursery:
            self._exchange.attendants.append(self)
            self._exchange.codes["record"] = self._code
            task_status.started()
            try:
                await trio.sleep_forever()
            finally:
                self._exchange.attendants.remove(self)
                del self._exchange.codes["record"]
                for tape in self.tapes.values():
                    tape.stop()
                for closing in self._closings:
                    closing.deadline = trio.current_time() + CLOSING_S

    @property
    def box(self) -> Box:
        return self._exchange.box

    # ---- attending the calls ----

    async def routed(self, call: Call, target: Target) -> None:
        """Before anybody is rung. The outside party hears the notice now, if its line can; else after the answer."""
        if target.kind not in _PEOPLE or call in self.tapes:
            return
        if not self.box.recording_rule:
            return
        facts = self._facts(call, target)
        rule = rule_for(facts, self.box.recording_rule)
        if rule is None:
            self._known[call] = facts
            return
        self._known.pop(call, None)
        caller = call.calling
        if (
            rule.notice
            and caller is not None
            and caller.device.kind is DeviceKind.TRUNK
            and caller.device.can_hear(caller)
        ):
            self._told.add(call)
            await self._notice(call, caller)
        self._begin(call, rule)

    def settled(self, call: Call) -> None:
        if call in self._known:
            self._judge_again(call)
        self._ask_tasks(call)
        tape = self.tapes.get(call)
        if tape is None:
            return
        tape.settle()
        self._tell(tape)

    def joined(self, stays: Call, goes: Call) -> None:
        tape = self.tapes.pop(goes, None)
        facts = self._known.pop(goes, None)
        if facts is not None and stays not in self.tapes:
            self._known.setdefault(stays, facts)
        if goes in self._told:
            self._told.add(stays)
        if goes in self._spoke:
            self._spoke.setdefault(stays, set()).update(self._spoke.pop(goes))
        if tape is None:
            return
        if stays in self.tapes:
            for task in tape.tasks:
                self.tapes[stays].wanted_by(task)
            tape.stop()
            return
        self._known.pop(stays, None)
        tape.call = stays
        self.tapes[stays] = tape
        tape.settle()

    def queued(self, call: Call, queue: str) -> None:
        """Another queue than that it was routed to may have a rule of its own."""
        facts = self._known.get(call)
        if facts is not None and queue not in facts.queues:
            self._judge(call, replace(facts, queues=facts.queues | {queue}))

    def finished(self, call: Call) -> None:
        self._told.discard(call)
        self._known.pop(call, None)
        self._spoke.pop(call, None)
        tape = self.tapes.pop(call, None)
        if tape is not None:
            tape.stop()

    # ---- orders ----

    def start(self, call: Call, by: str) -> None:
        """On demand. Refused: it is recorded already, or cannot be."""
        if call in self.tapes:
            raise Refused(
                Cause.FACILITY_REJECTED, "not-possible", _("call {call} is recorded already").format(call=call.id)
            )
        if self.full:
            raise Refused(Cause.RESOURCE_UNAVAILABLE, "not-possible", self.full)
        self._begin(call, by=by)

    def stop(self, call: Call) -> None:
        """Refused: it is not recorded, or a rule or a task wants it."""
        tape = self._tape(call)
        if tape.tasks:
            text = _("call {call} is recorded by task {task}").format(call=call.id, task=tape.tasks[0])
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
        if tape.rule:
            raise Refused(
                Cause.FACILITY_REJECTED,
                "not-possible",
                _("call {call} is recorded by the rule {rule}").format(call=call.id, rule=tape.rule),
            )
        del self.tapes[call]
        tape.stop()

    def set_state(self, call: Call, state: str, by: str) -> None:
        """ "runs", "paused", "masked". Refused: it is not recorded."""
        if state not in STATES:
            raise Refused(Cause.INVALID_MESSAGE, "not-possible", _("no such state: {state}").format(state=state))
        self._tape(call).set_state(state, by)

    async def _code(self, call: Call, station: Station, arguments: tuple[str, ...]) -> Said:
        """Dialled after a flash: the held call is recorded from now on, or no longer."""
        if not station.held:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible")
        held = station.held[-1].call
        if held in self.tapes:
            self.stop(held)
            return Said("recording.stopped")
        self.start(held, station.name)
        return Said("recording.started")

    # ---- within ----

    def _tape(self, call: Call) -> Tape:
        tape = self.tapes.get(call)
        if tape is None:
            raise Refused(
                Cause.FACILITY_REJECTED, "not-possible", _("call {call} is not recorded").format(call=call.id)
            )
        return tape

    def _begin(
        self, call: Call, rule: RecordingRule | None = None, task: RecordingTask | None = None, by: str = ""
    ) -> None:
        """As the rule or the task wants it; without them somebody does."""
        assert self._nursery is not None, "the recorder does not run"
        name = rule.name if rule is not None else ""

        def missed(reason: str) -> None:
            self._exchange.journal.note("RecordingMissed", call=call.id, device=_first(call), rule=name, reason=reason)

        if self.full:
            missed(self.full)
            return
        wants = rule or task
        self.tapes[call] = Tape(
            call,
            self._exchange.plane,
            self._exchange.journal,
            self._folder,
            self._nursery,
            missed,
            began=self._tell,
            rule=name,
            retention=wants.retention if wants is not None else "",
            by=by,
            notice=wants is not None and wants.notice,
            closed=self._closed,
            closings=self._closings,
            threaded=self._threaded,
        )

    def _ask_tasks(self, call: Call) -> None:
        """For each agent once, when he begins to speak."""
        for leg in call.legs:
            agent = self._agent_at(leg.name)
            if not agent or not _speaks(leg):
                continue
            spoke = self._spoke.setdefault(call, set())
            if agent in spoke:
                continue
            spoke.add(agent)
            for task in self.tasks.wanted(call.id, agent, call.direction):
                if call not in self.tapes:
                    self._begin(call, task=task, by=task.by)
                if (tape := self.tapes.get(call)) is not None:
                    tape.notice = tape.notice or task.notice
                    tape.wanted_by(task.id)
                    self.tasks.recorded(task, agent)

    def _judge_again(self, call: Call) -> None:
        """Somebody is in the call whom nobody knew of when it was routed: an agent of the queue, who picked up."""
        facts = self._known[call]
        there = {
            leg.name for leg in call.legs if leg.device.kind is DeviceKind.STATION and leg.state is State.CONNECTED
        }
        if there <= facts.stations:
            return
        self._judge(call, replace(facts, stations=facts.stations | there))

    def _judge(self, call: Call, facts: CallFacts) -> None:
        self._known[call] = facts
        rule = rule_for(facts, self.box.recording_rule)
        if rule is not None and call not in self.tapes:
            del self._known[call]
            self._begin(call, rule)

    def _facts(self, call: Call, target: Target) -> CallFacts:
        caller = call.calling
        groups, stations, outside = set(), set(), ""
        direction = "internal"
        if caller is not None and isinstance(caller.device, Trunk):
            direction = "in"
            outside = caller.party.number
            if caller.device.group is not None:
                groups.add(caller.device.group.name)
        elif caller is not None:
            stations.add(caller.name)
        if target.kind is TargetKind.STATION:
            stations.add(target.name)
        elif target.kind is TargetKind.HUNT_GROUP:
            stations.update(self._exchange.hunt_groups[target.name].members)
        elif target.kind is not TargetKind.QUEUE and caller is not None:
            direction = "out" if direction == "internal" else direction
            outside = outside or self._exchange.plan.public(target)
            groups.update(choice.group for choice in self._exchange.plan.choices(target, self._exchange.facts_of(call)))
        queues = {target.name} if target.kind is TargetKind.QUEUE else set()
        if call.payer is not None:
            queues.add(call.payer.queue)
        return CallFacts(call.id, direction, frozenset(groups), frozenset(stations), frozenset(queues), outside)

    def _tell(self, tape: Tape) -> None:
        """The outside party, once, if it is to know: it may have come later, and so may the recording."""
        call = tape.call
        if tape.part is None or not tape.notice or call in self._told:
            return
        outside = next((leg for leg in call.legs if leg.device.kind is DeviceKind.TRUNK), None)
        if outside is not None:
            self._told.add(call)
            call.nursery_task(self._notice, call, outside)

    async def _notice(self, call: Call, leg: Leg) -> None:
        words = await self._exchange.sounds.say(Said("recording.notice-short"), leg.device.language)
        if words is not None and not leg.gone:
            await call.announce(leg, words)


def _speaks(leg: Leg) -> bool:
    """With somebody: a queue, a mailbox or a supervisor who only listens is nobody, a conference is."""
    return leg.state is State.CONNECTED and any(
        other.state is State.CONNECTED
        and not other.listener
        and (leg.call.in_room or other.device.kind is not DeviceKind.SERVICE)
        for other in leg.call.others(leg)
    )


def _first(call: Call) -> str:
    return call.legs[0].name if call.legs else "exchange"
