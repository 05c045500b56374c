"""One client's connection: reads requests, has them performed, sends answers and changes; asks nothing of the core.

    client ──> reader ── plain act: at once ─────────────┐
                  └───── async act: in a task of its own ─┴──> answers ──┐
    core ──> Subscription.woke ──────────────────────────────────────────┴──> writer ──> client

What is unsent is bounded: the reader stops reading while answers wait (UNSENT_MAX) or acts run (IN_FLIGHT), and
subscriptions keep only what is new (topics.py). The core never waits. A client that takes nothing for SEND_S while
something is to be sent is let go. An act that has begun is carried out even when its asker has gone, unless it is one
that asks whether he is there (Asking.while_here).

How time flows: answers at once; changes at most every PACE_S, so that a busy box sends rows, not every step of them.
"""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass

import trio
from msgspec import UnsetType

from core.api import wire
from core.api.asking import Asking, Rooms
from core.api.dispatch import Dispatch
from core.api.errors import Code, Refusal, refusal_of
from core.api.roles import Peer
from core.api.topics import Changed, Events, Filter, Snapshot, Subscription
from core.texts import _, speaking

log = logging.getLogger(__name__)

IN_FLIGHT = 16
UNSENT_MAX = 1024 * 1024
SUBSCRIPTIONS_MAX = 32
HELLO_S = 10.0
SEND_S = 60.0
PACE_S = 0.05
CHUNK = 65536


@dataclass(frozen=True, slots=True)
class House:
    """What all connections share. nursery: where acts run that take time."""

    rooms: Rooms
    dispatch: Dispatch
    nursery: trio.Nursery


class Connection:
    def __init__(self, house: House, stream: trio.abc.Stream, peer: Peer) -> None:
        self.peer = peer
        self.language = ""
        self.client = ""
        self.greeted = False
        self.left = trio.Event()
        self._house = house
        self._stream = stream
        self._subscriptions: dict[int, Subscription] = {}
        self._answers: deque[bytes] = deque()
        self._unsent = 0
        self._running = 0
        self._over = False  # no more requests come
        self._news = trio.Event()
        self._room = trio.Event()
        self._last_change = -PACE_S
        self._scope = trio.CancelScope()

    async def run(self) -> None:
        """Until the client goes, or is let go. Raises nothing for what a client does."""
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._hurry)
                    nursery.start_soon(self._read)
                    await self._write()
                    nursery.cancel_scope.cancel()
        except* (trio.BrokenResourceError, trio.ClosedResourceError, trio.TooSlowError) as gone:
            log.info(
                "client let go", extra={"peer": self.peer.name, "client": self.client, "why": str(gone.exceptions)}
            )
        finally:
            self.left.set()
            for subscription in self._subscriptions.values():
                self._house.rooms.topics.unsubscribe(subscription)
            with trio.CancelScope(shield=True):
                await trio.aclose_forcefully(self._stream)

    def leave(self, why: str) -> None:
        """The client is let go; he may come again."""
        log.info("client let go", extra={"peer": self.peer.name, "client": self.client, "why": why})
        self._scope.cancel()

    # ---- what acts ask of the connection ----

    def subscribe(self, topic: str, wanted: Filter, stations: frozenset[str] | None) -> Snapshot:
        if len(self._subscriptions) >= SUBSCRIPTIONS_MAX:
            raise Refusal(
                Code.TOO_MUCH,
                _("a connection has {n} subscriptions at most").format(n=SUBSCRIPTIONS_MAX),
                remedy=_("end one of them with unsubscribe"),
            )
        subscription = self._house.rooms.topics.subscribe(topic, wanted, stations)
        subscription.woke = self._wake
        self._subscriptions[subscription.id] = subscription
        return subscription.begin()

    def unsubscribe(self, number: int) -> None:
        subscription = self._subscriptions.pop(number, None)
        if subscription is None:
            raise Refusal(Code.UNKNOWN, _("no such subscription: {number}").format(number=number))
        self._house.rooms.topics.unsubscribe(subscription)

    # ---- in ----

    async def _hurry(self) -> None:
        """Who says nothing does not keep a place from others."""
        await trio.sleep(HELLO_S)
        if not self.greeted:
            self.leave("no hello")

    async def _read(self) -> None:
        splitter = wire.Splitter()
        try:
            while data := await self._stream.receive_some(CHUNK):
                for message in splitter.feed(bytes(data)):
                    await self._until_room()
                    await self._take(message)
        except wire.TooLong:
            self._refuse(
                None,
                Refusal(
                    Code.TOO_MUCH,
                    _("a message is longer than {n} bytes; the connection ends").format(n=wire.MESSAGE_MAX),
                ),
            )
        self._over = True
        self.left.set()
        self._wake()

    async def _until_room(self) -> None:
        while self._running >= IN_FLIGHT or self._unsent > UNSENT_MAX:
            self._room = trio.Event()
            await self._room.wait()
        # A thousand requests in one piece must not keep the loop from everybody else.
        await trio.lowlevel.checkpoint()

    async def _take(self, message: bytes) -> None:
        with speaking(self.language):
            try:
                request = wire.read(message)
            except Refusal as refused:
                self._refuse(wire.identity(message), refused)
                return
        if self._house.dispatch.waits(request.method):
            self._running += 1
            self._house.nursery.start_soon(self._perform_apart, request)
        else:
            await self._perform(request)

    async def _perform_apart(self, request: wire.Request) -> None:
        try:
            await self._perform(request)
        finally:
            self._running -= 1
            self._room.set()
            self._wake()

    async def _perform(self, request: wire.Request) -> None:
        asking = Asking(self.peer, self._house.rooms, self, self._house.dispatch.registry.acts)
        with speaking(self.language):
            identity = None if isinstance(request.id, UnsetType) else request.id
            try:
                result = await self._house.dispatch.perform(asking, request.method, request.params)
                answer = wire.answer(identity, result)
            except Refusal as refused:
                answer = wire.refusal(identity, refused)
            except Exception as error:  # an act whose result is no JSON
                answer = wire.refusal(identity, refusal_of(error, request.method))
        if not isinstance(request.id, UnsetType):
            self._send(answer)

    def _refuse(self, identity: wire.Id, refused: Refusal) -> None:
        self._send(wire.refusal(identity, refused))

    # ---- out ----

    def _send(self, message: bytes) -> None:
        self._answers.append(message)
        self._unsent += len(message)
        self._wake()

    def _wake(self) -> None:
        self._news.set()

    async def _write(self) -> None:
        while not (self._over and not self._answers and not self._running):
            self._news = trio.Event()
            data = self._gather()
            if data:
                with trio.fail_after(SEND_S):
                    await self._stream.send_all(data)
                continue
            # Who has gone is sent no changes: to wait for their time would be to turn in a circle.
            waiting = not self._over and any(one.waiting for one in self._subscriptions.values())
            with trio.move_on_at(self._last_change + PACE_S if waiting else float("inf")):
                await self._news.wait()

    def _gather(self) -> bytes:
        """All answers; and the changes, if their time has come."""
        pieces = list(self._answers)
        self._answers.clear()
        self._unsent = 0
        self._room.set()
        if trio.current_time() >= self._last_change + PACE_S and not self._over:
            before = len(pieces)
            for subscription in self._subscriptions.values():
                news = subscription.take()
                if news is not None:
                    pieces.append(wire.notice(_METHODS[type(news)], news))
            if len(pieces) > before:
                self._last_change = trio.current_time()
        return b"".join(pieces)


_METHODS: dict[type, str] = {Snapshot: "snapshot", Changed: "changed", Events: "events"}
