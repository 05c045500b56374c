"""The town plan: whose number it is, and what happens to a call to it."""

from __future__ import annotations

import pytest

from hw.signalling.q850 import Cause
from hw.sim.public_plan import TOWN, Act, Behaviour, Digits, Plan, Step, Subscriber, course


def test_digits_are_wanted_until_the_number_is_whole() -> None:
    number = TOWN.subscribers[0].number
    assert [TOWN.find(number[:length]) for length in range(len(number))] == [Digits.MORE] * len(number)
    found = TOWN.find(number)
    assert isinstance(found, Subscriber)
    assert found.number == number


def test_a_part_of_a_number_is_nobodys_when_no_more_digits_come() -> None:
    assert TOWN.find("6200", complete=True) is Digits.VACANT


def test_a_number_that_begins_a_longer_one_waits_for_more() -> None:
    plan = Plan([Subscriber("11"), Subscriber("110")])
    assert plan.find("11") is Digits.MORE
    assert plan.find("11", complete=True) == plan["11"]


def test_a_wrong_digit_is_vacant_at_once() -> None:
    assert TOWN.find("7") is Digits.VACANT


@pytest.mark.parametrize(
    ("subscriber", "expected"),
    [
        (Subscriber("1", answer_s=2), [Step(0, Act.ALERT), Step(2, Act.ANSWER)]),
        (Subscriber("1", answer_s=2, hang_up_s=5), [Step(0, Act.ALERT), Step(2, Act.ANSWER), Step(7, Act.HANG_UP)]),
        (Subscriber("1", Behaviour.RINGS), [Step(0, Act.ALERT)]),
        (Subscriber("1", Behaviour.BUSY), [Step(0, Act.REFUSE, Cause.USER_BUSY)]),
        (Subscriber("1", Behaviour.CONGESTION), [Step(0, Act.REFUSE, Cause.NO_CIRCUIT)]),
        (Subscriber("1", Behaviour.VACANT), [Step(0, Act.REFUSE, Cause.UNALLOCATED)]),
        (
            Subscriber("1", Behaviour.ANNOUNCEMENT, announce_s=4),
            [Step(0, Act.ANNOUNCE), Step(4, Act.REFUSE, Cause.UNALLOCATED)],
        ),
    ],
)
def test_what_happens_to_a_call(subscriber: Subscriber, expected: list[Step]) -> None:
    assert list(course(subscriber)) == expected


def test_every_behaviour_has_a_course_that_leads_somewhere() -> None:
    for behaviour in Behaviour:
        steps = course(Subscriber("1", behaviour))
        assert [step.seconds for step in steps] == sorted(step.seconds for step in steps)
        assert steps[0].seconds == 0
        assert steps[-1].act in (Act.ANSWER, Act.REFUSE, Act.HANG_UP) or behaviour is Behaviour.RINGS


def test_one_number_cannot_be_two_peoples() -> None:
    with pytest.raises(ValueError, match="two subscribers have the number 12"):
        Plan([Subscriber("12"), Subscriber("13"), Subscriber("12")])


@pytest.mark.parametrize("number", ["", "12a", "１２"])
def test_a_number_is_digits(number: str) -> None:
    with pytest.raises(ValueError, match="a number is one or more of 0 to 9"):
        Subscriber(number)


def test_times_do_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="hang_up_s is -1"):
        Subscriber("1", hang_up_s=-1)


def test_the_towns_emergency_numbers_answer_free_of_charge() -> None:
    for number in ("110", "119", "120", "122"):
        assert TOWN[number].behaviour is Behaviour.ANSWERS
        assert not TOWN[number].charged
