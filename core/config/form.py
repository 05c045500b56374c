"""The model as forms that a program can draw: every table, its settings, what may be written there, and its manual.

    for table in tables(): ...              of the configuration
    settings(Menu)                          of one table of it, or of a flow

Words are in the language in force. What it does not: know values; they stand in the files.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, get_origin

import msgspec
from msgspec import Meta
from pydantic.fields import FieldInfo

from core.config import schema
from core.config.difference import SECRET
from core.config.manual import EFFECTS, allowed, default
from core.config.merge import key_of
from core.config.model import Box, Table
from core.texts import _


class SettingView(msgspec.Struct, frozen=True):
    """One setting of a table."""

    name: Annotated[str, Meta(description="as files have it; of a table in the table with a point between")]
    kind: Annotated[str, Meta(description="truth, choice, number, text, texts (a list of them), value (TOML)")]
    choices: Annotated[list[str], Meta(description="of a choice: the values, without quotes")]
    allowed: Annotated[str, Meta(description="what may be written, in words")]
    default: Annotated[str | None, Meta(description="as a file would have it; null: it must be given")]
    effect: Annotated[str, Meta(description="when a change takes effect, in words")]
    secret: Annotated[bool, Meta(description="its value is not to be shown")]
    text: Annotated[str, Meta(description="what it does")]


class KindView(msgspec.Struct, frozen=True):
    """One kind of rows of a table. Most tables have one, without a name."""

    name: Annotated[str, Meta(description="what its setting `signalling` or `kind` says; empty: there is one kind")]
    text: Annotated[str, Meta(description="what it is for")]
    settings: list[SettingView]


class TableView(msgspec.Struct, frozen=True):
    """A table that may stand in a file."""

    name: Annotated[str, Meta(description="without brackets")]
    several: Annotated[bool, Meta(description="written [[so]], a row each")]
    key: Annotated[str, Meta(description="the setting that tells its rows apart; empty: there is one row")]
    text: Annotated[str, Meta(description="what it is for")]
    kinds: list[KindView]


def tables(root: type[Table] = Box) -> list[TableView]:
    """In the order of the model; settings that stand in no table are in one without a name."""
    loose = {name: field for name, field in root.model_fields.items() if name not in schema.tables(root)}
    first = [TableView("", False, "", _("At the top of a file, in no table."), [KindView("", "", _rows(loose))])]
    return [*(first if loose and root is Box else []), *(_table(name, root) for name in schema.tables(root))]


def _table(name: str, root: type[Table]) -> TableView:
    field, several = root.model_fields[name], schema.tables(root)[name]
    models = list(schema.variants(schema.item(field.annotation) or field.annotation))
    kinds = [KindView(str(schema.tag(model)[0]) if len(models) > 1 else "", "", settings(model)) for model in models]
    return TableView(name, several, key_of(name) if several else "", schema.manual(field), kinds)


def settings(model: type[Table]) -> list[SettingView]:
    return _rows(model.model_fields)


def _rows(fields: dict[str, FieldInfo]) -> list[SettingView]:
    return [view for name, field in fields.items() for view in _views(field.alias or name, field)]


def _views(name: str, field: FieldInfo, optional: bool = False) -> Iterator[SettingView]:
    """optional: the table that it is in need not be there."""
    if not isinstance(field.json_schema_extra, dict):
        return  # what a row is, which its kind says
    inner = list(schema.variants(field.annotation))
    if len(inner) == 1:
        for below, each in inner[0].model_fields.items():
            yield from _views(f"{name}.{each.alias or below}", each, optional or not field.is_required())
        return
    left_out = (_("not set") if optional else None) if field.is_required() else default(field)
    yield SettingView(
        name=name,
        kind=_kind(field.annotation),
        choices=[str(choice) for choice in schema.choices(field.annotation)],
        allowed=allowed(field),
        default=left_out,
        effect=_(EFFECTS[schema.effect(field)]),
        secret=name.rpartition(".")[2] in SECRET,
        text=schema.manual(field),
    )


def _kind(annotation: Any) -> str:
    bare = schema.bare(annotation)
    if bare is bool:
        return "truth"
    if schema.choices(bare) and get_origin(bare) is not tuple:
        return "choice" if all(isinstance(choice, str) for choice in schema.choices(bare)) else "number"
    if bare in (int, float):
        return "number"
    if bare is str:
        return "text"
    item = schema.bare(schema.item(bare))
    return "texts" if item is str or schema.choices(item) else "value"
