"""The second half of docs/flows.md, made of the sources: kinds of nodes, settings, variables, forms, functions.

    python -m core.ivr.manual        writes it anew (make flows)

What it does not: explain how flows are made; the first half does, by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic.fields import FieldInfo

from core.ivr import functions
from core.ivr.functions import FUNCTIONS, Function
from core.ivr.model import GIVEN, Defaults, Head, Variable
from core.ivr.nodes import KINDS, AnyNode, Asking, Case, Spoken
from core.ivr.values import Type
from core.ivr.wiring import FORMS

PLACE = Path(__file__).resolve().parents[2] / "docs" / "flows.md"
BEGIN = "<!-- from here on: python -m core.ivr.manual -->\n"


def reference() -> str:
    """From BEGIN on."""
    parts = [
        "## A flow file\n",
        "### [flow]\n",
        _settings(Head.model_fields),
        "### [defaults]\n",
        _settings(Defaults.model_fields),
        "### [[variable]]\n",
        _settings(Variable.model_fields),
        "### What is said\n",
        "A prompt's name alone, or a table with:\n",
        _settings(Spoken.model_fields),
        "## Kinds of nodes\n",
        "All of them have:\n",
        _settings(AnyNode.model_fields),
        "Those that ask for keys (menu, collect, survey) have:\n",
        _settings({name: field for name, field in Asking.model_fields.items() if name not in AnyNode.model_fields}),
    ]
    for kind, model in KINDS.items():
        common = Asking.model_fields if issubclass(model, Asking) else AnyNode.model_fields
        own = {name: field for name, field in model.model_fields.items() if name not in common and name != "kind"}
        parts += [f"### {kind}\n", " ".join((model.__doc__ or "").split()) + "\n"]
        parts += [_settings(own)] if own else []
        if kind == "branch":
            parts += ["Each case:\n", _settings(Case.model_fields)]
    given = [(f"`{name}`", str(of)) for name, of in GIVEN.items()]
    parts += ["## Variables that every flow has\n", _table(("name", "type"), given)]
    forms = [(f"`{form}`", " or ".join(map(str, types))) for form, types in FORMS.items()]
    parts += ["## How values are spoken\n", _table(("form", "takes"), forms)]
    used = [(f"`{_use(each)}`", _type(each.gives), each.says) for each in FUNCTIONS.values()]
    parts += ["## Functions\n", _table(("function", "gives", ""), used)]
    return "\n".join(parts)


def _settings(fields: dict[str, FieldInfo]) -> str:
    rows = []
    for name, field in fields.items():
        default = "" if field.is_required() else f"`{_default(field)}`"
        rows.append((f"`{field.alias or name}`", default, field.description or ""))
    return _table(("setting", "default", ""), rows)


def _default(field: FieldInfo) -> str:
    match field.get_default(call_default_factory=True, validated_data={}):
        case None:
            return "not given"
        case bool(truth):
            return str(truth).lower()
        case str(text):
            return f'"{text}"'
        case tuple(items):
            return "[" + ", ".join(f'"{item}"' for item in items) + "]"
        case dict():
            return "{}"
        case other:
            return f"{other:g}" if isinstance(other, float) else str(other)


def _use(function: Function) -> str:
    words = [" / ".join(_type(each) for each in types) for types in function.takes]
    needed, more = words[: function.needs], words[function.needs :]
    return f"{function.name}({', '.join(needed)}" + "".join(f" [, {word}]" for word in more) + ")"


def _type(of: Type) -> str:
    named = {
        id(functions.ANY): "anything",
        id(functions.ITEM): "the same",
        id(functions.SAME): "the same",
        id(functions.MAYBE): "something or nothing",
        id(functions.LIST): "list",
    }
    return named.get(id(of), str(of))


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _head in heads)} |"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def filled(page: str) -> str:
    """A page with the second half as it is now."""
    return page.partition(BEGIN)[0] + BEGIN + "\n" + reference()


if __name__ == "__main__":
    PLACE.write_text(filled(PLACE.read_text(encoding="utf-8")), encoding="utf-8")
