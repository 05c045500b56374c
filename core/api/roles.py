"""Who is at the other end of the socket, and as what: by the kernel's word, never by the peer's.

    connect     SO_PEERCRED, SO_PEERGROUPS ──> Credentials ──> names of user and groups ──> Peer, by the [[user]] table

An administrator may do everything, an installer what belongs to cards, lines and configuration; a supervisor sees and
may act on calls; an agent acts for his own telephone; an auditor reads. root and the user that the box runs as are
administrator and installer, so that nobody is locked out by a wrong table.

What it does not: passwords (a local socket needs none), say which act needs which role (each act says so).
"""

from __future__ import annotations

import grp
import os
import pwd
import struct
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from socket import SO_PEERCRED, SOL_SOCKET
from typing import Protocol

from core.supervision import limits

SO_PEERGROUPS = 59  # asm-generic/socket.h; Python has no name for it
_GROUPS_MAX = 65536


class Role(Enum):
    """As the configuration writes them."""

    INSTALLER = "installer"
    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    AGENT = "agent"
    AUDITOR = "auditor"


ALL = frozenset(Role)
READERS = ALL - {Role.AGENT}
"""Who sees the whole box: all but agents."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Of the peer's process when it connected. Names as this machine knows them; "": it does not."""

    pid: int
    uid: int
    gid: int
    user: str = ""
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class User:
    """A row of the [[user]] table. unix_user, unix_group: who is meant; "": not by that. station: his telephone.
    language: of texts to him; "": as he asks, else the box's. groups: of agents, to whom a supervisor is limited.
    """

    name: str
    role: Role
    unix_user: str = ""
    unix_group: str = ""
    station: str = ""
    language: str = ""
    groups: frozenset[str] = frozenset()

    def means(self, credentials: Credentials) -> bool:
        by_user = bool(self.unix_user) and self.unix_user == credentials.user
        return by_user or (bool(self.unix_group) and self.unix_group in credentials.groups)


@dataclass(frozen=True, slots=True)
class Peer:
    """name: in the audit trail. stations: of which an agent is master. language: "" where the table says none."""

    name: str
    roles: frozenset[Role]
    stations: frozenset[str] = frozenset()
    credentials: Credentials = field(default=Credentials(0, -1, -1))
    language: str = ""
    groups: frozenset[str] = frozenset()
    """Of agents, to whom he is limited; empty: he is not."""

    @property
    def words(self) -> str:
        """The roles, for the audit trail and the log."""
        return ", ".join(sorted(role.value for role in self.roles)) or "none"


def peer_of(credentials: Credentials, users: Iterable[User], own_uid: int) -> Peer:
    """Whoever is in several rows has the roles of all of them, and the name of the first. In none: no role."""
    meant = [user for user in users if user.means(credentials)]
    roles = {user.role for user in meant}
    if credentials.uid in (0, own_uid):
        roles |= {Role.ADMINISTRATOR, Role.INSTALLER}
    name = meant[0].name if meant else credentials.user or f"uid {credentials.uid}"
    stations = frozenset(user.station for user in meant if user.station)
    language = next((user.language for user in meant if user.language), "")
    rows = [(role.value, ()) for role in roles if role is Role.ADMINISTRATOR]
    groups = limits([*rows, *((user.role.value, user.groups) for user in meant)])
    return Peer(name, frozenset(roles), stations, credentials, language, groups)


class Optioned(Protocol):
    """A socket, trio's or Python's own."""

    def getsockopt(self, level: int, option: int, size: int, /) -> bytes: ...


def credentials_of(connection: Optioned, *, names: bool = True) -> Credentials:
    """With names it may read user databases, which may be slow: for a worker thread. OSError: the peer is gone."""
    pid, uid, gid = struct.unpack("3i", connection.getsockopt(SOL_SOCKET, SO_PEERCRED, 12))
    if not names:
        return Credentials(pid, uid, gid)
    user, groups = "", set()
    with suppress(KeyError):
        user = pwd.getpwuid(uid).pw_name
    for number in {gid, *_peer_groups(connection)}:
        with suppress(KeyError):
            groups.add(grp.getgrgid(number).gr_name)
    return Credentials(pid, uid, gid, user, frozenset(groups))


def _peer_groups(connection: Optioned) -> Iterable[int]:
    try:
        raw = connection.getsockopt(SOL_SOCKET, SO_PEERGROUPS, _GROUPS_MAX)
    except OSError:  # Linux before 4.13: the first group must do
        return ()
    return struct.unpack(f"{len(raw) // 4}I", raw)


def own_uid() -> int:
    return os.geteuid()
