"""How the media plane fares; docs/media-plane.md says what the figures mean for whoever looks after the box."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hw.native import ffi, lib

_BUCKET_MS = 0.025


@dataclass(frozen=True, slots=True)
class Statistics:
    """Since the start of the plane or the last reset, all of one moment; from `ports` to `recording`: now. As struct
    plane_statistics in hw/native/engine.h, but for the last: 99.9 % of the ticks began less late than this.
    """

    ticks: int
    late_ticks: int
    skipped_ticks: int
    clock_ticks: int
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
    busy_s: float
    tick_max_us: float
    lateness_max_ms: float
    cpu_s: float
    lateness_p999_ms: float

    @property
    def tick_mean_us(self) -> float:
        """What a tick takes in the mean. Virtual time does not measure it: 0."""
        return self.busy_s / self.ticks * 1e6 if self.ticks else 0.0


_NAMES = [name for name in Statistics.__dataclass_fields__ if name != "lateness_p999_ms"]


def read(plane: Any) -> Statistics:
    """Of a struct plane*."""
    raw = ffi.new("struct plane_statistics *")
    lib.plane_statistics(plane, raw)
    values = {name: getattr(raw, name) for name in _NAMES}
    return Statistics(lateness_p999_ms=_lateness(list(raw.lateness), 0.999, raw.lateness_max_ms), **values)


def _lateness(counts: list[int], share: float, longest: float) -> float:
    """The upper edge (ms) of the bucket below which `share` of the ticks lie; that of the last one is `longest`."""
    wanted = sum(counts) * share
    seen = 0
    for bucket, count in enumerate(counts):
        seen += count
        if count and seen >= wanted:
            return longest if bucket == len(counts) - 1 else (bucket + 1) * _BUCKET_MS
    return 0.0
