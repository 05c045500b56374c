"""Acts on flows: which there are, putting changed files to work, and handing a caller over to one.

A call keeps the edition of the flows that it began with; new calls take the newest. An agent may send the caller with
whom he speaks into a flow, to enter a PIN for example: he hears music meanwhile, and gets the caller back with what the
flow has returned in the data of the call.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, field

from core.api.acts import CallId, Device, Params, Result, act
from core.api.asking import Asking
from core.api.call_acts import OVERSEERS
from core.api.errors import Code, Refusal
from core.api.roles import READERS, Role
from core.flow_room import EditionView, FlowRoom, FlowView
from core.texts import _


def _room(asking: Asking) -> FlowRoom:
    if FlowRoom not in asking.rooms:
        raise Refusal(Code.REFUSED, _("this box has no flows"))
    return asking.room(FlowRoom)


class Flows(Result, frozen=True):
    flows: list[FlowView]
    editions: list[EditionView]


@act("flow.list", roles=READERS)
def flows(asking: Asking, params: Params) -> Flows:
    """The flows as new calls take them, and the editions that running calls keep."""
    room = _room(asking)
    return Flows(room.flows(), room.editions())


class Published(Result, frozen=True):
    edition: Annotated[int, Meta(description="that new calls take; 0: there is none")]
    mistakes: Annotated[list[dict[str, Any]], Meta(description="of the files; with any, nothing has changed")]


@act("flow.publish", roles=OVERSEERS, changes=True)
async def publish(asking: Asking, params: Params) -> Published:
    """Puts the files of the flows to work as they are now, for new calls. With mistakes nothing changes."""
    room = _room(asking)
    mistakes = [mistake.facts() for mistake in await room.publish()]
    editions = room.editions()
    asking.note.after = {"edition": editions[-1].number if editions else 0, "mistakes": len(mistakes)}
    return Published(editions[-1].number if editions else 0, mistakes)


class HandOver(Params, frozen=True):
    device: Device
    flow: Annotated[str, Meta(description="its name", min_length=1, max_length=60)]
    arguments: Annotated[dict[str, str], Meta(description="values of its parameters")] = field(default_factory=dict)


class HandedOver(Result, frozen=True):
    call: CallId


@act("flow.hand_over", roles={*OVERSEERS, Role.AGENT}, changes=True)
def hand_over(asking: Asking, params: HandOver) -> HandedOver:
    """The other party of the device's conversation goes into the flow, and comes back when that returns. Error
    `refused`: there is no such conversation or flow, or it takes other arguments.
    """
    asking.note.target = params.device
    call = _room(asking).hand_over(params.device, params.flow, params.arguments)
    asking.note.after = {"call": call, "flow": params.flow}
    return HandedOver(call)
