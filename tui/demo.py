"""`strowger demo`: the box on its simulated card, for whoever sees it the first time.

    strowger demo                  in a terminal: the sample office, a little town of callers, the console in front
    strowger demo < /dev/null      without one (or with --story): one whole story, its ladder, its records; exit code 0

In the terminal the exchange is a process of its own, as it always is; leaving the console ends it. Key 0 leads to the
telephones: lift one, dial, read what is heard. + and - there turn the town up and down. Its configuration is a copy of
the sample in FOLDER/etc, which may be changed, by the console or by hand.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from core import demo
from core.api.client import Asker
from core.sample import SAMPLE
from core.texts import _
from hw.card import HardwareError

CALLS_PER_HOUR = 120
"""Of the town, at first."""
STARTS_S = 60.0
STOPS_S = 15.0
ENDINGS = (signal.SIGHUP, signal.SIGTERM)
"""A window that is closed, and who ends us by hand: the exchange must not stay behind, where the next demo finds it."""


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--folder", type=Path, default=Path("out"), help=_("for configuration, journal, recordings (default: out)")
    )
    parser.add_argument("--story", action="store_true", help=_("the story, though there is a terminal"))
    parser.add_argument("--virtual", action="store_true", help=_("the story on a clock that does not wait"))
    parser.add_argument("--json", action="store_true", help=_("the story as one JSON object"))
    parser.add_argument(
        "--calls-per-hour", type=int, default=CALLS_PER_HOUR, metavar="N", help=_("of the town, at first (%(default)s)")
    )


def run(options: argparse.Namespace) -> int:
    terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if options.story or options.virtual or options.json or not terminal:
        return demo.play(options.folder, virtual=options.virtual, as_json=options.json)
    for ending in ENDINGS:
        signal.signal(ending, _end)
    with exchange(options.folder) as socket:
        with Asker(socket) as box:
            box.ask("town.traffic", calls_per_hour=options.calls_per_hour)
        return in_front(socket)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    """In order, and once: a shell that is left says it again."""
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)
    raise SystemExit(128 + number)


@contextmanager
def exchange(folder: Path) -> Iterator[Path]:
    """`strowger run` on the sample office, until left. Gives its socket. HardwareError: it does not come up."""
    etc, socket, log = folder / "etc", (folder / "control.sock").absolute(), folder / "box.log"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not etc.exists():
            shutil.copytree(SAMPLE, etc)
    except OSError as error:
        raise HardwareError(
            f"{error.filename or folder}: {error.strerror or error}", action=_("name another folder: --folder DIR")
        ) from error
    command = [sys.executable, "-c", "from core.command import main; raise SystemExit(main())", "run"]
    command += ["--config", str(etc), "--data", str(folder / "data"), "--socket", str(socket), "--patience", "0"]
    with log.open("w") as file:
        # ^C in the terminal is the console's alone.
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=file, start_new_session=True)
    try:
        _wait(process, socket, log)
        yield socket
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOPS_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], socket: Path, log: Path) -> None:
    """Until the box answers."""
    end = time.monotonic() + STARTS_S
    while process.poll() is None and time.monotonic() < end:
        try:
            with Asker(socket):
                return
        except HardwareError:
            time.sleep(0.05)
    lines = log.read_text(errors="replace").splitlines()[-5:]
    raise HardwareError(
        "\n".join([_("the exchange did not start"), *lines]), action=_("all of it: {file}").format(file=log)
    )


def in_front(socket: Path) -> int:
    """The console, a process of its own: the exchange does not end with it, nor it with the exchange."""
    command = [sys.executable, "-c", "from core.command import main; raise SystemExit(main())", "console"]
    return subprocess.run([*command, "--socket", str(socket)], env=os.environ).returncode
