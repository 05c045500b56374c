"""How long a recording is kept: pure, and asked in one place for people and for the clock.

    begun          min_days                        max_days
      |---------------|-------------------------------|------>
      nobody may      whoever may, may                gone by itself
      held: nobody may, and it does not go, whatever its age

The class is the one that stood in the rule when it was recorded; what it means is read from the configuration of now.
"""

from __future__ import annotations

from collections.abc import Iterable

from core.config.model.recording import Retention
from core.store.recordings import Recording
from core.texts import _

DAY_US = 86_400_000_000


def refusal(row: Recording, classes: Iterable[Retention], held: str, now: int) -> str:
    """Why nobody may erase it now, for people; "": who may, may. now: UTC in µs; held: why it is held."""
    if row.erased:
        return _("recording {file} was erased before").format(file=row.file)
    if not row.ended:
        return _("recording {file} is still being made").format(file=row.file)
    if held:
        return _("recording {file} is held: {why}").format(file=row.file, why=held)
    least = next((each.min_days for each in classes if each.name == row.retention), 0)
    if least and now - row.began < least * DAY_US:  # a clock that was set back makes no class
        return _("recording {file} must be kept for {days} days").format(file=row.file, days=least)
    return ""


def over_before(retention: Retention, now: int) -> int:
    """Of this class, what began before then goes by itself, UTC in µs; 0: nothing does."""
    return now - retention.max_days * DAY_US if retention.max_days else 0
