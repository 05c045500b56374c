"""The words of lines: trunks taken and given back, lines and spans out of service."""

from __future__ import annotations

from core.store.words.kind import CAUSE, DEVICE, GROUP, REASON, Field, Kind

KINDS = (
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
)
