"""What a line can do stands in docs/lines.md, and lines say the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from hw.card import Ability
from hw.signalling.analog.profile import LineProfile
from hw.signalling.analog.station import Station, StationSettings
from hw.signalling.analog.trunk import Trunk
from hw.signalling.line import LineAbility
from hw.signalling.pri.settings import Side
from hw.signalling.r2.channel import R2Channel
from hw.signalling.r2.settings import CHINA

from .conftest import Town
from .pri_span import PriPair

pytestmark = pytest.mark.native

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "lines.md"


def said() -> dict[str, LineAbility]:
    """The table of the manual: by the head of the column, what it says "yes" to, at least on a condition."""
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in MANUAL.read_text().partition("| `LineAbility`")[2].partition("\n\n")[0].splitlines()
    ]
    kinds = rows[0][1:]
    found = dict.fromkeys(kinds, LineAbility.NONE)
    for name, *cells in rows[2:]:
        ability = LineAbility[name.split("`")[1]]
        for kind, cell in zip(kinds, cells, strict=True):
            assert cell.startswith(("yes", "no")), cell
            if cell.startswith("yes"):
                found[kind] |= ability
    return found


async def test_each_kind_can_what_the_manual_says(clock: object, town: Town) -> None:
    span = PriPair(town, near_side=Side.NETWORK)
    assert said() == {
        "station": Station(StationSettings()).abilities,
        "analog trunk": Trunk(LineProfile(answer="reversal"), Ability.SEE_POLARITY).abilities,
        "PRI": span.near.abilities,
        "R2": R2Channel(CHINA).abilities,
    }
