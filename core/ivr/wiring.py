"""How the nodes of a flow are joined: what each kind of node says of itself to check, stepper and drawing.

    Way(to="orders", path=("choices", "1"), label="1", heard=True)
    Formula(path=("values", "number"), text="order.number", wants=(TEXT,))
    Assignment(path=("into",), variable="pin", gives=None)

A path leads from the node's table to the setting, so that each mistake is shown at its place in the file.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.ivr.values import DATE, DURATION, MOMENT, NUMBER, TEXT, TIME, Kind, Type

Path = tuple[str | int, ...]

FORMS: dict[str, tuple[Type, ...]] = {
    "digits": (TEXT,),
    "telephone": (TEXT,),
    "cardinal": (NUMBER,),
    "count": (NUMBER,),
    "ordinal": (NUMBER,),
    "position": (NUMBER,),
    "money": (NUMBER,),
    "percent": (NUMBER,),
    "date": (DATE, MOMENT),
    "weekday": (DATE, MOMENT),
    "time": (TIME, MOMENT),
    "moment": (MOMENT,),
    "duration": (DURATION, NUMBER),
    "spelling": (TEXT,),
    "prompt": (TEXT,),
    "text": (TEXT,),
    "parts": (TEXT, Type(Kind.LIST, TEXT)),
}
"""How a value can be spoken (as the prompts room calls it), and of which types it must be for that."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a node. to: the next node; "": the way is not given, it is an error when it would be taken.

    label: what people call it: a digit, "otherwise", "busy". heard: whoever goes it has pressed a key or spoken with
    somebody, so that a loop that has it does not run on by itself. sets: variables that have a value after it.
    """

    to: str
    path: Path
    label: str
    heard: bool = False
    sets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression of a node. wants: one of these types; empty: any."""

    path: Path
    text: str
    wants: tuple[Type, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """A variable that a node may set. gives: of this type; None: of what comes from outside and is fitted."""

    path: Path
    variable: str
    gives: tuple[Type, ...] = ()


@dataclass(frozen=True, slots=True)
class PromptUse:
    """A prompt by its name, with the places that are filled: place to path of its expression."""

    path: Path
    prompt: str
    places: tuple[tuple[str, Path], ...] = ()
