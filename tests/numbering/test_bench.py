"""What the bench measures is a plan of 10 000 numbers that is in order."""

from __future__ import annotations

import random
from itertools import count

from core.numbering.bench import analysis_us, box, drawn
from core.numbering.check import problems
from core.numbering.plan import NumberingPlan
from core.numbering.target import Facts
from tests.numbering.plans import NOON

BOX = box()


def test_the_plan_of_the_bench_is_in_order() -> None:
    assert [problem.problem for problem in problems(BOX) if not problem.warning] == []


def test_every_number_of_the_bench_leads_somewhere() -> None:
    plan, lot = NumberingPlan(BOX), random.Random(2)
    numbers = [drawn(lot) for _ in range(500)]
    who = Facts(NOON, station="20000")
    assert [number for number in numbers if plan.analyse(number, who, final=True).target is None] == []


def test_the_bench_counts_ten_thousand_numbers() -> None:
    clock = count()  # a second goes by whenever it is read
    figures = analysis_us(seconds=2, clock=lambda: float(next(clock)))
    assert figures["numbers"] >= 10_000
    assert figures["analyses"] == 20_000
    assert figures["analysis_us"] == 150, "three seconds for twenty thousand"
