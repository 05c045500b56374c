"""A simulated day: people who telephone at random, a town that calls, things that break; the same seed, the same day.

    await Day(seed=7, calls=500).live()          raises Wrong: what was found, the seed, the last events

People lift, dial (all of a number, or half of it), flash, transfer, park, pick up, enter conferences and queues, log on
as agents, hang up at any moment. Meanwhile spans lose their signal, cards are pulled out, lines are cut and blocked,
both ends take a circuit at once, the disk is full, and somebody orders things by the control interface. A slow console
reads only now and then, and must know all calls, lines and telephones whenever it has caught up. With every call that
ends its record must add up; each STEP_S invariants() must hold; at the end nothing may be left.

At random moments the box is killed: what is on the disk then is copied and started again beside the day, which goes on.
No call that was over may be missing from it, and none may be open.

What it does not: listen. Who hears whom is asked of the arrangement in the plane, not of the sound.
"""

from __future__ import annotations

import errno
import math
import random
import re
import shutil
import sqlite3
import tempfile
from collections import Counter, deque
from collections.abc import Awaitable, Callable
from contextlib import closing, suppress
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import trio
import trio.testing

from core.acd.agents import ASKABLE, Act
from core.api.encoding import encode
from core.api.topics import Events, Snapshot, Topic, Topics
from core.config.model.box import Box
from core.exchange.acts import Acts
from core.exchange.device import DeviceKind
from core.exchange.exchange import Exchange
from core.exchange.leg import State
from core.exchange.refusal import Refused
from core.exchange.views import CallView, DeviceView, LineView
from core.hardware import Hardware
from core.numbering.plan import NumberingPlan
from core.queues import codes, log_on
from core.queues.overseeing import How
from core.queues.room import QueueRoom
from core.store.event import Event
from core.store.journal import Journal
from core.store.journal_file import connect, read, wal
from core.store.life import Lives
from core.store.records import CallRecord, record, records
from hw.card import Alarm, HardwareError
from hw.errors import LocalError
from hw.signalling.line import Connection
from hw.sim.card import SimCard
from hw.sim.party import NotHeardError
from hw.sim.telephone import Telephone
from hw.sim.town import IncomingCall, Town

STATIONS = 16
STEP_S = 5.0
LAST_EVENTS = 200
CROSSED = 0.3  # of our calls to a span that has a call coming at the same moment
SAFE_S = 5.0
"""So long after its end a call survives a kill, whatever the disk did before: it is tried again each second."""
SLOW_S = 15.0
"""Between two looks of the slow console."""
PEOPLE_S = 20.0
"""Between two calls of a person, on the average."""
ASKABLE_OF_ALL = sorted(ASKABLE - {Act.LOG_ON}, key=lambda act: act.value)


