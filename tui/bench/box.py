"""The control interface of a big office without its calls: 1024 channels, 512 agents and 64 queues that change.

    python -m tui.bench.box SOCKET CHANGES        so many rows a second, until it is ended

Server, acts of a connection, topics and rows are the product's own (core/api): the console reads what a busy box
sends, at its pace. Only what the rows tell is made up: 512 calls between two lines, some of which end and begin.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import trio

from core.alarms import AlarmView
from core.api.acts import Registry
from core.api.all_acts import REGISTRY
from core.api.asking import Rooms
from core.api.board import topics
from core.api.rooms import BoxStatus
from core.api.server import Server
from core.api.topics import Topics
from core.exchange.views import CallView, ConnectionView, LineView
from core.queues.views import AgentRow, QueueRow
from core.spans import SpanView

CHANNELS, AGENTS, QUEUES, CALLS = 1024, 512, 64, 512
STATES = ("connected", "connected", "connected", "held", "alerting", "queued")
AGENT_STATES = ("ready", "busy", "working after call", "not ready")
BEGUN = 1_790_000_000.0
PACE_S = 0.02

Rows = dict[str, msgspec.Struct]


class Office:
    """rows: by topic and key."""

    def __init__(self, tell: Any, seed: int = 1) -> None:
        self._tell, self._chance = tell, Random(seed)
        self._calls = CALLS
        self.rows: dict[str, Rows] = {
            "status": {"box": status()},
            "calls": {str(n): call(n, "connected") for n in range(1, CALLS + 1)},
            "lines": {
                name: line(name, "connected", n // 2 + 1) for n, name in enumerate(map(channel, range(CHANNELS)))
            },
            "spans": {f"e{n:02}": span(f"e{n:02}") for n in range(1, CHANNELS // 32 + 1)},
            "alarms": {"span e07": AlarmView("span e07", "critical", "e07: RED", "check cable and plug", BEGUN, "")},
            "queues": {f"queue{n:02}": queue(f"queue{n:02}", n) for n in range(QUEUES)},
            "agents": {str(8000 + n): agent(8000 + n, "ready") for n in range(AGENTS)},
            "devices": {},
        }

    def change(self) -> None:
        """One row, of those that a call changes, as often as it does."""
        chance = self._chance
        kind = chance.choices(("lines", "calls", "agents", "queues"), (4, 3, 2, 2))[0]
        if kind == "lines":
            n = chance.randrange(CHANNELS)
            self._put("lines", channel(n), line(channel(n), chance.choice(STATES), n // 2 + 1))
        elif kind == "agents":
            n = 8000 + chance.randrange(AGENTS)
            self._put("agents", str(n), agent(n, chance.choice(AGENT_STATES)))
        elif kind == "queues":
            name = f"queue{chance.randrange(QUEUES):02}"
            self._put("queues", name, queue(name, chance.randrange(30)))
        elif chance.random() < 0.2:
            key = chance.choice(list(self.rows["calls"]))
            del self.rows["calls"][key]
            self._tell("calls", key, None)
            self._calls += 1
            self._put("calls", str(self._calls), call(self._calls, "alerting"))
        else:
            key = chance.choice(list(self.rows["calls"]))
            self._put("calls", key, call(int(key), chance.choice(STATES)))

    def _put(self, topic: str, key: str, row: msgspec.Struct) -> None:
        self.rows[topic][key] = row
        self._tell(topic, key, row)


def channel(n: int) -> str:
    return f"e{n // 32 + 1:02}/{n % 32 + 1}"


def call(n: int, state: str) -> CallView:
    place = n % CALLS
    first = connection(channel(2 * place), state, f"1380013{place:04}", "王芳" if n % 3 else "Ann")
    second = connection(channel(2 * place + 1), "connected", f"{8000 + place}", "")
    return CallView(n, "inbound", "8600", BEGUN + n, True, 0, [first, second], {"queue": f"queue{n % QUEUES:02}"})


def connection(device: str, state: str, number: str, name: str) -> ConnectionView:
    return ConnectionView(device, "trunk", state, number, name, False, BEGUN, "")


def line(name: str, state: str, call: int) -> LineView:
    return LineView(name, "trunk", state, [], "city", call)


def span(name: str) -> SpanView:
    alarms = ["RED"] if name == "e07" else []
    return SpanView(name, "e1", 1, "pri", alarms, "up", 32, 30, 0, "TE820", {"bipolar_violations": 3}, 1)


def queue(name: str, waiting: int) -> QueueRow:
    calls = list(range(1, waiting + 1))
    return QueueRow(
        name,
        "86" + name[5:],
        waiting,
        call_backs=2,
        ringing=1,
        calls=calls,
        longest_s=41.5,
        expected_s=60.0,
        logged_on=40,
        at_work=36,
        ready=8,
        offered=900,
        answered=850,
        abandoned=40,
        elsewhere=10,
        asked_back=12,
        called_back=10,
        level=0.81,
        day_level=0.84,
        met=True,
    )


def agent(n: int, state: str) -> AgentRow:
    return AgentRow(
        str(n),
        "李强",
        "all",
        str(n),
        state,
        BEGUN,
        "",
        "",
        "",
        None,
        state == "ready",
        0,
        [],
        ["queue01"],
        {"": {"english": 7}},
        40,
        38,
        2,
        5400.0,
    )


def status() -> BoxStatus:
    figures = {"calls": CALLS, "lines": CHANNELS, "busy": CHANNELS, "out": 0, "missing": 0, "alarms": 1}
    return BoxStatus(
        "bench",
        "0",
        "running",
        BEGUN,
        60.0,
        "1",
        0.0,
        worst="critical",
        clients=1,
        faults=0,
        event=1,
        journal_lag_s=0.1,
        late_ms=0.2,
        lost_frames=0,
        warnings=[],
        **figures,
    )


class Silent:
    """The journal: nothing is kept."""

    def note(self, kind: str, call: int = 0, device: str = "", **data: Any) -> None: ...


async def serve(path: Path, changes: float) -> None:
    """changes: rows a second."""
    rooms = Rooms(Topics())
    office = Office(rooms.topics.changed)
    for topic in topics(rooms):
        snapshot = (lambda name: lambda: list(office.rows[name].items()))(topic.name)
        rooms.topics.add(topic if topic.flow else replace(topic, snapshot=snapshot))
    acts = {name: one for name, one in REGISTRY.acts.items() if name in ("hello", "subscribe", "unsubscribe")}
    async with trio.open_nursery() as nursery:
        await nursery.start(Server(rooms, Silent(), tuple, Registry(acts)).listen, path)
        owed = 0.0
        while True:
            await trio.sleep(PACE_S)
            owed += changes * PACE_S
            while owed >= 1:
                office.change()
                owed -= 1


if __name__ == "__main__":
    trio.run(partial(serve, Path(sys.argv[1]), float(sys.argv[2])))
