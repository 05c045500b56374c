"""A whole box that runs: journal, hardware, exchange and control interface, and the order in which they begin and end.

    box = RunningBox(configuration, data, socket=Path("/run/strowger/control.sock"))
    await nursery.start(box.run)            there is dial tone
    box.stop("SIGTERM", within_s=60)        no new calls; running ones may end by themselves for so long
    box.stop("SIGTERM again", within_s=0)   ... or no longer

    begin   journal ──> hardware ──> prompts, music ──> exchange ──> control socket ──> started
    end     no new calls ──> the last call, or the limit ──> socket, exchange, lines ──> journal, safe on disk

What fails by our own fault in one line, timer or call is logged, counted, and costs nobody else anything. With
virtual=True the box lives on trio's clock, the plane is stepped by it, and the same story gives the same journal.
What it does not: signals, systemd, the command line (daemon.py); decide anything about a call.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path

import trio

from core.alarm_notices import AlarmNotices
from core.alarms import Alarms
from core.api.all_acts import REGISTRY
from core.api.asking import Rooms
from core.api.board import topics
from core.api.roles import Role, User
from core.api.rooms import BoxStatus
from core.api.server import Server
from core.api.topics import Topics
from core.config.configuration import Configuration
from core.config.difference import Difference
from core.config.model.box import Box
from core.desk.customers import Customers
from core.desk.room import DeskRoom
from core.exchange.acts import Acts
from core.exchange.conferences import Conferences
from core.exchange.exchange import Exchange
from core.exchange.sounds import Sounds
from core.flow_room import FlowRoom
from core.hardware import Hardware
from core.lending import Lending
from core.line_tests import LineTests
from core.mail.outbox import Outbox
from core.meters import Meters
from core.numbering.plan import NumberingPlan
from core.past import Past
from core.prompt_workshop import Workshop
from core.queues import codes as agent_codes
from core.queues.alarming import QueueAlarms
from core.queues.room import QueueRoom
from core.recording.room import FOLDER as RECORDINGS
from core.recording.room import Recordings
from core.refit import Refit
from core.reports.queue_log_file import QueueLogFile
from core.reports.room import Reports
from core.spans import Spans, SpanView
from core.store.event import Event
from core.store.journal import Journal
from core.store.reader import NAME as JOURNAL
from core.texts import _
from core.town.earpiece import Earpieces
from core.town.simulation import Simulation
from core.town.traffic import Traffic
from core.voice import INCOMING, Voice
from core.voicemail.room import Voicemail
from hw import wall_clock
from hw.signalling.line import Connection

log = logging.getLogger(__name__)

VOICEMAIL, OUTBOX = "voicemail", "outbox"
QUEUES = ("queue", "agent", "agent_group", "customer_class", "distribution", "station")
"""Sections that the distribution is made of, and where agents sit."""
ASKED_BY_FLOWS = ("queue", "hunt_group", "mailbox", "calendar", "database", "flow")
STATUS_S = 1.0
GOODBYE_S = 0.2


class RunningBox:
    """`data`: the folder of journal, traces and recordings; None: nothing is kept. `socket`: None: no control socket.
    `configuration`: where `box` came from, and where its changes come from; None: nowhere, and there are none.
    """

    def __init__(
        self,
        box: Box,
        data: Path | None,
        *,
        socket: Path | None = None,
        configuration: Configuration | None = None,
        virtual: bool = False,
        priority: int = 50,
    ) -> None:
        self.box = box
        self.configuration = configuration
        self.data = data
        self.state = "starting"
        """Then running, stopping, stopped."""
        self.faults = 0
        """What failed by our own fault since the start, and was contained."""
        self.since = wall_clock.utc()
        self._began = 0.0
        self._socket = socket
        self._virtual = virtual
        self._reason = ""
        self._stop_within = trio.CancelScope()
        self._stop_asked = trio.Event()
        self.rooms = Rooms(Topics())
        self.alarms = Alarms(partial(self.rooms.topics.changed, "alarms"))
        self.rooms.box, self.rooms.alarms = self, self.alarms
        for topic in topics(self.rooms):
            self.rooms.topics.add(topic)
        self.hardware = Hardware(box, data, virtual=virtual, priority=priority)
        self.voice = Voice(box, data, self.alarms, virtual=virtual)
        self._spans = Spans(self.hardware, self.alarms, self.rooms.topics)
        self._speaking = trio.CancelScope()
        self._nursery: trio.Nursery
        self.refit: Refit
        self.journal: Journal
        self.past: Past
        self.exchange: Exchange
        self.flows: FlowRoom
        self.queues: QueueRoom
        self.server: Server
        for source in (self.hardware.plane, self.hardware.timers, *self.hardware.cards.values()):
            if hasattr(source, "faulted"):
                source.faulted = self.fault

    # ---- life ----

    async def run(self, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Until the box has been stopped, or is cancelled. HardwareError: journal or socket cannot be had."""
        self._began = trio.current_time()
        try:
            self.journal = self._open_journal()
            try:
                async with trio.open_nursery() as recording:
                    await recording.start(self.journal.run)
                    self.alarms.trail = self.journal
                    self.past = Past(self.journal, self._path, threaded=not self._virtual)
                    self.rooms.journal = self.past
                    threaded = not self._virtual
                    reports = Reports(self.journal, self._path, lambda: self.box, self._places, threaded=threaded)
                    self.rooms.add(Reports, reports)
                    self.journal.note("BoxStarted", version=version("strowger"))
                    await self._live(task_status)
                    self.journal.note("BoxStopped")
                    recording.cancel_scope.cancel()
            finally:
                self.journal.close()
        finally:
            self.hardware.close()
            self.state = "stopped"

    def _open_journal(self) -> Journal:
        if self.data is None:
            return Journal(None, threaded=False, alarm=self.alarms.tell)
        self.data.mkdir(parents=True, exist_ok=True)
        days = self.box.box.journal_days
        return Journal(self._path, threaded=not self._virtual, alarm=self.alarms.tell, keep_days=days)

    @property
    def _places(self) -> Sequence[Path]:
        """Folders of the configuration."""
        if self.configuration is not None:
            return self.configuration.places
        return (self.data,) if self.data is not None else ()

    @property
    def _path(self) -> Path | None:
        return None if self.data is None else self.data / JOURNAL

    async def _live(self, task_status: trio.TaskStatus[None]) -> None:
        # Whatever ends the box, the calls end before the lines that they run on: these are told last.
        lines = trio.CancelScope(shield=True)

        async def run_hardware(task_status: trio.TaskStatus[None]) -> None:
            with lines:
                await self.hardware.run(task_status)

        async with trio.open_nursery() as below:
            await below.start(run_hardware)
            try:
                async with trio.open_nursery() as above:
                    await above.start(self._spans.run)
                    await self._open(above)
                    self.state = "running"
                    task_status.started()
                    await self._stop_asked.wait()
                    await self._end()
                    above.cancel_scope.cancel()
            finally:
                lines.cancel()

    async def _open(self, nursery: trio.Nursery) -> None:
        """The exchange, and the door to it."""
        self.exchange = Exchange(
            self.box,
            NumberingPlan(self.box),
            self.hardware.lines.by_name.values(),
            self.hardware.plane,
            self.journal,
            self.hardware.timers,
        )
        self.exchange.faulted = self._call_failed
        self.refit = Refit(self, self.hardware, self.exchange, self.alarms)
        self.refit.tell_missing()
        for name, card in self.hardware.cards.items():
            card.watch(partial(self.refit.card_changed, name))
        nursery.start_soon(self.refit.run)
        lending = Lending(self.refit, self.hardware, self.exchange, self.alarms)
        changed = partial(self.rooms.topics.changed, "tests")
        self.rooms.add(Refit, self.refit)
        self.rooms.add(LineTests, LineTests(lending, self.hardware, changed, threaded=not self._virtual))
        if self.configuration is not None:
            self.rooms.configuration = self.configuration
            self.configuration.rooms = (self.refit,)
            nursery.start_soon(self.configuration.run)
        self.rooms.exchange = Acts(self.exchange)
        self.rooms.add(Conferences, Conferences(self.exchange))
        self._open_workshop()
        voicemail = outbox = None
        if self.voice.prompts is not None and self.data is not None:
            threaded = not self._virtual
            outbox = Outbox(lambda: self.exchange.box.mail, self.data / OUTBOX, self.alarms, threaded=threaded)
            voicemail = Voicemail(self.exchange, self.voice.prompts, self.data / VOICEMAIL, self.alarms, outbox)
            self.rooms.add(Voicemail, voicemail)
        self.flows = FlowRoom(
            self.box, self.exchange, self.alarms, self._places, self.data, outbox=outbox, virtual=self._virtual
        )
        self.rooms.add(FlowRoom, self.flows)
        self.queues = QueueRoom(self.exchange, self.fault, threaded=not self._virtual)
        agent_codes.add(self.queues)
        self.rooms.add(QueueRoom, self.queues)
        customers = Customers(self.data, self.alarms, threaded=not self._virtual)
        told = partial(self.rooms.topics.changed, "notices")
        desk = DeskRoom(self.exchange, self.past, customers, told)
        self.rooms.add(DeskRoom, desk)
        self.rooms.topics.noticed = self._watch_exchange
        self.journal.watch(self._heard)
        recordings = self._recordings()
        if recordings is not None:
            await recordings.mend()
        await nursery.start(self.exchange.run)
        if voicemail is not None and outbox is not None:
            await nursery.start(outbox.run)
            await nursery.start(voicemail.run)
        if recordings is not None:
            await nursery.start(recordings.run)
        await nursery.start(self.queues.run)
        await nursery.start(desk.run)
        if self._path is not None:
            threaded = not self._virtual
            log = QueueLogFile(self.journal, self._path, lambda: self.box, self.alarms, self.fault, threaded=threaded)
            await nursery.start(log.run)
        nursery.start_soon(QueueAlarms(self.queues, self.alarms).run)
        await nursery.start(AlarmNotices(self.alarms, lambda: self.exchange.box, outbox).run)
        nursery.start_soon(self._tell_status)
        meters = Meters(self.exchange)
        self.rooms.add(Meters, meters)
        nursery.start_soon(meters.run)
        self._nursery = nursery
        if self.hardware.towns:
            self._open_town(nursery)
        if self._virtual:
            await nursery.start(self._speak, self.voice, self._speaking)
        else:
            nursery.start_soon(self._speak, self.voice, self._speaking)
        self.server = Server(
            self.rooms,
            self.journal,
            self._users,
            REGISTRY,
            clients=self.box.control.clients,
            group=self.box.control.group,
        )
        if self._socket is not None:
            await nursery.start(self.server.listen, self._socket)

    def _open_town(self, nursery: trio.Nursery) -> None:
        """The people around simulated cards."""
        topics = self.rooms.topics
        simulation = Simulation(self.hardware, self.exchange)
        told = partial(topics.changed, "town", "traffic")
        traffic = Traffic(simulation, self.flows, self.queues, told, threaded=not self._virtual)
        earpieces = Earpieces(self.hardware.plane)
        self.rooms.add(Earpieces, earpieces)
        self.rooms.add(Simulation, simulation)
        nursery.start_soon(earpieces.run)
        self.rooms.add(Traffic, traffic)
        nursery.start_soon(simulation.run, topics)
        nursery.start_soon(traffic.run)

    def _recordings(self) -> Recordings | None:
        if self.data is None:
            return None
        folder = self.data / RECORDINGS

        def agent_at(device: str) -> str:
            return self.queues.desks.agent_at.get(device, "")

        threaded = not self._virtual
        room = Recordings(self.exchange, self.past, folder, self.alarms, agent_at=agent_at, threaded=threaded)
        self.rooms.add(Recordings, room)
        return room

    def _open_workshop(self) -> None:
        if self.voice.prompts is not None and self.data is not None:
            self.rooms.add(Workshop, Workshop(self.voice.prompts, self.exchange, self.data / INCOMING))

    async def _speak(
        self, voice: Voice, until: trio.CancelScope, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Words and music come when they are there: dial tone does not wait for them."""
        with until:
            async with trio.open_nursery() as nursery:
                await nursery.start(voice.run)
                first, self.flows.prompts = self.flows.prompts is None, voice.prompts
                self.exchange.sounds = Sounds(self.box, voice.prompts, voice.hold, voice.ring_back)
                if first and voice.prompts is not None:
                    await self._nursery.start(self.flows.run)
                task_status.started()

    # ---- a new configuration ----

    def refurnish(self, difference: Difference) -> None:
        """By Refit, when a new configuration is at work."""
        self.server.clients = self.box.control.clients
        if difference.touches("user"):
            self.server.judge_again()
        if difference.touches(*QUEUES):
            self.queues.reconfigure(self.box)
        if difference.touches("database", "box"):
            self.flows.refurnish(self.box)
        if difference.touches(*ASKED_BY_FLOWS):
            self._nursery.start_soon(self.flows.look_again)
        if difference.touches("music", "box"):
            self._speaking.cancel()
            self.voice = Voice(self.box, self.data, self.alarms, virtual=self._virtual)
            self._open_workshop()
            self._speaking = trio.CancelScope()
            self._nursery.start_soon(self._speak, self.voice, self._speaking)

    @property
    def _commit(self) -> str:
        if self.configuration is None:
            return ""
        pointers = self.configuration.pointers
        waits = pointers.current != pointers.confirmed
        return f"{pointers.current}" + (f" ({self.configuration.confirm_s:.0f} s to confirm)" if waits else "")

    async def _end(self) -> None:
        self.state = "stopping"
        self.journal.note("BoxStopping", reason=self._reason)
        with self._stop_within:
            await self.exchange.close(math.inf)
        await self.exchange.close(0)
        # The far ends hear of it, and whoever has asked for the end is told that it is done.
        await trio.sleep(GOODBYE_S)

    def _heard(self, event: Event) -> None:
        """Of the journal, as it is noted."""
        self.rooms.topics.changed("journal", "", event)
        if event.kind == "TollAlarm":
            reason = str(event.data.get("reason", ""))
            text = f"{event.device}: {reason}"
            level = "warning" if reason.startswith("warning") else "critical"
            remedy = _("look at its calls (strowger records --number), its forwards and PINs; block it if need be")
            self.alarms.set(f"toll {event.device}", level, text, remedy)

    def _watch_exchange(self) -> None:
        """Views of calls, lines and agents cost time, and are made while somebody looks at them only."""
        topics = self.rooms.topics
        watched = any(topics.watched(topic) for topic in ("calls", "lines", "devices"))
        self.exchange.changed = topics.changed if watched else None
        watched = any(topics.watched(topic) for topic in ("queues", "agents"))
        self.queues.screens.changed = topics.changed if watched else None

    def stop(self, reason: str, within_s: float) -> None:
        """Asked again: the shorter time counts."""
        log.info("stopping", extra={"reason": reason, "within_s": within_s})
        self._reason = self._reason or reason
        self._stop_within.deadline = min(self._stop_within.deadline, trio.current_time() + within_s)
        self._stop_asked.set()

    # ---- what others see ----

    def status(self) -> BoxStatus:
        lines = self.hardware.lines
        plane = self.hardware.plane.statistics()
        return BoxStatus(
            name=self.box.box.name,
            version=version("strowger"),
            state=self.state,
            since=self.since.timestamp(),
            uptime_s=round(trio.current_time() - self._began),
            configuration=self._commit,
            confirm_s=0.0 if self.configuration is None else round(self.configuration.confirm_s),
            calls=len(self.exchange.calls),
            lines=len(lines.by_name),
            busy=sum(line.connection is not Connection.NULL for line in lines.by_name.values()),
            out=sum(bool(line.service) for line in lines.by_name.values()),
            missing=len(lines.missing),
            alarms=len(self.alarms.standing),
            worst=self.alarms.worst,
            clients=self.server.connections,
            faults=self.faults,
            event=self.journal.last,
            journal_lag_s=round(self.journal.silent_s, 1),
            late_ms=round(plane.lateness_p999_ms, 2),
            lost_frames=plane.lost_frames,
            warnings=list(self.hardware.plane.warnings),
        )

    def summary(self) -> str:
        """In one line, for systemctl status."""
        calls, alarms = len(self.exchange.calls), len(self.alarms.standing)
        return f"{self.state}, {calls} calls, {alarms} alarms{f', the worst {self.alarms.worst}' if alarms else ''}"

    def spans(self) -> list[SpanView]:
        return self._spans.views()

    def trace(self, line: str) -> list[str] | None:
        lines = self.hardware.lines
        traced = lines.trunks.get(line) or lines.by_name.get(line)
        return None if traced is None else traced.trace()

    async def _tell_status(self) -> None:
        topics = self.rooms.topics
        while True:
            await trio.sleep(STATUS_S)
            if topics.watched("status"):
                topics.changed("status", "box", self.status())

    # ---- what goes wrong ----

    def _call_failed(self, call: int, error: Exception) -> None:
        """The exchange has logged it, and ended the call."""
        self.faults += 1

    def fault(self, error: Exception) -> None:
        """Something of ours failed where nobody else could be told: the box goes on."""
        self.faults += 1
        log.error("failed by our own fault; the box goes on", exc_info=error)

    # ---- people ----

    def _users(self) -> list[User]:
        return [
            User(
                user.name,
                Role(user.role),
                user.unix_user,
                user.unix_group,
                user.station,
                user.language,
                frozenset(user.groups),
            )
            for user in self.box.user
        ]
