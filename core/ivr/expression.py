"""The small language of flows: from text to a tree, with the place of every mistake.

    order.state == "shipped" and order.date >= today - 30d
    "vip" if call.customer_class in ["gold", "platinum"] else "normal"
    default(order.total, 0) * 1.06

    expression   conditional
    conditional  either ["if" either "else" conditional]
    either       both {"or" both}
    both         negation {"and" negation}
    negation     "not" negation | comparison
    comparison   sum [("==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not" "in") sum]
    sum          product {("+" | "-") product}
    product      sign {("*" | "/" | "%") sign}
    sign         "-" sign | operand
    operand      literal | name | name "(" [conditional {"," conditional}] ")" | "[" [conditional {"," ...}] "]"
                 | "(" conditional ")"

    literals     3  0.5  "text"  'text'  true  false  nothing  08:30  2026-02-17  2026-02-17T08:30  90s  5min  2h  30d
    names        letters of any script, digits, _ and dots: order.state, 客户.等级

There is no assignment, no loop, no attribute and no way to anything outside the table of functions
(core/ivr/functions.py); nothing is handed to Python's eval. A text is at most 2 000 characters, a tree has at most 150
operators and is 30 deep: so every expression ends, soon. Types: core/ivr/typed.py; values: core/ivr/evaluate.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from core.ivr.values import NoValue, Value, bounded
from core.texts import _

LONGEST = 2_000
DEEPEST = 30
MOST_OPERATORS = 150


class ExpressionError(Exception):
    """A mistake in an expression. start and end: where, in characters of its text; hint: what may be meant."""

    def __init__(self, message: str, start: int, end: int, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.start, self.end, self.hint = message, start, end, hint


@dataclass(frozen=True, slots=True)
class Literal:
    value: Value
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Name:
    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Listing:
    items: tuple[Node, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Unary:
    """operator: "-" or "not"."""

    operator: str
    operand: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Binary:
    """operator: as it is written, "not in" with one space. start and end: of the operator itself."""

    operator: str
    left: Node
    right: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Conditional:
    yes: Node
    condition: Node
    no: Node
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Use:
    """A function with its arguments. start and end: of its name."""

    function: str
    arguments: tuple[Node, ...]
    start: int
    end: int


Node = Literal | Name | Listing | Unary | Binary | Conditional | Use


@dataclass(frozen=True, slots=True)
class Expression:
    """A text that has the right form. It may still be of wrong types."""

    text: str
    root: Node

    @property
    def names(self) -> frozenset[str]:
        """All variables that it reads."""
        return frozenset(node.name for node in nodes(self.root) if isinstance(node, Name))


def nodes(root: Node) -> Iterator[Node]:
    """A tree's nodes, each before those below it."""
    yield root
    for child in below(root):
        yield from nodes(child)


def below(node: Node) -> tuple[Node, ...]:
    match node:
        case Listing(items=items):
            return items
        case Unary(operand=operand):
            return (operand,)
        case Binary(left=left, right=right):
            return (left, right)
        case Conditional(yes=yes, condition=condition, no=no):
            return (yes, condition, no)
        case Use(arguments=arguments):
            return arguments
        case _:
            return ()


def extent(root: Node) -> tuple[int, int]:
    """From where to where a tree's text reaches, brackets around it left out."""
    found = list(nodes(root))
    return min(node.start for node in found), max(node.end for node in found)


# ---- words ----

UNITS = {"ms": 1e-3, "s": 1, "min": 60, "h": 3_600, "d": 86_400}
RESERVED = {"and", "or", "not", "in", "if", "else", "true", "false", "nothing"}

WORDS = re.compile(
    r"""(?P<space>\s+)
    | (?P<moment>[0-9]{4}-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9](:[0-9][0-9])?)(?![\w.:])
    | (?P<date>[0-9]{4}-[0-9][0-9]-[0-9][0-9])(?![\w.:])
    | (?P<time>[0-9][0-9]?:[0-9][0-9](:[0-9][0-9])?)(?![\w.:])
    | (?P<duration>[0-9]+(\.[0-9]+)?(ms|s|min|h|d))(?!\w)
    | (?P<number>[0-9]+(\.[0-9]+)?)(?![\w.])
    | (?P<name>[^\W0-9]\w*(\.[^\W0-9]\w*)*)
    | (?P<text>"(\\.|[^"\\])*"|'(\\.|[^'\\])*')
    | (?P<sign>==|!=|<=|>=|[-+*/%<>()\[\],])
    """,
    re.VERBOSE,
)
INSTEAD = {"=": "==", "!": "not", "&&": "and", "||": "or", "<>": "!=", "null": "nothing", "None": "nothing", "**": "*"}


