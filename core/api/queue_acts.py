"""Acts on queues and agents: logging on and off, ready and not ready, after-call work, skills; and what a supervisor
does for an agent.

An agent acts at the telephone where he is logged on (`device`), and only there; a supervisor names the agent by his
number. What an agent's state does not allow is `refused`, with what stands against it. Every change of an agent is in
the journal (AgentState) with who wanted it. Watch the topics `queues` and `agents` for what is now.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from core.acd import events as e
from core.acd.agents import Act
from core.api.acts import CallId, Device, Done, Nothing, Params, Result, act
from core.api.asking import Asking
from core.api.call_acts import DESK, OVERSEERS
from core.api.errors import Code, Refusal
from core.api.roles import ALL, READERS
from core.queues import log_on as seats
from core.queues import open_line
from core.queues.overseeing import How
from core.queues.room import QueueRoom
from core.queues.settings import keeps_line_open
from core.queues.supervisors import Supervisor
from core.queues.views import AgentRow, CallBackRow, QueueRow
from core.texts import _

Agent = Annotated[str, Meta(description="the agent's number", min_length=1, max_length=32)]
Why = Annotated[str, Meta(description="in the agent's or supervisor's words", max_length=80)]
Forced = Literal["ready", "not ready", "rest", "end of rest", "log off", "after-call work", "end of after-call work"]


class LogOn(Params, frozen=True):
    device: Device
    agent: Agent
    pin: Annotated[str, Meta(description="empty: the agent has none", max_length=12)] = ""


class AtDesk(Params, frozen=True):
    device: Device


class WithReason(Params, frozen=True):
    device: Device
    reason: Why = ""


class Force(Params, frozen=True):
    agent: Agent
    act: Annotated[Forced, Meta(description="what the agent is to do")]
    reason: Why = ""


class Oversee(Params, frozen=True):
    device: Device
    agent: Agent


class SetSkill(Params, frozen=True):
    agent: Agent
    skill: Annotated[str, Meta(description="of the configuration", min_length=1, max_length=64)]
    level: Annotated[int, Meta(description="from now on; 0: the agent has it no more", ge=0, le=10)]
    queue: Annotated[str, Meta(description="in which it holds; empty: wherever the queue says nothing")] = ""


class SetQueue(Params, frozen=True):
    agent: Agent
    queue: Annotated[str, Meta(description="its name", min_length=1, max_length=64)]
    serves: Annotated[bool, Meta(description="false: no more; a call that rings goes on")] = True
    rank: Annotated[int, Meta(description="agents of rank 1 are rung before those of rank 2", ge=1, le=100)] = 1
    weight: Annotated[float, Meta(description="the share with some strategies", ge=0, le=100)] = 1.0


class OfWaiting(Params, frozen=True):
    call: CallId


class OfCallBack(Params, frozen=True):
    call: Annotated[int, Meta(description="as queue.call_backs names it", ge=1)]


class CallBacks(Result, frozen=True):
    call_backs: list[CallBackRow]


class Queues(Result, frozen=True):
    queues: list[QueueRow]


class Agents(Result, frozen=True):
    agents: list[AgentRow]


class Obstacles(Result, frozen=True):
    obstacles: Annotated[dict[str, str], Meta(description="by agent, in the language of who asks")]


def _room(asking: Asking) -> QueueRoom:
    return asking.room(QueueRoom)


@act("queue.list", roles=ALL)
def queues(asking: Asking, params: Nothing) -> Queues:
    """All queues as they are now."""
    return Queues(_room(asking).rows.queues())


@act("queue.why_waiting", roles=READERS)
def why_waiting(asking: Asking, params: OfWaiting) -> Obstacles:
    """What stands between a call that waits and each agent of its queue. Error `unknown`: it is in no queue."""
    found = _room(asking).rows.why_waiting(params.call)
    if found is None:
        raise Refusal(Code.UNKNOWN, _("call {call} is in no queue").format(call=params.call))
    return Obstacles(found)


@act("queue.call_backs", roles=READERS)
def call_backs(asking: Asking, params: Nothing) -> CallBacks:
    """Callers of all queues who have hung up and are to be called back, the longest wait first."""
    return CallBacks(_room(asking).call_backs.rows())


@act("queue.cancel_call_back", roles=OVERSEERS, changes=True)
def cancel_call_back(asking: Asking, params: OfCallBack) -> Done:
    """He is called no more. One whom an agent is calling just now cannot be cancelled."""
    asking.note.target = str(params.call)
    _room(asking).call_backs.cancel(params.call, asking.peer.name)
    return Done()


@act("agent.list", roles=ALL)
def agents(asking: Asking, params: Nothing) -> Agents:
    """All agents as they are now; an agent sees those at his own telephones."""
    only = asking.only
    return Agents([row for row in _room(asking).rows.agents() if only is None or row.device in only])


@act("agent.log_on", roles=DESK, changes=True, own="device")
async def log_on(asking: Asking, params: LogOn) -> Done:
    """The agent sits at the telephone from now on, as ready as his group begins. After a few wrong PINs agent and
    telephone must wait. Where his group has permanent lines, the telephone rings, and stays off its hook when lifted.
    """
    asking.note.after = {"agent": params.agent}
    room = _room(asking)
    hands = open_line if keeps_line_open(room.exchange.box, params.agent) else seats
    await hands.log_on(room, params.device, params.agent, params.pin)
    return Done()


@act("agent.log_off", roles=DESK, changes=True, own="device")
def log_off(asking: Asking, params: AtDesk) -> Done:
    """With a call, as soon as it is over. A call that rings goes back to its place."""
    return _at(asking, params.device, Act.LOG_OFF)


@act("agent.ready", roles=DESK, changes=True, own="device")
def ready(asking: Asking, params: AtDesk) -> Done:
    """Calls of the queues may come; with a call, as soon as it is over."""
    return _at(asking, params.device, Act.READY)


@act("agent.not_ready", roles=DESK, changes=True, own="device")
def not_ready(asking: Asking, params: WithReason) -> Done:
    """None come any more; calling out still works. With a call, as soon as it is over."""
    return _at(asking, params.device, Act.NOT_READY, params.reason)


@act("agent.rest", roles=DESK, changes=True, own="device")
def rest(asking: Asking, params: WithReason) -> Done:
    """Like not ready, and counted apart. Refused where the group wants a supervisor's leave."""
    return _at(asking, params.device, Act.REST, params.reason)


