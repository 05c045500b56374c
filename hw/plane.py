"""The media plane as Python sees it: orders down, events up, and the pace.

What it does: wraps hw/native/engine.h. An order that cannot be raises PlaneError at once, with the port and the
reason; one that is accepted takes effect in the next tick, within the frame. Events come back through one file
descriptor and are handed to whoever opened the port, in the trio thread, one by one, in their order.

What it does not: know cards' signalling, calls or numbers. It never waits for Python, and Python never waits for it.

How time flows. In real time the media thread runs at the pace of the card. In virtual time there is no thread: a
trio task steps the plane whenever everybody else waits, and sleeps on trio's clock as far as it stepped:

    trio's clock  |----- other tasks ---------|.......autojump.......|-- event is handed on --
    plane                                     |step step step ... event|

so that under MockClock an hour takes seconds, speech and digits are real audio, and the same seed gives the same run.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import trio

from hw import plane_statistics
from hw.ear import Ear, TonePlan
from hw.ear import settings as ear_settings
from hw.errors import LocalError
from hw.event import AT_ONCE, Event, EventKind, take
from hw.native import ffi, lib
from hw.plane_statistics import Statistics
from hw.playback import Audible, Playback, Played, PlayEnd
from hw.recordings import Layout, Recorded, Recorder, Recording, RecordingFile, RecordingState

__all__ = [
    "Audible",
    "Ear",
    "Event",
    "EventKind",
    "Plane",
    "PlaneError",
    "PlayEnd",
    "Playback",
    "Played",
    "Recording",
    "RecordingState",
    "Statistics",
    "TonePlan",
]

log = logging.getLogger(__name__)

RATE = 8000
_LOOK_AHEAD_S = 60.0  # as far as virtual time goes at once
_LAWS = {"a": lib.LAW_A, "mu": lib.LAW_MU}

_REASONS = {
    lib.PLANE_NO_PORT: "no such port, or it was closed",
    lib.PLANE_NO_BRIDGE: "no such bridge, or it was closed",
    lib.PLANE_BUSY: "port is in a connection or bridge already; part it first",
    lib.PLANE_FULL: "no room left for another port, bridge, whisperer, play, recording or order",
    lib.PLANE_BAD_VALUE: "a value is outside its range",
    lib.PLANE_NOT_MEMBER: "port is not a member of this bridge",
    lib.PLANE_NO_MEMORY: "out of memory",
    lib.PLANE_NO_CARD: "no such card, or no channel given",
    lib.PLANE_RUNNING: "the media thread runs",
    lib.PLANE_NOT_RECORDING: "port is not being recorded",
    lib.PLANE_RECORDING: "port is being recorded already; stop that first",
    lib.PLANE_SYSTEM: "the system refused",
}


class PlaneError(LocalError):
    """A wrong order. `code` is the native layer's enum plane_error; `order` and `port` say which."""

    def __init__(self, order: str, port: int | None, code: int, detail: str = "") -> None:
        where = f"port {port:#x}: " if port is not None else ""
        super().__init__(f"{order}: {where}{_REASONS.get(code, f'error {code}')}{f' ({detail})' if detail else ''}")
        self.order = order
        self.port = port
        self.code = code


