"""China No.1 over a simulated E1 that is not as good as it should be: noise, loss, echo, neighbours, a mad far end."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
import trio

from hw.card import ChannelKind
from hw.signalling.line import CallerKnown, Connection, Delivered, Dialled, LineKind, Released, Seized, Telling
from hw.signalling.r2.channel import R2Channel
from hw.signalling.r2.settings import CHINA
from hw.signalling.shell import ChannelLine
from hw.sim.e1 import Slot
from hw.sim.wire import Condition, Side
from hw.tones import r2_backward, r2_forward

from .conftest import Town
from .r2_rig import CALL, CALLER, NUMBER, SETTINGS, Circuit
from .test_r2_contract import SimR2Rig

pytestmark = pytest.mark.native

USUAL = SETTINGS["china, length known, caller asked"]
SENT_DBM0 = -8.5  # a code: two tones of -11.5 dBm0


async def set_up(circuit: Circuit) -> None:
    """One call to us, one by us; the digits and the caller arrive whole."""
    await circuit.ready()
    for near_calls in (True, False):
        caller, called = await circuit.reach("alerting", near_calls)
        assert called.dialled == NUMBER, circuit.trace()
        assert [known.calling.number for known in called.of(CallerKnown)] == [CALLER], circuit.trace()
        caller.line.release()
        await circuit.free()


async def test_set_up_with_caller_number_takes_less_than_five_seconds(clock: object, town: Town) -> None:
    circuit = SimR2Rig(town).circuit(USUAL)
    await circuit.ready()
    begun = town.plane.seconds
    caller, _ = await circuit.reach("alerting", True)
    assert caller.of(Delivered)[0].time / 8000 - begun < 5, circuit.trace()


CONDITIONS = {
    "20 dB signal to noise": Condition(noise_dbm0=SENT_DBM0 - 20),
    "20 dB loss": Condition(loss_db=20),
    "loss and noise": Condition(loss_db=15, noise_dbm0=SENT_DBM0 - 15 - 20),
    "echo of our own codes": Condition(echo_return_loss_db=12, echo_delay_ms=20),
    "all of it": Condition(loss_db=12, noise_dbm0=SENT_DBM0 - 12 - 20, echo_return_loss_db=26, echo_delay_ms=40),
}


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
async def test_set_up_over_a_bad_wire(clock: object, town: Town, condition: Condition) -> None:
    rig = SimR2Rig(town)
    circuits = [rig.circuit(USUAL, index=index) for index in range(5)]
    for index in range(5):
        for side in Side:
            town.card.wire(town.number(ChannelKind.CAS, index)).condition(side, condition)
    async with trio.open_nursery() as nursery:
        for circuit in circuits:
            nursery.start_soon(set_up, circuit)


async def test_a_whole_span_at_once_and_nobody_hears_his_neighbour(clock: object, town: Town) -> None:
    rig = SimR2Rig(town)
    circuits = [rig.circuit(USUAL, index=index) for index in range(30)]
    for index, circuit in enumerate(circuits):
        await circuit.ready()
        circuit.near.line.place(replace(CALL, called=f"{10000000 + index}"))
    await trio.sleep(8)
    for index, circuit in enumerate(circuits):
        assert circuit.far.dialled == f"{10000000 + index}", circuit.trace()


async def test_a_far_end_that_is_idle_already_is_seen_at_once(clock: object, town: Town) -> None:
    """The card tells changes only: what stood before we came must be asked for."""
    channel = town.far(ChannelKind.CAS)
    channel.set_bits(0b1011)
    await trio.sleep(1)
    line, _ = town.line("late", LineKind.TRUNK, town.near(ChannelKind.CAS), R2Channel(CHINA))
    assert not line.service


@pytest.mark.parametrize("seed", range(2))
async def test_a_mad_far_end(clock: object, town: Town, seed: int) -> None:
    """2000 changes of bits and codes on each of five circuits; all are free afterwards, and calls go through."""
    rig, generator = SimR2Rig(town), random.Random(seed)
    slots, lines = [], []
    for index in range(5):
        slots.append(Slot(town.plane, town.far(ChannelKind.CAS, index)))
        line, heard = town.line(f"mad-{index}", LineKind.TRUNK, town.near(ChannelKind.CAS, index), R2Channel(USUAL))
        heard.then = answer(line)
        lines.append((line, heard))
    for _ in range(2000):
        for slot in slots:
            match generator.randrange(3):
                case 0:
                    slot.set_bits(generator.randrange(16))
                case 1:
                    made = generator.choice([r2_forward, r2_backward])
                    town.plane.play(slot.channel.port, [made(generator.randint(1, 15))])
                case _:
                    town.plane.stop(slot.channel.port)
        await trio.sleep(generator.choice([0.01, 0.05, 0.1, 0.3]))
    for slot in slots:
        slot.set_bits(0b1011)
        town.plane.stop(slot.channel.port)
    await trio.sleep(20)
    assert sum(len(heard.of(Seized)) for _, heard in lines) > 50
    for slot, (line, heard) in zip(slots, lines, strict=True):
        assert line.connection is Connection.NULL, "\n".join(line.trace())
        assert not line.service
        assert len(heard.of(Released)) == len(heard.of(Seized))
        slot.channel.close()
        line.close()
    await set_up(rig.circuit(USUAL))


def answer(line: ChannelLine) -> Callable[[Telling], None]:
    return lambda telling: line.answer() if isinstance(telling, Dialled) and telling.complete else None
