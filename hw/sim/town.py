"""The world around one simulated card: telephones on its stations, the public exchange behind its trunks and spans.

    town = Town(card, plane, timers, nursery)
    town.telephone(1, "8001")                     at the far end of channel 1
    town.line(17, "62001001", Habits())           the public exchange's end of channel 17
    town.pri(3, "e1a")                            of span 3, all its B channels
    town.r2(4, "e1b", CHINA)

    telephones["8001"].lift()                     what people in the box's office do
    town.call("e1a", "8001")                      somebody in town calls the box, by any of the ways in
    town.plan["62000001"]                         whom the box may call (hw/sim/public_plan.py)

What it does: puts the right far end on each channel, and lets the town call in by any of them in one way. What it does
not: know the box's configuration, numbers or calls; whoever builds a box says what is to be at the far ends. What
people and exchanges do is theirs: telephone.py, public_exchange.py, public_trunk.py.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, TypeVar

import trio

from hw.callerid import CallerId
from hw.callerid import Presentation as Shown
from hw.card import ChannelKind, HardwareError, SpanInfo
from hw.errors import LocalError
from hw.plane import Plane
from hw.playback import Audible
from hw.signalling.line import Presentation
from hw.signalling.pri.settings import Side
from hw.signalling.r2.settings import CHINA, R2Settings
from hw.sim.card import SimCard
from hw.sim.channel import SimChannel
from hw.sim.far import FarSide
from hw.sim.public_exchange import PublicExchange
from hw.sim.public_plan import TOWN, Plan, Subscriber
from hw.sim.public_pri import PublicPri
from hw.sim.public_r2 import PublicR2
from hw.sim.public_trunk import PublicTrunk
from hw.sim.subscriber_line import Habits, SubscriberLine
from hw.sim.telephone import Telephone
from hw.timers import Timers

T = TypeVar("T")

_SHOWN = {
    Presentation.ALLOWED: Shown.AVAILABLE,
    Presentation.RESTRICTED: Shown.PRIVATE,
    Presentation.UNAVAILABLE: Shown.UNAVAILABLE,
}


class IncomingCall(Protocol):
    """A call from the town to the box, whatever it came by."""

    answered: trio.Event
    ended: trio.Event

    def hang_up(self) -> None: ...

    def say(self, what: Audible) -> None:
        """Once, to whoever has answered: speech, or keys."""


class Town:
    """What was put on the card, by the names that whoever did it gave."""

    def __init__(
        self,
        card: SimCard,
        plane: Plane,
        timers: Timers,
        nursery: trio.Nursery,
        plan: Plan = TOWN,
        *,
        country: str = "cn",
        traces: Path | None = None,
    ) -> None:
        self.plan = plan
        self.exchange = PublicExchange(plane, nursery, plan, country)
        self.telephones: dict[str, Telephone] = {}
        self.lines: dict[str, SubscriberLine] = {}
        self.cities: dict[str, PublicTrunk] = {}
        self._card = card
        self._far = FarSide(card)
        self._plane = plane
        self._timers = timers
        self._country = country
        self._traces = traces

    # ---- what is put where; HardwareError: no such channel, or in use already ----

    def telephone(self, channel: int, name: str, *, caller_id: bool = True) -> Telephone:
        """A telephone at the far end of a station."""
        far = self._far_end(channel, ChannelKind.TRUNK, "a station")
        self.telephones[name] = Telephone(self._plane, far, country=self._country, name=name, caller_id=caller_id)
        return self.telephones[name]

    def line(self, channel: int, name: str, number: str, habits: Habits | None = None) -> SubscriberLine:
        """The public exchange's end of an analog trunk, which has `number` in town."""
        far = self._far_end(channel, ChannelKind.STATION, "an analog trunk")
        self.lines[name] = SubscriberLine(self.exchange, number, far, habits or Habits(country=self._country))
        return self.lines[name]

    def pri(self, span: int, name: str, *, overlap: bool = False, side: Side = Side.NETWORK) -> PublicPri:
        """The network on a PRI span; as user where the box is the network."""
        self.cities[name] = city = PublicPri(
            self._far,
            self._span(span),
            self._plane,
            self._timers,
            self.plan,
            overlap=overlap,
            side=side,
            country=self._country,
            traces=self._traces,
        )
        return city

    def r2(self, span: int, name: str, settings: R2Settings = CHINA) -> PublicR2:
        """The public exchange on an MFC/R2 span; its codes must be the box's."""
        self.cities[name] = city = PublicR2(
            self._far,
            self._span(span),
            self._plane,
            self._timers,
            self.plan,
            settings=settings,
            country=self._country,
            traces=self._traces,
        )
        return city

    def _far_end(self, channel: int, kind: ChannelKind, of: str) -> SimChannel:
        far = self._card.far(channel)
        if far.info.kind is not kind:
            far.close()
            raise HardwareError(f"channel {channel} of the simulated card is not {of}", channel=channel)
        return far

    def _span(self, number: int) -> SpanInfo:
        """HardwareError: there is none, or it is pulled out."""
        for info in self._far.spans():
            if info.number == number:
                return info
        raise HardwareError(f"span {number} of the simulated card is not there", span=number)

    def rename(self, old: str, new: str) -> None:
        """What was put there as `old` is called `new` from now on."""
        _rename(self.telephones, old, new)
        _rename(self.lines, old, new)
        _rename(self.cities, old, new)

    # ---- what happens there ----

    def call(self, way: str, number: str = "", caller: str = "62000001", *, overlapped: bool = False) -> IncomingCall:
        """Somebody of the plan calls the box by the trunk or span of that name; `number` as the network passes it on,
        which an analog line does not. LocalError: no such way in, or no line of it is free.
        """
        subscriber = self.plan[caller]
        if way in self.cities:
            return self.cities[way].call(number, subscriber, overlapped=overlapped)
        if way in self.lines:
            return self.exchange.call(self.lines[way].number, caller_id(subscriber))
        raise LocalError(f"town: nothing called {way!r}; there are {', '.join([*self.cities, *self.lines])}")

    def close(self) -> None:
        """The far ends of spans give their channels back; those of analog lines go with the card."""
        for city in self.cities.values():
            city.close()


def _rename(ends: dict[str, T], old: str, new: str) -> None:
    if old in ends:
        ends[new] = ends.pop(old)


def caller_id(subscriber: Subscriber) -> CallerId:
    """How somebody of the town is shown to an analog line."""
    shown = subscriber.presentation is Presentation.ALLOWED
    return CallerId(
        number=subscriber.number if shown else "",
        name=subscriber.name if shown else "",
        presentation=_SHOWN[subscriber.presentation],
    )
