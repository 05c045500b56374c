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
    MISDIALLED_PREFIX = 5
    CHANNEL_UNACCEPTABLE = 6
    CALL_AWARDED = 7
    PREEMPTION = 8
    PREEMPTION_RESERVED = 9
    PORTED_NUMBER = 14
    NORMAL_CLEARING = 16
    USER_BUSY = 17
    NO_USER_RESPONDING = 18
    NO_ANSWER = 19
    SUBSCRIBER_ABSENT = 20
    CALL_REJECTED = 21
    NUMBER_CHANGED = 22
    REDIRECTED = 23
    REJECTED_BY_FEATURE = 24
    ROUTING_ERROR = 25
    ANSWERED_ELSEWHERE = 26
    DESTINATION_OUT_OF_ORDER = 27
    INVALID_NUMBER = 28
    FACILITY_REJECTED = 29
    STATUS_RESPONSE = 30
    NORMAL_UNSPECIFIED = 31
    NO_CIRCUIT = 34
    NETWORK_OUT_OF_ORDER = 38
    FRAME_MODE_OUT_OF_SERVICE = 39
    FRAME_MODE_OPERATIONAL = 40
    TEMPORARY_FAILURE = 41
    SWITCH_CONGESTION = 42
    ACCESS_INFORMATION_DISCARDED = 43
    CHANNEL_UNAVAILABLE = 44
    PRECEDENCE_BLOCKED = 46
    RESOURCE_UNAVAILABLE = 47
    QUALITY_UNAVAILABLE = 49
    FACILITY_NOT_SUBSCRIBED = 50
    OUTGOING_BARRED_IN_GROUP = 53
    INCOMING_BARRED_IN_GROUP = 55
    BEARER_NOT_AUTHORIZED = 57
    BEARER_UNAVAILABLE = 58
    INCONSISTENT_ACCESS = 62
    SERVICE_UNAVAILABLE = 63
    BEARER_NOT_IMPLEMENTED = 65
    CHANNEL_TYPE_NOT_IMPLEMENTED = 66
    FACILITY_NOT_IMPLEMENTED = 69
    RESTRICTED_DIGITAL_ONLY = 70
    SERVICE_NOT_IMPLEMENTED = 79
    INVALID_CALL_REFERENCE = 81
    CHANNEL_DOES_NOT_EXIST = 82
    NO_SUCH_SUSPENDED_CALL = 83
    CALL_IDENTITY_IN_USE = 84
    NO_CALL_SUSPENDED = 85
    SUSPENDED_CALL_CLEARED = 86
    NOT_MEMBER_OF_GROUP = 87
    INCOMPATIBLE_DESTINATION = 88
    NO_SUCH_GROUP = 90
    INVALID_TRANSIT_NETWORK = 91
    INVALID_MESSAGE = 95
    MANDATORY_ELEMENT_MISSING = 96
    MESSAGE_TYPE_UNKNOWN = 97
    MESSAGE_INCOMPATIBLE = 98
    ELEMENT_UNKNOWN = 99
    ELEMENT_INVALID = 100
    MESSAGE_IN_WRONG_STATE = 101
    TIMER_EXPIRED = 102
    PARAMETER_PASSED_ON = 103
    PARAMETER_DISCARDED = 110
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
    4: Cause.SERVICE_NOT_IMPLEMENTED,
    5: Cause.INVALID_MESSAGE,
    6: Cause.PROTOCOL_ERROR,
    7: Cause.INTERWORKING,
}

