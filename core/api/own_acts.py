"""Acts of an agent on what is his own: his PIN, his skills, his figures of today.

All at the telephone where he is logged on. PINs are in no audit trail.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from core.api.acts import Device, Done, Params, act
from core.api.asking import Asking
from core.api.call_acts import DESK
from core.api.queue_acts import AtDesk
from core.api.report_acts import Made
from core.api.roles import ALL
from core.queues import skills_dropped
from core.queues.room import QueueRoom
from core.reports import forms
from core.reports.room import Reports

Pin = Annotated[str, Meta(description="digits", max_length=12)]


class ChangePin(Params, frozen=True):
    device: Device
    old: Annotated[Pin, Meta(description="the present one; empty: there is none")]
    new: Annotated[Pin, Meta(description="6 to 12 digits without order")]


class OfSkill(Params, frozen=True):
    device: Device
    skill: Annotated[str, Meta(description="of the configuration", min_length=1, max_length=64)]


def _room(asking: Asking) -> QueueRoom:
    return asking.room(QueueRoom)


@act("agent.change_pin", roles=DESK, changes=True, own="device")
async def change_pin(asking: Asking, params: ChangePin) -> Done:
    """From now on he logs on with it, over restarts too, until the configuration gives him another. Error `refused`:
    the old one is wrong (after a few, he must wait), or the new one is too short or too easy to guess.
    """
    agent = _room(asking).desks.logged_on_at(params.device)
    asking.note.after = {"agent": agent}
    await _room(asking).pins.change(params.device, agent, params.old, params.new)
    return Done()


@act("agent.drop_skill", roles=DESK, changes=True, own="device")
def drop_skill(asking: Asking, params: OfSkill) -> Done:
    """No call that asks for the skill comes to him, over restarts too, until he takes it up again. Error `refused`: he
    does not have it.
    """
    agent = _room(asking).desks.logged_on_at(params.device)
    asking.note.after = {"agent": agent, "skill": params.skill}
    skills_dropped.drop(_room(asking), agent, params.skill)
    return Done()


@act("agent.take_up_skill", roles=DESK, changes=True, own="device")
def take_up_skill(asking: Asking, params: OfSkill) -> Done:
    """He has it again at the levels at which he dropped it. Error `refused`: he has not dropped it."""
    agent = _room(asking).desks.logged_on_at(params.device)
    asking.note.after = {"agent": agent, "skill": params.skill}
    skills_dropped.take_up(_room(asking), agent, params.skill)
    return Done()


@act("agent.figures", roles=ALL, own="device")
async def figures(asking: Asking, params: AtDesk) -> Made:
    """His own figures of today, as the report `agents` works them out."""
    agent = _room(asking).desks.logged_on_at(params.device)
    return await _today(asking, "agents", frozenset({agent}))


@act("agent.ranking", roles=ALL, own="device")
async def ranking(asking: Asking, params: AtDesk) -> Made:
    """All agents of today by the calls that they have answered (排行榜), as the report `ranking` works it out."""
    _room(asking).desks.logged_on_at(params.device)
    return await _today(asking, "ranking", frozenset())


async def _today(asking: Asking, report: str, only: frozenset[str]) -> Made:
    table = await asking.room(Reports).make(report, only=only)
    return msgspec.convert(forms.as_json(table), Made)
