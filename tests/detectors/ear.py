"""One port's detectors as a test drives them: samples in, events out, in frames of the plane's size."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from hw.native import ffi, lib
from hw.wave import Samples

SPEECH = {"speech_dbm0": -38.0, "speech_min_ms": 60, "speech_hangover_ms": 400, "silence_timeout_ms": 0}


class Heard(NamedTuple):
    kind: int
    code: int
    time: int  # samples
    a: int
    b: int
    blob: bytes


class Detectors:
    """The detectors of `kinds`. Raises ValueError where the native layer refuses the settings."""

    def __init__(self, kinds: int, frame: int = 160, **settings: Any) -> None:
        raw: Any = ffi.new("struct detect_settings *")
        raw.kinds = kinds
        raw.level_interval_ms = 1000
        for name, value in (SPEECH | settings).items():
            setattr(raw, name, value)
        made = lib.detector_new(raw)
        if made == ffi.NULL:
            raise ValueError("refused")
        self._made = ffi.gc(made, lib.detector_free)
        self.frame = frame
        self.time = 0

    def hear(self, samples: Samples, room: int = 20_000) -> list[Heard]:
        """Hears on from where it was; the last frame is filled up with silence."""
        filled = np.concatenate([samples, np.zeros(-len(samples) % self.frame, np.int16)]).astype(np.int16)
        events, blobs = ffi.new("struct event[]", room), ffi.new("uint8_t[]", 100_000)
        raw = ffi.from_buffer("int16_t[]", filled)
        count = lib.detector_hear(self._made, raw, len(filled), self.frame, self.time, events, room, blobs, len(blobs))
        assert 0 <= count < room
        self.time += len(filled)
        all_blobs = bytes(ffi.buffer(blobs))
        return [
            Heard(e.kind, e.code, e.time, e.a, e.b, all_blobs[e.blob_at : e.blob_at + e.blob_len])
            for e in events[0:count]
        ]


def ms(milliseconds: float) -> int:
    return round(milliseconds * 8)


def silence(milliseconds: float) -> Any:
    return np.zeros(ms(milliseconds))


def downs(heard: list[Heard]) -> str:
    return "".join(chr(event.code) for event in heard if event.kind == lib.EVENT_DTMF_DOWN)
