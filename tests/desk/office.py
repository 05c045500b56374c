"""A small office for stories of the desk: a menu (8600) leads into the queue sales (8500); Ann, 1001, sits at 8001,
Ben, 1002, at 8002; 8003 and 8004 call.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio

from core.api.roles import Credentials
from tests.core.boxes import SMALL, box
from tests.core.house import House, living
from tests.exchange.office import spoken

PIN = "739164"
TOM = Credentials(1, 1002, 1002, "tom")
EVE = Credentials(1, 1003, 1003, "eve")
TABLES: dict[str, Any] = {
    "station": [*SMALL["station"], *({"number": f"800{n}", "card": "sim", "channel": n} for n in (3, 4))],
    "user": [
        {"name": "Tom", "role": "agent", "unix_user": "tom", "station": "8001"},
        {"name": "Eve", "role": "agent", "unix_user": "eve", "station": "8002"},
    ],
    "skill": [{"name": "english", "program": "http://crm/{number}?call={call}&visit={visit}"}, {"name": "fibre"}],
    "customer_class": [{"name": "gold", "priority": 5}, {"name": "normal"}],
    "flow": [{"number": "8600", "flow": "menu"}],
    "queue": [{"name": "sales", "number": "8500", "require": {"english": 1}}],
    "agent_group": [{"name": "desk", "begin": "ready", "after_call": "none"}],
    "agent": [
        {
            "number": "1001",
            "name": "Ann",
            "pin": PIN,
            "group": "desk",
            "skills": {"english": 7},
            "queues": [{"queue": "sales"}],
        },
        {
            "number": "1002",
            "name": "Ben",
            "group": "desk",
            "skills": {"english": 5, "fibre": 3},
            "queues": [{"queue": "sales"}],
        },
    ],
}
MENU = """
[flow]
title = "Menu"
start = "ask"
[defaults]
give_up = "bye"
on_error = "bye"
[[variable]]
name = "account"
travels = true
[[variable]]
name = "code"
[node.ask]
kind = "collect"
prompts = ["call.goodbye"]
into = "account"
timeout_s = 20
next = "pin"
[node.pin]
kind = "collect"
into = "code"
secret = true
timeout_s = 20
next = "queue"
[node.queue]
kind = "queue"
queue = "sales"
next = "bye"
timeout = "bye"
full = "bye"
[node.bye]
kind = "hangup"
"""


@asynccontextmanager
async def desks(data: Path, **tables: Any) -> AsyncIterator[House]:
    (data / "flows").mkdir(parents=True, exist_ok=True)
    (data / "flows" / "menu.toml").write_text(MENU, encoding="utf-8")
    spoken().mkdir(parents=True, exist_ok=True)
    prompts = data / "prompts"
    prompts.mkdir(exist_ok=True)
    if not (prompts / "made").exists():
        (prompts / "made").symlink_to(spoken())
    async with living(box(**(TABLES | tables)), data) as house:
        await trio.sleep(1)
        yield house


async def dials(house: House, telephone: str, number: str) -> None:
    caller = house.telephone(telephone)
    caller.lift()
    await caller.hear_tone("dial", within=5)
    await caller.dial(number)


async def answers(house: House, telephone: str) -> None:
    called = house.telephone(telephone)
    await called.rung(within=5)
    called.lift()
    await trio.sleep(0.5)
