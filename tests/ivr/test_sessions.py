"""Sub-flows, the workshop, and sessions that are saved and put back."""

from __future__ import annotations

import pytest

from core.ivr.acts import (
    Assign,
    Break,
    Key,
    Listen,
    Paused,
    Play,
    Resume,
    Told,
)
from core.ivr.run import keyed
from core.ivr.session import Session, restored, saved
from core.ivr.stepper import take
from tests.ivr.small_flows import COLLECT, MAIN, MENU, SUB, flow
from tests.ivr.world import Call, World

# ---- flows in flows ----


def test_a_sub_flow_takes_arguments_and_gives_results() -> None:
    call = Call(flow(MAIN, sub=SUB)).listen()
    assert call.heard == ["inside", "spelling sub", "cardinal 42"]
    assert call.session.language == "en"
    assert call.ended == "finished"


def test_a_parameter_may_be_left_out_and_other_variables_are_no_parameters() -> None:
    sub = SUB.replace("parameter = true", "parameter = true\ninitial = '4'")
    call = Call(flow(MAIN, sub=sub), flow="sub", arguments={"who": "nobody"})
    assert call.variables == {"n": 4, "who": "sub", "twice": 8}


# ---- what was pressed ----


def test_what_was_pressed_in_several_attempts_in_one_node_stands_apart() -> None:
    call = Call(flow(COLLECT)).listen().press("3#").listen().press("4").press("7#").listen().press("20261126")
    assert keyed(call.run.record)[:3] == [("first", "3#"), ("first", "47#"), ("second", "20261126")]


def test_keys_into_the_words_are_of_the_attempt_that_they_begin() -> None:
    call = Call(flow(MENU)).press("9").press("2").press("1").listen()
    assert keyed(call.run.record) == [("first", "9"), ("first", "21")]
    assert call.variables["keys"] == "21"


# ---- the workshop ----


def test_the_workshop_steps_into_over_and_out_of_sub_flows() -> None:
    flows = flow(MAIN, sub=SUB)
    call = Call(flows, breaks=("flow/first",))
    assert call.acts == [Paused("flow", "first")]
    assert call.take(Resume("into"))[-1] == Paused("sub", "a")
    assert call.take(Resume("over"))[-1] == Paused("sub", "b")
    call.take(Resume("out"))
    assert call.listen().acts[-1] == Paused("flow", "tell")
    call.take(Resume("go"))
    assert call.listen().ended == "finished"

    call = Call(flows, breaks=("flow/first",))
    call.take(Resume("over"))
    assert call.listen().acts[-1] == Paused("flow", "tell")


def test_the_workshop_stops_at_every_node_of_a_flow_and_sets_variables() -> None:
    call = Call(flow(MAIN, sub=SUB), breaks=("sub/",))
    assert call.acts[-1] == Paused("sub", "a")
    call.take(Assign("n", "n + 100"))
    assert call.variables["n"] == 121
    assert isinstance(call.take(Assign("n", "nn + 1"))[0], Told)
    assert isinstance(call.take(Assign("n", "'x'"))[0], Told)
    assert isinstance(call.take(Assign("call.id", "1"))[0], Told)
    assert isinstance(call.take(Assign("n", "1 +"))[0], Told)
    call.take(Break("sub", "", on=False))
    call.take(Resume())
    assert call.listen().heard[-1] == "cardinal 242"


def test_orders_of_the_workshop_that_make_no_sense_are_answered() -> None:
    call = Call(flow(MENU))
    assert [type(act) for act in call.take(Resume())] == [Told]
    assert [type(act) for act in call.take(Break("flow", "nowhere"))] == [Told]
    call.take(Break("flow", "one"))
    call.press("1")
    assert call.session.paused
    assert [type(act) for act in call.take(Resume("sideways"))] == [Told]
    call.press("5")
    assert call.session.keys == "5"
    call.hang_up()
    assert call.ended == "hung up"


# ---- saving ----


def test_a_session_goes_on_from_its_saved_state_exactly() -> None:
    call = Call(flow(COLLECT)).press("42")
    copy = restored(saved(call.session), Session)
    assert copy == call.session
    for key in "#20260217":
        assert take(call.run.edition, copy, Key(key), call.now, World()) == call.take(Key(key))
    assert copy == call.session
    assert copy.frame.variables == call.variables


def test_a_text_that_is_no_session_is_refused() -> None:
    with pytest.raises(ValueError, match="frames"):
        restored('{"edition": 1, "caller": {}, "language": "zh", "frames": 5}', Session)


def test_each_wait_is_told_once_with_its_own_ticket() -> None:
    call = Call(flow(MENU)).listen()
    tickets = [act.ticket for act in call.acts if isinstance(act, Play | Listen)]
    assert tickets == sorted(set(tickets))
