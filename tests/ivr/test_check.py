"""Every mistake of a flow is found, at its place, with what may have been meant."""

from __future__ import annotations

import pytest

from core.ivr.check import Known, bound, check
from tests.ivr.world import mistakes, written

GOOD = """
[flow]
start = "ask"

[defaults]
give_up = "bye"

[[variable]]
name = "order.number"

[[variable]]
name = "count"
type = "number"
initial = "0"

[[variable]]
name = "due"
type = "number or nothing"

[node.ask]
kind = "collect"
prompts = ["enter", { prompt = "ahead", values = { n = "count" } }]
into = "order.number"
next = "look"

[node.look]
kind = "query"
database = "shop"
sql = "SELECT due FROM orders WHERE number = :number"
values = { number = "order.number" }
into = { due = "due" }
none = "ask"
next = "hours"

[node.hours]
kind = "branch"
cases = [
    { when = "open('office', now)", next = "tell" },
    { when = "due != nothing and due > 5", next = "sub" },
]
otherwise = "bye"

[node.tell]
kind = "say"
value = "default(due, 0)"
as = "money"
next = "sub"

[node.sub]
kind = "flow"
flow = "other"
values = { n = "count" }
into = { count = "m" }
next = "bye"

[node.bye]
kind = "hangup"
"""
OTHER = """
[flow]
start = "a"
[[variable]]
name = "n"
type = "number"
parameter = true
[[variable]]
name = "m"
type = "number"
result = true
[node.a]
kind = "set"
values = { m = "n + 1" }
next = "b"
[node.b]
kind = "return"
"""
PROMPTS = {"enter": {"zh", "en"}, "ahead": {"zh", "en"}, "half": {"zh"}}
KNOWN = Known(
    prompt=lambda name, language: language in PROMPTS.get(name, ()),
    places=lambda name: {"n": ("count",)} if name == "ahead" else {},
    databases={"shop"},
    plugins={"a.b"},
    calendars={"office"},
    queues={"sales", "8000"},
    mailboxes={"8900"},
)


def found(old: str, new: str, other: str = OTHER) -> list[tuple[str, str, str]]:
    """What is said of the good flow with a change: the words that are marked, the problem, the hint."""
    assert old in GOOD
    text = GOOD.replace(old, new, 1)
    return [
        (
            mistake.place.source[mistake.place.column - 1 :][: mistake.place.length],
            str(mistake),
            mistake.hint,
        )
        for mistake in mistakes(text, KNOWN, other=other)
    ]


def test_the_good_flow_has_no_mistake() -> None:
    assert found("bye", "bye") == []


