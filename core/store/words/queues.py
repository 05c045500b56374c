"""The words of queues, of who is called back, of agents, and of the supervisors who come to them.

Queued and Dequeued, which frame a stay in a queue, are words of the call: calls.py.
"""

from __future__ import annotations

from core.store.words.kind import BOTH, DEVICE, QUEUE, REASON, WAITED, Field, Kind

AGENT = Field("agent", str, "his number", needed=True)

KINDS = (
    Kind(
        "Offered",
        BOTH,
        "the call of the device is offered to agents: they are reserved and rung",
        (
            QUEUE,
            Field("agents", list, "their numbers", needed=True),
            Field("why", dict, "why this call and why these agents: the figures that were compared"),
        ),
    ),
    Kind(
        "OfferWithdrawn",
        BOTH,
        "the device, where the agent sits, is rung for the queue no more",
        (AGENT, REASON, Field("queue", str, "the queue; empty: that in which the call waits")),
    ),
    Kind("Served", BOTH, "the device, where the agent sits, has got the call of the queue", (AGENT, QUEUE, WAITED)),
    Kind(
        "QueueStepped",
        BOTH,
        "a step of the recipe has changed what the call of the device asks for",
        (
            QUEUE,
            Field("step", int, "which, from 1"),
            Field("require", dict, "skills with level from now on"),
            Field("rank", int, "agents up to this rank may be rung"),
            Field("priority", int, "of the call"),
        ),
    ),
    Kind(
        "CallBackWanted",
        BOTH,
        "the device's party wants to be called back",
        (
            Field("number", str, "where", needed=True),
            Field("queue", str, "by whose people"),
            Field("at", str, "when, local time; empty: as soon as may be"),
            Field("data", dict, "what is known of the call"),
        ),
    ),
    Kind(
        "CallBackTried",
        BOTH,
        "the queue has called its caller back, by the agent at the device or before any agent",
        (
            QUEUE,
            Field("number", str, "where", needed=True),
            Field("tried", int, "which try it was, from 1"),
            Field("result", str, "answered, or why not", needed=True),
        ),
    ),
    Kind(
        "CallBackEnded",
        (),
        "a caller of the queue is to be called back no more",
        (
            QUEUE,
            Field("number", str, "where", needed=True),
            Field("of", int, "the call that asked for it, or its number in the queue"),
            Field("result", str, "reached, or why not", needed=True),
            Field("by", str, "who has cancelled it"),
        ),
    ),
    Kind(
        "AgentState",
        (DEVICE,),
        "the state of the agent at the device has changed",
        (
            AGENT,
            Field(
                "state",
                str,
                "what he is from now on",
                ("logged off", "not ready", "rest", "ready", "offered a call", "busy", "working after call"),
            ),
            REASON,
            Field("pending", str, "the state that follows his call; empty: the usual one"),
            Field("by", str, "the supervisor who wanted it; empty: he himself, or a rule"),
            Field("of", int, "the call that he has or is offered, 0: none"),
        ),
    ),
    Kind(
        "Supervised",
        BOTH,
        "a supervisor at the device is in the agent's call",
        (
            AGENT,
            Field(
                "how",
                str,
                "heard by nobody, by the agent alone, by all, or in the agent's place",
                ("listen", "whisper", "barge in", "intercept"),
                needed=True,
            ),
            Field("by", str, "the supervisor"),
        ),
    ),
    Kind(
        "TrunkHeard",
        BOTH,
        "a supervisor at the device listens to the call of a trunk line; nobody hears him",
        (Field("line", str, "which", needed=True), Field("by", str, "the supervisor")),
    ),
    Kind(
        "AgentHelp",
        (DEVICE,),
        "an agent asks the supervisors for help with his call, or no more",
        (
            AGENT,
            Field("of", int, "the call, 0: it is over"),
            Field("on", bool, "false: no more", needed=True),
            REASON,
            Field("by", str, "the supervisor who came; empty: nobody, or the agent himself has thought better of it"),
        ),
    ),
    Kind(
        "AgentSkill",
        (),
        "an agent has a skill at another level",
        (
            AGENT,
            Field("skill", str, "which", needed=True),
            Field("level", int, "from now on, 0: he has it no more"),
            Field("queue", str, "in which it holds; empty: wherever the queue says nothing"),
            Field("by", str, "who wanted it"),
        ),
    ),
    Kind(
        "AgentQueue",
        (),
        "a supervisor has given an agent a queue to serve, or taken it from him",
        (
            AGENT,
            QUEUE,
            Field("serves", bool, "whether he serves it from now on"),
            Field("rank", int, "with which rank; 0: he serves it no more"),
            Field("by", str, "who wanted it"),
        ),
    ),
)
