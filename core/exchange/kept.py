"""What a user has set at his telephone and must survive a restart: forwards, do not disturb, and the like.

    kept = Kept(journal.state, box)
    kept.station("8001").forward_always            "" or the number: what the user set, else what the configuration says
    kept.set("8001", forward_always="8002")        until the user takes it back

A setting of the configuration holds until its user has set something else; what he takes back is then off, whatever
the configuration says.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass, field, fields
from typing import Any

from core.config.model.box import Box

_KEY = "station/"


@dataclass(frozen=True, slots=True)
class StationKept:
    """forwards_set_at: when each forward ("always", "busy", ...) was set by its user, UTC seconds."""

    forward_always: str = ""
    forward_busy: str = ""
    forward_no_answer: str = ""
    forward_unreachable: str = ""
    do_not_disturb: bool = False
    call_waiting: bool = True
    privacy: bool = False
    message_waiting: bool = False
    hot_line: str = ""
    wake_up: str = ""
    speed_dial: dict[str, str] = field(default_factory=dict)
    forwards_set_at: dict[str, float] = field(default_factory=dict)

    @property
    def away(self) -> bool:
        """Its user wants no calls of a group."""
        return self.do_not_disturb or bool(self.forward_always)


_NAMES = {one.name for one in fields(StationKept)}
_CONFIGURED = (
    "forward_always",
    "forward_busy",
    "forward_no_answer",
    "forward_unreachable",
    "call_waiting",
    "privacy",
    "hot_line",
)


class Kept:
    def __init__(self, state: MutableMapping[str, Any], box: Box) -> None:
        self._state = state
        self._box = box
        self._known: dict[str, StationKept] = {}

    def reconfigure(self, box: Box) -> None:
        self._box = box
        self._known.clear()

    def station(self, number: str) -> StationKept:
        known = self._known.get(number)
        if known is None:
            settings = self._box.stations.get(number)
            given = (
                {name: getattr(settings, name) for name in _CONFIGURED if hasattr(settings, name)}
                if settings is not None
                else {}
            )
            own = {name: value for name, value in self._state.get(_KEY + number, {}).items() if name in _NAMES}
            known = self._known[number] = StationKept(**{**given, **own})
        return known

    def set(self, number: str, **values: Any) -> None:
        """ValueError: no such thing is kept."""
        if unknown := values.keys() - _NAMES:
            raise ValueError(f"of a station is not kept: {', '.join(sorted(unknown))}")
        self._state[_KEY + number] = {**self._state.get(_KEY + number, {}), **values}
        self._known.pop(number, None)

    def waiting(self) -> dict[str, StationKept]:
        """All stations of which anything is kept."""
        numbers = [key.removeprefix(_KEY) for key in self._state if key.startswith(_KEY)]
        return {number: self.station(number) for number in numbers}