@dataclass(frozen=True, slots=True)
class Word:
    """kind: a group of WORDS, or "end"."""

    kind: str
    text: str
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """The words of an expression, the end as last. ExpressionError: there is something that is none."""
    at = 0
    while at < len(text):
        found = WORDS.match(text, at)
        if not found:
            _refuse(text, at)
        elif found.lastgroup != "space":
            kind = str(next(name for name, part in found.groupdict().items() if part is not None))
            yield Word(kind, found[0], at, found.end())
        at = found.end() if found else len(text)
    yield Word("end", "", len(text), len(text))


def _refuse(text: str, at: int) -> None:
    """Says what stands at a place where no word begins."""
    for wrong in sorted(INSTEAD, key=len, reverse=True):
        if text.startswith(wrong, at):
            hint = _("Write {right}.").format(right=INSTEAD[wrong])
            raise ExpressionError(_("{word} is not of this language.").format(word=wrong), at, at + len(wrong), hint)
    if text[at] in "\"'":
        raise ExpressionError(
            _("This text has no end."), at, len(text), _("Close it with {mark}.").format(mark=text[at])
        )
    if text[at].isdigit():
        end = at + len(re.match(r"[\w.:-]+", text[at:])[0])  # type: ignore[index]  # a digit is a \w
        raise ExpressionError(_("This is no number, date, time or duration."), at, end)
    raise ExpressionError(_("{sign} is not of this language.").format(sign=repr(text[at])), at, at + 1)


def literal(word: Word) -> Literal:
    """ExpressionError: it has the form, but there is no such value (2026-02-30)."""
    value: Value
    try:
        match word.kind:
            case "moment":
                value = datetime.fromisoformat(word.text)
            case "date":
                value = date.fromisoformat(word.text)
            case "time":
                value = time.fromisoformat(word.text.rjust(len(word.text) + (word.text[1] == ":"), "0"))
            case "duration":
                count, unit = re.fullmatch(r"([0-9.]+)(\w+)", word.text).groups()  # type: ignore[union-attr]
                value = bounded(timedelta(seconds=float(count) * UNITS[unit]))
            case "number":
                value = bounded(Decimal(word.text))
            case _:
                value = bounded(re.sub(r"\\(.)", lambda found: {"n": "\n"}.get(found[1], found[1]), word.text[1:-1]))
    except (ValueError, OverflowError) as error:
        raise ExpressionError(
            _("There is no such date or time: {text}.").format(text=word.text), word.start, word.end
        ) from error
    except NoValue as error:
        raise ExpressionError(str(error), word.start, word.end) from error
    return Literal(value, word.start, word.end)


# ---- grammar ----

COMPARISONS = {"==", "!=", "<", "<=", ">", ">="}
CONSTANTS: dict[str, Value] = {"true": True, "false": False, "nothing": None}


def parse(text: str) -> Expression:
    """The tree of an expression. ExpressionError: at the first place where it has not the right form."""
    if len(text) > LONGEST:
        raise ExpressionError(_("Longer than {most} characters.").format(most=LONGEST), LONGEST, len(text))
    return _Parser(text).whole()


