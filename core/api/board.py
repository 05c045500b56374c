"""The topics that every box has; rooms that come later add theirs.

What it does: says of what rows a topic is, and where its snapshot comes from. What it does not: tell changes; whoever
has the rows does that (Topics.changed).
"""

from __future__ import annotations

from msgspec import Struct

from core.alarms import AlarmView
from core.api.asking import Rooms
from core.api.line_acts import KEEPERS
from core.api.roles import ALL
from core.api.rooms import BoxStatus
from core.api.topics import Filter, Topic
from core.desk.notices import Notice
from core.desk.room import DeskRoom
from core.exchange.views import CallView, DeviceView, LineView
from core.line_tests import LineTests
from core.queues.room import QueueRoom
from core.queues.views import AgentRow, QueueRow
from core.spans import SpanView
from core.store.event import Event
from core.testing_talk import TestView
from core.town.simulation import TELEPHONES, Simulation, TelephoneView
from core.town.traffic import Traffic, TrafficView


def topics(rooms: Rooms) -> list[Topic]:
    """`rooms` may be furnished later."""
    return [
        Topic(
            "status",
            "how the box is, once a second; one row, `box`",
            BoxStatus,
            lambda: [("box", rooms.box.status())],
            roles=ALL,
        ),
        Topic(
            "calls",
            "calls with their connections, by number",
            CallView,
            lambda: [(str(call.id), call) for call in rooms.exchange.calls()],
            roles=ALL,
            devices=_devices_of,
        ),
        Topic(
            "devices",
            "stations and what their users have set, by number",
            DeviceView,
            lambda: [(view.number, view) for view in rooms.exchange.devices()],
            roles=ALL,
            devices=lambda key, row: (key,),
        ),
        Topic(
            "lines",
            "stations and trunk circuits as lines, by name",
            LineView,
            lambda: [(view.name, view) for view in rooms.exchange.lines()],
        ),
        Topic(
            "queues",
            "queues with their callers and figures, by name; a row is told when a call or an agent of it changes",
            QueueRow,
            lambda: [(row.name, row) for row in rooms[QueueRoom].rows.queues()],
            roles=ALL,
            public=True,
        ),
        Topic(
            "agents",
            "agents, by number; an agent sees the one at his own telephone",
            AgentRow,
            lambda: [(row.number, row) for row in rooms[QueueRoom].rows.agents()],
            roles=ALL,
            devices=lambda key, row: _device_of(row),
        ),
        Topic(
            "notices",
            "notes and bulletins with who has read them, by number; an agent sees those that are for him",
            Notice,
            lambda: [(str(row.id), row) for row in rooms[DeskRoom].notices.all()],
            roles=ALL,
            devices=lambda key, row: _devices_of_notice(rooms, row),
        ),
        Topic("alarms", "alarms that stand, by key", AlarmView, lambda: list(rooms.alarms.standing.items())),
        Topic("spans", "spans, by name", SpanView, lambda: [(span.name, span) for span in rooms.box.spans()]),
        Topic(
            "tests",
            "tests of lines that the box has lent, by the first of their lines, for as long as they are made",
            TestView,
            lambda: rooms[LineTests].views() if LineTests in rooms else [],
            roles=KEEPERS,
        ),
        Topic(
            TELEPHONES,
            "simulated telephones, what is seen and heard there, by number; none where no card is simulated",
            TelephoneView,
            lambda: [(row.number, row) for row in rooms[Simulation].telephones()] if Simulation in rooms else [],
            roles=KEEPERS,
        ),
        Topic(
            "town",
            "the people around simulated cards who call by themselves; one row, `traffic`",
            TrafficView,
            lambda: [("traffic", rooms[Traffic].view())] if Traffic in rooms else [],
            roles=KEEPERS,
        ),
        Topic(
            "journal",
            "every event, as it happens; `time`: UTC, µs since 1970; `clock`: µs since this run began, for durations",
            Event,
            flow=True,
            filters={
                "call": "of this call",
                "device": "of this device",
                "kinds": "of these kinds: one name, or a list",
            },
            matches=_event_matches,
        ),
    ]


def _devices_of(key: str, row: Struct) -> list[str]:
    assert isinstance(row, CallView)
    return [connection.device for connection in row.connections]


def _device_of(row: Struct) -> list[str]:
    assert isinstance(row, AgentRow)
    return [row.device]


def _devices_of_notice(rooms: Rooms, row: Struct) -> list[str]:
    assert isinstance(row, Notice)
    return rooms[DeskRoom].notices.devices(row)


def _event_matches(row: Struct, wanted: Filter) -> bool:
    assert isinstance(row, Event)
    if "call" in wanted and row.call != wanted["call"]:
        return False
    if "device" in wanted and row.device != wanted["device"]:
        return False
    kinds = wanted.get("kinds")
    return kinds is None or (row.kind in kinds if isinstance(kinds, list) else row.kind == kinds)
