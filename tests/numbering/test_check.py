"""A numbering plan that would surprise somebody is refused, with both places."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.numbering.check import Walk, problems
from core.numbering.plan import NumberingPlan
from core.numbering.target import Facts, TargetKind
from tests.numbering.plans import NOON
from tests.numbering.test_plan import office


def route(name: str, *match: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "match": list(match), "strip": 1, "groups": [{"group": "e1"}], **more}


def found(**more: Any) -> list[tuple[str, bool, list[str]]]:
    """Path, whether it only warns, and the other paths; as text."""
    return [
        (dotted(problem.path), problem.warning, [dotted(path) for path, _text in problem.others])
        for problem in problems(office(**{"speed_dial": [], **more}))
    ]


def dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(map(str, path))


def test_the_office_of_the_tests_is_in_order() -> None:
    assert found() == []


def test_two_patterns_that_fit_equally_well_are_named_with_a_number() -> None:
    some = [route("a", "9[12]X"), route("b", "9[2-3]X")]
    (problem,) = problems(office(route=some, speed_dial=[]))
    assert problem.problem == "920 fits this and another entry equally well."
    assert (problem.path, problem.others[0][0]) == (("route", 1, "match", 0), ("route", 0, "match", 0))


def test_the_same_pattern_for_other_callers_is_no_tie() -> None:
    some = [route("a", "9!", classes=["local"]), route("b", "9!", stations=["8001"]), route("c", "9!")]
    assert found(route=some) == []


def test_a_pattern_behind_one_for_everybody_is_not_reached() -> None:
    some = [route("a", "92XXX"), route("b", "9[2-3]XXX"), route("c", "9[2]XXX", classes=["local"])]
    assert found(route=some) == [("route.2.match.0", False, ["route.0.match.0"])]


def test_a_pattern_that_others_cover_digit_by_digit_is_not_reached() -> None:
    some = [route("a", "9[0-4]X"), route("b", "9[5-9]X"), route("c", "9XX")]
    assert found(route=some) == [("route.2.match.0", False, ["route.0.match.0"])]


def test_a_route_behind_an_emergency_number_is_not_reached() -> None:
    assert found(route=[route("a", "9110"), route("b", "9!")]) == [
        ("route.0.match.0", False, ["numbering.emergency.0"])
    ]
    assert found(route=[route("a", "9110XX"), route("b", "9!")]) == [
        ("route.0.match.0", False, ["numbering.emergency.0"])
    ]


def test_a_route_that_takes_a_station_s_number_is_a_tie() -> None:
    assert found(route=[route("a", "8001"), route("b", "9!")]) == [("route.0.match.0", False, ["station.0.number"])]


def test_numbers_that_lead_nowhere() -> None:
    station = {"number": "8001", "card": "a", "channel": 1, "hot_line": "7", "forward_busy": "8002"}
    assert found(station=[station], speed_dial=[{"code": "1", "number": "**2"}, {"code": "2", "number": "8100"}]) == [
        ("speed_dial.0.number", False, []),
        ("station.0.hot_line", False, []),
        ("station.0.forward_busy", False, []),
        ("route.1.name", True, []),
        ("route.2.name", True, []),
    ]


def test_a_house_without_a_way_out_is_told() -> None:
    assert found(trunk_group=[], route=[], speed_dial=[]) == [("numbering.emergency", True, [])]


def test_a_route_that_nobody_may_take_is_told() -> None:
    station = {"number": "8001", "card": "a", "channel": 1}
    some = [route("city", "9[2-8]X{6,7}"), route("abroad", "900!"), route("special", "9[19]!")]
    assert found(station=[station], route=some, speed_dial=[]) == [("route.1.name", True, [])]
    tie = [{"name": "e1", "lines": ["e1a"], "class_of_service": "tie"}]
    through = [{"name": "tie", "reach": "international", "trunk_to_trunk": True}]
    assert found(station=[station], route=some, speed_dial=[], trunk_group=tie, class_of_service=through) == []


def test_more_digits_are_not_stripped_than_there_are() -> None:
    assert found(route=[route("a", "9!", strip=2)]) == [("route.0.strip", False, [])]
    assert found(route=[route("a", "9X", add="1", groups=[{"group": "e1", "strip": 3}])]) == [
        ("route.0.groups.0.strip", False, [])
    ]


def test_a_type_of_number_that_says_the_prefix_once_more_is_told() -> None:
    far = route("far", "90Z!", number_type="national")
    assert found(route=[far]) == [("route.0.number_type", True, [])]
    assert found(route=[{**far, "strip": 2}]) == []
    one = {"group": "e1", "number_type": "international", "strip": 2}
    assert found(route=[route("abroad", "900!", groups=[{"group": "e1"}, one])]) == []
    assert found(route=[route("abroad", "900!", groups=[{"group": "e1"}, {**one, "strip": 0}])]) == [
        ("route.0.groups.1.number_type", True, [])
    ]


@pytest.mark.parametrize(
    ("calendar", "path"),
    [
        ({"holidays": "QQ"}, "calendar.0.holidays"),
        ({"dates": [{"date": date(2026, 5, 2), "until": date(2026, 5, 1)}]}, "calendar.0.dates.0.until"),
    ],
)
def test_calendars_that_only_look_right(calendar: dict[str, Any], path: str) -> None:
    assert [where for where, *_ in found(calendar=[{"name": "office", **calendar}])] == [path]


patterns = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["1", "2", "[12]", "[23]", "X"]), max_size=3).map("".join),
        st.sampled_from(["", "!", ".", "[12]{1,2}"]),
    ).filter(lambda parts: parts != ("", "")),
    min_size=1,
    max_size=5,
)


@settings(max_examples=60)
@given(patterns)
def test_what_is_called_hidden_wins_for_no_number_and_the_rest_for_some(texts: list[tuple[str, str]]) -> None:
    some = [route(f"r{index}", "9" + "".join(parts)) for index, parts in enumerate(texts)]
    plan = NumberingPlan(office(route=some, numbering={"emergency": []}))
    told = {int(problem.path[1]): problem.problem for problem in Walk(plan).problems()}
    won = set()
    for length in range(6):
        for number in range(4**length):
            digits = "".join(str(1 + number // 4**place % 4) for place in range(length))
            target = plan.analyse("9" + digits, Facts(NOON), final=True).target
            if target is not None and target.kind is TargetKind.TRUNK:
                won.add(int(target.name[1:]))
    assert {index for index in range(len(some)) if index not in won} <= told.keys()
    assert not won & {index for index, text in told.items() if text.startswith("No number gets here")}
