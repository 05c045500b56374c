"""Acts on lines and stations: what there is, in and out of service, forwards, do not disturb, message lamp."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from core.api.acts import Device, Done, LineName, Nothing, Params, Result, act
from core.api.asking import Asking
from core.api.call_acts import DESK, OVERSEERS
from core.api.errors import Code, Refusal
from core.api.roles import ALL, READERS, Role
from core.exchange.views import DeviceView, LineView
from core.meters import Meters
from core.refit import Refit
from core.texts import _
from hw.errors import LocalError

KEEPERS = frozenset({Role.ADMINISTRATOR, Role.INSTALLER})


class LineList(Result, frozen=True):
    lines: list[LineView]


@act("line.list", roles=READERS)
def lines(asking: Asking, params: Nothing) -> LineList:
    """All lines: stations and trunk circuits, with connection, call, and why they take no calls if they do not."""
    return LineList(list(asking.rooms.exchange.lines()))


class Chosen(Params, frozen=True):
    line: LineName


def _order(asking: Asking, name: str, order: Callable[[str], None]) -> Done:
    asking.note.target = name
    asking.note.before = _service(asking, name)
    order(name)
    asking.note.after = _service(asking, name)
    return Done()


def _service(asking: Asking, name: str) -> str | None:
    found = (", ".join(view.service) or "in service" for view in asking.rooms.exchange.lines() if view.name == name)
    return next(found, None)


@act("line.block", roles=KEEPERS, changes=True)
def block(asking: Asking, params: Chosen) -> Done:
    """The line takes no new call from now on; a running one goes on. Where the signalling can, the far end is told."""
    return _order(asking, params.line, asking.rooms.exchange.block)


@act("line.unblock", roles=KEEPERS, changes=True)
def unblock(asking: Asking, params: Chosen) -> Done:
    """The line takes calls again."""
    return _order(asking, params.line, asking.rooms.exchange.unblock)


@act("line.reset", roles=KEEPERS, changes=True)
def reset(asking: Asking, params: Chosen) -> Done:
    """Releases what runs on the line and brings the signalling back to idle on both ends."""
    return _order(asking, params.line, asking.rooms.exchange.reset)


@act("line.reopen", roles=KEEPERS, changes=True)
def reopen(asking: Asking, params: Chosen) -> Done:
    """The station, trunk or span is closed when its call is over, and opened anew by what the files of its signalling
    say now, an analog line's profile above all. Error `unknown`: the configuration has none of that name.
    """
    asking.note.target = params.line
    try:
        asking.room(Refit).reopen(params.line)
    except LocalError:
        raise Refusal(Code.UNKNOWN, _("there is no line {line}").format(line=params.line)) from None
    return Done()


class LevelView(msgspec.Struct, frozen=True):
    mean: Annotated[float, Meta(description="of the last half second, dBm0; -90: nothing at all")]
    peak: Annotated[float, Meta(description="of its loudest frame, dBm0")]


class Levels(Result, frozen=True):
    received: Annotated[LevelView | None, Meta(description="null: not measured yet, or no speech path")]
    sent: LevelView | None


@act("line.level", roles=READERS)
def level(asking: Asking, params: Chosen) -> Levels:
    """How loud it is on a line; the first answer is empty. It is measured for as long as somebody asks, at least every
    four seconds. Error `unknown`: there is no such line.
    """
    found = asking.room(Meters).level(params.line)
    if found is None:
        raise Refusal(Code.UNKNOWN, _("there is no line {line}").format(line=params.line))
    received, sent = (LevelView(one.mean, one.peak) if one is not None else None for one in found)
    return Levels(received, sent)


class DeviceList(Result, frozen=True):
    devices: list[DeviceView]


@act("device.list", roles=ALL)
def devices(asking: Asking, params: Nothing) -> DeviceList:
    """All stations with their calls and what their users have set; an agent sees his own."""
    only = asking.only
    return DeviceList([view for view in asking.rooms.exchange.devices() if only is None or view.number in only])


def _set(asking: Asking, number: str, order: Callable[[], None]) -> Done:
    def now() -> DeviceView | None:
        return next((view for view in asking.rooms.exchange.devices() if view.number == number), None)

    before = now()
    order()
    after = now()
    if before is not None and after is not None:
        changed = [name for name in before.__struct_fields__ if getattr(before, name) != getattr(after, name)]
        asking.note.before = {name: getattr(before, name) for name in changed}
        asking.note.after = {name: getattr(after, name) for name in changed}
    return Done()


class Forward(Params, frozen=True):
    device: Device
    kind: Annotated[Literal["always", "busy", "no answer", "unreachable"], Meta(description="which calls go on")]
    to: Annotated[str, Meta(description="the number, as dialled; empty: no forward", pattern=r"^[0-9*#]{0,32}$")] = ""


@act("device.forward", roles=DESK, changes=True, own="device")
def forward(asking: Asking, params: Forward) -> Done:
    """Calls to the station go to another number. Outside numbers need the permission of the class of service."""
    return _set(asking, params.device, lambda: asking.rooms.exchange.set_forward(params.device, params.kind, params.to))


class Switched(Params, frozen=True):
    device: Device
    on: Annotated[bool, Meta(description="true: on, false: off")]


@act("device.do_not_disturb", roles=DESK, changes=True, own="device")
def do_not_disturb(asking: Asking, params: Switched) -> Done:
    """No call rings at the station; it can call itself."""
    return _set(asking, params.device, lambda: asking.rooms.exchange.set_do_not_disturb(params.device, params.on))


@act("device.message_waiting", roles=OVERSEERS, changes=True)
def message_waiting(asking: Asking, params: Switched) -> Done:
    """Lamp and dial tone of the station say that a message waits."""
    asking.note.target = params.device
    return _set(asking, params.device, lambda: asking.rooms.exchange.set_message_waiting(params.device, params.on))
