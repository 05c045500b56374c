"""Why a call was cleared, in words for people: the causes of Q.850 that they meet, in their language.

    in_words(16)        -> "normal call clearing", 正常拆线

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
