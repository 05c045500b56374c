"""A flow file as a form that a program can draw: its tables, and the kinds of nodes with their settings."""

from __future__ import annotations

from core.config import form
from core.config.form import KindView, TableView
from core.ivr.manual import ABOUT
from core.ivr.model import Flow
from core.ivr.nodes import KINDS
from core.texts import _


def tables() -> list[TableView]:
    """In the order of the manual; `node`: each has a name, and is of one of its kinds."""
    kinds = [KindView(kind, _(ABOUT[kind]), form.settings(model)) for kind, model in KINDS.items()]
    return [*form.tables(Flow), TableView("node", True, "", _("The nodes by their names."), kinds)]
