"""The stepper, story by story: what a caller may do at each kind of node, and what happens when things go wrong."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from core.ivr.acts import (
    Answered,
    Dial,
    Enqueue,
    Entered,
    HungUp,
    Key,
    Play,
    PlayEnded,
    Query,
    Record,
    Request,
    StopPlaying,
    StopRecording,
    TimedOut,
    Transfer,
)
from core.ivr.run import replay
from core.ivr.session import Caller, Session, restored, saved
from core.ivr.stepper import QUIET_LIMIT, take
from core.ivr.values import NoValue
from tests.ivr.small_flows import COLLECT, MENU, flow
from tests.ivr.world import NOON, Call, World, done, outcome

# ---- keys ----


def test_a_key_ends_the_prompt_at_once() -> None:
    call = Call(flow(MENU))
    acts = call.take(Key("1"))
    assert isinstance(acts[0], StopPlaying)
    assert call.heard == ["choose", "/", "one"]


def test_without_barge_in_keys_during_the_prompt_mean_nothing() -> None:
    call = Call(flow(MENU.replace("tries = 2", "tries = 2\nbarge_in = false")))
    assert call.take(Key("1")) == []
    call.listen().press("1")
    assert call.heard == ["choose", "one"]


AHEAD = """
[node.first]
kind = "mail"
to = "'a@b'"
subject = "'x'"
next = "n"
[[variable]]
name = "n"
type = "number"
[node.n]
kind = "collect"
prompts = ["number"]
into = "n"
next = "m"
[node.m]
kind = "menu"
prompts = ["choose"]
choices = { "1" = "tell" }
[node.tell]
kind = "play"
prompts = [{ say = "n", as = "cardinal" }]
next = "bye"
"""


def test_keys_pressed_ahead_go_through_nodes_without_a_word() -> None:
    call = Call(flow(AHEAD)).press("42#1")
    assert call.heard == []
    call.take(Answered(call.session.ticket, "done"))
    assert call.heard == ["cardinal 42"]


def test_a_wrong_key_typed_ahead_forgets_the_rest() -> None:
    call = Call(flow(AHEAD)).press("42#71")
    call.take(Answered(call.session.ticket, "done"))
    assert call.heard == ["wrong", "choose"]
    assert call.session.keys == ""


def test_keys_that_were_typed_ahead_and_are_not_enough_leave_the_node_listening() -> None:
    call = Call(flow(AHEAD)).press("4")
    call.take(Answered(call.session.ticket, "done"))
    assert (call.session.phase, call.session.input, call.heard) == ("listening", "4", [])


def test_a_node_without_type_ahead_wants_fresh_keys() -> None:
    call = Call(flow(AHEAD.replace("into =", "type_ahead = false\ninto ="))).press("42#1")
    call.take(Answered(call.session.ticket, "done"))
    assert call.heard == ["number"]
    assert call.session.keys == ""


def test_the_pattern_that_says_most_wins() -> None:
    assert Call(flow(MENU)).press("25").heard[-1] == "special"
    assert Call(flow(MENU)).press("24").heard[-1] == "digits 24"


def test_a_short_choice_that_could_become_a_longer_one_waits_for_the_next_key() -> None:
    nodes = MENU.replace('"*" = "bye"', '"2" = "one"')
    call = Call(flow(nodes)).press("2")
    assert call.heard == ["choose", "/"]
    assert call.listening
    assert call.listening.timeout_s == 3.0
    assert call.wait().heard[-1] == "one"
    assert Call(flow(nodes)).press("29").heard[-1] == "digits 29"


def test_wrong_keys_and_silence_are_answered_and_counted() -> None:
    call = Call(flow(MENU)).press("7")
    assert call.heard == ["choose", "/", "wrong", "choose"]
    call.wait()
    assert call.heard == ["choose", "/", "wrong", "choose"]
    assert call.nodes == ["first", "bye"]
    assert (call.ended, call.hung_up) == ("finished", True)


def test_a_node_says_its_own_words_instead_of_the_defaults() -> None:
    own = 'tries = 3\ninvalid = ["no"]\nsilent = []\nrepeat = false'
    call = Call(flow(MENU.replace("tries = 2", own))).press("7")
    assert call.heard == ["choose", "/", "no"]
    call.listen()
    assert call.listening
    call.wait()
    assert call.heard == ["choose", "/", "no"]
    assert call.session.attempt == 3


def test_digits_that_do_not_fit_are_asked_for_again() -> None:
    call = Call(flow(COLLECT)).press("9#")
    assert call.heard[-2:] == ["wrong", "number"]
    assert "n" not in call.variables
    call.press("#")
    assert call.heard[-2:] == ["silent", "number"]
    call.press("77*42#")
    assert call.variables["n"] == 42
    call.press("20260230")
    assert call.heard[-2:] == ["wrong", "day"]
    call.press("2026#")
    assert call.nodes[-1] == "second"


def test_silence_after_digits_ends_the_input() -> None:
    call = Call(flow(COLLECT)).press("42").wait()
    assert call.nodes[-1] == "second"


def test_an_end_key_after_an_input_that_is_complete_means_nothing_for_two_seconds() -> None:
    call = Call(flow(COLLECT)).press("1234#")
    assert call.session.keys == ""
    assert call.heard[-1] == "day"
    call = Call(flow(COLLECT)).press("1234")
    call.now += timedelta(seconds=3)
    call.press("#")
    assert call.heard[-2:] == ["wrong", "day"]


def test_letters_of_the_keypad_and_nonsense_are_no_keys() -> None:
    call = Call(flow(MENU))
    for key in ("A", "", "12", "x", "幺", "١"):
        assert call.take(Key(key)) == []


def test_the_caller_may_hang_up_at_any_moment() -> None:
    call = Call(flow(MENU))
    assert call.take(HungUp()) == [StopPlaying()]
    assert call.ended == "hung up"
    assert call.take(Key("1")) == []
    assert Call(flow(MENU)).listen().take(HungUp()) == []


# ---- answers ----

QUERY = """
[[variable]]
name = "name"
[[variable]]
name = "all"
type = "list of number"
[[variable]]
name = "changed"
type = "number"
[node.first]
kind = "query"
database = "d"
sql = "SELECT name, n FROM t WHERE id = :id"
values = { id = "call.id" }
into = { name = "name", all = "n" }
changed = "changed"
next = "tell"
none = "nobody"
on_error = "sorry"
[node.tell]
kind = "play"
prompts = [{ say = "name", as = "spelling" }, { say = "sum(all)", as = "cardinal" }]
next = "bye"
[node.nobody]
kind = "play"
prompts = ["nobody"]
next = "bye"
[node.sorry]
kind = "play"
prompts = ["sorry", { say = "error.reason", as = "spelling" }]
next = "bye"
"""


def answer(columns: dict[str, Any], rows: int = 2) -> dict[str, Any]:
    return {"query": done(columns=columns, rows=rows, changed=0)}


def test_a_database_answers() -> None:
    call = Call(flow(QUERY), answers=answer({"name": ("Ada", "Bo"), "n": (1, 2)}))
    assert call.heard == ["spelling Ada", "cardinal 3"]
    (query,) = [act for act in call.acts if isinstance(act, Query)]
    assert (query.values, query.columns) == ({"id": 7}, ("name", "n"))


@pytest.mark.parametrize(
    ("answers", "heard"),
    [
        (answer({}, rows=0), "nobody"),
        ({"query": outcome("failed")}, "sorry"),
        ({"query": outcome("nonsense")}, "sorry"),
        (answer({"name": ("Ada",)}), "sorry"),
        (answer({"name": (), "n": (1, 2)}), "sorry"),
        (answer({"name": "Ada", "n": (1, 2)}), "sorry"),
        (answer({"name": ("Ada",), "n": ("many",)}), "sorry"),
        ({"query": done()}, "sorry"),
        ({"query": done(rows=1, changed="x")}, "sorry"),
    ],
)
def test_an_answer_that_is_none_goes_another_way(answers: dict[str, Any], heard: str) -> None:
    assert heard in Call(flow(QUERY), answers=answers).heard


def test_why_something_failed_can_be_said() -> None:
    gone = Call(flow(QUERY), answers={"query": lambda act: Answered(act.ticket, "failed", reason="the table is gone")})
    assert gone.heard == ["sorry", "spelling the table is gone"]
    assert Call(flow(QUERY), answers={"query": outcome("odd")}).heard == [
        "sorry",
        "spelling It could not be done: odd.",
    ]


def test_an_answer_that_comes_too_late_has_no_effect() -> None:
    call = Call(flow(QUERY))
    ticket = call.session.ticket
    assert call.take(Answered(ticket + 1, "done")) == []
    assert call.take(PlayEnded(ticket)) == []
    assert call.take(TimedOut(ticket)) == []
    assert call.take(Answered(ticket, "failed")) != []
    assert call.take(Answered(ticket, "failed")) == []


def test_keys_while_a_database_is_asked_are_for_the_next_node() -> None:
    call = Call(
        flow(
            QUERY.replace('none = "nobody"', 'none = "again"')
            + """
