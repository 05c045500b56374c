"""Why a call was cleared, in words for people: the causes of Q.850 that they meet, in their language.

    in_words(16)        -> "normal call clearing", 正常拆线
    why("service done") -> "service done", 服务结束

The texts are the standard's (hw/signalling/q850.py); of a cause that nobody meets in years they stay English.
"""

from __future__ import annotations

from core.texts import N_, _
from hw.signalling.q850 import Cause

TEXTS = {
    Cause.UNALLOCATED: N_("unallocated number"),
    Cause.NO_ROUTE_TO_DESTINATION: N_("no route to destination"),
    Cause.NORMAL_CLEARING: N_("normal call clearing"),
    Cause.USER_BUSY: N_("user busy"),
    Cause.NO_USER_RESPONDING: N_("no user responding"),
    Cause.NO_ANSWER: N_("no answer from user"),
    Cause.SUBSCRIBER_ABSENT: N_("subscriber absent"),
    Cause.CALL_REJECTED: N_("call rejected"),
    Cause.NUMBER_CHANGED: N_("number changed"),
    Cause.ANSWERED_ELSEWHERE: N_("non-selected user clearing"),
    Cause.DESTINATION_OUT_OF_ORDER: N_("destination out of order"),
    Cause.INVALID_NUMBER: N_("invalid number format"),
    Cause.FACILITY_REJECTED: N_("facility rejected"),
    Cause.NORMAL_UNSPECIFIED: N_("normal, unspecified"),
    Cause.NO_CIRCUIT: N_("no circuit or channel available"),
    Cause.NETWORK_OUT_OF_ORDER: N_("network out of order"),
    Cause.TEMPORARY_FAILURE: N_("temporary failure"),
    Cause.SWITCH_CONGESTION: N_("switching equipment congestion"),
    Cause.CHANNEL_UNAVAILABLE: N_("requested channel not available"),
    Cause.RESOURCE_UNAVAILABLE: N_("resource unavailable, unspecified"),
    Cause.TIMER_EXPIRED: N_("recovery on timer expiry"),
}


def in_words(cause: int) -> str:
    """cause: of Q.850."""
    known = Cause.of(cause)
    return _(TEXTS[known]) if known in TEXTS else known.text


REASONS = frozenset(
    {
        N_("always"),
        N_("answered elsewhere"),
        N_("busy"),
        N_("call-back"),
        N_("caller gone"),
        N_("calls the sender of a message"),
        N_("cleared by order"),
        N_("conferenced"),
        N_("connected"),
        N_("deflected"),
        N_("ended by order"),
        N_("ended by the chair"),
        N_("failed"),
        N_("finished"),
        N_("given up"),
        N_("hung up"),
        N_("incomplete"),
        N_("intercepted"),
        N_("lasted too long"),
        N_("line removed"),
        N_("logged off"),
        N_("no answer"),
        N_("nobody calls back"),
        N_("nobody of ours left"),
        N_("not fetched"),
        N_("not taken back"),
        N_("parked"),
        N_("pre-empted"),
        N_("rejected"),
        N_("released"),
        N_("returned"),
        N_("sent out by the chair"),
        N_("service done"),
        N_("supervises"),
        N_("the agent has gone"),
        N_("the chair has left"),
        N_("told"),
        N_("transferred"),
        N_("unreachable"),
        N_("woken"),
    }
)
"""Reasons that the exchange gives by itself; they stand in the journal as they are here."""


def why(reason: str) -> str:
    """reason: of an event or a record. One that a person or the far end has given stays as it is."""
    return _(reason) if reason in REASONS else reason
