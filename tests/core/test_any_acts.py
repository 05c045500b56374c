"""Programs that order anything at any moment, while people lift and hang up: nothing of it is ever our own fault."""

from __future__ import annotations

import random
from typing import Any

import pytest
import trio

from core.api.client import Client
from core.api.errors import Code, Refusal
from tests.core.boxes import SMALL, box
from tests.core.house import House, living

pytestmark = pytest.mark.native

STATIONS = [*SMALL["station"], {"number": "8003", "card": "sim", "channel": 3}]
NUMBERS = ("8001", "8002", "8003", "8009", "8090", "7001", "*70", "*8", "8100", "8500", "8200", "062000007", "1", "#")
SAID = [{"kind": "digits", "value": "12"}]
OVERSEEN = ("agent.listen", "agent.whisper", "agent.barge_in", "agent.intercept")
FORCED = ("ready", "not ready", "log off", "after-call work")
ELSEWHERE = {"outside": "062000007", "class_of_service": "local", "press_to_take": False}
TABLES: dict[str, Any] = {
    "station": STATIONS,
    "outside_telephone": [{"number": "8090", **ELSEWHERE}],
    "park": {"orbits": "7001-7003"},
    "hunt_group": [{"number": "8100", "members": ["8001", "8002", "8003"], "order": "all"}],
    "conference": [{"number": "8200"}],
    "queue": [{"name": "sales", "number": "8500", "strategy": "ring all", "max_wait_s": 20}],
    "agent_group": [
        {"name": "desk", "begin": "ready", "next_call_while_holding": True, "release": "by the agent"},
        {"name": "open", "begin": "ready", "line": "permanent", "answer": "automatic"},
    ],
    "agent": [
        {"number": number, "group": group, "queues": [{"queue": "sales"}]}
        for number, group in (("1001", "desk"), ("1002", "open"))
    ],
    "route": [{"name": "out", "match": ["0!"], "strip": 1, "groups": [{"group": "city"}, {"group": "isdn"}]}],
}


class Monkey:
    """Draws what happens next; tells what went wrong."""

    def __init__(self, house: House, desk: Client, seed: int) -> None:
        self._house = house
        self._desk = desk
        self._random = random.Random(seed)
        self.answers: dict[str, int] = {}
        self.story: list[str] = []

    async def play(self, steps: int) -> None:
        for _ in range(steps):
            if self._random.random() < 0.4:
                self._person()
            else:
                await self._program()
            await trio.sleep(self._random.choice((0, 0, 0.05, 0.4, 2, 6)))

    def _person(self) -> None:
        number = self._random.choice(("8001", "8002", "8003"))
        telephone = self._house.telephone(number)
        self.story.append(f"{'hangs up' if telephone.off_hook else 'lifts'} {number}")
        if telephone.off_hook:
            telephone.hang_up()
        else:
            telephone.lift()

    async def _program(self) -> None:
        method, params = await self._act()
        self.story.append(f"{method} {params}")
        code: Code | None = None
        try:
            await self._desk.ask(method, **params)
        except Refusal as refused:
            code = refused.code
        assert code in (None, Code.REFUSED, Code.UNKNOWN, Code.INVALID_PARAMS), self.story[-12:]
        said = code.word if code is not None else "done"
        self.answers[said] = self.answers.get(said, 0) + 1

    async def _act(self) -> tuple[str, dict[str, Any]]:
        draw = self._random
        device, call, number = (
            draw.choice(("8001", "8002", "8003", "8090", "line1", "e1a/3", "8099")),
            1,
            draw.choice(NUMBERS),
        )
        calls = (await self._desk.ask("call.list"))["calls"]
        if calls:
            chosen = draw.choice(calls)
            call = chosen["id"]
            if chosen["connections"] and draw.random() < 0.7:
                device = draw.choice(chosen["connections"])["device"]
        legs = {"device": device, "call": call}
        agent = draw.choice(("1001", "1002"))
        return draw.choice(
            (
                ("call.make", {"device": device, "number": number}),
                ("call.make", {"device": device, "number": number}),
                ("call.answer", legs),
                ("call.clear", {"call": call}),
                ("connection.clear", legs),
                ("call.hold", legs),
                ("call.retrieve", legs),
                ("call.consult", legs | {"number": number}),
                ("call.alternate", {"device": device}),
                ("call.transfer", {"device": device}),
                ("call.blind_transfer", legs | {"number": number}),
                ("call.conference", {"device": device}),
                ("call.deflect", legs | {"number": number}),
                ("call.pick_up", {"device": device, "rang": draw.choice(("8001", "8002", "line1"))}),
                ("call.park", legs | {"orbit": draw.choice(("", "7001", "9"))}),
                ("call.send_digits", legs | {"digits": "12#"}),
                (
                    "call.set_data",
                    legs | {"data": {"order": draw.choice((None, "A7", 3)), "priority": draw.choice((1, 9))}},
                ),
                ("call.say", legs | {"said": SAID, "then": draw.choice(("go on", "release"))}),
                ("call.information", legs),
                ("device.forward", {"device": device, "kind": "busy", "to": draw.choice(("", "8003", "8001"))}),
                ("device.do_not_disturb", {"device": device, "on": draw.random() < 0.2}),
                ("agent.log_on", {"device": device, "agent": draw.choice(("1001", "1002"))}),
                ("agent.ready", {"device": device}),
                ("agent.end_work", {"device": device}),
                ("agent.force", {"agent": draw.choice(("1001", "1002", "1009")), "act": draw.choice(FORCED)}),
                (draw.choice(OVERSEEN), {"device": draw.choice(("8001", "8002", "8003")), "agent": agent}),
                ("agent.ask_help", {"device": device}),
                ("agent.answer_help", {"device": device}),
                ("agent.set_queue", {"agent": agent, "queue": "sales", "serves": draw.random() < 0.7}),
                ("call.mute", legs | {"on": draw.random() < 0.5}),
                ("line.block", {"line": device}),
                ("line.unblock", {"line": device}),
                ("line.unblock", {"line": device}),
                ("line.reset", {"line": device}),
            )
        )


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_programs_and_people_do_is_done_or_refused(
    autojump_clock: object, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with living(box(**TABLES)) as house, house.client() as desk:
        await trio.sleep(3)
        monkey = Monkey(house, desk, seed)
        await monkey.play(300)
        assert monkey.answers["done"] > 20, monkey.answers
        for name in ("8001", "8002", "8003"):
            telephone = house.telephone(name)
            if telephone.off_hook:
                telephone.hang_up()
        await trio.sleep(240)
        left = (await desk.ask("call.list"))["calls"]
        assert left == [], monkey.story[-40:]
        assert (await desk.ask("box.status"))["faults"] == 0
        assert "Traceback" not in caplog.text, caplog.text[-3000:]