_TEXTS = {
    Cause.UNALLOCATED: "unallocated number",
    Cause.NO_ROUTE_TO_NETWORK: "no route to transit network",
    Cause.NO_ROUTE_TO_DESTINATION: "no route to destination",
    Cause.SPECIAL_TONE: "send special information tone",
    Cause.MISDIALLED_PREFIX: "misdialled trunk prefix",
    Cause.CHANNEL_UNACCEPTABLE: "channel unacceptable",
    Cause.CALL_AWARDED: "call awarded and being delivered in an established channel",
    Cause.PREEMPTION: "preemption",
    Cause.PREEMPTION_RESERVED: "preemption, circuit reserved for reuse",
    Cause.PORTED_NUMBER: "query on release: ported number",
    Cause.NORMAL_CLEARING: "normal call clearing",
    Cause.USER_BUSY: "user busy",
    Cause.NO_USER_RESPONDING: "no user responding",
    Cause.NO_ANSWER: "no answer from user",
    Cause.SUBSCRIBER_ABSENT: "subscriber absent",
    Cause.CALL_REJECTED: "call rejected",
    Cause.NUMBER_CHANGED: "number changed",
    Cause.REDIRECTED: "redirection to new destination",
    Cause.REJECTED_BY_FEATURE: "call rejected due to feature at the destination",
    Cause.ROUTING_ERROR: "exchange routing error",
    Cause.ANSWERED_ELSEWHERE: "non-selected user clearing",
    Cause.DESTINATION_OUT_OF_ORDER: "destination out of order",
    Cause.INVALID_NUMBER: "invalid number format",
    Cause.FACILITY_REJECTED: "facility rejected",
    Cause.STATUS_RESPONSE: "response to status enquiry",
    Cause.NORMAL_UNSPECIFIED: "normal, unspecified",
    Cause.NO_CIRCUIT: "no circuit or channel available",
    Cause.NETWORK_OUT_OF_ORDER: "network out of order",
    Cause.FRAME_MODE_OUT_OF_SERVICE: "permanent frame mode connection out of service",
    Cause.FRAME_MODE_OPERATIONAL: "permanent frame mode connection operational",
    Cause.TEMPORARY_FAILURE: "temporary failure",
    Cause.SWITCH_CONGESTION: "switching equipment congestion",
    Cause.ACCESS_INFORMATION_DISCARDED: "access information discarded",
    Cause.CHANNEL_UNAVAILABLE: "requested channel not available",
    Cause.PRECEDENCE_BLOCKED: "precedence call blocked",
    Cause.RESOURCE_UNAVAILABLE: "resource unavailable, unspecified",
    Cause.QUALITY_UNAVAILABLE: "quality of service unavailable",
    Cause.FACILITY_NOT_SUBSCRIBED: "requested facility not subscribed",
    Cause.OUTGOING_BARRED_IN_GROUP: "outgoing calls barred within closed user group",
    Cause.INCOMING_BARRED_IN_GROUP: "incoming calls barred within closed user group",
    Cause.BEARER_NOT_AUTHORIZED: "bearer capability not authorized",
    Cause.BEARER_UNAVAILABLE: "bearer capability not presently available",
    Cause.INCONSISTENT_ACCESS: "inconsistency in outgoing access information and subscriber class",
    Cause.SERVICE_UNAVAILABLE: "service or option not available, unspecified",
    Cause.BEARER_NOT_IMPLEMENTED: "bearer capability not implemented",
    Cause.CHANNEL_TYPE_NOT_IMPLEMENTED: "channel type not implemented",
    Cause.FACILITY_NOT_IMPLEMENTED: "requested facility not implemented",
    Cause.RESTRICTED_DIGITAL_ONLY: "only restricted digital information bearer capability is available",
    Cause.SERVICE_NOT_IMPLEMENTED: "service or option not implemented, unspecified",
    Cause.INVALID_CALL_REFERENCE: "invalid call reference value",
    Cause.CHANNEL_DOES_NOT_EXIST: "identified channel does not exist",
    Cause.NO_SUCH_SUSPENDED_CALL: "a suspended call exists, but this call identity does not",
    Cause.CALL_IDENTITY_IN_USE: "call identity in use",
    Cause.NO_CALL_SUSPENDED: "no call suspended",
    Cause.SUSPENDED_CALL_CLEARED: "call having the requested call identity has been cleared",
    Cause.NOT_MEMBER_OF_GROUP: "user not member of closed user group",
    Cause.INCOMPATIBLE_DESTINATION: "incompatible destination",
    Cause.NO_SUCH_GROUP: "non-existent closed user group",
    Cause.INVALID_TRANSIT_NETWORK: "invalid transit network selection",
    Cause.INVALID_MESSAGE: "invalid message, unspecified",
    Cause.MANDATORY_ELEMENT_MISSING: "mandatory information element is missing",
    Cause.MESSAGE_TYPE_UNKNOWN: "message type non-existent or not implemented",
    Cause.MESSAGE_INCOMPATIBLE: "message not compatible with call state",
    Cause.ELEMENT_UNKNOWN: "information element non-existent or not implemented",
    Cause.ELEMENT_INVALID: "invalid information element contents",
    Cause.MESSAGE_IN_WRONG_STATE: "message not compatible with call state or not implemented",
    Cause.TIMER_EXPIRED: "recovery on timer expiry",
    Cause.PARAMETER_PASSED_ON: "parameter non-existent or not implemented, passed on",
    Cause.PARAMETER_DISCARDED: "message with unrecognized parameter, discarded",
    Cause.PROTOCOL_ERROR: "protocol error, unspecified",
    Cause.INTERWORKING: "interworking, unspecified",
}