@pytest.mark.parametrize(
    ("old", "new", "marked", "problem", "hint"),
    [
        ('start = "ask"', 'start = "askk"', '"askk"', 'There is no node "askk".', 'Did you mean "ask"?'),
        ('next = "look"', 'next = "lok"', '"lok"', 'There is no node "lok".', "look"),
        ('give_up = "bye"', 'give_up = "by"', '"by"', 'There is no node "by".', "bye"),
        ('give_up = "bye"', "", "node.ask", "Where does a caller go", "give_up"),
        ('next = "tell" }', 'next = "sub" }', "node.tell", 'Nothing leads to the node "tell".', ""),
        ('kind = "collect"', 'kind = "colect"', '"colect"', '"colect" is no choice here.', 'Did you mean "collect"?'),
        ('into = "order.number"', 'inta = "order.number"', "inta", 'has no setting "inta"', "into"),
        ('prompts = ["enter"', 'prompts = ["entr"', '"entr"', 'There is no prompt "entr".', ""),
        ('prompts = ["enter"', 'prompts = ["half"', '"half"', 'The prompt "half" is missing in: en.', ""),
        ("{ n = \"count\" } }]", "{ m = \"count\" } }]", "m", 'has no place "m"', "n"),
        (", values = { n = \"count\" } }]", " }]", '{ prompt = "ahead" }', 'needs a value for "n"', ""),
        ("{ n = \"count\" } }]", "{ n = \"'x'\" } }]", "\"'x'\"", "This is text; it must be number.", ""),
        ('database = "shop"', 'database = "shoop"', '"shoop"', 'There is no database "shoop".', "shop"),
        (":number\"", ":nummer\"", "\"SELECT", '"nummer" has no value.', "number"),
        ('values = { number = "order.number" }', 'values = { number = "order.nmber" }', "order.nmber", "There is no variable", "order.number"),  # noqa: E501
        ("open('office'", "open('offize'", "'offize'", 'There is no calendar "offize".', "office"),
        ("due > 5", "due > '5'", ">", "does not go with number and text", "number("),
        ("due != nothing and due > 5", "due > 5", "due", "This may be nothing", "default("),
        ("due != nothing and due > 5", "due = 5", "=", "not of this language", "=="),
        ('value = "default(due, 0)"', 'value = "today"', '"today"', "This is date; it must be number.", ""),
        ('flow = "other"', 'flow = "othr"', '"othr"', 'There is no flow "othr".', "other"),
        ('values = { n = "count" }\ninto', 'values = { k = "count" }\ninto', "node.sub", 'needs a value for "n"', ""),
        ('values = { n = "count" }\ninto', "values = { n = \"'1'\" }\ninto", "\"'1'\"", "This is text; it must be number.", ""),  # noqa: E501
        ('into = { count = "m" }', 'into = { count = "mm" }', '"mm"', 'gives no "mm" back', "m"),
        ('into = { count = "m" }', 'into = { cunt = "m" }', "cunt", "There is no variable cunt.", "count"),
        ('into = { count = "m" }', 'into = { "order.number" = "m" }', '"m"', "order.number is text, this is number", ""),  # noqa: E501
        ('into = { count = "m" }', 'into = { now = "m" }', "now", "The variable now cannot be set.", ""),
        ('initial = "0"', "initial = \"'none'\"", "\"'none'\"", "count is number, this is text", ""),
        ('initial = "0"', "", "count", "The variable count may have no value here.", "initial"),
        ('initial = "0"', 'initial = "1 +"', "", "The expression ends too soon.", ""),
        ('type = "number or nothing"', 'type = "nmber"', '"nmber"', 'There is no type "nmber"', ""),
        ('name = "count"', 'name = "today"', '"today"', 'Every flow has "today" by itself.', ""),
        ('name = "count"', 'name = "due"', '"due"', 'There is a variable "due" already.', ""),
        ('name = "order.number"', 'name = "order.number"\ntype = "truth"', '"order.number"', "no caller can give that with keys", ""),  # noqa: E501
        ("into = \"order.number\"\n", "into = \"order.number\"\nleast = 9\nmost = 4\n", "9", "The least is more than the most.", ""),  # noqa: E501
        ('kind = "hangup"', 'kind = "set"\nvalues = { "call.language" = "\'fr\'" }\nnext = "bye2"\n[node.bye2]\nkind = "hangup"', "\"'fr'\"", "does not speak this language: fr", ""),  # noqa: E501
        ('kind = "hangup"', 'kind = "queue"\nqueue = "sale"', '"sale"', 'There is no queue "sale".', "sales"),
        ('kind = "hangup"', 'kind = "callback"\nqueue = "sale"\nnext = "ask"', '"sale"', 'no queue "sale".', "sales"),
        ('kind = "hangup"', 'kind = "voicemail"\nbox = "\'8901\'"', "\"'8901'\"", 'no mailbox "8901".', "8900"),
        ('kind = "hangup"', 'kind = "plugin"\nplugin = "a.c"\nnext = "bye2"\n[node.bye2]\nkind = "hangup"', '"a.c"', 'There is no plug-in "a.c".', "a.b"),  # noqa: E501
        ('kind = "hangup"', 'kind = "play"\nprompts = [{ say = "1" }]\nnext = "ask"', '{ say = "1" }', "Say either a prompt", ""),  # noqa: E501
        ('kind = "hangup"', 'kind = "menu"\nchoices = { "1" = "ask", "1a" = "ask" }', '"1a"', "Keys are digits", ""),
    ],
)  # fmt: skip
def test_a_mistake_is_found_at_its_place(old: str, new: str, marked: str, problem: str, hint: str) -> None:
    all_found = found(old, new)
    assert any(problem in said and hint in hinted and shown.startswith(marked) for shown, said, hinted in all_found), (
        all_found
    )


def test_mistakes_have_file_line_and_column_and_are_told_together() -> None:
    text = GOOD.replace('next = "look"', 'next = "lok"').replace("open('office'", "open('offize'")
    first, second = (
        mistake for mistake in mistakes(text, KNOWN, other=OTHER) if "office" in mistake.hint or "lok" in str(mistake)
    )
    assert (str(first.path), first.line) == ("flow.toml", 24)
    assert second.lines()[1:3] == [
        '   38 |     { when = "open(\'offize\', now)", next = "tell" },',
        "      |                    ^^^^^^^^",
    ]


def test_the_place_in_a_text_with_escapes_and_chinese_is_right() -> None:
    text = GOOD.replace("due != nothing and due > 5", 'call.region == \\"北京\\" and \\u0064ue > 5')
    (mistake,) = mistakes(text, KNOWN, other=OTHER)
    place = mistake.place
    assert place.source[place.column - 1 :][: place.length] == "\\u0064ue"


def test_of_an_expression_over_several_lines_the_beginning_is_shown() -> None:
    text = GOOD.replace('value = "default(due, 0)"', 'value = """\ndefault(duee,\n0)"""')
    (mistake,) = mistakes(text, KNOWN, other=OTHER)
    assert (mistake.line, mistake.hint) == (45, 'Did you mean "due"?')


def test_a_result_that_may_have_no_value_is_found_in_the_sub_flow() -> None:
    (mistake,) = mistakes(GOOD, KNOWN, other=OTHER.replace('m = "n + 1"', '"call.language" = "\'zh\'"'))
    assert (str(mistake.path), str(mistake)) == ("other.toml", 'The result "m" may have no value here.')