@act("agent.end_rest", roles=DESK, changes=True, own="device")
def end_rest(asking: Asking, params: AtDesk) -> Done:
    """The rest is over, the agent is ready."""
    return _at(asking, params.device, Act.END_REST)


@act("agent.work", roles=DESK, changes=True, own="device")
def work(asking: Asking, params: AtDesk) -> Done:
    """After-call work; with a call, as soon as it is over."""
    return _at(asking, params.device, Act.WORK)


@act("agent.end_work", roles=DESK, changes=True, own="device")
def end_work(asking: Asking, params: AtDesk) -> Done:
    """After-call work is over."""
    return _at(asking, params.device, Act.END_WORK)


@act("agent.extend_work", roles=DESK, changes=True, own="device")
def extend_work(asking: Asking, params: AtDesk) -> Done:
    """After-call work lasts longer, by as much as the group says."""
    return _at(asking, params.device, Act.EXTEND_WORK)


@act("agent.ask_help", roles=DESK, changes=True, own="device")
def ask_help(asking: Asking, params: WithReason) -> Done:
    """All supervisors see that the agent wants help with the call that he has (内部求助)."""
    room = _room(asking)
    agent = room.desks.logged_on_at(params.device)
    asking.note.after = {"agent": agent, "reason": params.reason}
    room.help.ask(agent, params.reason)
    room.dispatch.tell()
    return Done()


@act("agent.end_help", roles=DESK, changes=True, own="device")
def end_help(asking: Asking, params: AtDesk) -> Done:
    """He has thought better of it."""
    room = _room(asking)
    room.help.end(room.desks.logged_on_at(params.device))
    room.dispatch.tell()
    return Done()


@act("agent.answer_help", roles=OVERSEERS, changes=True)
def answer_help(asking: Asking, params: Oversee) -> Done:
    """The supervisor's telephone rings; lifted, it is in the call of the agent who has asked for help, who alone hears
    it; the other overseeing acts, or keys 1 to 4, change that.
    """
    room = _room(asking)
    done = _oversee(asking, params, "whisper")
    room.help.end(params.agent, asking.peer.name)
    room.dispatch.tell()
    return done