[node.again]
kind = "menu"
choices = { "1" = "nobody", "2" = "first" }
"""
        )
    )
    call.press("1").take(Answered(call.session.ticket, "done", {"rows": 0, "changed": 0}))
    assert call.heard == ["nobody"]


def test_a_request_fills_its_address_and_sends_the_rest() -> None:
    call = Call(
        flow("""
[[variable]]
name = "state"
[[variable]]
name = "status"
type = "number"
[node.first]
kind = "request"
method = "POST"
url = "http://api/orders/{id}?x={id}"
values = { id = "'a/b c'", due = "1.50", day = "today" }
into = { state = "order.state" }
status = "status"
next = "tell"
refused = "refused"
[node.tell]
kind = "play"
prompts = [{ say = "state", as = "spelling" }]
next = "bye"
[node.refused]
kind = "play"
prompts = [{ say = "status", as = "cardinal" }]
next = "bye"
""")
    )
    (request,) = [act for act in call.acts if isinstance(act, Request)]
    assert request.url == "http://api/orders/a%2Fb%20c?x=a%2Fb%20c"
    assert set(request.values) == {"due", "day"}
    again = restored(saved(call.session), Session)
    call.take(Answered(request.ticket, "done", {"status": 200, "found": {"order.state": "sent"}}))
    assert call.heard == ["spelling sent"]
    answered = Answered(request.ticket, "done", {"status": 404, "found": {}})
    acts = take(call.run.edition, again, answered, NOON, World())
    assert [act.said[0].value for act in acts if isinstance(act, Play)] == [404]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("outcomes", "node"),
    [("talked", "after"), ("busy", "busy"), ("no answer", "silence"), ("failed", "failed"), ("strange", "failed")],
)
def test_a_call_to_another_number_goes_on_as_it_ended(outcomes: str, node: str) -> None:
    nodes = """
