"""The frames of a D channel as a pcap file, for Wireshark and tshark (LINKTYPE_LAPD: frames from the address field on).

    wireshark DATA/traces/trunk1.pcap           Q.921 and Q.931 of the span, both ways: the C/R bit tells who sent

A file that has grown over FILE_MAX is renamed to NAME.1.pcap and a new one begun: two files a span, never more, some
forty thousand frames. A full disk costs the file and never a call; with the next start of the span it is tried again.
What it does not: understand a frame. The times are the wall clock's, as a person compares them with those of others.
"""

from __future__ import annotations

import logging
import re
import struct
from pathlib import Path
from typing import BinaryIO

from hw import wall_clock

log = logging.getLogger(__name__)

FILE_MAX = 1 << 20
LINKTYPE_LAPD = 203
_FILE = struct.Struct("<IHHiIII")  # magic, version, zone, accuracy, longest frame, link type
_FRAME = struct.Struct("<IIII")  # seconds, microseconds, octets kept, octets there were


class Capture:
    """folder None: nothing is kept."""

    def __init__(self, name: str, folder: Path | None) -> None:
        self._path = folder / (re.sub(r"[^\w.+-]", "_", name) + ".pcap") if folder is not None else None
        self._file: BinaryIO | None = None

    def note(self, frame: bytes) -> None:
        """A frame without its FCS, sent or received now."""
        if self._path is None:
            return
        at = wall_clock.utc().timestamp()
        try:
            file = self._open(self._path)
            file.write(_FRAME.pack(int(at), int(at % 1 * 1e6), len(frame), len(frame)) + frame)
        except OSError as error:
            log.warning("frames of a D channel: %s: %s; they are kept no longer", self._path, error.strerror)
            self.close()
            self._path = None

    def close(self) -> None:
        """Twice is nothing; the next frame opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self, path: Path) -> BinaryIO:
        if self._file is not None and self._file.tell() > FILE_MAX:
            self.close()
            path.replace(path.with_suffix(".1.pcap"))
        if self._file is None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab", buffering=0)
            if self._file.tell() == 0:
                self._file.write(_FILE.pack(0xA1B2C3D4, 2, 4, 0, 0, 1024, LINKTYPE_LAPD))
        return self._file
