"""Small boxes to be tried, as their configuration."""

from __future__ import annotations

from typing import Any

from core.config.model.box import Box

SMALL: dict[str, Any] = {
    "card": [
        {
            "name": "sim",
            "kind": "simulated",
            "spans": [
                {"kind": "stations", "count": 4},
                {"kind": "trunks", "count": 2},
                {"kind": "pri"},
                {"kind": "cas"},
            ],
        }
    ],
    "station": [
        {"number": "8001", "name": "Ann", "card": "sim", "channel": 1},
        {"number": "8002", "name": "Ben", "card": "sim", "channel": 2},
    ],
    "trunk": [{"name": "line1", "card": "sim", "channel": 5, "number": "62001001"}],
    "span": [
        {"name": "e1a", "card": "sim", "span": 3, "signalling": "pri"},
        {"name": "e1b", "card": "sim", "span": 4, "signalling": "r2", "called_digits": 4},
    ],
    "trunk_group": [
        {"name": "city", "lines": ["line1"], "incoming": "8001"},
        {"name": "isdn", "lines": ["e1a", "e1b"]},
    ],
}


def box(**tables: Any) -> Box:
    """SMALL, with other tables where given."""
    return Box.model_validate(SMALL | tables)