[node.first]
kind = "dial"
number = "'8001'"
next = "after"
busy = "busy"
no_answer = "silence"
failed = "failed"
"""
    for name in ("after", "busy", "silence", "failed"):
        nodes += f'[node.{name}]\nkind = "play"\nprompts = ["{name}"]\nnext = "bye"\n'
    call = Call(flow(nodes), answers={"dial": outcome(outcomes)})
    assert call.nodes == ["first", node]
    assert call.session.quiet == (1 if outcomes == "talked" else 2)


def test_a_number_that_is_none_is_not_dialled() -> None:
    call = Call(flow('[node.first]\nkind = "transfer"\nnumber = "call.caller_name"\nfailed = "bye"\n'), answers={})
    assert not any(isinstance(act, Transfer | Dial) for act in call.acts)
    assert call.ended == "failed"
    assert call.session.error_node == "flow/first"


def test_a_transfer_ends_the_flow_unless_it_fails() -> None:
    nodes = '[node.first]\nkind = "transfer"\nnumber = "\'8001\'"\nfailed = "bye"\n'
    call = Call(flow(nodes), answers={"transfer": done()})
    assert (call.ended, call.hung_up) == ("transferred", False)
    assert Call(flow(nodes), answers={"transfer": outcome("failed")}).nodes == ["first", "bye"]


@pytest.mark.parametrize(("given", "node"), [("talked", "bye"), ("timeout", "late"), ("full", "full")])
def test_a_queue_gives_the_caller_back(given: str, node: str) -> None:
    nodes = '[node.first]\nkind = "queue"\nqueue = "q"\npriority = "11 - 8"\nnext="bye"\ntimeout="late"\nfull="full"\n'
    nodes += '[node.late]\nkind = "hangup"\nprompts = ["late"]\n[node.full]\nkind = "hangup"\nprompts = ["full"]\n'
    call = Call(flow(nodes), answers={"queue": outcome(given)})
    assert [act.priority for act in call.acts if isinstance(act, Enqueue)] == [3]
    assert call.nodes[-1] == node


@pytest.mark.parametrize("priority", ["0", "11", "2.5"])
def test_a_priority_that_is_none_is_an_error(priority: str) -> None:
    nodes = f'[node.first]\nkind = "queue"\nqueue = "q"\npriority = "{priority}"\nnext = "bye"\n'
    call = Call(flow(nodes))
    assert (call.ended, call.session.error_node) == ("failed", "flow/first")


RECORD = """
[[variable]]
name = "words"
[node.first]
kind = "record"
prompts = ["speak"]
into = "words"
next = "thanks"
nothing = "bye"
[node.thanks]
kind = "play"
prompts = ["thanks"]
next = "bye"
"""


def test_a_key_before_a_recording_begins_it_and_is_for_nobody_else() -> None:
    call = Call(flow(RECORD)).press("5")
    assert (call.session.phase, call.session.keys, call.heard) == ("recording", "", ["speak", "/"])


def test_a_key_during_a_prompt_is_for_the_next_node_that_asks() -> None:
    call = Call(
        flow(AHEAD.replace("to = \"'a@b'\"\nsubject = \"'x'\"", 'prompts = ["hello"]').replace('"mail"', '"play"'))
    )
    assert call.press("4").heard == ["hello", "/"]
    assert (call.session.phase, call.session.input) == ("listening", "4")


def test_a_recording_ends_by_its_key() -> None:
    call = Call(flow(RECORD)).listen()
    (record,) = [act for act in call.acts if isinstance(act, Record)]
    assert call.take(Key("1")) == []
    assert call.take(Key("#")) == [StopRecording()]
    call.take(Answered(record.ticket, "done", {"recording": "r1", "seconds": 3.0}))
    assert call.variables["words"] == "r1"
    assert call.session.quiet == 1  # somebody was heard: only the node after it counts
    assert call.heard == ["speak", "thanks"]


@pytest.mark.parametrize("values", [{"recording": "r", "seconds": 0.4}, {}])
def test_a_recording_of_nothing_is_none(values: dict[str, Any]) -> None:
    call = Call(flow(RECORD), answers={"record": done(**values)}).listen()
    assert call.nodes == ["first", "bye"]


class Nowhere(World):
    """A country whose holidays nobody knows."""

    def holiday(self, day: date) -> bool:
        raise NoValue("unknown")


def test_what_the_world_does_not_know_is_an_error_and_replayed_as_one() -> None:
    nodes = '[node.first]\nkind = "branch"\ncases = [{ when = "holiday(today)", next = "bye" }]\notherwise = "bye"\n'
    call = Call(flow(nodes), facts=Nowhere())
    assert (call.ended, call.session.error_reason) == ("failed", "unknown")
    assert replay(call.run.edition, call.run.record)[1] == []


# ---- errors and ends ----


def test_an_error_without_a_way_ends_the_call() -> None:
    call = Call(flow('[node.first]\nkind = "set"\nvalues = { "call.language" = "call.caller" }\nnext = "bye"\n'))
    assert (call.ended, call.hung_up) == ("failed", True)
    assert call.session.ended
    assert "13800001111" in call.session.ended.reason


def test_an_error_in_a_sub_flow_goes_to_the_flow_that_called_it() -> None:
    sub = '[flow]\nstart = "a"\n[node.a]\nkind = "transfer"\nnumber = "call.caller_name"\n'
    nodes = '[node.first]\nkind = "flow"\nflow = "sub"\nnext = "bye"\non_error = "sorry"\n'
    nodes += '[node.sorry]\nkind = "play"\nprompts = [{ say = "error.node", as = "spelling" }]\nnext = "bye"\n'
    call = Call(flow(nodes, sub=sub))
    assert call.heard == ["spelling sub/a"]
    assert len(call.session.frames) == 1


def test_a_flow_that_nobody_has_a_say_in_is_ended() -> None:
    call = Call(
        flow("""
[[variable]]
name = "n"
type = "number"
initial = "0"
[node.first]
kind = "set"
values = { n = "n + 1" }
next = "more"
[node.more]
kind = "branch"
cases = [{ when = "n < 100000", next = "first" }]
otherwise = "bye"
""")
    )
    assert call.ended == "failed"
    assert len([act for act in call.acts if isinstance(act, Entered)]) == QUIET_LIMIT


def test_a_caller_of_another_language_is_spoken_to_in_the_first() -> None:
    assert Call(flow(MENU), caller=Caller(language="fr")).session.language == "zh"
    assert Call(flow(MENU), caller=Caller(language="en")).session.language == "en"


def test_arguments_that_do_not_fit_end_the_call_before_it_begins() -> None:
    flows = flow(
        '[[variable]]\nname = "n"\ntype = "number"\nparameter = true\n[node.first]\nkind = "return"\n',
        head='[flow]\nstart = "first"\n',
    )
    assert Call(flows, arguments={"n": "x"}).ended == "failed"
    call = Call(flows, arguments={"n": "12"})
    assert (call.ended, call.variables) == ("returned", {"n": 12})
