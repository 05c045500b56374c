"""A machine on a real channel: the hands of analog and R2 lines.

What it does: takes what the card, the plane, the timers and the exchange bring, one after the other, hands it to the
machine,
and does the acts that come back, in their order. Tellings reach the exchange only when all acts of a step are done,
and what the
exchange orders meanwhile waits its turn (run to completion), so that a machine never sees itself half way.

What it does not do: decide anything.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from hw.card import Channel, LineEvent
from hw.plane import Audible, Ear, Event, EventKind, Plane, Playback, PlayEnd, TonePlan
from hw.signalling import machine as m
from hw.signalling.line import Call, Connection, Line, LineAbility, LineKind, Party, Service, Telling
from hw.signalling.q850 import Cause
from hw.signalling.trace import Trace
from hw.timers import Timers


class Sounds(Protocol):
    """What a line plays and listens for in its country; hw.sounds has the real one."""

    @property
    def plan(self) -> TonePlan: ...

    def tone(self, name: str) -> Audible: ...

    def digits(self, digits: str, gap_ms: int) -> list[Audible]: ...

    def r2(self, code: int, forward: bool) -> Audible: ...

    def caller(self, party: Party, kind: str) -> list[Audible]: ...

    def message_waiting(self, on: bool) -> list[Audible]: ...


class ChannelLine:
    """A Line (see hw.signalling.line) from a machine and a channel."""

    def __init__(
        self,
        name: str,
        kind: LineKind,
        channel: Channel,
        machine: m.Machine,
        plane: Plane,
        timers: Timers,
        sounds: Sounds,
        told: Callable[[Line, Telling], None],
        traces: Path | None = None,
    ) -> None:
        self.name = name
        self.kind = kind
        self.told = told
        self._channel = channel
        self._machine = machine
        self._plane = plane
        self._timers = timers
        self._sounds = sounds
        self._trace = Trace(name, traces)
        self._waiting: deque[m.Stimulus] = deque()
        self._busy = False
        self._own = m.Listen(Ear(0))
        self._wanted = Ear(0)
        self._wanted_plan: TonePlan | None = None
        self._wanted_settings: dict[str, Any] = {}
        self._playback: Playback | None = None
        self.heard: Callable[[Event], None] = lambda event: None
        channel.heard = self._take
        channel.media = self._media
        self._step(machine.begin(plane.time))

    @property
    def abilities(self) -> LineAbility:
        return self._machine.abilities

    @property
    def port(self) -> int:
        return self._channel.port

    @property
    def connection(self) -> Connection:
        return self._machine.connection

    @property
    def service(self) -> Service:
        return self._machine.service

    # ---- orders ----

    def place(self, call: Call) -> None:
        self._take(m.Place(call))

    def send(self, digits: str) -> None:
        self._take(m.Send(digits))

    def proceed(self) -> None:
        self._take(m.Proceed())

    def alert(self, in_band: bool = False) -> None:
        self._take(m.Alert(in_band))

    def progress(self, cause: Cause | None = None) -> None:
        self._take(m.ShowProgress(cause))

    def answer(self, charged: bool = True) -> None:
        self._take(m.Answer(charged))

    def release(self, cause: Cause = Cause.NORMAL_CLEARING) -> None:
        self._take(m.Release(cause))

    def flash(self) -> None:
        self._take(m.Flash())

    def message_waiting(self, on: bool) -> None:
        self._take(m.MessageWaiting(on))

    def block(self) -> None:
        self._take(m.Block())

    def unblock(self) -> None:
        self._take(m.Unblock())

    def reset(self) -> None:
        self._take(m.Reset())

    def listen(self, ears: Ear, plan: TonePlan | None = None, **settings: float) -> None:
        self._wanted, self._wanted_plan, self._wanted_settings = ears, plan, dict(settings)
        self._set_ears()

    def trace(self) -> list[str]:
        return self._trace.lines()

    def close(self) -> None:
        """Gives the channel back. No telling follows."""
        self.told = lambda line, telling: None
        for name in self._machine.timers:
            self._timers.stop((self, name))
        self._channel.close()
        self._trace.close()

    # ---- stimuli, one after the other ----

    def _media(self, event: Event) -> None:
        if event.kind is EventKind.PLAYED:
            playback = self._playback
            if playback is not None and playback.result is not None and playback.result.end is PlayEnd.FINISHED:
                self._playback = None
                self._take(m.PlayEnded(playback.result))
            return
        self._take(event)
        self.heard(event)

    def _take(self, stimulus: m.Stimulus) -> None:
        self._waiting.append(stimulus)
        if self._busy:
            return
        self._busy = True
        try:
            while self._waiting:
                stimulus = self._waiting.popleft()
                time = stimulus.time if isinstance(stimulus, LineEvent | Event) else self._plane.time
                self._step(self._machine.take(stimulus, time))
        finally:
            self._busy = False
            self._waiting.clear()

    def _step(self, acts: list[m.Act]) -> None:
        tellings = []
        with self._plane.batch():
            for act in acts:
                if isinstance(act, m.Tell):
                    self._trace.note(self._plane.time, f"tells {act.telling}")
                    tellings.append(act.telling)
                else:
                    self._do(act)
        for telling in tellings:
            self.told(self, telling)

    def _do(self, act: m.Act) -> None:
        channel, plane, port = self._channel, self._plane, self._channel.port
        match act:
            case m.Note(text):
                self._trace.note(plane.time, text)
            case m.Start(name, seconds):
                after = self._machine.timers[name].seconds if seconds is None else seconds
                self._timers.start((self, name), after, lambda: self._take(m.Expired(name)))
            case m.Stop(name):
                self._timers.stop((self, name))
            case m.SetBits(bits):
                channel.set_bits(bits)
            case m.Speech(on):
                channel.activate() if on else channel.deactivate()
            case m.Listen():
                self._own = act
                self._set_ears()
            case m.PlayTone(name):
                self._play([self._sounds.tone(name)])
            case m.PlayDigits(digits, gap_ms):
                self._play(self._sounds.digits(digits, gap_ms))
            case m.PlayR2(code, forward):
                self._play([self._sounds.r2(code, forward)])
            case m.PlayCaller(caller, kind):
                self._play(self._sounds.caller(caller, kind))
            case m.PlayMessageWaiting(on):
                self._play(self._sounds.message_waiting(on))
            case m.StopPlaying():
                self._playback = None
                plane.stop(port)
            case m.Ring(cadence):
                channel.ring(cadence)
            case m.OffHook():
                channel.off_hook()
            case m.OnHook():
                channel.on_hook()
            case m.FlashHook():
                channel.flash()
            case m.DialPulses(digits):
                channel.dial_pulses(digits)
            case m.SetPolarity(reverse):
                channel.set_polarity(reverse)
            case m.Tell():
                raise AssertionError("tellings are collected by _step")

    def _play(self, sources: list[Audible]) -> None:
        self._playback = self._plane.play(self.port, sources)

    def _set_ears(self) -> None:
        """The signalling's own wishes first; the exchange's plan and settings where the signalling has none."""
        ears = self._own.ears | self._wanted
        plan = (self._sounds.plan if Ear.TONES in self._own.ears else None) or self._wanted_plan or self._sounds.plan
        settings = dict(self._wanted_settings)
        if self._own.silence_timeout_ms:
            settings["silence_timeout_ms"] = self._own.silence_timeout_ms
        self._plane.detect(self.port, ears, plan=plan if Ear.TONES in ears else None, **settings)
