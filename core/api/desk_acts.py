"""Acts of a desk: what goes with a call and with who works there, beside speech.

The data of a call are key and value. They begin with what flows have found out, go through every consultation,
transfer, conference and call-back, and stand in the rows of the topic `calls`. An agent reads and writes those of calls
in which his telephone is. Four keys mean something to the box: `customer_class` and `priority` count in the next queue
that the call comes into, `customer` is the caller's name, `visit` says to which matter the call belongs.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from core.api.acts import CallId, Device, Params, Result, act
from core.api.asking import Asking
from core.api.call_acts import DESK, OfConnection
from core.api.roles import ALL
from core.desk import call_data
from core.desk.room import DeskRoom, Information

Key = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
Value = Annotated[str, Meta(max_length=1000)] | int | float | bool | None


def _room(asking: Asking) -> DeskRoom:
    return asking.room(DeskRoom)


class SetData(Params, frozen=True):
    device: Device
    call: CallId
    data: Annotated[
        dict[Key, Value],
        Meta(description="keys and their values from now on; null: taken away", min_length=1, max_length=64),
    ]


class CallData(Result, frozen=True):
    data: Annotated[dict[str, Any], Meta(description="all of it, as it is now")]


@act("call.set_data", roles=DESK, changes=True, own="device")
def set_data(asking: Asking, params: SetData) -> CallData:
    """Writes into the data of the call. Error `refused`: the device is not in the call, it would have more than 64
    keys, or a key that means something to the box cannot have that value; nothing has changed then.
    """
    asking.note.after = {"call": params.call, "data": params.data}
    exchange = _room(asking).exchange
    call_data.set_data(exchange, params.device, params.call, params.data, asking.peer.name)
    return CallData(dict(exchange.calls[params.call].data))


@act("call.data", roles=ALL, own="device")
def data(asking: Asking, params: OfConnection) -> CallData:
    """What is known of the call. Error `refused`: the device is not in it."""
    return CallData(dict(call_data.half(_room(asking).exchange, params.device, params.call).call.data))


@act("call.information", roles=ALL, own="device")
async def information(asking: Asking, params: OfConnection) -> Information:
    """Who the other party is, of which matter, which way he came, how long he waited, what he heard and pressed in
    flows. Asked when it rings, it is what the agent has before his eyes when he lifts. Error `refused`: the device is
    not in the call.
    """
    return await _room(asking).information(params.device, params.call)
