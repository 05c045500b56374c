"""`strowger bench console`: how soon a key is seen, and what the console costs, before a big and busy office.

    start_s          from the start of the process until its rows are seen and a key is answered; the middle of STARTS
    key_p95_ms       from a key (down, up, page) until the terminal shows the cursor on another row; also key_p50_ms
    room_p95_ms      from a number key until another screen stands there
    core_percent     CPU of the process while nobody touches it and all rows change, of one core
    key_percent      the same while somebody presses five keys a second
    slow_...         over a line of SLOW_BAUD, a quiet office with SLOW_CHANGES rows a second, 80 x 24:
      slow_board_bytes_s, slow_agents_bytes_s  what the screen takes while nobody touches it
      slow_key_p50_ms, slow_key_p95_ms         from a key until the terminal shows the cursor on another row
      slow_room_p50_ms                         from a number key until the line is free again

Conditions: 1024 channels with 512 calls, 512 agents, 64 queues; CHANGES rows a second change, a few times what as many
real calls bring. The box is tui/bench/box.py, the terminal a pty of 132 columns and 43 lines, read at once; what it
would paint is worked out by tui/bench/terminal.py. Whatever else runs on the machine makes the times longer.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random
from typing import Any

from hw.errors import LocalError
from tui.bench.box import AGENTS, CHANNELS, QUEUES
from tui.bench.terminal import Terminal

COMMAND = (sys.executable, "-c", "from core.command import main; raise SystemExit(main())", "console")
WIDTH, HEIGHT = 132, 43
CHANGES = 500
STARTS = 5
PATIENCE_S = 60.0
SLOW_BAUD, SLOW_CHANGES, SLOW_SIZE = 9600, 5, (80, 24)
SLICES = 100
"""So many times a second something comes over a slow line."""
SLOW_S = 20.0
"""How long each screen is looked at over the slow line."""
SLOW_ROOMS = {"board": b"2", "agents": b"5"}
SLOW_KEYS = 12
STILL_S = 0.5
ASKED, PLACE = b"\x1b[6n", b"\x1b[1;1R"
"""The program's question how far the terminal is (DSR 6), and its answer."""
KEYS = {"down": b"\x1b[B", "up": b"\x1b[A", "page down": b"\x1b[6~", "page up": b"\x1b[5~"}
BUSIEST = b"2"
"""The board: the most rows."""


