"""Callers who press, wait and hang up as they like, and people who answer or do not: nothing is left of any of them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import trio
import trio.testing

from core.ivr.acts import Break, Resume, Stimulus
from hw.sim.telephone import Telephone
from tests.exchange.office import Office
from tests.ivr.test_on_the_telephone import Service, service

pytestmark = pytest.mark.native


async def wander(office: Office, caller: Telephone, chance: random.Random) -> None:
    """Calls the flow again and again; each time until he has had enough."""
    for _call in range(2):
        caller.lift()
        await trio.sleep(chance.uniform(0.3, 1.0))
        await caller.dial("8600")
        for _step in range(chance.randint(0, 6)):
            await trio.sleep(chance.choice([0.1, 0.5, 1.5, 4.0, 8.0]))
            keys = chance.choice(["1", "3", "4", "5", "8002", "8004", "8009", "7", "#", "**", "80"])
            await caller.dial(keys)
        await trio.sleep(chance.uniform(0.0, 6.0))
        caller.hang_up()
        await trio.sleep(chance.uniform(0.2, 2.0))


async def answer(called: Telephone, chance: random.Random) -> None:
    """Lifts when it rings, mostly; talks, flashes, hangs up."""
    while True:
        await trio.sleep(chance.uniform(0.5, 3.0))
        if called.ringing and chance.random() < 0.7:
            called.lift()
            await trio.sleep(chance.uniform(0.2, 4.0))
            if chance.random() < 0.3:
                await called.flash()
                await trio.sleep(chance.uniform(0.2, 2.0))
            called.hang_up()


async def meddle(flows: Service, chance: random.Random) -> None:
    """The workshop stops whom it likes, and lets him go on."""
    while True:
        await trio.sleep(chance.uniform(0.5, 3.0))
        for talk in list(flows.flows.talks):
            orders: list[Stimulus] = [Break("office", "", chance.random() < 0.3), Resume("go"), Resume("into")]
            talk.order(chance.choice(orders))


@pytest.mark.parametrize("seed", range(8))
async def test_nothing_is_left_of_any_caller(seed: int, tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    chance = random.Random(seed)
    async with service(recordings=tmp_path) as (office, flows):
        people = [office.phone(number) for number in ("8002", "8003", "8004")]
        async with trio.open_nursery() as around:
            for one in people:
                around.start_soon(answer, one, random.Random(chance.random()))
            if seed % 2:
                around.start_soon(meddle, flows, random.Random(chance.random()))
            async with trio.open_nursery() as callers:
                for number in ("8001", "8005", "8006"):
                    callers.start_soon(wander, office, office.phone(number), random.Random(chance.random()))
            around.cancel_scope.cancel()
        for one in people:
            if one.off_hook:
                one.hang_up()
        await office.all_idle(within=200)
        began = [event.call for event in office.events if event.kind == "FlowBegan"]
        ended = [event.call for event in office.events if event.kind == "FlowEnded"]
        assert began, "nobody came to the flow"
        assert len(ended) <= len(began)
        assert flows.flows.talks == []
        assert not [event for event in office.events if event.data.get("how") == "failed"], office.story()
        assert not [event for event in office.events if event.data.get("reason") == "fault"], office.story()
