"""Flows in the running box: their files, their editions, what they may use, and handing callers over.

    room = FlowRoom(box, exchange, alarms, places, data)
    await nursery.start(room.run)                 the flows are published, or an alarm says what is wrong with them
    await room.publish()                          the files as they are now, for new calls
    room.hand_over("8002", "pin", {...})          the caller with whom 8002 speaks goes into a flow, and comes back

    DIR/flows/*.toml       the flows, in each folder of the configuration; a later one takes the place of an earlier
    DIR/plugins/*.py       plug-ins
    data/said/             what callers have said in them

At the start what is without mistakes is published, and who calls before that waits for it; later all of it, or nothing:
the edition at work stays. A database that fails is an alarm until it answers again. What it does not: decide what
happens in a call (core/ivr).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
import trio
from msgspec import Meta

from core.alarms import Alarms
from core.config import saving
from core.config.mistake import BadConfiguration, ConfigError
from core.config.model.box import Box
from core.config.saving import Held
from core.exchange.exchange import Exchange
from core.exchange.leg import Leg
from core.exchange.refusal import Refused
from core.flow_workshop import Workshop
from core.ivr.check import Checked, Known, check
from core.ivr.destination import Flows, Hands
from core.ivr.library import Edition, Library
from core.ivr.nodes import AnyNode
from core.ivr.plugins import PlugIns, load
from core.ivr.reading import read, source
from core.ivr.spoken import known
from core.ivr.values import NoValue, fitted
from core.mail.outbox import Outbox
from core.prompts.store import PromptStore
from core.texts import _, plural
from hw.signalling.q850 import Cause

T = TypeVar("T")

FLOWS, PLUGINS, DATABASE = "flows", "plugins", "database"
"""Folders of the configuration, and kinds of alarms."""
SAID = "said"
OUTSIDE = ("core.ivr.database", "core.ivr.http")
"""What reaches out of the box."""


class FlowView(msgspec.Struct, frozen=True):
    """A flow as new calls take it."""

    name: Annotated[str, Meta(description="of its file, without .toml")]
    title: Annotated[str, Meta(description="what it is for")]
    languages: Annotated[list[str], Meta(description="that it speaks")]
    nodes: Annotated[int, Meta(description="how many it has")]
    numbers: Annotated[list[str], Meta(description="that lead to it")]


class EditionView(msgspec.Struct, frozen=True):
    """A set of flows that were published together."""

    number: Annotated[int, Meta(description="each is higher than the one before")]
    calls: Annotated[int, Meta(description="that keep it")]


class FlowRoom:
    """prompts: says what is said; None: nothing is. places: folders of the configuration."""

    def __init__(
        self,
        box: Box,
        exchange: Exchange,
        alarms: Alarms,
        places: Sequence[Path],
        data: Path | None,
        *,
        outbox: Outbox | None = None,
        virtual: bool = False,
    ) -> None:
        self._outbox = outbox
        self.library = Library()
        self._box, self._exchange, self._alarms, self._data, self._virtual = box, exchange, alarms, data, virtual
        self._places = [place for place in places if place.is_dir()]
        self._flows = Flows(exchange, self.library, None, Hands(faulted=self._unsaid))
        if data is not None:
            self._flows.loaded = trio.Event()
        self.workshop = Workshop(self._flows)
        self._again = trio.CancelScope()
        self._plugins: PlugIns | None = None
        self._plugin_names: frozenset[str] | None = None
        """None: they are being loaded."""

    @property
    def prompts(self) -> PromptStore | None:
        return self._flows.prompts

    @prompts.setter
    def prompts(self, store: PromptStore | None) -> None:
        self._flows.prompts = store

    def asking(self, leg: Leg) -> tuple[AnyNode, Mapping[str, AnyNode]] | None:
        """The node that this caller is in now, and all nodes of its flow; None: he is in no flow."""
        return self._flows.asking(leg)

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until cancelled."""
        while True:
            with trio.CancelScope() as self._again:
                await self._serve(task_status)
            task_status = trio.TASK_STATUS_IGNORED

    def refurnish(self, box: Box) -> None:
        """Other databases, or another zone of time."""
        self._box = box
        self._again.cancel()

    async def look_again(self) -> None:
        """Whether the files still fit the box, when its queues, numbers or mailboxes are others; an alarm says what
        does not. What is at work stays.
        """
        if self.library.editions():
            await self._checked()

    async def _serve(self, task_status: trio.TaskStatus[None]) -> None:
        zone, data = ZoneInfo(self._box.box.time_zone), self._data or Path()
        # Their libraries take longer to load than all the rest of the box; dial tone does not wait for them.
        database, http = [await self._aside(partial(import_module, name)) for name in OUTSIDE]
        async with (
            database.open_databases(self._box.database, data, zone, self._ill, threaded=not self._virtual) as databases,
            http.open_requests(zone) as requests,
        ):
            self._plugins = await self._load_plugins(zone)
            self._plugin_names = self._plugins.names if self._plugins is not None else frozenset()
            recordings = None if self._data is None else self._data / SAID
            outbox = self._outbox if self._exchange.box.mail.server else None
            self._flows.hands = Hands(
                databases, requests, self._plugins, recordings, self._unsaid, outbox, not self._virtual
            )
            if not self.library.editions():
                await self._publish(whole=False)
            self._flows.loaded.set()
            task_status.started()
            await trio.sleep_forever()

    async def _load_plugins(self, zone: ZoneInfo) -> PlugIns | None:
        found: PlugIns | None = None
        self._alarms.clear(PLUGINS)
        for place in self._places:
            try:
                found = await self._aside(partial(load, place / PLUGINS, zone, found))
            except ConfigError as error:
                self._alarms.set(PLUGINS, "warning", f"{error.place}: {error}", error.hint)
        return found

    # ---- editions ----

    async def publish(self) -> list[ConfigError]:
        """The files as they are now, for new calls; with mistakes, which are given, nothing changes."""
        return await self._publish(whole=True)

    # ---- for editors ----

    async def held(self) -> Held:
        """The files as they lie on the disk. Refused: they cannot be read."""
        return await self._aside(partial(self._disk, lambda: saving.read(self._folders)))

    async def save(self, texts: Mapping[str, str | None], basis: str) -> Held:
        """Saves files, and publishes nothing. Refused: the disk does not take it. Stale."""

        def save() -> Held:
            self._own.mkdir(exist_ok=True)
            return saving.save(self._folders, texts, basis)

        return await self._aside(partial(self._disk, save))

    async def check(self, edits: Mapping[str, str | None]) -> Checked:
        """The files as they would be with these."""
        return await self._aside(partial(self._disk, partial(self._read, edits)))

    async def draft(self, edits: Mapping[str, str | None]) -> Edition:
        """The same, to be played; BadConfiguration: they have mistakes."""
        checked = await self.check(edits)
        if checked.mistakes:
            raise BadConfiguration(checked.mistakes)
        return Edition(0, checked.flows)

    @property
    def folder(self) -> str:
        """Where files are saved."""
        return str(self._own)

    @property
    def _own(self) -> Path:
        if not self._places:
            text = _("this box has no folder for flows")
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
        return self._places[-1] / FLOWS

    @property
    def _folders(self) -> list[Path]:
        """Those that are there; of the last place it is the one to write to."""
        return [place / FLOWS for place in self._places if (place / FLOWS).is_dir()]

    def _disk(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except ConfigError as error:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", f"{error.place}: {error}") from error
        except OSError as error:
            text = _("{path}: {reason}; the exchange runs as a user that must own the folder")
            text = text.format(path=error.filename, reason=error.strerror)
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text) from error

    async def _publish(self, whole: bool) -> list[ConfigError]:
        checked = await self._checked()
        if checked.flows and not (whole and checked.mistakes):
            self.library.publish(checked.flows)
        return checked.mistakes

    async def _checked(self) -> Checked:
        """The files as they are now; an alarm stands while they have mistakes."""
        try:
            checked = await self._aside(self._read)
        except ConfigError as error:
            checked = Checked(mistakes=[error])
        if checked.mistakes:
            count = len(checked.mistakes)
            text = plural("the flows have {n} mistake: {first}", "the flows have {n} mistakes, as {first}", count)
            first = f"{checked.mistakes[0].place}: {checked.mistakes[0]}"
            remedy = _("strowger flow check shows each with its line; then publish them again")
            self._alarms.set(FLOWS, "warning", text.format(n=count, first=first), remedy)
        else:
            self._alarms.clear(FLOWS)
        return checked

    def _read(self, edits: Mapping[str, str | None] | None = None) -> Checked:
        store = self._flows.prompts
        prompt, places = known(store.catalogue) if store is not None else (None, None)
        about = replace(Known.of(self._exchange.box), prompt=prompt, places=places, plugins=self._plugin_names)
        sources = read(self._folders)
        for name, text in (edits or {}).items():
            sources.pop(Path(name).stem, None)
            if text is not None:
                sources[Path(name).stem] = source(Path(name), text.encode())
        return check(dict(sorted(sources.items())), about)

    def flows(self) -> list[FlowView]:
        """What new calls take."""
        if not self.library.editions():
            return []
        return [
            FlowView(
                name,
                flow.flow.title,
                list(flow.flow.languages),
                len(flow.node),
                [each.number for each in self._exchange.box.flow if each.flow == name],
            )
            for name, flow in self.library.newest().flows.items()
        ]

    def newest(self) -> Edition | None:
        """What new calls take; None: nothing was published yet."""
        return self.library.newest() if self.library.editions() else None

    def editions(self) -> list[EditionView]:
        return [EditionView(edition.number, edition.calls) for edition in self.library.editions()]

    # ---- calls ----

    def hand_over(self, device: str, flow: str, arguments: dict[str, str]) -> int:
        """Returns the number of the call. Refused: the station speaks with nobody, or the flow is not there or wants
        other arguments.
        """
        station = self._exchange.stations.get(device)
        leg = station.active if station is not None else None
        if leg is None:
            text = _("station {device} has no call").format(device=device)
            raise Refused(Cause.INVALID_CALL_REFERENCE, "not-possible", text)
        self._flows.hand_over(leg.call, leg, flow, self._fitting(flow, arguments))
        return leg.call.id

    def _fitting(self, name: str, arguments: dict[str, str]) -> dict[str, Any]:
        flow = self.library.newest().flows.get(name) if self.library.editions() else None
        if flow is None:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", _("There is no flow {name}.").format(name=name))
        parameters = {variable.name: variable for variable in flow.variable if variable.parameter}
        wrong = sorted(set(arguments) - set(parameters))
        missing = [name for name, each in parameters.items() if name not in arguments and not each.initial]
        if wrong or missing:
            text = _("the flow {flow} takes: {names}").format(flow=name, names=", ".join(parameters) or "-")
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", text)
        try:
            return {name: fitted(value, parameters[name].of) for name, value in arguments.items()}
        except NoValue as error:
            raise Refused(Cause.FACILITY_REJECTED, "not-possible", str(error)) from error

    # ---- alarms ----

    def _ill(self, name: str, problem: str) -> None:
        key = f"{DATABASE} {name}"
        if problem:
            text = _("database {name}: {problem}").format(name=name, problem=problem)
            self._alarms.set(key, "warning", text, _("look at its server and at [[database]]"))
        else:
            self._alarms.clear(key)

    def _unsaid(self, text: str) -> None:
        self._alarms.set("flow", "warning", text, _("strowger flow check, strowger prompt check"))

    async def _aside(self, function: Callable[[], T]) -> T:
        if self._virtual:
            await trio.lowlevel.checkpoint()
            return function()
        return await trio.to_thread.run_sync(function)