def configuration() -> dict[str, Any]:
    spans = [{"kind": "stations", "count": STATIONS}, {"kind": "trunks", "count": 2}, {"kind": "pri"}, {"kind": "cas"}]
    rights = [{"name": "boss", "reach": "international", "forward_outside": True}]
    return {
        "box": {"area_code": "10", "languages": ["en", "zh"]},
        "card": [{"name": "sim", "kind": "simulated", "spans": spans}],
        "span": [
            {"name": "e1", "card": "sim", "span": 3, "signalling": "pri"},
            {"name": "e2", "card": "sim", "span": 4, "signalling": "r2", "called_digits": 4, "channels": [1, 2, 3, 4]},
        ],
        "trunk": [{"name": f"line{at}", "card": "sim", "channel": STATIONS + at} for at in (1, 2)],
        "station": [
            {
                "number": str(8000 + at),
                "card": "sim",
                "channel": at,
                "pickup_group": "all",
                "no_answer_s": 12,
                "class_of_service": "boss" if at % 4 == 0 else "local",
            }
            for at in range(1, STATIONS + 1)
        ],
        "trunk_group": [
            {"name": "city", "lines": ["e1"], "calling": "66778800"},
            {"name": "r2", "lines": ["e2"], "calling": "66778800"},
            {"name": "analog", "lines": ["line1", "line2"], "incoming": "8100"},
        ],
        "class_of_service": rights,
        "route": [
            {"name": "city", "match": ["9!"], "strip": 1, "groups": [{"group": "city"}, {"group": "r2"}]},
            {"name": "analog", "match": ["7!"], "strip": 1, "groups": [{"group": "analog"}]},
        ],
        "hunt_group": [
            {"number": "8100", "members": ["8001", "8002", "8003"], "order": "all", "no_answer_s": 15},
            {"number": "8200", "members": ["8004", "8005"], "order": "circular", "overflow": "8100", "no_answer_s": 8},
        ],
        "conference": [{"number": "8600", "announce": "tone"}],
        "queue": [
            {
                "name": "sales",
                "number": "8400",
                "strategy": "ring all",
                "ring_s": 10,
                "call_back_ring_s": 12,
                "call_back_again_s": 30,
                "recipe": [
                    {"after_s": 2, "every_s": 20, "offer": ["wait", "message", "call back"]},
                    {"after_s": 5, "announce": "queue.all-busy", "say": ["position", "wait"]},
                    {"after_s": 40, "overflow": {"to": "number", "name": "8100"}},
                ],
            },
            {
                "name": "help",
                "number": "8500",
                "ring_s": 8,
                "place_kept_s": 60,
                "max_waiting": 4,
                "call_back_first": "caller",
                "call_back_ring_s": 12,
                "call_back_again_s": 20,
                "recipe": [{"after_s": 1, "offer": ["wait", "call back"]}],
                "max_wait_s": 60,
                "instead": {"to": "queue", "name": "sales"},
            },
        ],
        "agent_group": [
            {"name": "quick", "begin": "ready", "after_call_s": 5, "no_answer": "pause", "unreachable": "pause"},
            {"name": "slow", "after_call_s": 0, "direct_calls_count": True},
        ],
        "agent": [
            {
                "number": str(1000 + at),
                "group": "quick" if at % 3 else "slow",
                "queues": [{"queue": "sales"}, {"queue": "help", "rank": 1 + at % 2}],
            }
            for at in range(1, 7)
        ],
        "park": {"orbits": "6001-6003", "back_after_s": 30},
    }


TOWN = ("62000001", "62000002", "62000003", "62000005", "62000006", "62000008")


def _by_number(devices: list[DeviceView]) -> list[tuple[str, DeviceView]]:
    return [(device.number, device) for device in devices]


def _timeless(row: bytes) -> bytes:
    """Without `since`, told by the wall clock, which runs on its own here, and the steps of a line's own signalling
    (`connection`, and `state` of a telephone without a call), which are shown with the next thing that it tells.
    """
    return re.sub(rb'"(since":[0-9.e+-]+|connection":"[a-z]+"|state":"[a-z]+","calls":\[\])', b"", row)


class Wrong(AssertionError):
    """What was found, and what had happened before."""


