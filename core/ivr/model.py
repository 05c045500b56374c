"""What a flow file is: its head, its defaults, its variables with their types, its nodes.

    [flow]
    title = "Opening hours and people"
    start = "hours"

    [defaults]
    tries = 2
    give_up = "people"

    [[variable]]
    name = "order.number"
    type = "text"

    [node.hours]
    kind = "branch"
    ...

A flow's name is that of its file. The models check each setting by itself; whether the whole hangs together (nodes that
exist, types that go together, no loop without end) is core/ivr/check.py's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import StringConstraints, field_validator

from core.config.model.kinds import Many, Table, mistake, setting
from core.ivr.nodes import NodeName, OneNode, OneSaid, VariableName, Written, said_formulas, said_prompts
from core.ivr.values import DATE, MOMENT, NUMBER, PLAIN, TEXT, TIME, Type
from core.ivr.wiring import Formula, PromptUse


class Head(Table):
    """[flow]"""

    title: Annotated[str, StringConstraints(max_length=120)] = setting("What it is for, in words.", "")
    start: NodeName = setting("The node that a call begins with.", min_length=1)
    languages: Many[Literal["zh", "en"]] = setting(
        "Languages that the flow speaks; a call in none of them gets the first.", ("zh", "en"), min_length=1
    )


class Defaults(Table):
    """[defaults]: what nodes do that do not say otherwise."""

    barge_in: bool = setting("A key ends what is being said, and counts.", True)
    tries: int = setting("So often a caller may try.", 3, ge=1, le=10)
    timeout_s: float = setting("So long the first key may take after the prompts, s.", 5.0, gt=0, le=60)
    inter_digit_s: float = setting("So long each further key may take, s.", 3.0, gt=0, le=30)
    repeat: bool = setting("After a try that failed the prompts are said again.", True)
    invalid: Many[OneSaid] = setting("Said after keys that do not fit.", ())
    silent: Many[OneSaid] = setting("Said when no key came.", ())
    give_up: NodeName | None = setting("Where to go when no try has succeeded.", None)
    on_error: NodeName | None = setting("Where to go when a node cannot do what it should.", None)

    def formulas(self) -> Iterator[Formula]:
        for key in ("invalid", "silent"):
            yield from said_formulas(getattr(self, key), (key,))

    def prompts_used(self) -> Iterator[PromptUse]:
        for key in ("invalid", "silent"):
            yield from said_prompts(getattr(self, key), (key,))


class Variable(Table):
    """[[variable]]"""

    name: VariableName = setting("Its name, of letters, digits and _, with dots: order.state", min_length=1)
    type: str = setting(
        "number, text, truth, date, time, moment, duration, “list of …”, and each with “or nothing”.", "text"
    )
    initial: Written = setting("Expression of its value at the beginning; not given: it has none.", "")
    parameter: bool = setting("Whoever runs this flow as a sub-flow must give it a value.", False)
    result: bool = setting("The flow gives it back when it returns.", False)
    travels: bool = setting("Its value goes with the call to whoever gets it (随路数据).", False)
    note: str = setting("What it holds, in words.", "", max_length=400)

    @field_validator("type")
    @classmethod
    def _type(cls, value: str) -> str:
        try:
            Type.read(value)
        except ValueError as error:
            raise mistake(
                'There is no type "{words}"; types are {names}, "list of …", and each with "or nothing".',
                words=value,
                names=", ".join(PLAIN),
            ) from error
        return value

    @property
    def of(self) -> Type:
        return Type.read(self.type)


class Flow(Table):
    """A whole flow file."""

    flow: Head = setting("What it is called and where it begins.")
    defaults: Defaults = setting("What nodes do that do not say otherwise.", Defaults())
    variable: Many[Variable] = setting("The variables.", ())
    node: dict[NodeName, OneNode] = setting("The nodes by their names.", min_length=1)

    @property
    def types(self) -> dict[str, Type]:
        """Everything that an expression of this flow can name."""
        return {**GIVEN, **{variable.name: variable.of for variable in self.variable}}


GIVEN: dict[str, Type] = {
    "call.id": NUMBER,
    "call.caller": TEXT,
    "call.caller_name": TEXT,
    "call.called": TEXT,
    "call.trunk": TEXT,
    "call.region": TEXT,
    "call.customer_class": TEXT,
    "call.language": TEXT,
    "error.node": TEXT,
    "error.reason": TEXT,
    "today": DATE,
    "clock": TIME,
    "now": MOMENT,
}
"""Variables that every flow has. call.language may be set; it holds for the rest of the call."""

WRITABLE = frozenset({"call.language"})
