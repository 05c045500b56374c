"""The flows that the box comes with, played by callers in both languages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from core.ivr.acts import Answered, CallBack, CallPlugIn, Dial, Enqueue, Mail, Play, Query, TakeMessage
from core.ivr.check import Known, check
from core.ivr.library import Edition, Library
from core.ivr.reading import read
from core.ivr.run import for_people, replay
from core.ivr.session import Caller, saved
from tests.ivr.world import NOON, Call, done, outcome

FOLDER = Path(__file__).resolve().parents[2] / "config" / "flows"
NIGHT = datetime(2026, 2, 17, 21, 0)
ORDERS = {
    "100200": ("shipped", Decimal("128.50"), date(2026, 2, 19)),
    "300400": ("received", None, None),
}


@pytest.fixture(scope="module")
def flows() -> Edition:
    known = Known(databases={"orders"}, plugins={"pins.right"}, calendars={"office"})
    checked = check(read([FOLDER]), known)
    assert [line for mistake in checked.mistakes for line in mistake.lines()] == []
    return Library().publish(checked.flows)


def orders(act: Query) -> Answered:
    assert set(act.values) == {"number", "caller"}
    found = ORDERS.get(act.values["number"])
    columns = {name: (value,) for name, value in zip(("state", "due", "expected"), found or (), strict=False)}
    return Answered(act.ticket, "done", {"rows": len(columns) and 1, "changed": 0, "columns": columns})


def pins(act: CallPlugIn) -> Answered:
    return Answered(act.ticket, "done", {"results": {"right": act.values == {"account": "42", "pin": "271828"}}})


ANSWERS: dict[str, Callable[[Any], Answered]] = {
    "query": orders,
    "plugin": pins,
    "callback": done(),
    "mail": done(),
    "voicemail": done(),
}


def test_a_caller_who_presses_nothing_is_led_to_people_in_the_language_of_the_line(flows: Edition) -> None:
    call = Call(flows, "office", Caller(caller="13800001111", customer_class="vip", language="zh"), ANSWERS)
    call.wait()
    assert call.nodes == ["language", "hours", "menu"]
    call.wait().wait().wait()
    (queued,) = [act for act in call.acts if isinstance(act, Enqueue)]
    assert (queued.queue, queued.priority) == ("8000", 8)
    call.take(Answered(queued.ticket, "talked"))
    call.listen().press("5").listen()
    assert call.scores == [("service", 5)]
    assert call.ended == "finished"
    assert call.heard[-1] == "call.goodbye"
    assert {act.language for act in call.acts if isinstance(act, Play)} == {"zh"}


def test_an_order_is_looked_up_in_english_and_goes_with_the_call_to_a_person(flows: Edition) -> None:
    call = Call(flows, "office", answers=ANSWERS).press("21")
    call.listen().press("100200#").listen()
    assert call.heard[-8:] == [
        "flow.one-moment",
        "flow.order-state(100200, sample.order-shipped)",
        "sample.order-due",
        "money 128.5",
        "sample.order-expected",
        "date 2026-02-19",
        "sample.welcome",
        "sample.menu",
    ]
    call.press("0")
    (queued,) = [act for act in call.acts if isinstance(act, Enqueue)]
    assert queued.data == {"order.number": "100200"}
    assert {act.language for act in call.acts if isinstance(act, Play)} == {"zh", "en"}
    assert call.session.language == "en"


def test_an_order_that_is_not_there_may_be_tried_again(flows: Edition) -> None:
    call = Call(flows, "order", answers=ANSWERS).press("999999#").listen()
    assert call.heard[-2:] == ["flow.not-found", "sample.again"]
    call.press("1").press("300400#").listen()
    assert call.heard[-1] == "flow.order-state(300400, sample.order-received)"
    assert call.ended == "returned"
    assert call.results == {"order.number": "300400"}


def test_a_database_that_is_gone_is_said_and_the_flow_goes_on(flows: Edition) -> None:
    call = Call(flows, "order", answers={"query": outcome("failed")}).press("100200#").listen()
    assert call.heard[-1] == "flow.unavailable"
    assert call.ended == "returned"


def test_an_extension_is_dialled_from_the_menu(flows: Edition) -> None:
    call = Call(flows, "office", answers={"dial": outcome("busy")}).press("18023").listen()
    assert [act.number for act in call.acts if isinstance(act, Dial)] == ["8023"]
    assert call.heard[-3:] == ["call.busy", "sample.welcome", "sample.menu"]


def test_after_a_talk_with_an_extension_the_call_ends(flows: Edition) -> None:
    call = Call(flows, "office", answers={"dial": outcome("talked")}).press("18023")
    assert call.ended == "finished"
    assert call.hung_up


def test_at_night_a_message_is_taken(flows: Edition) -> None:
    call = Call(flows, "office", answers=ANSWERS, now=NIGHT).press("1").listen().press("1").listen()
    assert "flow.office-hours(09:00, 17:30)" in call.heard
    assert [act.box for act in call.acts if isinstance(act, TakeMessage)] == ["8900"]
    assert call.ended == "finished"


def test_at_night_a_caller_leaves_another_number_to_be_called_back(flows: Edition) -> None:
    call = Call(flows, "office", answers=ANSWERS, now=NIGHT).press("2").listen().press("2")
    assert call.heard[-2:] == ["input.you-entered(13800001111)", "menu.confirm"]
    call.press("2").press("01066010000#")
    assert [act.number for act in call.acts if isinstance(act, CallBack)] == ["01066010000"]


def test_a_caller_without_a_number_is_asked_for_one(flows: Edition) -> None:
    call = Call(flows, "office", Caller(), ANSWERS, now=NIGHT).press("2").listen().press("2").listen()
    assert call.heard[-1] == "input.number"


def test_the_right_pin_is_accepted_and_the_caller_goes_back_with_the_result(flows: Edition) -> None:
    call = Call(flows, "pin", answers=ANSWERS, arguments={"account": "42"}).press("111111#").listen()
    assert call.heard[-3:] == ["pin.wrong", "pin.tries-left(2)", "pin.enter"]
    call.press("271828#").listen()
    assert call.heard[-1] == "pin.accepted"
    assert (call.ended, call.results, call.hung_up) == ("returned", {"accepted": True}, False)


def test_after_three_wrong_pins_it_is_over(flows: Edition) -> None:
    call = Call(flows, "pin", answers=ANSWERS, arguments={"account": "42"})
    for pin in ("111111#", "222222#", "333333#"):
        call.press(pin).listen()
    assert call.heard[-1] == "pin.blocked"
    assert call.results == {"accepted": False}


def test_a_pin_is_nowhere_in_what_people_see_of_the_session(flows: Edition) -> None:
    call = Call(flows, "pin", answers=ANSWERS, arguments={"account": "42"}).press("271828#").listen()
    assert "271828" not in saved(for_people(call.run.record))
    assert "271828" not in saved(call.session)
    assert replay(flows, call.run.record)[1] == []


def test_a_bad_score_is_followed_by_a_letter_with_the_words_of_the_caller(flows: Edition) -> None:
    answers = {**ANSWERS, "record": done(recording="words-7", seconds=9.5)}
    call = Call(flows, "survey", answers=answers, now=NOON).press("2").listen()
    (letter,) = [act for act in call.acts if isinstance(act, Mail)]
    assert (letter.subject, letter.attach) == ("Score 2 by 13800001111", ("words-7",))
    assert letter.text == "Call 7, 2026-02-17T12:00"
    assert call.ended == "returned"


def test_a_good_score_is_thanked_for(flows: Edition) -> None:
    call = Call(flows, "survey").press("9").press("4").listen()
    assert call.heard[-2:] == ["/", "call.thank-you"]
    assert call.scores == [("service", 4)]
