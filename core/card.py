"""`strowger card`: spans and channels of the cards in this machine, with alarms, what they mean and what to do.

    strowger card                  the DAHDI driver's
    strowger card --simulated      those of the simulated card, for training
    strowger card --channels       every channel, not only spans

Exit code 1: no driver, no span, or a span in alarm.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from core.meanings import MEANINGS
from core.texts import _
from hw.card import HardwareError, SpanInfo
from hw.dahdi.span import read_spans
from hw.plane import Plane
from hw.sim.card import SimCard


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--simulated", action="store_true", help="of the simulated card")
    parser.add_argument("--channels", action="store_true", help="every channel too")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(options: argparse.Namespace) -> int:
    spans = simulated() if options.simulated else read_spans()
    if not spans:
        raise HardwareError(
            "no spans", action="load the driver of the card (lspci, dahdi_hardware), then run dahdi_cfg; or --simulated"
        )
    if options.json:
        print(json.dumps({"spans": [facts(span) for span in spans]}, ensure_ascii=False))
    else:
        print("\n".join(row for span in spans for row in rows(span, options.channels)))
    return 1 if any(span.alarms for span in spans) else 0


def simulated() -> tuple[SpanInfo, ...]:
    plane = Plane(virtual=True)
    card = SimCard(plane)
    spans = card.spans()
    plane.close()
    card.free()
    return spans


def facts(span: SpanInfo) -> dict[str, Any]:
    return {
        "number": span.number,
        "name": span.name,
        "kind": span.kind,
        "hardware": span.hardware,
        "location": span.location,
        "timing": span.timing,
        "alarms": [alarm.name for alarm in span.alarms],
        "counters": {name: count for name, count in asdict(span.counters).items() if count is not None},
        "channels": [
            {
                "number": channel.number,
                "slot": channel.slot,
                "kind": channel.kind.value if channel.kind else None,
                "name": channel.name,
            }
            for channel in span.channels
        ],
    }


def rows(span: SpanInfo, channels: bool) -> list[str]:
    kinds: dict[str, int] = {}
    for channel in span.channels:
        kind = channel.kind.value if channel.kind else "not configured"
        kinds[kind] = kinds.get(kind, 0) + 1
    what = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    lines = [f"span {span.number}  {span.kind}  {span.name}  ({what})"]
    for alarm in span.alarms:
        meaning, remedy = MEANINGS[alarm]
        lines.append(f"    ALARM {alarm.name}: {_(meaning)}. {_(remedy)[:1].upper()}{_(remedy)[1:]}.")
    counted = {name: count for name, count in asdict(span.counters).items() if count}
    if counted:
        lines.append("    " + ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in counted.items()))
    if channels:
        for channel in span.channels:
            kind = channel.kind.value if channel.kind else "not configured"
            lines.append(f"    {channel.number:4}  slot {channel.slot:2}  {kind:14}  {channel.name}")
    return lines
