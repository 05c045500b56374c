"""A moment as people type it: 14:30, yesterday, 2026-11-26, 2026-11-26 14:30, 2h (ago), 3d.

Local time of the machine, unless an ISO time says its zone (2026-11-26T06:30Z). Pure: `now` is given.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from core.texts import N_

AGO = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
FORMS = N_("14:30, today, yesterday, 2026-11-26, '2026-11-26 14:30', 30m, 2h, 7d")
"""What may be typed."""


def moment(text: str, now: datetime) -> datetime:
    """With a time zone, that of `now` if none is said. ValueError: it is no moment."""
    text = text.strip()
    midnight = datetime.combine(now.date(), time(), now.tzinfo)
    if text == "today":
        return midnight
    if text == "yesterday":
        return midnight - timedelta(days=1)
    if ago := re.fullmatch(r"(\d{1,5})([mhdw])", text):
        return now - timedelta(**{AGO[ago[2]]: int(ago[1])})
    if clock := re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", text):
        return midnight.replace(hour=int(clock[1]), minute=int(clock[2]), second=int(clock[3] or 0))
    said = datetime.fromisoformat(text)
    return said if said.tzinfo else said.replace(tzinfo=now.tzinfo)
