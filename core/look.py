"""Tables of the running box, for a terminal and for programs: `strowger calls`, `strowger lines`.

What they have in common: ask one act, print its rows in columns, or as one JSON object.
"""

from __future__ import annotations

import argparse
import json
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from core.api.client import Asker
from core.texts import _


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--socket", type=Path, metavar="PATH", help=_("control socket of the box"))
    parser.add_argument("--json", action="store_true", help=_("print one JSON object"))


def asked(options: argparse.Namespace, method: str, **params: Any) -> Any:
    with Asker(options.socket) as box:
        return box.ask(method, **params)


def show(options: argparse.Namespace, answer: Any, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    print(json.dumps(answer, ensure_ascii=False) if options.json else "\n".join(table(head, rows)))


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Left-aligned columns; Chinese characters are two places wide."""
    cells = [list(head), *[[str(cell) for cell in row] for row in rows]]
    widths = [max(_width(row[column]) for row in cells) for column in range(len(head))]
    padded = [[cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)] for row in cells]
    return ["  ".join(row).rstrip() for row in padded]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
