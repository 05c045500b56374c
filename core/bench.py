"""`strowger bench NAME`: the product's own benchmarks, each a table with its conditions, or one JSON object.

A bench ends within 50 s unless --seconds says otherwise. Figures are measured, never asserted: tests do not run these.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import platform
from typing import Any

from core.texts import N_, _

# name: module with run(seconds) -> dict, seconds a phase by default, one sentence of help
BENCHES = {
    "media": ("hw.bench.media", 8.0, N_("1024 ports: cost, punctuality, detection of digits and tones")),
    "calls": ("core.exchange.bench", 10.0, N_("what a call costs the exchange, and how soon the other end rings")),
    "flows": ("core.ivr.bench", 10.0, N_("480 callers at once in menus, with prompts, digits and a database")),
    "box": ("core.box_bench", 0.0, N_("from the start to dial tone, and a configuration of 1300 lines put to work")),
    "acd": (
        "core.queues.bench",
        3.0,
        N_("a decision with 5000 waiting, a day of 100 000 calls, calls a second through it all"),
    ),
    "lines": ("hw.bench.lines", 5.0, N_("PRI calls a second, R2 set-ups at once, caller ID and hang-up detection")),
    "console": ("tui.bench.console", 10.0, N_("key to screen, cost and start of the console before a busy office")),
    "reports": (
        "core.reports.bench",
        0.0,
        N_("reports of a month of 100 000 calls, and how late the box is meanwhile"),
    ),
    "journal": ("core.store.bench", 8.0, N_("cost of an event and a call, time until it is safe on disk")),
}


def arguments(parser: argparse.ArgumentParser) -> None:
    benches = parser.add_subparsers(dest="bench", metavar="NAME", required=True)
    for name, (module, seconds, summary) in BENCHES.items():
        if importlib.util.find_spec(module) is None:
            continue
        one = benches.add_parser(name, help=_(summary), description=_(summary))
        one.add_argument(
            "--seconds",
            type=float,
            default=seconds,
            help=_("of one phase (default {seconds:g})").format(seconds=seconds),
        )
        one.add_argument("--json", action="store_true", help=_("print one JSON object"))


def run(options: argparse.Namespace) -> int:
    module = importlib.import_module(BENCHES[options.bench][0])
    figures: dict[str, Any] = module.run(options.seconds)
    figures["machine"] = {"processor": processor(), "cores": os.cpu_count(), "python": platform.python_version()}
    if options.json:
        print(json.dumps(figures))
    else:
        print("\n".join(rows(figures)))
    return 0


def processor() -> str:
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()


def rows(figures: dict[str, Any], indent: str = "") -> list[str]:
    """A table of names and figures; a figure that is itself a table, or a list of such, stands indented below its
    name.
    """
    lines = []
    width = max((len(name) for name in figures), default=0)
    for name, value in figures.items():
        if isinstance(value, dict):
            lines += [f"{indent}{name}", *rows(value, indent + "    ")]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines.append(f"{indent}{name}")
            lines += [f"{indent}    " + "  ".join(f"{key} {cell}" for key, cell in row.items()) for row in value]
        else:
            lines.append(f"{indent}{name.ljust(width)}  {value}")
    return lines
