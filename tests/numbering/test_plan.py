"""An office's numbering plan, from its configuration: what each number leads to, for whom, and over which trunks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.model import Box
from core.numbering.numbers import Category
from core.numbering.permit import Allowed, Attempt, Barred, NeedsPin, Origin, Reason
from core.numbering.plan import NumberingPlan
from core.numbering.routes import changed, pick
from core.numbering.target import Facts, Outcome, Target, TargetKind

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)  # a Wednesday, noon in Shanghai
NIGHT = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)


def office(**more: Any) -> Box:
    tables: dict[str, Any] = {
        "box": {"area_code": "10"},
        "station": [
            {"number": "8001", "card": "a", "channel": 1, "calling": "88880001", "pickup_group": "sales"},
            {"number": "8002", "card": "a", "channel": 2, "class_of_service": "international"},
            {"number": "8003", "card": "a", "channel": 3, "class_of_service": "pin"},
        ],
        "trunk_group": [
            {"name": "e1", "lines": ["e1a"], "calling": "88880000", "cost": 0.3},
            {"name": "line", "lines": ["line1"], "cost": 0.2},
            {"name": "in", "lines": ["line2"], "direction": "in"},
        ],
        "route": [
            {
                "name": "city",
                "match": ["9[2-8]X{6,7}", "91[3-9]X{9}", "9[149]X!"],
                "strip": 1,
                "groups": [{"group": "e1"}, {"group": "line"}],
            },
            {
                "name": "far",
                "match": ["90!"],
                "strip": 2,
                "least_cost": True,
                "number_type": "national",
                "groups": [
                    {"group": "e1", "rates": [{"calendar": "office", "when": "closed", "cost": 0.05}]},
                    {"group": "line", "add": "179090", "number_type": "unknown", "calling": ""},
                    {"group": "in"},
                ],
            },
            {
                "name": "sales",
                "match": ["9021!"],
                "strip": 1,
                "send_calling": "88889999",
                "pickup_groups": ["sales"],
                "calendar": "office",
                "groups": [{"group": "line", "calendar": "office", "when": "closed"}, {"group": "e1"}],
            },
        ],
        "class_of_service": [{"name": "pin", "pin_reach": "long_distance"}],
        "calendar": [{"name": "office", "hours": [{"days": "mon-fri", "open": ["09:00-18:00"]}]}],
        "hunt_group": [{"number": "8100", "members": ["8001"]}],
        "conference": [{"number": "8200"}],
        "park": {"orbits": "7001-7010"},
        "speed_dial": [{"code": "1", "number": "902188886666", "bypass": True}, {"code": "12", "number": "8002"}],
    }
    return Box.model_validate({**tables, **more})


PLAN = NumberingPlan(office())


def caller(station: str = "8001", time: datetime = NOON, **more: str) -> Facts:
    groups = {"8001": "sales"}
    return Facts(time, station=station, pickup_group=groups.get(station, ""), calling=station, **more)


FROM_TRUNK = Facts(NOON, group="e1", calling="13800138000")


def target(digits: str, who: Facts | None = None) -> Target:
    found = PLAN.analyse(digits, who or caller(), final=True)
    assert found.target is not None
    return found.target


@pytest.mark.parametrize(
    ("digits", "kind", "name", "arguments"),
    [
        ("8001", TargetKind.STATION, "8001", ()),
        ("8100", TargetKind.HUNT_GROUP, "8100", ()),
        ("8200", TargetKind.CONFERENCE, "8200", ()),
        ("7003", TargetKind.PARK_ORBIT, "7003", ()),
        ("110", TargetKind.EMERGENCY, "110", ()),
        ("9120", TargetKind.EMERGENCY, "120", ()),
        ("988886666", TargetKind.TRUNK, "city", ()),
        ("913800138000", TargetKind.TRUNK, "city", ()),
        ("995588", TargetKind.TRUNK, "city", ()),
        ("9075512345678", TargetKind.TRUNK, "far", ()),
        ("902188886666", TargetKind.TRUNK, "sales", ()),
        ("**12", TargetKind.STATION, "8002", ()),
        ("*57*8002#", TargetKind.FEATURE, "forward_always", ("8002",)),
        ("#57#", TargetKind.FEATURE, "forward_always_off", ()),
        ("*#57#", TargetKind.FEATURE, "forward_always_query", ()),
        ("*8#", TargetKind.FEATURE, "pick_up", ()),
        ("*8*8003", TargetKind.FEATURE, "directed_pick_up", ("8003",)),
        ("*70*7005", TargetKind.FEATURE, "park_at", ("7005",)),
        ("*55*0730#", TargetKind.FEATURE, "wake_up", ("0730",)),
        ("*51*7*913800138000#", TargetKind.FEATURE, "speed_dial_set", ("7", "913800138000")),
        ("**7", TargetKind.FEATURE, "speed_dial", ("7",)),
        ("*72*8002#", TargetKind.FEATURE, "blind_transfer", ("8002",)),
    ],
)
def test_a_telephone_reaches(digits: str, kind: TargetKind, name: str, arguments: tuple[str, ...]) -> None:
    found = target(digits)
    assert (found.kind, found.name, found.arguments) == (kind, name, arguments)


def test_a_pin_is_asked_for_with_its_code_and_the_number_follows() -> None:
    found = PLAN.analyse("*54*123456#", caller())
    assert found.target is not None
    assert (found.outcome, found.target.name, found.target.arguments) == (Outcome.COMPLETE, "pin_call", ("123456",))


@pytest.mark.parametrize(
    ("digits", "shown"),
    [
        ("*54*123456#", "*54*…#"),
        ("*54*123", "*54*…"),
        ("*54*", "*54*"),
        ("*54*123456#962000001", "*54*…#962000001"),
        ("*57*8002#", "*57*8002#"),
        ("962000001", "962000001"),
    ],
)
def test_a_pin_among_the_digits_is_shown_to_nobody(digits: str, shown: str) -> None:
    assert PLAN.shown(digits) == shown


def test_a_target_does_not_tell_the_pin_but_to_its_service() -> None:
    found = target("*54*123456#")
    assert (found.number, found.arguments) == ("*54*…#", ("123456",))


@pytest.mark.parametrize("digits", ["*57*8002#", "**12", "7003", "*8#"])
def test_services_are_not_for_callers_from_outside(digits: str) -> None:
    assert PLAN.analyse(digits, FROM_TRUNK, final=True).outcome is Outcome.VACANT


@pytest.mark.parametrize("digits", ["8001", "8100", "8200", "110"])
def test_people_are(digits: str) -> None:
    assert PLAN.analyse(digits, FROM_TRUNK).outcome is Outcome.COMPLETE


def test_single_digits_after_a_flash_and_in_a_conference_are_no_numbers() -> None:
    assert PLAN.analyse("2", caller()).outcome is Outcome.VACANT
    assert PLAN.analyse("*9", caller()).outcome is Outcome.VACANT


def test_a_service_that_is_switched_off_has_no_code() -> None:
    plan = NumberingPlan(office(features={"pick_up": "", "speed_dial": ""}))
    assert plan.analyse("*8#", caller()).outcome is Outcome.VACANT
    assert plan.analyse("**12", caller()).outcome is Outcome.VACANT


def test_a_route_for_some_callers_leaves_the_others_to_the_next() -> None:
    assert target("902188886666").name == "sales"
    assert target("902188886666", caller("8002")).name == "far"
    assert target("902188886666", caller(time=NIGHT)).name == "far"


@pytest.mark.parametrize("calling", ["1088880001", "01088880001", "88880001", "861088880001"])
def test_a_route_for_a_calling_number_knows_it_however_it_comes(calling: str) -> None:
    some = [
        {"name": "boss", "match": ["9!"], "calling": ["01088880001"], "groups": [{"group": "e1"}]},
        {"name": "all", "match": ["9!"], "groups": [{"group": "e1"}]},
    ]
    plan = NumberingPlan(office(route=some))
    names = []
    for number in (calling, "13800138000"):
        found = plan.analyse("95", Facts(NOON, group="e1", calling=number), final=True).target
        assert found is not None
        names.append(found.name)
    assert names == ["boss", "all"]


def sent(digits: str, who: Facts | None = None) -> list[tuple[str, ...]]:
    who = who or caller()
    choices = PLAN.choices(target(digits, who), who)
    return [(choice.group, choice.digits, choice.number_type, choice.calling) for choice in choices]


def test_groups_are_tried_in_order_with_the_number_of_the_caller() -> None:
    assert sent("988886666") == [("e1", "88886666", "unknown", "88880001"), ("line", "88886666", "unknown", "88880001")]
    assert sent("988886666", caller("8002"))[0][3] == "88880000"
    assert sent("988886666", caller("8002"))[1][3] == ""


def test_the_cheapest_of_the_hour_comes_first_and_a_group_for_incoming_calls_never() -> None:
    line = ("line", "17909075512345678", "unknown", "")
    e1 = ("e1", "75512345678", "national", "88880001")
    assert sent("9075512345678") == [line, e1]
    assert sent("9075512345678", caller(time=NIGHT)) == [e1, line]


def test_a_group_waits_for_its_hours() -> None:
    assert sent("902188886666") == [("e1", "02188886666", "unknown", "88889999")]


def test_an_emergency_call_may_take_every_group_that_goes_out() -> None:
    assert [choice[:2] for choice in sent("9110")] == [("e1", "110"), ("line", "110")]
    only = NumberingPlan(office(numbering={"emergency_groups": ["line"]}))
    found = only.analyse("110", caller()).target
    assert found is not None
    assert [choice.group for choice in only.choices(found, caller())] == ["line"]


def test_an_emergency_number_is_one_behind_every_prefix_of_a_route() -> None:
    some = [
        {"name": "tie", "match": ["76!"], "strip": 2, "groups": [{"group": "e1"}]},
        {"name": "far", "match": ["90!"], "strip": 2, "number_type": "national", "groups": [{"group": "e1"}]},
        {"name": "some", "match": ["5[2-9]!"], "strip": 1, "groups": [{"group": "e1"}]},
        {"name": "lot", "match": ["[34]!"], "strip": 1, "groups": [{"group": "e1"}]},
    ]
    plan = NumberingPlan(office(route=some, park={}, numbering={"outside": ""}, speed_dial=[]))
    kinds = []
    for digits in ("110", "76110", "90110", "5110", "3110"):
        found = plan.analyse(digits, caller()).target
        kinds.append(found and (found.kind, found.number))
    emergency, trunk = TargetKind.EMERGENCY, TargetKind.TRUNK
    assert kinds == [(emergency, "110"), (emergency, "110"), (trunk, "90110"), None, (trunk, "3110")]
    found = plan.analyse("3110", caller()).target
    assert found is not None
    assert plan.permit(Attempt(found, "internal", Origin.TRUNK)) == Allowed(), "it is one all the same"


def test_a_station_has_no_trunk_groups() -> None:
    assert PLAN.choices(target("8001"), caller()) == []


@pytest.mark.parametrize(
    ("digits", "category"),
    [
        ("8001", Category.INTERNAL),
        ("988886666", Category.LOCAL),
        ("901088886666", Category.LOCAL),
        ("9075512345678", Category.LONG_DISTANCE),
        ("900852", Category.INTERNATIONAL),
        ("913800138000", Category.MOBILE),
        ("9110", Category.EMERGENCY),
        ("995588", Category.SPECIAL),
        ("94008001234", Category.TOLL_FREE),
    ],
)
def test_the_kind_of_a_number_is_known(digits: str, category: Category) -> None:
    assert PLAN.category(target(digits)) is category


def test_permission_is_for_the_number_that_goes_out() -> None:
    assert PLAN.permit(Attempt(target("988886666"), "local")) == Allowed()
    assert PLAN.permit(Attempt(target("9075512345678"), "local")) == Barred(Reason.REACH)
    assert PLAN.permit(Attempt(target("9075512345678"), "pin")) == NeedsPin()
    assert PLAN.permit(Attempt(target("9075512345678"), "pin", pin=True)) == Allowed(counted=True)
    assert PLAN.permit(Attempt(target("900852"), "international")) == Allowed(counted=True)
    assert PLAN.permit(Attempt(target("8001"), "internal", Origin.TRUNK)) == Allowed()


RANKS = ["internal", "local", "long_distance", "international"]


# Prefix stripped, and said by the type instead, by the route or by a group; carrier's code put before it.
PLAIN, *WAYS = [
    NumberingPlan(office(speed_dial=[], route=[{"name": "r", **way}]))
    for way in (
        {"match": ["9!"], "strip": 1, "groups": [{"group": "e1"}]},
        {"match": ["9!"], "strip": 1, "number_type": "national", "groups": [{"group": "e1"}]},
        {"match": ["9!"], "strip": 1, "groups": [{"group": "e1", "add": "17909"}]},
        {"match": ["90!"], "strip": 2, "number_type": "national", "groups": [{"group": "e1"}]},
        {"match": ["90!"], "strip": 2, "groups": [{"group": "e1", "add": "0"}]},
        {"match": ["90!"], "strip": 2, "groups": [{"group": "e1", "add": "179510"}]},
        {"match": ["90!"], "strip": 1, "groups": [{"group": "e1", "strip": 1, "number_type": "national"}]},
        {"match": ["900!", "9!"], "strip": 3, "number_type": "international", "groups": [{"group": "e1"}]},
    )
]


@given(st.sampled_from(["0755", "00852", "00", "0", "010", "013800138000"]), st.text("0123456789", max_size=8))
def test_no_way_of_sending_a_number_makes_it_a_nearer_one(front: str, rest: str) -> None:
    for name in RANKS:
        asked = Attempt(Target(TargetKind.TRUNK, "r", number="9" + front + rest), name)
        if isinstance(PLAIN.permit(asked), Barred):
            assert [isinstance(plan.permit(asked), Barred) for plan in WAYS] == [True] * len(WAYS)


def test_a_speed_dial_may_ask_for_no_class_of_service() -> None:
    assert PLAN.permit(Attempt(target("**1"), "internal")) == Allowed(counted=True)
    assert PLAN.permit(Attempt(target("**1"), "internal", Origin.FORWARD)) == Barred(Reason.FORWARD)


def test_a_shown_number_is_dialled_back_through_the_outside_prefix() -> None:
    for raw, dialled in {
        "88886666": "988886666",
        "075512345678": "9075512345678",
        "13800138000": "913800138000",
    }.items():
        number = PLAN.normalised(raw)
        assert PLAN.dialled_back(number) == dialled
        assert target(dialled).kind is TargetKind.TRUNK


def test_a_speed_dial_leads_to_no_other_one() -> None:
    plan = NumberingPlan(office(speed_dial=[{"code": "1", "number": "**2"}, {"code": "2", "number": "8002"}]))
    found = plan.analyse("**1", caller(), final=True).target
    assert found == Target(TargetKind.FEATURE, "speed_dial", ("1",), "**1"), "one of his own, if he has it"
    assert plan.speed_dialled("**2", caller()) is None
    assert plan.speed_dialled("**7", caller()) is None
    assert plan.speed_dialled("8002", caller()) == Target(TargetKind.STATION, "8002", number="8002")


def test_region_and_calendar_are_at_hand() -> None:
    region = PLAN.region(PLAN.normalised("88886666"))
    assert region is not None
    assert (region.zh, region.en) == ("北京市", "Beijing")
    assert PLAN.calendar("office").open_at(NOON)


LINES = ["a", "b", "c", "d"]


def test_a_free_line_is_looked_for_in_the_order_of_the_group() -> None:
    assert pick("linear", LINES, "b") == LINES
    assert pick("circular", LINES, "b") == ["c", "d", "a", "b"]
    assert pick("circular", LINES, "gone") == LINES
    assert pick("least-used", LINES, "a", {"a": 3, "b": 1, "d": 1}) == ["c", "b", "d", "a"]


@given(
    st.sampled_from(["linear", "circular", "least-used"]),
    st.lists(st.text("abc", max_size=2), unique=True),
    st.text("abc", max_size=2),
    st.dictionaries(st.text("abc", max_size=2), st.floats(0, 9)),
)
def test_every_line_is_looked_at_once(order: str, lines: list[str], last: str, uses: dict[str, float]) -> None:
    assert sorted(pick(order, lines, last, uses)) == sorted(lines)


@given(st.text("0123456789", max_size=12), st.text("0123456789", max_size=5))
def test_what_is_put_in_front_is_taken_off_again(number: str, add: str) -> None:
    assert changed(changed(number, 0, add), len(add), "") == number


@given(st.text("0123456789", max_size=12), st.integers(0, 12))
def test_what_is_taken_off_is_put_back(number: str, strip: int) -> None:
    assert changed(changed(number, strip, ""), 0, number[:strip]) == number
