"""`strowger bench NAME`: runs one benchmark and prints its figures with the conditions they were taken under.

A benchmark is a module whose docstring states its conditions and whose `run(seconds=...)` measures and returns the
figures: names to numbers, nested where they belong together. It prints nothing. Benchmarks compare builds on one
machine; they are not tests, and nothing here judges a figure.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import os
import platform
from collections.abc import Iterator, Mapping
from typing import Any

from core.command import there

BENCHES = {"media": "hw.bench.media"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", choices=[name for name, module in BENCHES.items() if there(module)])
    parser.add_argument(
        "--seconds", type=float, help="length of each measurement, where the benchmark's own is not right"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


def run(options: argparse.Namespace) -> int:
    bench = importlib.import_module(BENCHES[options.name])
    figures = bench.run() if options.seconds is None else bench.run(seconds=options.seconds)
    if options.json:
        print(json.dumps(figures))
        return 0
    print(inspect.getdoc(bench), "", f"Machine: {machine()}", "", sep="\n")
    rows = list(flat(figures))
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:{width}}  {value}")
    return 0


def flat(figures: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Nested figures as rows: {"digits": {"found": 16}} is the row digits.found."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", str(value)


def machine() -> str:
    """Processor, how many of it, and kernel."""
    with open("/proc/cpuinfo") as lines:
        models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{os.cpu_count()} x {models[0] if models else platform.machine()}, Linux {platform.release()}"
