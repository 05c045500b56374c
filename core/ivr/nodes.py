"""The kinds of nodes that a flow is made of, as they stand in its file.

    [node.welcome]
    kind = "menu"
    prompts = ["flow.welcome"]
    choices = { "1" = "orders", "2" = "opening-hours", "8XXX" = "extension", "0" = "people" }
    into = "pressed"
    give_up = "people"

Each kind says with ways(), formulas(), assignments() and prompts_used() how it is joined to the rest; what it does when
a call comes to it stands in core/ivr/steps.py. A setting that has None as default is taken from [defaults] of its flow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from core.config.model.kinds import Many, Table, mistake, setting
from core.ivr.values import MOMENT, NUMBER, TEXT, TRUTH
from core.ivr.wiring import FORMS, Assignment, Formula, Path, PromptUse, Way

NodeName = Annotated[str, StringConstraints(max_length=60, pattern=r"^[\w-]*$")]
VariableName = Annotated[str, StringConstraints(max_length=60, pattern=r"^([^\W\d]\w*(\.[^\W\d]\w*)*)?$")]
Written = Annotated[str, StringConstraints(max_length=2_000)]
"""An expression (core/ivr/expression.py)."""
Form = Literal[
    "digits", "telephone", "cardinal", "count", "ordinal", "position", "money", "percent", "date", "weekday", "time",
    "moment", "duration", "spelling", "prompt", "text", "parts",
]  # fmt: skip


class Spoken(Table):
    """One thing that is said: a prompt, one with places for values ("您前面还有{ahead:count}位"), or a value alone."""

    prompt: Annotated[str, StringConstraints(max_length=80, pattern=r"^\S*$")] = setting("Name of a prompt.", "")
    values: dict[str, Written] = setting("Expressions of the prompt's places, by their names.", {})
    say: Written = setting("Or: expression of a value.", "")
    form: Form | None = setting("How the value is spoken: as a telephone number, as money, …", None, alias="as")

    @model_validator(mode="after")
    def _one(self) -> Spoken:
        if bool(self.prompt) is bool(self.say) or bool(self.say) is (self.form is None) or (self.say and self.values):
            raise mistake('Say either a prompt, perhaps with values, or a value "as" something.')
        return self


def _named(raw: object) -> object:
    return {"prompt": raw} if isinstance(raw, str) and raw else raw


OneSaid = Annotated[Spoken, BeforeValidator(_named)]
"""In a file the name alone is enough for a prompt without values."""


def said_prompts(said: tuple[Spoken, ...] | None, path: Path) -> Iterator[PromptUse]:
    for number, one in enumerate(said or ()):
        if one.prompt:
            places = tuple((place, (*path, number, "values", place)) for place in one.values)
            yield PromptUse((*path, number), one.prompt, places)


def said_formulas(said: tuple[Spoken, ...] | None, path: Path) -> Iterator[Formula]:
    for number, one in enumerate(said or ()):
        if one.form:
            yield Formula((*path, number, "say"), one.say, FORMS[one.form])
        for place, text in one.values.items():
            yield Formula((*path, number, "values", place), text)


class AnyNode(Table):
    """What all kinds have. says: settings that hold what is spoken."""

    says: ClassVar[tuple[str, ...]] = ()

    note: str = setting("For whoever reads the flow.", "", max_length=400)
    on_error: NodeName | None = setting("Where to go when the node cannot do what it should.", None)

    def ways(self) -> Iterator[Way]:
        """Ways out but for on_error."""
        yield from ()

    def formulas(self) -> Iterator[Formula]:
        for key in self.says:
            yield from said_formulas(getattr(self, key), (key,))

    def assignments(self) -> Iterator[Assignment]:
        yield from ()

    def prompts_used(self) -> Iterator[PromptUse]:
        for key in self.says:
            yield from said_prompts(getattr(self, key), (key,))


class Continuing(AnyNode):
    """What has one ordinary way on."""

    next: NodeName = setting("The node after this one.", min_length=1)

    def ways(self) -> Iterator[Way]:
        yield Way(self.next, ("next",), "", sets=tuple(made.variable for made in self.assignments()))


class Speaking(AnyNode):
    """What speaks to the caller."""

    barge_in: bool | None = setting("A key ends what is being said, and counts.", None)


class Asking(Speaking):
    """What waits for keys, and tries again."""

    says = ("prompts", "invalid", "silent")

    prompts: Many[OneSaid] = setting("What is said first, in order.", ())
    invalid: Many[OneSaid] | None = setting("Said after keys that do not fit.", None)
    silent: Many[OneSaid] | None = setting("Said when no key came.", None)
    repeat: bool | None = setting("After that the prompts are said again.", None)
    tries: int | None = setting("So often the caller may try.", None, ge=1, le=10)
    timeout_s: float | None = setting("So long the first key may take after the prompts, s.", None, gt=0, le=60)
    inter_digit_s: float | None = setting("So long each further key may take, s.", None, gt=0, le=30)
    type_ahead: bool = setting("Keys that were pressed before the node began count.", True)
    give_up: NodeName | None = setting("Where to go when no try has succeeded.", None)


# ---- speaking ----


class Play(Continuing, Speaking):
    """Says prompts and values, one after the other."""

    says = ("prompts",)
    kind: Literal["play"]
    prompts: Many[OneSaid] = setting("What is said, in order.", min_length=1)


class Say(Continuing, Speaking):
    """Speaks one value."""

    kind: Literal["say"]
    value: Written = setting("Expression of the value.", min_length=1)
    form: Form = setting("How it is spoken: as a telephone number, as money, …", alias="as")

    def formulas(self) -> Iterator[Formula]:
        yield Formula(("value",), self.value, FORMS[self.form])


# ---- asking ----


class Menu(Asking):
    """Lets the caller choose by one key or several: "1", "0", "#", or "8XXX" for every number of four digits from 8."""

    kind: Literal["menu"]
    choices: dict[str, NodeName] = setting("Keys to nodes; X stands for any digit.", min_length=1)
    into: VariableName = setting("Variable (text) for the keys that were pressed.", "")

    @field_validator("choices")
    @classmethod
    def _keys(cls, value: dict[str, str]) -> dict[str, str]:
        for keys in value:
            if not re.fullmatch(r"[0-9*#X]{1,20}", keys):
                raise mistake("Keys are digits, * and #, and X for any digit.", key=keys)
        return value

    def ways(self) -> Iterator[Way]:
        sets = (self.into,) if self.into else ()
        for keys, to in self.choices.items():
            yield Way(to, ("choices", keys), keys, heard=True, sets=sets)

    def assignments(self) -> Iterator[Assignment]:
        if self.into:
            yield Assignment(("into",), self.into, (TEXT,))


class Collect(Asking):
    """Takes digits from the caller: a number, a PIN, a date (20260217), a time (0830)."""

    kind: Literal["collect"]
    into: VariableName = setting("Variable for the digits; they must fit its type.", min_length=1)
    least: int = setting("So many digits at least.", 1, ge=1, le=40)
    most: int = setting("After so many the input is complete.", 20, ge=1, le=40)
    end: Literal["#", "*", ""] = setting('The key that ends the input; "": none.', "#")
    clear: Literal["#", "*", ""] = setting('The key that begins it anew; "": none.', "*")
    valid: Written = setting("Expression that must be true of the variable; else the input does not fit.", "")
    secret: bool = setting("The digits are masked wherever people look: traces, records of sessions.", False)
    next: NodeName = setting("The node after this one.", min_length=1)

    def ways(self) -> Iterator[Way]:
        yield Way(self.next, ("next",), "", heard=True, sets=(self.into,))

    def formulas(self) -> Iterator[Formula]:
        yield from super().formulas()
        if self.valid:
            yield Formula(("valid",), self.valid, (TRUTH,))

    def assignments(self) -> Iterator[Assignment]:
        yield Assignment(("into",), self.into)


class Survey(Asking):
    """Asks for a score; it is kept with the call, and with the station that spoke last."""

    kind: Literal["survey"]
    question: Annotated[str, StringConstraints(pattern=r"^[\w.-]{1,60}$")] = setting("What the score is kept under.")
    least: int = setting("The worst score.", 1, ge=0, le=9)
    most: int = setting("The best score.", 5, ge=0, le=9)
    into: VariableName = setting("Variable (number) for the score.", "")
    next: NodeName = setting("The node after this one.", min_length=1)

    def ways(self) -> Iterator[Way]:
        yield Way(self.next, ("next",), "", heard=True, sets=(self.into,) if self.into else ())

    def assignments(self) -> Iterator[Assignment]:
        if self.into:
            yield Assignment(("into",), self.into, (NUMBER,))


class Record(Speaking):
    """Records what the caller says."""

    says = ("prompts",)
    kind: Literal["record"]
    prompts: Many[OneSaid] = setting("What is said before.", ())
    into: VariableName = setting("Variable (text) for the name of the recording.", min_length=1)
    longest_s: int = setting("So long at most, s.", 120, ge=1, le=3600)
    least_s: float = setting("What is shorter counts as nothing, s.", 1.0, ge=0, le=60)
    silence_s: float = setting("So much silence ends it, s.", 4.0, gt=0, le=60)
    end: Literal["#", "*", "any", ""] = setting('The key that ends it; "any": each; "": none.', "#")
    beep: bool = setting("A tone says when to speak.", True)
    next: NodeName = setting("The node after this one.", min_length=1)
    nothing: NodeName | None = setting("Where to go when nothing was said.", None)

    def ways(self) -> Iterator[Way]:
        yield Way(self.next, ("next",), "", heard=True, sets=(self.into,))
        yield Way(self.nothing or "", ("nothing",), "nothing")

    def assignments(self) -> Iterator[Assignment]:
        yield Assignment(("into",), self.into, (TEXT,))


# ---- deciding ----


class Case(Table):
    """One case of a branch."""

    when: Written = setting("Expression that must be true.", min_length=1)
    next: NodeName = setting("Where to go then.", min_length=1)


class Branch(AnyNode):
    """Goes the way of the first case that is true."""

    kind: Literal["branch"]
    cases: Many[Case] = setting("The cases, in order.", min_length=1)
    otherwise: NodeName = setting("Where to go when none is true.", min_length=1)

    def ways(self) -> Iterator[Way]:
        for number, case in enumerate(self.cases):
            yield Way(case.next, ("cases", number, "next"), case.when)
        yield Way(self.otherwise, ("otherwise",), "otherwise")

    def formulas(self) -> Iterator[Formula]:
        for number, case in enumerate(self.cases):
            yield Formula(("cases", number, "when"), case.when, (TRUTH,))


class Set(Continuing):
    """Sets variables, in order. `call.language` is one of them."""

    kind: Literal["set"]
    values: dict[str, Written] = setting('Variables to expressions; names with dots in quotes: "order.state".')

    def formulas(self) -> Iterator[Formula]:
        for name, text in self.values.items():
            yield Formula(("values", name), text)

    def assignments(self) -> Iterator[Assignment]:
        for name in self.values:
            yield Assignment(("values", name), name)


# ---- asking machines ----


class Asked(AnyNode):
    """What sends values out and takes others in."""

    values: dict[str, Written] = setting("Expressions of what is sent, by name.", {})
    into: dict[str, str] = setting("Variables to what comes back.", {})

    def formulas(self) -> Iterator[Formula]:
        for name, text in self.values.items():
            yield Formula(("values", name), text)

    def assignments(self) -> Iterator[Assignment]:
        for name in self.into:
            yield Assignment(("into", name), name)


class Query(Asked, Continuing):
    """Asks a database, or writes there. Values are bound to :names, they never become part of the statement."""

    kind: Literal["query"]
    database: Annotated[str, StringConstraints(min_length=1, max_length=40)] = setting("One of the configured ones.")
    sql: str = setting("One statement, with :name for each of the values.", min_length=1, max_length=4_000)
    changed: VariableName = setting("Variable (number) for the count of rows that were written.", "")
    rows: int = setting("So many rows are taken at most; all of them only into lists.", 100, ge=1, le=1_000)
    timeout_s: float = setting("So long it may take, s.", 5.0, gt=0, le=60)
    none: NodeName | None = setting("Where to go when there is no row.", None)

    def ways(self) -> Iterator[Way]:
        yield from super().ways()
        if self.into:
            yield Way(self.none or "", ("none",), "none", sets=(self.changed,) if self.changed else ())

    def assignments(self) -> Iterator[Assignment]:
        yield from super().assignments()
        if self.changed:
            yield Assignment(("changed",), self.changed, (NUMBER,))


class Request(Asked, Continuing):
    """Asks a server by HTTP. In the URL, a name in braces stands for one of the values, escaped; the others go into the
    body (as JSON) or, with GET and DELETE, after the question mark.
    """

    kind: Literal["request"]
    method: Literal["GET", "POST", "PUT", "DELETE"] = setting("The method.", "GET")
    url: str = setting("The address.", pattern=r"^https?://[^\s/{}]+(/\S*)?$", max_length=400)
    headers: dict[str, str] = setting("Header lines.", {})
    status: VariableName = setting("Variable (number) for the status of the answer.", "")
    timeout_s: float = setting("So long it may take, s.", 5.0, gt=0, le=60)
    refused: NodeName | None = setting("Where to go when the status is 400 or more.", None)

    def ways(self) -> Iterator[Way]:
        yield from super().ways()
        yield Way(self.refused or "", ("refused",), "refused", sets=(self.status,) if self.status else ())

    def assignments(self) -> Iterator[Assignment]:
        yield from super().assignments()
        if self.status:
            yield Assignment(("status",), self.status, (NUMBER,))


class PlugIn(Asked, Continuing):
    """Calls a Python function of the box's owner (core/ivr/plugins.py)."""

    kind: Literal["plugin"]
    plugin: Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_]*\.[a-z_][a-z0-9_]*$")] = setting(
        'Module and function: "loyalty.points".'
    )
    timeout_s: float = setting("So long it may take, s.", 5.0, gt=0, le=60)


