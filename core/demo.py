"""`strowger demo` without a terminal: the sample office on its simulated card, and one whole story through it.

    Zhang Wei in town dials the hot line     a menu; he keys 1 and is in the queue of sales
    Wang Fang, agent 2003 at 8003            her telephone rings and shows his number; she answers; both speak
    she asks Li Lei (8004), and hangs up     Zhang Wei and Li Lei speak; the call is recorded throughout
    Li Na in town dials the hot line         keys 9, speaks after the tone: a message in the mailbox 8900

What is heard is measured, and stands in its step. At the end the first call stands as a ladder, out of the journal, and
the records of all. All of it is the box's own, from card to journal; only the people are simulated. In real time by
default; --virtual plays it on a clock that does not wait, the same each time. Exit code 1: somebody has not heard what
he should.
"""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import trio

from core.config.commits import Commits
from core.config.configuration import Configuration
from core.daemon import locked
from core.queues import log_on
from core.records import table
from core.running import RunningBox
from core.sample import SAMPLE
from core.store.ladder import ladder, legend
from core.store.reader import NAME as JOURNAL
from core.store.records import CallRecord, records
from core.texts import _
from hw import virtual_time, wall_clock
from hw.card import HardwareError
from hw.clips import Clip
from hw.signalling.line import Party
from hw.sim.party import NotHeardError, Speech
from hw.sim.public_trunk import TownCall
from hw.sim.telephone import Telephone
from hw.speech import speech
from hw.tones import dtmf

