"""`strowger demo`: one call between two simulated telephones, with times and measured levels.

    Ann (11) lifts, hears dial tone, dials 12      Ben's telephone rings and shows 11; Ann hears ring-back
    Ben lifts; both speak at once                  what each heard is measured and written as WAV
    Ann hangs up                                   Ben hears busy tone, hangs up; both lines are free

Everything is the box's own: media plane, simulated card, station lines. Only the switching is a dozen lines of this
file, until there is an exchange. In real time by default; --virtual plays it on a clock that does not wait.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import trio

from hw import virtual_time
from hw.clips import Clip
from hw.plane import Plane
from hw.signalling.analog.station import Station, StationSettings
from hw.signalling.line import Call, Dialled, Established, Line, LineKind, Party, Released, Seized, Telling
from hw.signalling.q850 import Cause
from hw.signalling.shell import ChannelLine
from hw.sim.card import SimCard
from hw.sim.party import NotHeardError, Speech
from hw.sim.span import Stations
from hw.sim.telephone import Telephone
from hw.sounds import CountrySounds
from hw.speech import speech
from hw.timers import Timers

ANN, BEN = "11", "12"
WORDS = {
    ANN: ("en", "Hello Ben, this is the first call through Strowger. Can you hear me well?"),
    BEN: ("cmn-latn-pinyin", "你好，安。我听得很清楚，声音非常好。"),
}
LEVEL_DBM0 = -20.0
LISTEN_S = 5.0


class Switchboard:
    """Joins two of its stations by their two-digit numbers. One call at a time."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self.stations: dict[str, ChannelLine] = {}
        self._dialled = ""
        self._caller: Line | None = None
        self._called: Line | None = None

    def told(self, line: Line, telling: Telling) -> None:
        match telling:
            case Seized():
                self._caller, self._dialled = line, ""
            case Dialled(digits=digits, complete=complete) if line is self._caller:
                self._dialled += digits
                if len(self._dialled) == 2 or complete:
                    self._connect(line)
            case Established() if line is self._called and self._caller is not None:
                self._caller.answer()
                self._plane.connect(self._caller.port, line.port)
            case Released() if line in (self._caller, self._called):
                self._plane.part(line.port)
                other = self._called if line is self._caller else self._caller
                self._caller = self._called = None
                if other is not None:
                    other.release()

    def _connect(self, caller: Line) -> None:
        called = self.stations.get(self._dialled)
        if called is None:
            caller.release(Cause.UNALLOCATED)
            return
        self._called = called
        called.place(Call(self._dialled, complete=True, calling=Party(caller.name), ring="internal"))
        caller.alert()


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the story: seconds since its begin, and what was seen or measured."""

    seconds: float
    text: str


class Story:
    """Plays the call and keeps its steps."""

    def __init__(self, folder: Path, tell: Callable[[Step], None], virtual: bool) -> None:
        self.folder = folder
        self.steps: list[Step] = []
        self.levels: dict[str, float] = {}
        self._tell = tell
        self.plane = Plane(virtual=virtual)
        self._card = SimCard(self.plane, [Stations(2)])
        self._timers = Timers()
        self._board = Switchboard(self.plane)
        self._begin = 0
        # Before time runs: making speech blocks.
        self._words = {number: Clip(speech(words, voice, LEVEL_DBM0)) for number, (voice, words) in WORDS.items()}

    def _step(self, text: str) -> None:
        step = Step((self.plane.time - self._begin) / 8000, text)
        self.steps.append(step)
        self._tell(step)

    async def play(self) -> None:
        """Raises NotHeardError: what should have been heard was not."""
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            async with trio.open_nursery() as nursery:
                await nursery.start(self.plane.run)
                nursery.start_soon(self._card.run)
                await nursery.start(self._timers.run)
                await self._call()
                for line in self._board.stations.values():
                    line.close()
                self._card.close()
                nursery.cancel_scope.cancel()
        finally:
            self.plane.close()
            self._card.free()

    async def _call(self) -> None:
        sounds = CountrySounds("cn")
        telephones = {}
        for number, info in zip((ANN, BEN), self._card.spans()[0].channels, strict=True):
            machine = Station(StationSettings(), info.abilities)
            channel = self._card.open(info.number)
            self._board.stations[number] = ChannelLine(
                number,
                LineKind.STATION,
                channel,
                machine,
                self.plane,
                self._timers,
                sounds,
                self._board.told,
                traces=self.folder / "trace",
            )
            telephones[number] = Telephone(self.plane, self._card.far(info.number), name=number)
        ann, ben = telephones[ANN], telephones[BEN]
        self._begin = self.plane.time

        ann.lift()
        tone = await ann.hear_tone("dial", within=4)
        self._step(f"Ann lifts and hears dial tone, {tone.hz:.0f} Hz at {tone.dbm0:.1f} dBm0")
        await ann.dial(BEN)
        self._step(f"Ann has dialled {BEN}")
        await ben.rung(within=2)
        self._step("Ben's telephone rings")
        shown = await ben.show(within=6)
        self._step(f"Ben's display shows {shown.number}")
        tone = await ann.hear_tone("ringback", within=8)
        self._step(f"Ann hears ring-back tone, {tone.hz:.0f} Hz at {tone.dbm0:.1f} dBm0")
        ben.lift()
        self._step("Ben lifts: they are connected")
        await trio.sleep(0.3)
        await self._talk(ann, ben)
        ann.hang_up()
        self._step("Ann hangs up")
        tone = await ben.hear_tone("busy", within=5)
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


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--folder", type=Path, default=Path("out"), help="for WAV files and traces (default: out)")
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
        missed = [str(error) for error in group.exceptions]
    result: dict[str, Any] = {
        "steps": [{"s": step.seconds, "text": step.text} for step in story.steps],
        "levels_dbm0": story.levels,
        "missed": missed,
        "warnings": story.plane.warnings,
    }
    if options.json:
        print(json.dumps(result, ensure_ascii=False))
    for text in missed:
        print(f"strowger: {text}", file=sys.stderr)
    return 1 if missed else 0