class OnTrunk(Params, frozen=True):
    device: Device
    line: Annotated[str, Meta(description="the trunk line, as line.list has it", min_length=1, max_length=64)]


@act("trunk.listen", roles=OVERSEERS, changes=True)
def listen_to_trunk(asking: Asking, params: OnTrunk) -> Done:
    """The supervisor's telephone rings; lifted, it hears what is spoken on the line, and nobody hears it (中继监听)."""
    asking.note.target = params.line
    _room(asking).overseeing.hear_trunk(params.device, params.line, asking.peer.name)
    return Done()


@act("agent.force", roles=OVERSEERS, changes=True)
def force(asking: Asking, params: Force) -> Done:
    """A supervisor does it for the agent: 强制示闲, 强制示忙, 强制签出 and the like."""
    asking.note.target = params.agent
    asking.note.after = {"act": params.act, "reason": params.reason}
    _must_look_after(asking, params.agent)
    _room(asking).ask(params.agent, Act(params.act), params.reason, asking.peer.name)
    return Done()


@act("agent.listen", roles=OVERSEERS, changes=True)
def listen(asking: Asking, params: Oversee) -> Done:
    """The supervisor's telephone rings; lifted, it hears the agent's call, and nobody hears it (监听)."""
    return _oversee(asking, params, "listen")


@act("agent.whisper", roles=OVERSEERS, changes=True)
def whisper(asking: Asking, params: Oversee) -> Done:
    """The same, and the agent alone hears the supervisor (耳语). Who is in the call already changes over at once."""
    return _oversee(asking, params, "whisper")


@act("agent.barge_in", roles=OVERSEERS, changes=True)
def barge_in(asking: Asking, params: Oversee) -> Done:
    """The same, and all hear all (插入)."""
    return _oversee(asking, params, "barge in")


@act("agent.intercept", roles=OVERSEERS, changes=True)
def intercept(asking: Asking, params: Oversee) -> Done:
    """The same, in the agent's place: the agent is freed (拦截)."""
    return _oversee(asking, params, "intercept")


def _oversee(asking: Asking, params: Oversee, how: How) -> Done:
    asking.note.target = params.agent
    asking.note.after = {"device": params.device, "how": how}
    _must_look_after(asking, params.agent)
    _room(asking).overseeing.oversee(params.device, params.agent, how, asking.peer.name)
    return Done()


@act("agent.set_skill", roles=OVERSEERS, changes=True)
def set_skill(asking: Asking, params: SetSkill) -> Done:
    """Holds, over restarts too, until the configuration says something new about these skills of the agent."""
    asking.note.target = params.agent
    asking.note.after = {"skill": params.skill, "level": params.level, "queue": params.queue}
    _must_look_after(asking, params.agent)
    _room(asking).assignments.set_skill(params.agent, params.skill, params.level, params.queue, asking.peer.name)
    return Done()


@act("agent.set_queue", roles=OVERSEERS, changes=True)
def set_queue(asking: Asking, params: SetQueue) -> Done:
    """The agent serves the queue, or does no more: over restarts too, until the configuration says something new about
    this queue of the agent.
    """
    asking.note.target = params.agent
    asking.note.after = {"queue": params.queue, "serves": params.serves, "rank": params.rank}
    _must_look_after(asking, params.agent)
    by = asking.peer.name
    event: e.Joined | e.Parted = e.Parted(params.agent, params.queue, by)
    if params.serves:
        event = e.Joined(params.agent, params.queue, params.rank, params.weight, by)
    _room(asking).assignments.set_queue(params.agent, event, by)
    return Done()


def _must_look_after(asking: Asking, agent: str) -> None:
    """Refused: a supervisor of other groups."""
    Supervisor(asking.peer.name, asking.peer.groups).must_look_after(agent, _room(asking).rows.agent(agent).group)


def _at(asking: Asking, device: str, what: Act, reason: str = "") -> Done:
    room = _room(asking)
    agent = room.desks.logged_on_at(device)
    asking.note.after = {"agent": agent, "reason": reason} if reason else {"agent": agent}
    room.ask(agent, what, reason)
    return Done()
