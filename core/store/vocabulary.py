"""The words of the journal: every kind of event, what it says in one sentence, and its data.

Names and meaning follow CSTA (ECMA-269): device, call, connection. A device is a station (by its number, "8001"), a
trunk line (by its line, "e1a/3"), or a service that holds a call like a party (a conference or mailbox, by its number).
A connection is one device's half of one call.

    call 7      8001 (calling)                 exchange                     8002 (called)
                  | ServiceInitiated ----------->|
                  | DigitsDialled -------------->|
                  | Originated (called 8002) --->|
                  |                     Routed   | Delivered ----------------->|  rings
                  |                              |<---------------- Established|  answers: both are connected now
                  |<=================== conversation =========================>|
                  | ConnectionCleared (by far) ->|                             |  far: the person at this device
                  |                              |<- ConnectionCleared (near) -|  near: the exchange let it go
                  |                   CallCleared|

The order in which a story is noted matters to its readings:

- A piece of data that is not said may be left out or be None.
- A call is open from its first event to CallCleared, which is its last.
- Established of the called party is the answer; the calling party needs no Established of its own.
- Held names the device that holds, not the one that waits. Retrieved undoes it.
- A consultation is a call of its own, whose first event has `consults`. Transferred and Conferenced are noted on the
  call that survives (the older), before any connection of the two calls is cleared; the parties of the other call are
  then in it, in the state they had. The other call ends with CallCleared(reason "transferred" or "conferenced", into).
- A forwarded or picked-up telephone: Diverted or PickedUp first, then its ConnectionCleared, then the new Delivered or
  Established.
- A trunk is seized before, and released before or after, its connection in the call.
- Parked: then the ConnectionCleared of whoever parked. Who fetches the call is told by PickedUp with the orbit.

A new kind is a row of this table; `make journal` puts it into the manual.
What it does not: say how an event is kept (journal.py), or what can be read out of events (records.py, segments.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hw.errors import LocalError

CALL, DEVICE = "call", "device"

BY = ("far", "near", "line", "exchange")
DIRECTIONS = ("internal", "in", "out")
TRANSFERS = ("attended", "blind", "semi")
LEVELS = ("notice", "warning", "critical")
DIVERSIONS = (
    "always",
    "busy",
    "no answer",
    "unreachable",
    "deflected",
    "hunt",
    "night",
    "do not disturb",
    "queue",
)


@dataclass(frozen=True, slots=True)
class Field:
    """One piece of an event's data. one_of: the words it may be; empty: any."""

    name: str
    type: type
    text: str
    one_of: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event. about: whether it must name a call, a device, or both."""

    name: str
    about: tuple[str, ...]
    text: str
    fields: tuple[Field, ...] = ()


BOTH = (CALL, DEVICE)
CAUSE = Field("cause", int, "Q.850 cause, 0: not said")
REASON = Field("reason", str, "why, in words for people")
GROUP = Field("group", str, "the trunk group")
NUMBER = Field("number", str, "the number as dialled or sent")
SERVICE = Field("service", str, "which service")
RESULT = Field("result", str, "what came of it: done, or why not")
QUEUE = Field("queue", str, "its name", needed=True)
AGENT = Field("agent", str, "his number", needed=True)
WAITED = Field("waited_ms", int, "how long the caller waited in this queue")
LAST = Field("last", int, "UTC in µs: the last sign of life in the journal")

KINDS = (
    # ---- a call and its connections ----
    Kind(
        "ServiceInitiated",
        BOTH,
        "a telephone was lifted, or is about to begin a call",
        (Field("consults", int, "the call for which this one asks back, 0: none"),),
    ),
    Kind("DigitsDialled", BOTH, "digits came from the device", (Field("digits", str, "these", needed=True),)),
    Kind(
        "Originated",
        BOTH,
        "the number is complete, or a trunk brought a call",
        (
            Field("called", str, "the number wanted, normalised"),
            Field("calling", str, "the number of who calls, normalised; empty: unknown"),
            Field("name", str, "the name of who calls"),
            Field("direction", str, "from station to station, from a trunk, or to a trunk", DIRECTIONS),
            Field("dialled", str, "the digits as dialled or received, where they differ from called"),
            Field("account", str, "account code or PIN holder that the call is charged to"),
            Field("consults", int, "the call for which this one asks back, 0: none"),
        ),
    ),
    Kind(
        "Routed",
        BOTH,
        "digit analysis said where the call goes",
        (
            Field("target_kind", str, "station, trunk, hunt group, conference, …"),
            Field("target", str, "its name"),
            NUMBER,
        ),
    ),
    Kind("Delivered", BOTH, "the device rings", (Field("by", str, "the device or group that calls it"),)),
    Kind("NetworkReached", BOTH, "a trunk was seized and the number given to the network", (NUMBER, GROUP)),
    Kind(
        "Established",
        BOTH,
        "the device has answered",
        (
            Field("inferred", bool, "the answer was guessed from the speech path, not signalled"),
            Field("charged", bool, "the network charges the call"),
        ),
    ),
    Kind("Failed", BOTH, "the device cannot be reached, or hears why its call failed", (CAUSE, REASON)),
    Kind("Held", BOTH, "the device holds the call"),
    Kind(
        "Muted",
        BOTH,
        "the device is heard by nobody in the call, or again",
        (Field("on", bool, "false: it is heard again", needed=True),),
    ),
    Kind("Retrieved", BOTH, "the device takes up again the call it held"),
    Kind(
        "ConnectionCleared",
        BOTH,
        "the device has left the call",
        (
            CAUSE,
            Field("by", str, "the party at the device, we, the line (fault, alarm), or a rule of the exchange", BY),
            REASON,
        ),
    ),
    Kind(
        "CallCleared",
        (CALL,),
        "the call is over",
        (CAUSE, REASON, Field("into", int, "the call that its parties are in now, 0: none")),
    ),
    Kind(
        "Transferred",
        BOTH,
        "the device has put its call through to another party",
        (
            Field("consultation", int, "the call that is joined to this one, 0: none (blind)"),
            Field("transferred", str, "the device that was put through"),
            Field("to", str, "the device or number it was put through to"),
            Field("how", str, "after an answer, without asking, or while it rang", TRANSFERS),
        ),
    ),
    Kind(
        "Conferenced",
        BOTH,
        "the device has joined parties to a conference, or is the conference that was entered",
        (
            Field("members", list, "all devices that are in it now"),
            Field("consultation", int, "the call that is joined to this one, 0: none"),
        ),
    ),
    Kind(
        "Diverted",
        BOTH,
        "the call leaves the device for another",
        (
            Field("to", str, "the device or number", needed=True),
            Field("reason", str, "which rule sent it on", DIVERSIONS),
        ),
    ),
    Kind(
        "Queued",
        BOTH,
        "the device waits in a queue",
        (
            QUEUE,
            Field("position", int, "its place, 1 is the first"),
            Field("priority", int, "of the call"),
            Field("how", str, "new, kept place, earlier entry, moved from another queue, or called back"),
        ),
    ),
    Kind(
        "Dequeued",
        BOTH,
        "the device waits in the queue no more",
        (
            Field("queue", str, "its name"),
            REASON,
            Field("to", str, "where the queue has sent it; empty: nowhere"),
            WAITED,
        ),
    ),
    Kind(
        "TurnedAway",
        BOTH,
        "the queue has not let the device in",
        (QUEUE, REASON, Field("to", str, "where the queue has sent it; empty: nowhere")),
    ),
    Kind("Parked", BOTH, "the device has parked the call", (Field("orbit", str, "where", needed=True),)),
    Kind(
        "PickedUp",
        BOTH,
        "the device has taken a call that rang elsewhere or was parked",
        (Field("rang", str, "the device where it rang, or the orbit", needed=True),),
    ),
    Kind(
        "TreatmentBegan",
        BOTH,
        "the device hears what is no person: a tone, an announcement, music, a flow",
        (Field("name", str, "what", needed=True),),
    ),
    Kind("TreatmentEnded", BOTH, "the device hears it no more", (Field("name", str, "what"),)),
    Kind(
        "CallData",
        BOTH,
        "somebody at the device has written into the data of the call",
        (Field("data", dict, "what was written; null: taken away", needed=True), Field("by", str, "who")),
    ),
    # ---- flows ----
    Kind(
        "FlowBegan",
        BOTH,
        "the flow talks with the device's party",
        (
            Field("flow", str, "its name", needed=True),
            Field("edition", int, "which edition of the flows the call keeps"),
        ),
    ),
    Kind(
        "FlowEnded",
        BOTH,
        "the flow is done with the device's party",
        (
            Field("flow", str, "its name", needed=True),
            Field(
                "how",
                str,
                "by itself, by its caller, by a fault of its own",
                ("hung up", "finished", "returned", "transferred", "failed"),
            ),
            REASON,
            Field("results", dict, "what it has given back"),
            Field("node", str, "where it was then; in a sub-flow with its name: pin/ask"),
        ),
    ),
    Kind(
        "FlowKeyed",
        BOTH,
        "what the device's party has pressed in the flow, up to now",
        (
            Field("flow", str, "its name", needed=True),
            Field("keys", list, "pairs of node and keys, in their order; secret ones are masked", needed=True),
        ),
    ),
    Kind(
        "Scored",
        BOTH,
        "the device's party has given a score",
        (
            Field("question", str, "what was asked", needed=True),
            Field("score", int, "the score", needed=True),
            Field("station", str, "who spoke with him last; empty: nobody did"),
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
    # ---- queues and agents ----
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
    # ---- recordings ----
    Kind(
        "RecordingBegan",
        BOTH,
        "what the device's party says and hears is being recorded",
        (
            Field("file", str, "below the folder of recordings", needed=True),
            Field("part", int, "of the call's recordings, from 1"),
            Field("rule", str, "which rule wanted it; empty: somebody did"),
            Field("retention", str, "class of keeping"),
            Field("by", str, "who wanted it"),
            Field("tasks", list, "numbers of the recording tasks that want it"),
        ),
    ),
    Kind(
        "RecordingTasked",
        BOTH,
        "a recording task wants the recording, too, that is being made",
        (Field("file", str, "which", needed=True), Field("task", int, "number of the task", needed=True)),
    ),
    Kind(
        "RecordingState",
        BOTH,
        "the recording goes on, pauses, or a tone takes the place of what is said",
        (
            Field("file", str, "which", needed=True),
            Field("state", str, "what it does from now on", ("runs", "paused", "masked")),
            Field("by", str, "who wanted it"),
        ),
    ),
    Kind(
        "RecordingEnded",
        BOTH,
        "the file is whole and safe on disk",
        (
            Field("file", str, "which", needed=True),
            Field("ms", int, "its length"),
            Field("lost_ms", int, "of that, silence because the disk was slow"),
            Field("sha256", str, "of the file"),
            Field("problem", str, "why it ended early; empty: in order"),
        ),
    ),
    Kind(
        "RecordingConverted",
        (),
        "a recording lies there in another form, and the one before is gone",
        (
            Field("file", str, "which: by its first name", needed=True),
            Field("form", str, "how it lies there now", ("opus", "wav.age", "opus.age"), needed=True),
            Field("sha256", str, "of the file in this form"),
            Field("was", str, "sha256 of the form before"),
        ),
    ),
    Kind(
        "RecordingMissed",
        BOTH,
        "a rule wanted the call recorded and it could not be",
        (Field("rule", str, "which rule"), REASON),
    ),
    Kind(
        "RecordingHeard",
        (),
        "somebody has listened to a recording, or taken it away",
        (
            Field("file", str, "which", needed=True),
            Field("by", str, "who", needed=True),
            Field("how", str, "played, exported", ("played", "exported")),
        ),
    ),
    Kind(
        "RecordingErased",
        (),
        "a recording was erased",
        (
            Field("file", str, "which", needed=True),
            REASON,
            Field("by", str, "who; empty: its time was over"),
            Field("sha256", str, "of what it was"),
        ),
    ),
    # ---- services, permission ----
    Kind(
        "ServiceUsed",
        (DEVICE,),
        "somebody used a service by its code",
        (SERVICE, Field("arguments", list, "what was dialled after the code"), RESULT),
    ),
    Kind("Barred", (DEVICE,), "a call was not allowed", (NUMBER, REASON)),
    Kind("TollAlarm", (DEVICE,), "more calls that cost money than the limit allows", (NUMBER, REASON)),
    # ---- lines ----
    Kind(
        "TrunkSeized",
        (DEVICE,),
        "a trunk is busy from now on",
        (GROUP, Field("direction", str, "of the call", ("in", "out"))),
    ),
    Kind("TrunkReleased", (DEVICE,), "the trunk is free again", (GROUP, CAUSE)),
    Kind(
        "LineService",
        (DEVICE,),
        "the line goes out of service or comes back",
        (Field("service", str, "why it takes no calls; empty: it does"), REASON),
    ),
    Kind(
        "LineLent",
        (DEVICE,),
        "the line is out of service because a test has it",
        (Field("by", str, "who tests", needed=True), Field("test", str, "what he does with it", needed=True)),
    ),
    Kind(
        "LineReturned",
        (DEVICE,),
        "the line is back from a test",
        (Field("by", str, "who had it", needed=True), Field("test", str, "what he did with it", needed=True)),
    ),
    Kind("SpanAlarm", (DEVICE,), "the alarms of a span changed", (Field("alarms", list, "those that stand now"),)),
    # ---- people and the box ----
    Kind(
        "Audit",
        (),
        "somebody changed something",
        (
            Field("actor", str, "who", needed=True),
            Field("role", str, "as what"),
            Field("act", str, "what", needed=True),
            Field("target", str, "on what"),
            Field("before", object, "what it was"),
            Field("after", object, "what it is now"),
            RESULT,
        ),
    ),
    Kind(
        "ConfigCommitted",
        (),
        "a configuration was put to work",
        (
            Field("number", int, "of the commit", needed=True),
            Field("actor", str, "who"),
            Field("message", str, "his words"),
            Field("confirm_s", int, "goes back by itself after this many seconds, 0: stays"),
        ),
    ),
    Kind("ConfigConfirmed", (), "the configuration stays", (Field("number", int, "of the commit"),)),
    Kind(
        "ConfigRolledBack",
        (),
        "an earlier configuration is at work again",
        (Field("number", int, "of the commit gone back to"), Field("actor", str, "who"), REASON),
    ),
    Kind("BoxStarted", (), "the exchange has started", (Field("version", str, "of the software"),)),
    Kind("BoxStopping", (), "the exchange takes no new calls and waits for the running ones", (REASON,)),
    Kind("BoxStopped", (), "the exchange has stopped in order"),
    Kind("BoxFailed", (), "the run before ended without order: power cut, kill or crash", (LAST,)),
    Kind(
        "ClockSet", (), "the clock of the machine was set", (Field("by_s", float, "seconds, + forward", needed=True),)
    ),
    Kind(
        "JournalLost",
        (),
        "the disk could not be written for so long that events had to be dropped",
        (Field("events", int, "how many", needed=True), REASON),
    ),
    Kind(
        "JournalForgotten",
        (),
        "events and records that were old enough were deleted",
        (Field("events", int, "how many", needed=True),),
    ),
    Kind(
        "AlarmRaised",
        (),
        "something needs a person",
        (
            Field("key", str, "which alarm; the same key is the same alarm", needed=True),
            Field("level", str, "how bad", LEVELS, needed=True),
            Field("text", str, "in words for people"),
        ),
    ),
    Kind(
        "AlarmSeen",
        (),
        "somebody sees to it",
        (Field("key", str, "which alarm", needed=True), Field("by", str, "who")),
    ),
    Kind("AlarmCleared", (), "it is well again", (Field("key", str, "which alarm", needed=True),)),
)

EVENTS: dict[str, Kind] = {kind.name: kind for kind in KINDS}

Checks = dict[str, tuple[tuple[type, ...], tuple[str, ...]]]


def _types(of: type) -> tuple[type, ...]:
    """The classes that a value may have; none: any."""
    return {float: (float, int), list: (list, tuple), object: ()}.get(of, (of,))


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind, ready to check against a thousand times a second."""

    call: bool
    device: bool
    needed: frozenset[str]
    fields: Checks


