"""What comes back of what a port sends: noise is sent, and the answer is taken out of all else that is heard.

    told    ~~~~~~~~~~~~~~~~      random, of one level over the band of speech
    heard   ....~~~~~~~~~~~~      delayed, weaker, of another shape, and noise

The cross spectrum of both, averaged over windows of 128 ms, is the response; what has nothing to do with the noise that
was sent averages away. Return loss is its mean power from 300 to 3400 Hz (the band of ITU-T G.122). Both come from one
recording, so their times agree to the sample.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import trio

from firmware.bench import Bench
from hw.card import Channel
from hw.clips import Clip
from hw.g711 import linear

RATE = 8000
WINDOW = 1024
BAND_HZ = (300.0, 3400.0)
SENT_DBM0 = -13.0
BEST_DB = 60.0
LONGEST = 512  # samples of delay that are looked for

Floats = npt.NDArray[np.float64]
Complexes = npt.NDArray[np.complex128]


@dataclass(frozen=True)
class Response:
    """`spectrum`: complex, of BAND_HZ, in steps of RATE/WINDOW; the delay is taken out."""

    spectrum: Complexes
    delay: int

    @property
    def return_loss_db(self) -> float:
        """0 to BEST_DB: by how much weaker."""
        power = float(np.mean(np.square(np.abs(self.spectrum))))
        return float(np.clip(-10 * np.log10(power + 1e-9), 0.0, BEST_DB))

    @property
    def delay_ms(self) -> float:
        return self.delay * 1000 / RATE


def response(told: Floats, heard: Floats, delay: int | None = None) -> Response:
    """delay in samples; None: where told and heard are most alike."""
    if delay is None:
        size = 1 << (2 * len(told)).bit_length()
        alike = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(told, size)), size)[:LONGEST]
        delay = int(np.argmax(np.abs(alike)))
        # The first echo may be weaker than a later one: some room before it.
        delay = max(0, delay - 8)
    late, early = heard[delay:], told[: len(heard) - delay]
    window = np.hanning(WINDOW)
    cross = np.zeros(WINDOW // 2 + 1, np.complex128)
    power = np.zeros(WINDOW // 2 + 1)
    for begin in range(0, len(early) - WINDOW + 1, WINDOW // 2):
        x = np.fft.rfft(window * early[begin : begin + WINDOW])
        cross += np.fft.rfft(window * late[begin : begin + WINDOW]) * np.conj(x)
        power += np.square(np.abs(x))
    hz = np.fft.rfftfreq(WINDOW, 1 / RATE)
    band = (hz >= BAND_HZ[0]) & (hz <= BAND_HZ[1])
    return Response(cross[band] / np.maximum(power[band], 1e-9), delay)


async def sound(bench: Bench, channel: Channel, seconds: float, delay: int | None = None) -> Response:
    """On a line that is seized and silent."""
    bench.plane.play(channel.port, [noise()], loop=True)
    await trio.sleep(0.2)
    ((heard, told),) = await bench.record([channel], seconds)
    bench.plane.stop(channel.port)
    law = channel.info.law
    return response(linear(told, law).astype(np.float64), linear(heard, law).astype(np.float64), delay)


def noise() -> Clip:
    """A second; the same each time."""
    dice = np.random.default_rng(1)
    rms = 32768 / 2**0.5 * 10 ** ((SENT_DBM0 - 3.14) / 20)
    return Clip(np.clip(dice.normal(0, rms, RATE), -32000, 32000).astype(np.int16))
