"""The words of flows: automatic services that talk with a caller."""

from __future__ import annotations

from core.store.words.kind import BOTH, REASON, Field, Kind

KINDS = (
    Kind(
        "FlowBegan",
        BOTH,
        "the flow talks with the device's party",
        (
            Field("flow", str, "its name", needed=True),
            Field("edition", int, "which edition of the flows the call keeps"),
        ),
    ),
    Kind(
        "FlowEnded",
        BOTH,
        "the flow is done with the device's party",
        (
            Field("flow", str, "its name", needed=True),
            Field(
                "how",
                str,
                "by itself, by its caller, by a fault of its own",
                ("hung up", "finished", "returned", "transferred", "failed"),
            ),
            REASON,
            Field("results", dict, "what it has given back"),
            Field("node", str, "where it was then; in a sub-flow with its name: pin/ask"),
        ),
    ),
    Kind(
        "FlowKeyed",
        BOTH,
        "what the device's party has pressed in the flow, up to now",
        (
            Field("flow", str, "its name", needed=True),
            Field("keys", list, "pairs of node and keys, in their order; secret ones are masked", needed=True),
        ),
    ),
    Kind(
        "Scored",
        BOTH,
        "the device's party has given a score",
        (
            Field("question", str, "what was asked", needed=True),
            Field("score", int, "the score", needed=True),
            Field("station", str, "who spoke with him last; empty: nobody did"),
        ),
    ),
)
