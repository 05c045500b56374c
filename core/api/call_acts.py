"""Acts on calls: everything that a telephone can do, from outside it. Words and meaning are CSTA's (ECMA-269, 17).

A device is a station by its number; a call has a number, unique for ever. Whoever is lifted and hung up by hand stays
so: `call.make` rings the telephone first. What cannot be is answered with the error `refused`; `cause` says why as
Q.850 does, `about.reason` in one word, and nothing has happened. Agents act for their own telephones only.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from core.api.acts import CallId, Device, Done, Nothing, Number, Params, Result, act
from core.api.asking import Asking
from core.api.errors import Code, Refusal, says
from core.api.roles import ALL, Role
from core.exchange.refusal import Refused
from core.exchange.views import CallView

DESK = ALL - {Role.AUDITOR}
OVERSEERS = frozenset({Role.ADMINISTRATOR, Role.INSTALLER, Role.SUPERVISOR})


@says(Refused)
def _refused(refused: Refused) -> Refusal:
    return Refusal(Code.REFUSED, str(refused), cause=int(refused.cause), about={"reason": refused.reason})


class OfDevice(Params, frozen=True):
    device: Device


class OfConnection(Params, frozen=True):
    device: Device
    call: CallId


class OfCall(Params, frozen=True):
    call: CallId


class ToNumber(Params, frozen=True):
    device: Device
    number: Number


class CallToNumber(Params, frozen=True):
    device: Device
    call: CallId
    number: Number


class InCall(Result, frozen=True):
    call: CallId


class CallList(Result, frozen=True):
    calls: list[CallView]


@act("call.list", roles=ALL)
def calls(asking: Asking, params: Nothing) -> CallList:
    """All calls with their connections; an agent sees those in which his telephone is."""
    only = asking.only
    found = asking.rooms.exchange.calls()
    return CallList([call for call in found if only is None or concerns(call, only)])


def concerns(call: CallView, devices: frozenset[str]) -> bool:
    """One of the devices is in the call."""
    return any(connection.device in devices for connection in call.connections)


@act("call.make", roles=DESK, changes=True, own="device")
def make(asking: Asking, params: ToNumber) -> InCall:
    """The telephone rings; when it is lifted, it calls the number, with the rights that it has itself."""
    call = asking.rooms.exchange.make_call(params.device, params.number)
    asking.note.after = {"number": params.number, "call": call}
    return InCall(call)


@act("call.answer", roles=DESK, changes=True, own="device")
def answer(asking: Asking, params: OfConnection) -> Done:
    """Takes a call that waits while the telephone is in another one, which is held then. A telephone on its hook is
    answered by hand.
    """
    asking.note.after = {"call": params.call}
    asking.rooms.exchange.answer(params.device, params.call)
    return Done()


@act("call.clear", roles=OVERSEERS, changes=True)
def clear(asking: Asking, params: OfCall) -> Done:
    """Ends the call for everybody in it."""
    asking.note.target = f"call {params.call}"
    asking.rooms.exchange.clear_call(params.call)
    return Done()


@act("connection.clear", roles=DESK, changes=True, own="device")
def clear_connection(asking: Asking, params: OfConnection) -> Done:
    """The device leaves the call. With two parties that ends it; a telephone off its hook hears busy tone."""
    asking.note.after = {"call": params.call}
    asking.rooms.exchange.clear_connection(params.device, params.call)
    return Done()


@act("call.hold", roles=DESK, changes=True, own="device")
def hold(asking: Asking, params: OfConnection) -> Done:
    """The other party hears music until `call.retrieve`."""
    asking.note.after = {"call": params.call}
    asking.rooms.exchange.hold(params.device, params.call)
    return Done()


@act("call.retrieve", roles=DESK, changes=True, own="device")
def retrieve(asking: Asking, params: OfConnection) -> Done:
    """Takes up again the call that the device holds."""
    asking.note.after = {"call": params.call}
    asking.rooms.exchange.retrieve(params.device, params.call)
    return Done()


class Mute(Params, frozen=True):
    device: Device
    call: CallId
    on: Annotated[bool, Meta(description="false: it is heard again")]


@act("call.mute", roles=DESK, changes=True, own="device")
def mute(asking: Asking, params: Mute) -> Done:
    """The device hears the others, and they do not hear it (静音)."""
    asking.note.after = {"call": params.call, "on": params.on}
    asking.rooms.exchange.mute(params.device, params.call, params.on)
    return Done()


@act("call.consult", roles=DESK, changes=True, own="device")
def consult(asking: Asking, params: CallToNumber) -> InCall:
    """Holds the party and calls the number. The result is the second call; `call.transfer`, `call.conference`,
    `call.alternate` or `connection.clear` of it come next.
    """
    call = asking.rooms.exchange.consult(params.device, params.call, params.number)
    asking.note.after = {"number": params.number, "call": call}
    return InCall(call)


@act("call.alternate", roles=DESK, changes=True, own="device")
def alternate(asking: Asking, params: OfDevice) -> Done:
    """The held and the present party of the device change places."""
    asking.rooms.exchange.alternate(params.device)
    return Done()


@act("call.transfer", roles=DESK, changes=True, own="device")
def transfer(asking: Asking, params: OfDevice) -> InCall:
    """Joins the held party with the present one, who may still be ringing; the device leaves. The call that goes on is
    the older of the two.
    """
    call = asking.rooms.exchange.transfer(params.device)
    asking.note.after = {"call": call}
    return InCall(call)


@act("call.blind_transfer", roles=DESK, changes=True, own="device")
def blind_transfer(asking: Asking, params: CallToNumber) -> Done:
    """Sends the other party to the number and leaves, without waiting for an answer."""
    asking.note.after = {"call": params.call, "number": params.number}
    asking.rooms.exchange.blind_transfer(params.device, params.call, params.number)
    return Done()


@act("call.conference", roles=DESK, changes=True, own="device")
def conference(asking: Asking, params: OfDevice) -> InCall:
    """Three-party: the held party, the present one and the device all speak with each other."""
    call = asking.rooms.exchange.conference(params.device)
    asking.note.after = {"call": call}
    return InCall(call)


@act("call.deflect", roles=DESK, changes=True, own="device")
def deflect(asking: Asking, params: CallToNumber) -> Done:
    """A call that rings at the device goes to the number instead."""
    asking.note.after = {"call": params.call, "number": params.number}
    asking.rooms.exchange.deflect(params.device, params.call, params.number)
    return Done()


class PickUp(Params, frozen=True):
    device: Device
    rang: Annotated[str, Meta(description="the station where it rings", min_length=1, max_length=64)]


@act("call.pick_up", roles=DESK, changes=True, own="device")
def pick_up(asking: Asking, params: PickUp) -> InCall:
    """The device answers what rings at another station. On its hook it is rung first; lifted, it has the call."""
    call = asking.rooms.exchange.pick_up(params.device, params.rang)
    asking.note.after = {"rang": params.rang, "call": call}
    return InCall(call)


class Park(Params, frozen=True):
    device: Device
    call: CallId
    orbit: Annotated[str, Meta(description="which place; empty: a free one", max_length=32)] = ""


class Parked(Result, frozen=True):
    orbit: Annotated[str, Meta(description="where: whoever dials it has the call")]


@act("call.park", roles=DESK, changes=True, own="device")
def park(asking: Asking, params: Park) -> Parked:
    """The other party waits in a parking place; the device leaves."""
    orbit = asking.rooms.exchange.park(params.device, params.call, params.orbit)
    asking.note.after = {"call": params.call, "orbit": orbit}
    return Parked(orbit)


class Digits(Params, frozen=True):
    device: Device
    call: CallId
    digits: Annotated[str, Meta(description="to be sent as DTMF", pattern=r"^[0-9*#A-D]{1,64}$")]


@act("call.send_digits", roles=DESK, changes=True, own="device")
def send_digits(asking: Asking, params: Digits) -> Done:
    """Second dialling: the other parties hear the digits, as if they were keyed at the device. What they are is not in
    the audit trail: they may be a PIN.
    """
    asking.note.after = {"call": params.call, "digits": len(params.digits)}
    asking.rooms.exchange.send_digits(params.device, params.call, params.digits)
    return Done()