class _Parser:
    """Recursive descent, one function a rule of the grammar above."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.words = list(words(text))
        self.at = 0
        self.depth = 0
        self.operators = 0

    def whole(self) -> Expression:
        if self.word.kind == "end":
            raise ExpressionError(_("There is no expression."), 0, len(self.text))
        root = self.conditional()
        if self.word.kind != "end":
            raise self.unexpected()
        return Expression(self.text, root)

    @property
    def word(self) -> Word:
        return self.words[self.at]

    def next(self) -> Word:
        word = self.word
        self.at += word.kind != "end"
        return word

    def sees(self, *texts: str) -> bool:
        return self.word.kind in ("sign", "name") and self.word.text in texts

    def wants(self, text: str, opened: Word) -> None:
        if not self.sees(text):
            raise self.unexpected(_("{close} is missing, to close {open}.").format(close=text, open=opened.text))
        self.next()

    def unexpected(self, hint: str = "") -> ExpressionError:
        word = self.word
        if word.kind == "end":
            end = len(self.text)
            return ExpressionError(_("The expression ends too soon."), end, end, hint)
        return ExpressionError(_("{word} is out of place.").format(word=word.text), word.start, word.end, hint)

    def conditional(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(_("Nested too deeply."), self.word.start, self.word.end)
        yes = self.either()
        if self.sees("if"):
            word = self.next()
            condition = self.either()
            if not self.sees("else"):
                raise self.unexpected(_('A value with "if" needs "else".'))
            self.next()
            yes = Conditional(yes, condition, self.conditional(), word.start, word.end)
        self.depth -= 1
        return yes

    def either(self) -> Node:
        left = self.both()
        while self.sees("or"):
            word = self.next()
            left = self.joined("or", left, self.both(), word)
        return left

    def both(self) -> Node:
        left = self.negation()
        while self.sees("and"):
            word = self.next()
            left = self.joined("and", left, self.negation(), word)
        return left

    def negation(self) -> Node:
        if not self.sees("not"):
            return self.comparison()
        word = self.next()
        return self.signed("not", self.negation, word)

    def comparison(self) -> Node:
        left = self.sum()
        operator = self.comparing()
        if not operator:
            return left
        word, name = operator
        node = self.joined(name, left, self.sum(), word)
        at = self.word
        if self.comparing():
            hint = _("Compare two at a time: a < b and b < c.")
            raise ExpressionError(_("{word} is out of place.").format(word=at.text), at.start, at.end, hint)
        return node

    def comparing(self) -> tuple[Word, str] | None:
        if self.sees("not"):
            first = self.next()
            if not self.sees("in"):
                raise self.unexpected(_("Write: not in."))
            second = self.next()
            return Word("name", "not in", first.start, second.end), "not in"
        if self.sees("in", *COMPARISONS):
            word = self.next()
            return word, word.text
        return None

    def sum(self) -> Node:
        left = self.product()
        while self.sees("+", "-"):
            word = self.next()
            left = self.joined(word.text, left, self.product(), word)
        return left

    def product(self) -> Node:
        left = self.sign()
        while self.sees("*", "/", "%"):
            word = self.next()
            left = self.joined(word.text, left, self.sign(), word)
        return left

    def sign(self) -> Node:
        if not self.sees("-"):
            return self.operand()
        word = self.next()
        return self.signed("-", self.sign, word)

    def signed(self, operator: str, rule: Callable[[], Node], word: Word) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError(_("Nested too deeply."), word.start, word.end)
        node = Unary(operator, rule(), word.start, word.end)
        self.depth -= 1
        return node

    def joined(self, operator: str, left: Node, right: Node, word: Word) -> Node:
        self.operators += 1
        if self.operators > MOST_OPERATORS:
            raise ExpressionError(_("More than {most} operators.").format(most=MOST_OPERATORS), word.start, word.end)
        return Binary(operator, left, right, word.start, word.end)

    def operand(self) -> Node:
        word = self.word
        if self.sees("("):
            self.next()
            inner = self.conditional()
            self.wants(")", word)
            return inner
        if self.sees("["):
            self.next()
            items = self.several("]")
            end = self.word.end
            self.wants("]", word)
            return Listing(items, word.start, end)
        if word.kind == "name" and word.text in CONSTANTS:
            self.next()
            return Literal(CONSTANTS[word.text], word.start, word.end)
        if word.kind == "name" and word.text not in RESERVED:
            self.next()
            if not self.sees("("):
                return Name(word.text, word.start, word.end)
            opened = self.next()
            arguments = self.several(")")
            self.wants(")", opened)
            return Use(word.text, arguments, word.start, word.end)
        if word.kind in ("moment", "date", "time", "duration", "number", "text"):
            return literal(self.next())
        raise self.unexpected()

    def several(self, close: str) -> tuple[Node, ...]:
        """Values with commas between them, up to the bracket that closes them."""
        if self.sees(close):
            return ()
        found = [self.conditional()]
        while self.sees(","):
            self.next()
            found.append(self.conditional())
        return tuple(found)