def test_a_sub_flow_must_speak_the_languages_of_its_caller() -> None:
    (mistake,) = mistakes(GOOD, KNOWN, other=OTHER.replace('start = "a"', 'start = "a"\nlanguages = ["zh"]'))
    assert str(mistake) == 'The flow "other" does not speak: en.'


def test_flows_that_run_each_other_are_found() -> None:
    other = OTHER.replace(
        '[node.b]\nkind = "return"', '[node.b]\nkind = "flow"\nflow = "flow"\nnext = "c"\n[node.c]\nkind = "return"'
    )
    assert {str(mistake) for mistake in mistakes(GOOD, KNOWN, other=other)} == {
        'The flow "flow" runs itself by this.',
        'The flow "other" runs itself by this.',
    }


def test_a_flow_with_mistakes_spoils_those_that_run_it_and_no_others() -> None:
    sources = {
        "main": written(GOOD, "main"),
        "other": written(OTHER.replace("n + 1", "n + 'x'"), "other"),
        "alone": written(OTHER, "alone"),
    }
    checked = check(sources, KNOWN)
    assert list(checked.flows) == ["alone"]
    assert len(checked.mistakes) == 1


# ---- rounds without end ----

PLAY = '[node.{0}]\nkind = "play"\nprompts = ["enter"]\nnext = "{1}"\n'
ROUND = '[flow]\nstart = "a"\n[[variable]]\nname = "n"\ntype = "number"\ninitial = "0"\n[node.bye]\nkind = "hangup"\n'


def test_a_round_is_shown_at_its_first_node() -> None:
    nodes = PLAY.format("a", "b") + PLAY.format("b", "c") + PLAY.format("c", "b")
    (mistake,) = [each for each in mistakes(ROUND + nodes, KNOWN) if "round" in str(each)]
    assert mistake.place.source == "[node.b]"


def rounds(nodes: str, **others: str) -> list[str]:
    return [str(each) for each in mistakes(ROUND + nodes, KNOWN, **others) if "round" in str(each)]


def test_prompts_that_follow_each_other_for_ever_are_found() -> None:
    (problem,) = rounds(PLAY.format("a", "b") + PLAY.format("b", "c") + PLAY.format("c", "b"))
    assert problem.endswith("b → c → b.")


def test_a_menu_that_asks_a_silent_caller_for_ever_is_found() -> None:
    nodes = '[node.a]\nkind = "menu"\nchoices = { "1" = "bye" }\ngive_up = "b"\n' + PLAY.format("b", "a")
    (problem,) = rounds(nodes)
    assert problem.endswith("a → b → a.")


def test_a_round_in_which_the_caller_presses_a_key_is_none() -> None:
    assert rounds('[node.a]\nkind = "menu"\nchoices = { "1" = "b" }\ngive_up = "bye"\n' + PLAY.format("b", "a")) == []


def test_a_round_that_is_counted_is_none() -> None:
    count = '[node.b]\nkind = "set"\nvalues = { n = "n + 1" }\nnext = "c"\n'
    branch = '[node.c]\nkind = "branch"\ncases = [{ when = "n < 3", next = "a" }]\notherwise = "bye"\n'
    assert rounds(PLAY.format("a", "b") + count + branch) == []
    assert rounds(PLAY.format("a", "b") + count + branch.replace("n < 3", "call.id < 3")) != []
    assert (
        rounds(PLAY.format("a", "b") + count.replace("n = ", '"call.language" = ').replace("n + 1", "'zh'") + branch)
        != []
    )


def test_an_error_that_leads_back_to_where_it_comes_from_is_a_round() -> None:
    nodes = '[node.a]\nkind = "mail"\nto = "\'a\'"\nsubject = "\'b\'"\nnext = "bye"\non_error = "b"\n' + PLAY.format(
        "b", "a"
    )
    assert len(rounds(nodes)) == 1


def test_a_sub_flow_that_asks_the_caller_makes_a_round_none() -> None:
    nodes = '[node.a]\nkind = "flow"\nflow = "sub"\nnext = "a"\non_error = "bye"\n'
    ask = '[flow]\nstart = "x"\n[node.x]\nkind = "menu"\nchoices = { "1" = "y" }\ngive_up = "z"\n'
    ask += '[node.y]\nkind = "return"\n[node.z]\nkind = "hangup"\n'
    assert rounds(nodes, sub=ask) == []
    assert len(rounds(nodes, sub=ask.replace("hangup", "return"))) == 1


@pytest.mark.parametrize(
    ("sql", "names"),
    [
        ("SELECT :a, b FROM t WHERE c = :a AND d = ':x' -- :y", ["a", "a"]),
        ("SELECT n::text, \":q\" FROM t WHERE at > '08:30' AND k = :k", ["k"]),
    ],
)
def test_names_to_bind_are_found_in_a_statement(sql: str, names: list[str]) -> None:
    assert bound(sql) == names
