"""Trunk groups: which circuit is taken next, and which call gives way to an emergency.

linear       the first that is free          circular     the first free one after the one taken last
least-used   the free one that has carried fewest calls
"""

from __future__ import annotations

from collections.abc import Mapping

from core.config.model.box import Box
from core.config.model.trunks import TrunkGroup
from core.exchange.trunk import Trunk


class TrunkGroups:
    """Built anew with each configuration; `trunks` is the exchange's own list of circuits."""

    def __init__(self, box: Box, trunks: Mapping[str, Trunk]) -> None:
        self.by_name = {group.name: group for group in box.trunk_group}
        self.by_line: dict[str, TrunkGroup] = {}
        self._lines: dict[str, list[str]] = {}
        for group in box.trunk_group:
            self._lines[group.name] = list(box.lines_of(group))
            for line in self._lines[group.name]:
                self.by_line.setdefault(line, group)
        self._trunks = trunks
        self._last: dict[str, int] = {}

    def pick(self, name: str) -> Trunk | None:
        """The circuit to try; None: none is free, or the group carries no calls out."""
        group = self.by_name.get(name)
        if group is None or group.direction == "in":
            return None
        lines = self._lines[name]
        if group.order == "least-used":
            free = [trunk for line in lines if (trunk := self._trunks.get(line)) is not None and trunk.free]
            return min(free, key=lambda trunk: trunk.uses, default=None)
        first = (self._last.get(name, -1) + 1) % len(lines) if group.order == "circular" else 0
        for step in range(len(lines)):
            at = (first + step) % len(lines)
            trunk = self._trunks.get(lines[at])
            if trunk is not None and trunk.free:
                self._last[name] = at
                return trunk
        return None

    def victim(self, name: str) -> Trunk | None:
        """The circuit of the group whose call is no emergency and is the youngest."""
        busy = [self._trunks[line] for line in self._lines.get(name, ()) if line in self._trunks]
        calls = [trunk for trunk in busy if trunk.leg is not None and not trunk.leg.call.emergency]
        return max(calls, key=lambda trunk: trunk.leg.call.id if trunk.leg else 0, default=None)
