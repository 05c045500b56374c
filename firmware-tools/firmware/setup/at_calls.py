"""The test calls: by every span and analog line, out and in, and to the telephone of the front desk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.texts import N_, _
from firmware.calls import Attended
from firmware.setup import trials
from firmware.setup.at_files import committed
from firmware.setup.dialogue import Mark
from firmware.setup.house import House, opened
from firmware.setup.person import Person, Told, Townsman
from firmware.setup.picture import Trial, save
from firmware.setup.plan import Plan, planned

if TYPE_CHECKING:
    from firmware.setup.wizard import Wizard


async def calls(w: Wizard) -> None:
    """Every span, and every analog line, out and in; one line of each span."""
    plan = planned(w.picture)
    number = w.picture.answer("calls.out")
    ways = [*(digital.name for digital in plan.digital), *(trunk.name for trunk in plan.trunks)]
    async with opened(w.site, committed(w).box) as house:
        for way in ways:
            fill = {"way": way}
            first = way == ways[0]
            why = N_("The first of each kind is enough for a first call; the acceptance wants all.")
            if not await w.confirm("calls.way", N_("Make the test calls by {way}?"), first, why, **fill):
                continue
            await _call_by(w, house, plan, way, number)
        await _telephone(w, house, plan)


async def _call_by(w: Wizard, house: House, plan: Plan, way: str, number: str) -> None:
    lines = house.hardware.lines
    own_lines = [house.line(line.name) for line in lines.spans[way]] if way in lines.spans else [house.line(way)]
    there = await house.in_service(own_lines)
    if not there:
        sentence = _("{way}: no line is in service.").format(way=way)
        _tell_trials(w, [Trial(f"{way}.service", trials.ABORT, sentence, _("Look at alarms and signalling first."))])
        return
    person = _person(w, house)
    plane = house.hardware.plane
    digital = next((one for one in plan.digital if one.name == way), None)
    if number:
        attended = Attended(there[-1], plane)
        _tell_trials(w, await trials.out(attended, number, digital.main if digital else "", person, way))
    called = _called(plan, way)
    all_attended = [Attended(line, plane) for line in there]
    _tell_trials(w, await trials.into(all_attended, called, person, way))


def _called(plan: Plan, way: str) -> str:
    """What a caller dials to come in there; "": the line's own number, which the network does not send."""
    digital = next((one for one in plan.digital if one.name == way), None)
    if digital is None:
        return ""
    return digital.main[: digital.strip] + plan.front if digital.strip else digital.main or plan.front


def _person(w: Wizard, house: House) -> Person:
    if not w.picture.simulated:
        return Told(w.dialogue)
    (town,) = house.hardware.towns.values()
    return Townsman(town, house.hardware.plane, house.nursery)


async def _telephone(w: Wizard, house: House, plan: Plan) -> None:
    """The telephone of the front desk: it rings, is lifted, its keys are heard."""
    if not plan.front or not await w.confirm("calls.front", N_("Ring telephone {number}?"), number=plan.front):
        return
    attended = Attended(house.line(plan.front), house.hardware.plane)
    town = next(iter(house.hardware.towns.values()), None)
    telephone = town.telephones[plan.front] if town is not None else None
    w.say(_("Telephone {number} rings: lift it, press 1 2 3, and hang up.").format(number=plan.front), Mark.HINT)
    _tell_trials(w, await trials.telephone(attended, plan.front, telephone))


def _tell_trials(w: Wizard, found: Sequence[Trial]) -> None:
    for trial in found:
        w.picture.trials[trial.name] = trial
        w.say(trial.sentence, Mark.GOOD if trial.outcome == trials.PASS else Mark.BAD)
        if trial.next_step:
            w.say(trial.next_step, Mark.HINT)
    save(w.picture, w.site.kept)
