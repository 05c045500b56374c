"""A machine on a real channel: the hands of analog and R2 lines.

What it does: takes what the card, the plane, the timers and the exchange bring, one after the other, hands it to the
machine, and does the acts that come back, in their order. Tellings reach the exchange only when all acts of a step are
done, so the machine is never seen half way, and an order that the exchange gives out of a telling is carried out (or
refused) there and then; what it makes the line tell comes after what is being told.

    channel, plane, timers, exchange ──> machine.take() ──> acts done ──> tellings, one by one ──> exchange
                                              ^                                                       │ order
                                              └───────────────────────────────────────────────────────┘

A device that vanishes: the machine hears GONE; GONE_S later, when the exchange has left the port, the channel is closed
and the line has no port. When its span arrives again the channel is opened anew, and the machine hears BACK.

What it does not: decide anything. A card that refuses an act is noted and logged; the machine's timers see to the rest.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Hashable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from hw.card import (
    Card,
    Channel,
    ChannelKind,
    HardwareError,
    LineEvent,
    LineEventKind,
    SpanEvent,
    SpanEventKind,
    SpanInfo,
)
from hw.ear import Ear, TonePlan
from hw.errors import LocalError
from hw.event import Event, EventKind
from hw.plane import Plane
from hw.playback import Audible, Playback, PlayEnd
from hw.signalling import machine as m
from hw.signalling.captures import Capture, Captures
from hw.signalling.line import GONE_S, Call, Connection, Line, LineAbility, LineKind, Party, Service, Telling
from hw.signalling.q850 import Cause
from hw.signalling.trace import Trace
from hw.timers import Timers

log = logging.getLogger(__name__)

# What the exchange is told of what its own ears hear.
_HEARD_BY = {
    EventKind.DTMF_DOWN: Ear.DTMF,
    EventKind.DTMF_UP: Ear.DTMF,
    EventKind.TONE_BEGIN: Ear.TONES,
    EventKind.TONE_END: Ear.TONES,
    EventKind.R2_ON: Ear.R2_FORWARD | Ear.R2_BACKWARD,
    EventKind.R2_OFF: Ear.R2_FORWARD | Ear.R2_BACKWARD,
    EventKind.FAX_CNG: Ear.FAX,
    EventKind.FAX_CED: Ear.FAX,
    EventKind.CALLER_ID: Ear.CALLER_ID,
    EventKind.SPEECH_BEGIN: Ear.SPEECH,
    EventKind.SPEECH_END: Ear.SPEECH,
    EventKind.SILENCE: Ear.SPEECH,
    EventKind.LEVEL: Ear.LEVEL,
}


class Sounds(Protocol):
    """What a line plays and listens for in its country; hw.sounds has the real one."""

    @property
    def plan(self) -> TonePlan:
        """All call-progress tones that the line may hear."""

    @property
    def dial_plan(self) -> TonePlan:
        """Dial tone alone, told at once: before dialling."""

    def tone(self, name: str) -> Audible: ...

    def digits(self, digits: str, gap_ms: int) -> list[Audible]: ...

    def r2(self, code: int, forward: bool) -> Audible: ...

    def caller(self, party: Party, kind: str) -> list[Audible]: ...

    def message_waiting(self, on: bool) -> list[Audible]: ...


class ChannelLine:
    """A Line (see hw.signalling.line) from a machine and a channel.

    card: where the channel is opened again after its device had vanished; None: the line stays lost.
    """

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
        captures: Captures | None = None,
        card: Card | None = None,
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
        self._captures = captures
        self._capture: Capture | None = None
        self._untold: deque[Telling] = deque()
        self._telling = False
        self._closed = False
        self._own = m.Listen(Ear(0))
        self._wanted = Ear(0)
        self._wanted_plan: TonePlan | None = None
        self._wanted_settings: dict[str, Any] = {}
        self._listening: object = None
        self._playback: Playback | None = None
        self._clocks: dict[str, tuple[Hashable, Callable[[], None]]] = {}
        self._time = plane.time
        self.heard: Callable[[Event], None] = lambda event: None
        self._lost = self._portless = False
        self._card = card
        self._unwatch: Callable[[], None] = card.watch(self._span_changed) if card is not None else lambda: None
        channel.heard = self._take
        channel.media = self._media
        self._step(machine.begin(plane.time), plane.time)
        self._look_at_bits()

    @property
    def abilities(self) -> LineAbility:
        return self._machine.abilities

    @property
    def port(self) -> int:
        """-1 while its device is not there."""
        return -1 if self._portless else self._channel.port

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
        """Gives the channel back. No telling follows, and no order is taken any more. Twice is nothing."""
        self._closed = True
        self.told = lambda line, telling: None
        for name in self._machine.timers:
            self._timers.stop((self, name))
        self._timers.stop((self, "gone"))
        self._unwatch()
        self._end_capture(False)
        self._channel.close()
        self._trace.close()

    # ---- a device that goes and comes back ----

    def _lose_channel(self) -> None:
        """The exchange still has to part and to stop what is on its port."""
        self._lost = True
        self._timers.start((self, "gone"), GONE_S, self._close_channel)

    def _close_channel(self) -> None:
        self._timers.stop((self, "gone"))
        self._portless = True
        self._playback = None
        self._end_capture(False)
        self._channel.heard = lambda event: None
        self._channel.media = lambda event: None
        self._channel.close()

    def _span_changed(self, event: SpanEvent) -> None:
        before = self._channel.info
        if event.kind is not SpanEventKind.ARRIVED or not self._lost or self._closed:
            return
        if not any(
            (c.number, c.name, c.kind) == (before.number, before.name, before.kind) for c in event.span.channels
        ):
            return
        assert self._card is not None
        if not self._portless:
            self._close_channel()
        try:
            channel = self._card.open(before.number)
        except HardwareError as refused:
            self._trace.note(self._plane.time, f"card is back but not ready: {refused}")
            return
        self._regain(channel, event.span)

    def _regain(self, channel: Channel, span: SpanInfo) -> None:
        self._channel = channel
        self._lost = self._portless = False
        self._listening = None
        channel.heard = self._take
        channel.media = self._media
        self._take(LineEvent(LineEventKind.BACK, self._plane.time))
        self._set_ears()
        if span.alarms:
            self._take(LineEvent(LineEventKind.ALARM, self._plane.time))
        self._look_at_bits()

    def _look_at_bits(self) -> None:
        """The card tells changes: what the far end shows now would never come."""
        if self._channel.info.kind is ChannelKind.CAS:
            self._take(LineEvent(LineEventKind.BITS, self._plane.time, self._channel.bits()))

    # ---- stimuli, one after the other ----

    def _media(self, event: Event) -> None:
        if event.kind is EventKind.PLAYED:
            playback = self._playback
            if playback is not None and playback.result is not None and playback.result.end is PlayEnd.FINISHED:
                self._playback = None
                self._take(m.PlayEnded(playback.result))
            return
        self._take(event)
        if _HEARD_BY.get(event.kind, self._wanted) & self._wanted:
            self.heard(event)

    def _take(self, stimulus: m.Stimulus) -> None:
        if self._closed:
            raise LocalError(f"line {self.name} is closed")
        time = self._plane.time
        self._step(self._machine.take(stimulus, time), time)
        if isinstance(stimulus, LineEvent) and stimulus.kind is LineEventKind.GONE and self._card is not None:
            self._lose_channel()

    def _step(self, acts: list[m.Act], time: int) -> None:
        """480 circuits in set-up make some 10 000 steps a second: what is done here counts in µs.

        What fails by our own fault, an act or the exchange in a telling, costs nothing else; then it goes on its way.
        """
        self._time = time
        failed: list[Exception] = []
        with self._plane.batch():
            for act in acts:
                if self._portless and type(act) not in _WITHOUT_PORT:
                    continue
                try:
                    _DO[type(act)](self, act)
                except HardwareError as error:
                    # It is gone, or it cannot now.
                    self._trace.note(time, f"card refused {act}: {error}")
                    log.warning("line %s: %s", self.name, error)
                except Exception as error:
                    failed.append(error)
        if self._untold and not self._telling:
            self._telling = True
            try:
                self._tell_all(failed)
            finally:
                self._telling = False
        if failed:
            raise failed[0]

    def _tell_all(self, failed: list[Exception]) -> None:
        while self._untold:
            try:
                self.told(self, self._untold.popleft())
            except Exception as error:
                failed.append(error)

    # ---- acts ----

    def _tell(self, act: m.Tell) -> None:
        self._trace.note(self._time, "tells", act.telling)
        self._untold.append(act.telling)

    def _note(self, act: m.Note) -> None:
        self._trace.note(self._time, act.text)

    def _start(self, act: m.Start) -> None:
        name = act.name
        if name not in self._clocks:
            self._clocks[name] = ((self, name), partial(self._take, m.Expired(name)))
        key, call = self._clocks[name]
        self._timers.start(key, self._machine.timers[name].seconds if act.seconds is None else act.seconds, call)

    def _stop(self, act: m.Stop) -> None:
        self._timers.stop((self, act.name))

    def _listen(self, act: m.Listen) -> None:
        self._own = act
        self._set_ears()

    def _stop_playing(self, _: m.StopPlaying) -> None:
        self._playback = None
        self._plane.stop(self.port)

    def _begin_capture(self, _: m.Capture) -> None:
        if self._captures is not None:
            self._capture = self._captures.begin(self.name, self.port)

    def _play(self, sources: list[Audible]) -> None:
        self._playback = self._plane.play(self.port, sources)

    def _end_capture(self, keep: bool) -> None:
        if self._capture is not None:
            self._capture.end(keep)
            if keep:
                self._trace.note(self._plane.time, f"kept {self._capture.path}")
            self._capture = None

    def _set_ears(self) -> None:
        """The signalling's own wishes first; the exchange's plan and settings where the signalling has none.

        What does not change goes on: a new set of detectors would forget the tone that they are hearing.
        """
        own, wanted = self._own, self._wanted
        plan = None
        if Ear.TONES in own.ears:
            plan = self._sounds.dial_plan if own.tones == "dial" else self._sounds.plan
        elif Ear.TONES in wanted:
            plan = self._wanted_plan or self._sounds.plan
        settings = dict(self._wanted_settings)
        if own.silence_timeout_ms:
            settings["silence_timeout_ms"] = own.silence_timeout_ms
        if Ear.LEVEL in own.ears:
            settings["level_interval_ms"] = own.level_ms
        listening = (own.ears | wanted, plan, settings)
        if listening != self._listening and not self._portless:
            self._listening = listening
            self._plane.detect(self.port, own.ears | wanted, plan=plan, **settings)


_WITHOUT_PORT = frozenset({m.Note, m.Tell, m.Start, m.Stop, m.Listen})

_DO: dict[type, Callable[[ChannelLine, Any], None]] = {
    m.Note: ChannelLine._note,
    m.Tell: ChannelLine._tell,
    m.Start: ChannelLine._start,
    m.Stop: ChannelLine._stop,
    m.Listen: ChannelLine._listen,
    m.Speech: lambda line, act: line._channel.activate() if act.on else line._channel.deactivate(),
    m.PlayTone: lambda line, act: line._play([line._sounds.tone(act.name)]),
    m.PlayDigits: lambda line, act: line._play(line._sounds.digits(act.digits, act.gap_ms)),
    m.PlayR2: lambda line, act: line._play([line._sounds.r2(act.code, act.forward)]),
    m.PlayCaller: lambda line, act: line._play(line._sounds.caller(act.caller, act.kind)),
    m.PlayMessageWaiting: lambda line, act: line._play(line._sounds.message_waiting(act.on)),
    m.StopPlaying: ChannelLine._stop_playing,
    m.SetBits: lambda line, act: line._channel.set_bits(act.bits),
    m.Ring: lambda line, act: line._channel.ring(act.cadence),
    m.OffHook: lambda line, act: line._channel.off_hook(),
    m.OnHook: lambda line, act: line._channel.on_hook(),
    m.FlashHook: lambda line, act: line._channel.flash(),
    m.DialPulses: lambda line, act: line._channel.dial_pulses(act.digits),
    m.SetPolarity: lambda line, act: line._channel.set_polarity(act.reversed),
    m.Capture: ChannelLine._begin_capture,
    m.EndCapture: lambda line, act: line._end_capture(act.keep),
}
