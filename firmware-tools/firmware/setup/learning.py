"""Learns the analog lines: from line to line where their numbers are known, else with somebody's help.

    rounds(["line1", "line2", "line3"])     [[(line1, line2)], [(line2, line3)], [(line3, line1)]]

Each line calls the next one, and the last one the first, so that every line is learned as caller and as called; pairs
that have no line in common call at the same time. What one line learned is merged in the order of the calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol

import trio

from core.config.model.box import Box
from core.hardware import Hardware
from core.texts import _
from firmware.setup.person import INSTRUCTIONS
from hw.signalling.analog.learn import Ask, Findings, Instruction, LearnError, learn_guided, learn_pair
from hw.signalling.analog.probe import Probe
from hw.signalling.analog.profile import LineProfile, write_profile

Pair = tuple[str, str]


class House(Protocol):
    """Of which the lines are: one of their own (house.py), or the running box that lends them (on_lent.py)."""

    @property
    def box(self) -> Box: ...

    @property
    def hardware(self) -> Hardware: ...

    def probe(self, name: str) -> AbstractContextManager[Probe]:
        """A line's port, without its signalling."""


@dataclass
class Learned:
    """By line: the profile as its file says it, what was found in words, and why it could not be learned."""

    profiles: dict[str, str] = field(default_factory=dict)
    words: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, LearnError] = field(default_factory=dict)

    def with_also(self, other: Learned) -> Learned:
        """Of both."""
        return Learned(self.profiles | other.profiles, self.words | other.words, self.failed | other.failed)


def rounds(lines: Sequence[str]) -> list[list[Pair]]:
    """Pairs of caller and called, in rounds in which no line stands twice. Fewer than two lines: none."""
    if len(lines) < 2:
        return []
    pairs = [(line, lines[(at + 1) % len(lines)]) for at, line in enumerate(lines)]
    made: list[list[Pair]] = []
    for pair in pairs:
        free = (one for one in made if not any(set(pair) & set(other) for other in one))
        place = next(free, None)
        if place is None:
            made.append([pair])
        else:
            place.append(pair)
    return made


async def among_themselves(house: House, numbers: Mapping[str, str], progress: Callable[[str], None]) -> Learned:
    """numbers: by line. Nobody has to do anything; some 90 s a round."""
    learned = Learned()
    found: dict[str, Findings] = {}
    all_rounds = rounds(list(numbers))

    async def one(pair: Pair) -> None:
        caller, called = pair
        try:
            with house.probe(caller) as first, house.probe(called) as second:
                results = await learn_pair(first, second, numbers[called])
        except LearnError as error:
            learned.failed[caller] = error
            return
        for name, result in zip(pair, results, strict=True):
            found[name] = merged(found[name], result) if name in found else result

    for at, pairs in enumerate(all_rounds, 1):
        names = ", ".join(_("{caller} calls {called}").format(caller=one, called=other) for one, other in pairs)
        text = _("round {at} of {of}, up to two minutes: {names}")
        progress(text.format(at=at, of=len(all_rounds), names=names))
        async with trio.open_nursery() as calls:
            for pair in pairs:
                calls.start_soon(one, pair)
    for name, result in found.items():
        _keep(house, learned, name, result)
    return learned


async def with_help(house: House, line: str, number: str, tell: Callable[[str], None], asked: Ask | None) -> Learned:
    """number: of the helper's telephone, which is called; "": it is not. asked: instead of telling him (the town)."""
    learned = Learned()

    async def told(instruction: Instruction) -> None:
        tell(_(INSTRUCTIONS[instruction]))

    try:
        with house.probe(line) as probe:
            result = await learn_guided(probe, asked or told, number)
    except LearnError as error:
        learned.failed[line] = error
    else:
        _keep(house, learned, line, result)
    return learned


def merged(first: Findings, second: Findings) -> Findings:
    """What either call found; the later one counts."""
    values = {
        name: getattr(second, name) if getattr(second, name) is not None else getattr(first, name)
        for name in Findings.__dataclass_fields__
    }
    return Findings(**values)


def _keep(house: House, learned: Learned, name: str, found: Findings) -> None:
    trunk = next(trunk for trunk in house.box.trunk if trunk.name == name)
    profile = found.into(house.hardware.profile(trunk))
    learned.profiles[name] = write_profile(profile)
    learned.words[name] = words(profile, found)


def words(profile: LineProfile, found: Findings) -> list[str]:
    """What was found out, a line each."""
    said = []
    if found.dial is not None:
        said.append(_("dials by {how}").format(how=_("keys (DTMF)") if found.dial == "dtmf" else _("pulses")))
    if found.caller_id is not None:
        said.append(_("caller's number by {how}").format(how=_(found.caller_id)))
    if found.answer is not None:
        turned = found.answer == "reversal"
        said.append(_("answer shown by reversal") if turned else _("answer not shown, inferred from speech"))
    if found.hang_up_tone is not None:
        tone = _("hang-up tone {tone}").format(tone=profile.hang_up_tone)
        late = found.hang_up_after_s
        said.append(tone + (", " + _("after {seconds:.1f} s").format(seconds=late) if late is not None else ""))
    if found.loop_break_ms is not None:
        said.append(_("hang-up also by a break of the loop"))
    if found.hang_up_by_reversal:
        said.append(_("hang-up also by reversal"))
    for value, text in (
        (found.tone_dbm0, _("tones {value:.1f} dBm0")),
        (found.loss_db, _("loss {value:.1f} dB")),
        (found.noise_dbm0, _("noise {value:.0f} dBm0")),
        (found.echo_return_loss_db, _("echo return loss {value:.0f} dB")),
    ):
        if value is not None:
            said.append(text.format(value=value))
    return said
