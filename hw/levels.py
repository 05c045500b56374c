"""Levels at a port of the media plane: what comes in, what comes back of what is sent, what is lost on the way.

    samples = await hear(plane, port, 2.0)        speech as it came in
    there, back = await send(plane, one, other)   the signal at the other port, and what comes back at its own
    return_loss(back, quiet)                      dB; None: it is lost in the noise

Levels are in dBm0 (G.711: a sine of full scale has 3.14). What it does not: judge, connect ports.
How time flows: by the plane; hear() returns a second or so after what it heard, when the recording is whole.
"""

from __future__ import annotations

import math
import tempfile
from pathlib import Path

import numpy as np
import soundfile
import trio

from hw.plane import Plane
from hw.tones import Tone, sine
from hw.wave import Samples

RATE = 8000
FULL_SCALE_DBM0 = 3.14  # of a sine, G.711
SILENCE_DBM0 = -90.0
SENT_DBM0 = -13.0
SENT_HZ = (600.0, 1000.0, 1600.0, 2600.0)  # over the band of speech; no DTMF pair, no tone of an exchange
SENT_S = 1.2


def level_dbm0(samples: Samples) -> float:
    """Mean level; SILENCE_DBM0 at least."""
    power = float(np.mean(np.square(samples.astype(np.float64)))) / (32768.0**2 / 2) if len(samples) else 0.0
    return max(SILENCE_DBM0, 10 * math.log10(power) + FULL_SCALE_DBM0) if power else SILENCE_DBM0


async def hear(plane: Plane, port: int, seconds: float) -> Samples:
    """What comes in for so long."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "line.wav"
        recording = await plane.record(port, path)
        await trio.sleep(seconds)
        plane.record_stop(port)
        await recording.closed()
        samples, _ = soundfile.read(path, dtype="int16", always_2d=True)
    return np.ascontiguousarray(samples[: round(seconds * RATE), 0])


async def hear_both(plane: Plane, one: int, other: int, seconds: float) -> tuple[Samples, Samples]:
    """The same at two ports at once."""
    heard: dict[int, Samples] = {}

    async def listen(port: int) -> None:
        heard[port] = await hear(plane, port, seconds)

    async with trio.open_nursery() as ears:
        ears.start_soon(listen, one)
        ears.start_soon(listen, other)
    return heard[one], heard[other]


async def send(plane: Plane, speaker: int, listener: int | None = None) -> tuple[Samples, Samples]:
    """What comes back at the speaker and out at the listener (None: the same) while the signal is sent: its middle."""
    signal = Tone([sine(*SENT_HZ, dbm0=SENT_DBM0, ms=SENT_S * 1000)])
    heard: list[Samples] = []

    async def listen() -> None:
        if listener is None:
            heard.append(await hear(plane, speaker, SENT_S))
        else:
            heard.extend(await hear_both(plane, speaker, listener, SENT_S))

    async def speak() -> None:
        await plane.play(speaker, [signal]).wait()

    async with trio.open_nursery() as acts:
        acts.start_soon(listen)
        acts.start_soon(speak)
    middle = slice(round(0.5 * RATE), round((SENT_S - 0.2) * RATE))
    cut = [samples[middle] for samples in heard]
    return cut[0], cut[-1]


def loss(heard: Samples) -> float:
    """Of the signal on its way, dB, -10 to 40."""
    return round(min(40.0, max(-10.0, SENT_DBM0 - level_dbm0(heard))), 1)


def return_loss(echo: Samples, quiet: Samples) -> float | None:
    """By how much the signal comes back weaker, dB, -10 to 60. None: lost in the noise, which is good enough."""
    power = np.mean(np.square(echo.astype(np.float64))) - np.mean(np.square(quiet[: len(echo)].astype(np.float64)))
    if power <= 0 or level_dbm0(echo) < level_dbm0(quiet) + 1.0:
        return None
    level = 10 * np.log10(power / (32768.0**2 / 2)) + FULL_SCALE_DBM0
    return round(min(60.0, max(-10.0, SENT_DBM0 - float(level))), 1)
