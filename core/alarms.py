"""What needs a person, as long as it does: alarms that stand, who has seen them, and their events in the journal.

    alarms.set("span e1a", Level.CRITICAL, "span e1a: RED, nothing usable comes in", "check cable and plug ...")
    alarms.clear("span e1a")
    alarms.acknowledge("span e1a", "Mei")

The same key is the same alarm: setting it again with other words changes it, with the same words does nothing. Its
first word says of which kind it is (KINDS). Levels are those of the telephone trade: critical (calls are lost), warning
(something works less well), notice. An alarm stands until its reason has gone; one that tells of what has happened
stands until somebody has seen it.
What it does not: decide that something is wrong; whoever finds it says so here. The past is in the journal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from hw import wall_clock
from hw.errors import LocalError


class Trail(Protocol):
    """The journal, as far as it is needed here."""

    def note(self, kind: str, call: int = 0, device: str = "", **data: Any) -> None: ...


LEVELS = ("critical", "warning", "notice")
"""The worst first."""


@dataclass(frozen=True, slots=True)
class Kind:
    """word: the first of its keys, or the whole key. happened: it tells of an event, not of a state."""

    word: str
    text: str
    happened: bool = False


KINDS = {
    kind.word: kind
    for kind in (
        Kind("line", "a station, trunk or span of the configuration could not be opened"),
        Kind("lent", "a line is out of service because somebody tests it"),
        Kind("span", "a span has been in alarm for more than 3 s, or is not on its card"),
        Kind("link", "the data link of a PRI span has been down for more than 30 s without such an alarm"),
        Kind("toll", "more calls that cost money than the limit of a class of service allows: fraud?", happened=True),
        Kind("journal", "the journal cannot be written"),
        Kind("journal damaged", "the file of the journal was damaged, put aside, and a new one begun", happened=True),
        Kind("disk", "less than 20, 10 or 5 % of the disk of the data folder are free"),
        Kind("recordings", "calls cannot be recorded, or their quota or disk is nearly full; calls go on"),
        Kind("queue log", "the file of [reports] queue_log cannot be written"),
        Kind("prompts", "a prompt has no sound, or the texts of the office have faults"),
        Kind("flows", "the files of the flows have mistakes, and were not put to work"),
        Kind("flow", "a flow could not say what it should", happened=True),
        Kind("plugins", "a module of plug-ins cannot be imported"),
        Kind("database", "a database that flows ask does not answer"),
        Kind("music", "a sound file of [music] cannot be played"),
        Kind("queue", "agents of a queue are missing, callers wait too long, or its service level is under target"),
        Kind("alarms", "the command of [alarms] failed, or took too long"),
        Kind("mail", "mail waits because the server does not take it, or could not be sent"),
        Kind("customers", "the customers' file cannot be opened, or was damaged and begun anew"),
        Kind("voicemail", "messages cannot be kept on the disk, or read from it"),
    )
}


def kind_of(key: str) -> Kind:
    """LocalError: there is no such kind."""
    kind = KINDS.get(key) or KINDS.get(key.partition(" ")[0])
    if kind is None:
        raise LocalError(f"alarm {key!r} is of no kind; there are {', '.join(KINDS)}")
    return kind


class AlarmView(msgspec.Struct, frozen=True):
    """level: critical, warning or notice. since: UTC seconds. seen_by: who has acknowledged it; empty: nobody yet."""

    key: str
    level: str
    text: str
    remedy: str
    since: float
    seen_by: str = ""


class Alarms:
    """changed(key, view or None) is called for every change."""

    def __init__(self, changed: Callable[[str, AlarmView | None], None] = lambda key, view: None) -> None:
        self.standing: dict[str, AlarmView] = {}
        self.trail: Trail | None = None
        """Set when there is a journal: the journal itself has alarms, too."""
        self._changed = changed
        self._watchers: list[Callable[[AlarmView, bool], None]] = []

    def watch(self, watcher: Callable[[AlarmView, bool], None]) -> None:
        """From now on it is told of each alarm that comes or changes (True) and goes (False)."""
        self._watchers.append(watcher)

    def set(self, key: str, level: str, text: str, remedy: str = "") -> None:
        """LocalError: no such level or kind."""
        kind_of(key)
        if level not in LEVELS:
            raise LocalError(f"alarm {key}: level {level!r}; there are {', '.join(LEVELS)}")
        before = self.standing.get(key)
        if before is not None and (before.level, before.text, before.remedy) == (level, text, remedy):
            return
        since = before.since if before is not None else wall_clock.utc().timestamp()
        self._put(AlarmView(key, level, text, remedy, since))
        self._note("AlarmRaised", key=key, level=level, text=text)

    def clear(self, key: str) -> None:
        """Not standing is not an error."""
        gone = self.standing.pop(key, None)
        if gone is not None:
            self._changed(key, None)
            self._note("AlarmCleared", key=key)
            self._tell(gone, False)

    def tell(self, key: str, level: str, text: str) -> None:
        """As the journal tells of itself: an empty level is the end."""
        if level:
            self.set(key, level, text)
        else:
            self.clear(key)

    def acknowledge(self, key: str, who: str) -> AlarmView:
        """KeyError: it does not stand (any more). One that tells of what has happened goes with that."""
        seen = msgspec.structs.replace(self.standing[key], seen_by=who)
        self._note("AlarmSeen", key=key, by=who)
        if kind_of(key).happened:
            self.clear(key)
        else:
            self._put(seen)
        return seen

    @property
    def worst(self) -> str:
        """Level of the worst one that stands; empty: none does."""
        levels = {alarm.level for alarm in self.standing.values()}
        return next((level for level in LEVELS if level in levels), "")

    def _put(self, view: AlarmView) -> None:
        self.standing[view.key] = view
        self._changed(view.key, view)
        self._tell(view, True)

    def _tell(self, view: AlarmView, stands: bool) -> None:
        for watcher in self._watchers:
            watcher(view, stands)

    def _note(self, kind: str, **data: Any) -> None:
        if self.trail is not None:
            self.trail.note(kind, **data)
