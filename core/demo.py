"""`strowger demo`: the box with its sample configuration on the simulated card, and three calls through it.

    Ann (8001) lifts, hears dial tone, dials 8002    Ben's telephone rings and shows 8001; Ann hears ring-back
    Ben lifts; both speak at once                    what each heard is measured and written as WAV
    Ann hangs up                                     Ben hears busy tone, hangs up

    Zhang Wei in town dials 66778003, by ISDN        Wang Fang's telephone rings and shows his number; she answers
    Li Lei dials 9 62000007, out by ISDN             the operator in town answers at once

At the end: the last call as a ladder, out of the journal. All of it is the box's own, from card to journal; only the
people are simulated. In real time by default; --virtual plays it on a clock that does not wait, the same each time.
While it runs, `strowger status --socket out/control.sock` looks into it from another terminal.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import trio

from core.config.reading import read
from core.running import RunningBox
from core.sample import SAMPLE
from core.store.ladder import ladder
from core.store.records import CallRecord, records
from hw import virtual_time
from hw.clips import Clip
from hw.sim.party import NotHeardError, Speech
from hw.sim.telephone import Telephone
from hw.speech import speech

ANN, BEN, FANG, LEI = "8001", "8002", "8003", "8004"
WORDS = {
    ANN: ("en", "Hello Ben, this is the first call through Strowger. Can you hear me well?"),
    BEN: ("cmn-latn-pinyin", "你好，安。我听得很清楚，声音非常好。"),
}
LEVEL_DBM0 = -20.0
LISTEN_S = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story: seconds since its begin, and what was seen or measured."""

    seconds: float
    text: str


