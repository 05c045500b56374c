"""The words of services used by their codes, and of what was not allowed."""

from __future__ import annotations

from core.store.words.kind import DEVICE, NUMBER, REASON, RESULT, Field, Kind

SERVICE = Field("service", str, "which service")

KINDS = (
    Kind(
        "ServiceUsed",
        (DEVICE,),
        "somebody used a service by its code",
        (SERVICE, Field("arguments", list, "what was dialled after the code"), RESULT),
    ),
    Kind("Barred", (DEVICE,), "a call was not allowed", (NUMBER, REASON)),
    Kind("TollAlarm", (DEVICE,), "more calls that cost money than the limit allows", (NUMBER, REASON)),
)
