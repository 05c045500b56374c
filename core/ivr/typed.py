"""The types of expressions: what an expression gives, found before it runs.

    typed(parse("length(name) > 3"), {"name": TEXT}, mistakes)    truth

Every mistake of an expression is found in one pass, with its place: unknown names (and which one may be meant),
operands that do not go together, something that may be nothing where a value is needed. Where a condition has asked
(`order != nothing and order > 3`), what follows knows that the value is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from core.config.wording import close
from core.ivr import functions
from core.ivr.expression import (
    Binary,
    Conditional,
    Expression,
    ExpressionError,
    Listing,
    Literal,
    Name,
    Node,
    Unary,
    Use,
    extent,
)
from core.ivr.functions import FUNCTIONS, Function
from core.ivr.values import (
    DATE,
    DURATION,
    MOMENT,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    Kind,
    Type,
    kind_of,
)
from core.texts import _

SUMS: dict[tuple[str, Kind, Kind], Type] = {
    ("+", Kind.NUMBER, Kind.NUMBER): NUMBER,
    ("+", Kind.TEXT, Kind.TEXT): TEXT,
    ("+", Kind.DURATION, Kind.DURATION): DURATION,
    ("+", Kind.DATE, Kind.DURATION): DATE,
    ("+", Kind.TIME, Kind.DURATION): TIME,
    ("+", Kind.MOMENT, Kind.DURATION): MOMENT,
    ("-", Kind.NUMBER, Kind.NUMBER): NUMBER,
    ("-", Kind.DURATION, Kind.DURATION): DURATION,
    ("-", Kind.DATE, Kind.DURATION): DATE,
    ("-", Kind.TIME, Kind.DURATION): TIME,
    ("-", Kind.MOMENT, Kind.DURATION): MOMENT,
    ("-", Kind.DATE, Kind.DATE): DURATION,
    ("-", Kind.TIME, Kind.TIME): DURATION,
    ("-", Kind.MOMENT, Kind.MOMENT): DURATION,
    ("*", Kind.NUMBER, Kind.NUMBER): NUMBER,
    ("*", Kind.DURATION, Kind.NUMBER): DURATION,
    ("*", Kind.NUMBER, Kind.DURATION): DURATION,
    ("/", Kind.NUMBER, Kind.NUMBER): NUMBER,
    ("/", Kind.DURATION, Kind.NUMBER): DURATION,
    ("/", Kind.DURATION, Kind.DURATION): NUMBER,
    ("%", Kind.NUMBER, Kind.NUMBER): NUMBER,
}
"""Lists have + as well."""

ORDERED = {Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.TIME, Kind.MOMENT, Kind.DURATION}

Names = Mapping[str, Type]


def typed(expression: Expression, names: Names, mistakes: list[ExpressionError]) -> Type | None:
    """The type of what the expression gives; None when a mistake hides it. Mistakes are added to the list."""
    return _Check(mistakes).type(expression.root, names)


class _Check:
    def __init__(self, mistakes: list[ExpressionError]) -> None:
        self.mistakes = mistakes

    def type(self, node: Node, names: Names) -> Type | None:
        match node:
            case Literal(value=value):
                return Type(kind_of(value))
            case Name(name=name):
                if name not in names:
                    self.wrong(node, _("There is no variable {name}.").format(name=name), close(name, names))
                return names.get(name)
            case Listing():
                return self.listing(node, names)
            case Unary():
                return self.unary(node, names)
            case Binary():
                return self.binary(node, names)
            case Conditional():
                return self.conditional(node, names)
            case Use():
                return self.use(node, names)

    def wrong(self, node: Node, message: str, hint: str = "", whole: bool = False) -> None:
        """whole: all of the operand is marked, not only its own word."""
        start, end = extent(node) if whole else (node.start, node.end)
        self.mistakes.append(ExpressionError(message, start, end, hint))

    def sure(self, node: Node, names: Names) -> Type | None:
        """The type of an operand that must be there."""
        found = self.type(node, names)
        if found and (found.optional or found.kind is Kind.NOTHING):
            hint = _('Write default(…, …), or ask "!= nothing" before.')
            self.wrong(node, _("This may be nothing, a value is needed."), hint, whole=True)
            return found.sure if found.kind is not Kind.NOTHING else None
        return found

    def truth(self, node: Node, names: Names) -> None:
        found = self.sure(node, names)
        if found and found.kind is not Kind.TRUTH:
            self.wrong(node, _("This is {found}, a truth is needed.").format(found=found), whole=True)

    def listing(self, node: Listing, names: Names) -> Type | None:
        item: Type | None = None
        for part in node.items:
            found = self.type(part, names)
            if found and found.kind is Kind.LIST:
                self.wrong(part, _("A list cannot hold lists."), whole=True)
                return None
            if not found:
                return None
            joined = found if item is None else item.with_(found)
            if joined is None:
                self.wrong(
                    part, _("The list holds {item}, this is {found}.").format(item=item, found=found), whole=True
                )
                return None
            item = joined
        if item and item.kind is Kind.NOTHING:
            self.wrong(node, _("A list holds values, at least one that is not nothing."))
            return None
        return Type(Kind.LIST, item)

    def unary(self, node: Unary, names: Names) -> Type | None:
        if node.operator == "not":
            self.truth(node.operand, names)
            return TRUTH
        found = self.sure(node.operand, names)
        if found and found.kind not in (Kind.NUMBER, Kind.DURATION):
            self.wrong(node, _('"-" goes with a number or a duration, this is {found}.').format(found=found))
            return None
        return found

    def binary(self, node: Binary, names: Names) -> Type | None:
        if node.operator in ("and", "or"):
            self.truth(node.left, names)
            self.truth(node.right, knowing(node.left, node.operator == "and", names))
            return TRUTH
        if node.operator in ("==", "!="):
            left, right = self.type(node.left, names), self.type(node.right, names)
            if left and right and left.with_(right) is None:
                self.unlike(node, left, right)
            return TRUTH
        left, right = self.sure(node.left, names), self.sure(node.right, names)
        if node.operator in ("in", "not in"):
            if left and right and not _holds(right, left):
                self.unlike(node, left, right)
            return TRUTH
        if node.operator in ("<", "<=", ">", ">="):
            if left and right and (left.kind is not right.kind or left.kind not in ORDERED):
                self.unlike(node, left, right)
            return TRUTH
        if not left or not right:
            return None
        found = SUMS.get((node.operator, left.kind, right.kind))
        if node.operator == "+" and left.kind is right.kind is Kind.LIST:
            found = left.with_(right)
        if not found:
            self.unlike(node, left, right)
        return found

    def unlike(self, node: Binary, left: Type, right: Type) -> None:
        hint = ""
        if node.operator == "+" and Kind.TEXT in (left.kind, right.kind):
            hint = _("Write text(…) to make a text of it.")
        elif {left.kind, right.kind} == {Kind.TEXT, Kind.NUMBER}:
            hint = _('Write number(…) to make a number of the text, or "…" around the number.')
        message = _('"{operator}" does not go with {left} and {right}.')
        self.wrong(node, message.format(operator=node.operator, left=left, right=right), hint)

    def conditional(self, node: Conditional, names: Names) -> Type | None:
        self.truth(node.condition, names)
        yes = self.type(node.yes, knowing(node.condition, True, names))
        no = self.type(node.no, knowing(node.condition, False, names))
        if not yes or not no:
            return None
        found = yes.with_(no)
        if found is None:
            self.wrong(node, _("This gives {yes} or {no}: both must be alike.").format(yes=yes, no=no))
        return found

    def use(self, node: Use, names: Names) -> Type | None:
        function = FUNCTIONS.get(node.function)
        if not function:
            for part in node.arguments:
                self.type(part, names)
            message = _("There is no function {name}.").format(name=node.function)
            self.wrong(node, message, close(node.function, FUNCTIONS))
            return None
        if not function.needs <= len(node.arguments) <= len(function.takes):
            message = _("{name}() takes {wanted} values, not {count}.")
            wanted = len(function.takes) if len(node.arguments) > len(function.takes) else function.needs
            self.wrong(node, message.format(name=function.name, wanted=wanted, count=len(node.arguments)))
            return None if function.gives == functions.ITEM else function.gives
        return self.applied(function, node, names)

    def applied(self, function: Function, node: Use, names: Names) -> Type | None:
        """The arguments one by one. `subject` is what ITEM in the table stands for, once the first is known."""
        subject: Type | None = None
        for number, (part, wanted) in enumerate(zip(node.arguments, function.takes, strict=False)):
            if wanted == (functions.ANY,):
                self.type(part, names)
                continue
            if wanted == (functions.MAYBE,):
                subject = self.type(part, names)
                continue
            if wanted == (functions.ITEM,):
                found = self.type(part, names)
                subject = self.like(part, subject, found) if subject and found else None
                continue
            if wanted == (functions.SAME,):
                found = self.sure(part, names)
                subject = self.like(part, subject, found) if subject and found else None
                continue
            found = self.sure(part, names)
            if found and not any(each.takes(found) for each in wanted):
                message = _("{name}() takes {wanted} here, this is {found}.")
                self.wrong(
                    part,
                    message.format(name=function.name, wanted=" / ".join(map(str, wanted)), found=found),
                    whole=True,
                )
                found = None
            if number == 0:
                subject = found.item if found and function.takes[0] == (functions.LIST,) else found
        if function.gives != functions.ITEM:
            return function.gives
        return subject

    def like(self, part: Node, subject: Type, found: Type) -> Type | None:
        """The type of two arguments that must be alike; the second decides whether it may be nothing."""
        joined = subject.with_(found)
        if joined is None or joined.kind is Kind.NOTHING:
            message = _("This is {found}, the first is {subject}: both must be alike.")
            self.wrong(part, message.format(found=found, subject=subject), whole=True)
            return None
        return replace(joined, optional=found.optional or found.kind is Kind.NOTHING)


def _holds(container: Type, item: Type) -> bool:
    if container.kind is Kind.TEXT:
        return item.kind is Kind.TEXT
    return container.kind is Kind.LIST and (container.item is None or container.item.with_(item) is not None)


def knowing(condition: Node, truth: bool, names: Names) -> Names:
    """The names with their types where the condition has turned out true, or false."""
    there = set(_there(condition, truth))
    return {name: of.sure if name in there else of for name, of in names.items()} if there else names


def _there(condition: Node, truth: bool) -> Iterable[str]:
    """Variables that are not nothing when the condition has this truth."""
    match condition:
        case Binary(operator="and", left=left, right=right) if truth:
            yield from _there(left, True)
            yield from _there(right, True)
        case Binary(operator="or", left=left, right=right) if not truth:
            yield from _there(left, False)
            yield from _there(right, False)
        case Unary(operator="not", operand=operand):
            yield from _there(operand, not truth)
        case Binary(operator="!=" | "==" as operator, left=Name(name=name), right=Literal(value=None)):
            if (operator == "!=") is truth:
                yield name
        case Binary(operator="!=" | "==" as operator, left=Literal(value=None), right=Name(name=name)):
            if (operator == "!=") is truth:
                yield name