class SubFlow(Asked, Continuing):
    """Runs another flow, and goes on here when that returns."""

    kind: Literal["flow"]
    flow: Annotated[str, StringConstraints(min_length=1, max_length=60)] = setting("Its name.")


# ---- other parties ----


class Dial(AnyNode):
    """Connects the caller with a number; the flow goes on when the other has hung up."""

    kind: Literal["dial"]
    number: Written = setting("Expression of the number.", min_length=1)
    no_answer_s: int = setting("So long it rings, s.", 30, ge=5, le=300)
    next: NodeName | None = setting("Where to go after the conversation.", None)
    busy: NodeName | None = setting("Where to go when the number is busy.", None)
    no_answer: NodeName | None = setting("Where to go when nobody answers.", None)
    failed: NodeName | None = setting("Where to go when the call cannot be.", None)

    def ways(self) -> Iterator[Way]:
        yield Way(self.next or "", ("next",), "", heard=True)
        yield Way(self.busy or "", ("busy",), "busy")
        yield Way(self.no_answer or "", ("no_answer",), "no answer")
        yield Way(self.failed or "", ("failed",), "failed")

    def formulas(self) -> Iterator[Formula]:
        yield Formula(("number",), self.number, (TEXT,))


class Queue(AnyNode):
    """Lets the caller wait for an agent; the flow goes on when the agent has hung up."""

    kind: Literal["queue"]
    queue: Annotated[str, StringConstraints(min_length=1, max_length=40)] = setting("Its number or name.")
    priority: Written = setting(
        "Expression (number, 1 to 10) that is added to the priority of queue and customer; a hunt group has none.", ""
    )
    longest_s: int = setting("So long the caller waits at most, s; 0: without end.", 0, ge=0, le=7_200)
    next: NodeName | None = setting("Where to go after the conversation.", None)
    timeout: NodeName | None = setting("Where to go when nobody was free in time.", None)
    full: NodeName | None = setting("Where to go when the queue takes no call: full, closed, without agents.", None)

    def ways(self) -> Iterator[Way]:
        yield Way(self.next or "", ("next",), "", heard=True)
        yield Way(self.timeout or "", ("timeout",), "timeout")
        yield Way(self.full or "", ("full",), "full")

    def formulas(self) -> Iterator[Formula]:
        if self.priority:
            yield Formula(("priority",), self.priority, (NUMBER,))


