"""`strowger bench lines`: what the four kinds of line do, each part in a module of its own that says its conditions.

    pri_lines.py       pri_calls_per_second: complete ISDN calls through the line interface, both ends here
    pri.py             the same below the line interface, to see what that costs
    r2.py              r2_core_percent: 480 China No.1 circuits in set-up at once
    analog_lines.py    caller_id_rate, hangup_p95_s, false_hangups: over level, noise, frequency and kinds of sound

The figures that the targets are about stand first. A part that could not be measured here is named in `missing`, with
the reason: nothing is made up for it.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

FALSE_MINUTES_PER_SECOND = 2.5
"""Minutes of sound of each kind that are listened to for a second given to a phase: five kinds, an hour with five."""


def _pri(seconds: float) -> dict[str, Any]:
    lines = importlib.import_module("hw.bench.pri_lines").measure(seconds)
    span = importlib.import_module("hw.bench.pri").measure(seconds / 4)
    return {
        "pri_calls_per_second": lines.pop("pri_calls_per_second"),
        "pri": {**lines, "below_the_line_interface": span["pri_span_calls_per_second_30"]},
    }


def _r2(seconds: float) -> dict[str, Any]:
    figures = importlib.import_module("hw.bench.r2").figures(seconds)
    return {"r2_core_percent": figures.pop("r2_core_percent"), "r2": figures}


def _analog(seconds: float) -> dict[str, Any]:
    analog = importlib.import_module("hw.bench.analog_lines")
    figures: dict[str, Any] = analog.figures(seconds * FALSE_MINUTES_PER_SECOND)
    return {
        "caller_id_rate": figures["caller_id"].pop("caller_id_rate"),
        "hangup_p95_s": figures["hang_up"].pop("hangup_p95_s"),
        "false_hangups": figures["false"].pop("false_hangups"),
        "analog": figures,
    }


_PARTS: dict[str, Callable[[float], dict[str, Any]]] = {"pri": _pri, "r2": _r2, "analog": _analog}


def run(seconds: float = 5.0) -> dict[str, Any]:
    """Each part for about `seconds` a phase. Single figures first, tables after them."""
    figures: dict[str, Any] = {}
    missing: dict[str, str] = {}
    for name, part in _PARTS.items():
        try:
            figures |= part(seconds)
        except ModuleNotFoundError as error:
            missing[name] = str(error)
    tables = {name: figures.pop(name) for name in _PARTS if name in figures}
    return {**figures, **tables, "missing": missing or "nothing"}
