"""The model as data: what a path of the configuration leads to. For messages, the manual and the difference.

    spot = at(("station", 2, "channel"))       spot.field, spot.table, spot.section == "[[station]]"

A path is as a TOML reader gives values: names, and indices of lists. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from core.config.model import Box, Effect, Table
from core.texts import _

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """What a path leads to. path: the path without the names of variants that pydantic puts in.

    table: the table that the last name is in; None: beyond what the model knows. field: what that name is in it;
    None: no such setting, or an element of a list. annotation: the type of the value.
    """

    path: Path
    table: type[Table] | None
    field: FieldInfo | None
    annotation: Any
    root: type[Table] = Box

    @property
    def section(self) -> str:
        """The table of the file that it is in, as a file writes it."""
        return header(self.path[0], self.root) if self.path else ""


def at(location: Path, root: type[Table] = Box) -> Spot:
    """Follows pydantic's location of a mistake, or any path. root: the model of the whole file."""
    annotation: Any = root
    table: type[Table] | None = None
    field: FieldInfo | None = None
    path: Path = ()
    for part in location:
        models = list(variants(annotation))
        if models and isinstance(part, str):
            chosen = [model for model in models if part in tag(model)]
            if len(models) > 1 and chosen:
                annotation = chosen[0]
                continue
            table = next((model for model in models if part in model.model_fields), models[0])
            field = table.model_fields.get(part)
            annotation = None if field is None else field.annotation
            path = (*path, part)
        elif isinstance(part, int):
            annotation, field = item(annotation), None
            path = (*path, part)
        elif get_origin(annotation) is dict:
            annotation, field = get_args(annotation)[1], None
            path = (*path, part)
    return Spot(path, table, field, annotation, root)


def variants(annotation: Any) -> Iterator[type[Table]]:
    """The tables that a value of this type may be: none for a plain value, several where one setting chooses."""
    annotation = bare(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Table):
        yield annotation
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from variants(part)


def item(annotation: Any) -> Any:
    """The type of a list's elements."""
    annotation = bare(annotation)
    return get_args(annotation)[0] if get_origin(annotation) is tuple else None


def bare(annotation: Any) -> Any:
    """Without the marks of Annotated, and without None."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        parts = [part for part in get_args(annotation) if part is not NoneType]
        return bare(parts[0]) if len(parts) == 1 else annotation
    return annotation


def choices(annotation: Any) -> list[Any]:
    """The values that a Literal allows; none for other types."""
    annotation = bare(annotation)
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    if get_origin(annotation) in (Union, UnionType):
        return [value for part in get_args(annotation) for value in choices(part)]
    return []


def tag(model: type[Table]) -> tuple[str, ...]:
    """What a variant calls itself: the only value of its `signalling` or `kind`."""
    field = model.model_fields.get("signalling") or model.model_fields.get("kind")
    return tuple(choices(field.annotation)) if field is not None else ()


@cache
def tables(root: type[Table] = Box) -> dict[str, bool]:
    """The tables that a file may have; True: there may be several, they are written [[so]]."""
    fields = {name: field.annotation for name, field in root.model_fields.items()}
    several = {name: item(annotation) is not None for name, annotation in fields.items()}
    return {name: many for name, many in several.items() if many or list(variants(fields[name]))}


@cache
def settings() -> dict[str, frozenset[str]]:
    """The settings of each table, of all its variants."""
    found = {}
    for section in tables():
        annotation = Box.model_fields[section].annotation
        models = variants(item(annotation) or annotation)
        found[section] = frozenset(name for model in models for name in model.model_fields)
    return found


def header(section: str | int, root: type[Table] = Box) -> str:
    """A table as a file writes it."""
    return f"[[{section}]]" if tables(root).get(str(section)) else f"[{section}]"


def manual(field: FieldInfo) -> str:
    """What the setting does, in the language in force."""
    marks = field.json_schema_extra
    assert isinstance(marks, dict), f"{field} is not declared by setting()"
    text, names = str(marks["text"]), str(marks["names"])
    return _(text).format(names=names) if names else _(text)


def effect(field: FieldInfo) -> Effect:
    """When a change of the setting takes effect."""
    marks = field.json_schema_extra
    found = marks.get("effect") if isinstance(marks, dict) else None
    assert isinstance(found, Effect), f"{field} is not declared by setting()"
    return found
