"""The figures of the speech path over the real driver: nothing lost on four E1 pairs, and the delay that the box adds.

They are printed, and written to figures.json in the guest's folder of results.
"""

from __future__ import annotations

import fcntl
import json
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import pytest
import trio

from hw.bench.lab import delays, whole
from hw.card import Channel
from hw.native import lib
from tests.lab.box import box
from tests.lab.cable import CABLES

pytestmark = pytest.mark.lab

Note = Callable[[str, dict[str, object]], None]
_CHANNEL = struct.Struct("i40siiii16s")  # struct dahdi_chanconfig of dahdi/user.h
_CHANCONFIG = 1 << 30 | _CHANNEL.size << 16 | 0xDA << 8 | 19


@pytest.fixture
def note(capsys: pytest.CaptureFixture[str]) -> Note:
    """Takes a name and its figures: into the file, and onto the terminal, a figure a line."""

    path = Path(os.environ["STROWGER_LAB_RESULTS"]) / "figures.json"

    def note(name: str, figures: dict[str, object]) -> None:
        known = json.loads(path.read_text()) if path.exists() else {}
        path.write_text(json.dumps(known | {name: figures}, indent=2))
        with capsys.disabled():
            print(f"\n  {name}", *(f"{key:>16} {value}" for key, value in figures.items()), sep="\n  ")

    return note


@contextmanager
def all_clear() -> Iterator[None]:
    """Timeslots 16 of all pairs carry speech, too: 31 channels a span."""
    sixteenths = [first + 15 for cable in CABLES for first in (cable.first, cable.first + cable.channels)]
    with open("/dev/dahdi/ctl", "rb+", buffering=0) as control:

        def configure(number: int, signalling: int) -> None:
            order = _CHANNEL.pack(number, b"", signalling, lib.DAHDI_LAW_ALAW, 0, 0, b"")
            fcntl.ioctl(control, _CHANCONFIG, order)

        for number in sixteenths:
            configure(number, lib.DAHDI_SIG_CLEAR)
        yield
        for cable in CABLES[:2]:
            for first in (cable.first, cable.first + cable.channels):
                configure(first + 15, lib.DAHDI_SIG_HDLCFCS)
        for first in (CABLES[2].first, CABLES[2].first + CABLES[2].channels):
            configure(first + 15, lib.DAHDI_SIG_NONE)


async def test_speech_of_four_e1_pairs_stays_whole_for_30_seconds(tmp_path: Path, note: Note) -> None:
    with all_clear():
        async with box() as (plane, card):
            lines: list[tuple[Channel, Channel]] = []
            for cable in CABLES:
                for number in range(cable.first, cable.first + cable.channels):
                    lines.append((card.open(number), card.open(number + cable.channels)))
            assert len(lines) == 124
            with plane.batch():
                for line in lines:
                    for end in line:
                        end.activate()
            result = await whole(plane, lines, 30.0, tmp_path)
            card_counts, plane_counts = card.statistics(), plane.statistics()
    note(
        "whole",
        {
            "ends": result.ends,
            "seconds": result.seconds,
            "spoilt": len(result.spoilt),
            "underruns": card_counts.underruns,
            "overruns": card_counts.overruns,
            "lost_frames": plane_counts.lost_frames,
            "tick_mean_us": round(plane_counts.tick_mean_us),
        },
    )
    assert result.spoilt == {}
    assert plane_counts.lost_frames == 0


@pytest.mark.parametrize(("frame_ms", "mixed_bar_ms"), [(20, 70.0), (10, 40.0)])
async def test_the_delay_that_the_box_adds(tmp_path: Path, note: Note, frame_ms: int, mixed_bar_ms: float) -> None:
    async with box(frame_ms) as (plane, card):
        near = [card.open(number) for number in range(1, 6)]
        far = [card.open(number) for number in range(32, 37)]
        with plane.batch():
            plane.connect(near[1].port, near[2].port)
            bridge = plane.open_bridge()
            plane.join(bridge, near[3].port)
            plane.join(bridge, near[4].port)
            for end in (*near, *far):
                end.activate()
        await trio.sleep(0.3)
        result = await delays(plane, (near[0], far[0]), (far[1], far[2]), (far[3], far[4]), tmp_path)
        assert plane.statistics().joined_pairs == 1
        assert card.statistics().underruns == 0
    added = {"joined_adds": result.joined_adds, "mixed_adds": result.mixed_adds}
    note(f"delay with {frame_ms} ms frames", asdict(result) | added)
    assert 0.0 <= result.joined_adds <= 3.0
    assert 0.0 < result.mixed_adds <= mixed_bar_ms
