"""A flow file as a form that a program can draw: its tables, and the kinds of nodes with their settings.

Beside the kinds of the configuration (core/config/form.py) a setting may be of the kind `node`: the name of another
node of the flow. What is said is a list of texts where the names of prompts are enough.
"""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

from msgspec.structs import replace

from core.config import form, schema
from core.config.form import KindView, SettingView, TableView
from core.config.model.kinds import Table
from core.ivr.manual import ABOUT
from core.ivr.model import Defaults, Flow, Head, Variable
from core.ivr.nodes import KINDS, NodeName, Spoken
from core.texts import _


def tables() -> list[TableView]:
    """In the order of the manual; `node`: each has a name, and is of one of its kinds."""
    models: dict[str, type[Table]] = {"flow": Head, "defaults": Defaults, "variable": Variable}
    plain = [replace(one, kinds=[KindView("", "", _settings(models[one.name]))]) for one in form.tables(Flow)]
    kinds = [KindView(kind, _(ABOUT[kind]), _settings(model)) for kind, model in KINDS.items()]
    return [*plain, TableView("node", True, "", _("The nodes by their names."), kinds)]


def _settings(model: type[Table]) -> list[SettingView]:
    hints = get_type_hints(model, include_extras=True)
    names = {field.alias or name: name for name, field in model.model_fields.items()}
    return [replace(view, kind=_kind(view, hints.get(names.get(view.name, "")))) for view in form.settings(model)]


def _kind(view: SettingView, hint: Any) -> str:
    if hint == NodeName or NodeName in get_args(hint):
        return "node"
    return "texts" if Spoken in list(schema.variants(schema.item(hint))) else view.kind