class Seat:
    """A console in a terminal of its own. baud: of the line between them; 0: there is none."""

    def __init__(self, socket: Path, size: tuple[int, int] = (WIDTH, HEIGHT), baud: int = 0) -> None:
        self.began = time.perf_counter()
        self.size = size
        self.screen = Terminal(*size)
        self.taken = 0
        """Bytes that have come."""
        self._letters_s = baud / 10  # a start bit and a stop bit beside the eight
        self._free_at = 0.0
        self._tail = b""
        self._fd, inner = pty.openpty()
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        if baud:
            settings = termios.tcgetattr(inner)
            settings[4] = settings[5] = getattr(termios, f"B{baud}")
            termios.tcsetattr(inner, termios.TCSANOW, settings)
        about = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        about |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        self._process = subprocess.Popen(
            [*COMMAND, "--socket", str(socket)],
            stdin=inner,
            stdout=inner,
            stderr=inner,
            env=about,
            start_new_session=True,
        )
        os.close(inner)

    def close(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self.hang_up()

    def hang_up(self) -> None:
        """The terminal goes, without a word to the program."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def wait(self, seconds: float) -> int:
        """Its exit code. subprocess.TimeoutExpired: it goes on."""
        return self._process.wait(seconds)

    def read(self, within_s: float) -> None:
        """What has come over the line meanwhile; the terminal answers when it is asked how far it is."""
        end = time.perf_counter() + max(0.0, within_s)
        time.sleep(max(0.0, min(self._free_at, end) - time.perf_counter()))
        if self._free_at > end or not select.select([self._fd], [], [], max(0.0, end - time.perf_counter()))[0]:
            return
        with suppress(OSError):  # it has ended: until() says so
            data = os.read(self._fd, int(self._letters_s / SLICES) or 1 << 16)
            self.taken += len(data)
            if self._letters_s:
                self._free_at = max(self._free_at, time.perf_counter()) + len(data) / self._letters_s
            self.screen.feed(data)
            seen = self._tail + data
            self._tail = seen[-len(ASKED) + 1 :]
            os.write(self._fd, PLACE * seen.count(ASKED))

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def until(self, true: Callable[[], bool]) -> float:
        """Seconds. LocalError: it does not come."""
        began = time.perf_counter()
        while not true():
            if time.perf_counter() - began > PATIENCE_S or (self.ended and not true()):
                seen = "\n".join(self.screen.line(y).rstrip() for y in range(self.size[1]))
                raise LocalError(f"the console did not show what it should:\n{seen}")
            self.read(0.2)
        return time.perf_counter() - began

    def rest(self, seconds: float) -> None:
        """Reads on meanwhile."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.read(end - time.perf_counter())

    def press(self, key: bytes) -> None:
        os.write(self._fd, key)

    def cursor(self) -> str:
        """What the row under the cursor is called; empty: there is none. It has the colour of the head."""
        head = self.screen.ground(0, 0)
        for y in range(2, self.size[1] - 3):
            if head and self.screen.ground(y, 1) == head:
                return " ".join(self.screen.line(y).split()[:2])
        return ""

    def moved(self, key: bytes) -> float:
        """Seconds until the cursor stands on another row."""
        before = self.cursor()
        self.press(key)
        return self.until(lambda: self.cursor() not in ("", before))

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def share(self, during: Callable[[], object]) -> float:
        """Of a core, percent."""
        cpu, began = self.cpu_s(), time.perf_counter()
        during()
        return 100 * (self.cpu_s() - cpu) / (time.perf_counter() - began)


@contextmanager
def seat(socket: Path, size: tuple[int, int] = (WIDTH, HEIGHT), baud: int = 0) -> Iterator[tuple[Seat, float]]:
    """With the seconds until it could be used."""
    there = Seat(socket, size, baud)
    try:
        there.until(lambda: bool(there.cursor()))
        there.moved(KEYS["down"])
        yield there, time.perf_counter() - there.began
    finally:
        there.close()


@contextmanager
def office(socket: Path, changes: int) -> Iterator[None]:
    box = subprocess.Popen([sys.executable, "-m", "tui.bench.box", str(socket), str(changes)])
    try:
        began = time.perf_counter()
        while not socket.exists():
            if time.perf_counter() - began > PATIENCE_S or box.poll() is not None:
                raise LocalError("the box of the bench does not begin")
            time.sleep(0.02)
        yield
    finally:
        box.kill()
        box.wait()


def run(seconds: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="strowger-bench-") as folder, office(Path(folder) / "s", CHANGES):
        socket = Path(folder) / "s"
        starts = []
        for _ in range(STARTS):
            with seat(socket) as (_there, start_s):
                starts.append(start_s)
        with seat(socket) as (there, _start_s):
            rooms = [room(there, key) for _ in range(4) for key in (b"3", b"1", BUSIEST)]
            there.until(lambda: bool(there.cursor()))
            core_percent = there.share(lambda: there.rest(seconds))
            keys: list[float] = []
            key_percent = there.share(lambda: keys.extend(press(there, seconds)))
    with tempfile.TemporaryDirectory(prefix="strowger-bench-") as folder, office(Path(folder) / "s", SLOW_CHANGES):
        slow = over_a_slow_line(Path(folder) / "s")
    return {
        "channels": CHANNELS,
        "agents": AGENTS,
        "queues": QUEUES,
        "changes_per_s": CHANGES,
        "start_s": round(statistics.median(starts), 3),
        "key_p50_ms": round(1000 * statistics.median(keys), 1),
        "key_p95_ms": round(1000 * percentile(keys), 1),
        "keys": len(keys),
        "room_p95_ms": round(1000 * percentile(rooms), 1),
        "core_percent": round(core_percent, 1),
        "key_percent": round(key_percent, 1),
        **slow,
    }


def over_a_slow_line(socket: Path) -> dict[str, Any]:
    with seat(socket, SLOW_SIZE, SLOW_BAUD) as (there, _start_s):
        found = {f"slow_{name}_bytes_s": idle(there, key) for name, key in SLOW_ROOMS.items()}
        there.press(BUSIEST)
        settle(there)
        keys = []
        for at in range(SLOW_KEYS):
            keys.append(there.moved(KEYS["down" if at % 4 else "page down"]))
            there.rest(1.0)
        rooms = []
        for key in (b"1", BUSIEST) * 3:
            there.press(key)
            rooms.append(settle(there))
    return found | {
        "slow_key_p50_ms": round(1000 * statistics.median(keys)),
        "slow_key_p95_ms": round(1000 * percentile(keys)),
        "slow_room_p50_ms": round(1000 * statistics.median(rooms)),
    }


def settle(there: Seat) -> float:
    """Seconds until nothing has come for STILL_S, without those."""
    began = last = time.perf_counter()
    taken = there.taken
    while time.perf_counter() - last < STILL_S and last - began < PATIENCE_S:
        there.read(0.1)
        if there.taken != taken:
            taken, last = there.taken, time.perf_counter()
    return last - began


def idle(there: Seat, key: bytes) -> int:
    """Bytes a second in a room while nobody touches it."""
    there.press(key)
    settle(there)
    taken = there.taken
    there.rest(SLOW_S)
    return round((there.taken - taken) / SLOW_S)


def room(there: Seat, key: bytes) -> float:
    """Seconds until its titles stand there."""
    before = there.screen.line(1)
    there.press(key)
    seconds = there.until(lambda: there.screen.line(1) != before)
    there.rest(0.3)
    return seconds


def press(there: Seat, seconds: float) -> Iterator[float]:
    """Five keys a second, at odd moments, all over the table."""
    chance, end = Random(1), time.perf_counter() + seconds
    ways = [KEYS["down"]] * 4 + [KEYS["page down"]] * 3 + [KEYS["up"], KEYS["page up"]]
    while time.perf_counter() < end:
        yield there.moved(chance.choice(ways))
        there.rest(chance.uniform(0.1, 0.3))


def percentile(values: list[float], part: float = 0.95) -> float:
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]
