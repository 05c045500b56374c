"""Trunk groups: which circuit is taken next, and which call gives way to an emergency.

The order in which a free one is looked for is core/numbering/routes.py's; how often each was used, its trunk's.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.config.model.box import Box
from core.config.model.trunks import TrunkGroup
from core.exchange.trunk import Trunk
from core.numbering.routes import pick


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
        self._last: dict[str, str] = {}

    def pick(self, name: str) -> Trunk | None:
        """The circuit to try; None: none is free, or the group carries no calls out."""
        group = self.by_name.get(name)
        if group is None or group.direction == "in":
            return None
        lines = self._lines[name]
        uses: dict[str, int] = {}
        if group.order == "least-used":
            uses = {line: self._trunks[line].uses for line in lines if line in self._trunks}
        for line in pick(group.order, lines, self._last.get(name, ""), uses):
            trunk = self._trunks.get(line)
            if trunk is not None and trunk.free:
                self._last[name] = line
                return trunk
        return None

    def victim(self, name: str) -> Trunk | None:
        """The circuit of the group whose call is no emergency and is the youngest, and that is good for another."""
        group = self.by_name.get(name)
        if group is None or group.direction == "in":
            return None
        busy = [self._trunks[line] for line in self._lines[name] if line in self._trunks]
        calls = [(one.call.id, one) for one in busy if one.call and not one.call.emergency and not one.line.service]
        return max(calls, key=lambda found: found[0], default=(0, None))[1]
