"""The control socket: lets clients in, as many as there is room for, and knows who they are.

    server = Server(rooms, registry, journal, users)
    await nursery.start(server.listen, Path("/run/strowger/control.sock"))

The socket is open to every process of the machine, or to one group: what somebody may do is decided by who he is
(roles.py), not by the file's mode. It is put in place whole, by rename: a client finds the old one or the new one.

What it does: accept, refuse when full, hand over to connection.py. Full is: `clients` of all users together, PER_USER
of one; root always finds some places more, so that the box can be looked at. A thousand connections that say nothing
cost a thousand refusals and no more.
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import socket
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import trio

from core.api import wire
from core.api.acts import Registry
from core.api.asking import Rooms
from core.api.connection import Connection, House
from core.api.dispatch import Dispatch, Trail
from core.api.errors import Code, Refusal
from core.api.roles import Credentials, Peer, User, credentials_of, own_uid, peer_of
from core.texts import _
from hw.card import HardwareError

log = logging.getLogger(__name__)

CONNECTIONS = 200
PER_USER = 64
FOR_ROOT = 16
BACKLOG = 128


class Server:
    """users: the [[user]] table as it is now; asked with each connection. clients: so many at once. group: of whom the
    socket is; "": of all.
    """

    def __init__(
        self,
        rooms: Rooms,
        trail: Trail,
        users: Callable[[], Iterable[User]],
        registry: Registry,
        *,
        clients: int = CONNECTIONS,
        group: str = "",
    ) -> None:
        self.clients = clients
        self.rooms = rooms
        self.dispatch = Dispatch(registry, trail)
        self._users = users
        self._group = group
        self._own_uid = own_uid()
        self._connected: Counter[int] = Counter()
        self._live: set[Connection] = set()
        self.refused = 0
        """Connections, for want of room."""

    @property
    def connections(self) -> int:
        return self._connected.total()

    # ---- the socket ----

    async def listen(self, path: Path, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Serves until cancelled. HardwareError: the socket cannot be made there, or another box answers at it."""
        listener = await self._bind(path)
        try:
            async with trio.open_nursery() as nursery:

                async def serve(stream: trio.SocketStream) -> None:
                    await self._welcome(nursery, stream)

                task_status.started()
                await trio.serve_listeners(serve, [listener])
        finally:
            _remove(path)

    async def _bind(self, path: Path) -> trio.SocketListener:
        made = path.with_name(f".{path.name}.{os.getpid()}")
        listening = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM)
        try:
            if _answers(path):
                raise OSError(errno.EADDRINUSE, "another box answers there")
            path.parent.mkdir(parents=True, exist_ok=True)
            made.unlink(missing_ok=True)
            await listening.bind(str(made))
            _give(made, self._group)
            listening.listen(BACKLOG)
            made.rename(path)
        except (OSError, LookupError) as error:
            listening.close()
            with suppress(OSError):
                _remove(made)
            raise HardwareError(
                f"control socket {path}: {getattr(error, 'strerror', '') or error}",
                action="stop the box that uses it, or give another path: strowger run --socket PATH",
            ) from None
        return trio.SocketListener(listening)

    async def _welcome(self, nursery: trio.Nursery, stream: trio.SocketStream) -> None:
        """Nothing that happens to one client may end the others."""
        try:
            # The number that costs nothing first; names may take a look into a slow directory.
            uid = credentials_of(stream.socket, names=False).uid
            if not self._room_for(uid):
                await self._turn_away(stream)
                return
            self._connected[uid] += 1
            try:
                credentials = await trio.to_thread.run_sync(credentials_of, stream.socket)
                await self.serve(nursery, stream, credentials)
            finally:
                self._connected[uid] -= 1
        except OSError as error:
            log.info("client gone before it was known", extra={"why": str(error)})
        except Exception:
            log.exception("connection of a client failed")
        finally:
            with trio.CancelScope(shield=True):
                await trio.aclose_forcefully(stream)

    def _room_for(self, uid: int) -> bool:
        extra = FOR_ROOT if uid in (0, self._own_uid) else 0
        return self.connections < self.clients + extra and self._connected[uid] < PER_USER + extra

    async def _turn_away(self, stream: trio.SocketStream) -> None:
        self.refused += 1
        full = Refusal(
            Code.TOO_MUCH,
            _("there are too many connections ({n})").format(n=self.connections),
            remedy=_("close consoles and programs that are not needed"),
        )
        with trio.move_on_after(1):
            await stream.send_all(wire.refusal(None, full))

    # ---- one client ----

    async def serve(self, nursery: trio.Nursery, stream: trio.abc.Stream, credentials: Credentials) -> None:
        """A client that is known. nursery: where acts go on that it began, also when it has gone."""
        connection = Connection(House(self.rooms, self.dispatch, nursery), stream, self._peer(credentials))
        self._live.add(connection)
        try:
            await connection.run()
        finally:
            self._live.discard(connection)

    def judge_again(self) -> None:
        """The [[user]] table has changed: whoever is somebody else by it is let go, and comes back as that."""
        for connection in list(self._live):
            if self._peer(connection.peer.credentials) != connection.peer:
                connection.leave("another role by the [[user]] table")

    def _peer(self, credentials: Credentials) -> Peer:
        return peer_of(credentials, self._users(), self._own_uid)


def _give(path: Path, group: str) -> None:
    """LookupError: the machine has no such group."""
    if group:
        shutil.chown(path, group=group)
    path.chmod(0o660 if group else 0o666)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)


def _answers(path: Path) -> bool:
    """Somebody listens at the socket. One left by a killed box does not answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.5)
        try:
            probe.connect(str(path))
        except OSError:
            return False
        return True
