"""Acts on notes and bulletins: who sends what to whom, and who has read it.

A note (便签) goes to agents by their numbers; an agent sends notes from his own telephone, with his name. A bulletin
(公告) goes to groups of agents, or to all, for some hours. Both wait for whoever is not logged on, and survive a
restart. Watch the topic `notices`: an agent has those that are for him while he is logged on at his telephone, a
supervisor has all, with the receipts.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, field

from core.api.acts import Device, Done, Params, Result, act
from core.api.asking import Asking
from core.api.call_acts import DESK, OVERSEERS
from core.api.errors import Code, Refusal
from core.api.queue_acts import Agent
from core.api.roles import ALL
from core.desk.notices import Notice, Notices
from core.desk.room import DeskRoom
from core.queues.room import QueueRoom
from core.queues.supervisors import Supervisor
from core.texts import _

Text = Annotated[str, Meta(description="what is to be read", min_length=1, max_length=2000)]
Number = Annotated[int, Meta(description="of the note or bulletin", ge=1)]
Own = Annotated[str, Meta(description="an agent's own telephone; others leave it empty", max_length=64)]


def _room(asking: Asking) -> Notices:
    return asking.room(DeskRoom).notices


def _agent_at(asking: Asking, device: str) -> str:
    return asking.room(QueueRoom).desks.logged_on_at(device)


class Send(Params, frozen=True):
    agents: Annotated[list[Agent], Meta(description="whom it is for", min_length=1, max_length=500)]
    text: Text
    device: Own = ""


class Publish(Params, frozen=True):
    text: Text
    groups: Annotated[list[str], Meta(description="of agents; empty: all whom one looks after", max_length=100)] = (
        field(default_factory=list)
    )
    hours: Annotated[float, Meta(description="for how long it stands", gt=0, le=2400)] = 24.0


class Read(Params, frozen=True):
    device: Device
    notice: Number


class OfNotice(Params, frozen=True):
    notice: Number


class OfDesk(Params, frozen=True):
    device: Own = ""


class NoticeList(Result, frozen=True):
    notices: list[Notice]


@act("note.send", roles=DESK, changes=True, own="device")
def send(asking: Asking, params: Send) -> Notice:
    """A note to agents. Error `refused`: there is no such agent, or at the telephone nobody is logged on."""
    asking.note.after = {"agents": params.agents, "text": params.text}
    by = asking.peer.name
    if params.device:
        row = asking.room(QueueRoom).rows.agent(_agent_at(asking, params.device))
        by = f"{row.number} {row.name}".strip()
    return _room(asking).send(params.agents, params.text, by)


@act("bulletin.publish", roles=OVERSEERS, changes=True)
def publish(asking: Asking, params: Publish) -> Notice:
    """A bulletin for all agents or for groups. Error `refused`: there is no such group, or it is none of those that
    the supervisor looks after.
    """
    asking.note.after = {"groups": params.groups, "text": params.text, "hours": params.hours}
    supervisor = Supervisor(asking.peer.name, asking.peer.groups)
    groups = params.groups or sorted(supervisor.groups)
    strange = [group for group in groups if not supervisor.looks_after(group)]
    if strange:
        text = _("{groups} are no groups of yours ({own})")
        own = ", ".join(sorted(supervisor.groups))
        raise Refusal(Code.REFUSED, text.format(groups=", ".join(strange), own=own))
    return _room(asking).publish(groups, params.text, params.hours, asking.peer.name)


@act("notice.list", roles=ALL, own="device")
def notices(asking: Asking, params: OfDesk) -> NoticeList:
    """Those for the agent at the telephone; without one, all, with who has read them."""
    if params.device:
        return NoticeList(_room(asking).of(_agent_at(asking, params.device)))
    return NoticeList(_room(asking).all())


@act("notice.read", roles=DESK, changes=True, own="device")
def read(asking: Asking, params: Read) -> Notice:
    """The agent at the telephone has read it. Error `refused`: it is not for him, or gone."""
    agent = _agent_at(asking, params.device)
    asking.note.after = {"agent": agent, "notice": params.notice}
    return _room(asking).read(params.notice, agent)


@act("notice.withdraw", roles=OVERSEERS, changes=True)
def withdraw(asking: Asking, params: OfNotice) -> Done:
    """Nobody sees it any more."""
    asking.note.before = {"text": _room(asking).withdraw(params.notice).text}
    return Done()
