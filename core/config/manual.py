"""docs/settings.md and settings.zh.md: every setting with its limits, its default, and when a change takes effect.

    python -m core.config.manual        writes them anew (make settings)

Made from the model; the Chinese one is the same with the texts of the catalogue.

What it does not: explain how the settings work together; the comments in config/ do, by an example.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from core.config import schema
from core.config.difference import plain, shown
from core.config.model import Box, Effect, Table
from core.config.model.features import context, syntax
from core.texts import N_, _, speaking

_DOCS = Path(__file__).resolve().parents[2] / "docs"
PATHS = {"en": _DOCS / "settings.md", "zh": _DOCS / "settings.zh.md"}

_HEAD = (
    N_("Settings"),
    N_(
        "Everything that may stand in the configuration. Made from the model by `make settings`; a test compares it. "
        "An example with comments is in [config/](../config/)."
    ),
    N_(
        "Files end in `.toml` and are read in the order of their names; a later one adds to the earlier ones. Texts "
        "and telephone numbers stand in quotes. `strowger config check` finds mistakes, `strowger config diff` shows "
        "what would change and when it takes effect, `strowger config commit` puts it to work: **now**, **for new "
        "calls** (running ones keep the old value), **when idle** (as soon as the line or group has no call), **line "
        "restart** (the line's signalling begins anew when it is idle), **restart** (of the exchange)."
    ),
    N_("A setting without a default must be given."),
)
EFFECTS = {
    Effect.NOW: N_("now"),
    Effect.NEW_CALLS: N_("for new calls"),
    Effect.IDLE: N_("when idle"),
    Effect.LINE_RESTART: N_("line restart"),
    Effect.BOX_RESTART: N_("restart"),
}
_CONTEXTS = {"dial tone": "", "flash": N_("flash"), "conference": N_("conference")}
_KINDS = {
    bool: "true / false",
    int: N_("whole number"),
    float: N_("decimal number"),
    str: N_("text"),
    datetime.date: N_("date"),
}


def written(language: str) -> str:
    """The manual in a language, as its file has it."""
    with speaking(language):
        return manual()


def manual() -> str:
    title, *paragraphs = _HEAD
    parts = [f"# {_(title)}\n", *(f"{_(paragraph)}\n" for paragraph in paragraphs)]
    for section, field in Box.model_fields.items():
        annotation = schema.item(field.annotation) or field.annotation
        models = list(schema.variants(annotation))
        if not models:
            parts += [f"## {section}\n", _("At the top of a file, in no table.") + "\n", _rows({section: field})]
            continue
        parts += [f"## {schema.header(section)}\n", f"{schema.manual(field)}{_comes_and_goes(section, models[0])}\n"]
        for model in models:
            if len(models) > 1:
                parts += [f"### signalling = {shown(schema.tag(model)[0])}\n"]
            if section == "features":
                parts += [_codes(model)]
            else:
                parts += [_rows(model.model_fields)]
            parts += list(_inner(schema.header(section), model))
    return "\n".join(parts)


def _comes_and_goes(section: str, model: type[Table]) -> str:
    if not schema.tables()[section]:
        return ""
    text = _("A new row takes effect: {added}; a row that has gone: {removed}.")
    return " " + text.format(added=_(EFFECTS[model.added]), removed=_(EFFECTS[model.removed]))


def _rows(fields: dict[str, FieldInfo]) -> str:
    heads = (_("setting"), _("value"), _("default"), _("takes effect"), "")
    lines = [f"| {' | '.join(heads)} |", "| --- | --- | --- | --- | --- |"]
    for name, field in fields.items():
        left_out = "" if field.is_required() else f"`{default(field)}`"
        cells = [f"`{name}`", allowed(field), left_out, _(EFFECTS[schema.effect(field)]), schema.manual(field)]
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _codes(model: type[Table]) -> str:
    heads = (_("setting"), _("default"), _("dialled"), "")
    lines = [f"| {' | '.join(heads)} |", "| --- | --- | --- | --- |"]
    for name, field in model.model_fields.items():
        where = _CONTEXTS[context(name)]
        dialled = f"`{field.default}{syntax(name)}`" + (f" ({_(where)})" if where else "")
        cells = [f"`{name}`", f"`{field.default}`", dialled, schema.manual(field)]
        lines.append(f"| {' | '.join(_cell(cell) for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _inner(around: str, model: type[Table]) -> Iterator[str]:
    """Tables that are the value of a setting, and those in them."""
    for name, field in model.model_fields.items():
        for table in schema.variants(schema.item(field.annotation) or field.annotation):
            yield f"### {around} {name}\n"
            yield _("What stands in `{name}`, written `{form}`.").format(name=name, form="{ name = value, ... }") + "\n"
            yield _rows(table.model_fields)
            yield from _inner(f"{around} {name}", table)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def default(field: FieldInfo) -> str:
    """Of a setting that has one, as a file would have it."""
    value = field.get_default(call_default_factory=True, validated_data={})
    assert value is not PydanticUndefined
    if value is None:
        return _("not set")
    if isinstance(value, Table):
        return shown({name: each for name, each in plain(value).items() if each not in ("", None)})
    return shown(plain(value))


def allowed(field: FieldInfo) -> str:
    """What may be written, in a few words of the language in force."""
    return _kind(field.annotation, [*field.metadata, *_metadata(field.annotation)])


def _metadata(annotation: Any) -> list[Any]:
    return list(getattr(annotation, "__metadata__", ()))


def _kind(annotation: Any, marks: list[Any]) -> str:
    """What may be written, in a few words."""
    bare = schema.bare(annotation)
    allowed = [shown(choice) for choice in schema.choices(bare)]
    if allowed:
        return ", ".join(allowed)
    inner = schema.item(bare)
    if inner is not None:
        return _("list of: {kind}").format(kind=_kind(inner, _metadata(inner)))
    if get_origin(bare) is dict:
        value = get_args(bare)[1]
        return _("table of: {kind}").format(kind=_kind(value, _metadata(value)))
    if list(schema.variants(bare)):
        return _("table")
    return f"{_(_KINDS[bare])}{_limits(marks, bare)}"


def _limits(marks: list[Any], kind: type) -> str:
    low = high = None
    for mark in marks:
        for part in mark if isinstance(mark, annotated_types.GroupedMetadata) else (mark,):
            low = getattr(part, "ge", None) if getattr(part, "ge", None) is not None else low
            high = getattr(part, "le", None) if getattr(part, "le", None) is not None else high
            if isinstance(part, annotated_types.Gt):
                low = f"> {part.gt}"
    if kind not in (int, float) or (low is None and high is None):
        return ""
    if low is None or high is None:
        return f", {low} ..." if high is None else f", ... {high}"
    return f", {low} ... {high}"


if __name__ == "__main__":
    for code, path in PATHS.items():
        path.write_text(written(code))
