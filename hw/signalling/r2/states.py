"""The states of an MFC/R2 circuit, and what they are to the exchange."""

from __future__ import annotations

from enum import Enum, auto

from hw.signalling.line import Connection


class State(Enum):
    IDLE = auto()
    # -- outgoing --
    OUT_SEIZING = auto()
    OUT_GLARE = auto()  # both have seized
    OUT_REGISTER = auto()
    OUT_WAITING = auto()  # the called party rings
    OUT_ANSWERED = auto()
    OUT_CLEARED_BACK = auto()  # the called party has hung up, and may lift again
    OUT_CLEARING = auto()
    # -- incoming --
    IN_REGISTER = auto()
    IN_ACCEPTED = auto()  # our party rings
    IN_ANSWERED = auto()
    IN_ENDING = auto()  # we have said so; they are to clear
    IN_HELD = auto()  # they did not: the call is over, the circuit is not free
    IN_GUARD = auto()


CONNECTIONS = {
    State.IDLE: Connection.NULL,
    State.OUT_SEIZING: Connection.INITIATED,
    State.OUT_GLARE: Connection.INITIATED,
    State.OUT_REGISTER: Connection.INITIATED,
    State.OUT_WAITING: Connection.ALERTING,
    State.OUT_ANSWERED: Connection.CONNECTED,
    State.OUT_CLEARED_BACK: Connection.CONNECTED,
    State.OUT_CLEARING: Connection.FAIL,
    State.IN_REGISTER: Connection.INITIATED,
    State.IN_ACCEPTED: Connection.ALERTING,
    State.IN_ANSWERED: Connection.CONNECTED,
    State.IN_ENDING: Connection.FAIL,
    State.IN_HELD: Connection.NULL,
    State.IN_GUARD: Connection.FAIL,
}
