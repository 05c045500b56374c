"""The words of alarms: what needs a person."""

from __future__ import annotations

from core.store.words.kind import Field, Kind

LEVELS = ("notice", "warning", "critical")

KINDS = (
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
