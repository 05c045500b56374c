"""Somebody at the far end of a wire: a mouth and ears on one channel, whatever card it belongs to.

    party = Party(plane, channel)
    await party.speak(Path("hello.wav"))         or a clip, a tone, or several
    await party.hear_tone("dial", within=2)      a call-progress tone, by frequency and cadence
    await party.hear_keys("1234#", within=5)     DTMF
    heard = await party.listen(3.0)              samples, their level

What it does: uses the plane's own sources, detectors and recordings, so that a test hears what a telephone would. It
notes what it hears from the beginning, with sample times. What it does not: hooks, bits, calls.

How time flows: by the plane and trio's clock, real or virtual; nothing here looks at another.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import trio

from hw.card import Channel
from hw.clips import load
from hw.ear import Ear
from hw.event import Event, EventKind
from hw.plane import Plane
from hw.playback import Audible, Played
from hw.sim.timing import RATE
from hw.tone_patterns import TonePatterns, tone_name
from hw.tone_plan import tone_plan
from hw.tones import ToneError

FULL_SCALE_DBM0 = 3.14  # a sine of full scale (G.711 A-law)
CONTINUOUS_MS = 1500  # a steady tone is told so soon where no burst of another lasts that long


class NotHeardError(Exception):
    """What was waited for did not come in time; says what came instead."""


@dataclass(frozen=True, slots=True)
class HeardTone:
    """A call-progress tone as the detector told it. Times in samples; end None: it sounds still. name: as CallProgress,
    in lower case."""

    name: str
    begin: int
    end: int | None
    hz: float
    dbm0: float


@dataclass(frozen=True, slots=True)
class HeardKey:
    key: str
    time: int


@dataclass(frozen=True)
class Speech:
    """What came in, 16 bit at 8 kHz, from sample time `begin` of the plane on."""

    begin: int
    samples: npt.NDArray[np.int16]

    @property
    def dbm0(self) -> float:
        """Mean level; -inf for digital silence."""
        if not len(self.samples):
            return -math.inf
        power = float(np.mean(self.samples.astype(np.float64) ** 2)) / (32768.0**2 / 2)
        return 10 * math.log10(power) + FULL_SCALE_DBM0 if power else -math.inf

    @classmethod
    def read(cls, path: Path) -> Speech:
        """The first channel of a WAV file at 8 kHz: of a recording, what came in."""
        samples, _ = soundfile.read(path, dtype="int16", always_2d=True)
        return cls(0, np.ascontiguousarray(samples[:, 0]))

    def save(self, path: Path) -> None:
        """As a WAV file, 16 bit."""
        soundfile.write(path, self.samples, RATE, subtype="PCM_16")


def listening_plan(country: str) -> TonePatterns:
    """All tones of a country; steady ones as soon as they cannot be a burst of another."""
    plan = tone_plan(country)
    try:
        return plan.listen(continuous_ms=CONTINUOUS_MS)
    except ToneError:
        return plan.listen()


class Party:
    """Takes the channel's `media` for itself; the port must be active for it to speak and hear."""

    ears = Ear.DTMF | Ear.TONES

    def __init__(self, plane: Plane, channel: Channel, *, country: str = "cn", name: str = "") -> None:
        self.plane = plane
        self.channel = channel
        self.name = name or channel.info.name
        self.keys: list[HeardKey] = []
        self.tones: list[HeardTone] = []
        self._plan = listening_plan(country)
        self._news = trio.Event()
        channel.media = self._media

    # ---- ears ----

    def attend(self, ears: Ear) -> None:
        """What is listened for from now on."""
        self.plane.detect(self.channel.port, ears, plan=self._plan if Ear.TONES in ears else None)

    @property
    def digits(self) -> str:
        """All keys heard so far."""
        return "".join(key.key for key in self.keys)

    @property
    def tone(self) -> str | None:
        """The name of the tone that sounds now."""
        return self.tones[-1].name if self.tones and self.tones[-1].end is None else None

    def forget(self) -> None:
        """What was heard so far; a tone that sounds now stays."""
        self.keys.clear()
        self.tones = [tone for tone in self.tones if tone.end is None]

    async def hear_tone(self, name: str, within: float) -> HeardTone:
        """The tone that sounds now, or the next one of this name. NotHeardError after `within` seconds."""
        await self.until(lambda: self.tone == name, within, f"tone {name!r}")
        return self.tones[-1]

    async def hear_silence(self, within: float) -> None:
        """Until no tone sounds."""
        await self.until(lambda: self.tone is None, within, "the end of the tone")

    async def hear_keys(self, keys: str, within: float) -> None:
        """Until the keys heard so far end with these."""
        await self.until(lambda: self.digits.endswith(keys), within, f"keys {keys!r}")

    async def listen(self, seconds: float) -> Speech:
        """Records what comes in for so long. It returns a second or so later, when the recording is whole."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "heard.wav"
            recording = await self.plane.record(self.channel.port, path)
            begin = self.plane.time
            await trio.sleep(seconds)
            self.plane.record_stop(self.channel.port)
            await recording.closed()
            samples, _ = soundfile.read(path, dtype="int16", always_2d=True)
        return Speech(begin, np.ascontiguousarray(samples[: round(seconds * RATE), 0]))

    async def until(self, condition: Callable[[], bool], within: float, what: str) -> None:
        """Waits until the condition is true after something was heard or told."""
        with trio.move_on_after(within) as scope:
            while not condition():
                await self._news.wait()
        if scope.cancelled_caught:
            raise NotHeardError(f"{self.name}: no {what} within {within:g} s; heard {self.account()}")

    def account(self) -> str:
        """What was heard, for a person."""
        tones = [f"{tone.name} {tone.hz:.0f} Hz {tone.dbm0:.0f} dBm0" for tone in self.tones]
        return ", ".join([*tones, *([f"keys {self.digits}"] if self.keys else [])]) or "nothing"

    # ---- mouth ----

    async def speak(self, *what: Path | Audible, gain_db: float = 0.0) -> Played:
        """Clips, tones or WAV files one after the other; returns when the last was heard, or interrupted.
        Cancelled, it falls silent at once."""
        sources = [await self._source(one) for one in what]
        playback = self.plane.play(self.channel.port, sources, gain_db=gain_db)
        try:
            return await playback.wait()
        finally:
            if playback.result is None:
                self.plane.stop(self.channel.port)

    async def _source(self, what: Path | Audible) -> Audible:
        if not isinstance(what, Path):
            return what
        if self.plane.virtual:  # a thread would take real time, and a run would not repeat
            return load(what)
        return await trio.to_thread.run_sync(load, what)

    def hush(self) -> None:
        """Stops speaking at once."""
        self.plane.stop(self.channel.port)

    # ---- what the plane tells ----

    def _media(self, event: Event) -> None:
        self.sensed(event)
        self.woke()

    def woke(self) -> None:
        """Something happened that until() may wait for."""
        self._news.set()
        self._news = trio.Event()

    def sensed(self, event: Event) -> None:
        if event.kind is EventKind.DTMF_DOWN:
            self.keys.append(HeardKey(chr(event.code), event.time))
        elif event.kind is EventKind.TONE_BEGIN:
            self.tones.append(HeardTone(tone_name(event.code), event.time, None, event.a / 10, event.b / 100))
        elif event.kind is EventKind.TONE_END and self.tones and self.tones[-1].end is None:
            last = self.tones[-1]
            self.tones[-1] = HeardTone(last.name, last.begin, event.time, last.hz, last.dbm0)
