"""Learning the analog lines: from line to line, or with somebody's help."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from core.config.model.box import Box
from core.config.reading import parse
from core.texts import N_, _
from firmware.setup import learning, trials
from firmware.setup.box_files import edited
from firmware.setup.dialogue import Mark, answer
from firmware.setup.house import House, opened
from firmware.setup.person import INSTRUCTIONS, Townsman
from firmware.setup.picture import Trial, save
from firmware.setup.plan import Plan, planned
from firmware.setup.question import Choice, Question, digits
from hw.signalling.analog.learn import Instruction

if TYPE_CHECKING:
    from firmware.setup.wizard import Wizard


async def learn(w: Wizard) -> None:
    plan = planned(w.picture)
    if not plan.trunks:
        w.say(_("There are no analog lines."))
        return
    numbers = {trunk.name: trunk.number for trunk in plan.trunks if trunk.number}
    alone = len(numbers) < 2
    ways: tuple[Choice, ...] = (
        Choice("help", N_("with a helper at a telephone outside, line by line")),
        Choice("skip", N_("not now")),
    )
    if not alone:
        ways = (Choice("pairs", N_("by calling from line to line; nobody has to do anything")), *ways)
    how = Question(
        "learn.how",
        N_("How are the lines learned?"),
        "skip" if alone and w.picture.simulated else ways[0].value,
        choices=ways,
        why=N_("The calls cost what local calls cost. A line that was not learned has the country's defaults."),
    )
    chosen = await answer(w.dialogue, how)
    if chosen == "skip":
        return
    async with opened(w.site, _box(plan)) as house:
        if chosen == "pairs":
            learned = await learning.among_themselves(house, numbers, w.dialogue.progress)
            _tell_learned(w, learned)
            return
        for trunk in plan.trunks:
            if not await w.confirm("learn.line", N_("Learn {line} now?"), line=trunk.name):
                continue
            helper = Question("learn.helper", N_("Number of the helper's telephone; nothing: it is not called"), "",
                              digits(0, 20))  # fmt: skip
            number = await answer(w.dialogue, helper)
            town = _Helper(house, trunk.name, w) if w.picture.simulated else None
            tell = partial(w.say, mark=Mark.HINT)
            _tell_learned(w, await learning.with_help(house, trunk.name, number, tell, town.ask if town else None))


class _Helper:
    """The simulated town's."""

    def __init__(self, house: House, line: str, w: Wizard) -> None:
        (town,) = house.hardware.towns.values()
        self._person = Townsman(town, house.hardware.plane, house.nursery)
        self._line = line
        self._w = w

    async def ask(self, instruction: Instruction) -> None:
        self._w.say(_(INSTRUCTIONS[instruction]), Mark.HINT)
        match instruction:
            case Instruction.CALL_THE_LINE:
                await self._person.calls(self._line, "")
            case Instruction.HANG_UP:
                await self._person.hangs_up()
            case Instruction.ANSWER:
                await self._person.answers(self._line)


def _tell_learned(w: Wizard, learned: learning.Learned) -> None:
    w.picture.profiles |= learned.profiles
    for name, words in learned.words.items():
        w.say(f"{name}: {'; '.join(words)}", Mark.GOOD)
        w.picture.trials[f"{name}.learned"] = Trial(f"{name}.learned", trials.PASS, f"{name}: {'; '.join(words)}")
    for name, error in learned.failed.items():
        w.say(str(error), Mark.BAD)
        if name not in learned.words:
            w.picture.trials[f"{name}.learned"] = Trial(f"{name}.learned", trials.ABORT, str(error))
    save(w.picture, w.site.kept)


def _box(plan: Plan) -> Box:
    """The lines of the plan alone, before there are files."""
    texts = edited(plan, {}, {})
    return parse({name: text.encode() for name, text in texts.items()}).box
