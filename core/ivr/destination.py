"""Flows as a destination of the exchange: a number that answers by itself and talks with its caller.

    flows = Flows(exchange, library, prompts, hands)        takes every call to a number of [[flow]]

    8600  ─> answered ─> Run of the newest edition ─> Talk: the caller, until the flow or he is done
                                                       │ dial, queue: somebody answers
                                                       └─ the two talk; when the other has gone, the flow goes on

What one caller hears and presses is in core/ivr/talk.py. hand_over() sends a party of a running conversation into a
flow while the other waits with music, and brings him back with what was collected (人工/自动互转).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import trio

from core.exchange.leg import Leg, State
from core.exchange.refusal import Refused
from core.exchange.service import Service
from core.exchange.station import Station
from core.ivr.library import Edition, Library
from core.ivr.nodes import AnyNode
from core.ivr.plugins import PlugIns
from core.ivr.run import Run
from core.ivr.session import Caller
from core.ivr.talk import Talk
from core.ivr.values import NoValue, Value
from core.mail.outbox import Outbox
from core.numbering import holidays
from core.numbering.target import Target, TargetKind
from core.prompts.store import PromptStore
from core.texts import _
from hw.signalling.line import Presentation
from hw.signalling.q850 import Cause

if TYPE_CHECKING:
    from core.exchange.call import Call
    from core.exchange.exchange import Exchange
    from core.ivr.database import Databases
    from core.ivr.http import Requests

log = logging.getLogger(__name__)

LOADS_S = 60.0
"""So long a caller hears ring-back tone while a box that has just begun loads its flows."""


@dataclass(frozen=True)
class Hands:
    """What flows may use beside the telephone; None: it is not there, and nodes that want it fail.

    recordings: the folder for what callers say. faulted: is told of prompts that cannot be said.
    """

    databases: Databases | None = None
    requests: Requests | None = None
    plugins: PlugIns | None = None
    recordings: Path | None = None
    faulted: Callable[[str], None] = log.error
    outbox: Outbox | None = None
    threaded: bool = True


class Flows:
    """Facts for the expressions of flows, too: calendars and holidays of the box."""

    def __init__(self, exchange: Exchange, library: Library, prompts: PromptStore | None, hands: Hands) -> None:
        self.exchange, self.library, self.prompts, self.hands = exchange, library, prompts, hands
        self.talks: list[Talk] = []
        """Callers who are in a flow now."""
        self.loaded = trio.Event()
        """What is to be published at the start has been; clear: calls wait for it."""
        self.loaded.set()
        exchange.router.destinations[TargetKind.FLOW] = self.take
        exchange.codes["hand_over"] = self._code

    async def take(self, call: Call, target: Target) -> None:
        settings = next((each for each in self.exchange.box.flow if each.number == target.name), None)
        if settings is None:
            raise Refused(Cause.UNALLOCATED, "vacant")
        if not self.loaded.is_set():
            call.alerting()
            with trio.move_on_after(LOADS_S):
                await self.loaded.wait()
        if not self.library.editions():
            raise Refused(Cause.UNALLOCATED, "vacant")
        with self.library.held() as edition:
            if settings.flow not in edition.flows:
                raise Refused(Cause.SERVICE_UNAVAILABLE, "unavailable")
            caller = call.calling
            assert caller is not None
            service = Service(settings.number, caller.device.language).take(call)
            if caller.state is not State.CONNECTED:
                await caller.until(State.CONNECTED)
            language = settings.language or caller.device.language
            talk = self.begin(call, caller, edition, settings.flow, language, {})
            talk.service = service
            await talk.serve(call, talk.run.acts)

    def asking(self, leg: Leg) -> tuple[AnyNode, Mapping[str, AnyNode]] | None:
        """The node that this caller is in now, and all nodes of its flow; None: he is in no flow."""
        for talk in self.talks:
            session = talk.run.session
            if talk.call.calling is leg and not session.ended and session.phase:
                nodes = talk.run.edition.flows[session.frame.flow].node
                return nodes[session.frame.node], nodes
        return None

    def begin(
        self, call: Call, caller: Leg, edition: Edition, flow: str, language: str, arguments: Mapping[str, Value]
    ) -> Talk:
        known = self._caller(call, caller, language)
        run = Run(edition, flow, known, self.now(), self, dict(arguments))
        call.note("FlowBegan", caller, flow=flow, edition=edition.number)
        return Talk(self, run)

    def hand_over(self, call: Call, keeper: Leg, flow: str, arguments: Mapping[str, Value] | None = None) -> None:
        """The other party of the keeper's conversation goes into a flow; the keeper hears music and gets him back.

        What the flow returns is then in call.data. Refused: there is no one other party, or no such flow.
        """
        other = call.peer(keeper)
        if other is None or call.served or other.state is not State.CONNECTED or keeper.state is not State.CONNECTED:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible")
        edition = self.library.newest()
        if flow not in edition.flows:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", _("There is no flow {name}.").format(name=flow))
        call.start(partial(self._handed_over, keeper=keeper, other=other, flow=flow, arguments=arguments or {}))

    async def _code(self, call: Call, station: Station, arguments: tuple[str, ...]) -> None:
        """Dialled after a flash: the held party goes into the flow of that number, and the station is back with him."""
        settings = next((each for each in self.exchange.box.flow if each.number == arguments[0]), None)
        if settings is None or not self.library.editions():
            raise Refused(Cause.UNALLOCATED, "vacant")
        flow = self.library.newest().flows.get(settings.flow)
        held = station.held[-1] if station.held else None
        other = held.call.peer(held) if held is not None else None
        wants = flow is None or any(each.parameter and not each.initial for each in flow.variable)
        if held is None or other is None or held.call.served or other.state is not State.CONNECTED or wants:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible")
        # From here on the call of the code has nobody to speak with, and ends.
        station.retrieve(held)
        self.hand_over(held.call, held, settings.flow)

    async def _handed_over(
        self, call: Call, keeper: Leg, other: Leg, flow: str, arguments: Mapping[str, Value]
    ) -> None:
        before, call.calling = call.calling, other
        keeper.muted = True
        keeper.treat(self.exchange.sounds.music(keeper.device.language))
        try:
            with self.library.held() as edition:
                talk = self.begin(call, other, edition, flow, other.device.language, arguments)
                talk.handed_over = True
                await talk.serve(call, talk.run.acts)
                call.data |= {name: value for name, value in talk.results.items() if value is not None}
        finally:
            keeper.muted = False
            if not keeper.gone:
                keeper.treat(None)
            if before is not None and not before.gone:
                call.calling = before
            call.arrange()

    async def keep(self, edition: Edition) -> None:
        """Holds an edition for as long as a conversation lasts that a flow has begun and goes on after."""
        if any(each is edition for each in self.library.editions()):
            with self.library.held(edition.number):
                await trio.sleep_forever()

    # ---- what flows know ----

    def now(self) -> datetime:
        """On the wall where the box stands."""
        return self.exchange.utc().astimezone(self._zone).replace(tzinfo=None)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.exchange.box.box.time_zone)

    def open(self, calendar: str, moment: datetime) -> bool:
        try:
            hours = self.exchange.plan.calendar(calendar)
        except KeyError:
            raise NoValue(_('There is no calendar "{name}".').format(name=calendar)) from None
        return hours.open_at(moment.replace(tzinfo=self._zone))

    def holiday(self, day: date) -> bool:
        country = self.exchange.box.box.country.upper()
        try:
            return holidays.kind(day, country) == "holiday"
        except ValueError as error:
            raise NoValue(_("The holidays of {country} are not known.").format(country=country)) from error

    def _caller(self, call: Call, leg: Leg, language: str) -> Caller:
        plan, party = self.exchange.plan, leg.party
        number = party.number if party.presentation is Presentation.ALLOWED else ""
        number = plan.normalised(number, party.type.name.lower()) if number else ""
        region = plan.region(number) if number else None
        group: Any = getattr(leg.device, "group", None)
        return Caller(
            call=call.id,
            caller=number,
            caller_name=party.name,
            called=call.called,
            trunk=group.name if group is not None else "",
            region=region.zh if region else "",
            customer_class=str(call.data.get("customer_class", "")),
            language=language,
        )
