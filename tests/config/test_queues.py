"""Mistakes in queues, agents and skills, told where they stand."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from core.config.model import Box
from core.config.reading import parse
from core.numbering.plan import NumberingPlan
from core.numbering.target import Facts, Target, TargetKind

GOOD = """
[[skill]]
name = "english"

[[customer_class]]
name = "vip"
priority = 2

[[queue]]
name = "sales"
number = "6000"
require = {english = 3}
recipe = [
    {after_s = 20, say = ["position", "wait"]},
    {after_s = 60, drop = ["english"], ring_up_to = 2},
    {after_s = 300, overflow = {to = "queue", name = "all"}},
]

[[queue]]
name = "all"
strategy = "rrmemory"
instead = {to = "mailbox", name = "sales"}

[[agent_group]]
name = "front"

[[agent]]
number = "8001"
group = "front"
skills = {english = 7}
queues = [{queue = "sales", skills = {english = 9}}, {queue = "all", rank = 2}]
"""


def said(text: str) -> list[tuple[int, str, str]]:
    """Line, problem and hint of each mistake."""
    return [(one.line, one.problem, one.hint) for one in parse({"a.toml": text.encode()}).mistakes]


def test_a_call_centre_is_read_as_it_is() -> None:
    box = parse({"a.toml": GOOD.encode()}).box
    assert [queue.name for queue in box.queue] == ["sales", "all"]
    assert box.agent[0].queues[0].skills == {"english": 9}
    assert box.queue[0].recipe[2].overflow is not None


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        ("require = {english = 3}", "require = {engish = 3}", 'There is no skill "engish".'),
        ('drop = ["english"]', 'drop = ["x"]', 'There is no skill "x".'),
        ("skills = {english = 7}", "skills = {tax = 7}", 'There is no skill "tax".'),
        ("skills = {english = 9}", "skills = {tax = 9}", 'There is no skill "tax".'),
        ('{queue = "all", rank = 2}', '{queue = "al", rank = 2}', 'There is no queue "al".'),
        ('{queue = "all", rank = 2}', '{queue = "sales", rank = 2}', "A queue stands here twice."),
        ('group = "front"', 'group = "back"', 'There is no agent group "back".'),
        ('to = "queue", name = "all"', 'to = "queue", name = "none"', 'There is no queue "none".'),
        ('to = "queue", name = "all"', 'to = "queue", name = "sales"', "The queue would send its callers to itself."),
        ('to = "mailbox", name = "sales"', 'to = "mailbox"', '"release" has no name, and everything else has one.'),
        ('say = ["position", "wait"]', "times = 2", "This step does nothing."),
        ('say = ["position", "wait"]', 'times = 2, announce = "a"', '"times" does nothing without "every_s".'),
        ('strategy = "rrmemory"', "weights = {charm = 1.0}", 'There is no "charm" here.'),
        ("after_s = 20", 'after_s = 20, closed = "office"', 'There is no calendar "office".'),
    ],
)
def test_a_mistake_is_told_in_a_sentence(right: str, wrong: str, problem: str) -> None:
    assert right in GOOD
    assert [text for _, text, _ in said(GOOD.replace(right, wrong))] == [problem]


def test_what_could_have_been_meant_is_said() -> None:
    ((line, _, hint),) = said(GOOD.replace("require = {english = 3}", "require = {engish = 3}"))
    assert (line, hint) == (12, 'Did you mean "english"?')


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ('[[queue]]\nname = "x"\nnumber = "6000"\n', "The number 6000 is given twice."),
        ('[[hunt_group]]\nnumber = "6000"\nmembers = ["1"]\n', "The number 6000 is given twice."),
        ('[[queue]]\nname = "sales"\n', 'The name "sales" is given twice.'),
        ('[[agent]]\nnumber = "8001"\ngroup = "front"\n', "The agent's number 8001 is given twice."),
    ],
)
def test_what_is_taken_is_not_given_again(more: str, problem: str) -> None:
    assert problem in [text for _, text, _ in said(GOOD + more)]


def test_an_agent_in_a_later_file_adds_to_the_earlier_one() -> None:
    later = '[[agent]]\nnumber = "8001"\nname = "Li"\n'
    (agent,) = parse({"a.toml": GOOD.encode(), "b.toml": later.encode()}).box.agent
    assert (agent.name, agent.group) == ("Li", "front")


def test_the_number_of_a_queue_leads_to_it() -> None:
    box = Box.model_validate({"queue": [{"name": "sales", "number": "6000"}, {"name": "all"}]})
    analysis = NumberingPlan(box).analyse("6000", Facts(datetime(2026, 3, 4, 4, 0, tzinfo=UTC)))
    assert analysis.target == Target(TargetKind.QUEUE, "sales", number="6000")
