"""Each act orders the right thing of the exchange, and leaves the right words in the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
import trio

from core.api import client
from core.api.all_acts import REGISTRY
from core.api.asking import Rooms
from core.api.board import topics
from core.api.errors import Code, Refusal
from core.api.roles import Credentials, Role, User
from core.api.server import Server
from core.exchange.refusal import Refused
from core.exchange.views import CallView, ConnectionView, DeviceView, LineView
from hw.signalling.q850 import Cause
from tests.api.rig import Trail

MEI, TOM, SUN = Credentials(1, 1, 1, "mei"), Credentials(1, 2, 2, "tom"), Credentials(1, 3, 3, "sun")
USERS = (
    User("Mei", Role.ADMINISTRATOR, unix_user="mei"),
    User("Tom", Role.AGENT, unix_user="tom", station="8001"),
    User("Sun", Role.AUDITOR, unix_user="sun"),
)


def call(number: int, *devices: str) -> CallView:
    connections = [ConnectionView(device, "station", "connected", device, "", False, 0.0, "") for device in devices]
    return CallView(number, "internal", devices[-1], 0.0, True, 0, connections, {})


class Paper:
    """An exchange that writes down what is ordered, and has two calls."""

    def __init__(self) -> None:
        self.orders: list[tuple[Any, ...]] = []
        self.blocked: set[str] = set()
        self.forward = ""
        self.refuses: Refused | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)

        def order(*values: Any) -> Any:
            if self.refuses is not None:
                raise self.refuses
            self.orders.append((name, *values))
            return "7001" if name == "park" else 17

        return order

    def calls(self) -> Sequence[CallView]:
        return [call(1, "8001", "8002"), call(2, "8003", "e1a/3")]

    def lines(self) -> Sequence[LineView]:
        return [LineView("e1a/3", "trunk", "null", ["blocked_here"] * ("e1a/3" in self.blocked), "isdn", 0)]

    def devices(self) -> Sequence[DeviceView]:
        return [
            DeviceView(number, "", "null", [], True, False, self.forward, "", "", "", False)
            for number in ("8001", "8002")
        ]

    def block(self, line: str) -> None:
        self.blocked.add(line)

    def set_forward(self, device: str, kind: str, to: str) -> None:
        self.orders.append(("set_forward", device, kind, to))
        self.forward = to


class Office:
    def __init__(self, nursery: trio.Nursery) -> None:
        self.paper = Paper()
        self.trail = Trail()
        self.rooms = Rooms()
        self.rooms.exchange = self.paper
        for topic in topics(self.rooms):
            self.rooms.topics.add(topic)
        self._server = Server(self.rooms, self.trail, lambda: USERS, REGISTRY)
        self._nursery = nursery

    async def ask(self, who: Credentials, method: str, **params: Any) -> Any:
        async with self.client(who) as box:
            return await box.ask(method, **params)

    def client(self, who: Credentials) -> Any:
        ours, theirs = trio.testing.memory_stream_pair()
        self._nursery.start_soon(self._server.serve, self._nursery, theirs, who)
        return client.over(ours, "test", "en")


@pytest.fixture
async def office() -> Any:
    async with trio.open_nursery() as nursery:
        yield Office(nursery)
        nursery.cancel_scope.cancel()


ORDERS: list[tuple[str, dict[str, Any], tuple[Any, ...], dict[str, Any]]] = [
    ("call.make", {"device": "8001", "number": "8002"}, ("make_call", "8001", "8002"), {"call": 17}),
    ("call.answer", {"device": "8001", "call": 1}, ("answer", "8001", 1), {}),
    ("call.clear", {"call": 1}, ("clear_call", 1), {}),
    ("connection.clear", {"device": "8001", "call": 1}, ("clear_connection", "8001", 1), {}),
    ("call.hold", {"device": "8001", "call": 1}, ("hold", "8001", 1), {}),
    ("call.retrieve", {"device": "8001", "call": 1}, ("retrieve", "8001", 1), {}),
    ("call.mute", {"device": "8001", "call": 1, "on": True}, ("mute", "8001", 1, True), {}),
    ("call.consult", {"device": "8001", "call": 1, "number": "8"}, ("consult", "8001", 1, "8"), {"call": 17}),
    ("call.alternate", {"device": "8001"}, ("alternate", "8001"), {}),
    ("call.transfer", {"device": "8001"}, ("transfer", "8001"), {"call": 17}),
    ("call.blind_transfer", {"device": "8001", "call": 1, "number": "8"}, ("blind_transfer", "8001", 1, "8"), {}),
    ("call.conference", {"device": "8001"}, ("conference", "8001"), {"call": 17}),
    ("call.deflect", {"device": "8001", "call": 1, "number": "8"}, ("deflect", "8001", 1, "8"), {}),
    ("call.pick_up", {"device": "8001", "rang": "8002"}, ("pick_up", "8001", "8002"), {"call": 17}),
    ("call.park", {"device": "8001", "call": 1}, ("park", "8001", 1, ""), {"orbit": "7001"}),
    ("call.send_digits", {"device": "8001", "call": 1, "digits": "1#"}, ("send_digits", "8001", 1, "1#"), {}),
    (
        "device.forward",
        {"device": "8001", "kind": "no answer", "to": "8002"},
        ("set_forward", "8001", "no answer", "8002"),
        {},
    ),
    ("device.do_not_disturb", {"device": "8001", "on": True}, ("set_do_not_disturb", "8001", True), {}),
    ("device.message_waiting", {"device": "8001", "on": False}, ("set_message_waiting", "8001", False), {}),
    ("line.unblock", {"line": "e1a/3"}, ("unblock", "e1a/3"), {}),
    ("line.reset", {"line": "e1a/3"}, ("reset", "e1a/3"), {}),
]


@pytest.mark.parametrize(("method", "params", "order", "result"), ORDERS, ids=lambda value: str(value)[:30])
async def test_an_act_orders_its_part_of_the_exchange(
    autojump_clock: object,
    office: Office,
    method: str,
    params: dict[str, Any],
    order: tuple[Any, ...],
    result: dict[str, Any],
) -> None:
    assert await office.ask(MEI, method, **params) == result
    assert office.paper.orders == [order]
    (audit,) = office.trail.audits
    assert (audit["actor"], audit["act"], audit["result"]) == ("Mei", method, "done")
    assert audit["target"] in (params.get("device"), params.get("line"), "call 1")


def test_every_changing_act_is_tried_here_or_elsewhere() -> None:
    """Whoever adds an act adds its row."""
    elsewhere = {"box.stop", "alarm.acknowledge", "line.block", "prompt.use", "prompt.record"}
    elsewhere |= {f"conference.{name}" for name in ("mute", "mute_all", "lock", "kick", "end")}
    elsewhere |= {"config.commit", "config.confirm", "config.rollback", "flow.publish", "flow.hand_over"}
    elsewhere |= {"flow.break", "flow.resume", "flow.assign", "flow.save", "config.save"}
    elsewhere |= {"trunk.listen", "queue.cancel_call_back", "line.test", "line.learn", "line.reopen"}
    elsewhere |= {"call.set_data", "call.say", "note.send", "bulletin.publish", "notice.read", "notice.withdraw"}
    elsewhere |= {f"customer.{name}" for name in ("save", "add_note", "forget")}
    elsewhere |= {one.name for one in REGISTRY.acts.values() if one.changes and one.name.startswith("recording.")}
    elsewhere |= {one.name for one in REGISTRY.acts.values() if one.changes and one.name.startswith("agent.")}
    changing = {name for name, one in REGISTRY.acts.items() if one.changes}
    assert changing == {method for method, *_ in ORDERS} | elsewhere


@pytest.mark.parametrize(("method", "params", "order", "result"), ORDERS, ids=lambda value: str(value)[:30])
async def test_an_auditor_changes_nothing_and_an_agent_only_his_own(
    autojump_clock: object,
    office: Office,
    method: str,
    params: dict[str, Any],
    order: tuple[Any, ...],
    result: dict[str, Any],
) -> None:
    with pytest.raises(Refusal) as refused:
        await office.ask(SUN, method, **params)
    assert refused.value.code is Code.FORBIDDEN
    with pytest.raises(Refusal) as refused:
        await office.ask(TOM, method, **(params | {"device": "8002"} if "device" in params else params))
    assert refused.value.code is Code.FORBIDDEN
    assert office.paper.orders == []


async def test_what_the_exchange_refuses_is_said_with_cause_and_reason(autojump_clock: object, office: Office) -> None:
    office.paper.refuses = Refused(Cause.USER_BUSY, "busy", "station 8002 is not free")
    with pytest.raises(Refusal) as refused:
        await office.ask(TOM, "call.make", device="8001", number="8002")
    assert (refused.value.code, refused.value.text) == (Code.REFUSED, "station 8002 is not free")
    assert (refused.value.cause, refused.value.about) == (17, {"reason": "busy"})


async def test_block_and_forward_say_what_was_before_and_what_is_now(autojump_clock: object, office: Office) -> None:
    await office.ask(MEI, "line.block", line="e1a/3")
    await office.ask(TOM, "device.forward", device="8001", kind="always", to="8002")
    blocked, forwarded = office.trail.audits
    assert (blocked["target"], blocked["before"], blocked["after"]) == ("e1a/3", "in service", "blocked_here")
    assert forwarded["before"] == {"forward_always": ""}
    assert forwarded["after"] == {"forward_always": "8002"}


async def test_digits_sent_into_a_call_are_not_in_the_audit_trail(autojump_clock: object, office: Office) -> None:
    await office.ask(MEI, "call.send_digits", device="8001", call=1, digits="4711#")
    assert "4711" not in str(office.trail.audits)


async def test_an_agent_sees_his_own_calls_and_station_only(autojump_clock: object, office: Office) -> None:
    assert [view["id"] for view in (await office.ask(TOM, "call.list"))["calls"]] == [1]
    assert [view["id"] for view in (await office.ask(MEI, "call.list"))["calls"]] == [1, 2]
    assert [view["number"] for view in (await office.ask(TOM, "device.list"))["devices"]] == ["8001"]
    async with office.client(TOM) as tom:
        watch = await tom.watch("calls")
        assert list(watch.rows) == ["1"]
        office.rooms.topics.changed("calls", "2", call(2, "8003"))
        office.rooms.topics.changed("calls", "1", call(1, "8002", "8003"))
        await trio.sleep(1)
        assert watch.rows == {}
        with pytest.raises(Refusal):
            await tom.watch("lines")


@pytest.mark.parametrize("number", ["", "12a", "１２", "+", "1" * 65, "1 2"])
async def test_what_is_no_number_is_not_dialled(autojump_clock: object, office: Office, number: str) -> None:
    with pytest.raises(Refusal) as refused:
        await office.ask(MEI, "call.make", device="8001", number=number)
    assert refused.value.code is Code.INVALID_PARAMS
