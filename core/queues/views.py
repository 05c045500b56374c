"""What screens and programs see of queues and agents: rows without a way back to the things themselves."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class QueueRow(msgspec.Struct, frozen=True):
    """A queue as it is now. The day begins at midnight where the box stands."""

    name: Annotated[str, Meta(description="of the queue")]
    number: Annotated[str, Meta(description="that leads into it; empty: none")]
    waiting: Annotated[int, Meta(description="callers who wait on the line")]
    call_backs: Annotated[int, Meta(description="callers who have hung up and wait to be called back")]
    ringing: Annotated[int, Meta(description="of both, for whom an agent is rung")]
    calls: Annotated[list[int], Meta(description="their calls, the first first")]
    longest_s: Annotated[float, Meta(description="how long the longest of them has waited, seconds")]
    expected_s: Annotated[float | None, Meta(description="what one who comes now will wait; null: not known well")]
    logged_on: Annotated[int, Meta(description="agents of the queue who are logged on")]
    at_work: Annotated[int, Meta(description="of these, who are neither not ready nor at rest")]
    ready: Annotated[int, Meta(description="of these, who may be offered a call now")]
    offered: Annotated[int, Meta(description="calls that came in today")]
    answered: Annotated[int, Meta(description="of these, answered by an agent")]
    abandoned: Annotated[int, Meta(description="of these, given up by their caller")]
    elsewhere: Annotated[int, Meta(description="of these, sent elsewhere by the queue")]
    asked_back: Annotated[int, Meta(description="call-backs that were asked for today")]
    called_back: Annotated[int, Meta(description="callers who were reached by a call-back today")]
    level: Annotated[float | None, Meta(description="service level of the running interval, 0 to 1")]
    day_level: Annotated[float | None, Meta(description="of today")]
    met: Annotated[bool | None, Meta(description="whether the interval's is as high as it should be")]


class CallBackRow(msgspec.Struct, frozen=True):
    """A caller who has hung up and keeps his place: he is called back when his turn comes."""

    call: Annotated[int, Meta(description="the call that asked, or its number in the queue")]
    queue: Annotated[str, Meta(description="whose agents call him")]
    number: Annotated[str, Meta(description="that is called")]
    since: Annotated[float, Meta(description="since when he has waited, UTC seconds since 1970")]
    state: Annotated[str, Meta(description="waits for his turn, tried: is being called, rests until the next try")]
    tries: Annotated[int, Meta(description="that have failed so far")]
    at: Annotated[float | None, Meta(description="not before; null: as soon as it is his turn")]


class AgentRow(msgspec.Struct, frozen=True):
    """An agent as he is now. Counts are of today."""

    number: Annotated[str, Meta(description="by which he logs on")]
    name: Annotated[str, Meta(description="what he is called")]
    group: Annotated[str, Meta(description="of agents")]
    device: Annotated[str, Meta(description="the telephone where he is logged on; empty: nowhere")]
    state: Annotated[
        str, Meta(description="logged off, not ready, rest, ready, offered a call, busy, working after call")
    ]
    since: Annotated[float, Meta(description="when the state began, UTC seconds since 1970")]
    reason: Annotated[str, Meta(description="why he is not ready")]
    by: Annotated[str, Meta(description="the supervisor who wanted it; empty: he himself")]
    pending: Annotated[str, Meta(description="the state that follows his call; empty: the usual one")]
    until: Annotated[float | None, Meta(description="when after-call work ends by itself, UTC seconds since 1970")]
    ready: Annotated[bool, Meta(description="may be offered a call this moment")]
    offer: Annotated[int, Meta(description="the call that he is offered; 0: none")]
    calls: Annotated[list[int], Meta(description="calls that he has")]
    queues: Annotated[list[str], Meta(description="that he serves")]
    skills: Annotated[dict[str, dict[str, int]], Meta(description="levels by queue; under no name those of his own")]
    offered: Annotated[int, Meta(description="calls that he was offered")]
    answered: Annotated[int, Meta(description="of these, answered")]
    missed: Annotated[int, Meta(description="of these, not answered, refused or impossible to ring")]
    talk_s: Annotated[float, Meta(description="seconds that he has talked in calls of queues")]
    help_since: Annotated[
        float | None, Meta(description="since when he asks for help with his call, UTC seconds since 1970; null: not")
    ] = None
    help: Annotated[str, Meta(description="for what, in his words")] = ""
