"""The acts at the card: find it, give its spans a use, write the driver's files and load them, judge the alarms."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from core.texts import N_, _
from firmware.detect import detect, none_found, simulated
from firmware.setup import drivers, finding, trials
from firmware.setup.dialogue import Back, Mark, answer
from firmware.setup.hands import command, written
from firmware.setup.picture import Trial, Use
from firmware.setup.plan import planned, use_of
from firmware.setup.question import Choice, Question
from hw.card import Alarm, HardwareError, SpanInfo
from hw.dahdi.span import read_spans
from hw.plane import Plane
from hw.sim.card import SimCard

if TYPE_CHECKING:
    from firmware.setup.wizard import Wizard

JUDGE_S = 3.0
"""So long after loading an alarm may still go by itself."""


# ---- cards ----


async def cards(w: Wizard) -> None:
    """Until every card is ready, or the person goes on without."""
    while True:
        await look(w)
        if w.picture.simulated:
            w.say(_("A simulated card is in place of a real one: everything is as on a real card, and nothing rings."))
            _tell_spans(w)
            return
        found = detect(w.site.root)
        verdicts = [(f"{card.name} ({card.place})", card.verdict) for card in found] or [("", none_found())]
        for name, verdict in verdicts:
            good = verdict.code == "CARD-READY"
            w.say(": ".join(filter(None, (name, verdict.sentence))), Mark.GOOD if good else Mark.BAD)
            if verdict.next_step:
                w.say(verdict.next_step, Mark.HINT)
        codes = {verdict.code for _name, verdict in verdicts}
        if codes == {"CARD-READY"}:
            _tell_spans(w)
            return
        if "CARD-NOT-LOADED" in codes:
            missing = [card.driver for card in found if card.verdict.code == "CARD-NOT-LOADED"]
            if await w.confirm("cards.load", N_("Load {names} now?"), names=", ".join(missing)):
                for driver in missing:
                    await command(["modprobe", driver])
                continue
        assign = N_("Assign the spans now? The step after next pins them.")
        if "CARD-NO-SPANS" in codes and await w.confirm("cards.assign", assign):
            paths = [Path(device.path) for card in found for device in card.devices]
            await trio.to_thread.run_sync(_assign, paths)
            continue
        question = Question(
            "cards.go_on",
            N_("Look again?"),
            "again",
            choices=(
                Choice("again", N_("look again")),
                *((Choice("on", N_("go on with the spans that are there")),) if w.picture.spans else ()),
            ),
        )
        if await answer(w.dialogue, question) == "on":
            _tell_spans(w)
            return


async def look(w: Wizard) -> None:
    """The spans anew; what was answered about them stays."""
    if w.picture.simulated:
        infos = _simulated_spans()
        w.picture.spans = finding.simulated(infos)
        w.picture.cards = [simulated(infos).name]
        return
    root = w.site.root
    modules = await trio.to_thread.run_sync(finding.scanned)
    w.picture.spans = finding.read_spans(modules, root / finding.SYSFS.relative_to("/"))
    found = detect(root)
    w.picture.cards = [f"{card.name} ({card.place})" for card in found]
    w.picture.drivers = [card.driver for card in found]


def _assign(devices: Sequence[Path]) -> None:
    """OSError: the driver does not take it."""
    for device in devices:
        (device / "auto_assign").write_text("1")


def _simulated_spans() -> tuple[SpanInfo, ...]:
    plane = Plane(virtual=True)
    card = SimCard(plane)
    try:
        return card.spans()
    finally:
        plane.close()
        card.free()


def _tell_spans(w: Wizard) -> None:
    for span in w.picture.spans:
        text = _("span {number}: {name}, channels {first} to {last}, at {key}")
        w.say(
            text.format(number=span.number, name=span.name, first=span.first, last=span.last, key=span.key), Mark.GOOD
        )
        if span.may_be == (Use.NONE,):
            w.say(
                _("It cannot be used: it is no E1 (a jumper, or default_linemode=e1 of its driver) or has no module.")
            )


async def spans(w: Wizard) -> None:
    """HardwareError: nothing would be used."""
    if all(use_of(w.picture, span) is Use.NONE for span in w.picture.spans):
        raise HardwareError(_("no span is used"), action=_("go back, and give at least one span a use"))


# ---- driver ----


async def driver(w: Wizard) -> None:
    plan = planned(w.picture)
    texts = drivers.files(plan, w.picture)
    if not await written(w, {w.site.etc / path: text for path, text in texts.items()}):
        raise Back
    if w.picture.simulated:
        w.say(_("On a real card this is now loaded into the driver (dahdi_cfg); the simulated one needs nothing."))
        return
    output = await command(["dahdi_cfg", "-c", str(w.site.etc / drivers.SYSTEM)])
    w.say(_("The driver has taken it."), Mark.GOOD)
    for line in output.splitlines()[-5:]:
        w.say(line)
    if drivers.MODPROBE in texts:
        names = " ".join(sorted({name for name in w.picture.drivers if name in drivers.WITH_OPERMODE}))
        said = _("The country of analog ports counts when their module is loaded next: at a restart, or now by")
        w.say(said, Mark.HINT)
        w.say(f"modprobe -r {names}; modprobe {names}; dahdi_cfg", Mark.HINT)


# ---- alarms ----


async def alarms(w: Wizard) -> None:
    """Until all spans in use are well, or the person goes on."""
    while True:
        w.dialogue.progress(_("Waiting {seconds:g} s for the spans to settle").format(seconds=JUDGE_S))
        await trio.sleep(JUDGE_S)
        used = {span.number: span for span in w.picture.spans if use_of(w.picture, span) is not Use.NONE}
        infos = _simulated_spans() if w.picture.simulated else read_spans()
        in_alarm = []
        for info in infos:
            if info.number not in used:
                continue
            if not info.alarms:
                w.say(_("span {number} ({name}): no alarm").format(number=info.number, name=info.name), Mark.GOOD)
                continue
            in_alarm.append(info)
            for meaning, remedy in finding.alarm_words(info):
                w.say(f"{info.number} ({info.name}): {meaning}", Mark.BAD)
                w.say(remedy, Mark.HINT)
        w.picture.trials["alarms"] = _alarm_trial(in_alarm)
        if not in_alarm or await _after_alarm(w, in_alarm):
            return


def _alarm_trial(in_alarm: Sequence[SpanInfo]) -> Trial:
    if not in_alarm:
        return Trial("alarms", trials.PASS, _("No span is in alarm."))
    names = ", ".join(f"{info.name} ({', '.join(alarm.name or '' for alarm in info.alarms)})" for info in in_alarm)
    return Trial("alarms", trials.FAIL, _("In alarm: {names}.").format(names=names))


async def _after_alarm(w: Wizard, in_alarm: Sequence[SpanInfo]) -> bool:
    """True: on to the next step all the same."""
    with_crc4 = {digital.span.number: digital.span for digital in planned(w.picture).digital if digital.crc4}
    unsure = [with_crc4[info.number] for info in in_alarm if info.number in with_crc4 and info.alarms & Alarm.RED]
    question = Question(
        "alarms.next",
        N_("And now?"),
        "again",
        choices=(
            Choice("again", N_("look again")),
            *((Choice("crc4", N_("try without CRC4: many carriers have none")),) if unsure else ()),
            Choice("on", N_("go on all the same")),
        ),
    )
    match await answer(w.dialogue, question):
        case "on":
            return True
        case "crc4":
            for span in unsure:
                w.picture.answers[f"span.{span.key}.crc4"] = "no"
            await driver(w)
    return False
