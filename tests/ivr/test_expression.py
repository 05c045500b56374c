"""The language of flows: what it reads, what it refuses and where, what it gives, and that it always ends."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.ivr import values
from core.ivr.evaluate import evaluate
from core.ivr.expression import DEEPEST, LONGEST, ExpressionError, parse
from core.ivr.functions import FUNCTIONS
from core.ivr.typed import typed
from core.ivr.values import (
    DATE,
    DURATION,
    MOMENT,
    NUMBER,
    TEXT,
    TIME,
    TRUTH,
    Kind,
    NoValue,
    Type,
    Value,
    bounded,
    fitted,
    is_of,
    kind_of,
    pack,
    shown,
    unpack,
)

NOON = datetime(2026, 2, 17, 12, 0)


class World:
    """Facts: one calendar, open from nine to five; one holiday."""

    def open(self, calendar: str, moment: datetime) -> bool:
        if calendar != "office":
            raise NoValue("no such calendar")
        return 9 <= moment.hour < 17

    def holiday(self, day: date) -> bool:
        return day == date(2026, 2, 17)


NAMES: dict[str, Type] = {
    "n": NUMBER,
    "half": NUMBER,
    "name": TEXT,
    "客户.等级": TEXT,
    "there": TRUTH,
    "day": DATE,
    "at": TIME,
    "now": MOMENT,
    "wait": DURATION,
    "names": Type(Kind.LIST, TEXT),
    "counts": Type(Kind.LIST, NUMBER),
    "order": Type(Kind.NUMBER, optional=True),
    "lost": Type(Kind.TEXT, optional=True),
}
VARIABLES: dict[str, Value] = {
    "n": 7,
    "half": Decimal("0.5"),
    "name": "Strowger",
    "客户.等级": "gold",
    "there": True,
    "day": date(2026, 2, 17),
    "at": time(8, 30),
    "now": NOON,
    "wait": timedelta(seconds=90),
    "names": ("Ada", "Bo"),
    "counts": (1, 2, Decimal("2.5")),
    "order": 12,
    "lost": None,
}


def worked_out(text: str) -> Value:
    expression = parse(text)
    mistakes: list[ExpressionError] = []
    found = typed(expression, NAMES, mistakes)
    assert mistakes == []
    value = evaluate(expression, VARIABLES.__getitem__, World())
    assert found is not None
    assert is_of(value, found), f"{value!r} is no {found}"
    return value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 - 2 - 1", 4),
        ("0.1 + 0.2", Decimal("0.3")),
        ("1 / 3 * 3", Decimal("0.999999999999")),
        ("6 / 4 * 2", 3),
        ("-n % 3", 2),
        ("n % -3", -2),
        ("- -n", 7),
        ('\'a\' + "b\\"c"', 'ab"c'),
        ("n == 7.0", True),
        ("name != 'x' and not there", False),
        ("true or 1 / 0 == 1", True),
        ("false and 1 / 0 == 1", False),
        ("'row' in name", True),
        ("'x' not in name", True),
        ("客户.等级 in ['gold', 'platinum']", True),
        ("2.5 in counts", True),
        ("3 in []", False),
        ("'yes' if n > 8 else 'maybe' if n > 6 else 'no'", "maybe"),
        ("day + 14d", date(2026, 3, 3)),
        ("day - 2026-01-01", timedelta(days=47)),
        ("at + 16h", time(0, 30)),
        ("at - 9:00", timedelta(minutes=-30)),
        ("now - 90min", datetime(2026, 2, 17, 10, 30)),
        ("now - 2026-02-17T11:00", timedelta(hours=1)),
        ("wait * 2 + 500ms", timedelta(seconds=180.5)),
        ("wait / 30s", 3),
        ("08:30 <= at and at < 17:30", True),
        ("order != nothing and order > 10", True),
        ("default(lost, 'none')", "none"),
        ("lost if lost != nothing else name", "Strowger"),
        ("default(order, nothing) == 12", True),
        ("lost == nothing", True),
        ("length(name) + length(names)", 10),
        ("upper(left(name, 3)) + lower(right(name, 2)) + middle(name, 4, 2)", "STRerow"),
        ("trim('  a ') + replace('a-b-c', '-', '')", "aabc"),
        ("starts(name, 'Str') and ends(name, 'ger')", True),
        ("digits('tel. 010-66')", "01066"),
        ("pad(text(n), 3, '0')", "007"),
        ("join(split('a,b,c', ','), ' ')", "a b c"),
        ("number(' -2.50 ')", Decimal("-2.5")),
        ("is_number('12') and not is_number('٣')", True),
        ("round(2.345, 2)", Decimal("2.34")),
        ("round(2.5) + floor(-0.5) + ceiling(0.2)", 2),
        ("abs(-3) + min(4, 2) + max(4, 2)", 9),
        ("abs(8:00 - at)", timedelta(minutes=30)),
        ("max(day, 2026-02-18)", date(2026, 2, 18)),
        ("item(names, 2)", "Bo"),
        ("sum(counts) + sum([])", Decimal("5.5")),
        ("names + ['Cy']", ("Ada", "Bo", "Cy")),
        ("[year(day), month(day), weekday(day), hour(at), minute(now)]", (2026, 2, 2, 8, 0)),
        ("make_date(2024, 2, 29)", date(2024, 2, 29)),
        ("moment(date(now), time(now)) == now", True),
        ("seconds(wait) + seconds(duration(1.5))", Decimal("91.5")),
        ("open('office', now) and holiday(day)", True),
        (
            "text(1h + 30min) + text(-1.5s) + text(true) + text(day) + text(at) + text(now) + text(nothing)",
            "1h 30min-1.5strue2026-02-1708:302026-02-17T12:00",
        ),
        ("text(names) + text(0.50)", "Ada, Bo0.5"),
    ],
)
def test_it_gives(text: str, value: Value) -> None:
    found = worked_out(text)
    assert found == value
    assert kind_of(found) is kind_of(value)


@pytest.mark.parametrize(
    "text",
    [
        "1 / 0",
        "1 % 0",
        "number('twelve')",
        "item(names, 3)",
        "item(names, 0)",
        "left(name, -1)",
        "left(name, 0.5)",
        "round(1, 13)",
        "pad(name, 5, 'ab')",
        "split(name, '')",
        "replace(name, '', 'x')",
        "make_date(2026, 2, 30)",
        "make_date(99999, 1, 1)",
        "day + 1h",
        "2026-01-01 + 36000d + 36000d + 36000d * 80",
        "9999-12-31 + 1d",
        "999999999999999999999999 * 10",
        "duration(99999999999)",
        "wait * 999999999999",
        "open('elsewhere', now)",
        "pad('', 99999, 'x')",
    ],
)
def test_what_cannot_be_worked_out_is_said_in_words(text: str) -> None:
    expression = parse(text)
    mistakes: list[ExpressionError] = []
    typed(expression, NAMES, mistakes)
    assert mistakes == []
    with pytest.raises(NoValue, match=r"\w+ \w+"):
        evaluate(expression, VARIABLES.__getitem__, World())


@pytest.mark.parametrize(
    ("text", "marked", "hint"),
    [
        ("", "", ""),
        ("1 +", "", ""),
        ("(1 + 2", "", "to close ("),
        ("[1, 2", "", "to close ["),
        ("length(name", "", "to close ("),
        ("n = 3", "=", "=="),
        ("n && there", "&&", "and"),
        ("n ! 2", "!", "not"),
        ("1 < 2 < 3", "<", "two at a time"),
        ("'open", "'open", "Close it"),
        ("2026-02-30", "2026-02-30", ""),
        ("25:00", "25:00", ""),
        ("12abc", "12abc", ""),
        ("1.2.3", "1.2.3", ""),
        ("n $ 2", "$", ""),
        ("n 2", "2", ""),
        ("'a' if there", "", "else"),
        ("n not 2", "2", "not in"),
        ("if", "if", ""),
        ("n.", ".", ""),
        ("9999999999999999999999999", "9999999999999999999999999", ""),
        ("__import__('os').system('x')", ".", ""),
    ],
)
def test_a_form_that_is_wrong_is_refused_at_its_place(text: str, marked: str, hint: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(text)
    assert text[refused.value.start : refused.value.end] == marked
    assert hint in refused.value.hint


@pytest.mark.parametrize(
    ("text", "marked", "hint"),
    [
        ("nane == 'x'", ["nane"], 'Did you mean "name"?'),
        ("lenght(name)", ["lenght"], 'Did you mean "length"?'),
        ("lenght(nane)", ["nane", "lenght"], 'Did you mean "name"?'),
        ("nane + unknwon", ["nane", "unknwon"], ""),
        ("n + name", ["+"], "text("),
        ("n == name", ["=="], "number("),
        ("name * 2", ["*"], ""),
        ("day + 1", ["+"], ""),
        ("order + 1", ["order"], "default("),
        ("order == nothing and order > 1", ["order"], "default("),
        ("order != nothing or order > 1", ["order"], "default("),
        ("nothing + 1", ["nothing"], ""),
        ("there < there", ["<"], ""),
        ("there == 1", ["=="], ""),
        ("n in name", ["in"], ""),
        ("n in names", ["in"], ""),
        ("not n", ["n"], ""),
        ("n and there", ["n"], ""),
        ("- name", ["-"], ""),
        ("1 if there else 'one'", ["if"], ""),
        ("1 if n else 2", ["n"], ""),
        ("[1, 'a']", ["'a'"], ""),
        ("[[1]]", ["[1]"], ""),
        ("[nothing]", ["[nothing]"], ""),
        ("length(n + 1)", ["n + 1"], ""),
        ("left(name)", ["left"], ""),
        ("round(1, 2, 3)", ["round"], ""),
        ("min(n, day)", ["day"], ""),
        ("min(n, order)", ["order"], ""),
        ("default(order, name)", ["name"], ""),
        ("sum(names)", ["names"], ""),
        ("upper(lost)", ["lost"], ""),
    ],
)
def test_a_wrong_type_is_found_at_its_place(text: str, marked: list[str], hint: str) -> None:
    mistakes: list[ExpressionError] = []
    typed(parse(text), NAMES, mistakes)
    assert [text[mistake.start : mistake.end] for mistake in mistakes] == marked
    assert hint in mistakes[0].hint


def test_asking_makes_sure_that_a_value_is_there() -> None:
    for text in (
        "order != nothing and order > 3",
        "nothing != order and there and order > 3",
        "order == nothing or order > 3",
        "order > 3 if order != nothing else false",
        "order > 3 if not (order == nothing) else false",
        "false if order == nothing else order > 3",
        "false if there or order == nothing else order > 3",
        "false if not (order != nothing and there) else order > 3",
    ):
        mistakes: list[ExpressionError] = []
        assert typed(parse(text), NAMES, mistakes) == TRUTH, text
        assert mistakes == [], text


@pytest.mark.parametrize(
    "text",
    [
        "(" * 500 + "1" + ")" * 500,
        "-" * 500 + "1",
        "not " * 300 + "true",
        "[" * 500,
        "+".join(["1"] * 900),
        "1 if true else " * 100 + "1",
        "x" * (LONGEST + 1),
    ],
)
def test_an_expression_that_is_too_large_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text)


def test_what_is_just_small_enough_is_read() -> None:
    assert worked_out("(" * (DEEPEST - 1) + "1" + ")" * (DEEPEST - 1)) == 1
    assert worked_out("+".join(["1"] * 151)) == 151


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_function_says_what_it_does(name: str) -> None:
    function = FUNCTIONS[name]
    assert function.says
    assert 0 < function.needs <= len(function.takes)


PIECES = st.sampled_from(
    [*NAMES, *FUNCTIONS, "1", "0", "2.5", "'a'", "''", "true", "nothing", "08:30", "2026-02-17", "30d", "2h", "[", "]",
     "(", ")", ",", "+", "-", "*", "/", "%", "==", "!=", "<", ">=", "and", "or", "not", "in", "if", "else", "'", "\\"]
)  # fmt: skip


@given(st.text(max_size=60) | st.lists(PIECES, max_size=25).map(" ".join))
def test_any_text_is_read_or_refused_within_itself(text: str) -> None:
    mistakes: list[ExpressionError] = []
    try:
        typed(parse(text), NAMES, mistakes)
    except ExpressionError as error:
        mistakes.append(error)
    assert all(0 <= mistake.start <= mistake.end <= len(text) and mistake.message for mistake in mistakes)


def expressions(depth: int) -> st.SearchStrategy[str]:
    atoms = st.sampled_from(
        [*NAMES, "0", "1", "2.5", "999999999999999999999999", "'a'", "''", "true", "false", "nothing", "08:30",
         "9999-12-31", "2026-02-17T08:30", "36500d", "2h", "[]", "-3", "1000"]
    )  # fmt: skip
    if not depth:
        return atoms
    smaller = expressions(depth - 1)
    operators = st.sampled_from(["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "and", "or"])
    return st.one_of(
        atoms,
        st.builds("({} {} {})".format, smaller, operators, smaller),
        st.builds("({} if {} else {})".format, smaller, smaller, smaller),
        st.builds("[{}, {}]".format, smaller, smaller),
        st.builds("({}({}))".format, st.sampled_from(["not ", "-"]), smaller),
        st.builds(
            lambda name, arguments: f"{name}({', '.join(arguments[: len(FUNCTIONS[name].takes)])})",
            st.sampled_from(sorted(FUNCTIONS)),
            st.lists(smaller, min_size=3, max_size=3),
        ),
    )


@settings(max_examples=1500)
@given(expressions(2), st.booleans())
def test_what_passes_the_check_gives_a_value_of_its_type_or_says_why_not(text: str, empty: bool) -> None:
    expression = parse(text)
    mistakes: list[ExpressionError] = []
    found = typed(expression, NAMES, mistakes)
    if mistakes:
        return
    assert found is not None
    variables = {**VARIABLES, "order": None, "names": (), "counts": (), "name": ""} if empty else VARIABLES
    try:
        value = evaluate(expression, variables.__getitem__, World())
    except NoValue:
        return
    assert is_of(value, found), f"{value!r} is no {found}"
    assert bounded(value) == value


plain = (
    st.integers(-values.LARGEST_NUMBER + 1, values.LARGEST_NUMBER - 1)
    | st.decimals(-(10**20), 10**20, places=5).map(bounded)
    | st.text(max_size=20)
    | st.booleans()
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.timedeltas(-values.LARGEST_DURATION, values.LARGEST_DURATION)
    | st.none()
)


@given(plain | st.lists(plain, max_size=5).map(tuple))
def test_a_value_comes_back_from_its_json_as_it_was(value: Value) -> None:
    back = unpack(pack(value))
    assert back == value
    assert kind_of(back) is kind_of(value)


@given(plain, st.sampled_from([NUMBER, TEXT, TRUTH, DATE, TIME, MOMENT, DURATION]))
def test_what_comes_from_outside_fits_the_type_or_is_refused(value: Value, wanted: Type) -> None:
    try:
        found = fitted(value, wanted)
    except NoValue:
        return
    assert is_of(found, wanted)


@pytest.mark.parametrize(
    ("raw", "wanted", "value"),
    [
        ("12.50", NUMBER, Decimal("12.5")),
        (0.1, NUMBER, Decimal("0.1")),
        (12, TEXT, "12"),
        (0.25, TEXT, "0.25"),
        ("2026-02-17", DATE, date(2026, 2, 17)),
        ("2026-02-17 08:30:00", DATE, date(2026, 2, 17)),
        ("2026-02-17 08:30:00", MOMENT, datetime(2026, 2, 17, 8, 30)),
        ("08:30", TIME, time(8, 30)),
        (90, DURATION, timedelta(seconds=90)),
        (1, TRUTH, True),
        (None, Type(Kind.TEXT, optional=True), None),
        (["1", 2], Type(Kind.LIST, NUMBER), (1, 2)),
    ],
)
def test_what_comes_from_outside_becomes(raw: object, wanted: Type, value: Value) -> None:
    assert fitted(raw, wanted) == value


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [(None, TEXT), ("x", NUMBER), (float("nan"), NUMBER), (2, TRUTH), ("soon", DATE), (b"x", TEXT), (1e300, DURATION)],
)
def test_what_does_not_fit_is_refused(raw: object, wanted: Type) -> None:
    with pytest.raises(NoValue):
        fitted(raw, wanted)


@pytest.mark.parametrize("words", ["text", "list of number", "date or nothing", "list of text or nothing"])
def test_a_type_is_written_as_it_is_read(words: str) -> None:
    assert str(Type.read(words)) == words


@pytest.mark.parametrize("words", ["string", "list", "nothing", "list of list of text", ""])
def test_what_is_no_type_is_refused(words: str) -> None:
    with pytest.raises(ValueError, match=f"^{words}$"):
        Type.read(words)


def test_numbers_are_shown_without_exponents() -> None:
    assert shown(bounded(Decimal("1E+20"))) == "100000000000000000000"
    assert shown(bounded(Decimal("1E-9"))) == "0.000000001"
