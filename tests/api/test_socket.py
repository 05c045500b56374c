"""The socket itself: who is there by the kernel's word, how many, what is left behind. In real time, without waits."""

from __future__ import annotations

import grp
import os
import socket
import stat
from pathlib import Path

import pytest
import trio

from core.api import client, server
from core.api.roles import Credentials, Peer, Role, User, credentials_of, peer_of
from hw.card import HardwareError
from tests.api.rig import USERS, Rig, acts, rig


async def listening(town: Rig, path: Path) -> None:
    await town.nursery.start(town.server.listen, path)


async def test_the_kernel_says_who_connects(tmp_path: Path) -> None:
    async with rig() as town:
        await listening(town, tmp_path / "run" / "control.sock")
        async with client.connected(tmp_path / "run" / "control.sock") as box:
            assert box.welcome["roles"] == ["administrator", "installer"]
            assert town.server.connections == 1


async def test_the_plain_client_asks_over_the_same_socket(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"

    def command() -> list[str]:
        with client.Asker(path) as box:
            return list(box.welcome["topics"])

    async with rig() as town:
        await listening(town, path)
        assert await trio.to_thread.run_sync(command) == ["events", "lamps"]


async def test_a_thousand_connections_harm_nobody(tmp_path: Path) -> None:
    """Those that say nothing are turned away when one user has too many; whoever was in before goes on."""
    path = tmp_path / "control.sock"
    async with rig() as town:
        await listening(town, path)
        async with client.connected(path) as box:
            crowd: list[socket.socket] = []
            try:
                for _ in range(1000):
                    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
                    one.setblocking(False)
                    one.connect(str(path))
                    crowd.append(one)
                    if len(crowd) % 50 == 0:
                        with trio.fail_after(20):
                            while town.server.connections + town.server.refused < len(crowd) + 1:  # noqa: ASYNC110
                                await trio.sleep(0.001)
                assert town.server.connections == server.PER_USER + server.FOR_ROOT
                assert town.server.refused == 1001 - town.server.connections
                assert (await box.ask("hello"))["name"] == box.welcome["name"]
                assert b"too many connections" in crowd[-1].recv(4096)
            finally:
                for one in crowd:
                    one.close()
        with trio.fail_after(20):
            while town.server.connections:  # noqa: ASYNC110
                await trio.sleep(0.001)
        async with client.connected(path) as box:
            assert box.welcome["roles"]


async def test_a_socket_left_by_a_killed_box_is_replaced_and_a_living_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    left = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    left.bind(str(path))
    left.close()
    async with rig() as town:
        await listening(town, path)
        assert stat.S_ISSOCK(os.stat(path).st_mode)
        with pytest.raises(HardwareError, match="another box answers") as refused:
            await town.server.listen(path)
        assert refused.value.action
        async with client.connected(path):
            pass
    assert os.listdir(tmp_path) == []


async def test_the_socket_is_of_a_group_where_that_is_set(tmp_path: Path) -> None:
    group = grp.getgrgid(os.getgid()).gr_name
    async with rig() as town:
        for name, mode in ((group, 0o660), ("", 0o666)):
            path = tmp_path / f"control{name}"
            one = server.Server(town.rooms, town.trail, lambda: USERS, acts(), group=name)
            await town.nursery.start(one.listen, path)
            assert stat.S_IMODE(os.stat(path).st_mode) == mode
            assert os.stat(path).st_gid == os.getgid()
        with pytest.raises(HardwareError, match="control socket"):
            await server.Server(town.rooms, town.trail, lambda: USERS, acts(), group="no-such-group").listen(path)
        assert {name for name in os.listdir(tmp_path) if name.startswith(".")} == set()


async def test_where_nobody_listens_the_client_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(HardwareError) as gone:
        async with client.connected(tmp_path / "nothing.sock"):
            pass
    assert "strowger run" in gone.value.action


def test_a_peer_is_known_by_user_and_by_all_groups() -> None:
    users = [
        User("Desk", Role.AGENT, unix_group="agents", station="8001"),
        User("Mei", Role.SUPERVISOR, unix_user="mei", station="8002"),
        User("Ghost", Role.INSTALLER),
    ]
    mei = Credentials(1, 1001, 100, "mei", frozenset({"users", "agents"}))
    assert peer_of(mei, users, 999) == Peer(
        "Desk", frozenset({Role.AGENT, Role.SUPERVISOR}), frozenset({"8001", "8002"}), mei
    )
    eve = Credentials(1, 1002, 100, "", frozenset({"users"}))
    assert peer_of(eve, users, 999).roles == frozenset()
    assert peer_of(eve, users, 999).name == "uid 1002"
    assert peer_of(eve, users, 1002).roles == {Role.ADMINISTRATOR, Role.INSTALLER}


def test_credentials_come_from_the_socket() -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX)
    with ours, theirs:
        known = credentials_of(ours)
        assert (known.pid, known.uid, known.gid) == (os.getpid(), os.getuid(), os.getgid())
        assert credentials_of(ours, names=False).groups == frozenset()
