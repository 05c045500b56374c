"""What the recorder's tests share: a recording driven by hand, and a kernel that says no."""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from hw.native import ffi, lib

T = TypeVar("T")
HEADER = 58
SILENCE = {lib.LAW_A: 0xD5, lib.LAW_MU: 0xFF}
Samples = NDArray[np.int16]


class Tape:
    """A recording without a plane. What is said and told are G.711 bytes."""

    def __init__(self, recorder: Any, path: Path, layout: int = lib.RECORDING_STEREO, law: int = lib.LAW_A) -> None:
        error = ffi.new("int *")
        self.native = lib.recording_open(recorder, os.fsencode(path), layout, law, error)
        if self.native == ffi.NULL:
            raise OSError(error[0], os.strerror(error[0]), str(path))
        self.path = path
        self.channels = layout

    def write(self, said: bytes, told: bytes) -> int:
        """The errno that ended it, or 0."""
        assert len(said) == len(told)
        return int(lib.recording_test_write(self.native, said, told, len(said)))

    def state(self, state: int) -> None:
        lib.recording_test_state(self.native, state)

    def end(self) -> None:
        lib.recording_test_end(self.native)

    def closed(self) -> tuple[int, int, int] | None:
        """errno, ms, lost ms; None while it is open."""
        out = ffi.new("struct recording_result *")
        return (out.error, out.ms, out.lost_ms) if lib.recording_closed(self.native, out) else None

    def speech(self) -> bytes:
        """What stands in the file after its header."""
        return self.path.read_bytes()[HEADER:]


def folder_in_memory() -> tempfile.TemporaryDirectory[str]:
    """Where hundreds of examples may sync without wearing a disk."""
    return tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)


def noise(seed: int, n: int) -> bytes:
    """n bytes that are all alike likely: in G.711 any byte is a sample."""
    return np.random.default_rng(seed).integers(0, 256, n, dtype=np.uint8).tobytes()


def interleaved(said: bytes, told: bytes) -> bytes:
    return np.column_stack([np.frombuffer(said, np.uint8), np.frombuffer(told, np.uint8)]).tobytes()


def linear(law: int, coded: bytes) -> Samples:
    out = ffi.new("int16_t[]", max(1, len(coded)))
    lib.g711_decode(law, coded, out, len(coded))
    return np.frombuffer(ffi.buffer(out), np.int16)[: len(coded)].copy()


def encoded(law: int, samples: Samples) -> bytes:
    out = ffi.new("uint8_t[]", max(1, len(samples)))
    lib.g711_encode(law, ffi.from_buffer("int16_t[]", samples), out, len(samples))
    return bytes(ffi.buffer(out))[: len(samples)]


def sizes(path: Path) -> tuple[int, int, int]:
    """RIFF size, frames in fact, bytes of data: as the header says."""
    head = path.read_bytes()[:HEADER]
    riff, fact, data = (struct.unpack_from("<I", head, at)[0] for at in (4, 46, 54))
    return riff, fact, data


def descriptor_of(path: Path) -> int:
    """The file descriptor under which this process has the file open."""
    for fd in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{fd}") == str(path):
                return int(fd)
        except FileNotFoundError:
            continue
    raise AssertionError(f"{path} is not open")


def next_descriptor() -> int:
    """The one that the next open() will get."""
    fd = os.open(os.devnull, os.O_RDONLY)
    os.close(fd)
    return fd


@contextmanager
def no_gaps() -> Iterator[int]:
    """Within, descriptors come one after the other: what other tests left open leaves no gaps. Yields the first."""
    highest = max(int(name) for name in os.listdir("/proc/self/fd"))
    plugs = [os.open(os.devnull, os.O_RDONLY)]
    while plugs[-1] < highest:
        plugs.append(os.open(os.devnull, os.O_RDONLY))
    try:
        yield plugs[-1] + 1
    finally:
        for plug in plugs:
            os.close(plug)


# System call numbers by machine: there is no header in Python. <asm/unistd.h>, and AUDIT_ARCH_* of <linux/audit.h>.
_MACHINES = {
    "x86_64": (0xC000003E, {"pwrite64": 18, "fsync": 74, "fdatasync": 75, "pwritev": 296, "syncfs": 306}),
    "aarch64": (0xC00000B7, {"pwrite64": 68, "fsync": 82, "fdatasync": 83, "pwritev": 70, "syncfs": 267}),
}
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06  # BPF: load a word, jump if equal, return
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_NR, _ARCH, _FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data
_PR_SET_SECCOMP, _MODE_FILTER, _PR_SET_NO_NEW_PRIVS = 22, 2, 38


def _refuse(calls: dict[str, int], fd: int | None) -> None:
    """From now on the kernel answers the calling thread, and those it starts, with an errno: a seccomp filter."""
    arch, numbers = _MACHINES[platform.machine()]
    code = [(_LOAD, 0, 0, _ARCH), (_EQUAL, 1, 0, arch), (_RETURN, 0, 0, _ALLOW)]
    for name, errno in calls.items():
        rule = [(_LOAD, 0, 0, _NR), (_EQUAL, 0, 3 if fd is not None else 1, numbers[name])]
        if fd is not None:
            rule += [(_LOAD, 0, 0, _FIRST_ARGUMENT), (_EQUAL, 0, 1, fd)]
        code += [*rule, (_RETURN, 0, 0, _ERRNO | errno)]
    code.append((_RETURN, 0, 0, _ALLOW))
    program = b"".join(struct.pack("<HBBI", *step) for step in code)
    text = ctypes.create_string_buffer(program)
    pointer = struct.pack("<HxxxxxxQ", len(code), ctypes.addressof(text))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(_PR_SET_SECCOMP, _MODE_FILTER, pointer, 0, 0):
        raise OSError(ctypes.get_errno(), "seccomp")


def refusing(calls: dict[str, int], work: Callable[[], T], *, fd: int | None = None) -> T:
    """Does `work` in a thread for which the kernel refuses these system calls (on one descriptor, or all)."""
    result: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            _refuse(calls, fd)
            result.append(work())
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return result[0]