AGENT, FANG, LEI, BOX = "2003", "8003", "8004", "8900"
WEI, NA = Party("62000001", name="Zhang Wei"), Party("62000003", name="Li Na")
HOT_LINE, WAY = "66778800", "e1a"
WORDS = {
    "Zhang Wei": ("cmn-latn-pinyin", "您好，我想订购十二盏蓝色的台灯。"),
    "Wang Fang": ("cmn-latn-pinyin", "您好，这里是销售部，我是王芳，请讲。"),
    "Li Lei": ("en", "Hello, this is Li Lei. Yes, the blue lamps are in stock."),
    "Li Na": ("en", "Hello, this is Li Na. Please call me back about my order, thank you."),
}
LEVEL_DBM0 = -20.0
LOUD_DBM0 = -40.0
"""What is quieter is no speech."""
SOON_S = 30.0
LOOK_S = 0.1


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
        """By "who heard whom", dBm0."""
        self.records: list[CallRecord] = []
        self.ladder: list[str] = []
        self.recordings: list[str] = []
        """Files, below the folder of recordings."""
        self.messages: list[str] = []
        """Files of messages, below the data folder."""
        self.warnings: list[str] = []
        self._tell = tell
        self._virtual = virtual
        self._begin = 0.0
        # Before time runs: making speech blocks.
        self._words = {name: Clip(speech(words, voice, LEVEL_DBM0)) for name, (voice, words) in WORDS.items()}
        self._box: RunningBox

    def _step(self, text: str) -> None:
        step = Step(trio.current_time() - self._begin, text)
        self.steps.append(step)
        self._tell(step)

    async def play(self) -> None:
        """Raises NotHeardError: what should have been heard was not."""
        socket = None if self._virtual else self.folder / "control.sock"
        configuration = Configuration(Commits(self.folder / "config"), [SAMPLE], threaded=not self._virtual)
        box = await configuration.start()
        self._box = RunningBox(box, self.folder, socket=socket, configuration=configuration, virtual=self._virtual)
        async with trio.open_nursery() as nursery:
            await nursery.start(self._box.run)
            self.warnings = self._box.hardware.plane.warnings
            self._begin = trio.current_time()
            first = self._box.journal.last
            try:
                telephones = self._box.hardware.towns["sim"].telephones
                await self._until("the menu", lambda: bool(self._box.flows.flows()))
                await self._served(telephones[FANG], telephones[LEI])
                await self._leaves_a_message()
                await trio.sleep(2)
                await self._look_back(first)
            finally:
                self._box.stop("the demo is over", 0)

    # ---- Zhang Wei, Wang Fang, Li Lei ----

    async def _served(self, fang: Telephone, lei: Telephone) -> None:
        log_on.take_seat(self._box.queues, FANG, AGENT)
        self._step(f"Wang Fang logs on at {FANG} as agent {AGENT}, and is ready")
        wei = await self._calls_the_hot_line(WEI)
        await self._keys(wei, "1")
        self._step("he keys 1: sales")
        await fang.rung(within=SOON_S)
        shown = await fang.show(within=6)
        self._step(f"Wang Fang's telephone rings and shows {shown.number}")
        fang.lift()
        await trio.sleep(1)
        await self._says("Wang Fang", fang, "Zhang Wei", wei)
        await self._answers("Zhang Wei", wei, "Wang Fang", fang)
        await fang.flash()
        await fang.hear_tone("dial", within=6)
        await fang.dial(LEI)
        self._step(f"Wang Fang presses the hook key and dials {LEI}; Zhang Wei hears music")
        await lei.rung(within=SOON_S)
        lei.lift()
        await trio.sleep(1)
        self._step("Li Lei lifts; Wang Fang asks him, and hangs up: she has transferred the call")
        fang.hang_up()
        await trio.sleep(1)
        await self._says("Li Lei", lei, "Zhang Wei", wei)
        await self._answers("Zhang Wei", wei, "Li Lei", lei)
        wei.hang_up()
        self._step("Zhang Wei hangs up")
        tone = await lei.hear_tone("busy", within=SOON_S)
        self._step(f"Li Lei hears busy tone, {tone.hz:.0f} Hz at {tone.dbm0:.1f} dBm0, and hangs up")
        lei.hang_up()

    async def _calls_the_hot_line(self, caller: Party) -> TownCall:
        city = self._box.hardware.towns["sim"].cities[WAY]
        await self._until("line in service", lambda: any(not line.service for line in city.lines))
        call = city.call(HOT_LINE, caller)
        self._step(f"{caller.name} in town dials {HOT_LINE}: SETUP on the E1")
        with trio.move_on_after(SOON_S):
            await call.answered.wait()
        if not call.answered.is_set():
            raise NotHeardError(f"the town was not told that the hot line has answered {caller.name}")
        words = await self._until("words of the menu", lambda: self._told(caller.number))
        self._step(f'the hot line answers and says "{words}"')
        return call

    async def _keys(self, call: TownCall, keys: str) -> None:
        await trio.sleep(1)
        call.say(dtmf(keys))

    def _told(self, number: str) -> str:
        """The words that a caller hears now; empty: none."""
        for call in self._box.exchange.calls.values():
            for leg in call.legs:
                if leg.party.number == number and leg.treatment is not None and leg.treatment.words:
                    return leg.treatment.words
        return ""

    async def _says(self, who: str, telephone: Telephone, whom: str, call: TownCall) -> None:
        """Into the telephone; heard in town."""
        path = self.folder / f"{whom}-heard-{who}.wav".lower().replace(" ", "-")
        path.unlink(missing_ok=True)
        tape = await self._box.hardware.plane.record(call.line.port, path)
        await telephone.speak(self._words[who])
        await trio.sleep(0.5)
        self._box.hardware.plane.record_stop(call.line.port)
        await tape.closed()
        self._heard(whom, who, Speech.read(path), path)

    async def _answers(self, who: str, call: TownCall, whom: str, telephone: Telephone) -> None:
        """From town; heard at the telephone."""
        path = self.folder / f"{whom}-heard-{who}.wav".lower().replace(" ", "-")
        clip = self._words[who]
        call.say(clip)
        heard = await telephone.listen(clip.ms / 1000 + 0.5)
        heard.save(path)
        self._heard(whom, who, heard, path)

    def _heard(self, who: str, whom: str, heard: Speech, path: Path) -> None:
        self.levels[f"{who} heard {whom}"] = heard.dbm0
        if heard.dbm0 < LOUD_DBM0:
            raise NotHeardError(f"{who} should have heard {whom}; it was {heard.dbm0:.1f} dBm0")
        self._step(f'{whom}: "{WORDS[whom][1]}" {who} heard it at {heard.dbm0:.1f} dBm0: {path}')

    # ---- Li Na ----

    async def _leaves_a_message(self) -> None:
        na = await self._calls_the_hot_line(NA)
        await self._keys(na, "9")
        self._step("she keys 9: a message")
        incoming = self.folder / "voicemail" / BOX / "incoming"
        await self._until("the tone of the mailbox", lambda: list(incoming.glob("*.wav")))
        await trio.sleep(0.5)
        clip = self._words["Li Na"]
        na.say(clip)
        await trio.sleep(clip.ms / 1000 + 0.5)
        na.hang_up()
        self._step(f'after the tone she says "{WORDS["Li Na"][1]}" and hangs up')
        kept = self.folder / "voicemail" / BOX
        found = await self._until("the message", lambda: [p for p in kept.rglob("*.wav") if "incoming" not in p.parts])
        self.messages = [str(path.relative_to(self.folder)) for path in found]
        self._step(f"the message is in mailbox {BOX}: {self.folder / self.messages[0]}")

    # ---- afterwards ----

    async def _look_back(self, first: int) -> None:
        events = await self._box.rooms.journal.find(first, 0, "", (), 10_000)
        self.records = list(records(events))
        served = next(event.call for event in events if event.kind == "Served")
        self.ladder = ladder(await self._box.rooms.journal.of_call(served))
        self.recordings = [event.data["file"] for event in events if event.kind == "RecordingEnded"]
        for file in self.recordings:
            self._step(f"recorded, each side on a channel of its own: {self.folder / 'recordings' / file}")
        if not self.recordings:
            raise NotHeardError("the call should have been recorded, and was not")

    async def _until(self, what: str, condition: Callable[[], Any]) -> Any:
        with trio.move_on_after(SOON_S):
            while True:
                if found := condition():
                    return found
                await trio.sleep(LOOK_S)
        raise NotHeardError(f"no {what} within {SOON_S:g} s")


