"""WAVE files, read so that speech can be played: any usual coding and rate to 16-bit samples at 8 kHz.

RIFF/WAVE: Multimedia Programming Interface 1.0 (Microsoft and IBM, 1991), codings of RFC 2361; RF64: EBU Tech 3306.
What it does: finds the format and the speech in the file by itself, because a recording whose box lost power has a
header that was never finished: a length of 0 or of 0xFFFFFFFF, or longer than the file, means to the end of the file.
Decoding is libsndfile's, change of rate soxr's. What it does not: write files, keep them (`hw.clips` does).

    RIFF | length | WAVE | fmt  length ... | LIST, fact, ...: skipped | data length | speech ............ | end of file

It blocks on the disk: call it in a worker thread.
"""

from __future__ import annotations

import io
import os
import stat
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

RATE = 8000
RATES = (8000, 48000)
LONGEST_S = 4 * 3600  # 230 MB of speech: what is longer is a mistake, not something to be heard
BLOCK = 1 << 18  # samples decoded at once, so that a long file needs no more memory than its speech at 8 kHz

_PCM, _FLOAT, _A_LAW, _MU_LAW, _EXTENSIBLE = 0x0001, 0x0003, 0x0006, 0x0007, 0xFFFE
# libsndfile's name of a coding, by format tag and bits a sample.
_SUBTYPES = {
    (_PCM, 8): "PCM_U8",
    (_PCM, 16): "PCM_16",
    (_PCM, 24): "PCM_24",
    (_PCM, 32): "PCM_32",
    (_FLOAT, 32): "FLOAT",
    (_FLOAT, 64): "DOUBLE",
    (_A_LAW, 8): "ALAW",
    (_MU_LAW, 8): "ULAW",
}
# Met in the field and not playable; named so that the remedy can be understood.
_FOREIGN = {0x0002: "MS ADPCM", 0x0011: "IMA ADPCM", 0x0031: "GSM 6.10", 0x0040: "G.721", 0x0055: "MP3", 0x00FF: "AAC"}
_CONVERT = "convert it: sox IN.wav -r 8000 -c 1 -e a-law OUT.wav"
_AGAIN = "record or copy it again"

Samples = npt.NDArray[np.int16]


class ClipError(Exception):
    """A file cannot be played. `reason` says why, `remedy` what to do about it."""

    def __init__(self, path: Path, reason: str, remedy: str) -> None:
        super().__init__(f"{path}: {reason}; {remedy}")
        self.path = path
        self.reason = reason
        self.remedy = remedy


def read_wave(path: Path) -> Samples:
    """The speech of a file at 8 kHz; two channels are heard together, each at half. Raises ClipError."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise ClipError(path, "is a directory or device, not a file", "name a file")
        with path.open("rb") as file:
            return _Wave(path, file).speech()
    except FileNotFoundError:
        raise ClipError(path, "there is no such file", "check the path, or record it") from None
    except PermissionError:
        raise ClipError(path, "may not be read", "give this user the right to read it and its directory") from None
    except OSError as error:
        raise ClipError(path, f"cannot be read ({error.strerror})", "check the disk") from None


def to_int16(samples: npt.NDArray[np.floating]) -> Samples:
    """From -1 to 1: rounded, and limited to 16 bits."""
    limited: Samples = np.clip(np.rint(samples * 32768), -32768, 32767).astype(np.int16)
    return limited


class _Format(NamedTuple):
    subtype: str
    channels: int
    rate: int
    frame: int  # bytes of one sample of all channels


class _Wave:
    """A file open at its beginning."""

    def __init__(self, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.file = file
        self.size = os.fstat(file.fileno()).st_size

    def speech(self) -> Samples:
        layout, length = self._find()
        length -= length % layout.frame
        if not length:
            raise self._error("has no speech in it", "record it again")
        seconds = length / (layout.frame * layout.rate)
        if seconds > LONGEST_S:
            raise self._error(f"lasts {seconds / 3600:.1f} h, over {LONGEST_S // 3600} h", "cut it into shorter ones")
        blocks = self._decoded(layout, length)
        if layout.rate == RATE:
            return np.concatenate([to_int16(block) for block in blocks])
        stream = soxr.ResampleStream(layout.rate, RATE, 1, dtype="float32")
        parts = [to_int16(stream.resample_chunk(block)) for block in blocks]
        parts.append(to_int16(stream.resample_chunk(np.zeros(0, np.float32), last=True)))
        return np.concatenate(parts)

    def _error(self, reason: str, remedy: str) -> ClipError:
        return ClipError(self.path, reason, remedy)

    def _find(self) -> tuple[_Format, int]:
        """Goes to the first byte of the speech; returns its format and length in bytes."""
        head = self.file.read(12)
        if not head:
            raise self._error("is empty", _AGAIN)
        if len(head) < 12 or head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
            raise self._error("is not a WAVE file", _CONVERT)
        finished = int.from_bytes(head[4:8], "little") == self.size - 8
        layout: _Format | None = None
        while len(chunk := self.file.read(8)) == 8:
            name, length = chunk[:4], int.from_bytes(chunk[4:], "little")
            if name == b"data":
                if layout is None:
                    raise self._error("has its speech before its format", _AGAIN)
                rest = self.size - self.file.tell()
                to_end = length == 0xFFFFFFFF or (length == 0 and not finished)
                return layout, rest if to_end else min(length, rest)
            after = self.file.tell() + length + length % 2
            if name == b"fmt ":
                layout = self._layout(self.file.read(min(length, 40)))
            self.file.seek(after)
        raise self._error("has no speech in it" if layout else "has neither format nor speech", _AGAIN)

    def _layout(self, fmt: bytes) -> _Format:
        if len(fmt) < 16:
            raise self._error(f"has a format of {len(fmt)} bytes instead of 16", _AGAIN)
        tag, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", fmt)
        if tag == _EXTENSIBLE and len(fmt) >= 26:
            (tag,) = struct.unpack_from("<H", fmt, 24)
        subtype = _SUBTYPES.get((tag, bits))
        if subtype is None:
            coding = _FOREIGN.get(tag, f"coding 0x{tag:04x}")
            raise self._error(f"is coded as {coding} of {bits} bits, which cannot be played", _CONVERT)
        if channels not in (1, 2):
            raise self._error(f"has {channels} channels instead of 1 or 2", _CONVERT)
        if not RATES[0] <= rate <= RATES[1]:
            raise self._error(f"has {rate} samples a second, outside {RATES[0]} to {RATES[1]}", _CONVERT)
        return _Format(subtype, channels, rate, channels * bits // 8)

    def _decoded(self, layout: _Format, length: int) -> Iterator[npt.NDArray[np.float32]]:
        """The speech in blocks of one channel, -1 to 1. What is not a number in a file of floats is silence."""
        while length:
            block = self.file.read(min(length, BLOCK * layout.frame))
            length -= len(block)
            block = block[: len(block) - len(block) % layout.frame]
            if not block:
                return  # the file became shorter while it was read
            samples, _ = soundfile.read(
                io.BytesIO(block),
                format="RAW",
                subtype=layout.subtype,
                samplerate=layout.rate,
                channels=layout.channels,
                endian="LITTLE",
                dtype="float32",
                always_2d=True,
            )
            mono = np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0).clip(-1, 1).mean(axis=1, dtype=np.float32)
            yield mono
