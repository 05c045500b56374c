"""Stories of clients: who may what, what the audit trail says, and what none of them can do to the others."""

from __future__ import annotations

import json
from typing import Any

import pytest
import trio

from core.api import connection, wire
from core.api.client import Client
from core.api.errors import Code, Refusal
from tests.api.rig import AGENT, AUDITOR, MING, OPERATOR, STRANGER, Event, Lamp, rig


async def refused(box: Client, method: str, **params: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await box.ask(method, **params)
    return caught.value


async def lines(stream: trio.abc.ReceiveStream, number: int) -> list[dict[str, Any]]:
    """The next messages from the box."""
    data = b""
    while data.count(b"\n") < number:
        more = await stream.receive_some()
        assert more, data
        data += more
    return [json.loads(line) for line in data.splitlines()]


async def ended(stream: trio.abc.ReceiveStream) -> bytes:
    """What is left until the box ends the connection."""
    data = b""
    with trio.fail_after(200):
        try:
            while more := await stream.receive_some():
                data += more
        except trio.BrokenResourceError:
            pass
    return data


# ---- hello, roles ----


async def test_hello_says_who_one_is_and_what_one_may(autojump_clock: object) -> None:
    async with rig() as town, town.client() as box:
        assert box.welcome["name"] == "Mei"
        assert box.welcome["roles"] == ["supervisor"]
        assert "lamp.switch" in box.welcome["methods"]
        assert box.welcome["topics"] == ["events", "lamps"]


async def test_nothing_goes_before_hello(autojump_clock: object) -> None:
    async with rig() as town:
        stream = town.raw()
        await stream.send_all(b'{"id":1,"method":"lamp.switch","params":{}}\n')
        (answer,) = await lines(stream, 1)
        assert answer["error"]["data"]["name"] == "hello first"
        assert town.trail.audits == []


async def test_another_version_of_the_protocol_is_refused_with_a_remedy(autojump_clock: object) -> None:
    async with rig() as town, town.client() as box:
        answer = await refused(box, "hello", protocol=99)
        assert answer.code is Code.PROTOCOL
        assert answer.about == {"protocol": wire.PROTOCOL}
        assert answer.remedy


async def test_a_stranger_may_nothing_but_say_hello_and_is_told_so(autojump_clock: object) -> None:
    async with rig() as town:
        with pytest.raises(Refusal) as caught:
            async with town.client(STRANGER):
                pass
        assert caught.value.code is Code.FORBIDDEN
        assert "eve" in caught.value.text


async def test_root_and_the_boxs_own_user_are_never_locked_out(autojump_clock: object) -> None:
    async with rig() as town, town.client(town_root()) as box:
        assert box.welcome["roles"] == ["administrator", "installer"]


def town_root() -> Any:
    return type(OPERATOR)(1, 0, 0, "root")


async def test_what_a_role_may_not_is_forbidden_and_in_the_audit_trail(autojump_clock: object) -> None:
    async with rig() as town, town.client(AUDITOR) as box:
        answer = await refused(box, "lamp.switch", lamp="8001", on=True)
        assert answer.code is Code.FORBIDDEN
        assert "supervisor" in answer.remedy
        assert town.lamps.rows == {}
        (audit,) = town.trail.audits
        assert (audit["actor"], audit["act"], audit["result"].partition(":")[0]) == ("Sun", "lamp.switch", "forbidden")


async def test_an_agent_acts_for_his_own_telephone_only(autojump_clock: object) -> None:
    async with rig() as town, town.client(AGENT) as box:
        await box.ask("lamp.switch", lamp="8001", on=True)
        answer = await refused(box, "lamp.switch", lamp="8002", on=True)
        assert answer.code is Code.FORBIDDEN
        assert list(town.lamps.rows) == ["8001"]
        assert [audit["target"] for audit in town.trail.audits] == ["8001", "8002"]


# ---- answers ----


async def test_a_change_is_audited_with_before_and_after(autojump_clock: object) -> None:
    async with rig() as town, town.client() as box:
        await box.ask("lamp.switch", lamp="8001", on=True)
        await box.ask("lamp.switch", lamp="8001", on=False)
        assert town.trail.audits[1] == {
            "actor": "Mei",
            "role": "supervisor",
            "act": "lamp.switch",
            "target": "8001",
            "before": {"name": "8001", "on": True},
            "after": {"name": "8001", "on": False},
            "result": "done",
        }


async def test_a_refusal_comes_with_cause_and_remedy(autojump_clock: object) -> None:
    async with rig() as town, town.client() as box:
        answer = await refused(box, "lamp.switch", lamp="broken", on=True)
        assert (answer.code, answer.remedy, answer.cause) == (Code.REFUSED, "mend it", 34)
        assert town.trail.audits[0]["result"] == "refused: it is broken"


async def test_a_bug_in_an_act_is_logged_and_ends_nothing(
    autojump_clock: object, caplog: pytest.LogCaptureFixture
) -> None:
    async with rig() as town, town.client() as box:
        answer = await refused(box, "lamp.switch", lamp="cursed", on=True)
        assert answer.code is Code.INTERNAL
        assert "ZeroDivisionError" in caplog.text
        assert "Traceback" in caplog.text
        await box.ask("lamp.switch", lamp="8001", on=True)
        assert [audit["result"].partition(":")[0] for audit in town.trail.audits] == ["internal error", "done"]


async def test_a_name_that_is_no_text_and_a_result_that_is_no_json_cost_nobody_anything(
    autojump_clock: object, caplog: pytest.LogCaptureFixture
) -> None:
    async with rig() as town, town.client() as box:
        assert (await box.ask("lamp.odd", lamp="a", on=True))["text"] == "? Li"
        assert (await refused(box, "lamp.odd", lamp="a", on=False)).code is Code.INTERNAL
        assert "TypeError" in caplog.text
        watch = await box.watch("lamps")
        town.topics.changed("lamps", "\udc80", Lamp("\udc80", True))
        await trio.sleep(1)
        assert list(watch.rows) == ["?"]


@pytest.mark.parametrize(
    "params", [{}, {"lamp": "8001"}, {"lamp": 1, "on": True}, {"lamp": "8001", "on": True, "brightness": 3}]
)
async def test_wrong_parameters_change_nothing(autojump_clock: object, params: dict[str, Any]) -> None:
    async with rig() as town, town.client() as box:
        assert (await refused(box, "lamp.switch", **params)).code is Code.INVALID_PARAMS
        assert town.lamps.rows == {}


async def test_parameters_by_position_are_refused(autojump_clock: object) -> None:
    async with rig() as town, town.client() as box:
        stream = town.raw()
        await stream.send_all(b'{"id":1,"method":"hello"}\n{"id":2,"method":"lamp.switch","params":["8001",true]}\n')
        assert (await lines(stream, 2))[1]["error"]["data"]["name"] == "invalid parameters"
        assert (await refused(box, "lamp.dim")).code is Code.UNKNOWN_METHOD


async def test_a_request_without_an_id_is_done_and_not_answered(autojump_clock: object) -> None:
    async with rig() as town:
        stream = town.raw()
        await stream.send_all(
            b'{"method":"hello"}\n{"method":"lamp.switch","params":{"lamp":"8001","on":true}}\n'
            b'{"method":"nonsense"}\n{"id":"x","method":"hello"}\n'
        )
        (answer,) = await lines(stream, 1)
        assert answer["id"] == "x"
        assert "8001" in town.lamps.rows


async def test_an_act_that_takes_time_holds_nobody_up(autojump_clock: object) -> None:
    async with rig() as town, town.client() as box:
        answers: list[str] = []

        async def wait() -> None:
            answers.append((await box.ask("lamp.wait", lamp="8001", on=True))["text"])

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            await trio.sleep(5)
            await box.ask("lamp.switch", lamp="8001", on=True)
            assert answers == []
            town.lamps.gate.set()
        assert answers == ["open"]


async def test_an_act_goes_on_when_its_asker_has_gone_and_answers_who_only_stopped_talking(
    autojump_clock: object,
) -> None:
    async with rig() as town:
        stream = town.raw()
        await stream.send_all(b'{"method":"hello"}\n{"id":1,"method":"lamp.wait","params":{"lamp":"a","on":true}}\n')
        assert isinstance(stream, trio.StapledStream)
        await stream.send_stream.aclose()
        await trio.sleep(1)
        town.lamps.gate.set()
        (answer,) = await lines(stream, 1)
        assert answer["result"] == {"text": "open"}
        assert await ended(stream) == b""


# ---- harm ----


async def test_garbage_is_answered_line_by_line_and_the_connection_lives(autojump_clock: object) -> None:
    async with rig() as town:
        stream = town.raw()
        await stream.send_all(b'GET / HTTP/1.1\r\n\r\n[]\n\x00\xff\n{"id":9,"method":5}\n{"id":1,"method":"hello"}\n')
        answers = await lines(stream, 5)
        assert [answer.get("error", {}).get("code") for answer in answers] == [-32700, -32600, -32700, -32600, None]
        assert answers[3]["id"] == 9


async def test_a_huge_message_ends_its_connection_and_no_other(autojump_clock: object) -> None:
    async with rig() as town, town.client() as box:
        stream = town.raw()
        for _ in range(5):
            await stream.send_all(b"x" * 65536)
        answer = json.loads(await ended(stream))
        assert answer["error"]["data"]["name"] == "too much"
        await box.ask("lamp.switch", lamp="8001", on=True)


async def test_who_says_nothing_is_let_go(autojump_clock: object) -> None:
    async with rig() as town:
        stream = town.raw()
        began = trio.current_time()
        assert await ended(stream) == b""
        assert trio.current_time() - began == pytest.approx(connection.HELLO_S)


async def test_who_asks_and_does_not_read_is_not_read_either(autojump_clock: object) -> None:
    """A hundred answers of 300 kB stay unmade until somebody takes those before."""
    async with rig() as town:
        stream = town.slow()
        made = 0
        act = town.server.dispatch.registry.acts["lamp.long"]

        def counted(asking: Any, params: Any) -> Any:
            nonlocal made
            made += 1
            return act.run(asking, params)

        town.server.dispatch.registry.acts["lamp.long"] = type(act)(
            act.name, counted, act.params, act.result, act.roles, act.changes, act.own, act.text
        )
        ended = trio.Event()

        async def send() -> None:
            request = b'{"id":1,"method":"lamp.long","params":{"lamp":"a","on":true}}\n'
            with pytest.raises(trio.BrokenResourceError):
                await stream.send_all(b'{"id":0,"method":"hello"}\n' + request * 2000)
            ended.set()

        town.nursery.start_soon(send)
        await trio.sleep(30)
        assert 0 < made <= 6
        assert not ended.is_set()
        with trio.fail_after(connection.SEND_S):
            await ended.wait()


async def test_no_more_acts_run_at_once_than_the_limit(autojump_clock: object) -> None:
    async with rig() as town:
        stream = town.raw()
        request = b'{"id":1,"method":"lamp.wait","params":{"lamp":"a","on":true}}\n'
        await stream.send_all(b'{"id":0,"method":"hello"}\n' + request * 100)
        await trio.sleep(5)
        waiting = town.lamps.gate.statistics().tasks_waiting
        assert waiting == connection.IN_FLIGHT
        town.lamps.gate.set()
        assert len(await lines(stream, 101)) == 101


async def test_texts_for_people_are_in_the_language_of_each_peer(
    autojump_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Chinese:
        def gettext(self, text: str) -> str:
            return {"it is broken": "坏了"}.get(text, text)

    monkeypatch.setattr("core.texts._catalogue", lambda code: Chinese() if code == "zh" else English())
    async with rig() as town, town.client(speak="zh") as mei, town.client(speak="en") as bob:
        assert (await refused(mei, "lamp.switch", lamp="broken", on=True)).text == "坏了"
        assert (await refused(bob, "lamp.switch", lamp="broken", on=True)).text == "it is broken"


async def test_the_language_is_the_one_asked_for_else_that_of_the_user(autojump_clock: object) -> None:
    async with rig() as town:
        for asked, spoken in (("zh", "zh"), ("", "zh"), ("fr", ""), ("en", "en")):
            stream = town.raw(MING)
            await stream.send_all(b'{"id":1,"method":"hello","params":{"language":"%s"}}\n' % asked.encode())
            await lines(stream, 1)
            (connection,) = [one for one in town.server._live if one.greeted]
            assert connection.language == spoken
            await stream.aclose()
            await trio.sleep(1)


class English:
    def gettext(self, text: str) -> str:
        return text


# ---- watching ----


async def test_a_watcher_has_the_rows_and_then_every_change(autojump_clock: object) -> None:
    async with rig() as town, town.client() as box:
        await box.ask("lamp.switch", lamp="a", on=True)
        watch = await box.watch("lamps")
        assert watch.rows == {"a": {"name": "a", "on": True}}
        await box.ask("lamp.switch", lamp="b", on=False)
        town.topics.changed("lamps", "a", None)
        await trio.sleep(1)
        assert watch.rows == {"b": {"name": "b", "on": False}}
        assert watch.lost == 0


async def test_changes_are_sent_together_at_a_steady_pace(autojump_clock: object) -> None:
    async with rig() as town, town.client() as box:
        watch = await box.watch("lamps")
        for step in range(1000):
            town.topics.changed("lamps", "a", Lamp("a", step % 2 == 0))
            await trio.sleep(0.001)
        await trio.sleep(1)
        assert watch.rows["a"]["on"] is False
        assert watch.number <= 22


async def test_a_slow_watcher_gets_the_whole_again_and_the_core_waits_for_nobody(autojump_clock: object) -> None:
    async with rig() as town:
        stream = town.slow()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(
                stream.send_all,
                b'{"id":0,"method":"hello"}\n{"id":1,"method":"subscribe","params":{"topic":"lamps"}}\n',
            )
            await lines(stream, 2)
            for number in range(5000):
                town.lamps.rows[f"{number}"] = Lamp(f"{number}", True)
                town.topics.changed("lamps", f"{number}", town.lamps.rows[f"{number}"])
                if number == 100:
                    await trio.sleep(1)  # the first rows are on their way and stand
            news = await lines(stream, 2)
        assert [one["method"] for one in news] == ["changed", "snapshot"]
        assert [one["params"]["number"] for one in news] == [1, 2]
        assert len(news[1]["params"]["rows"]) == 5000


async def test_an_agent_sees_what_concerns_his_telephone_and_nothing_else(autojump_clock: object) -> None:
    async with rig() as town, town.client(AGENT) as tom:
        town.lamps.rows |= {"8001": Lamp("8001", True), "8002": Lamp("8002", True)}
        watch = await tom.watch("lamps")
        assert list(watch.rows) == ["8001"]
        town.topics.changed("lamps", "8002", Lamp("8002", False))
        town.topics.changed("lamps", "8002", None)
        await trio.sleep(1)
        assert watch.number == 0
        assert (await refused(tom, "subscribe", topic="events")).code is Code.FORBIDDEN


async def test_a_filter_shows_rows_that_come_into_it_and_drops_those_that_leave(autojump_clock: object) -> None:
    async with rig() as town, town.client() as box:
        watch = await box.watch("lamps", on=True)
        await box.ask("lamp.switch", lamp="a", on=True)
        await trio.sleep(1)
        assert list(watch.rows) == ["a"]
        await box.ask("lamp.switch", lamp="a", on=False)
        await trio.sleep(1)
        assert watch.rows == {}
        assert (await refused(box, "subscribe", topic="lamps", filter={"colour": "red"})).code is Code.INVALID_PARAMS
        assert (await refused(box, "subscribe", topic="doors")).code is Code.UNKNOWN


async def test_every_event_of_a_flow_comes_in_its_order(autojump_clock: object) -> None:
    async with rig() as town, town.client() as box:
        watch = await box.watch("events")
        for number in range(700):
            town.topics.changed("events", "", Event(f"{number}"))
        await trio.sleep(1)
        assert [event["text"] for event in watch.events] == [f"{number}" for number in range(700)]
        assert watch.lost == 0


async def test_who_misses_events_sees_the_gap_and_subscribes_again(autojump_clock: object) -> None:
    async with rig() as town, town.client() as box:
        watch = await box.watch("events")
        for number in range(3000):
            town.topics.changed("events", "", Event(f"{number}"))
        await trio.sleep(1)
        assert watch.lost == 1
        before = len(watch.events)
        town.topics.changed("events", "", Event("after"))
        await trio.sleep(1)
        assert [event["text"] for event in watch.events][before:] == ["after"]


async def test_subscriptions_end_and_are_counted(autojump_clock: object) -> None:
    async with rig() as town, town.client() as box:
        watch = await box.watch("lamps")
        await box.unwatch(watch)
        assert not town.topics.watched("lamps")
        assert (await refused(box, "unsubscribe", subscription=watch.subscription)).code is Code.UNKNOWN
        for _ in range(connection.SUBSCRIPTIONS_MAX):
            await box.watch("lamps")
        assert (await refused(box, "subscribe", topic="lamps")).code is Code.TOO_MUCH


async def test_a_client_that_goes_leaves_nothing(autojump_clock: object) -> None:
    async with rig() as town:
        async with town.client() as box:
            await box.watch("lamps")
            await box.watch("events")
        await trio.sleep(1)
        assert not town.topics.watched("lamps")
        assert not town.topics.watched("events")
