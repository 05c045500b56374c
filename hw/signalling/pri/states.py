"""The states of a call on a PRI span as tables: Q.931 2.1 (user side) and 2.2 (network side), figures 1 and 2.

    ORDERS[state][order]   what the exchange may order there, and the state after it; a missing key is our own mistake
    HEARD[state][event]    what the far end may send there, and the state after it; a missing key is logged and survived
    TIMERS[state]          which timer of ours watches over the state (timers.py); entering the state starts it
    CONNECTION[state]      what that is for the exchange (CSTA, ECMA-269 6.1.5)

        outgoing                                       incoming
        CALL_INITIATED 1 ──┐                           CALL_PRESENT 6 (the span answers at once)
          │ SETUP ACK      │ CALL PROCEEDING             │ SETUP ACK       │ CALL PROCEEDING
        OVERLAP_SENDING 2 ─┤                           OVERLAP_RECEIVING 25 ─┤
                        OUTGOING_PROCEEDING 3                     INCOMING_PROCEEDING 9
                           │ ALERTING                                 │ ALERTING
                        CALL_DELIVERED 4                          CALL_RECEIVED 7
                           │ CONNECT                                  │ CONNECT
                           │                           (user side) CONNECT_REQUEST 8
                           └──────────────> ACTIVE 10 <───────────────┘ CONNECT ACK
        any ── we clear ──> DISCONNECT_REQUEST 11 ── RELEASE ──> NULL 0
        any ── far end clears ──> DISCONNECT_INDICATION 12 ── we RELEASE ──> RELEASE_REQUEST 19 ──> NULL 0

libpri keeps the same states for itself and answers messages that do not fit them with STATUS; only those that fit it
reach HEARD, and a few that fit libpri and not us.
"""

from __future__ import annotations

from enum import Enum, IntEnum

from hw.signalling.line import Connection
from hw.signalling.pri import events as on


class State(IntEnum):
    """Q.931's numbers: U0 and N0, U1 and N1 and so on. CALL_PRESENT lasts no time here."""

    NULL = 0
    CALL_INITIATED = 1
    OVERLAP_SENDING = 2
    OUTGOING_PROCEEDING = 3
    CALL_DELIVERED = 4
    CALL_PRESENT = 6
    CALL_RECEIVED = 7
    CONNECT_REQUEST = 8
    INCOMING_PROCEEDING = 9
    ACTIVE = 10
    DISCONNECT_REQUEST = 11
    DISCONNECT_INDICATION = 12
    RELEASE_REQUEST = 19
    OVERLAP_RECEIVING = 25


class Order(Enum):
    """What is ordered for a call. ASK (more digits) and PROCEED on an incoming call are given by the span itself."""

    ASK = "ask for digits"
    PROCEED = "proceed"
    PROGRESS = "progress"
    ALERT = "alert"
    ANSWER = "answer"
    DIGITS = "send digits"
    NOTIFY = "notify"
    RELEASE = "release"


_S = State

ORDERS: dict[State, dict[Order, State]] = {
    _S.CALL_PRESENT: {Order.ASK: _S.OVERLAP_RECEIVING, Order.PROCEED: _S.INCOMING_PROCEEDING},
    _S.OVERLAP_RECEIVING: {
        Order.PROCEED: _S.INCOMING_PROCEEDING,
        Order.PROGRESS: _S.OVERLAP_RECEIVING,
        Order.ALERT: _S.CALL_RECEIVED,
        Order.ANSWER: _S.CONNECT_REQUEST,
        Order.RELEASE: _S.DISCONNECT_REQUEST,
    },
    _S.INCOMING_PROCEEDING: {
        Order.PROCEED: _S.INCOMING_PROCEEDING,
        Order.PROGRESS: _S.INCOMING_PROCEEDING,
        Order.ALERT: _S.CALL_RECEIVED,
        Order.ANSWER: _S.CONNECT_REQUEST,
        Order.RELEASE: _S.DISCONNECT_REQUEST,
    },
    _S.CALL_RECEIVED: {
        Order.PROGRESS: _S.CALL_RECEIVED,
        Order.ANSWER: _S.CONNECT_REQUEST,
        Order.RELEASE: _S.DISCONNECT_REQUEST,
    },
    _S.CONNECT_REQUEST: {Order.RELEASE: _S.DISCONNECT_REQUEST},
    _S.CALL_INITIATED: {Order.DIGITS: _S.CALL_INITIATED, Order.RELEASE: _S.DISCONNECT_REQUEST},
    _S.OVERLAP_SENDING: {Order.DIGITS: _S.OVERLAP_SENDING, Order.RELEASE: _S.DISCONNECT_REQUEST},
    _S.OUTGOING_PROCEEDING: {Order.RELEASE: _S.DISCONNECT_REQUEST},
    _S.CALL_DELIVERED: {Order.RELEASE: _S.DISCONNECT_REQUEST},
    _S.ACTIVE: {Order.NOTIFY: _S.ACTIVE, Order.RELEASE: _S.DISCONNECT_REQUEST},
    _S.DISCONNECT_INDICATION: {Order.RELEASE: _S.RELEASE_REQUEST},
    _S.DISCONNECT_REQUEST: {},
    _S.RELEASE_REQUEST: {},
    _S.NULL: {},
}

