"""The rooms of the console: the key that leads to each, its names, its screen, and whose work is done there.

    key 4 ──> Place("queues", ...) ──> tui.queues is imported when somebody goes there ──> its screen

A room is there when its module is part of this installation. Which rooms one sees follows from the roles that the box
gives (`hello`), and so does the first of them: an agent begins at his desk, a supervisor with his team. What may be
done in a room the box decides at each act; this table keeps a screen from people who can do nothing in it.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from core.texts import N_

if TYPE_CHECKING:
    from tui.room import Screens


@dataclass(frozen=True, slots=True)
class Place:
    """room: its name for machines. key: the toolkit's name of it. title, short: English, translated where they are
    shown; short where all must stand in 80 cells. screen: its class in tui/<room>.py.
    """

    room: str
    key: str
    title: str
    short: str
    screen: str

    @property
    def there(self) -> bool:
        """Whether it is part of this installation."""
        return _there(self.room)

    def open(self) -> Screens:
        return self.load()()

    def load(self) -> type[Screens]:
        """Its screen. It takes some milliseconds, and nobody pays them who does not go there."""
        screen: type[Screens] = getattr(importlib.import_module(f"tui.{self.room}"), self.screen)
        return screen


@cache
def _there(room: str) -> bool:
    return importlib.util.find_spec(f"tui.{room}") is not None


PLACES = (
    Place("calls", "1", N_("Calls"), N_("Calls"), "Calls"),
    Place("board", "2", N_("Board"), N_("Board"), "Board"),
    Place("alarms", "3", N_("Alarms"), N_("Alarm"), "Alarms"),
    Place("queues", "4", N_("Queues"), N_("Queue"), "Queues"),
    Place("agents", "5", N_("Agents"), N_("Agent"), "Agents"),
    Place("desk", "6", N_("Desk"), N_("Desk"), "Desk"),
    Place("team", "7", N_("Team"), N_("Team"), "Team"),
    Place("flows", "8", N_("Flows"), N_("Flow"), "Flows"),
    Place("configuration", "9", N_("Configuration"), N_("Cfg"), "Configuration"),
    Place("telephone", "0", N_("Telephone"), N_("Tel"), "Telephone"),
    Place("recordings", "f2", N_("Recordings"), N_("Rec"), "Recordings"),
    Place("reports", "f3", N_("Reports"), N_("Rep"), "Reports"),
)
"""In the order in which they stand in the head."""

_ALL = tuple(place.room for place in PLACES)
ROOMS_OF = {
    "administrator": _ALL,
    "installer": _ALL,
    "supervisor": (
        "team",
        "desk",
        "queues",
        "agents",
        "calls",
        "recordings",
        "reports",
        "alarms",
        "flows",
        "telephone",
    ),
    "auditor": ("calls", "reports", "recordings", "queues", "agents", "board", "alarms"),
    "agent": ("desk", "queues", "telephone"),
}
"""By role, the first room first; who has several roles begins where the first of them in this table does."""


def places(roles: Iterable[str]) -> list[Place]:
    """The rooms that are there for somebody with these roles, in the order of the head."""
    rooms = {room for role in roles for room in ROOMS_OF.get(role, ())}
    return [place for place in PLACES if place.room in rooms and place.there]


def first(roles: Iterable[str]) -> str:
    """The room in which he begins; empty: there is none for him."""
    there = {place.room for place in places(roles)}
    mine = set(roles)
    order = (room for role, rooms in ROOMS_OF.items() if role in mine for room in rooms)
    return next((room for room in order if room in there), "")
