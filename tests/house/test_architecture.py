"""docs/architecture.md names every room."""

from __future__ import annotations

import re
from pathlib import Path

from tests.house.storeys import STOREYS

ROOT = Path(__file__).resolve().parents[2]


def test_every_room_has_its_row() -> None:
    rows = re.findall(r"^\| (.*?) \|", (ROOT / "docs" / "architecture.md").read_text(), re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z/-]+)`", row)}
    rooms = {
        room.parent.relative_to(ROOT) for folder in STOREYS.values() for room in (ROOT / folder).glob("*/__init__.py")
    }
    assert {str(room) for room in rooms} <= named
