"""What a power cut left of recordings, put right before new ones begin.

    the journal says                       the folder has
    begun, never ended                     the file, its sizes unknown    ──> mended; RecordingEnded, problem "power"
    nothing (the last 30 ms were lost)     a file with speech             ──> mended; begun and ended, likewise
    nothing (a file ahead of its time)     a file without speech          ──> removed

Only what runs since the last mending could have left is looked at: the folders of their days. Blocks; used in a worker
thread. What it does not: decide what a broken file needs (hw/recordings.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from core.recording.tape import sha256
from core.store.event import to_utc
from core.store.reader import AT_ONCE, Reader
from core.store.recordings import Recording, Wanted
from hw.recordings import HEADER, RATE, RecordingError, Shape, mend

MAKING = ".making"
"""Below the folder of recordings: files that are being made, and belong to nobody yet."""
POWER = "power"
CHANNELS = 2


@dataclass(frozen=True, slots=True)
class Left:
    """A recording that was cut: what the journal is to say of it. known: it has begun there."""

    file: str
    call: int
    device: str
    known: bool
    ms: int
    sha256: str
    problem: str


def mend_all(reader: Reader, folder: Path, mended: int) -> list[Left]:
    """Everything of the runs after number `mended`. OSError: the folder cannot be read."""
    began = reader.first_of_runs(mended)
    for path in (folder / MAKING).glob("*"):
        path.unlink()
    known = reader.recordings(Wanted(since=began, there=False))
    left = [_mended(folder, row) for row in known if not row.ended and not row.erased]
    days = _waves(folder, f"{to_utc(began) - timedelta(days=1):%Y/%m/%d}")
    for at in range(0, len(days), AT_ONCE):
        names = days[at : at + AT_ONCE]
        told = {event.data.get("file") for event in reader.of_recordings(names)}
        left += [stray for name in names if name not in told and (stray := _stray(folder, name)) is not None]
    return left


def _mended(folder: Path, row: Recording) -> Left:
    ms, digest, problem = _put_right(folder / row.file)
    return Left(row.file, row.call, row.device, True, ms, digest, problem)


def _put_right(path: Path) -> tuple[int, str, str]:
    """Its length, its checksum, what is wrong with it."""
    try:
        mend(path, Shape())
        speech = path.stat().st_size - HEADER
        return max(0, speech) // CHANNELS * 1000 // RATE, sha256(path), POWER
    except FileNotFoundError:
        return 0, "", f"{POWER}: the file is gone"
    except RecordingError as error:
        return 0, "", f"{POWER}: {error.reason}"


def _stray(folder: Path, name: str) -> Left | None:
    """A file that the journal does not know; None: there was nothing in it."""
    path = folder / name
    call = path.stem.partition("-")[0]
    if path.stat().st_size <= HEADER or not call.isdecimal():
        path.unlink()
        return None
    ms, digest, problem = _put_right(path)
    return Left(name, int(call), "exchange", False, ms, digest, problem)


def _waves(folder: Path, first_day: str) -> list[str]:
    """YYYY/MM/DD/*.wav from that day on; the older days are not opened."""
    days = (day for day in folder.glob("*/*/*") if str(day.relative_to(folder)) >= first_day)
    return sorted(str(path.relative_to(folder)) for day in days for path in day.glob("*.wav"))
