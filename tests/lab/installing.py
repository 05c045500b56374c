"""From bare modules to a call that is answered, on the real driver: what an installer does, and then the box.

    the machine   modules without spans; three cables were plugged in: an E1, four telephones, two lines of the exchange
    the setup     in a terminal, line by line or as a screen: spans, driver, alarms, lines, numbers, files, test calls
    outside       the town at the far ends: somebody there does what the setup asks a helper for
    a restart     the modules are loaded anew and the cables found in another order: the setup's files pin them
    the box       begins with what the setup has written: the town calls, the front desk's telephone is answered

    await from_bare_modules_to_a_call(ScreenSeat, (), "setup-screen", tmp_path, tell)

What stood in the terminal is kept beside the guest's results, with the files that were written, in the folder of that
name.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import trio

from hw.callerid import CallerId
from hw.clips import Clip
from hw.dahdi.card import DahdiCard
from hw.levels import RATE
from hw.plane import Plane
from hw.playback import Audible
from hw.signalling.line import Connection, Line, Party
from hw.sim.public_exchange import Link, OutsideCall, PublicExchange
from hw.sim.public_trunk import TownCall
from hw.sim.subscriber_line import Habits, SubscriberLine
from hw.sim.telephone import Telephone
from hw.timers import Timers
from hw.tones import dtmf
from tests.day.people import words
from tests.day.story import until
from tests.lab.bare import Plug, bare, begin, configure_far
from tests.lab.box import box
from tests.lab.far_trunks import FarPri
from tests.setup.seats import STROWGER, Seat

E1 = Plug(1, 31, far_span=11, far_first=201, far="bchan={0}-{14},{16}-{30}\ndchan={15}")
TELEPHONES = Plug(2, 4, far_span=12, far_first=241, far="fxsks={0}-{3}")
LINES = Plug(3, 2, far_span=13, far_first=251, far="fxoks={0}-{1}")
PLUGS = (E1, TELEPHONES, LINES)

OUTSIDE, MAIN, FRONT = "62000001", "66778000", "8001"
NUMBERS = ("66001001", "66001002")
SLOTS = (1, 2, 31)
"""Of the far end: thirty take long to open in the guest. The setup calls on the last one, as a user of ISDN does."""
NAME_S = 2
"""Said before he is to be quiet."""
SETUP_S = 1200.0
STARTS_S = 180.0
ALIVE_S = 20.0

ANSWERS = (
    (r"Span 1 .* is for", "1"),  # ISDN
    (r"Span 2 .* is for", "2"),  # telephones
    (r"Span 3 .* is for", "1"),  # lines
    (r"Span 1\d .* is for", "3"),  # the town's, not ours
    (r"Number of the analog line line1", NUMBERS[0]),
    (r"Number of the analog line line2", NUMBERS[1]),
    (r"Main number of e1a", MAIN),
    (r"e1a: digits to take off", "4"),
    (r"Number of a telephone outside", OUTSIDE),
    (r"Make the test calls by line1", "1"),
)


class Outside:
    """The town, its exchange, and somebody there who helps; the telephones of the house."""

    def __init__(self, plane: Plane, card: DahdiCard, timers: Timers, nursery: trio.Nursery) -> None:
        self.city = FarPri(plane, timers, card, E1.key, SLOTS)
        self.exchange = PublicExchange(plane, nursery)
        for at, number in enumerate(NUMBERS):
            SubscriberLine(self.exchange, number, card.open(LINES.far_first + at), Habits())
        self.telephone = Telephone(plane, card.open(TELEPHONES.far_first), name=FRONT)
        self._plane = plane
        self._nursery = nursery
        self._call: TownCall | OutsideCall | None = None

    def calls(self, number: str) -> TownCall | OutsideCall:
        if number in NUMBERS:
            self._call = self.exchange.call(number, CallerId(number=OUTSIDE))
        else:
            self._call = self.city.call(number, Party(OUTSIDE))
        return self._call

    def will_be_called(self) -> None:
        """By the box: over an analog line the answer is known by his voice alone."""
        self._call = None
        self._nursery.start_soon(self._says_his_name)

    async def _says_his_name(self) -> None:
        with trio.move_on_after(60):
            while (link := self._link()) is None and self._far_channel() is None:  # noqa: ASYNC110 - neither tells all
                await trio.sleep(0.2)
            if link is not None:
                await link.answered.wait()
                self.says(Clip(words("anna").samples()[: NAME_S * RATE]))

    def says(self, what: Clip | Audible) -> None:
        if self._call is not None:
            self._call.say(what)
        elif (line := self._far_channel()) is not None:
            self._plane.play(line.port, [what])
        elif (link := self._link()) is not None and link.called_port >= 0:
            self._plane.play(link.called_port, [what], speak=True)

    def is_quiet(self) -> None:
        if self._call is None and self._far_channel() is None and (link := self._link()) is not None:
            self._plane.stop(link.called_port)

    def hangs_up(self) -> None:
        assert self._call is not None
        self._call.hang_up()

    async def sees_the_end(self) -> bool:
        with trio.move_on_after(2.0):
            while self._far_channel() is not None or self._link() is not None:  # noqa: ASYNC110 - neither tells all
                await trio.sleep(0.1)
            return True
        return False

    def _far_channel(self) -> Line | None:
        return next((line for line in self.city.lines if line.connection is not Connection.NULL), None)

    def _link(self) -> Link | None:
        return next((line.link for line in self.exchange.lines.values() if line.link is not None), None)

    def close(self) -> None:
        self.city.close()


@asynccontextmanager
async def outside() -> AsyncIterator[Outside]:
    async with box() as (plane, card), trio.open_nursery() as nursery:
        timers = Timers()
        await nursery.start(timers.run)
        there = Outside(plane, card, timers, nursery)
        try:
            yield there
        finally:
            there.close()
            nursery.cancel_scope.cancel()


class Installer:
    """Answers what the setup asks; what it asks of a helper, is done outside."""

    def __init__(self, seat: Seat, tell: Callable[[str], None]) -> None:
        self.seat = seat
        self.said: list[str] = []
        self._tell = tell
        self._outside: Outside
        self._life: trio.Nursery
        self._acts: tuple[tuple[str, Callable[..., object]], ...] = (
            (r"(\d+ of \d+: .*?)(?: ==)?$", tell),
            (r"> +The telephone outside will ring", lambda: self._outside.will_be_called()),
            (r"> +Call (\d+) from a telephone outside", lambda number: self._outside.calls(number)),
            (r"> +Call the number of line1 from", lambda: self._outside.calls(NUMBERS[0])),
            (r"> +Speak now", lambda: self._outside.says(words("anna"))),
            (r"> +Be quiet now", lambda: self._outside.is_quiet()),
            (r"> +Press the keys 1 2 3", lambda: self._outside.says(dtmf("123"))),
            (r"> +Telephone 8001 rings", lambda: self._life.start_soon(self._lifts)),
        )

    async def works(self) -> int:
        """The setup's exit code."""
        async with trio.open_nursery() as life:
            self._life = life
            life.start_soon(self._lives)
            code = await self.seat.run(self._hears, self._answers)
            life.cancel_scope.cancel()
        return code

    async def _lives(self) -> None:
        """Learning takes minutes, in which nothing is said; a guest that is silent for so long is ended."""
        while True:
            await trio.sleep(ALIVE_S)
            self._tell(f"... {self.seat.now.strip()}")

    def _hears(self, line: str) -> None:
        self.said.append(line)
        for pattern, act in self._acts:
            if found := re.search(pattern, line):
                act(*found.groups())

    async def _answers(self, question: str) -> str:
        if "Main number of e1a" in question:  # the driver has its spans: the far ends can begin
            self._outside = await self._life.start(self._outside_lives)
        if "Hang up, and press Enter" in question:
            self._outside.hangs_up()
        if "Did the telephone outside show" in question:
            return "1" if await self._outside.sees_the_end() else "2"
        return next((answer for pattern, answer in ANSWERS if re.search(pattern, question)), "")

    async def _outside_lives(self, task_status: trio.TaskStatus[Outside]) -> None:
        await trio.to_thread.run_sync(configure_far, PLUGS)
        async with outside() as there:
            task_status.started(there)
            await trio.sleep_forever()

    async def _lifts(self) -> None:
        telephone = self._outside.telephone
        await telephone.rung(within=60)
        telephone.lift()
        await trio.sleep(1)
        await telephone.dial("123")
        await trio.sleep(1)
        telephone.hang_up()