def _texts(group: BaseExceptionGroup[NotHeardError]) -> Iterator[str]:
    for error in group.exceptions:
        if isinstance(error, BaseExceptionGroup):
            yield from _texts(error)
        else:
            yield str(error)


def _stage(folder: Path) -> Path:
    """An empty folder; the story of before goes. HardwareError: it cannot be made, or is not ours."""
    try:
        if (folder / JOURNAL).exists():
            with locked(folder):
                shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise HardwareError(
                _("{folder}: there is something else in it").format(folder=folder),
                action=_("name another folder: --folder DIR"),
            )
    except OSError as error:
        raise HardwareError(
            f"{folder}: {error.strerror or error}", action=_("name another folder: --folder DIR")
        ) from error
    return folder


def play(folder: Path, *, virtual: bool = False, as_json: bool = False) -> int:
    """The exit code. The story is played anew each time, in `folder`/story."""
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.ERROR)
    stage = _stage(folder / "story")

    def tell(step: Step) -> None:
        if not as_json:
            print(f"{step.seconds:7.2f} s  {step.text}", flush=True)

    story = Story(stage, tell, virtual)
    missed: list[str] = []
    try:
        (virtual_time.run if virtual else trio.run)(story.play)
    except* NotHeardError as group:
        missed = list(_texts(group))
    result: dict[str, Any] = {
        "steps": [{"s": step.seconds, "text": step.text} for step in story.steps],
        "levels_dbm0": story.levels,
        "records": msgspec.to_builtins(story.records),
        "recordings": story.recordings,
        "messages": story.messages,
        "missed": missed,
        "warnings": story.warnings,
    }
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
    else:
        print("\n".join(["", *story.ladder, legend(), "", *table(story.records, wall_clock.now())]))
    for text in missed:
        print(f"strowger: {text}", file=sys.stderr)
    return 1 if missed else 0