class Transfer(AnyNode):
    """Hands the caller over to a number. The flow ends, unless the number cannot be reached."""

    kind: Literal["transfer"]
    number: Written = setting("Expression of the number.", min_length=1)
    failed: NodeName | None = setting("Where to go when it cannot be reached.", None)

    def ways(self) -> Iterator[Way]:
        yield Way(self.failed or "", ("failed",), "failed")

    def formulas(self) -> Iterator[Formula]:
        yield Formula(("number",), self.number, (TEXT,))


class Voicemail(AnyNode):
    """Takes a message for a mailbox."""

    kind: Literal["voicemail"]
    box: Written = setting("Expression of the mailbox.", min_length=1)
    next: NodeName | None = setting("Where to go afterwards; not given: the call ends.", None)

    def ways(self) -> Iterator[Way]:
        if self.next:
            yield Way(self.next, ("next",), "", heard=True)

    def formulas(self) -> Iterator[Formula]:
        yield Formula(("box",), self.box, (TEXT,))


class CallBack(Continuing):
    """The caller is to be called back by the agents of a queue, in his turn or from a given time on."""

    kind: Literal["callback"]
    number: Written = setting("Expression of the number to call.", "call.caller")
    queue: str = setting(
        "Whose people call back: number or name of a queue; not given: the wish stands in the journal alone.",
        "",
        max_length=40,
    )
    at: Written = setting("Expression (moment) of when; not given: as soon as somebody is free.", "")

    def formulas(self) -> Iterator[Formula]:
        yield Formula(("number",), self.number, (TEXT,))
        if self.at:
            yield Formula(("at",), self.at, (MOMENT,))


