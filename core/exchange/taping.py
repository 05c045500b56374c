"""Takes down what one party says until a key: for a prompt, a greeting, an introduction.

    said = await taken_down(call, leg, path, aside, longest_s=120)

    tone ─ listens ─ ... speech ... # ─ file closed ─> samples, without the key
                           hangs up ─────────────────> cancelled, and no file is left

The party is on the left channel of the file, what it hears on the right. `aside` runs a function where disk work is
done.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import soundfile
import trio

from core.exchange.asking import END
from core.exchange.leg import Leg
from hw.plane import PlaneError
from hw.wave import RATE, Samples

if TYPE_CHECKING:
    from core.exchange.call import Call

KEY_MS = 250  # before the end: the key that ended it, and the finger on its way

Aside = Callable[[Callable[[], Any]], Awaitable[Any]]


async def taken_down(call: Call, leg: Leg, path: Path, aside: Aside, longest_s: float) -> Samples:
    """Empty: nothing was said. Raises hw.recordings.RecordingError."""
    await leg.play(call.exchange.sounds.prompting)
    plane = call.exchange.plane
    await aside(lambda: _clear(path))
    leg.keys.clear()
    leg.device.listen(leg, True)
    ended = ""
    try:
        recording = await plane.record(leg.port, path)
        try:
            with trio.move_on_after(longest_s):
                ended = await leg.next_key()
                while ended and ended != END:
                    ended = await leg.next_key()
        finally:
            # The disk may have ended it, and the news be on its way.
            if recording.result is None:
                with suppress(PlaneError):
                    plane.record_stop(recording.port)
        await recording.closed()
        samples: Samples = await aside(lambda: party(path))
    finally:
        leg.device.listen(leg, False)
        with trio.CancelScope(shield=True):
            await aside(lambda: path.unlink(missing_ok=True))
    return samples[: -KEY_MS * RATE // 1000] if ended == END else samples


def _clear(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)


def party(path: Path) -> Samples:
    """What the party of a recording in stereo said. Blocks."""
    samples, _rate = soundfile.read(path, dtype="int16", always_2d=True)
    return np.ascontiguousarray(samples[:, 0])
