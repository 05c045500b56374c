"""What all tables of the configuration share: how a setting is declared, its kind of value, and when it takes effect.

    class Park(Table):
        back_after_s: int = setting("After so long the call rings back who parked it, s.", 60, ge=10, le=3600)

A setting's text is its manual (docs/settings.md is made of it), so it says what happens and names the unit; the unit
also ends the name (`_s`, `_ms`, `_db`). Its mark `effect` says when a change takes effect; a setting without it: for
new calls. Values are strict (no "5" for 5), unknown keys are mistakes, and a configuration never changes: a new one
takes its place.
What it does not: read files (reading.py), compare values with each other (checks.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Annotated, Any, ClassVar, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints
from pydantic_core import PydanticCustomError, PydanticUndefined


class Effect(Enum):
    """When a change takes effect, the gentlest first."""

    NOW = "now"
    NEW_CALLS = "for new calls"  # calls that run keep the old value
    IDLE = "when idle"  # as soon as the line or group it concerns has no call
    LINE_RESTART = "line restart"  # the line's signalling starts anew when it is idle
    BOX_RESTART = "restart"  # at the next start of the exchange


class Table(BaseModel):
    """A table of the configuration. `added`, `removed`: when a whole new row takes effect, or one that has gone."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)

    added: ClassVar[Effect] = Effect.NOW
    removed: ClassVar[Effect] = Effect.IDLE


def setting(
    text: str,
    default: Any = PydanticUndefined,
    *,
    effect: Effect = Effect.NEW_CALLS,
    syntax: str = "",
    context: str = "",
    names: Iterable[str] = (),
    **limits: Any,
) -> Any:
    """One setting: its manual, its default (none: it must be given) and pydantic's limits (ge, le, min_length, ...).

    The manual is an English msgid, see schema.manual() for it in the language in force. names: what stands in it for
    {names}. syntax, context: of feature codes, see features.py.
    """
    listed = ", ".join(names)
    marks: dict[str, Any] = {"effect": effect, "syntax": syntax, "context": context, "text": text, "names": listed}
    described = text.format(names=listed) if listed else text
    return Field(default, description=described, json_schema_extra=marks, **limits)


_Item = TypeVar("_Item")
Many = Annotated[tuple[_Item, ...], Strict(False)]
"""A list: TOML's arrays, kept as a tuple."""

Name = Annotated[
    str,
    StringConstraints(
        min_length=1, max_length=40, pattern=r"^[^\s/\x00-\x1f\"](?:[^/\x00-\x1f\"]*[^\s/\x00-\x1f\"])?$"
    ),
]
"""A name in any script; no slash, quotes or control characters, no blanks at its ends."""

Text = Annotated[str, StringConstraints(max_length=80, pattern=r"^[^\x00-\x1f]*$")]
"""Free words in any script, one line."""

Number = Annotated[str, StringConstraints(min_length=1, max_length=32, pattern=r"^[0-9]+$")]
"""A number of the plan, digits only."""

MaybeNumber = Annotated[str, StringConstraints(max_length=32, pattern=r"^[0-9]*$")]
"""A number, or "" for none."""

Dialled = Annotated[str, StringConstraints(max_length=32, pattern=r"^[0-9*#]*$")]
"""What can be dialled on a telephone: digits, * and #; or ""."""

Code = Annotated[str, StringConstraints(max_length=8, pattern=r"^[0-9*#]*$")]
"""A feature code; "" switches the service off."""

Pin = Annotated[str, StringConstraints(max_length=12, pattern=r"^([0-9]{6,12})?$")]
"""6 to 12 digits, or "" for none."""

Language = Literal["zh", "en", ""]
"""Of prompts and answers; "": the first of [box] languages."""

Timeout = Annotated[float, Field(gt=0, le=600)]
"""Of a timer of a signalling, s."""


def mistake(text: str, key: str = "", **facts: Any) -> PydanticCustomError:
    """What a validator raises: a sentence for people, an English msgid with {placeholders} for the facts.

    key: the mistake is in this key of the value, not in the whole. choices among the facts: what could have been meant.
    """
    return PydanticCustomError(
        "mistake", "{said}", {"said": text.format(**facts), "text": text, "key": key, "facts": facts}
    )


_Value = TypeVar("_Value")


def known_keys(value: dict[str, _Value], names: Iterable[str]) -> dict[str, _Value]:
    """Raises mistake() for a key that is none of the names."""
    choices = sorted(names)
    for name in value:
        if name not in choices:
            raise mistake('There is no "{name}" here.', key=name, name=name, choices=choices)
    return value
