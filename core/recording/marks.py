"""How full the place of recordings is: marks at 20, 10 and 5 % of its disk and of its quota. Pure.

left    20 %        10 %        5 %
--------|-----------|-----------|----------
  ""      notice      warning     critical: nothing new is recorded, calls go on
"""

from __future__ import annotations

from dataclasses import dataclass

from core.store.disk import MARKS, Room
from core.texts import _

GB = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Mark:
    """level: notice, warning, critical; "": there is room. text: for people."""

    level: str
    text: str


def of_disk(room: Room) -> Mark:
    percent = _percent(room)
    return Mark(room.level, _("less than {n} % of the disk of the recordings is free").format(n=percent))


def of_quota(used: int, quota_gb: int) -> Mark:
    """used: bytes. quota_gb=0: there is none."""
    if not quota_gb:
        return Mark("", "")
    room = Room(max(0, quota_gb * GB - used), quota_gb * GB)
    text = _("less than {n} % of the {gb} GB for recordings is left").format(n=_percent(room), gb=quota_gb)
    return Mark(room.level, text)


def _percent(room: Room) -> int:
    """The mark that it is below."""
    return next((round(100 * mark) for mark, level in MARKS if level == room.level), 100)
