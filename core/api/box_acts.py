"""Acts on the box as a whole: how it is, its alarms, its spans, and its end."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from core.alarms import AlarmView
from core.api.acts import Done, Nothing, Params, Result, act
from core.api.asking import Asking
from core.api.errors import Code, Refusal
from core.api.roles import ALL, READERS, Role
from core.api.rooms import BoxStatus
from core.spans import SpanView
from core.store.alarm_past import AlarmPast
from core.texts import _


@act("box.status", roles=ALL)
def status(asking: Asking, params: Nothing) -> BoxStatus:
    """How the box is, in a few figures."""
    return asking.rooms.box.status()


class Stop(Params, frozen=True):
    within_s: Annotated[
        float, Meta(description="seconds that running calls may take to end by themselves", ge=0, le=86400)
    ] = 60.0
    reason: Annotated[str, Meta(description="for the journal", max_length=200)] = ""


@act("box.stop", roles={Role.ADMINISTRATOR, Role.INSTALLER}, changes=True)
def stop(asking: Asking, params: Stop) -> Done:
    """Stops the box in order: no new calls from now on, running ones may end by themselves for a while, then the box
    ends. Under systemd it stays stopped. Asked again, the shorter time counts; 0: at once.
    """
    asking.note.after = {"within_s": params.within_s}
    asking.rooms.box.stop(params.reason or asking.peer.name, params.within_s)
    return Done()


class AlarmList(Result, frozen=True):
    alarms: list[AlarmView]


@act("alarm.list", roles=READERS)
def alarms(asking: Asking, params: Nothing) -> AlarmList:
    """The alarms that stand, in the order in which they came. The past is in the journal."""
    return AlarmList(list(asking.rooms.alarms.standing.values()))


class Since(Params, frozen=True):
    since: Annotated[int, Meta(description="what has happened then or later: UTC, µs since 1970", ge=0)] = 0
    until: Annotated[int, Meta(description="and before; 0: until now", ge=0)] = 0
    last: Annotated[int, Meta(description="only the newest so many", ge=1, le=1000)] = 1000


class AlarmHistory(Result, frozen=True):
    alarms: list[AlarmPast]


@act("alarm.history", roles=READERS)
async def history(asking: Asking, params: Since) -> AlarmHistory:
    """Alarms that came, stood or went in that time, in the order in which they came: with who had seen them."""
    return AlarmHistory((await asking.rooms.journal.alarms(params.since, params.until))[-params.last :])


class Acknowledge(Params, frozen=True):
    key: Annotated[str, Meta(description="of the alarm", min_length=1)]


@act("alarm.acknowledge", roles={Role.ADMINISTRATOR, Role.INSTALLER, Role.SUPERVISOR}, changes=True)
def acknowledge(asking: Asking, params: Acknowledge) -> AlarmView:
    """Somebody has seen the alarm and will see to it. It stands until its reason has gone; one that tells of what has
    happened goes now. Error `unknown`: it does not stand.
    """
    asking.note.target = params.key
    try:
        return asking.rooms.alarms.acknowledge(params.key, asking.peer.name)
    except KeyError:
        raise Refusal(Code.UNKNOWN, _("no such alarm stands: {key}").format(key=params.key)) from None


class SpanList(Result, frozen=True):
    spans: list[SpanView]


@act("span.list", roles=READERS)
def spans(asking: Asking, params: Nothing) -> SpanList:
    """All spans of the configuration, with alarms, data link, lines in and out of service, and counters."""
    return SpanList(list(asking.rooms.box.spans()))


class OfLine(Params, frozen=True):
    line: Annotated[str, Meta(description='a line, "e1a/3", or a PRI span as a whole, "e1a"', min_length=1)]
    last: Annotated[int, Meta(description="only so many rows; 0: all that is kept in memory", ge=0)] = 0


class Rows(Result, frozen=True):
    rows: Annotated[list[str], Meta(description="oldest first, with milliseconds, for people")]


@act("line.trace", roles=READERS)
def trace(asking: Asking, params: OfLine) -> Rows:
    """What a line did lately: orders, tellings, states, tones, bits. Error `unknown`: there is no such line."""
    rows = asking.rooms.box.trace(params.line)
    if rows is None:
        raise Refusal(Code.UNKNOWN, _("there is no line {line}").format(line=params.line))
    return Rows(rows[-params.last :])
