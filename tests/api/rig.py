"""A server with three small acts and two topics, and clients at the other end of streams in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import trio
import trio.testing

from core.api import client, session
from core.api.acts import REGISTRY, Done, Params, Registry, Result
from core.api.asking import Asking, Rooms
from core.api.errors import Code, Refusal
from core.api.roles import READERS, Credentials, Role, User
from core.api.server import Server
from core.api.topics import Topic
from core.texts import _

OPERATOR = Credentials(1, 1001, 1001, "mei", frozenset({"desk"}))
AGENT = Credentials(2, 1002, 1002, "tom")
STRANGER = Credentials(3, 1003, 1003, "eve")
AUDITOR = Credentials(4, 1004, 1004, "sun")
MING = Credentials(5, 1005, 1005, "ming")
USERS = (
    User("Mei", Role.SUPERVISOR, unix_group="desk"),
    User("Tom", Role.AGENT, unix_user="tom", station="8001"),
    User("Sun", Role.AUDITOR, unix_user="sun"),
    User("Ming", Role.SUPERVISOR, unix_user="ming", language="zh"),
)


class Lamp(msgspec.Struct, frozen=True):
    """What the tests switch on and off."""

    name: str
    on: bool


class Event(msgspec.Struct, frozen=True):
    text: str


class Switch(Params, frozen=True):
    lamp: str
    on: bool


class Lamps:
    """The room of the tests."""

    def __init__(self) -> None:
        self.rows: dict[str, Lamp] = {}
        self.gate = trio.Event()


class Told(Result, frozen=True):
    text: str


def acts() -> Registry:
    """The session's own acts, and those of the lamps."""
    registry = Registry({name: one for name, one in REGISTRY.acts.items() if one.run.__module__ == session.__name__})

    @registry.act("lamp.switch", roles={Role.SUPERVISOR, Role.AGENT}, changes=True, own="lamp")
    def switch(asking: Asking, params: Switch) -> Done:
        """Switches a lamp."""
        lamps = asking.room(Lamps)
        asking.note.before = lamps.rows.get(params.lamp)
        if params.lamp == "broken":
            raise Refusal(Code.REFUSED, _("it is broken"), remedy="mend it", cause=34)
        if params.lamp == "cursed":
            raise ZeroDivisionError
        asking.note.after = lamps.rows[params.lamp] = Lamp(params.lamp, params.on)
        asking.rooms.topics.changed("lamps", params.lamp, lamps.rows[params.lamp])
        return Done()

    @registry.act("lamp.wait", roles=READERS)
    async def wait(asking: Asking, params: Switch) -> Told:
        """Until the gate is opened."""
        await asking.room(Lamps).gate.wait()
        return Told("open")

    @registry.act("lamp.odd", roles=READERS)
    async def odd(asking: Asking, params: Switch) -> Told:
        """An answer that is no JSON, or has a text that is none."""
        await trio.lowlevel.checkpoint()
        return Told("\ud83d Li" if params.on else object())  # type: ignore[arg-type]

    @registry.act("lamp.long", roles=READERS)
    def long(asking: Asking, params: Switch) -> Told:
        """A long answer."""
        return Told("x" * 300_000)

    return registry


class Trail:
    """The journal of the tests."""

    def __init__(self) -> None:
        self.audits: list[dict[str, Any]] = []

    def note(self, kind: str, call: int = 0, device: str = "", **data: Any) -> None:
        assert kind == "Audit"
        self.audits.append(data)


class Rig:
    def __init__(self, nursery: trio.Nursery) -> None:
        self.lamps = Lamps()
        self.trail = Trail()
        self.rooms = Rooms()
        self.rooms.add(Lamps, self.lamps)
        self.topics = self.rooms.topics
        self.topics.add(
            Topic(
                "lamps",
                "every lamp",
                Lamp,
                lambda: self.lamps.rows.items(),
                roles=frozenset(Role),
                filters={"on": "only those that are on, or off"},
                matches=lambda row, wanted: "on" not in wanted or (isinstance(row, Lamp) and row.on == wanted["on"]),
                devices=lambda key, row: (key,),
            )
        )
        self.topics.add(Topic("events", "what happened", Event, flow=True))
        self.server = Server(self.rooms, self.trail, lambda: USERS, acts())
        self.nursery = nursery

    def raw(self, credentials: Credentials = OPERATOR) -> trio.abc.Stream:
        """The client's end of a new connection."""
        ours, theirs = trio.testing.memory_stream_pair()
        self.nursery.start_soon(self.server.serve, self.nursery, theirs, credentials)
        return ours

    def slow(self, credentials: Credentials = OPERATOR) -> trio.abc.Stream:
        """The same, but what the client does not read is not taken from the server."""
        ours, theirs = trio.testing.lockstep_stream_pair()
        self.nursery.start_soon(self.server.serve, self.nursery, theirs, credentials)
        return ours

    @asynccontextmanager
    async def client(self, credentials: Credentials = OPERATOR, speak: str = "en") -> AsyncIterator[client.Client]:
        async with client.over(self.raw(credentials), "test", speak) as box:
            yield box


@asynccontextmanager
async def rig() -> AsyncIterator[Rig]:
    async with trio.open_nursery() as nursery:
        yield Rig(nursery)
        nursery.cancel_scope.cancel()