class Batch:
    """Of a plane; entered as often as one likes, one inside the other."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane

    def __enter__(self) -> None:
        self._plane._batched += 1

    def __exit__(self, *_: object) -> None:
        self._plane._batched -= 1
        if not self._plane._batched:
            self._plane._flush()


class Plane:
    """The media plane. One a process.

    frame_ms: 20 or 10. virtual: no thread, time is trio's (tests, simulation). In real time `priority` is the
    SCHED_FIFO priority of the media thread (0: none); what the system refuses is said once, with the remedy.
    """

    def __init__(self, *, frame_ms: int = 20, virtual: bool = False, priority: int = 50) -> None:
        if frame_ms not in (10, 20):
            raise LocalError(f"frame of {frame_ms} ms: must be 10 or 20")
        self.virtual = virtual
        self.frame = frame_ms * RATE // 1000
        self._priority = priority
        self._plane: Any = ffi.gc(lib.plane_new(self.frame, not virtual), lib.plane_free)
        if self._plane == ffi.NULL:
            raise MemoryError("media plane: out of memory or file descriptors")
        self.recorder = Recorder(lib.plane_recorder(self._plane), threaded=not virtual, owner=self._plane)
        self.warnings: list[str] = []
        self.faulted: Callable[[Exception], None] | None = None
        """Gets what a sink of events raises, and the others get theirs; without it, run() ends with it."""
        self._running = False
        self._sinks: dict[int, Callable[[Event], None]] = {}
        self._playing: dict[int, Playback] = {}
        self._recording: dict[int, Recording] = {}
        self._laws: dict[int, str] = {}
        self._meters: dict[int, Callable[[Event], None]] = {}
        self._token = 0
        self._batched = 0
        self._batch = Batch(self)
        self._one_source = ffi.new("struct source[1]")
        self._buffer = ffi.new("struct event[]", AT_ONCE)

    # ---- time ----

    @property
    def time(self) -> int:
        """Samples since the start; 8 a millisecond."""
        time: int = self._call(lib.plane_time)
        return time

    @property
    def seconds(self) -> float:
        return self.time / RATE

    # ---- orders ----

    def _call(self, function: Callable[..., Any], *values: Any) -> Any:
        try:
            return function(self._plane, *values)
        except TypeError:
            if self._plane is None:
                raise LocalError("the media plane is closed") from None
            raise

    def _order(self, name: str, port: int | None, order: Callable[..., int], *values: Any) -> int:
        try:
            code: int = self._call(order, *values)
        except OverflowError as error:  # what does not even fit into C
            raise PlaneError(name, port, lib.PLANE_BAD_VALUE, str(error)) from None
        if code < 0:
            detail = os.strerror(lib.plane_errno(self._plane)) if code == lib.PLANE_SYSTEM else ""
            raise PlaneError(name, port, code, detail)
        if not self._batched:
            lib.plane_flush(self._plane)
        return code

    def batch(self) -> Batch:
        """Orders given inside `with plane.batch():` take effect together, in one tick. Without awaiting: everybody's
        orders would wait.
        """
        return self._batch

    def _flush(self) -> None:
        if self._plane is not None:
            lib.plane_flush(self._plane)

    def add_card(self, pointer: Any) -> int:
        """A struct card*; it must outlive the plane. Returns its number."""
        return self._order("add card", None, lib.plane_add_card, pointer)

    def open_port(self, card: int, channel: Any, law: str, heard: Callable[[Event], None]) -> int:
        """A port for a card's channel (void*). law "a" or "mu". `heard` is called with each event. Not active yet."""
        if law not in _LAWS:
            raise LocalError(f'law {law!r}: must be "a" or "mu"')
        port = self._order("open port", None, lib.plane_port_open, card, channel, _LAWS[law])
        self._sinks[port] = heard
        self._laws[port] = law
        return port

    def open_voice(self, heard: Callable[[Event], None] | None = None) -> int:
        """A port without a card: speaks what is played to it with speak=True, hears what a bridge gives it. Active at
        once.
        """
        port = self.open_port(-1, ffi.NULL, "a", heard or (lambda event: None))
        self.activate(port, True)
        return port

    def close_port(self, port: int) -> None:
        self._order("close port", port, lib.plane_port_close, port)
        del self._sinks[port], self._laws[port]
        self._meters.pop(port, None)

    def activate(self, port: int, on: bool) -> None:
        """Speech runs on the port, or rests (line events go on)."""
        self._order("activate", port, lib.plane_port_activate, port, on)

    def gain(self, port: int, in_db: float = 0.0, out_db: float = 0.0) -> None:
        """±24 dB, of what the party says and is told."""
        self._order("gain", port, lib.plane_port_gain, port, in_db, out_db)

    def mute(self, port: int, muted: bool) -> None:
        """Nobody hears the port's party; detectors and recording do."""
        self._order("mute", port, lib.plane_port_mute, port, muted)

    def meter(self, port: int, metered: Callable[[Event], None] | None, interval_ms: int = 500) -> None:
        """`metered` is told the level of both directions, EventKind.METER; None: nobody wants to know any more. It is
        beside detectors and recordings. interval_ms: 20 to 60000.
        """
        self._order("meter", port, lib.plane_meter, port, interval_ms if metered is not None else 0)
        if metered is not None:
            self._meters[port] = metered
        else:
            self._meters.pop(port, None)

    def connect(self, a: int, b: int) -> None:
        """Two ports hear each other."""
        self._order("connect", a, lib.plane_connect, a, b)

    def part(self, port: int) -> None:
        """The port leaves its connection or bridge; in none is not an error."""
        self._order("part", port, lib.plane_part, port)

    def open_bridge(self) -> int:
        return self._order("open bridge", None, lib.plane_bridge_open)

    def close_bridge(self, bridge: int) -> None:
        self._order("close bridge", None, lib.plane_bridge_close, bridge)

    def join(
        self,
        bridge: int,
        port: int,
        *,
        listen: bool = True,
        talk: bool = True,
        talk_db: float = 0.0,
        listen_db: float = 0.0,
    ) -> None:
        """Into a conference. listen alone: a silent listener. Gains ±24 dB."""
        flags = _member(listen, talk)
        self._order("join", port, lib.plane_bridge_join, bridge, port, flags, talk_db, listen_db)

    def change_member(
        self,
        bridge: int,
        port: int,
        *,
        listen: bool = True,
        talk: bool = True,
        talk_db: float = 0.0,
        listen_db: float = 0.0,
    ) -> None:
        flags = _member(listen, talk)
        self._order("change member", port, lib.plane_bridge_member, bridge, port, flags, talk_db, listen_db)

    def whisper(self, bridge: int, speaker: int, listener: int, on: bool = True) -> None:
        """`listener` hears `speaker` even though the speaker does not talk to the rest."""
        self._order("whisper", speaker, lib.plane_bridge_whisper, bridge, speaker, listener, on)

    def play(
        self,
        port: int,
        sources: Sequence[Audible],
        *,
        loop: bool = False,
        mix: bool = False,
        speak: bool = False,
        gain_db: float = 0.0,
        start: int = 0,
    ) -> Playback:
        """Plays clips and tones (256 at most) one after the other, instead of what the port hears else; replaces what
        is being played. On a port at rest it stands still.

        mix: together with the conversation. speak: not to the port's party but as if it said it. start: samples to
        skip of the first source, which must be a clip then. gain_db: -60 to +20.
        """
        if not sources:
            raise LocalError("play: nothing to play")
        array = self._one_source if len(sources) == 1 else ffi.new("struct source[]", len(sources))
        try:
            for place, source in enumerate(sources):
                _fill(array[place], source, gain_db, 0 if place else start)
        except OverflowError as error:
            raise PlaneError("play", port, lib.PLANE_BAD_VALUE, str(error)) from None
        flags = loop * lib.PLAY_LOOP | mix * lib.PLAY_MIX | speak * lib.PLAY_SPEAK
        token = self._next_token()
        self._order("play", port, lib.plane_play, port, array, len(sources), flags, token)
        playback = self._playing[token] = Playback(port)
        return playback

    def stop(self, port: int) -> None:
        """Stops what is being played, within the frame."""
        self._order("stop", port, lib.plane_stop, port)

    def skip(self, port: int) -> None:
        """On to the next source of the list."""
        self._order("skip", port, lib.plane_skip, port)

    def detect(
        self,
        port: int,
        ears: Ear = Ear(0),
        *,
        plan: TonePlan | None = None,
        speech_dbm0: float = -38.0,
        speech_min_ms: int = 60,
        speech_hangover_ms: int = 400,
        silence_timeout_ms: int = 0,
        level_interval_ms: int = 1000,
    ) -> None:
        """What the port listens for from now on; without ears nothing. Ear.TONES needs a plan."""
        if not ears:
            self._order("detect", port, lib.plane_detect, port, ffi.NULL)
            return
        try:
            settings = ear_settings(
                ears,
                plan,
                speech_dbm0=speech_dbm0,
                speech_min_ms=speech_min_ms,
                speech_hangover_ms=speech_hangover_ms,
                silence_timeout_ms=silence_timeout_ms,
                level_interval_ms=level_interval_ms,
            )
        except OverflowError as error:
            raise PlaneError("detect", port, lib.PLANE_BAD_VALUE, str(error)) from None
        self._order("detect", port, lib.plane_detect, port, settings)

    # ---- recordings ----

    async def record(self, port: int, path: Path, layout: Layout = Layout.STEREO) -> Recording:
        """Creates the file (in a worker thread; it must not exist) and records the port from the next tick on.

        Raises hw.recordings.RecordingError where the file cannot be made, PlaneError where the port cannot be recorded.
        """
        law = self._laws.get(port)
        if law is None:
            raise PlaneError("record", port, lib.PLANE_NO_PORT)
        file = await self.recorder.open(path, layout, law)
        try:
            return self.record_into(port, file)
        except PlaneError:
            file.abandon()
            raise

    def law(self, port: int) -> str:
        """ "a" or "mu". PlaneError: no such port."""
        law = self._laws.get(port)
        if law is None:
            raise PlaneError("law", port, lib.PLANE_NO_PORT)
        return law

    def record_into(self, port: int, file: RecordingFile) -> Recording:
        """As record(), into a file that was opened before by `recorder.open` for the port's law: at once. PlaneError:
        the port cannot be recorded; the file is as it was.
        """
        token = self._next_token()
        self._order("record", port, lib.plane_record, port, file.pointer, token)
        file.given = True
        recording = self._recording[token] = Recording(file, port)
        return recording

    def record_state(self, port: int, state: RecordingState) -> None:
        """Pause (clock stops), mask (a tone keeps the time line), or go on."""
        self._order("record state", port, lib.plane_record_state, port, state.value)

    def record_stop(self, port: int) -> None:
        self._order("record stop", port, lib.plane_record_stop, port)

    def _next_token(self) -> int:
        self._token = self._token % 0xFFFFFFFF + 1
        return self._token

    # ---- events ----

    def dispatch(self) -> int:
        """Hands every waiting event to its port. Returns how many there were."""
        total = 0
        while events := self._call(take, self._buffer):
            total += len(events)
            for event in events:
                try:
                    self._hand_on(event)
                except Exception as error:
                    if self.faulted is None:
                        raise
                    self.faulted(error)
            if len(events) < AT_ONCE:
                break
        return total

    def _hand_on(self, event: Event) -> None:
        if event.kind is EventKind.PLAYED:
            playback = self._playing.pop(event.token, None)
            if playback is not None:
                playback.end(Played(PlayEnd(event.code), event.a, event.b))
        elif event.kind is EventKind.RECORDING_ENDED:
            recording = self._recording.pop(event.token, None)
            if recording is not None:
                recording.end(Recorded(event.code, event.a))
        elif event.kind is EventKind.METER:
            metered = self._meters.get(event.port)
            if metered is not None:
                metered(event)
            return
        sink = self._sinks.get(event.port)
        if sink is not None:
            sink(event)

    # ---- pace ----

    def step(self, frames: int = 1) -> int:
        """Virtual time by hand: up to `frames` ticks, fewer if an event came; hands events on. Returns the ticks
        done.
        """
        done = self._order("step", None, lib.plane_step, frames)
        self.dispatch()
        return done

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Moves the plane until cancelled: a thread in real time, steps in virtual time."""
        if self._running:
            raise LocalError("run: the media plane runs already")
        self._running = True
        try:
            if self.virtual:
                task_status.started()
                await self._run_virtual()
            else:
                await self._run_real(task_status)
        finally:
            self._running = False

    async def _run_real(self, task_status: trio.TaskStatus[None]) -> None:
        refused = self._order("start", None, lib.plane_start, self._priority, True)
        try:
            self._warn(refused)
            task_status.started()
            while True:
                await trio.lowlevel.wait_readable(lib.plane_eventfd(self._plane))
                self.dispatch()
        finally:
            lib.plane_stop_thread(self._plane)

    def _warn(self, refused: int) -> None:
        self.warnings = [text for bit, text in _WARNINGS.items() if refused & bit]
        for warning in self.warnings:
            log.warning("%s", warning)

    async def _run_virtual(self) -> None:
        # Here alone: where pytest is installed, trio.testing loads it, which costs a box a quarter of a second.
        from trio.testing import wait_all_tasks_blocked

        frame_s = self.frame / RATE
        origin = trio.current_time() - self.seconds
        while True:
            await wait_all_tasks_blocked()
            gap = trio.lowlevel.current_statistics().seconds_to_next_deadline
            # Up to the next deadline, but always on: what is ordered within a frame is carried out in the next.
            frames = max(1, int(min(gap, _LOOK_AHEAD_S) / frame_s))
            self._order("step", None, lib.plane_step, frames)
            await trio.sleep_until(origin + self.seconds)
            self.dispatch()

    # ---- figures, end ----

    def statistics(self) -> Statistics:
        statistics: Statistics = self._call(plane_statistics.read)
        return statistics

    def reset_statistics(self) -> None:
        self._order("reset statistics", None, lib.plane_statistics_reset)

    def close(self) -> None:
        """Ends what plays and is recorded, so that nobody waits for it for ever, and frees all. The plane is of no use
        afterwards. run() must have ended. Twice is nothing.
        """
        if self._running:
            raise LocalError("close: the media plane runs; cancel run() first")
        if self._plane is None:
            return
        for port in self._sinks:
            lib.plane_port_close(self._plane, port)
        self._sinks.clear()
        lib.plane_flush(self._plane)
        lib.plane_step(self._plane, 1)
        self.dispatch()
        self.recorder.release()
        ffi.release(self._plane)
        self._plane = None


_CLIP = ffi.typeof("struct clip *")

_WARNINGS = {
    1: "media thread has no real-time priority: speech may stutter under load. "
    "Remedy: LimitRTPRIO=99 in the service unit, or CAP_SYS_NICE.",
    2: "memory is not locked: speech may stutter when memory is short. "
    "Remedy: LimitMEMLOCK=infinity in the service unit, or CAP_IPC_LOCK.",
}
"""What plane_start() may be refused."""


def _fill(entry: Any, source: Audible, gain_db: float, start: int) -> None:
    """`entry`: a struct source that may have been used before."""
    pointer = source.pointer
    if ffi.typeof(pointer) is _CLIP:
        entry.clip, entry.tone = pointer, ffi.NULL
    else:
        entry.clip, entry.tone = ffi.NULL, pointer
    entry.gain_db = gain_db
    setattr(entry, "from", start)


def _member(listen: bool, talk: bool) -> int:
    return int(listen * lib.MEMBER_LISTEN | talk * lib.MEMBER_TALK)
