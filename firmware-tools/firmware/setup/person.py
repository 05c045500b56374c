"""Somebody at a telephone outside, who helps with the test calls: a person who is told what to do, or the town's.

    person.calls(way, number)     he calls us
    person.presses("123")
    person.hangs_up()             returns when he has
    person.saw_the_end()          whether his telephone went back to busy tone, or its display to idle

The town does the same around a simulated card, so that the setup can be learned, and tried, without anybody.
"""

from __future__ import annotations

from functools import cache
from typing import Protocol

import trio

from core.texts import N_, _
from firmware.setup.dialogue import Dialogue, Mark, confirmed
from firmware.setup.question import Question, yes_no
from hw.clips import Clip
from hw.plane import Plane
from hw.playback import Audible
from hw.signalling.analog.learn import Instruction
from hw.signalling.line import Connection, Line
from hw.sim.public_exchange import OutsideCall
from hw.sim.town import IncomingCall, Town
from hw.speech import speech
from hw.tones import dtmf

CALLER = "62000001"
"""Of the simulated town."""
SPEAKS_S = 3.0
HEEDS_S = 2.0
"""So long a person takes to do what he is told."""
GREETING = "Hello, good morning, this is the town."
"""Over before it is to be quiet."""
WORDS = "Hello, good morning, this is the town. I can hear you well, please go on speaking."
GREETS_WITHIN_S = 60.0

INSTRUCTIONS = {
    Instruction.CALL_THE_LINE: N_("Call the line from another telephone, and let it ring."),
    Instruction.HANG_UP: N_("Hang up now."),
    Instruction.ANSWER: N_("Your telephone will ring: answer it, and say something."),
    Instruction.WAIT: N_("Stay on the line, and be quiet for some seconds."),
}


@cache
def _said(words: str) -> Clip:
    """Real speech: by it an answer is known that no signal shows. HardwareError: this machine has no synthesiser."""
    return Clip(speech(words, "en", -20.0))


class Person(Protocol):
    async def answers(self, way: str) -> None:
        """He is about to be called."""

    async def calls(self, way: str, number: str) -> None:
        """By a line or span, dialling this number; "": an analog line's own."""

    async def speaks(self) -> None:
        """From now on, for SPEAKS_S at least."""

    async def is_quiet(self) -> None: ...

    async def presses(self, keys: str) -> None: ...

    async def hangs_up(self) -> None:
        """Returns at the moment at which he has."""

    async def saw_the_end(self) -> bool:
        """Within two seconds of our hanging up."""


class Told:
    """A person who is told what to do."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue

    async def answers(self, way: str) -> None:
        self._say(_("The telephone outside will ring: answer it, and say your name."))

    async def calls(self, way: str, number: str) -> None:
        if number:
            self._say(_("Call {number} from a telephone outside, by {way}.").format(number=number, way=way))
        else:
            self._say(_("Call the number of {way} from a telephone outside.").format(way=way))

    async def speaks(self) -> None:
        self._say(_("Speak now, for three seconds."))
        await trio.sleep(HEEDS_S)

    async def is_quiet(self) -> None:
        self._say(_("Be quiet now."))
        await trio.sleep(HEEDS_S)

    async def presses(self, keys: str) -> None:
        self._say(_("Press the keys {keys}.").format(keys=" ".join(keys)))

    async def hangs_up(self) -> None:
        question = Question("person.hangs_up", N_("Hang up, and press Enter at the same moment"), why=N_("Now."))
        await self._dialogue.ask(question)

    async def saw_the_end(self) -> bool:
        text = N_("We have hung up. Did the telephone outside show or sound it within two seconds?")
        return await confirmed(self._dialogue, yes_no("person.saw", text))

    async def heard(self, keys: str) -> str:
        text = N_("We have sent {count} keys. Did you hear so many short tones?")
        there = await confirmed(self._dialogue, yes_no("person.heard", text, count=len(keys)))
        return keys if there else ""

    def _say(self, text: str) -> None:
        self._dialogue.say(text, Mark.HINT)


class Townsman:
    """Somebody of the town around a simulated card."""

    def __init__(self, town: Town, plane: Plane, nursery: trio.Nursery) -> None:
        self._town = town
        self._plane = plane
        self._nursery = nursery
        self._way = ""
        self._call: IncomingCall | None = None

    async def answers(self, way: str) -> None:
        self._way, self._call = way, None
        if way in self._town.lines:
            self._nursery.start_soon(self._greets)

    async def _greets(self) -> None:
        """An answer that is not signalled is known by his voice."""
        line = self._town.lines[self._way]
        with trio.move_on_after(GREETS_WITHIN_S):
            while (link := line.link) is None:  # noqa: ASYNC110 - the line tells nobody
                await trio.sleep(0.1)
            await link.answered.wait()
            self._plays(_said(GREETING))

    async def calls(self, way: str, number: str) -> None:
        self._way = way
        self._call = self._town.call(way, number, CALLER)

    async def speaks(self) -> None:
        self._plays(_said(WORDS))

    async def is_quiet(self) -> None:
        await trio.sleep(SPEAKS_S)

    async def presses(self, keys: str) -> None:
        self._plays(dtmf(keys))

    async def hangs_up(self) -> None:
        far = self._far()
        if self._call is not None:
            self._call.hang_up()
        elif far is not None:
            far.release()
        elif (link := self._town.lines[self._way].link) is not None:
            link.end()

    async def saw_the_end(self) -> bool:
        with trio.move_on_after(2.0):
            while not self._over():  # noqa: ASYNC110 - two kinds of far end, neither tells everything
                await trio.sleep(0.1)
            return True
        return False

    # ---- within ----

    def _far(self) -> Line | None:
        """The far end's channel of a span."""
        city = self._town.cities.get(self._way)
        lines = city.lines if city is not None else ()
        return next((line for line in lines if line.connection is not Connection.NULL), None)

    def _over(self) -> bool:
        if self._call is not None:
            return self._call.ended.is_set()
        if self._way in self._town.cities:
            return self._far() is None
        return not self._town.lines[self._way].lifted

    def _plays(self, what: Audible) -> None:
        far = self._far()
        if far is not None:
            self._plane.play(far.port, [what])
            return
        if isinstance(self._call, OutsideCall):
            self._plane.play(self._call.port, [what], speak=True)
        elif (link := self._town.lines[self._way].link) is not None:
            self._plane.play(link.called_port, [what], speak=True)
