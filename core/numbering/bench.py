"""How long an analysis of digits takes in a plan of 10 000 numbers: the figure `analysis_us` of `strowger bench calls`.

8200 stations, service codes for them, 1600 routes by area and mobile prefix, 200 speed dials. Numbers are drawn by lot
(seeded): half for stations, the rest over all kinds; each is analysed whole, as an en-bloc call brings it, which takes
every digit through the tree. Making the plan is not counted, the states that a first number makes are.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from time import process_time
from typing import Any

from core.config.model import Box
from core.numbering.plan import NumberingPlan
from core.numbering.target import Facts, Outcome

STATIONS, DIALS = 8200, 200
AREAS, PREFIXES = range(100, 1000), range(300, 1000)  # of area codes; of mobile numbers, after the 1


def box() -> Box:
    groups = [{"group": "e1"}]
    routes = [{"name": f"area {code}", "match": [f"90{code}!"], "strip": 1, "groups": groups} for code in AREAS]
    routes += [
        {"name": f"mobile {prefix}", "match": [f"91{prefix}X{{7}}"], "strip": 1, "groups": groups}
        for prefix in PREFIXES
    ]
    routes.append({"name": "city", "match": ["9[2-8]X{6,7}"], "strip": 1, "groups": groups})
    return Box.model_validate(
        {
            "station": [
                {"number": str(20000 + index), "card": "a", "channel": 1 + index % 4096} for index in range(STATIONS)
            ],
            "trunk_group": [{"name": "e1", "lines": ["a"]}],
            "route": routes,
            "speed_dial": [{"code": f"{index:03}", "number": str(20000 + index)} for index in range(DIALS)],
        }
    )


def analysis_us(seconds: float = 2.0, clock: Callable[[], float] = process_time) -> dict[str, Any]:
    """CPU time of an analysis in µs, the mean over `seconds`; how many there were; CPU time in ms to make the plan."""
    lot = random.Random(1)
    config = box()
    start = clock()
    plan = NumberingPlan(config)
    made = clock()
    numbers = [drawn(lot) for _ in range(20_000)]
    who = Facts(datetime(2026, 1, 5, tzinfo=UTC), station="20000")
    if any(plan.analyse(number, who, final=True).outcome is not Outcome.COMPLETE for number in numbers[:100]):
        raise AssertionError("a number of the bench leads nowhere")
    plan = NumberingPlan(config)
    count, begun = 0, clock()
    while clock() < begun + seconds:
        for number in numbers:
            plan.analyse(number, who, final=True)
        count += len(numbers)
    took = clock() - begun
    return {
        "analysis_us": round(took / count * 1e6, 2),
        "analyses": count,
        "plan_ms": round((made - start) * 1e3, 1),
        "numbers": len(plan.entries),
    }


def drawn(lot: random.Random) -> str:
    match lot.randrange(8):
        case 0:
            return f"90{lot.choice(AREAS)}{lot.randrange(10**7):07}"
        case 1:
            return f"91{lot.choice(PREFIXES)}{lot.randrange(10**7):07}"
        case 2:
            return f"9{lot.randrange(2, 9)}{lot.randrange(10**7):07}"
        case 3:
            return lot.choice(
                ["110", "9120", f"**{lot.randrange(DIALS):03}", f"*57*{20000 + lot.randrange(STATIONS)}#"]
            )
    return str(20000 + lot.randrange(STATIONS))
