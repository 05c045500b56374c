"""Stories of China No.1 and ITU R2: two machines on one circuit, in virtual time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hw.signalling import machine as m
from hw.signalling.line import (
    Call,
    CallerKnown,
    Connection,
    Dialled,
    Established,
    Party,
    Released,
    Seized,
    Service,
)
from hw.signalling.q850 import Cause
from hw.signalling.r2.variant import CHINA, ITU, Variant

from .r2_world import World

VARIANTS = {
    "china, length known": replace(CHINA, called_digits=8),
    "china, length known, caller asked": replace(CHINA, called_digits=8, ask_caller_after=3),
    "china, by time-out": CHINA,
    "china, by time-out, caller asked": replace(CHINA, ask_caller_after=1),
    "itu, end code": ITU,
    "itu, end code, caller asked": replace(ITU, ask_caller_after=1),
}
CALL = Call("87654321", complete=True, calling=Party("01012345678"), category=2)


def ring(world: World) -> None:
    """Left calls right; right has the number and lets it ring."""
    world.right.on_telling = lambda telling: (
        world.right.take(m.Alert()) if isinstance(telling, Dialled) and telling.complete else None
    )
    world.left.take(m.Place(CALL))
    world.run(12)


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_a_call_is_dialled_answered_and_cleared_by_the_caller(variant: Variant) -> None:
    world = World(variant, variant)
    ring(world)
    assert len(world.right.of(Seized)) == 1
    assert "".join(dialled.digits for dialled in world.right.of(Dialled)) == "87654321", world.notes()
    if variant.ask_caller_after:
        (caller,) = world.right.of(CallerKnown)
        assert (caller.calling.number, caller.category) == ("01012345678", 2)
    assert world.left.connection() is Connection.ALERTING, world.notes()
    world.right.take(m.Answer())
    world.run(1)
    assert world.left.connection() is Connection.CONNECTED
    (established,) = world.left.of(Established)
    assert established.charged is True
    assert not established.inferred
    world.left.take(m.Release())
    world.run(2)
    for end, by in ((world.left, "near"), (world.right, "far")):
        (released,) = end.of(Released)
        assert (released.cause, released.by) == (Cause.NORMAL_CLEARING, by), world.notes()
        assert end.connection() is Connection.NULL
        assert end.machine.service is Service.NONE


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
def test_the_called_party_hangs_up_first(variant: Variant) -> None:
    world = World(variant, variant)
    ring(world)
    world.right.take(m.Answer())
    world.run(1)
    world.right.take(m.Release())
    world.run(3)
    (left,) = world.left.of(Released)
    (right,) = world.right.of(Released)
    assert (left.by, right.by) == ("far", "near"), world.notes()
    assert world.left.connection() is world.right.connection() is Connection.NULL


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
@pytest.mark.parametrize(
    ("cause", "heard"),
    [
        (Cause.USER_BUSY, Cause.USER_BUSY),
        (Cause.UNALLOCATED, Cause.UNALLOCATED),
        (Cause.NO_CIRCUIT, Cause.NO_CIRCUIT),
        (Cause.CALL_REJECTED, Cause.NO_CIRCUIT),
    ],
)
def test_a_refusal_arrives_with_its_cause(variant: Variant, cause: Cause, heard: Cause) -> None:
    world = World(variant, variant)
    world.right.on_telling = lambda telling: (
        world.right.take(m.Release(cause)) if isinstance(telling, Dialled) and telling.complete else None
    )
    world.left.take(m.Place(CALL))
    world.run(15)
    (left,) = world.left.of(Released)
    (right,) = world.right.of(Released)
    if cause is Cause.UNALLOCATED and variant.name == "itu":
        heard = Cause.NO_CIRCUIT  # ITU says vacant by group B only after A3; A4 is what group A has
    assert left.cause is heard, world.notes()
    assert right.cause is cause
    assert world.left.connection() is world.right.connection() is Connection.NULL
