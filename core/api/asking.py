"""Somebody asks for an act: who, in which language, of which rooms of the box, and what the audit trail is to say.

What it does: carries these to the act. What it does not: check roles, write the audit trail (dispatch.py).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import trio

from core.api.acts import Act
from core.api.errors import Code, Refusal
from core.api.roles import Peer, Role
from core.api.rooms import AlarmRoom, BoxRoom, Facade, JournalRoom
from core.api.topics import Filter, Snapshot, Topics
from core.config.configuration import Configuration
from core.texts import _
from hw.errors import LocalError

T = TypeVar("T")


class Rooms:
    """The rooms that acts work with: those that every box has, the others each by its class; and the topics."""

    box: BoxRoom
    alarms: AlarmRoom
    exchange: Facade
    journal: JournalRoom
    configuration: Configuration

    def __init__(self, topics: Topics | None = None) -> None:
        self.topics = topics or Topics()
        self._rooms: dict[type, object] = {}

    def add(self, kind: type[T], room: T) -> None:
        """`kind`: the class, or the abstract class that acts know it by."""
        self._rooms[kind] = room

    def __getitem__(self, kind: type[T]) -> T:
        """LocalError: this box has no such room."""
        room = self._rooms.get(kind)
        if room is None:
            raise LocalError(f"the control interface has no {kind.__name__}")
        return room  # type: ignore[return-value]

    def __contains__(self, kind: type) -> bool:
        return kind in self._rooms


class Watching(Protocol):
    """The asker's connection, as the acts hello, subscribe and unsubscribe need it (connection.py)."""

    language: str
    client: str
    greeted: bool
    left: trio.Event
    """Set when the client has gone, or sends no more."""

    def subscribe(self, topic: str, wanted: Filter, stations: frozenset[str] | None) -> Snapshot:
        """Refusal: no such topic or filter, or too many subscriptions."""

    def unsubscribe(self, subscription: int) -> None:
        """Refusal: this connection has none of that number."""


@dataclass
class Note:
    """What the audit trail says of an act beside who and what. Acts fill in what they know."""

    target: str = ""
    before: Any = None
    after: Any = None


@dataclass
class Asking:
    peer: Peer
    rooms: Rooms
    watching: Watching
    acts: Mapping[str, Act]
    note: Note = field(default_factory=Note)

    def room(self, kind: type[T]) -> T:
        return self.rooms[kind]

    async def while_here(self, work: Callable[[], Awaitable[T]]) -> T:
        """The work, given up when the asker's connection ends. Refusal: it has ended."""
        outcome: list[T] = []
        failed: Exception | None = None
        async with trio.open_nursery() as nursery:

            async def watch() -> None:
                await self.watching.left.wait()
                nursery.cancel_scope.cancel()

            nursery.start_soon(watch)
            try:
                outcome.append(await work())
            except Exception as error:  # as it is, not as a group
                failed = error
            nursery.cancel_scope.cancel()
        if failed is not None:
            raise failed
        if not outcome:
            raise Refusal(Code.REFUSED, _("who asked has gone"))
        return outcome[0]

    @property
    def only(self) -> frozenset[str] | None:
        """The devices beyond which the peer sees nothing; None: he sees all."""
        return self.peer.stations if self.peer.roles <= {Role.AGENT} else None