class Story:
    """Plays the calls and keeps its steps."""

    def __init__(self, folder: Path, tell: Callable[[Step], None], virtual: bool) -> None:
        self.folder = folder
        self.steps: list[Step] = []
        self.levels: dict[str, float] = {}
        self.records: list[CallRecord] = []
        self.ladder: list[str] = []
        self.warnings: list[str] = []
        self._tell = tell
        self._virtual = virtual
        self._begin = 0.0
        # Before time runs: making speech blocks.
        self._words = {number: Clip(speech(words, voice, LEVEL_DBM0)) for number, (voice, words) in WORDS.items()}

    def _step(self, text: str) -> None:
        step = Step(trio.current_time() - self._begin, text)
        self.steps.append(step)
        self._tell(step)

    async def play(self) -> None:
        """Raises NotHeardError: what should have been heard was not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        socket = None if self._virtual else self.folder / "control.sock"
        box = RunningBox(read([SAMPLE]).box, self.folder, socket=socket, virtual=self._virtual)
        async with trio.open_nursery() as nursery:
            await nursery.start(box.run)
            self.warnings = box.hardware.plane.warnings
            self._begin = trio.current_time()
            first = box.journal.last
            try:
                telephones = box.hardware.towns["sim"].telephones
                await self._within(telephones[ANN], telephones[BEN])
                await self._inward(box, telephones[FANG])
                await self._outward(telephones[LEI])
                await trio.sleep(2)
                events = await box.rooms.journal.find(first, 0, "", (), 10_000)
                self.records = list(records(events))
                last = max((event.call for event in events), default=0)
                self.ladder = ladder([event for event in events if event.call == last])
            finally:
                box.stop("the demo is over", 0)

    async def _within(self, ann: Telephone, ben: Telephone) -> None:
        ann.lift()
        tone = await ann.hear_tone("dial", within=4)
        self._step(f"Ann lifts and hears dial tone, {tone.hz:.0f} Hz at {tone.dbm0:.1f} dBm0")
        await ann.dial(BEN)
        self._step(f"Ann has dialled {BEN}")
        await ben.rung(within=4)
        self._step("Ben's telephone rings")
        shown = await ben.show(within=6)
        self._step(f"Ben's display shows {shown.number}")
        tone = await ann.hear_tone("ringback", within=8)
        self._step(f"Ann hears ring-back tone, {tone.hz:.0f} Hz at {tone.dbm0:.1f} dBm0")
        ben.lift()
        self._step("Ben lifts: they are connected")
        await trio.sleep(0.5)
        await self._talk(ann, ben)
        ann.hang_up()
        self._step("Ann hangs up")
        tone = await ben.hear_tone("busy", within=6)
        self._step(f"Ben hears busy tone, {tone.hz:.0f} Hz at {tone.dbm0:.1f} dBm0")
        ben.hang_up()
        await trio.sleep(2)
        self._step("Ben hangs up: both lines are free")

    async def _talk(self, ann: Telephone, ben: Telephone) -> None:
        heard: dict[str, Speech] = {}

        async def listen(telephone: Telephone) -> None:
            heard[telephone.name] = await telephone.listen(LISTEN_S)

        async with trio.open_nursery() as nursery:
            for telephone in (ann, ben):
                nursery.start_soon(listen, telephone)
                nursery.start_soon(telephone.speak, self._words[telephone.name])
        for name, who in ((ANN, "Ann"), (BEN, "Ben")):
            path = self.folder / f"{who.lower()}-heard.wav"
            heard[name].save(path)
            self.levels[who] = heard[name].dbm0
            self._step(f"{who} heard {LISTEN_S:g} s of speech at {heard[name].dbm0:.1f} dBm0: {path}")

    async def _inward(self, box: RunningBox, fang: Telephone) -> None:
        call = box.hardware.towns["sim"].call("e1a", f"6677{FANG}", "62000001")
        self._step(f"Zhang Wei in town dials 6677{FANG}: SETUP on the E1")
        await fang.rung(within=4)
        shown = await fang.show(within=6)
        self._step(f"Wang Fang's telephone rings and shows {shown.number}")
        fang.lift()
        with trio.move_on_after(4):
            await call.answered.wait()
        if not call.answered.is_set():
            raise NotHeardError("the town was not told that Wang Fang answered")
        self._step("Wang Fang answers: CONNECT on the E1")
        await trio.sleep(1)
        fang.hang_up()
        with trio.move_on_after(4):
            await call.ended.wait()
        self._step("Wang Fang hangs up: RELEASE on the E1")

    async def _outward(self, lei: Telephone) -> None:
        lei.lift()
        await lei.hear_tone("dial", within=4)
        await lei.dial("962000007")
        self._step("Li Lei has dialled 9 62000007: SETUP on the E1")
        await trio.sleep(3)
        lei.hang_up()
        await trio.sleep(1.5)
        self._step("Li Lei hangs up after the operator has answered")


def _texts(group: BaseExceptionGroup[NotHeardError]) -> Iterator[str]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _texts(error)
        else:
            yield str(error)


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--folder", type=Path, default=Path("out"), help="for journal, WAV files and traces (default: out)"
    )
    parser.add_argument("--virtual", action="store_true", help="on a clock that does not wait, and the same each time")
    parser.add_argument("--json", action="store_true", help="print one JSON object at the end")


def run(options: argparse.Namespace) -> int:
    logging.basicConfig(format="%(levelname)s: %(message)s")

    def tell(step: Step) -> None:
        if not options.json:
            print(f"{step.seconds:7.2f} s  {step.text}", flush=True)

    story = Story(options.folder, tell, options.virtual)
    missed: list[str] = []
    try:
        (virtual_time.run if options.virtual else trio.run)(story.play)
    except* NotHeardError as group:
        missed = list(_texts(group))
    result: dict[str, Any] = {
        "steps": [{"s": step.seconds, "text": step.text} for step in story.steps],
        "levels_dbm0": story.levels,
        "records": msgspec.to_builtins(story.records),
        "missed": missed,
        "warnings": story.warnings,
    }
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print("\n".join(["", *story.ladder]))
    for text in missed:
        print(f"strowger: {text}", file=sys.stderr)
    return 1 if missed else 0