async def from_bare_modules_to_a_call(
    kind: type[Seat], options: Sequence[str], name: str, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    results = Path(os.environ.get("STROWGER_LAB_RESULTS", tmp_path)) / name
    results.mkdir(exist_ok=True)
    etc, data, socket = tmp_path / "etc", tmp_path / "data", tmp_path / "control"
    etc.mkdir()
    data.mkdir()
    seat = kind(["setup", *options, "--etc", str(etc), "--data", str(data), "--socket", str(socket)])
    with bare():
        begin(PLUGS)
        installer = Installer(seat, tell)
        try:
            with trio.fail_after(SETUP_S):
                code = await installer.works()
        finally:
            (results / "terminal.txt").write_text(seat.kept)
            (results / "said.txt").write_text("\n".join(installer.said))
            for folder in (etc, data):
                shutil.copytree(folder, results / folder.name, dirs_exist_ok=True)
        assert code == 0, seat.kept[-4000:]
        _accepted(etc, data)
        tell("the machine starts anew, and finds its cards in another order")
        begin(PLUGS[::-1])
        _boot(etc / "dahdi")
        async with outside() as there:
            await _the_box_answers(etc, data, socket, there, tell, results)


def _accepted(etc: Path, data: Path) -> None:
    """What the setup has written says so."""
    system = (etc / "dahdi" / "system.conf").read_text()
    assert "bchan=1-15,17-31" in system
    assert "fxoks=32-35" in system
    assert "fxsks=36-37" in system
    (acceptance,) = (data / "acceptance").glob("*.txt")
    text = " ".join(acceptance.read_text().split())
    assert "e1a: the call to 62000001 was answered." in text
    assert "e1a: a call came in and was answered." in text
    assert "line1: the call to 62000001 was answered." in text
    assert "line1: the caller's number is 62000001." in text
    assert "Telephone 8001 rang and was lifted." in text
    assert "tests passed, none failed." in text, acceptance.read_text()
    assert (data / "lines" / "line1.toml").exists()


def _boot(dahdi: Path) -> None:
    """As the machine's own start does it, with the setup's files."""
    about = {**os.environ, "DAHDIASSIGNEDSPANSCONF": str(dahdi / "assigned-spans.conf")}
    subprocess.run(["dahdi_span_assignments", "add"], check=True, env=about)
    subprocess.run(["dahdi_cfg", "-c", str(dahdi / "system.conf")], check=True)
    configure_far(PLUGS)


async def _the_box_answers(
    etc: Path, data: Path, socket: Path, there: Outside, tell: Callable[[str], None], results: Path
) -> None:
    command = [*STROWGER, "run", "--config", str(etc / "strowger"), "--data", str(data), "--socket", str(socket)]
    with (results / "box.log").open("wb") as log:
        running = await trio.lowlevel.open_process(command, stderr=log)
    try:
        await until("the box answers", socket.exists, STARTS_S)
        await until("the span is up", lambda: not any(line.service for line in there.city.lines), STARTS_S)
        for number in (MAIN[:4] + FRONT, NUMBERS[0]):
            tell(f"the town calls {number}")
            call = there.calls(number)
            await there.telephone.rung(within=60)
            there.telephone.lift()
            with trio.fail_after(20):
                await call.answered.wait()
            there.telephone.hang_up()
            with trio.fail_after(60):
                call.hang_up()
                await call.ended.wait()
            await trio.sleep(5)
    finally:
        running.send_signal(signal.SIGTERM)
        await running.wait()
