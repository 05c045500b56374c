"""Causes of release, ITU-T Q.850 (table 1): why a call ended, the same words for every signalling.

Analog lines and MFC/R2 know few causes; they use the nearest of these.
"""

from __future__ import annotations

from enum import IntEnum


class Cause(IntEnum):
    """Q.850 2.2.7.1: the number is the value on the wire."""

    UNALLOCATED = 1
    NO_ROUTE_TO_NETWORK = 2
    NO_ROUTE_TO_DESTINATION = 3
    SPECIAL_TONE = 4
    CHANNEL_UNACCEPTABLE = 6
    NORMAL_CLEARING = 16
    USER_BUSY = 17
    NO_USER_RESPONDING = 18
    NO_ANSWER = 19
    SUBSCRIBER_ABSENT = 20
    CALL_REJECTED = 21
    NUMBER_CHANGED = 22
    ANSWERED_ELSEWHERE = 26
    DESTINATION_OUT_OF_ORDER = 27
    INVALID_NUMBER = 28
    FACILITY_REJECTED = 29
    STATUS_RESPONSE = 30
    NORMAL_UNSPECIFIED = 31
    NO_CIRCUIT = 34
    NETWORK_OUT_OF_ORDER = 38
    TEMPORARY_FAILURE = 41
    SWITCH_CONGESTION = 42
    CHANNEL_UNAVAILABLE = 44
    RESOURCE_UNAVAILABLE = 47
    BEARER_NOT_AUTHORIZED = 57
    BEARER_UNAVAILABLE = 58
    SERVICE_UNAVAILABLE = 63
    BEARER_NOT_IMPLEMENTED = 65
    FACILITY_NOT_IMPLEMENTED = 69
    INVALID_CALL_REFERENCE = 81
    CHANNEL_DOES_NOT_EXIST = 82
    INCOMPATIBLE_DESTINATION = 88
    INVALID_MESSAGE = 95
    MANDATORY_ELEMENT_MISSING = 96
    MESSAGE_TYPE_UNKNOWN = 97
    MESSAGE_INCOMPATIBLE = 98
    ELEMENT_UNKNOWN = 99
    ELEMENT_INVALID = 100
    MESSAGE_IN_WRONG_STATE = 101
    TIMER_EXPIRED = 102
    PROTOCOL_ERROR = 111
    INTERWORKING = 127

    @classmethod
    def of(cls, value: int) -> Cause:
        """The cause of a value on the wire; one that Q.850 does not know becomes the class it belongs to (Q.850
        2.2.5).
        """
        try:
            return cls(value)
        except ValueError:
            return _CLASSES.get(value >> 4, cls.INTERWORKING)

    @property
    def text(self) -> str:
        """Q.850's words."""
        return _TEXTS[self]


_CLASSES = {
    0: Cause.NO_ROUTE_TO_DESTINATION,
    1: Cause.NORMAL_UNSPECIFIED,
    2: Cause.RESOURCE_UNAVAILABLE,
    3: Cause.SERVICE_UNAVAILABLE,
    4: Cause.FACILITY_NOT_IMPLEMENTED,
    5: Cause.INVALID_MESSAGE,
    6: Cause.PROTOCOL_ERROR,
    7: Cause.INTERWORKING,
}

_TEXTS = {
    Cause.UNALLOCATED: "unallocated number",
    Cause.NO_ROUTE_TO_NETWORK: "no route to transit network",
    Cause.NO_ROUTE_TO_DESTINATION: "no route to destination",
    Cause.SPECIAL_TONE: "send special information tone",
    Cause.CHANNEL_UNACCEPTABLE: "channel unacceptable",
    Cause.NORMAL_CLEARING: "normal call clearing",
    Cause.USER_BUSY: "user busy",
    Cause.NO_USER_RESPONDING: "no user responding",
    Cause.NO_ANSWER: "no answer from user",
    Cause.SUBSCRIBER_ABSENT: "subscriber absent",
    Cause.CALL_REJECTED: "call rejected",
    Cause.NUMBER_CHANGED: "number changed",
    Cause.ANSWERED_ELSEWHERE: "non-selected user clearing",
    Cause.DESTINATION_OUT_OF_ORDER: "destination out of order",
    Cause.INVALID_NUMBER: "invalid number format",
    Cause.FACILITY_REJECTED: "facility rejected",
    Cause.STATUS_RESPONSE: "response to status enquiry",
    Cause.NORMAL_UNSPECIFIED: "normal, unspecified",
    Cause.NO_CIRCUIT: "no circuit or channel available",
    Cause.NETWORK_OUT_OF_ORDER: "network out of order",
    Cause.TEMPORARY_FAILURE: "temporary failure",
    Cause.SWITCH_CONGESTION: "switching equipment congestion",
    Cause.CHANNEL_UNAVAILABLE: "requested channel not available",
    Cause.RESOURCE_UNAVAILABLE: "resource unavailable, unspecified",
    Cause.BEARER_NOT_AUTHORIZED: "bearer capability not authorized",
    Cause.BEARER_UNAVAILABLE: "bearer capability not presently available",
    Cause.SERVICE_UNAVAILABLE: "service or option not available, unspecified",
    Cause.BEARER_NOT_IMPLEMENTED: "bearer capability not implemented",
    Cause.FACILITY_NOT_IMPLEMENTED: "requested facility not implemented",
    Cause.INVALID_CALL_REFERENCE: "invalid call reference value",
    Cause.CHANNEL_DOES_NOT_EXIST: "identified channel does not exist",
    Cause.INCOMPATIBLE_DESTINATION: "incompatible destination",
    Cause.INVALID_MESSAGE: "invalid message, unspecified",
    Cause.MANDATORY_ELEMENT_MISSING: "mandatory information element is missing",
    Cause.MESSAGE_TYPE_UNKNOWN: "message type non-existent or not implemented",
    Cause.MESSAGE_INCOMPATIBLE: "message not compatible with call state",
    Cause.ELEMENT_UNKNOWN: "information element non-existent or not implemented",
    Cause.ELEMENT_INVALID: "invalid information element contents",
    Cause.MESSAGE_IN_WRONG_STATE: "message not compatible with call state or not implemented",
    Cause.TIMER_EXPIRED: "recovery on timer expiry",
    Cause.PROTOCOL_ERROR: "protocol error, unspecified",
    Cause.INTERWORKING: "interworking, unspecified",
}
