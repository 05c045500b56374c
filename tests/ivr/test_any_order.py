"""Any flow that passes the check, with any caller and any answers in any order: it raises nothing, ends or waits, comes
back from its saved state, and does the same again when it is replayed.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from core.ivr.acts import Answered, Assign, Break, HungUp, Key, PlayEnded, Resume, Stimulus, TimedOut
from core.ivr.library import Edition, Library
from core.ivr.model import Flow
from core.ivr.run import Record, Run, for_people, replay
from core.ivr.session import Caller, Session, plain, restored, saved
from core.ivr.stepper import take
from tests.ivr.world import NOON, World, mistakes, written

NAMES = ["a", "b", "c", "d", "e"]
VARIABLES = """
[[variable]]
name = "t"
initial = "'0'"
[[variable]]
name = "n"
type = "number"
initial = "0"
[[variable]]
name = "m"
type = "number or nothing"
travels = true
[[variable]]
name = "day"
type = "date or nothing"
result = true
[[variable]]
name = "many"
type = "list of number"
initial = "[]"
"""
SUB = """
[flow]
start = "ask"
[defaults]
give_up = "back"
[[variable]]
name = "n"
type = "number"
parameter = true
[[variable]]
name = "m"
type = "number"
initial = "1"
result = true
[node.ask]
kind = "collect"
prompts = ["enter"]
into = "m"
secret = true
tries = 1
next = "back"
[node.back]
kind = "return"
"""

TEXTS = ["t", "'8001'", "text(n)", "call.caller", "item(['a'], n)"]
NUMBERS = ["n + 1", "1 / n", "default(m, 0) * 2", "number(t)", "length(t)", "sum(many)", "1"]
TRUTHS = ["n < 3", "m != nothing and m > 2", "open('office', now)", "open(t, now)", "holiday(today)", "true"]
SAID = ['"enter"', '{ say = "n", as = "cardinal" }', '{ say = "number(t)", as = "money" }']
INTO = ["t", "n", "m", "day"]
ASKING = 'prompts = [{said}]\ntries = {few}\ngive_up = "{to}"\ntype_ahead = {yes}\n'
KINDS = [
    'kind = "play"\nprompts = [{said}]\nnext = "{to}"',
    'kind = "say"\nvalue = "{number}"\nas = "count"\nnext = "{to}"',
    'kind = "menu"\n' + ASKING + 'choices = {{ "1" = "{to}", "1X" = "{to2}", "#" = "{to3}" }}\ninto = "t"',
    'kind = "collect"\n' + ASKING + 'into = "{into}"\nmost = {some}\nvalid = "{truth}"\nnext = "{to2}"',
    'kind = "survey"\n' + ASKING + 'question = "q"\nmost = 5\ninto = "n"\nnext = "{to2}"',
    'kind = "record"\ninto = "t"\nprompts = [{said}]\nnext = "{to}"\nnothing = "{to2}"',
    'kind = "branch"\ncases = [{{ when = "{truth}", next = "{to}" }}]\notherwise = "{to2}"',
    'kind = "set"\nvalues = {{ n = "{number}", t = "{text}" }}\nnext = "{to}"',
    'kind = "query"\ndatabase = "d"\nsql = "SELECT :x"\nvalues = {{ x = "{text}" }}\n'
    'into = {{ t = "t", many = "many" }}\nchanged = "n"\nnext = "{to}"\nnone = "{to2}"',
    'kind = "request"\nurl = "http://h/{{x}}"\nvalues = {{ x = "{text}" }}\ninto = {{ m = "a.b" }}\nnext = "{to}"',
    'kind = "plugin"\nplugin = "a.b"\ninto = {{ t = "t" }}\nnext = "{to}"',
    'kind = "flow"\nflow = "sub"\nvalues = {{ n = "{number}" }}\ninto = {{ m = "m" }}\nnext = "{to}"',
    'kind = "dial"\nnumber = "{text}"\nnext = "{to}"\nbusy = "{to2}"',
    'kind = "queue"\nqueue = "q"\npriority = "{number}"\ntimeout = "{to}"',
    'kind = "transfer"\nnumber = "{text}"',
    'kind = "voicemail"\nbox = "{text}"\nnext = "{to}"',
    'kind = "callback"\nnumber = "{text}"\nat = "now + 1h * n"\nnext = "{to}"',
    'kind = "mail"\nto = "{text}"\nsubject = "t"\nattach = ["t"]\nnext = "{to}"',
    'kind = "return"',
    'kind = "hangup"\nprompts = [{said}]',
]

Numbers = list[int]


def node(name: str, numbers: Numbers) -> str:
    """One node, of what the numbers choose."""
    kind, to, to2, to3, error, *rest = numbers
    names = [*NAMES, *NAMES, ""]
    body = KINDS[kind % len(KINDS)].format(
        to=NAMES[to % 5],
        to2=NAMES[to2 % 5],
        to3=NAMES[to3 % 5],
        said=SAID[rest[0] % len(SAID)],
        text=TEXTS[rest[1] % len(TEXTS)],
        number=NUMBERS[rest[2] % len(NUMBERS)],
        truth=TRUTHS[rest[3] % len(TRUTHS)],
        into=INTO[rest[4] % len(INTO)],
        few=rest[0] % 3 + 1,
        some=rest[1] % 8 + 1,
        yes=["true", "false"][rest[2] % 2],
    )
    on_error = names[error % len(names)]
    return f"[node.{name}]\n{body}\n" + (f'on_error = "{on_error}"\n' if on_error else "")


def published(drawn: list[Numbers]) -> Edition:
    """The nodes without those to which nothing leads. Rounds are left in: the stepper must end them, too."""
    bodies = {name: node(name, numbers) for name, numbers in zip(NAMES, drawn, strict=True)}
    while True:
        flow = f'[flow]\nstart = "a"\n{VARIABLES}' + "".join(bodies.values())
        found = [str(mistake) for mistake in mistakes(flow, sub=SUB)]
        lonely = {said.split('"')[1] for said in found if "Nothing leads" in said}
        if not lonely:
            break
        bodies = {name: body for name, body in bodies.items() if name not in lonely}
    assert [said for said in found if "round" not in said] == []
    flows = {"flow": Flow.model_validate(written(flow).data), "sub": Flow.model_validate(written(SUB).data)}
    return Library().publish(flows)


some = st.lists(st.integers(0, 999), min_size=10, max_size=10)
nodes = st.lists(some, min_size=5, max_size=5)

VALUES: list[Any] = [None, True, 0, 7, -5, "", "42", "x" * 50, NOON.date(), NOON, (1, 2), ("x",), (), {}, 2.5]
OUTCOMES = ["done", "done", "done", "talked", "busy", "no answer", "failed", "timeout", "full", "nothing", "?"]
OTHERS: list[tuple[str, Any]] = [
    ("late", None),
    ("save", None),
    ("resume", "go"),
    ("resume", "into"),
    ("resume", "over"),
    ("resume", "out"),
    ("resume", "?"),
    ("break", "a"),
    ("break", ""),
    ("break", "z"),
    ("assign", "n + 1"),
    ("assign", "'x'"),
    ("assign", "("),
    ("assign", "1 / 0"),
    ("hung up", None),
]


def happening(numbers: tuple[int, int, int]) -> tuple[str, Any]:
    which, first, second = numbers
    if which < 6:
        return "key", "0123456789*#A"[first % 13]
    if which < 9:
        return "ended", None
    if which < 11:
        return "timed out", None
    if which < 16:
        value, other = VALUES[first % len(VALUES)], VALUES[second % len(VALUES)]
        right = {"t": ("7",), "many": (1, 2)}
        answer = {
            "recording": value, "seconds": [3.5, other][first % 2], "rows": [2, 0, value][second % 3],
            "changed": [1, other][first % 2], "columns": [right, right, {"t": value, "many": other}, value][second % 4],
            "status": [200, 404, value][first % 3], "found": [{"a.b": other}, {}, value][second % 3],
            "results": [{"t": other}, value][first % 2],
        }  # fmt: skip
        return OUTCOMES[(first * second) % len(OUTCOMES)], answer if first % 7 else {}
    return OTHERS[first % len(OTHERS)]


happenings = st.lists(st.tuples(st.integers(0, 18), st.integers(0, 999), st.integers(0, 999)), max_size=30)


def stimulus(session: Session, what: str, value: Any) -> Stimulus:
    ticket = session.ticket
    match what:
        case "key":
            return Key(value)
        case "ended":
            return PlayEnded(ticket)
        case "timed out":
            return TimedOut(ticket)
        case "late":
            return Answered(ticket - 1, "done", {})
        case "resume":
            return Resume(value)
        case "break":
            return Break("flow", value)
        case "assign":
            return Assign("n", value)
        case "hung up":
            return HungUp()
        case _:
            return Answered(ticket, what, value)


@settings(max_examples=300)
@given(nodes, happenings, st.sampled_from(["13800001111", "", "x"]))
def test_a_session_ends_or_waits_whatever_comes(
    drawn: list[Numbers], story: list[tuple[int, int, int]], number: str
) -> None:
    flows = published(drawn)
    now, world = NOON, World()
    run = Run(flows, "flow", Caller(call=1, caller=number), now, world)
    for what, value in map(happening, story):
        session = run.session
        ends_or_waits(session)
        if what == "save":
            run.session = restored(saved(session), Session)
            assert run.session == session
            continue
        now += timedelta(seconds=1)
        copy = restored(saved(session), Session)
        told = stimulus(session, what, value)
        acts = run.take(told, now, world)
        assert plain(take(flows, copy, told, now, world)) == plain(acts)
        assert plain(copy) == plain(run.session)
    ends_or_waits(run.session)

    record = restored(saved(run.record), Record)
    session, differences = replay(flows, record)
    assert differences == []
    assert plain(session) == plain(run.session)
    assert len(for_people(record).moves) == len(record.moves)


def ends_or_waits(session: Session) -> None:
    if session.ended:
        assert not session.ticket
        return
    assert session.paused or (session.phase and session.ticket)
    assert bool(session.entering) is session.paused
