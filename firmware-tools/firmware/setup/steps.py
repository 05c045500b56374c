"""The steps from the card to the first call: a table, and where in it one stands.

    office ─ cards ─ spans ─ driver ─ alarms ─ lines ─ learn ─ extensions ─ greeting ─ files ─ words ─ calls ─ record
                             writes                                                    writes          tests   prints

A step asks its questions (questions.py), then acts (acts.py). `needs`: the steps that it rests on. Who goes back to one
does it and all that rest on it again. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from core.texts import N_


@dataclass(frozen=True, slots=True)
class Step:
    """title: what is done; why: one sentence for a newcomer; writes: what is written when it was confirmed."""

    name: str
    title: str
    why: str
    needs: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()


STEPS = (
    Step(
        "office",
        N_("The office"),
        N_("Name, country and language: tones, ringing and number rules follow from the country."),
    ),
    Step(
        "cards",
        N_("The cards"),
        N_("Looks for telephony cards, and says what is missing: driver, firmware, module."),
        ("office",),
    ),
    Step(
        "spans",
        N_("What each span is for"),
        N_("A span is a plug of a card: telephones, analog lines, or an E1 of the carrier."),
        ("cards",),
    ),
    Step(
        "driver",
        N_("The driver's files"),
        N_("Pins the spans to their cards, sets signalling and framing, and loads it all."),
        ("spans",),
        ("dahdi/system.conf", "dahdi/assigned-spans.conf", "modprobe.d/strowger-dahdi.conf"),
    ),
    Step(
        "alarms",
        N_("Alarms"),
        N_("Waits three seconds, then says of each span whether it is well, what an alarm means and what to do."),
        ("driver",),
    ),
    Step(
        "lines",
        N_("The lines to the network"),
        N_("The numbers that the carrier has given to the lines."),
        ("alarms",),
    ),
    Step(
        "learn",
        N_("Learning the analog lines"),
        N_("Calls from line to line and finds out tones, hang-up signal, caller's number and levels of each."),
        ("lines",),
    ),
    Step(
        "extensions",
        N_("Extensions"),
        N_("Numbers for the telephones, what they may call, and which one answers for the house."),
        ("lines",),
    ),
    Step(
        "greeting",
        N_("The greeting"),
        N_("What callers from outside hear before the front desk rings."),
        ("extensions",),
    ),
    Step(
        "files",
        N_("The box's files"),
        N_("Shows what changes in the configuration, writes it and puts it to work."),
        ("extensions", "greeting"),
        ("strowger/*.toml", "strowger/flows/greeting.toml", "lines/*.toml", "prompts/setup.toml"),
    ),
    Step(
        "words",
        N_("Recording the greeting"),
        N_("The greeting is taken from a file, or spoken into a telephone of the house."),
        ("files",),
        ("prompts",),
    ),
    Step(
        "calls",
        N_("Test calls"),
        N_("Out: level, echo, digits. In: the caller's number. Hanging up is seen from each side within 2 s."),
        ("files",),
    ),
    Step(
        "record",
        N_("Acceptance record"),
        N_("What was set up, measured and tried, as text and PDF, for the customer's signature."),
        ("files",),
        ("acceptance-*.txt", "acceptance-*.pdf"),
    ),
)

BY_NAME = {step.name: step for step in STEPS}
NAMES = tuple(step.name for step in STEPS)


def following(done: Iterable[str]) -> Step | None:
    """The first step that is not done; None: all are."""
    there = set(done)
    return next((step for step in STEPS if step.name not in there), None)


def after(name: str) -> tuple[str, ...]:
    """The step and all that rest on it, directly or not: they are to be done again when it is."""
    again = {name}
    for step in STEPS:
        if again & set(step.needs):
            again.add(step.name)
    return tuple(step.name for step in STEPS if step.name in again)
