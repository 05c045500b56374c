"""Acts on the simulated world of a box without hardware: its telephones are lifted and dialled, its town calls in.

They are refused where no card is simulated. What they do is no act on the exchange, and not in the audit trail: it is
what people do.
"""

from __future__ import annotations

import base64
from typing import Annotated

from msgspec import Meta

from core.api.acts import Done, Nothing, Params, Result, act
from core.api.asking import Asking
from core.api.errors import Code, Refusal
from core.api.line_acts import KEEPERS
from core.texts import _
from core.town.earpiece import Earpieces
from core.town.simulation import Simulation, TelephoneView
from core.town.traffic import MOST, Traffic, TrafficView
from hw.card import HardwareError
from hw.plane import PlaneError
from hw.recordings import RecordingError

TelephoneNumber = Annotated[str, Meta(description="the station's number", min_length=1, max_length=32)]


def _simulation(asking: Asking) -> Simulation:
    if Simulation not in asking.rooms:
        raise Refusal(
            Code.REFUSED,
            _("no card of this box is simulated"),
            remedy=_('a [[card]] with kind = "simulated" has telephones and a town'),
        )
    return asking.room(Simulation)


class TownView(Result, frozen=True):
    telephones: list[TelephoneView]
    ways: Annotated[list[str], Meta(description="trunks and spans by which the town can call in")]
    people: Annotated[list[str], Meta(description="numbers of the town, to be called and to call")]
    traffic: TrafficView


@act("town.list", roles=KEEPERS)
def listed(asking: Asking, params: Nothing) -> TownView:
    """Who is there: simulated telephones with what they show and hear, ways in, numbers of the town, and how many call
    by themselves.
    """
    simulation = _simulation(asking)
    traffic = asking.room(Traffic).view()
    return TownView(simulation.telephones(), simulation.ways(), simulation.people(), traffic)


class OfTelephone(Params, frozen=True):
    telephone: TelephoneNumber


@act("town.lift", roles=KEEPERS)
def lift(asking: Asking, params: OfTelephone) -> Done:
    """A telephone is lifted: it answers what rings, or has dial tone."""
    _simulation(asking).lift(params.telephone)
    return Done()


@act("town.hang_up", roles=KEEPERS)
def hang_up(asking: Asking, params: OfTelephone) -> Done:
    """A telephone is hung up."""
    _simulation(asking).hang_up(params.telephone)
    return Done()


class Dialling(Params, frozen=True):
    telephone: TelephoneNumber
    digits: Annotated[str, Meta(description="keys; a comma is a pause of 1 s", pattern=r"^[0-9*#A-D,]{1,64}$")]


@act("town.dial", roles=KEEPERS)
async def dial(asking: Asking, params: Dialling) -> Done:
    """Keys of a lifted telephone, as sound; answered when all are out."""
    await _simulation(asking).dial(params.telephone, params.digits)
    return Done()


@act("town.flash", roles=KEEPERS)
async def flash(asking: Asking, params: OfTelephone) -> Done:
    """The hook key of a lifted telephone."""
    await _simulation(asking).flash(params.telephone)
    return Done()


class CallIn(Params, frozen=True):
    way: Annotated[str, Meta(description='by which trunk or span: "line1", "e1a"', min_length=1, max_length=64)]
    number: Annotated[str, Meta(description="as the network sends it; an analog line sends none", max_length=32)] = ""
    caller: Annotated[str, Meta(description="who of the town calls", max_length=32)] = "62000001"


class Called(Result, frozen=True):
    call: Annotated[int, Meta(description="for `town.end`; not a number of the exchange")]


@act("town.call", roles=KEEPERS)
def call(asking: Asking, params: CallIn) -> Called:
    """Somebody of the town calls the box."""
    return Called(_simulation(asking).call(params.way, params.number, params.caller))


class End(Params, frozen=True):
    call: Annotated[int, Meta(description="as `town.call` said", ge=1)]


@act("town.end", roles=KEEPERS)
def end(asking: Asking, params: End) -> Done:
    """The caller of the town hangs up."""
    _simulation(asking).end(params.call)
    return Done()


class Heard(Result, frozen=True):
    law: Annotated[str, Meta(description="`a` or `mu`: of G.711, 8000 samples a second")]
    samples: Annotated[str, Meta(description="base64")]


@act("town.hear", roles=KEEPERS)
async def hear(asking: Asking, params: OfTelephone) -> Heard:
    """What a telephone has heard since this was last asked, about a second late; the first answer is empty. Whoever
    does not ask for 4 s begins anew.
    """
    telephone = _simulation(asking).telephone(params.telephone)
    earpieces = asking.room(Earpieces)
    try:
        sound = await earpieces.hear(telephone)
    except (PlaneError, RecordingError) as error:
        raise HardwareError(str(error)) from error
    return Heard(telephone.plane.law(telephone.channel.port), base64.b64encode(sound).decode())


class HowMuch(Params, frozen=True):
    calls_per_hour: Annotated[int, Meta(description="that ring in by themselves; 0: none", ge=0, le=MOST)]


@act("town.traffic", roles=KEEPERS)
def traffic(asking: Asking, params: HowMuch) -> TrafficView:
    """So many people of the town call from now on, and are answered by simulated agents where nobody real is logged on.
    At 0 the agents go home.
    """
    _simulation(asking)
    room = asking.room(Traffic)
    room.set(params.calls_per_hour)
    return room.view()
