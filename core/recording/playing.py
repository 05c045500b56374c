"""A recording is heard at a telephone: it rings; lifted, both sides of the call are played as one.

    rings ── lifted ──> noted as heard ── ... the call as it was ... ──> its user hangs up, or it is over

Keys meanwhile: 1 goes back ten seconds, 3 goes on by ten, # ends it.
What it does not: say who may hear it (core/api); find files (shelf.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import soundfile
import soxr
import trio

from core.exchange.leg import Leg, Treatment
from core.recording.shelf import ShelfError
from core.store.recordings import Recording
from core.texts import _
from hw.clips import Clip
from hw.recordings import RATE
from hw.signalling.line import Party
from hw.signalling.q850 import Cause
from hw.wave import Samples

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.exchange.station import Station

RINGS_S = 60.0
STEP_S = 10.0
BACK, ON, END = "1", "3", "#"


def playable(folder: Path, row: Recording) -> Samples:
    """Both channels as one, 8000 samples a second. ShelfError: it is encrypted, gone or broken. Blocks."""
    if row.form.endswith(".age"):
        raise ShelfError(
            _("recording {file} is encrypted: only who has the private key can hear it").format(file=row.file)
        )
    try:
        samples, rate = soundfile.read(folder / row.name, dtype="int16", always_2d=True)
    except (OSError, soundfile.SoundFileError) as error:
        raise ShelfError(_("recording {file}: {why}").format(file=row.file, why=error)) from error
    if rate != RATE:
        samples = soxr.resample(samples, rate, RATE)
    # Both are as loud as they were: who speaks is seldom both.
    mixed: Samples = np.clip(samples.astype(np.int32).sum(axis=1), -32768, 32767).astype(np.int16)
    return mixed


@dataclass(frozen=True, slots=True)
class Listening:
    """heard(): is called when it begins to be heard."""

    samples: Samples
    heard: Callable[[], None]

    def begin(self, exchange: Exchange, station: Station) -> Call:
        return exchange.ring_station(station, self.take, Party(station.name), "recall")

    async def take(self, call: Call) -> None:
        leg = await call.lifted(RINGS_S)
        if leg is None:
            return
        self.heard()
        leg.device.listen(leg, True)
        try:
            await self._play(leg)
        finally:
            leg.device.listen(leg, False)
        call.end(Cause.NORMAL_CLEARING, "service done")

    async def _play(self, leg: Leg) -> None:
        at = 0.0
        length = len(self.samples) / RATE
        while at < length and not leg.gone:
            leg.keys.clear()
            began, key = trio.current_time(), ""
            sound = Treatment("recording", [Clip(self.samples[int(at * RATE) :])], loop=False)
            async with trio.open_nursery() as nursery:

                async def play(sound: Treatment = sound, nursery: trio.Nursery = nursery) -> None:
                    await leg.play(sound)
                    nursery.cancel_scope.cancel()

                nursery.start_soon(play)
                key = await leg.next_key()
                nursery.cancel_scope.cancel()
            at += trio.current_time() - began
            if key in ("", END):
                return
            at = max(0.0, at + {BACK: -STEP_S, ON: STEP_S}.get(key, 0.0))
