"""`strowger run`: the box as a process, as systemd wants it or in a terminal.

    strowger run --config /etc/strowger --data /var/lib/strowger

    SIGTERM, ^C   no new calls; the running ones may end by themselves for --patience seconds, then they are ended
    once more     at once
    SIGHUP        is refused: a changed configuration goes live by `strowger config commit`

One process a data folder: a lock says so. The log goes to stderr, one line an event (core/logs.py). Exit codes: 0
stopped in order, 1 something that a person must mend, said in the last line.
"""

from __future__ import annotations

import argparse
import fcntl
import gc
import logging
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import texts
from core.backup import UNDER_WAY
from core.texts import _, plural
from hw.card import HardwareError

if TYPE_CHECKING:
    from core.config.configuration import Configuration
    from core.config.model.box import Box
    from core.store.journal import Journal

PATIENCE_S = 60.0
DATA = Path("/var/lib/strowger")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config",
        type=Path,
        default=Path("/etc/strowger"),
        metavar="DIR",
        help=_("folder of the files of the configuration; they count at the first start and for commits (%(default)s)"),
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help=_("folder of journal, commits and recordings (default: {folder})").format(folder=DATA),
    )
    parser.add_argument("--socket", type=Path, metavar="PATH", help=_("control socket (default: as configured)"))
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE_S,
        metavar="S",
        help=_("so long running calls may end by themselves when the box is stopped (default: %(default)g s)"),
    )
    parser.add_argument("--verbose", action="store_true", help=_("log what is for developers, too"))


def run(options: argparse.Namespace) -> int:
    """HardwareError: no configuration, no data folder, no socket, no memory for the plane."""
    began = time.monotonic()
    # What is made now stays: looking through it for garbage is lost time, now and at every later look.
    gc.disable()
    import trio

    from core import logs

    logs.begin(os.environ, logging.DEBUG if options.verbose else logging.INFO)
    with locked(options.data or DATA):
        try:
            trio.run(serve, options, began)
        except BaseExceptionGroup as group:
            # What a person must mend is said in one line; everything else keeps its traceback.
            refused, others = group.split(HardwareError)
            if refused is None or others is not None:
                raise
            raise _first(refused) from None
    return 0


def _first(group: BaseExceptionGroup[HardwareError]) -> HardwareError:
    error = group.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error


@contextmanager
def locked(data: Path, *, restoring: bool = False) -> Iterator[None]:
    """Of this process alone. HardwareError: another box has the folder, it cannot be written, or, but for who is about
    to do so again, a backup was put back only in part.
    """
    try:
        data.mkdir(parents=True, exist_ok=True)
        lock = (data / "lock").open("a+")
        if os.geteuid() == 0:  # a command of root's must not keep the service out afterwards
            owner = data.stat()
            os.fchown(lock.fileno(), owner.st_uid, owner.st_gid)
    except OSError as error:
        raise HardwareError(
            _("data folder {folder}: {error}").format(folder=data, error=error.strerror),
            action=_("make it, owned by the user of the box; or --data DIR"),
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            text = _("data folder {folder} belongs to a box that runs, process {process}")
            raise HardwareError(
                text.format(folder=data, process=lock.read().strip() or "?"),
                action=_("stop that one first: systemctl stop strowger; or give another folder: --data DIR"),
            ) from None
        if (data / UNDER_WAY).exists() and not restoring:
            raise HardwareError(
                _("data folder {folder}: a backup was put back only in part").format(folder=data),
                action=_("do it again: strowger restore FILE"),
            )
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


async def begun_with(configuration: Configuration) -> Box:
    """What the box begins with. HardwareError: there is none; all mistakes of the files are in the log."""
    from core.config.commits import DamagedCommit
    from core.config.mistake import BadConfiguration

    log = logging.getLogger(__name__)
    try:
        return await configuration.start()
    except BadConfiguration as bad:
        for mistake in bad.mistakes:
            log.error("configuration: %s: %s", mistake.place, mistake.problem, extra={"hint": mistake.hint})
        count, folder = len(bad.mistakes), configuration.places[0]
        raise HardwareError(
            plural("the configuration has {n} mistake", "the configuration has {n} mistakes", count).format(n=count),
            action=_("strowger config check --config {folder} shows each with its line").format(folder=folder),
        ) from None
    except (DamagedCommit, LookupError) as damaged:
        raise HardwareError(
            str(damaged), action=_("restore the data folder from a backup, or remove its folder config to begin anew")
        ) from None


class Notes:
    """What is to be noted before there is a journal, for when there is one."""

    def __init__(self) -> None:
        self._kept: list[tuple[str, dict[str, Any]]] = []
        self._journal: Journal | None = None

    def __call__(self, kind: str, **data: Any) -> None:
        if self._journal is not None:
            self._journal.note(kind, **data)
        else:
            self._kept.append((kind, data))

    def to(self, journal: Journal) -> None:
        self._journal = journal
        for kind, data in self._kept:
            journal.note(kind, **data)
        self._kept.clear()


async def serve(options: argparse.Namespace, began: float) -> None:
    """Until the box has stopped. `began`: time.monotonic() when the process did."""
    import trio

    from core.config.commits import FOLDER, Commits
    from core.config.configuration import Configuration
    from core.config.files import with_shipped
    from core.notify import Notify, Pulse, keep_alive
    from core.running import RunningBox

    log = logging.getLogger(__name__)
    notify = Notify()
    notes = Notes()
    commits = Commits((options.data or DATA) / FOLDER)
    configuration = Configuration(commits, with_shipped(options.config), notes)
    box = await begun_with(configuration)
    texts.use(box.box.languages[0])
    data = options.data or Path(box.box.data)
    socket = options.socket or Path(box.control.socket)
    running = RunningBox(box, data, socket=socket, configuration=configuration)
    with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
        async with trio.open_nursery() as living:

            async def live(task_status: trio.TaskStatus[None]) -> None:
                await running.run(task_status)
                living.cancel_scope.cancel()

            await living.start(live)
            gc.freeze()
            gc.enable()
            notes.to(running.journal)
            start_s = time.monotonic() - began
            log.info("running", extra={"start_s": f"{start_s:.3f}", "lines": len(running.hardware.lines.by_name)})
            notify.send(READY=1)
            plane = running.hardware.plane
            pulse = Pulse(lambda: plane.time, lambda: running.journal.stuck_s)
            living.start_soon(keep_alive, notify, pulse, running.summary)
            async for number in signals:
                if number == signal.SIGHUP:
                    log.warning("SIGHUP changes nothing: a changed configuration goes live by strowger config commit")
                else:
                    again = running.state == "stopping"
                    notify.send(STOPPING=1)
                    running.stop(signal.Signals(number).name, 0 if again else options.patience)
