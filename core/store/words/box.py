"""The words of the box, of its configuration, and of the people who change it."""

from __future__ import annotations

from core.store.words.kind import REASON, RESULT, Field, Kind

LAST = Field("last", int, "UTC in µs: the last sign of life in the journal")

KINDS = (
    Kind(
        "Audit",
        (),
        "somebody changed something",
        (
            Field("actor", str, "who", needed=True),
            Field("role", str, "as what"),
            Field("act", str, "what", needed=True),
            Field("target", str, "on what"),
            Field("before", object, "what it was"),
            Field("after", object, "what it is now"),
            RESULT,
        ),
    ),
    Kind(
        "ConfigCommitted",
        (),
        "a configuration was put to work",
        (
            Field("number", int, "of the commit", needed=True),
            Field("actor", str, "who"),
            Field("message", str, "his words"),
            Field("confirm_s", int, "goes back by itself after this many seconds, 0: stays"),
        ),
    ),
    Kind("ConfigConfirmed", (), "the configuration stays", (Field("number", int, "of the commit"),)),
    Kind(
        "ConfigRolledBack",
        (),
        "an earlier configuration is at work again",
        (Field("number", int, "of the commit gone back to"), Field("actor", str, "who"), REASON),
    ),
    Kind("BoxStarted", (), "the exchange has started", (Field("version", str, "of the software"),)),
    Kind("BoxStopping", (), "the exchange takes no new calls and waits for the running ones", (REASON,)),
    Kind("BoxStopped", (), "the exchange has stopped in order"),
    Kind("BoxFailed", (), "the run before ended without order: power cut, kill or crash", (LAST,)),
    Kind(
        "ClockSet", (), "the clock of the machine was set", (Field("by_s", float, "seconds, + forward", needed=True),)
    ),
    Kind(
        "JournalLost",
        (),
        "the disk could not be written for so long that events had to be dropped",
        (Field("events", int, "how many", needed=True), REASON),
    ),
    Kind(
        "JournalForgotten",
        (),
        "events and records that were old enough were deleted",
        (Field("events", int, "how many", needed=True),),
    ),
)
