"""The second half of docs/flows.md and flows.zh.md, made of the sources: nodes, settings, variables, forms, functions.

    python -m core.ivr.manual        writes it anew (make flows)

What it does not: explain how flows are made; the first half does, by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pydantic.fields import FieldInfo

from core.config import schema
from core.ivr import functions
from core.ivr.functions import FUNCTIONS, Function
from core.ivr.model import GIVEN, Defaults, Head, Variable
from core.ivr.nodes import KINDS, AnyNode, Asking, Case, Spoken
from core.ivr.values import Type
from core.ivr.wiring import FORMS
from core.texts import N_, _, speaking

DOCS = Path(__file__).resolve().parents[2] / "docs"
PLACES = {"en": DOCS / "flows.md", "zh": DOCS / "flows.zh.md"}
BEGIN = "<!-- from here on: python -m core.ivr.manual -->\n"

ABOUT = {
    "play": N_("Says prompts and values, one after the other."),
    "say": N_("Speaks one value."),
    "menu": N_(
        'Lets the caller choose by one key or several: "1", "0", "#", or "8XXX" for every number of four digits from 8.'
    ),
    "collect": N_("Takes digits from the caller: a number, a PIN, a date (20260217), a time (0830)."),
    "survey": N_("Asks for a score; it is kept with the call, and with the station that spoke last."),
    "record": N_("Records what the caller says."),
    "branch": N_("Goes the way of the first case that is true."),
    "set": N_("Sets variables, in order. `call.language` is one of them."),
    "query": N_(
        "Asks a database, or writes there. Values are bound to :names, they never become part of the statement."
    ),
    "request": N_(
        "Asks a server by HTTP. In the URL, a name in braces stands for one of the values, escaped; the others go into "
        "the body (as JSON) or, with GET and DELETE, after the question mark."
    ),
    "plugin": N_("Calls a Python function of the box's owner (core/ivr/plugins.py)."),
    "flow": N_("Runs another flow, and goes on here when that returns."),
    "dial": N_("Connects the caller with a number; the flow goes on when the other has hung up."),
    "queue": N_("Lets the caller wait for an agent; the flow goes on when the agent has hung up."),
    "transfer": N_("Hands the caller over to a number. The flow ends, unless the number cannot be reached."),
    "voicemail": N_("Takes a message for a mailbox."),
    "callback": N_("The caller is to be called back by the agents of a queue, in his turn or from a given time on."),
    "mail": N_("Sends an electronic letter."),
    "return": N_(
        "Ends the flow: a sub-flow gives its results; a caller who was sent here goes back to where he came from."
    ),
    "hangup": N_("Ends the call."),
}
"""The docstrings of the kinds (a test compares them), marked for the catalogue."""


def reference() -> str:
    """From BEGIN on, in the language in force."""
    parts = [
        "## " + _("A flow file") + "\n",
        "### [flow]\n",
        _settings(Head.model_fields),
        "### [defaults]\n",
        _settings(Defaults.model_fields),
        "### [[variable]]\n",
        _settings(Variable.model_fields),
        "### " + _("What is said") + "\n",
        _("A prompt's name alone, or a table with:") + "\n",
        _settings(Spoken.model_fields),
        "## " + _("Kinds of nodes") + "\n",
        _("All of them have:") + "\n",
        _settings(AnyNode.model_fields),
        _("Those that ask for keys (menu, collect, survey) have:") + "\n",
        _settings({name: field for name, field in Asking.model_fields.items() if name not in AnyNode.model_fields}),
    ]
    for kind, model in KINDS.items():
        common = Asking.model_fields if issubclass(model, Asking) else AnyNode.model_fields
        own = {name: field for name, field in model.model_fields.items() if name not in common and name != "kind"}
        parts += [f"### {kind}\n", _(ABOUT[kind]) + "\n"]
        parts += [_settings(own)] if own else []
        if kind == "branch":
            parts += [_("Each case:") + "\n", _settings(Case.model_fields)]
    given = [(f"`{name}`", str(of)) for name, of in GIVEN.items()]
    parts += ["## " + _("Variables that every flow has") + "\n", _table((_("name"), _("type")), given)]
    forms = [(f"`{form}`", " / ".join(map(str, types))) for form, types in FORMS.items()]
    parts += ["## " + _("How values are spoken") + "\n", _table((_("form"), _("takes")), forms)]
    used = [(f"`{_use(each)}`", _type(each.gives), _(each.says)) for each in FUNCTIONS.values()]
    parts += ["## " + _("Functions") + "\n", _table((_("function"), _("gives"), ""), used)]
    return "\n".join(parts)


def _settings(fields: dict[str, FieldInfo]) -> str:
    rows = []
    for name, field in fields.items():
        default = "" if field.is_required() else f"`{_default(field)}`"
        rows.append((f"`{field.alias or name}`", default, schema.manual(field)))
    return _table((_("setting"), _("default"), ""), rows)


def _default(field: FieldInfo) -> str:
    match field.get_default(call_default_factory=True, validated_data={}):
        case None:
            return _("not given")
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
        id(functions.ANY): _("anything"),
        id(functions.ITEM): _("the same"),
        id(functions.SAME): _("the same"),
        id(functions.MAYBE): _("something or nothing"),
        id(functions.LIST): "list",
    }
    return named.get(id(of), str(of))


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [f"| {' | '.join(heads)} |", f"| {' | '.join('---' for _head in heads)} |"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def filled(page: str, language: str) -> str:
    """A page with the second half as it is now."""
    with speaking(language):
        return page.partition(BEGIN)[0] + BEGIN + "\n" + reference()


if __name__ == "__main__":
    for language, place in PLACES.items():
        place.write_text(filled(place.read_text(encoding="utf-8"), language), encoding="utf-8")