class Day:
    def __init__(self, seed: int, calls: int, *, tables: dict[str, Any] | None = None) -> None:
        self.seed = seed
        self.calls = calls
        self.box = Box.model_validate(tables or configuration())
        self.events: deque[Event] = deque(maxlen=LAST_EVENTS)
        self.counts: Counter[str] = Counter()
        self.seized: Counter[str] = Counter()
        self.ended = 0
        self.faults: list[str] = []
        self._crossed: list[IncomingCall] = []
        self._random = random.Random(seed)
        self._lives = Lives()
        self._noted_in_all = 0
        self._told: list[tuple[float, CallRecord]] = []
        self._healthy_since = 0.0
        """When the disk took the journal again; infinite: it does not."""
        self._topics = Topics()
        self._hardware: Hardware
        self._exchange: Exchange
        self._queues: QueueRoom
        self._town: Town
        self._card: SimCard

    # ---- the day ----

    async def live(self) -> None:
        hardware = self._hardware = Hardware(self.box, virtual=True)
        with tempfile.TemporaryDirectory() as folder:
            await self._live(hardware, Path(folder) / "journal.sqlite")

    async def _live(self, hardware: Hardware, path: Path) -> None:
        journal = Journal(path, threaded=False, alarm=lambda key, level, text: self.counts.update([f"alarm {key}"]))
        self._file = journal._file
        try:
            async with trio.open_nursery() as below, trio.open_nursery() as above:
                await below.start(hardware.run)
                lines = hardware.lines.by_name.values()
                plan = NumberingPlan(self.box)
                self._exchange = Exchange(self.box, plan, lines, hardware.plane, journal, hardware.timers)
                self._exchange.faulted = self._faulted
                acts = Acts(self._exchange)
                self._topics.add(Topic("calls", "", CallView, lambda: [(str(one.id), one) for one in acts.calls()]))
                self._topics.add(Topic("lines", "", LineView, lambda: [(one.name, one) for one in acts.lines()]))
                self._topics.add(
                    Topic("devices", "", DeviceView, lambda: [(one.number, one) for one in acts.devices()])
                )
                self._exchange.changed = self._changed
                journal.watch(self._noted)
                await below.start(journal.run)
                await above.start(self._exchange.run)
                self._queues = QueueRoom(self._exchange, self._queues_faulted)
                codes.add(self._queues)
                self._queues.screens.changed = self._exchange.changed
                await above.start(self._queues.run)
                self._town = hardware.towns["sim"]
                card = hardware.cards["sim"]
                assert isinstance(card, SimCard)
                self._card = card
                await trio.sleep(2)
                await self._traffic()
                await self._evening(journal)
                above.cancel_scope.cancel()
                below.cancel_scope.cancel()
        finally:
            hardware.close()
            journal.close()

    async def _traffic(self) -> None:
        async with trio.open_nursery() as nursery:
            for telephone in self._town.telephones.values():
                nursery.start_soon(self._person, telephone)
            for way in ("e1", "e1", "e2", "line1", "line2"):
                nursery.start_soon(self._caller_from_town, way)
            nursery.start_soon(self._those_hang_up)
            nursery.start_soon(self._things_break)
            nursery.start_soon(self._somebody_orders)
            nursery.start_soon(self._slow_console)
            nursery.start_soon(self._look)
            while self.ended < self.calls:  # noqa: ASYNC110 - a day in virtual time
                await trio.sleep(1)
            nursery.cancel_scope.cancel()

    async def _evening(self, journal: Journal) -> None:
        """Everything is mended and everybody hangs up."""
        self._mend()
        for telephone in self._town.telephones.values():
            if telephone.off_hook:
                telephone.hang_up()
        with trio.move_on_after(400):
            while self.left():
                for row in self._queues.call_backs.rows():
                    with suppress(Refused):  # an agent is calling him just now
                        self._queues.call_backs.cancel(row.call, "boss")
                for call in list(self._exchange.calls.values()):
                    kinds = {leg.device.kind for leg in call.legs}
                    if DeviceKind.TRUNK in kinds and DeviceKind.STATION not in kinds:
                        call.end()  # in the town nobody hangs up whom nobody talks to
                await trio.sleep(1)
        self.check(self.left())
        self.check([f"{name} seized {count} times more than released" for name, count in self.seized.items() if count])
        await self._journal_is_whole(journal)
        open_calls = [life.call for life in self._lives.open.values()]
        self.check([f"calls without an end in the records: {open_calls}"] if open_calls else [])

    async def _journal_is_whole(self, journal: Journal) -> None:
        """What was noted is in the file, whatever the disk did meanwhile."""
        with trio.move_on_after(10):
            while journal.problem:  # noqa: ASYNC110 - it tries again by itself
                await trio.sleep(0.5)
        await journal.settled()
        with closing(sqlite3.connect(self._file.path or "")) as sql:
            (kept,) = sql.execute("SELECT count(*) FROM events").fetchone()
        noted = self._noted_in_all
        self.check([f"{noted} events were noted, {kept} are kept, {journal.lost} lost"] if kept < noted else [])

    # ---- what people do ----

    def _wait(self, mean_s: float) -> float:
        return min(self._random.expovariate(1 / mean_s), 6 * mean_s)

    def _number(self) -> str:
        dice = self._random.random
        station = str(8000 + self._random.randint(1, STATIONS))
        if dice() < 0.5:
            return station
        return self._random.choice(
            [
                "8100",
                "8200",
                "8400",
                "8400",
                "8500",
                "8500",
                "8600",
                "6001",
                "9" + self._random.choice(TOWN),
                "7" + self._random.choice(TOWN),
                "8" + station[:2],
                "5",
                "110",
                "*8#",
                f"*8*{station}",
                "*59#",
                f"*57*{station}#",
                f"*41*{station}#",
                "#4#",
                "*56#",
                "#56#",
                f"*15*{station}",
                "*66#",
                "*69#",
                "*61#",
                "*71*6001",
                "*81*1001#",
                "#81#",
                "*82#",
                "#82#",
                "*87#",
                "#87#",
            ]
        )

    async def _person(self, telephone: Telephone) -> None:
        while True:
            with trio.move_on_after(self._wait(PEOPLE_S)), suppress(NotHeardError):
                await telephone.rung(within=1000)
            if telephone.ringing:
                await trio.sleep(self._wait(4))
                if self._random.random() < 0.2:
                    continue
                telephone.lift()
            else:
                telephone.lift()
                await trio.sleep(self._random.choice([0.3, 1.0, 1.0]))
                await self._dial(telephone, self._number())
            while telephone.off_hook:
                await trio.sleep(self._wait(8))
                await self._in_call(telephone)

    async def _in_call(self, telephone: Telephone) -> None:
        dice = self._random.random()
        if not telephone.off_hook:
            return
        if dice < 0.55:
            telephone.hang_up()
        elif dice < 0.85:
            with suppress(HardwareError):  # just lifted: a hook key is not taken for one yet
                await telephone.flash()
            await trio.sleep(self._random.choice([0.2, 0.5]))
            then = self._random.choice(
                [self._number(), self._number(), "1", "2", "3", "4", "0", "*70#", "*72*8001#", ""]
            )
            await self._dial(telephone, then)
        elif dice < 0.95:
            await self._dial(telephone, self._random.choice("0123456789*#"))
        else:
            await self._dial(telephone, self._random.choice(["31", "31", f"32{self._number()}#1"]))

    async def _dial(self, telephone: Telephone, number: str) -> None:
        """A person may hang up at any digit."""
        for digit in number:
            if not telephone.off_hook:
                return
            await telephone.dial(digit)
            if self._random.random() < 0.01:
                telephone.hang_up()

    async def _caller_from_town(self, way: str) -> None:
        while True:
            await trio.sleep(self._wait(PEOPLE_S / 2))
            number = self._random.choice(
                [str(8000 + self._random.randint(1, STATIONS)), "8100", "8200", "8400", "8500", "8600", "9999"]
            )
            try:
                call = self._town.call(way, number, "62000009")
            except LocalError:
                continue  # no line is free, or the span is down
            try:
                with trio.move_on_after(self._wait(30)):
                    await call.ended.wait()
            finally:
                call.hang_up()

    # ---- what goes wrong ----

    async def _things_break(self) -> None:
        acts: list[Callable[[], Awaitable[None]]] = [
            self._alarm,
            self._pull,
            self._cut,
            self._block,
            self._fill_disk,
            self._kill,
        ]
        while True:
            await trio.sleep(self._wait(90))
            await self._random.choice(acts)()

    async def _alarm(self) -> None:
        span = self._card.span(self._random.choice([3, 4]))
        if span.present:
            span.alarm(self._random.choice([Alarm.RED, Alarm.YELLOW, Alarm.BLUE]))
            await trio.sleep(self._wait(8))
            span.clear()

    async def _pull(self) -> None:
        span = self._card.span(self._random.choice([1, 2, 3, 4]))
        if span.present:
            span.remove()
            await trio.sleep(self._wait(8))
            span.insert()

    def _call_against(self, span: str) -> None:
        """The network takes a circuit in the moment in which we do: two-way seizure, if it is the same one."""
        with suppress(LocalError):  # the span is down, or has no line any more
            self._crossed.append(self._town.call(span, "8100", "62000009"))
            self.counts["crossed"] += 1

    async def _those_hang_up(self) -> None:
        try:
            while True:
                await trio.sleep(self._wait(15))
                while self._crossed:
                    self._crossed.pop().hang_up()
        finally:
            for call in self._crossed:
                call.hang_up()

    async def _cut(self) -> None:
        line = self._card.line(self._random.randint(1, STATIONS + 2))
        line.cut()
        await trio.sleep(self._wait(8))
        line.mend()

    async def _fill_disk(self) -> None:
        """The journal cannot be written for a while: calls go on, and nothing that was noted is lost."""
        write = self._file.write

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        self._file.write = full  # type: ignore[method-assign,assignment]
        self._healthy_since = math.inf
        try:
            await trio.sleep(self._wait(8))
        finally:
            self._file.write = write  # type: ignore[method-assign]
            self._healthy_since = trio.current_time()

    async def _kill(self) -> None:
        """A process that is killed leaves the files as they are at that moment; the next start makes the best of it."""
        safe_s = trio.current_time() - self._healthy_since
        with tempfile.TemporaryDirectory() as folder:
            left = Path(folder) / "journal.sqlite"
            for file in (Path(self._file.path or ""), wal(Path(self._file.path or ""))):
                if file.exists():
                    shutil.copy(file, left.with_name(file.name))
            Journal(left, threaded=False).close()  # the next start: it closes what was cut
            with closing(connect(left)) as sql:
                (still_open,) = sql.execute("SELECT count(*) FROM open_calls").fetchone()
                found = {one.call: one for one in records(read(sql))}
        self.counts["killed"] += 1
        self.check([f"killed: {still_open} calls are open after the next start"] if still_open else [])
        if safe_s > SAFE_S:
            over = trio.current_time() - SAFE_S
            lost = [told.call for at, told in self._told if at < over and found.get(told.call) != told]
            self.check([f"killed: calls {lost} were over, and are not so in the journal"] if lost else [])
        await trio.lowlevel.checkpoint()

    async def _slow_console(self) -> None:
        watched = [self._topics.subscribe(topic, {}, None) for topic in self._topics.topics]
        screen: dict[str, dict[str, bytes]] = {one.topic.name: {} for one in watched}
        while True:
            await trio.sleep(self._wait(SLOW_S))
            await trio.testing.wait_all_tasks_blocked()
            for one in watched:
                rows = screen[one.topic.name]
                while (taken := one.take()) is not None:
                    if isinstance(taken, Snapshot):
                        rows.clear()
                    assert not isinstance(taken, Events)
                    for key, row in taken.rows.items():
                        rows.pop(key, None) if row is None else rows.__setitem__(key, _timeless(bytes(row)))
                now = {key: _timeless(encode(view)) for key, view in one.topic.snapshot()}
                stale = sorted(key for key in now.keys() | rows.keys() if now.get(key) != rows.get(key))
                told = [f"{key}: {rows.get(key)!r}, is {now.get(key)!r}" for key in stale]
                self.check([f"the console is wrong about {one.topic.name} {each}" for each in told])
            self.counts["console has caught up"] += 1

    async def _block(self) -> None:
        name = self._random.choice(list(self._hardware.lines.by_name))
        acts = Acts(self._exchange)
        with suppress(Refused):
            acts.block(name)
        await trio.sleep(self._wait(8))
        with suppress(Refused):
            acts.unblock(name)

    def _mend(self) -> None:
        for number in (1, 2, 3, 4):
            span = self._card.span(number)
            if not span.present:
                span.insert()
            span.clear()
        for channel in range(1, STATIONS + 3):
            self._card.line(channel).mend()
        for name in self._hardware.lines.by_name:
            with suppress(Refused):
                Acts(self._exchange).unblock(name)

    async def _somebody_orders(self) -> None:
        acts = Acts(self._exchange)
        while True:
            await trio.sleep(self._wait(5))
            station = str(8000 + self._random.randint(1, STATIONS))
            number = self._number()
            calls = list(self._exchange.calls) or [0]
            call = self._random.choice(calls)
            legs = self._exchange.calls[call].legs if call else []
            device = self._random.choice([*(leg.name for leg in legs), station])
            orders: list[Callable[[], object]] = [
                partial(acts.make_call, station, number),
                partial(acts.clear_connection, device, call),
                partial(acts.clear_call, call),
                partial(acts.hold, device, call),
                partial(acts.retrieve, device, call),
                partial(acts.consult, device, call, number),
                partial(acts.alternate, device),
                partial(acts.transfer, device),
                partial(acts.blind_transfer, device, call, number),
                partial(acts.conference, device),
                partial(acts.deflect, device, call, number),
                partial(acts.park, device, call),
                partial(acts.pick_up, device, station),
                partial(acts.answer, device, call),
                partial(acts.send_digits, device, call, "1"),
                *(partial(self._agent_does, station) for _ in range(4)),
                partial(self._call_back, call, self._random.choice([station, "62000001", "62000002", "110"])),
            ]
            order = self._random.choice(orders)
            try:
                order()
                self.counts["orders"] += 1
            except Refused:
                self.counts["orders refused"] += 1

    def _agent_does(self, station: str) -> None:
        agent = str(1000 + self._random.randint(1, 6))
        hows: list[How] = ["listen", "whisper", "barge in", "intercept"]
        if self._random.random() < 0.3:
            self._queues.overseeing.oversee(station, agent, self._random.choice(hows), "boss")
        elif self._random.random() < 0.5:
            log_on.take_seat(self._queues, station, agent)
        else:
            act = self._random.choice([*ASKABLE_OF_ALL, Act.READY, Act.READY])
            self._queues.ask(agent, act, "", self._random.choice(["", "boss"]))

    def _call_back(self, call: int, number: str) -> None:
        """A flow wants one for its caller, or somebody cancels one."""
        backs = self._queues.call_backs
        rows = backs.rows()
        if rows and self._random.random() < 0.3:
            backs.cancel(self._random.choice(rows).call, "boss")
        elif call:
            at = self._exchange.utc().timestamp() + self._random.choice([0, 0, 30])
            backs.take(self._exchange.calls[call], self._random.choice(["sales", "help"]), number, at)

    # ---- what must hold ----

    def _queues_faulted(self, error: Exception) -> None:
        self.faults.append(f"queues: {error!r}")

    def _faulted(self, call: int, error: Exception) -> None:
        self.faults.append(f"call {call}: {error!r}")

    def _changed(self, topic: str, key: str, view: msgspec.Struct | None) -> None:
        self.counts[f"row of {topic}"] += 1
        self._topics.changed(topic, key, view)

    def _noted(self, event: Event) -> None:
        self.events.append(event)
        self._noted_in_all += 1
        self.counts[event.kind] += 1
        if event.kind == "TrunkSeized":
            self.seized[event.device] += 1
            span = event.device.partition("/")[0]
            if event.data["direction"] == "out" and span in self._town.cities and self._random.random() < CROSSED:
                self._call_against(span)
        elif event.kind == "TrunkReleased":
            self.seized[event.device] -= 1
        life = self._lives.see(event)
        if life is not None:
            self.ended += 1
            told = record(life)
            self._told.append((trio.current_time(), told))
            if sum(piece.us for piece in life.segments) != told.end - told.begin:
                self.check([f"segments of call {told.call} do not add up"])

    async def _look(self) -> None:
        while True:
            await trio.sleep(STEP_S)
            await trio.testing.wait_all_tasks_blocked()  # what happened in this very instant is over
            self.check(self.invariants())

    def check(self, wrong: list[str]) -> None:
        wrong = [*wrong, *self.faults]
        if wrong:
            story = "\n".join(f"{e.clock / 1e6:10.3f} {e.call:>5} {e.device:8} {e.kind} {e.data}" for e in self.events)
            raise Wrong(f"seed {self.seed}, after {self.ended} calls:\n" + "\n".join(wrong) + "\n" + story)

    def invariants(self) -> list[str]:
        """At a moment when all tasks wait."""
        wrong = []
        exchange = self._exchange
        known = {leg for call in exchange.calls.values() for leg in call.legs}
        ports: Counter[int] = Counter()
        for call in exchange.calls.values():
            if not call.legs:
                wrong.append(f"{call} has nobody in it")
            if not call.served and len(call.legs) < 2:
                wrong.append(f"{call} has one party and nothing to do")
            own = {leg.port for leg in call.legs}
            for port in call.joined_ports:
                ports[port] += 1
                if port not in own:
                    wrong.append(f"{call}: port {port} of a stranger is joined")
        wrong += [f"port {port} is in {count} conversations" for port, count in ports.items() if count > 1]
        for station in exchange.stations.values():
            wrong += [f"{station} keeps {leg}, which is in no call" for leg in station.legs if leg not in known]
            busy = station.line.connection in (Connection.CONNECTED, Connection.ALERTING, Connection.INITIATED)
            if busy and not station.legs and station.keyed is None:
                wrong.append(f"{station} is {station.line.connection.value} without a leg")
            if station.held and not station.off_hook and station.active is None:
                wrong.append(f"{station} is on hook and holds {station.held}")
        for trunk in exchange.trunks.values():
            if trunk.leg is not None and trunk.leg not in known:
                wrong.append(f"{trunk} keeps {trunk.leg}, which is in no call")
            if trunk.line.connection in (Connection.CONNECTED, Connection.ALERTING) and trunk.leg is None:
                wrong.append(f"{trunk} is {trunk.line.connection.value} without a leg")
        for leg in known:
            if leg.state is State.NULL:
                wrong.append(f"{leg} is gone and still in its call")
        return wrong + self.queues_invariants()

    def queues_invariants(self) -> list[str]:
        """Queues and agents know the calls that there are, and no others."""
        self._queues.dispatch.tell()  # what happened in this very instant
        calls = self._exchange.calls
        wrong = [
            f"queue {queue.name} keeps call {call}"
            for queue in self._queues.rows.queues()
            for call in queue.calls
            if call not in calls
        ]
        backs = {back.key: back for back in self._queues.call_backs}
        kept = {int(key.rpartition("/")[2]) for key in self._exchange.journal.state.under("queues/call back/")}
        wrong += [f"call-backs {kept ^ set(backs)} are kept and not there, or there and not kept"] * (
            kept != set(backs)
        )
        for key, back in backs.items():
            if self._queues.distribution.waits(key) == (back.taken is not None):
                wrong.append(f"call-back {key} {'has' if back.taken else 'has not'} an agent, and waits or not")
            if back.call is not None and back.call.id not in calls:
                wrong.append(f"call-back {key} keeps {back.call}, which is over")
        for agent in self._queues.rows.agents():
            has = {call for call, one in calls.items() if any(leg.name == agent.device for leg in one.legs)}
            wrong += [f"agent {agent.number} has call {call}, his telephone not" for call in set(agent.calls) - has]
            answered = {
                leg.call.id
                for station in (self._exchange.stations.get(agent.device),)
                for leg in (station.legs if station is not None else ())
                if leg.state is State.CONNECTED and not leg.calling
            }
            wrong += [
                f"agent {agent.number} has not call {call} of his telephone" for call in answered - set(agent.calls)
            ]
            if (agent.state == "busy") != bool(agent.calls) and agent.state != "offered a call":
                wrong.append(f"agent {agent.number} is {agent.state} with calls {agent.calls}")
            if (agent.state == "offered a call") != bool(agent.offer) or (agent.offer and agent.offer not in calls):
                wrong.append(f"agent {agent.number} is {agent.state}, offered {agent.offer}")
            if (agent.state == "logged off") == bool(agent.device):
                wrong.append(f"agent {agent.number} is {agent.state} at {agent.device or 'no telephone'}")
        return wrong

    def left(self) -> list[str]:
        exchange = self._exchange
        found = [f"{call} is left" for call in exchange.calls.values()]
        found += [f"{station} keeps {station.legs}" for station in exchange.stations.values() if station.legs]
        found += [
            f"line {line.name} is {line.connection.value}"
            for line in self._hardware.lines.by_name.values()
            if line.connection is not Connection.NULL
        ]
        found += [f"{queue.name} has {queue.calls}" for queue in self._queues.rows.queues() if queue.calls]
        found += [f"agent {agent.number} has {agent.calls}" for agent in self._queues.rows.agents() if agent.calls]
        found += [f"call-back {row.call} is left" for row in self._queues.call_backs.rows()]
        found += [f"parked at {place}" for place in exchange.parked]
        found += [f"conference {room}" for room in exchange.rooms]
        statistics = self._hardware.plane.statistics()
        if statistics.bridges or statistics.joined_pairs:
            found.append(f"{statistics.bridges} bridges, {statistics.joined_pairs} pairs in the plane")
        return found
