"""One caller in one flow: does what the stepper says, and tells it what happens.

    keys ────────────────────┐
    prompt ended, time over ─┼──> queue ──> run.take() ──> acts: play, listen, record, ask, dial ...
    answers ─────────────────┘                              each in a task of its own; the next act ends it

A key goes through the queue at once: what is being said ends in the same tick. One thing at a time is waited for, so
that a new act ends the task of the one before. When somebody answers a call of the flow, the talk ends and the two
speak; if the flow goes on afterwards, the caller's leg keeps what is to be done with him when he is left alone. The
caller's going cancels everything.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import soundfile
import trio

from core.exchange.ears import SILENCE
from core.exchange.leg import Leg, State, Treatment
from core.exchange.refusal import Refused
from core.exchange.service import Service
from core.exchange.taping import party
from core.ivr import acts as a
from core.ivr import spoken
from core.ivr.acts import Act, Answered, HungUp, Key, PlayEnded, Stimulus, TimedOut
from core.ivr.mailing import mailed
from core.ivr.nodes import Transfer
from core.ivr.run import Run, keyed
from core.ivr.session import plain
from core.ivr.values import NoValue
from core.numbering.target import Target, TargetKind
from core.prompts.store import PromptError
from core.texts import _
from hw.plane import PlaneError
from hw.recordings import RecordingError
from hw.signalling.q850 import Cause
from hw.wave import RATE

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.ivr.destination import Flows

log = logging.getLogger(__name__)

T = TypeVar("T")

BUSY = ("busy", "do-not-disturb")
UNANSWERED = "no-answer"
LAST_WORD_S = 0.2
"""What was said last is still on its way to the caller."""
LEAST_S = 0.2
"""What is shorter is no word."""
KEY_S = 0.25
"""Before the end of a recording: the key that ended it, and the finger on its way."""


class Talk:
    """service: our leg in the call. results: what the flow has returned."""

    def __init__(self, flows: Flows, run: Run) -> None:
        self.flows, self.run = flows, run
        self.service: Leg | None = None
        self.handed_over = False
        self.results: dict[str, Any] = {}
        self.call: Call
        self._nursery: trio.Nursery
        self._scope = trio.CancelScope()
        self._happened: trio.MemorySendChannel[Stimulus | None]
        self._stop_recording = trio.Event()
        self._silent = False  # that has ended the recording, not a key
        self._lent = False  # to somebody else, whom his keys are for
        self._keyed: list[tuple[str, str]] = []
        """What the journal knows that he has pressed."""
        self._connected = 0
        """Ticket of the act by which somebody else has answered."""

    async def serve(self, call: Call, acts: Sequence[Act]) -> None:
        """Until the flow has ended, or others talk with the caller."""
        self.call, self._connected = call, 0
        self._happened, happenings = trio.open_memory_channel[Stimulus | None](1000)
        self.flows.talks.append(self)
        try:
            async with trio.open_nursery() as self._nursery:
                self._nursery.start_soon(self._hear_keys)
                self._do(acts)
                while not self._over:
                    stimulus = await happenings.receive()
                    if stimulus is not None:
                        self._do(self._step(stimulus))
                self._nursery.cancel_scope.cancel()
        finally:
            self.flows.talks.remove(self)
            self._deaf()
            if not self._over:
                self._step(HungUp())
            self._note_keys()
            self._note_end()
        if self._connected:
            self._leave_them()
        elif not self.handed_over:
            await trio.sleep(LAST_WORD_S)
            call.end(Cause.NORMAL_CLEARING, "service done")

    @property
    def _over(self) -> bool:
        return bool(self._connected or self.run.session.ended)

    @property
    def _caller(self) -> Leg | None:
        return self.call.calling

    def _step(self, stimulus: Stimulus) -> list[Act]:
        return self.run.take(stimulus, self.flows.now(), self.flows)

    def _note_end(self) -> None:
        ended, caller = self.run.session.ended, self._caller
        if ended is not None and not self.call.finished:
            results, frames = plain(self.results), self.run.session.frames
            inside = f"{frames[-1].flow}/" if len(frames) > 1 else ""
            self.call.note(
                "FlowEnded",
                caller,
                flow=self.run.record.flow,
                how=ended.how,
                reason=ended.reason,
                results=results,
                node=f"{inside}{frames[-1].node}",
            )
            if ended.how == "failed":
                log.warning("flow %s failed in call %d: %s", self.run.record.flow, self.call.id, ended.reason)

    def _note_keys(self) -> None:
        """What he has pressed, for the desk that he comes to: before that rings, and in the end."""
        keys = keyed(self.run.record)
        if keys != self._keyed and not self.call.finished:
            self._keyed = keys
            self.call.note("FlowKeyed", self._caller, flow=self.run.record.flow, keys=keys)

    def order(self, stimulus: Stimulus) -> list[Act]:
        """By the workshop: done at once. Gives what the flow does then."""
        acts = self._step(stimulus)
        self._do(acts)
        self._tell(None)
        return acts

    # ---- others talk with him ----

    def _leave_them(self) -> None:
        """The caller speaks with somebody else; the flow is out of it, perhaps until that has gone."""
        call, caller, ticket = self.call, self._caller, self._connected
        if self.service is not None:
            call.drop(self.service, Cause.NORMAL_CLEARING, "exchange", "connected")
            self.service = None
        frame = self.run.session.frame
        node = self.run.edition.flows[frame.flow].node[frame.node]
        if caller is None or not getattr(node, "next", None):
            self._step(Answered(ticket, "done" if isinstance(node, Transfer) else "talked"))
            self._note_end()
            return
        caller.after = partial(self._again, ticket=ticket)
        call.nursery_task(self.flows.keep, self.run.edition)

    async def _again(self, call: Call, ticket: int) -> None:
        """He has been left alone: the flow goes on."""
        caller = call.calling
        assert caller is not None
        self.service = Service(call.called or "flow", caller.device.language).take(call)
        self.call = call
        await self.serve(call, self._step(Answered(ticket, "talked")))

    # ---- keys ----

    async def _hear_keys(self) -> None:
        """Of whoever is the calling party: a transfer may put somebody else in his place."""
        heard: Leg | None = None
        while True:
            leg = self._caller
            if leg is None or leg.gone:
                return
            if leg is not heard:
                heard = leg
                leg.keys.clear()
                leg.device.listen(leg, True)
            while leg.keys and not self._lent:
                key = leg.keys.popleft()
                if key == SILENCE:
                    self._silent = True
                    self._stop_recording.set()
                else:
                    self._tell(Key(key))
            await self.call.news()

    def _tell(self, stimulus: Stimulus | None) -> None:
        """A caller who presses a thousand keys while a database is slow presses some for nothing."""
        with suppress(trio.WouldBlock):
            self._happened.send_nowait(stimulus)

    def _deaf(self) -> None:
        leg = self._caller
        if leg is not None and not leg.gone:
            leg.device.listen(leg, False)

    # ---- acts ----

    def _do(self, acts: Sequence[Act]) -> None:
        for act in acts:
            match act:
                case a.Play():
                    self._begin(self._play, act)
                case a.StopPlaying():
                    self._scope.cancel()
                case a.Listen():
                    self._begin(self._time, act)
                case a.Record():
                    self._begin(self._record, act)
                case a.StopRecording():
                    self._stop_recording.set()
                case a.Dial() | a.Enqueue() | a.Transfer() | a.TakeMessage():
                    self._begin(self._connect, act)
                case a.Query() | a.Request() | a.CallPlugIn() | a.CallBack() | a.Mail():
                    self._begin(self._ask, act)
                case a.Score(question=question, score=score):
                    station = self.call.last_station
                    self.call.note("Scored", self._caller, question=question, score=score, station=station)
                case a.Finish(results=results):
                    self.results = results
                case _:
                    pass  # Entered, Paused, Told: for those who watch. HangUp: the session has ended.

    def _begin(self, task: Callable[[Any], Awaitable[None]], act: Act) -> None:
        self._scope.cancel()
        self._scope = scope = trio.CancelScope()

        async def run() -> None:
            with scope:
                await task(act)

        self._nursery.start_soon(run)

    async def _play(self, act: a.Play) -> None:
        treatment = await self._words(act)
        leg = self._caller
        if treatment is not None and leg is not None:
            await leg.play(treatment)
        self._tell(PlayEnded(act.ticket))

    async def _words(self, act: a.Play) -> Treatment | None:
        """None: it cannot be said. That is told to people, and the flow goes on as if it had been."""
        store = self.flows.prompts
        if store is None:
            return None
        frame = self.run.session.frame
        try:
            parts = spoken.parts(store.catalogue, act.said, act.language)
            clips = await store.clips(parts, act.language)
        except (NoValue, PromptError) as error:
            self.flows.hands.faulted(f"{frame.flow}/{frame.node}: {error}")
            return None
        words = store.catalogue.text(parts, act.language)
        return Treatment(f"flow:{frame.flow}/{frame.node}", clips, loop=False, words=words) if clips else None

    async def _time(self, act: a.Listen) -> None:
        await trio.sleep(act.timeout_s)
        self._tell(TimedOut(act.ticket))

    # ---- recording ----

    async def _record(self, act: a.Record) -> None:
        folder, leg = self.flows.hands.recordings, self._caller
        if folder is None or leg is None:
            self._tell(Answered(act.ticket, "failed", reason=_("Nothing can be recorded here.")))
            return
        self._stop_recording, self._silent = trio.Event(), False
        if act.beep:
            await leg.play(self.call.exchange.sounds.prompting)
        path = folder / f"flow-{self.call.id}-{act.ticket}.wav"
        try:
            await self._aside(lambda: folder.mkdir(parents=True, exist_ok=True))
            stopped = await self._take_down(act, leg, path)
            cut_s = act.silence_s if self._silent else KEY_S if stopped else 0.0
            seconds = await self._aside(lambda: trimmed(path, cut_s))
        except trio.Cancelled:
            # He has hung up, and nobody will ask for it.
            with trio.CancelScope(shield=True):
                await self._aside(lambda: path.unlink(missing_ok=True))
            raise
        except (OSError, RecordingError, PlaneError) as error:
            log.error("recording of call %d: %s", self.call.id, error)
            self._tell(Answered(act.ticket, "failed", reason=str(error)))
            return
        if seconds:
            self._tell(Answered(act.ticket, "done", {"recording": path.name, "seconds": seconds}))
        else:
            self._tell(Answered(act.ticket, "nothing"))

    async def _take_down(self, act: a.Record, leg: Leg, path: Path) -> bool:
        """Until silence, a key, or too long. True: something has ended it before its time."""
        plane = self.call.exchange.plane
        recording = await plane.record(leg.port, path)
        leg.device.listen(leg, True, int(act.silence_s * 1000))
        try:
            with trio.move_on_after(act.longest_s):
                await self._stop_recording.wait()
        finally:
            leg.device.listen(leg, True)
            # The disk may have ended it, and the news be on its way.
            if recording.result is None:
                with suppress(PlaneError):
                    plane.record_stop(recording.port)
        await recording.closed()
        return self._stop_recording.is_set()

    async def _aside(self, function: Callable[[], T]) -> T:
        """Where disk work is done."""
        if self.flows.prompts is None:
            return function()
        found: T = await self.flows.prompts.aside(function)
        return found

    # ---- asking machines ----

    async def _ask(self, act: a.Query | a.Request | a.CallPlugIn | a.CallBack | a.Mail) -> None:
        hands = self.flows.hands
        answer: Answered | None = None
        match act:
            case a.Query() if hands.databases is not None:
                answer = await hands.databases.ask(act)
            case a.Request() if hands.requests is not None:
                answer = await hands.requests.ask(act)
            case a.CallPlugIn() if hands.plugins is not None:
                answer = await hands.plugins.ask(act)
            case a.Mail() if hands.outbox is not None:
                answer = await mailed(act, hands.outbox, hands.recordings, hands.threaded)
            case a.CallBack():
                answer = self._call_back(act)
        self._tell(answer or Answered(act.ticket, "failed", reason=_("The box has nobody who does this.")))

    def _call_back(self, act: a.CallBack) -> Answered:
        at = act.at.isoformat(" ", "minutes") if isinstance(act.at, datetime) else ""
        data = plain(act.data)
        exchange = self.call.exchange
        if act.queue and exchange.call_back is not None:
            zone = ZoneInfo(exchange.box.box.time_zone)
            not_before = act.at.replace(tzinfo=zone).timestamp() if isinstance(act.at, datetime) else 0.0
            try:
                exchange.call_back(self.call, act.queue, act.number, not_before)
            except Refused as refused:
                return Answered(act.ticket, "failed", reason=str(refused))
        self.call.note("CallBackWanted", self._caller, number=act.number, queue=act.queue, at=at, data=data)
        return Answered(act.ticket, "done")

    # ---- other parties ----

    async def _connect(self, act: a.Dial | a.Enqueue | a.Transfer | a.TakeMessage) -> None:
        """Answered: somebody is there, and the talk ends; else the outcome."""
        if not isinstance(act, a.TakeMessage):
            self.call.data |= act.data
        if isinstance(act, a.Enqueue) and act.priority is not None:
            self._prefer(act.priority)
        self._note_keys()
        self._deaf()
        self._lent = True
        try:
            outcome, reason = await self._reach(act)
        finally:
            self._lent = False
            leg = self._caller
            if leg is not None and not leg.gone:
                leg.treat(None)
                leg.device.listen(leg, True)
        if outcome == "answered":
            self._connected = act.ticket
            self._tell(None)
        else:
            self._tell(Answered(act.ticket, outcome, reason=reason))

    def _prefer(self, priority: int) -> None:
        """It goes on with the caller; but a consultation is not the caller whose data it shares."""
        if self.call.consults is None:
            self.call.data["priority"] = priority
        else:
            self.call.priority = priority

    async def _reach(self, act: a.Dial | a.Enqueue | a.Transfer | a.TakeMessage) -> tuple[str, str]:
        router, call = self.call.exchange.router, self.call
        leg = call.calling
        if leg is None:
            return "failed", ""
        others = set(call.legs)
        seconds = _patience(act)
        try:
            target = self._target(act, leg)
            with trio.move_on_after(seconds) as waited:
                await router.route(call, target)
            call.ringing = False
        except Refused as refused:
            call.ringing = False
            return _refusal(act, refused), str(refused)
        if any(each not in others and each.state is State.CONNECTED for each in call.legs):
            return "answered", ""
        if waited.cancelled_caught:
            return ("timeout" if isinstance(act, a.Enqueue) else "no answer"), ""
        return "done", ""

    def _target(self, act: a.Dial | a.Enqueue | a.Transfer | a.TakeMessage, leg: Leg) -> Target:
        """Refused: there is none."""
        router, box = self.call.exchange.router, self.call.exchange.box
        match act:
            case a.Dial(number=number) | a.Transfer(number=number):
                return router.resolve(number, leg.device)
            case a.TakeMessage(box=mailbox):
                return Target(TargetKind.MAILBOX, mailbox, number=mailbox)
            case a.Enqueue(queue=queue):
                if TargetKind.QUEUE in router.destinations and any(queue in (q.name, q.number) for q in box.queue):
                    name = next(q.name for q in box.queue if queue in (q.name, q.number))
                    return Target(TargetKind.QUEUE, name, number=queue)
                for group in box.hunt_group:
                    if queue in (group.number, group.name):
                        return Target(TargetKind.HUNT_GROUP, group.number, number=group.number)
        raise Refused(Cause.UNALLOCATED, "vacant")


def _patience(act: a.Dial | a.Enqueue | a.Transfer | a.TakeMessage) -> float:
    """So long it may take until somebody answers, s."""
    match act:
        case a.Dial(no_answer_s=seconds):
            return seconds
        case a.Enqueue(longest_s=seconds) if seconds:
            return seconds
        case _:
            return float("inf")


def _refusal(act: Act, refused: Refused) -> str:
    """The outcome, as the node knows it."""
    match act:
        case a.Enqueue():
            return "timeout" if refused.reason == UNANSWERED else "full"
        case a.Dial() if refused.reason in BUSY:
            return "busy"
        case a.Dial() if refused.reason == UNANSWERED:
            return "no answer"
        case _:
            return "failed"


def trimmed(path: Path, cut_s: float) -> float:
    """Leaves what the caller himself has said, without so much of its end; s. Nothing: no file is left. Blocks."""
    samples = party(path)
    kept = samples[: max(0, len(samples) - int(cut_s * RATE))]
    if len(kept) < LEAST_S * RATE:
        path.unlink()
        return 0.0
    new = path.with_suffix(".new")
    soundfile.write(new, kept, RATE, format="WAV", subtype="PCM_16")
    new.replace(path)
    return len(kept) / RATE
