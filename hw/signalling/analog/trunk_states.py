"""The data of the trunk's machine (trunk.py): its states, its timers, and what a call-progress tone says. No code.

Timers and the meanings of tones: docs of the standard or the field in each row. A row that a line's profile overrules
says so.
"""

from __future__ import annotations

from enum import Enum, auto

from hw.signalling import machine as m
from hw.signalling.line import Connection
from hw.signalling.q850 import Cause
from hw.tone_patterns import CallProgress

TIMERS = {
    timer.name: timer
    for timer in (
        # incoming
        m.Timer("T-ANNOUNCED", 6.0, "keys on the idle line and no ring after them: somebody dials on it"),
        m.Timer("T-KEY", 0.6, "caller ID by DTMF without an end key: no further key (hw.callerid: 0.5 s)"),
        m.Timer("T-CALLER", 1.0, "caller ID is waited for so long after the second ring began (FIELD)"),
        m.Timer("T-SECOND", 7.0, "no second ring was told: some cards tell a whole call as one ring"),
        m.Timer("T-RING-OVER", 6.0, "no ring: the caller has gone. Profile: its pause, a quarter and 1 s more"),
        m.Timer("T-RING-LONGEST", 300.0, "the end of a ring was never told: the port is stuck"),
        m.Timer("T-REFUSE", 1.0, "a call that is refused by answering: so long the loop is closed"),
        # outgoing
        m.Timer("T-DIAL-TONE", 5.0, "no dial tone. Profile: dial_tone_s"),
        m.Timer("T-PAUSE", 1.5, "pause instead of dial tone. Profile: pause_s"),
        m.Timer("T-DIALLING", 20.0, "no digit was ordered; or the card does not finish: 5 s and 2 s a digit"),
        m.Timer("T-ANSWER", 180.0, "neither answer nor refusal (exchanges give up at 60 to 120 s)"),
        m.Timer("T-MUSIC", 65.0, "a voice without ring-back: ring-back music ends after 60 s, so it is a person"),
        # both
        m.Timer("T-SETTLE", 0.6, "turns of polarity mean nothing so long after a change of ours (FIELD)"),
        m.Timer("T-POLARITY", 0.1, "polarity has turned for so long: no spike"),
        m.Timer("T-BREAK", 0.2, "no battery: the loop is broken (FIELD: over 200 ms). Profile: loop_break_ms"),
        m.Timer("T-FLASH", 15.0, "after our own flash, dial tone is the exchange's answer to it"),
        m.Timer("T-NO-BATTERY", 2.0, "no battery: nothing is plugged in, or the line is cut"),
        m.Timer("T-GUARD", 2.0, "between hanging up and the next seizure. Profile: guard_s"),
    )
}


# Of the line itself: they run on when a call ends.
LINE_TIMERS = frozenset({"T-SETTLE", "T-POLARITY", "T-NO-BATTERY"})


class State(Enum):
    IDLE = auto()
    RUNG = auto()  # it rings, nobody was told yet
    OFFERED = auto()  # Seized was told
    ALERTED = auto()
    REFUSED = auto()  # released by us, it rings on
    REFUSING = auto()  # answered, only to be hung up
    HELD = auto()  # glare: a call of the network's whose loop we have closed already
    SEIZING = auto()  # loop closed, dial tone is awaited
    DIALLING = auto()
    CALLED = auto()  # the number is out
    DELIVERED = auto()  # ring-back was heard
    TALKING = auto()
    GUARD = auto()


CONNECTIONS = {
    State.IDLE: Connection.NULL,
    State.RUNG: Connection.INITIATED,
    State.OFFERED: Connection.INITIATED,
    State.ALERTED: Connection.ALERTING,
    State.REFUSED: Connection.FAIL,
    State.REFUSING: Connection.FAIL,
    State.HELD: Connection.ALERTING,
    State.SEIZING: Connection.INITIATED,
    State.DIALLING: Connection.INITIATED,
    State.CALLED: Connection.INITIATED,
    State.DELIVERED: Connection.ALERTING,
    State.TALKING: Connection.CONNECTED,
    State.GUARD: Connection.FAIL,
}

RINGING = (State.OFFERED, State.ALERTED)
PLACED = (State.SEIZING, State.DIALLING, State.CALLED, State.DELIVERED)
LOOPED = (*PLACED, State.HELD, State.TALKING)  # a call that was told, loop closed
IN_CALL = (*RINGING, *LOOPED)

# What a tone says while we wait for an answer. Ring-back is a rule of its own; call waiting and notices say nothing.
REFUSALS = {
    CallProgress.BUSY: Cause.USER_BUSY,
    CallProgress.CONGESTION: Cause.NO_CIRCUIT,
    CallProgress.VACANT: Cause.UNALLOCATED,
    CallProgress.DIAL: Cause.TEMPORARY_FAILURE,  # the digits were not taken
    CallProgress.SPECIAL_DIAL: Cause.TEMPORARY_FAILURE,
    CallProgress.HOWLER: Cause.TEMPORARY_FAILURE,
}
# In talk each of them says that the far end has hung up (FIELD).
HANG_UPS = frozenset(REFUSALS)

RATE = 8000  # samples a second
