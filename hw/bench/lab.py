"""Speech through the real driver: is it whole, and how late is it? Run in the lab by tests/lab/test_speech_path.py.

    whole     both ends of every line say a loop of random octets, each from another place of it, and record what they
              hear. Nothing lost, put in or changed means: from the first octet on, each recording is the other end's
              loop. A loop has a prime length, so no number of lost frames looks like none.

    delay     the same noise is said at one end and, in the same tick, at the other; the recording of the other end has
              both, what came in and what was said, and their correlation has its peak at the delay.

              said ────> line ────> heard                                      direct
              said ────> line ────> the box: two ports ────> line ────> heard  joined in the driver, or mixed here

Conditions: the ends are ports of the same plane, so a direct line's delay has everything in it that a card adds once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import trio

from hw.card import Channel
from hw.clips import Clip
from hw.g711 import linear
from hw.plane import Plane
from hw.recordings import Recording

Octets = npt.NDArray[np.uint8]

RATE = 8000
LOOP = 8191  # octets; prime
FILL_S = 1.0  # the way is full of speech, and the last recording has begun
NOISE_S = 0.5
LONGEST_S = 0.5  # delay that can be found


@dataclass(frozen=True, slots=True)
class Whole:
    """`spoilt`: by channel number, the second of its recording from which on it is not what the other end said."""

    ends: int
    seconds: float
    spoilt: dict[int, float]


@dataclass(frozen=True, slots=True)
class Delays:
    """ms, of one direction."""

    direct: float
    joined: float
    mixed: float

    @property
    def joined_adds(self) -> float:
        return self.joined - self.direct

    @property
    def mixed_adds(self) -> float:
        return self.mixed - self.direct


def noise(octets: int, seed: int) -> Octets:
    """Random A-law."""
    return np.random.default_rng(seed).integers(0, 256, octets, np.uint8)


def recorded(path: Path) -> tuple[Octets, Octets]:
    """What the port's party said, and what it was told."""
    data = np.frombuffer(path.read_bytes().partition(b"data")[2][4:], np.uint8)
    return data[0::2], data[1::2]


async def whole(plane: Plane, lines: Sequence[tuple[Channel, Channel]], seconds: float, folder: Path) -> Whole:
    """Speech both ways on all lines (A-law, both ends active), for so long. `folder` takes 16 kB a second and end."""
    ends = [end for line in lines for end in line]
    loop = noise(LOOP, 1)
    said = {end.info.number: np.roll(loop, 61 * place) for place, end in enumerate(ends)}
    clips = {number: Clip(linear(octets)) for number, octets in said.items()}
    with plane.batch():
        for end in ends:
            plane.play(end.port, [clips[end.info.number]], loop=True)
    await trio.sleep(FILL_S)
    recordings: dict[int, Recording] = {}
    for end in ends:
        path = folder / f"whole-{end.info.number}.wav"
        recordings[end.info.number] = await plane.record(end.port, path)
    await trio.sleep(seconds)
    with plane.batch():
        for end in ends:
            plane.record_stop(end.port)
            plane.stop(end.port)
    spoilt = {}
    for here, there in [*lines, *((far, near) for near, far in lines)]:
        recording = recordings[here.info.number]
        await recording.closed()
        heard, _ = recorded(recording.path)
        recording.path.unlink()
        wrong = first_wrong(heard, said[there.info.number])
        if wrong is not None:
            spoilt[here.info.number] = wrong / RATE
    return Whole(len(ends), seconds, spoilt)


def first_wrong(heard: Octets, loop: Octets) -> int | None:
    """Where `heard` stops to be the loop, wherever it began in it; None: nowhere."""
    twice = np.concatenate([loop, loop]).tobytes()
    begin = twice.find(heard[:64].tobytes())
    if begin < 0:
        return 0
    expected = np.resize(np.roll(loop, -begin), len(heard))
    wrong = np.flatnonzero(heard != expected)
    return int(wrong[0]) if len(wrong) else None


async def delays(
    plane: Plane,
    direct: tuple[Channel, Channel],
    joined: tuple[Channel, Channel],
    mixed: tuple[Channel, Channel],
    folder: Path,
) -> Delays:
    """The delay from the first to the second of each pair. All must be active and at rest."""
    pairs = {"direct": direct, "joined": joined, "mixed": mixed}
    recordings = {name: await plane.record(hearer.port, folder / f"{name}.wav") for name, (_, hearer) in pairs.items()}
    clip = Clip(linear(noise(int(NOISE_S * RATE), 2)))
    with plane.batch():
        for sayer, hearer in pairs.values():
            plane.play(sayer.port, [clip])
            plane.play(hearer.port, [clip])
    await trio.sleep(NOISE_S + LONGEST_S)
    found = {}
    for name, recording in recordings.items():
        plane.record_stop(recording.port)
        await recording.closed()
        heard, told = recorded(recording.path)
        recording.path.unlink()
        found[name] = lag(linear(heard), linear(told)) * 1000 / RATE
    return Delays(**found)


def lag(late: npt.NDArray[np.int16], early: npt.NDArray[np.int16]) -> int:
    """By how many samples `late` is later than `early`: the peak of their correlation."""
    size = 1 << (len(late) + len(early)).bit_length()
    spectrum = np.fft.rfft(late.astype(float), size) * np.conj(np.fft.rfft(early.astype(float), size))
    return int(np.argmax(np.fft.irfft(spectrum, size)[: int(LONGEST_S * RATE)]))
