"""The native layer of ISDN: everything that is bound is there, and time is what we say."""

from __future__ import annotations

import pytest

from hw.native.pri import ffi, lib
from hw.signalling.pri import events as on
from hw.signalling.pri.link import CallRequest, DChannelLink
from hw.signalling.pri.party import Number
from hw.signalling.pri.settings import LinkSettings, Side
from hw.signalling.q850 import Cause

pytestmark = pytest.mark.native


def test_every_declared_name_is_in_the_library() -> None:
    """A function that libpri declares and does not have would be missed at import only."""
    names = [name for name in dir(lib) if not name.startswith("_")]
    assert len([name for name in names if name.startswith("dchannel_")]) >= 20
    for name in names:
        assert getattr(lib, name) is not None


def test_the_structs_are_as_large_as_the_compiler_says() -> None:
    for struct in ("indication", "request", "party", "statistics"):
        assert ffi.sizeof(f"struct dchannel_{struct}") > 0


@pytest.mark.parametrize("start", [0.0, 0.9999995, 1e6, 1.7e9])
def test_timers_run_on_our_clock_and_begin_where_it_stands(start: float) -> None:
    link = DChannelLink(LinkSettings(Side.USER), start)
    assert len(link.frames()) == 1  # SABME
    assert link.next_timer() == pytest.approx(start + 1, abs=1e-5)
    assert list(link.events(start + 0.9)) == []
    assert link.frames() == []
    assert list(link.events(link.next_timer() or 0)) == []
    assert len(link.frames()) == 1  # T200: once more


def test_a_day_passes_in_no_time() -> None:
    link = DChannelLink(LinkSettings(Side.USER), 0.0)
    now, sent = 0.0, 0
    while now < 86_400:
        now = link.next_timer() or pytest.fail("the data link has given up")
        list(link.events(now))
        sent += len(link.frames())
    assert sent > 50_000


def test_two_links_have_two_clocks() -> None:
    early, late = DChannelLink(LinkSettings(Side.USER), 10.0), DChannelLink(LinkSettings(Side.USER), 1000.0)
    list(late.events(5000.0))
    list(early.events(10.5))
    assert early.next_timer() == pytest.approx(11)
    assert late.next_timer() == pytest.approx(5001)


def connected() -> tuple[DChannelLink, DChannelLink]:
    user, network = DChannelLink(LinkSettings(Side.USER), 0.0), DChannelLink(LinkSettings(Side.NETWORK), 0.0)
    exchange(user, network)
    return user, network


def exchange(*links: DChannelLink) -> list[list[on.LinkEvent]]:
    """Frames to and fro until the wire is quiet; what each link told."""
    told: list[list[on.LinkEvent]] = [[], []]
    moved = True
    while moved:
        moved = False
        for index, link in enumerate(links):
            told[index] += link.events(0.0)
            for frame in link.frames():
                moved = True
                links[1 - index].receive(frame)
    return told


@pytest.mark.parametrize("cause", list(Cause), ids=lambda cause: cause.name)
def test_a_call_refused_before_anything_else_was_said_keeps_its_cause(cause: Cause) -> None:
    """libpri sends nothing at all for most causes then, and the caller runs into T303."""
    user, network = connected()
    call = user.setup(CallRequest(Number("1")), 0.0, channel=1)
    _, (setup,) = exchange(user, network)
    assert isinstance(setup, on.Setup)
    network.release(setup.call, cause, 0.0)
    told, _ = exchange(user, network)
    heard = told[-1]
    assert isinstance(heard, on.Release | on.Disconnect)
    assert (heard.call, heard.cause) == (call, cause)


def test_a_call_that_the_caller_takes_back_before_we_said_anything_is_not_lost() -> None:
    """libpri drops such a call without an event."""
    user, network = connected()
    user.setup(CallRequest(Number("1")), 0.0, channel=1)
    _, (setup,) = exchange(user, network)
    assert isinstance(setup, on.Setup)
    release_complete = bytes.fromhex("000103" + "080200015a" + "08028090")
    network.receive(release_complete)
    _, told = exchange(user, network)
    assert [(type(event), getattr(event, "call", None)) for event in told] == [(on.Release, setup.call)]
    assert network.statistics().dropped == 1
    assert network.statistics().calls == 0


def test_the_257th_call_is_refused_with_42() -> None:
    user, network = connected()
    user.setup(CallRequest(Number("1")), 0.0, channel=1)
    (frame,) = user.frames()
    disconnects = []
    for reference in range(1, lib.DCHANNEL_CALLS_MAX + 3):
        network.receive(bytes((0x00, 0x01, 0x03, 0x08, 0x02)) + reference.to_bytes(2, "big") + frame[8:])
        list(network.events(0.0))
        disconnects += [sent for sent in network.frames() if not sent[2] & 1 and sent[8] == 0x45]
    assert network.statistics().calls == lib.DCHANNEL_CALLS_MAX
    assert [(sent[5:8].hex(), sent[-1] & 0x7F) for sent in disconnects] == [("028101", 42), ("028102", 42)]


def test_call_numbers_never_come_again() -> None:
    user, _ = connected()
    seen = set()
    for _ in range(300):
        number = user.setup(CallRequest(Number("1")), 0.0, channel=1)
        assert number not in seen
        seen.add(number)
        user.forget(number)
    assert user.statistics().calls == 0
