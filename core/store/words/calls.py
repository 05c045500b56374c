"""The words of a call and its connections.

Names and meaning follow CSTA (ECMA-269): device, call, connection, which is one device's half of one call.

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
"""

from __future__ import annotations

from core.store.words.kind import BOTH, CALL, CAUSE, GROUP, NUMBER, QUEUE, REASON, WAITED, Field, Kind

BY = ("far", "near", "line", "exchange")
DIRECTIONS = ("internal", "in", "out")
TRANSFERS = ("attended", "blind", "semi")
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

KINDS = (
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
)
