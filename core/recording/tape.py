"""One call's recording: what its parties say and hear, each on a channel of its own, in one or more parts.

    trunk e1a/3 ═══════════════════════════════════════════>   part 1: the outside party's line, through every transfer
    8001        ══talks══>|held|═talks═>|gone
    8002                                |══════════════════>

A part is recorded at one party's line, its *anchor*: left is what that party says, right what it hears. The outside
party is the best one, for it stays when ours change. When the anchor holds the call or leaves it, the next part begins
at another party in the same tick, into a file that was opened before (`_spare`): nothing is missing in between, and
nothing of another call is in it.

What it does not: decide which calls, know where files are kept for how long.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from core.exchange.device import DeviceKind
from core.exchange.leg import Leg, State
from core.store.journal import Journal
from hw.plane import Plane, PlaneError
from hw.recordings import Recording, RecordingError, RecordingFile, RecordingState

if TYPE_CHECKING:
    from core.exchange.call import Call

log = logging.getLogger(__name__)

CLOSING_S = 5.0
"""So long the end of a file is waited for when the box ends; what comes later is mended at the next start."""

STATES = {
    "runs": RecordingState.RUNS,
    "paused": RecordingState.PAUSED,
    "masked": RecordingState.MASKED,
}


@dataclass(slots=True)
class Part:
    """A file that is being recorded, at which leg."""

    number: int
    file: str
    leg: Leg
    port: int
    recording: Recording


class Tape:
    """`missed(reason)` is told of a part that could not be, the call goes on; `began(tape)` when one begins,
    `closed(file)` of each that is whole.
    closings: gets the scope of every wait for the end of a file, which goes on when the box ends.
    """

    def __init__(
        self,
        call: Call,
        plane: Plane,
        journal: Journal,
        folder: Path,
        nursery: trio.Nursery,
        missed: Callable[[str], None],
        *,
        closings: set[trio.CancelScope],
        began: Callable[[Tape], None] = lambda tape: None,
        closed: Callable[[str], None] = lambda file: None,
        rule: str = "",
        retention: str = "",
        by: str = "",
        notice: bool = False,
        threaded: bool = True,
    ) -> None:
        self.call = call
        self.rule = rule
        self.retention = retention
        self.by = by
        self.notice = notice
        """The outside party is to know of it."""
        self.tasks: list[int] = []
        """That want it, by number."""
        self.state = "runs"
        self.part: Part | None = None
        self.stopped = False
        self._plane = plane
        self._journal = journal
        self._folder = folder
        self._nursery = nursery
        self._missed = missed
        self._began_part = began
        self._closed = closed
        self._closings = closings
        self._threaded = threaded
        self._began = call.exchange.utc()
        self._number = call.id
        self._parts = 0
        self._spare: tuple[str, RecordingFile] | None = None
        self._opening = False
        self._refused = ""
        """Why the last file could not be opened."""
        self.prepare()

    # ---- files ahead of their time ----

    def prepare(self) -> None:
        """A file is opened, so that recording can begin at any moment."""
        if self._spare is None and not self._opening and not self.stopped:
            self._opening = True
            self._nursery.start_soon(self._open)

    async def _open(self) -> None:
        number = self._parts + 1
        name = f"{self._began:%Y/%m/%d}/{self._number}-{number}.wav"
        path = self._folder / name
        try:
            if self._threaded:
                await trio.to_thread.run_sync(lambda: path.parent.mkdir(parents=True, exist_ok=True))
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
            file = await self._plane.recorder.open(path)
        except (OSError, RecordingError) as error:
            # What runs goes on; the next part is tried anew when it is due, and the same refusal is told once.
            if str(error) != self._refused:
                self._missed(str(error))
            self._refused = str(error)
            return
        finally:
            self._opening = False
        if self.stopped:
            file.abandon()
            return
        self._parts, self._refused = number, ""
        self._spare = name, file
        self.settle()

    # ---- following the call ----

    def settle(self) -> None:
        """The call has changed: is the anchor still the right one? In the same tick as the change."""
        if self.stopped:
            return
        part = self.part
        anchor = self._anchor()
        if part is not None and (anchor is not part.leg or part.leg.port != part.port):
            self._end_part()
        if self.part is None and anchor is not None:
            self._begin_part(anchor)

    def _anchor(self) -> Leg | None:
        """Whose line is recorded: None while nobody talks. A queue or a mailbox is nobody, a conference is somebody."""
        legs = [leg for leg in self.call.legs if leg.state is State.CONNECTED and not leg.listener]
        if not self.call.in_room:
            legs = [leg for leg in legs if leg.device.kind is not DeviceKind.SERVICE]
        if len(legs) < 2 and not (legs and any(leg.state is State.HELD for leg in self.call.legs)):
            return None
        able = [leg for leg in legs if leg.port >= 0]
        if self.part is not None and self.part.leg in able:
            return self.part.leg
        return min(able, key=lambda leg: (leg.device.kind is not DeviceKind.TRUNK, not leg.calling), default=None)

    def _begin_part(self, leg: Leg) -> None:
        if self._spare is None:
            self.prepare()  # it calls settle() again
            return
        (name, file), self._spare = self._spare, None
        port = leg.port
        try:
            recording = self._plane.record_into(port, file)
        except PlaneError as error:
            file.abandon()
            self._missed(str(error))
            return
        self.part = Part(self._parts, name, leg, port, recording)
        self._journal.note(
            "RecordingBegan",
            call=self.call.id,
            device=leg.name,
            file=name,
            part=self._parts,
            rule=self.rule,
            retention=self.retention,
            by=self.by,
            tasks=list(self.tasks) or None,
        )
        self._nursery.start_soon(self._follow, self.part)
        self._began_part(self)
        if self.state != "runs":
            self.set_state(self.state, self.by)
        if leg.device.kind is not DeviceKind.TRUNK:
            self.prepare()  # a station may hold at any moment

    def _end_part(self) -> None:
        part, self.part = self.part, None
        assert part is not None
        if part.recording.result is None:
            self._plane.record_stop(part.port)

    async def _follow(self, part: Part) -> None:
        """Until the file is whole; then it is what its journal row says. The disk may end it before the call does."""
        with trio.CancelScope(shield=True) as patience:  # whatever else ends; the recorder says for how long
            self._closings.add(patience)
            ended = await part.recording.wait()
            problem, lost, digest = "", 0, ""
            ms = ended.milliseconds
            try:
                closed = await part.recording.closed()
                ms, lost = closed.ms, closed.lost_ms
            except RecordingError as error:
                problem = error.reason
                self._missed(str(error))
            path = self._folder / part.file
            try:
                digest = await trio.to_thread.run_sync(sha256, path) if self._threaded else sha256(path)
            except OSError as error:
                problem = problem or str(error)
            self._journal.note(
                "RecordingEnded",
                call=self.call.id,
                device=part.leg.name,
                file=part.file,
                ms=ms,
                lost_ms=lost,
                sha256=digest,
                problem=problem,
            )
            self._closed(part.file)
        self._closings.discard(patience)

    # ---- orders ----

    def wanted_by(self, task: int) -> None:
        """A task wants it, too. What is recorded already says so from now on."""
        if task in self.tasks:
            return
        self.tasks.append(task)
        if self.part is not None:
            device, file = self.part.leg.name, self.part.file
            self._journal.note("RecordingTasked", call=self.call.id, device=device, file=file, task=task)

    def set_state(self, state: str, by: str) -> None:
        """ "runs", "paused" (its clock stops), "masked" (a tone keeps the time line)."""
        self.state = state
        if self.part is not None and self.part.recording.result is None:
            self._plane.record_state(self.part.port, STATES[state])
            self._journal.note(
                "RecordingState",
                call=self.call.id,
                device=self.part.leg.name,
                file=self.part.file,
                state=state,
                by=by,
            )

    def stop(self) -> None:
        """No more of this call. Twice is nothing."""
        if self.stopped:
            return
        self.stopped = True
        if self.part is not None:
            self._end_part()
        if self._spare is not None:
            self._spare[1].abandon()
            self._spare = None


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
