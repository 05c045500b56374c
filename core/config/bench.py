"""What a commit of a large office costs: the figure `apply_ms` of `strowger bench calls`.

300 trunk lines (two E1 with 30 lines each, 240 analog ones) and 1000 stations, in files as a person writes them; ten
stations change their class of service, one comes and one goes. Measured is what `config.commit` does without the disk:
TOML read, merged, validated by the model, checked against each other, compared with the configuration at work, the
numbering plan compiled. CPU time, the best of `ROUNDS`, milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from time import process_time
from typing import Any

from core.config.difference import difference
from core.config.reading import Reading, parse
from core.numbering.plan import NumberingPlan

STATIONS, TRUNKS, ROUNDS = 1000, 240, 5

_LINES = """\
[[card]]
name = "cards"
kind = "dahdi"

[[span]]
name = "e1a"
card = "cards"
span = 1
signalling = "pri"

[[span]]
name = "e1b"
card = "cards"
span = 2
signalling = "r2"

[[route]]
name = "outside"
match = ["9!"]
strip = 1
groups = [{ group = "digital" }, { group = "analog" }]

[[trunk_group]]
name = "digital"
lines = ["e1a", "e1b"]
"""

_STATION = """
[[station]]
number = "{number}"
name = "Room {number}"
card = "cards"
channel = {channel}
class_of_service = "{right}"
pickup_group = "floor {floor}"
"""

_TRUNK = """
[[trunk]]
name = "line{at}"
card = "cards"
channel = {channel}
"""


def office(changed: bool) -> dict[str, bytes]:
    """The files, by name. changed: after ten stations have got other rights, one has come and one has gone."""
    numbers = range(4001, 4001 + STATIONS) if not changed else [*range(4002, 4001 + STATIONS), 4900 + STATIONS]
    stations = [
        _STATION.format(
            number=number,
            channel=number - 3500,
            right="long_distance" if changed and number % 100 == 7 else "local",
            floor=number // 100,
        )
        for number in numbers
    ]
    trunks = [_TRUNK.format(at=at, channel=at) for at in range(1, TRUNKS + 1)]
    names = ", ".join(f'"line{at}"' for at in range(1, TRUNKS + 1))
    group = f'\n[[trunk_group]]\nname = "analog"\nlines = [{names}]\nincoming = "4500"\n'
    return {"10-lines.toml": "".join([_LINES, *trunks, group]).encode(), "20-people.toml": "".join(stations).encode()}


def measure() -> dict[str, Any]:
    """apply_ms, and what of it is which step."""
    old, new = office(False), office(True)
    at_work = parse(old).box
    best: dict[str, float] = {}
    for _round in range(ROUNDS):
        took: dict[str, float] = {}
        found: Reading = _timed(took, "read", partial(parse, new))
        box = found.box
        changes = _timed(took, "compare", partial(difference, at_work, box))
        assert len(changes.changes) >= 12
        _timed(took, "plan", partial(NumberingPlan, box))
        if not best or sum(took.values()) < sum(best.values()):
            best = took
    steps = {f"apply_{name}_ms": round(1000 * seconds, 1) for name, seconds in best.items()}
    return {"apply_ms": round(1000 * sum(best.values()), 1), **steps}


def _timed(took: dict[str, float], name: str, step: Callable[[], Any]) -> Any:
    began = process_time()
    made = step()
    took[name] = process_time() - began
    return made