class Mail(Continuing):
    """Sends an electronic letter."""

    kind: Literal["mail"]
    to: Written = setting("Expression of the address.", min_length=1)
    subject: Written = setting("Expression of the subject.", min_length=1)
    text: Written = setting("Expression of the text.", "''")
    attach: Many[VariableName] = setting("Variables that hold names of recordings to go with it.", ())

    def formulas(self) -> Iterator[Formula]:
        for key in ("to", "subject", "text"):
            yield Formula((key,), getattr(self, key), (TEXT,))
        for number, name in enumerate(self.attach):
            yield Formula(("attach", number), name, (TEXT,))


# ---- ends ----


class Return(AnyNode):
    """Ends the flow: a sub-flow gives its results; a caller who was sent here goes back to where he came from."""

    kind: Literal["return"]


class HangUp(Speaking):
    """Ends the call."""

    says = ("prompts",)
    kind: Literal["hangup"]
    prompts: Many[OneSaid] = setting("What is said before.", ())


Node = (
    Play | Say | Menu | Collect | Survey | Record | Branch | Set | Query | Request | PlugIn | SubFlow | Dial | Queue
    | Transfer | Voicemail | CallBack | Mail | Return | HangUp
)  # fmt: skip
OneNode = Annotated[Node, Field(discriminator="kind")]
KINDS: dict[str, type[Any]] = {str(kind.model_fields["kind"].annotation.__args__[0]): kind for kind in Node.__args__}
"""The word in a flow file to the class."""
