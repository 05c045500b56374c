"""`strowger number DIGITS`: what would happen if these digits were dialled, and why. A tool for the installer.

    strowger number 9075512345678 --from 8001
    strowger number 8001 --from e1 --at "2026-10-01 03:00"
    strowger number 9110 --from 8003 --json

Reads the files of the configuration, or those that are to become it: the exchange need not run, and is not asked. What
stations have set themselves (own speed dials, forwards) and limits that calls have used up are not looked at.
Exit codes: 0 the call would go its way, 1 it would not, 2 used wrongly.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from core.config.files import with_shipped
from core.config.model import Box, TrunkGroup
from core.config.reading import Reading, read
from core.numbering.explain import Explanation, Fit, explain
from core.numbering.numbers import Category
from core.numbering.permit import Allowed, Barred, NeedsPin, Permission, Reason
from core.numbering.plan import NumberingPlan
from core.numbering.routes import changed
from core.numbering.target import Analysis, Facts, Outcome, Target, TargetKind
from core.store.moment import FORMS, moment
from core.texts import N_, _, language
from core.width import fit
from hw import wall_clock
from hw.signalling.q850 import Cause

KINDS = {
    TargetKind.STATION: N_("station {name}"),
    TargetKind.FEATURE: N_("service {name}"),
    TargetKind.TRUNK: N_('route "{name}"'),
    TargetKind.HUNT_GROUP: N_("hunt group {name}"),
    TargetKind.CONFERENCE: N_("conference {name}"),
    TargetKind.PARK_ORBIT: N_("parking place {name}"),
    TargetKind.SPEED_DIAL: N_("speed dial {name}"),
    TargetKind.EMERGENCY: N_("emergency number {name}"),
    TargetKind.FLOW: N_('flow "{name}"'),
    TargetKind.QUEUE: N_('queue "{name}"'),
    TargetKind.MAILBOX: N_("mailbox {name}"),
    TargetKind.ANNOUNCEMENT: N_('announcement "{name}"'),
}
CATEGORIES = {
    Category.INTERNAL: N_("internal"),
    Category.LOCAL: N_("local"),
    Category.LONG_DISTANCE: N_("long distance"),
    Category.INTERNATIONAL: N_("international"),
    Category.MOBILE: N_("mobile"),
    Category.SPECIAL: N_("special number"),
    Category.TOLL_FREE: N_("400 or 800"),
    Category.EMERGENCY: N_("emergency"),
    Category.UNKNOWN: N_("of no known form"),
}
VACANT = {
    Cause.UNALLOCATED: N_("no number begins like this"),
    Cause.INVALID_NUMBER: N_("the number is not complete"),
    Cause.NO_ROUTE_TO_DESTINATION: N_("no number for this caller, or not now"),
}
MISSING = {
    "station": N_("only for stations"),
    "stations": N_("not for this station"),
    "classes": N_("not for this class of service"),
    "pickup_groups": N_("not for this pick-up group"),
    "from_groups": N_("not for calls from there"),
    "calling": N_("not for this caller's number"),
    "calendar": N_("not at this hour"),
}
REASONS = {
    Reason.REACH: N_("further than the class reaches"),
    Reason.DENIED: N_("on its list of numbers denied"),
    Reason.PREMIUM: N_("an information service, which the class does not allow expressly"),
    Reason.TRUNK_TO_TRUNK: N_("from trunk to trunk, which the class does not allow"),
    Reason.SERVICE: N_("service codes are for stations"),
    Reason.FORWARD: N_("forwarding to outside, which the class does not allow"),
    Reason.FORWARD_EXPIRED: N_("the forwarding has expired"),
    Reason.LIMIT: N_("the caller's limit is reached"),
    Reason.TOTAL_LIMIT: N_("the limit of the box is reached"),
}
LEFT_OUT = {"direction": N_("carries no calls out"), "calendar": N_("not at this hour")}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("digits", metavar="DIGITS", help=_("as dialled, or as the network sends them"))
    parser.add_argument(
        "--from",
        dest="caller",
        metavar="WHO",
        help=_("number of a station, or name of a trunk group (the first station)"),
    )
    parser.add_argument(
        "--calling", default="", metavar="NUMBER", help=_("the caller's number, of a call from a trunk")
    )
    parser.add_argument(
        "--at", default="", metavar="WHEN", help=_("local time of the box (now): {forms}").format(forms=_(FORMS))
    )
    parser.add_argument(
        "--config",
        type=Path,
        default=Path("/etc/strowger"),
        metavar="DIR",
        help=_("folder of the configuration (default: %(default)s)"),
    )
    parser.add_argument("--json", action="store_true", help=_("print one JSON object"))


def run(options: argparse.Namespace) -> int:
    reading = read(with_shipped(options.config))
    box = reading.box
    now = wall_clock.utc().astimezone(ZoneInfo(box.box.time_zone))
    try:
        facts = caller(box, options.caller, options.calling, moment(options.at, now) if options.at else now)
    except ValueError:
        print(_("strowger: not a time; such are {forms}").format(forms=_(FORMS)), file=sys.stderr)
        return 2
    if facts is None:
        print(
            _("strowger: no station and no trunk group is called {name}").format(name=options.caller), file=sys.stderr
        )
        return 2
    plan = NumberingPlan(box)
    found = explain(plan, received(box, options.digits, facts), facts)
    group = next((one for one in box.trunk_group if one.name == facts.group), None)
    instead = otherwise(plan, group, facts) if group and found.target is None else ""
    if instead:
        found = explain(plan, instead, facts)
    if options.json:
        print(json.dumps(as_json(found, facts), ensure_ascii=False))
    else:
        print("\n".join(rows(found, facts, reading, options.digits, instead)))
    return 0 if goes(found) else 1


def caller(box: Box, name: str | None, calling: str, time: datetime) -> Facts | None:
    """None: nobody is called so."""
    if name is None:
        name = next(iter(box.stations), "")
    if name in box.stations:
        station = box.stations[name]
        return Facts(time, name, "", station.class_of_service, station.pickup_group, name)
    group = next((one for one in box.trunk_group if one.name == name), None)
    return Facts(time, "", name, group.class_of_service, "", calling) if group else None


def received(box: Box, digits: str, facts: Facts) -> str:
    """What a trunk group makes of the digits that the network sends; from a station, those dialled."""
    for group in box.trunk_group:
        if group.name == facts.group:
            return changed(digits, group.did.strip, group.did.add)
    return digits


def otherwise(plan: NumberingPlan, group: TrunkGroup, facts: Facts) -> str:
    """Where calls from there go that have no number, or one that nobody has."""
    closed = group.night and group.calendar in plan.calendars and not plan.calendar(group.calendar).open_at(facts.time)
    return group.night if closed else group.incoming


def goes(found: Explanation) -> bool:
    outward = found.target is not None and found.target.kind in (TargetKind.TRUNK, TargetKind.EMERGENCY)
    return isinstance(found.permission, Allowed) and (not outward or bool(found.choices))


def rows(found: Explanation, facts: Facts, reading: Reading, dialled: str, instead: str) -> Iterator[str]:
    """instead: where the trunk group sends a call whose number nobody has."""
    yield headline(facts, dialled)
    if instead:
        yield _("Nobody has that number: the trunk group sends the call to {number}.").format(number=instead)
    elif found.digits and not dialled.startswith(found.digits):
        yield _("The trunk group makes {digits} of it.").format(digits=found.digits)
    yield ""
    yield from steps(found)
    if found.fits:
        yield ""
        yield from fits(found, facts, reading)
    target = found.target
    if target is None or target.kind not in (TargetKind.TRUNK, TargetKind.EMERGENCY):
        return
    yield ""
    kind = _(CATEGORIES[found.category])
    region = (found.region.zh if language() == "zh" else found.region.en) if found.region else ""
    yield _("Public number {number}: {kind}").format(number=found.public, kind=", ".join(filter(None, (kind, region))))
    if target.bypass:
        yield _("This speed dial asks for no class of service.")
    yield permission_text(found.permission, facts)
    yield from groups(found)


def headline(facts: Facts, dialled: str) -> str:
    text = _("{caller} dials {digits}, {time} ({zone})")
    if facts.group:
        text = _("A call from {caller} brings {digits}, {time} ({zone})")
    time = f"{facts.time:%Y-%m-%d %H:%M}"
    return text.format(caller=facts.station or facts.group, digits=dialled, time=time, zone=facts.time.tzinfo)


def steps(found: Explanation) -> Iterator[str]:
    """A row wherever the answer changes, and the end."""
    said = ""
    for digits, analysis in found.steps:
        text = outcome(analysis)
        if text != said:
            said = text
            yield f"{fit(digits, 16)} {text}"
    if found.steps and found.steps[-1][1] != found.analysis:
        yield fit(_("no more digits"), 16) + " " + outcome(found.analysis)


def outcome(analysis: Analysis) -> str:
    what = name(analysis.target) if analysis.target else ""
    match analysis.outcome:
        case Outcome.MORE:
            return _("more digits are needed; waits {wait_s:g} s for each").format(wait_s=analysis.wait_s)
        case Outcome.MAYBE:
            return _("{what}, unless more follows within {wait_s:g} s").format(what=what, wait_s=analysis.wait_s)
        case Outcome.COMPLETE:
            return what
    cause = analysis.cause or Cause.UNALLOCATED
    return _("vacant: {why}").format(why=_(VACANT[cause]) if cause in VACANT else cause.text)


def name(target: Target) -> str:
    text = _(KINDS[target.kind]).format(name=target.name)
    if target.arguments:
        text += f" ({', '.join(target.arguments)})"
    if target.speed_dial:
        text += " " + _("by speed dial {code}: {number}").format(code=target.speed_dial, number=target.number)
    return text


def fits(found: Explanation, facts: Facts, reading: Reading) -> Iterator[str]:
    yield _("What fits, the most exact first:")
    taken = False
    for one in found.fits:
        if one.missing == "calendar" and one.changes:
            when = one.changes.astimezone(facts.time.tzinfo)
            note = _("only from {time}").format(time=f"{when:%Y-%m-%d %H:%M}")
        elif one.missing:
            note = _(MISSING[one.missing])
        else:
            note = _("less exact") if taken else _("taken")
            taken = True
        place = reading.place(one.path)
        where = f"{place.path.name}:{place.line}" if place.line else _("by default")
        yield "  " + " ".join([fit(one.pattern, 14), fit(kind_name(one), 18), fit(note, 30), where]).rstrip()


def kind_name(one: Fit) -> str:
    return _(KINDS[one.kind]).format(name=one.name)


def permission_text(permission: Permission | None, facts: Facts) -> str:
    match permission:
        case Allowed(counted=True):
            answer = _("allowed, counted against toll fraud")
        case Allowed():
            answer = _("allowed")
        case NeedsPin():
            answer = _("only with a PIN")
        case Barred(reason=reason):
            answer = _("barred: {why}").format(why=_(REASONS[reason]))
        case _:
            answer = "-"
    return _('Class of service "{name}": {answer}').format(name=facts.class_of_service or "-", answer=answer)


def groups(found: Explanation) -> Iterator[str]:
    if not found.choices:
        yield _("No trunk group can take it now.")
    for number, choice in enumerate(found.choices, 1):
        sends = _("{number}. {group} sends {digits}, as {calling}, cost {cost:g}")
        known = "" if choice.number_type == "unknown" else f" ({choice.number_type})"
        yield sends.format(
            number=number,
            group=choice.group,
            digits=choice.digits + known,
            calling=choice.calling or _("no number"),
            cost=choice.cost,
        )
    for group, reason in found.left_out:
        yield "   " + _("not {group}: {why}").format(group=group, why=_(LEFT_OUT[reason]))


def as_json(found: Explanation, facts: Facts) -> dict[str, Any]:
    """Words as in the sources, in no language."""
    return {
        "digits": found.digits,
        "caller": {"station": facts.station, "group": facts.group, "class_of_service": facts.class_of_service},
        "time": facts.time.isoformat(),
        "steps": [{"digits": digits, **analysed(analysis)} for digits, analysis in found.steps],
        "fits": [
            {
                "pattern": one.pattern,
                "kind": one.kind.value,
                "name": one.name,
                "missing": one.missing,
                "changes": one.changes.isoformat() if one.changes else None,
            }
            for one in found.fits
        ],
        **analysed(found.analysis),
        "public": found.public,
        "category": found.category.value,
        "region": {"zh": found.region.zh, "en": found.region.en} if found.region else None,
        "permission": permitted(found.permission),
        "choices": [
            {
                "group": choice.group,
                "digits": choice.digits,
                "number_type": choice.number_type,
                "calling": choice.calling,
                "cost": choice.cost,
            }
            for choice in found.choices
        ],
        "left_out": [{"group": group, "reason": reason} for group, reason in found.left_out],
        "goes": goes(found),
    }


def analysed(analysis: Analysis) -> dict[str, Any]:
    target = analysis.target
    return {
        "outcome": analysis.outcome.value,
        "wait_s": analysis.wait_s,
        "cause": int(analysis.cause) if analysis.cause else None,
        "target": {
            "kind": target.kind.value,
            "name": target.name,
            "arguments": list(target.arguments),
            "number": target.number,
            "speed_dial": target.speed_dial,
        }
        if target
        else None,
    }


def permitted(permission: Permission | None) -> dict[str, Any] | None:
    match permission:
        case Allowed(counted=counted):
            return {"answer": "allowed", "counted": counted}
        case NeedsPin():
            return {"answer": "needs_pin"}
        case Barred(reason=reason):
            return {"answer": "barred", "reason": reason.value}
    return None