def rule(kind: Kind) -> Rule:
    return Rule(
        CALL in kind.about,
        DEVICE in kind.about,
        frozenset(field.name for field in kind.fields if field.needed),
        {field.name: (_types(field.type), field.one_of) for field in kind.fields},
    )


RULES: dict[str, Rule] = {kind.name: rule(kind) for kind in KINDS}


def check(kind: str, call: int, device: str, data: dict[str, Any]) -> None:
    """LocalError unless an event may be so: its kind is known, it names what it must, its data are of their types."""
    known = RULES.get(kind)
    if known is None:
        raise LocalError(f"no event is called {kind!r}")
    if known.call and not call:
        raise LocalError(f"{kind} must name its call")
    if known.device and not device:
        raise LocalError(f"{kind} must name its device")
    fields = known.fields
    for name, value in data.items():
        if name not in fields:
            raise LocalError(f"{kind} has no {name!r}; it has {_listed(fields)}")
        types, words = fields[name]
        if value is None and name not in known.needed:
            continue
        # The exact class is by far the most frequent and cheaper to ask; enumerations of numbers and words pass, too.
        if types and value.__class__ not in types and not isinstance(value, types):
            raise LocalError(f"{kind}: {name} is a {types[0].__name__}, not {value!r}")
        if words and value not in words:
            raise LocalError(f"{kind}: {name} is one of {_listed(words)}, not {value!r}")
    if not known.needed <= data.keys():
        raise LocalError(f"{kind} must have {_listed(sorted(known.needed - data.keys()))}")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "no data"
