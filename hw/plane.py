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
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, IntFlag
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import trio
import trio.testing

from hw.errors import LocalError
from hw.native import ffi, lib
from hw.recordings import Closed, Layout, Recorder, RecordingFile

log = logging.getLogger(__name__)

RATE = 8000
_EVENT = struct.Struct("<QIHHiiIIQ")
_EVENTS_AT_ONCE = 1024
_LAWS = {"a": lib.LAW_A, "mu": lib.LAW_MU}

_REASONS = {
    lib.PLANE_NO_PORT: "no such port, or it was closed",
    lib.PLANE_NO_BRIDGE: "no such bridge, or it was closed",
    lib.PLANE_BUSY: "port is in a connection or bridge already; part it first",
    lib.PLANE_FULL: "no room left for another port, bridge, whisperer or order",
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


class EventKind(Enum):
    """As in media.h; the comments there say what code, a and b mean."""

    DTMF_DOWN = lib.EVENT_DTMF_DOWN
    DTMF_UP = lib.EVENT_DTMF_UP
    TONE_BEGIN = lib.EVENT_TONE_BEGIN
    TONE_END = lib.EVENT_TONE_END
    R2_ON = lib.EVENT_R2_ON
    R2_OFF = lib.EVENT_R2_OFF
    FAX_CNG = lib.EVENT_FAX_CNG
    FAX_CED = lib.EVENT_FAX_CED
    CALLER_ID = lib.EVENT_CALLER_ID
    SPEECH_BEGIN = lib.EVENT_SPEECH_BEGIN
    SPEECH_END = lib.EVENT_SPEECH_END
    SILENCE = lib.EVENT_SILENCE
    LEVEL = lib.EVENT_LEVEL
    PLAYED = lib.EVENT_PLAYED
    RECORDING_ENDED = lib.EVENT_RECORDING_ENDED
    LINE = lib.EVENT_LINE
    GONE = lib.EVENT_GONE
    JOINED = lib.EVENT_JOINED


_KINDS = {kind.value: kind for kind in EventKind}


class Event(NamedTuple):
    """What a port told. `time` in samples of the plane."""

    kind: EventKind
    time: int
    port: int
    code: int
    a: int
    b: int
    blob: bytes = b""


class Ear(IntFlag):
    """What a port can listen for."""

    DTMF = lib.DETECT_DTMF
    TONES = lib.DETECT_TONES
    R2_FORWARD = lib.DETECT_R2_FORWARD
    R2_BACKWARD = lib.DETECT_R2_BACKWARD
    FAX = lib.DETECT_FAX
    CALLER_ID = lib.DETECT_CALLER_ID
    SPEECH = lib.DETECT_SPEECH
    LEVEL = lib.DETECT_LEVEL


class Audible(Protocol):
    """Anything that can be played: hw.clips.Clip, hw.tones.Tone. `pointer` is its struct clip* or struct tone*."""

    @property
    def pointer(self) -> Any: ...


class TonePlan(Protocol):
    """hw.tones' plan of call-progress tones to be found. `pointer` is its struct tone_plan*."""

    @property
    def pointer(self) -> Any: ...


class PlayEnd(Enum):
    FINISHED = lib.PLAY_FINISHED
    STOPPED = lib.PLAY_STOPPED
    REPLACED = lib.PLAY_REPLACED
    CLOSED = lib.PLAY_CLOSED


@dataclass(frozen=True, slots=True)
class Played:
    """How a play order ended: why, after how many samples in all, in which source of the list (its length: after the
    last).
    """

    end: PlayEnd
    samples: int
    index: int


class Playback:
    """One play order. `await playback.wait()` gives its Played; cancelling the wait does not stop it: port.stop()
    does.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.result: Played | None = None
        self._ended: trio.Event | None = None  # made for whoever waits: most never are waited for

    async def wait(self) -> Played:
        if self.result is None:
            if self._ended is None:
                self._ended = trio.Event()
            await self._ended.wait()
            assert self.result is not None
        else:
            await trio.lowlevel.checkpoint()
        return self.result

    def _end(self, result: Played) -> None:
        self.result = result
        if self._ended is not None:
            self._ended.set()


@dataclass(frozen=True, slots=True)
class Recorded:
    """How a recording ended: errno that stopped it (0: by order), and its length."""

    errno: int
    milliseconds: int


class Recording:
    """One recording of a port. Ends by order, with its port, or by an error of the disk; the call never notices."""

    def __init__(self, file: RecordingFile, port: int) -> None:
        self.path = file.path
        self.port = port
        self.result: Recorded | None = None
        self._file = file
        self._ended = trio.Event()

    async def wait(self) -> Recorded:
        """Until no more speech comes. The file is still being written for a second or so: see closed()."""
        await self._ended.wait()
        assert self.result is not None
        return self.result

    async def closed(self) -> Closed:
        """Until the file is whole and safe on disk. Raises hw.recordings.RecordingError if the disk ended it."""
        return await self._file.closed()

    def _end(self, result: Recorded) -> None:
        self.result = result
        self._ended.set()


class RecordingState(Enum):
    RUNS = lib.RECORDING_RUNS
    PAUSED = lib.RECORDING_PAUSED
    MASKED = lib.RECORDING_MASKED


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of the media plane since its start or the last reset. Times in µs or ms as named; cpu_s is the media thread's
    CPU time.
    """

    ticks: int
    late_ticks: int
    skipped_ticks: int
    lost_frames: int
    events: int
    lost_events: int
    orders: int
    ports: int
    active_ports: int
    bridges: int
    joined_pairs: int
    playing: int
    detecting: int
    recording: int
    tick_avg_us: float
    tick_max_us: float
    lateness_max_ms: float
    lateness_p999_ms: float
    cpu_s: float


class Batch:
    """Of a plane; entered as often as one likes, one inside the other."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane

    def __enter__(self) -> None:
        self._plane._batched += 1

    def __exit__(self, *_: object) -> None:
        self._plane._batched -= 1
        if not self._plane._batched:
            self._plane.flush()


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
        self._sinks: dict[int, Callable[[Event], None]] = {}
        self._playing: dict[int, Playback] = {}
        self._recording: dict[int, Recording] = {}
        self._laws: dict[int, str] = {}
        self._token = 0
        self._batched = 0
        self._batch = Batch(self)
        self._one_source = ffi.new("struct source[1]")
        self._buffer = ffi.new("struct event[]", _EVENTS_AT_ONCE)
        self._bytes = ffi.buffer(self._buffer)

    # ---- time ----

    @property
    def time(self) -> int:
        """Samples since the start; 8 a millisecond."""
        return int(lib.plane_time(self._plane))

    @property
    def seconds(self) -> float:
        return self.time / RATE

    # ---- orders ----

    def _order(self, name: str, port: int | None, code: int) -> int:
        if code < 0:
            raise PlaneError(name, port, code)
        if not self._batched:
            lib.plane_flush(self._plane)
        return code

    def batch(self) -> Batch:
        """Orders given inside `with plane.batch():` take effect together, in one tick."""
        return self._batch

    def flush(self) -> None:
        """Show orders given so far in a batch."""
        lib.plane_flush(self._plane)

    def add_card(self, pointer: Any) -> int:
        """A struct card*; it must outlive the plane. Returns its number."""
        return self._order("add card", None, lib.plane_add_card(self._plane, pointer))

    def open_port(self, card: int, channel: Any, law: str, heard: Callable[[Event], None]) -> int:
        """A port for a card's channel (void*). law "a" or "mu". `heard` is called with each event. Not active yet."""
        if law not in _LAWS:
            raise LocalError(f'law {law!r}: must be "a" or "mu"')
        port = self._order("open port", None, lib.plane_port_open(self._plane, card, channel, _LAWS[law]))
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
        self._order("close port", port, lib.plane_port_close(self._plane, port))
        del self._sinks[port], self._laws[port]

    def activate(self, port: int, on: bool) -> None:
        """Speech runs on the port, or rests (line events go on)."""
        self._order("activate", port, lib.plane_port_activate(self._plane, port, on))

    def gain(self, port: int, in_db: float = 0.0, out_db: float = 0.0) -> None:
        """±24 dB, of what the party says and is told."""
        self._order("gain", port, lib.plane_port_gain(self._plane, port, in_db, out_db))

    def mute(self, port: int, muted: bool) -> None:
        """Nobody hears the port's party; detectors and recording do."""
        self._order("mute", port, lib.plane_port_mute(self._plane, port, muted))

    def connect(self, a: int, b: int) -> None:
        """Two ports hear each other."""
        self._order("connect", a, lib.plane_connect(self._plane, a, b))

    def part(self, port: int) -> None:
        """The port leaves its connection or bridge; in none is not an error."""
        self._order("part", port, lib.plane_part(self._plane, port))

    def open_bridge(self) -> int:
        return self._order("open bridge", None, lib.plane_bridge_open(self._plane))

    def close_bridge(self, bridge: int) -> None:
        self._order("close bridge", None, lib.plane_bridge_close(self._plane, bridge))

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
        self._order("join", port, lib.plane_bridge_join(self._plane, bridge, port, flags, talk_db, listen_db))

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
        self._order(
            "change member", port, lib.plane_bridge_member(self._plane, bridge, port, flags, talk_db, listen_db)
        )

    def whisper(self, bridge: int, speaker: int, listener: int, on: bool = True) -> None:
        """`listener` hears `speaker` even though the speaker does not talk to the rest."""
        self._order("whisper", speaker, lib.plane_bridge_whisper(self._plane, bridge, speaker, listener, on))

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
        """Plays clips and tones one after the other, instead of what the port hears else; replaces what is being
        played.

        mix: together with the conversation. speak: not to the port's party but as if it said it. start: samples to
        skip of the first source (a clip). gain_db: -60 to +20.
        """
        if not sources:
            raise LocalError("play: nothing to play")
        array = self._one_source if len(sources) == 1 else ffi.new("struct source[]", len(sources))
        for place, source in enumerate(sources):
            pointer, entry = source.pointer, array[place]
            if ffi.typeof(pointer) is _CLIP:
                entry.clip, entry.tone = pointer, ffi.NULL
            else:
                entry.clip, entry.tone = ffi.NULL, pointer
            entry.gain_db = gain_db
        setattr(array[0], "from", start)
        flags = loop * lib.PLAY_LOOP | mix * lib.PLAY_MIX | speak * lib.PLAY_SPEAK
        token = self._next_token()
        self._order("play", port, lib.plane_play(self._plane, port, array, len(sources), flags, token))
        playback = self._playing[token] = Playback(port)
        return playback

    def stop(self, port: int) -> None:
        """Stops what is being played, within the frame."""
        self._order("stop", port, lib.plane_stop(self._plane, port))

    def skip(self, port: int) -> None:
        """On to the next source of the list."""
        self._order("skip", port, lib.plane_skip(self._plane, port))

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
            self._order("detect", port, lib.plane_detect(self._plane, port, ffi.NULL))
            return
        if Ear.TONES in ears and plan is None:
            raise LocalError("detect: Ear.TONES needs a plan of tones")
        settings = ffi.new("struct detect_settings *")
        settings.kinds = int(ears)
        settings.plan = plan.pointer if plan is not None else ffi.NULL
        settings.speech_dbm0 = speech_dbm0
        settings.speech_min_ms = speech_min_ms
        settings.speech_hangover_ms = speech_hangover_ms
        settings.silence_timeout_ms = silence_timeout_ms
        settings.level_interval_ms = level_interval_ms
        self._order("detect", port, lib.plane_detect(self._plane, port, settings))

    # ---- recordings ----

    async def record(self, port: int, path: Path, layout: Layout = Layout.STEREO) -> Recording:
        """Creates the file (in a worker thread; it must not exist) and records the port from the next tick on.

        Raises hw.recordings.RecordingError where the file cannot be made, PlaneError where the port cannot be recorded.
        """
        law = self._laws.get(port)
        if law is None:
            raise PlaneError("record", port, lib.PLANE_NO_PORT)
        file = await self.recorder.open(path, layout, law)
        token = self._next_token()
        code = lib.plane_record(self._plane, port, file.pointer, token)
        file.given = code >= 0
        if code < 0:
            file.abandon()
        self._order("record", port, code)
        recording = self._recording[token] = Recording(file, port)
        return recording

    def record_state(self, port: int, state: RecordingState) -> None:
        """Pause (clock stops), mask (a tone keeps the time line), or go on."""
        self._order("record state", port, lib.plane_record_state(self._plane, port, state.value))

    def record_stop(self, port: int) -> None:
        self._order("record stop", port, lib.plane_record_stop(self._plane, port))

    def _next_token(self) -> int:
        self._token = self._token % 0xFFFFFFFF + 1
        return self._token

    # ---- events ----

    def dispatch(self) -> int:
        """Hands every waiting event to its port. Returns how many there were."""
        total = 0
        while count := lib.plane_events(self._plane, self._buffer, _EVENTS_AT_ONCE):
            total += count
            events = []
            for place, raw in enumerate(_EVENT.iter_unpack(self._bytes[: count * _EVENT.size])):
                blob = self._blob(place, raw[7]) if raw[7] else b""
                events.append((raw, blob))
            for raw, blob in events:
                try:
                    self._hand_on(raw, blob)
                except Exception as error:
                    if self.faulted is None:
                        raise
                    self.faulted(error)
            if count < _EVENTS_AT_ONCE:
                break
        return total

    def _blob(self, place: int, length: int) -> bytes:
        out = ffi.new("uint8_t[]", length)
        if lib.plane_blob(self._plane, self._buffer + place, out, length) != length:
            return b""
        return bytes(ffi.buffer(out))

    def _hand_on(self, raw: tuple[int, ...], blob: bytes) -> None:
        time, port, number, code, a, b, token, _, _ = raw
        kind = _KINDS[number]
        if kind is EventKind.PLAYED:
            playback = self._playing.pop(token, None)
            if playback is not None:
                playback._end(Played(PlayEnd(code), a, b))
        elif kind is EventKind.RECORDING_ENDED:
            recording = self._recording.pop(token, None)
            if recording is not None:
                recording._end(Recorded(code, a))
        sink = self._sinks.get(port)
        if sink is not None:
            sink(Event(kind, time, port, code, a, b, blob))

    # ---- pace ----

    def step(self, frames: int = 1) -> int:
        """Virtual time by hand: up to `frames` ticks, fewer if an event came; hands events on. Returns the ticks
        done.
        """
        done = self._order("step", None, lib.plane_step(self._plane, frames))
        self.dispatch()
        return done

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Moves the plane until cancelled: a thread in real time, steps in virtual time."""
        if self.virtual:
            task_status.started()
            await self._run_virtual()
        else:
            await self._run_real(task_status)

    async def _run_real(self, task_status: trio.TaskStatus[None]) -> None:
        refused = self._order("start", None, lib.plane_start(self._plane, self._priority, True))
        if refused & 1:
            self.warnings.append(
                "media thread has no real-time priority: speech may stutter under load. "
                "Remedy: LimitRTPRIO=99 in the service unit, or CAP_SYS_NICE."
            )
        if refused & 2:
            self.warnings.append(
                "memory is not locked: speech may stutter when memory is short. "
                "Remedy: LimitMEMLOCK=infinity, or CAP_IPC_LOCK."
            )
        for warning in self.warnings:
            log.warning("%s", warning)
        descriptor = lib.plane_eventfd(self._plane)
        task_status.started()
        try:
            while True:
                await trio.lowlevel.wait_readable(descriptor)
                self.dispatch()
        finally:
            lib.plane_stop_thread(self._plane)

    async def _run_virtual(self) -> None:
        frame_s = self.frame / RATE
        origin = trio.current_time() - self.seconds
        while True:
            await trio.testing.wait_all_tasks_blocked()
            gap = trio.lowlevel.current_statistics().seconds_to_next_deadline
            frames = max(1, int(min(gap, 60.0) / frame_s))
            self._order("step", None, lib.plane_step(self._plane, frames))
            await trio.sleep_until(origin + self.seconds)
            self.dispatch()

    def statistics(self) -> Statistics:
        raw = ffi.new("struct plane_statistics *")
        lib.plane_statistics(self._plane, raw)
        names = [name for name in Statistics.__dataclass_fields__ if name != "lateness_p999_ms"]
        return Statistics(lateness_p999_ms=_lateness(raw, 0.999), **{name: getattr(raw, name) for name in names})

    def reset_statistics(self) -> None:
        lib.plane_statistics_reset(self._plane)

    def close(self) -> None:
        """Stops the thread, ends recordings, frees all. The plane is of no use afterwards."""
        if self._plane is not None:
            self.recorder.release()
            ffi.release(self._plane)
            self._plane = None


_CLIP = ffi.typeof("struct clip *")


def _member(listen: bool, talk: bool) -> int:
    return int(listen * lib.MEMBER_LISTEN | talk * lib.MEMBER_TALK)


def _lateness(raw: Any, share: float) -> float:
    """The upper edge (ms) of the histogram's bucket below which `share` of the ticks lie; 25 µs a bucket."""
    counts = list(raw.lateness)
    wanted = sum(counts) * share
    seen = 0
    for bucket, count in enumerate(counts):
        seen += count
        if count and seen >= wanted:
            return float(raw.lateness_max_ms) if bucket == len(counts) - 1 else (bucket + 1) * 0.025
    return 0.0