HEARD: dict[State, dict[type[on.CallEvent], State]] = {
    _S.CALL_INITIATED: {
        on.SetupAck: _S.OVERLAP_SENDING,
        on.Proceeding: _S.OUTGOING_PROCEEDING,
        on.Progress: _S.CALL_INITIATED,
        on.Alerting: _S.CALL_DELIVERED,
        on.Connect: _S.ACTIVE,
        on.Disconnect: _S.DISCONNECT_INDICATION,
    },
    _S.OVERLAP_SENDING: {
        on.Proceeding: _S.OUTGOING_PROCEEDING,
        on.Progress: _S.OVERLAP_SENDING,
        on.Alerting: _S.CALL_DELIVERED,
        on.Connect: _S.ACTIVE,
        on.Disconnect: _S.DISCONNECT_INDICATION,
    },
    _S.OUTGOING_PROCEEDING: {
        on.Progress: _S.OUTGOING_PROCEEDING,
        on.Alerting: _S.CALL_DELIVERED,
        on.Connect: _S.ACTIVE,
        on.Disconnect: _S.DISCONNECT_INDICATION,
    },
    _S.CALL_DELIVERED: {
        on.Progress: _S.CALL_DELIVERED,
        on.Connect: _S.ACTIVE,
        on.Disconnect: _S.DISCONNECT_INDICATION,
    },
    _S.OVERLAP_RECEIVING: {on.Information: _S.OVERLAP_RECEIVING, on.Disconnect: _S.DISCONNECT_INDICATION},
    _S.INCOMING_PROCEEDING: {on.Disconnect: _S.DISCONNECT_INDICATION},
    _S.CALL_RECEIVED: {on.Disconnect: _S.DISCONNECT_INDICATION},
    _S.CONNECT_REQUEST: {on.ConnectAck: _S.ACTIVE, on.Disconnect: _S.DISCONNECT_INDICATION},
    _S.ACTIVE: {
        on.ConnectAck: _S.ACTIVE,
        on.Information: _S.ACTIVE,
        on.Disconnect: _S.DISCONNECT_INDICATION,
    },
    _S.CALL_PRESENT: {},
    _S.DISCONNECT_REQUEST: {},
    _S.DISCONNECT_INDICATION: {},
    _S.RELEASE_REQUEST: {},
    _S.NULL: {},
}

CLEARING = frozenset({_S.NULL, _S.DISCONNECT_REQUEST, _S.RELEASE_REQUEST})

# The far end may release at any time, and remark upon a call while it lasts.
for _state, _heard in HEARD.items():
    _heard[on.Release] = _S.NULL
    if _state not in CLEARING:
        _heard[on.Notify] = _heard[on.Facility] = _state

TIMERS: dict[State, str] = {
    _S.OVERLAP_SENDING: "T304",
    _S.OUTGOING_PROCEEDING: "T310",
    _S.CALL_DELIVERED: "T301",
    _S.OVERLAP_RECEIVING: "T302",
    _S.DISCONNECT_REQUEST: "clearing",
    _S.DISCONNECT_INDICATION: "T306",
    _S.RELEASE_REQUEST: "clearing",
}

CONNECTION: dict[State, Connection] = {
    _S.NULL: Connection.NULL,
    _S.CALL_INITIATED: Connection.INITIATED,
    _S.OVERLAP_SENDING: Connection.INITIATED,
    _S.OUTGOING_PROCEEDING: Connection.INITIATED,
    _S.CALL_DELIVERED: Connection.ALERTING,
    _S.CALL_PRESENT: Connection.INITIATED,
    _S.OVERLAP_RECEIVING: Connection.INITIATED,
    _S.INCOMING_PROCEEDING: Connection.INITIATED,
    _S.CALL_RECEIVED: Connection.ALERTING,
    _S.CONNECT_REQUEST: Connection.CONNECTED,
    _S.ACTIVE: Connection.CONNECTED,
    _S.DISCONNECT_INDICATION: Connection.FAIL,
    _S.DISCONNECT_REQUEST: Connection.NULL,
    _S.RELEASE_REQUEST: Connection.NULL,
}
