"""What the setup knows: the spans that it found, what was answered, what came of the steps. Kept on disk as it grows.

    picture = load(folder)            where it was left; an empty one when nothing was begun
    picture.answers["office.name"]
    picture.done                      names of the steps that are done, in their order
    save(picture, folder)             whole or not at all: a power cut loses one answer at most

What was found is looked for anew at each start; answers about spans are kept under what stays the same over reboots
(the hardware's own number, else its place), so that a card in another slot does not inherit them.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any

FILE = "setup.json"


class Use(Enum):
    """What a span is for."""

    ANALOG = "analog"  # as its modules tell: telephones, lines, or both
    STATIONS = "stations"
    TRUNKS = "trunks"
    PRI = "pri"
    R2 = "r2"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class FoundSpan:
    """A span as the driver has it before it is configured. first, count: its channels. stations, trunks: the channels
    whose modules are for telephones and for lines, where the hardware tells. may_be: its possible uses, the likely one
    first. local: its number on its device, from 1. line: it has framing and coding (a real E1).
    """

    number: int
    name: str
    hardware: str
    location: str
    local: int
    first: int
    count: int
    may_be: tuple[Use, ...]
    stations: tuple[int, ...] = ()
    trunks: tuple[int, ...] = ()
    line: bool = False
    alarms: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Under which its answers are kept."""
        return f"{self.hardware or '@' + self.location}:{self.local}"

    @property
    def last(self) -> int:
        return self.first + self.count - 1


@dataclass(frozen=True, slots=True)
class Trial:
    """A test call, or something else that was tried. outcome: PASS, FAIL or ABORT; figures: as they are shown."""

    name: str
    outcome: str
    sentence: str
    next_step: str = ""
    figures: dict[str, str] = field(default_factory=dict)


@dataclass
class Picture:
    """spans is not kept: they are looked for anew. profiles: learned, by name of the line, as their files will say;
    found: what was found out, in words, by name of the line.
    """

    answers: dict[str, str] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    profiles: dict[str, str] = field(default_factory=dict)
    trials: dict[str, Trial] = field(default_factory=dict)
    commit: int = 0
    cards: list[str] = field(default_factory=list)
    drivers: list[str] = field(default_factory=list)
    spans: tuple[FoundSpan, ...] = ()
    simulated: bool = False

    def answer(self, name: str, default: str = "") -> str:
        return self.answers.get(name, default)

    def forget_from(self, steps: tuple[str, ...]) -> None:
        """These steps are to be done again."""
        self.done = [name for name in self.done if name not in steps]


_KEPT = ("answers", "done", "profiles", "trials", "commit")


def save(picture: Picture, folder: Path) -> None:
    """OSError: the disk does not take it."""
    folder.mkdir(parents=True, exist_ok=True)
    facts: dict[str, Any] = {name: value for name, value in asdict(picture).items() if name in _KEPT}
    new = folder / (FILE + ".new")
    with new.open("w", encoding="utf-8") as file:
        json.dump(facts, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / FILE)


def load(folder: Path) -> Picture:
    """Where it was left. An empty one where nothing was begun, or the file cannot be understood."""
    try:
        facts = json.loads((folder / FILE).read_text(encoding="utf-8"))
        trials = {name: Trial(**each) for name, each in facts["trials"].items()}
        return Picture(**{**{name: facts[name] for name in _KEPT}, "trials": trials})
    except (OSError, ValueError, KeyError, TypeError):
        return Picture()
