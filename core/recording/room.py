"""The recordings of a running box: recorder, shelf, what a power cut left, and the orders of the control interface.

    room = Recordings(exchange, past, data / "recordings", alarms)
    await room.mend()                before the first call
    await nursery.start(room.run)

An order names a telephone and a call in which it is. What cannot be raises Refused, with words for people.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import trio

from core.alarms import Alarms
from core.exchange.call import Call
from core.exchange.exchange import Exchange
from core.exchange.refusal import Refused
from core.past import Past
from core.recording.converter import Converter
from core.recording.mending import Left, mend_all
from core.recording.playing import Listening, playable
from core.recording.recorder import Recorder
from core.recording.shelf import Shelf
from core.recording.steward import WORD, Steward
from core.store.reader import Reader
from core.texts import _
from hw.card import HardwareError
from hw.signalling.q850 import Cause

log = logging.getLogger(__name__)

FOLDER = "recordings"
"""Below the data folder."""
MENDED = "recording/mended"
"""In the kept state: the last run whose recordings have been put right."""


class Recordings:
    """`folder`: where they lie. agent_at(device): who is logged on there. threaded=False: for virtual time."""

    def __init__(
        self,
        exchange: Exchange,
        past: Past,
        folder: Path,
        alarms: Alarms,
        *,
        agent_at: Callable[[str], str] = lambda device: "",
        threaded: bool = True,
    ) -> None:
        self.recorder = Recorder(exchange, folder, agent_at=agent_at, threaded=threaded)
        self.shelf = Shelf(exchange.journal, past, folder, lambda: exchange.box, threaded=threaded)
        self.steward = Steward(
            self.shelf, self.recorder, alarms, lambda: exchange.box, lambda: exchange.plane.recorder.statistics().bytes
        )
        self.converter = Converter(self.shelf, alarms, lambda: exchange.box, threaded=threaded)
        self._exchange = exchange
        self._past = past
        self._folder = folder
        self._alarms = alarms

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self.recorder.run)
            await nursery.start(self.steward.run)
            await nursery.start(self.converter.run)
            task_status.started()

    # ---- after a power cut ----

    async def mend(self) -> None:
        """What earlier runs could not end themselves. A folder that refuses is an alarm, and nothing is recorded."""
        journal = self._exchange.journal
        mended = int(journal.state.get(MENDED, 0))

        def ask(reader: Reader) -> list[Left]:
            self._folder.mkdir(parents=True, exist_ok=True)
            return mend_all(reader, self._folder, mended)

        try:
            left = await self._past.ask(ask)
        except (OSError, HardwareError) as error:
            log.error("recordings of the run before could not be mended: %s", error)
            text = _("the folder of recordings cannot be used: {why}").format(why=error)
            self._alarms.set(WORD, "critical", text, _("look at the disk and at who owns the folder"))
            return
        for one in left:
            if not one.known:
                journal.note("RecordingBegan", call=one.call, device=one.device, file=one.file, by="")
            journal.note(
                "RecordingEnded",
                call=one.call,
                device=one.device,
                file=one.file,
                ms=one.ms,
                sha256=one.sha256,
                problem=one.problem,
            )
        journal.state[MENDED] = journal.run_number - 1

    # ---- orders ----

    def start(self, device: str, call: int, by: str) -> None:
        self.recorder.start(self._call(device, call), by)

    def stop(self, device: str, call: int) -> None:
        self.recorder.stop(self._call(device, call))

    def set_state(self, device: str, call: int, state: str, by: str) -> None:
        """ "runs", "paused", "masked"."""
        self.recorder.set_state(self._call(device, call), state, by)

    async def play(self, file: str, device: str, by: str) -> int:
        """Rings the telephone; lifted, it hears the recording. Returns the call's number. ShelfError: it cannot be
        heard here.
        """
        row = await self.shelf.lying(file)
        clip = await self.shelf.aside(lambda: playable(self._folder, row))
        station = self._exchange.stations.get(device)
        if station is None:
            raise Refused(Cause.UNALLOCATED, "vacant", _("there is no station {number}").format(number=device))
        if not station.free or not station.reachable:
            raise Refused(Cause.USER_BUSY, "busy", _("station {device} is not free").format(device=device))
        return Listening(clip, lambda: self.shelf.heard(row, by, "played")).begin(self._exchange, station).id

    def _call(self, device: str, number: int) -> Call:
        call = self._exchange.calls.get(number)
        if call is None:
            text = _("there is no call {call} any more").format(call=number)
            raise Refused(Cause.INVALID_CALL_REFERENCE, "not-possible", text)
        if all(leg.name != device for leg in call.legs):
            text = _("{device} is not in call {call}").format(device=device, call=number)
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
        return call
