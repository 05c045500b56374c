"""Who may call whom, and what an office loses by fraud before it is stopped."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config.model.numbering import ClassOfService, Numbering, TollLimits
from core.numbering.class_of_service import Permissions
from core.numbering.numbers import Home
from core.numbering.permit import (
    AlarmLevel,
    Allowed,
    Attempt,
    Barred,
    Counts,
    NeedsPin,
    Origin,
    Permission,
    Reason,
    TollAlarm,
)
from core.numbering.target import Target, TargetKind

REACHES = ["internal", "local", "long_distance", "international"]


def permissions(numbering: dict[str, Any] | None = None, **fields: Any) -> Permissions:
    settings = Numbering.model_validate(numbering or {})
    own = ClassOfService.model_validate({"name": fields.pop("called", "own"), **fields})
    return Permissions([own], settings, Home.of(settings, "cn", "10"))


def asked(number: str, name: str = "own", numbering: dict[str, Any] | None = None, **fields: Any) -> Permission:
    """What a telephone is told; fields in capitals belong to the attempt."""
    attempt = {key.lower(): fields.pop(key) for key in list(fields) if key.isupper()}
    target = Target(TargetKind.TRUNK, "route", number="9" + number)
    return permissions(numbering, **fields).permit(Attempt(target, name, **attempt), number)


LOCAL, SPECIAL, MOBILE, FAR, ABROAD = "88886666", "95588", "13800138000", "075512345678", "0085223456789"


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("internal", []),
        ("local", [LOCAL, SPECIAL, MOBILE]),
        ("long_distance", [LOCAL, SPECIAL, MOBILE, FAR]),
        ("international", [LOCAL, SPECIAL, MOBILE, FAR, ABROAD]),
    ],
)
def test_the_classes_that_are_there_by_themselves(name: str, may: list[str]) -> None:
    allowed = [n for n in (LOCAL, SPECIAL, MOBILE, FAR, ABROAD) if isinstance(asked(n, name), Allowed)]
    assert allowed == may


def test_a_class_that_is_not_there_reaches_our_own_numbers_only() -> None:
    assert asked(LOCAL, "gone") == Barred(Reason.REACH)
    assert asked(LOCAL, "", ORIGIN=Origin.TRUNK) == Barred(Reason.TRUNK_TO_TRUNK)
    inside = Attempt(Target(TargetKind.STATION, "8001"), "gone")
    assert permissions().permit(inside, "8001") == Allowed()


def test_a_built_in_class_can_be_changed() -> None:
    assert asked(LOCAL, "local", called="local", reach="internal") == Barred(Reason.REACH)


def test_a_mobile_number_with_zero_is_a_far_one() -> None:
    assert asked("0" + MOBILE) == Barred(Reason.REACH)
    assert asked(MOBILE, numbering={"mobile_reach": "long_distance"}) == Barred(Reason.REACH)


def test_no_carrier_code_gets_round_the_class() -> None:
    for code in ("17909", "17951", "12593", "10193", "11808", "190", "193", "197"):
        assert asked(code + ABROAD, reach="long_distance") == Barred(Reason.REACH), code
    assert asked("18888" + ABROAD, reach="long_distance") == Barred(Reason.REACH), "of no carrier that is known"


def test_a_pin_lifts_the_class_for_one_call() -> None:
    assert asked(FAR, pin_reach="long_distance") == NeedsPin()
    assert asked(FAR, pin_reach="long_distance", PIN=True) == Allowed(counted=True)
    assert asked(ABROAD, pin_reach="long_distance", PIN=True) == Barred(Reason.REACH)
    assert asked(FAR, PIN=True) == Barred(Reason.REACH)


def test_a_forwarding_has_no_pin() -> None:
    assert asked(FAR, pin_reach="long_distance", forward_outside=True, ORIGIN=Origin.FORWARD) == Barred(Reason.REACH)


def test_lists_go_before_the_reach_and_the_more_exact_before_the_less() -> None:
    assert asked(FAR, allow=["0755!"]) == Allowed(counted=True)
    assert asked(LOCAL, deny=["8888XXXX"]) == Barred(Reason.DENIED)
    assert asked(LOCAL, deny=["8!"], allow=["8888XXXX"]) == Allowed()
    assert asked(LOCAL, deny=["8888XXXX"], allow=["8!"]) == Barred(Reason.DENIED)
    assert asked(LOCAL, deny=["8888XXXX"], allow=["8888XXXX"]) == Barred(Reason.DENIED)
    assert asked(FAR, deny=["0755!"], pin_reach="international", PIN=True) == Barred(Reason.DENIED)


def test_a_number_denied_is_denied_in_every_form() -> None:
    denied: dict[str, Any] = {"reach": "international", "deny": ["1[3-9]X{9}", "00852!", "01088886666"]}
    for number in ("0" + MOBILE, "17909" + ABROAD, "17909" + LOCAL, LOCAL, "010" + LOCAL):
        assert asked(number, **denied) == Barred(Reason.DENIED), number


def test_information_services_are_for_those_who_are_allowed_expressly() -> None:
    assert asked("16888888", reach="international") == Barred(Reason.PREMIUM)
    assert asked("075516888888", reach="international") == Barred(Reason.PREMIUM)
    assert asked("16888888", allow=["168!"]) == Allowed()


def test_a_caller_from_a_trunk_gets_no_trunk_unless_his_group_may() -> None:
    assert asked(LOCAL, reach="international", ORIGIN=Origin.TRUNK) == Barred(Reason.TRUNK_TO_TRUNK)
    assert asked(LOCAL, trunk_to_trunk=True, ORIGIN=Origin.TRUNK) == Allowed()
    assert asked(FAR, trunk_to_trunk=True, ORIGIN=Origin.TRUNK) == Barred(Reason.REACH)


def test_a_forwarding_gives_no_orders_to_the_telephone_of_the_caller() -> None:
    service = Target(TargetKind.FEATURE, "forward_always", ("8005",), "*57*8005#")
    answers = [permissions().permit(Attempt(service, "own", origin), "") for origin in Origin]
    assert answers == [Allowed(), Barred(Reason.SERVICE), Barred(Reason.SERVICE)]


def test_calls_are_forwarded_outside_by_permission_and_not_for_ever() -> None:
    day = 86400.0
    assert asked(LOCAL, ORIGIN=Origin.FORWARD) == Barred(Reason.FORWARD)
    assert asked(LOCAL, forward_outside=True, ORIGIN=Origin.FORWARD, FORWARD_AGE_S=29 * day) == Allowed()
    assert asked(LOCAL, forward_outside=True, ORIGIN=Origin.FORWARD, FORWARD_AGE_S=30 * day) == Barred(
        Reason.FORWARD_EXPIRED
    )
    forever = asked(LOCAL, forward_outside=True, forward_days=0, ORIGIN=Origin.FORWARD, FORWARD_AGE_S=999 * day)
    assert forever == Allowed()


def test_an_emergency_call_passes_everything() -> None:
    full = Counts(10**6, 10**6, 1e6, 1e6, 10**6)
    strict = permissions({"limits": {"at_once": 1}}, reach="internal", deny=["1!"], limits={"at_once": 1})
    for origin in Origin:
        attempt = Attempt(Target(TargetKind.EMERGENCY, "110", number="110"), "own", origin, own=full, total=full)
        assert strict.permit(attempt, "110") == Allowed()


FRAUD: dict[str, Any] = {
    "reach": "international",
    "limits": {"calls_per_hour": 10, "at_once": 2, "minutes_per_day": 100},
}


def test_a_limit_stops_fraud_and_warns_before() -> None:
    assert asked(ABROAD, OWN=Counts(calls_hour=6), **FRAUD) == Allowed(counted=True)
    near = asked(ABROAD, OWN=Counts(calls_hour=7), **FRAUD)
    assert near == Allowed(True, (TollAlarm(AlarmLevel.WARNING, "calls_per_hour", 8, 10),))
    over = asked(ABROAD, OWN=Counts(calls_hour=10), **FRAUD)
    assert over == Barred(Reason.LIMIT, (TollAlarm(AlarmLevel.MAJOR, "calls_per_hour", 10, 10),))
    assert isinstance(asked(ABROAD, OWN=Counts(at_once=2), **FRAUD), Barred)
    assert isinstance(asked(ABROAD, OWN=Counts(minutes_day=100.0), **FRAUD), Barred)


def test_the_whole_box_has_limits_of_its_own() -> None:
    over = asked(ABROAD, numbering={"limits": {"at_once": 5}}, reach="international", TOTAL=Counts(at_once=5))
    assert over == Barred(Reason.TOTAL_LIMIT, (TollAlarm(AlarmLevel.MAJOR, "at_once", 5, 5, total=True),))


def test_near_calls_are_neither_counted_nor_limited() -> None:
    assert asked(LOCAL, OWN=Counts(calls_hour=999, at_once=999), **FRAUD) == Allowed()
    counted = asked(LOCAL, numbering={"toll_from": "local"}, OWN=Counts(calls_hour=999), **FRAUD)
    assert isinstance(counted, Barred)


def test_the_defaults_stop_a_night_of_fraud() -> None:
    assert isinstance(asked(ABROAD, "international", OWN=Counts(at_once=4)), Barred)
    assert isinstance(asked(ABROAD, "international", OWN=Counts(calls_hour=40)), Barred)
    assert isinstance(asked(ABROAD, "international", TOTAL=Counts(at_once=30)), Barred)


STRICTNESS: dict[type, int] = {Allowed: 0, NeedsPin: 1, Barred: 2}
numbers = st.sampled_from([LOCAL, SPECIAL, MOBILE, FAR, ABROAD, "0" + MOBILE, "16888888"]) | st.text(
    "0123456789", min_size=1, max_size=14
)
lists = st.lists(st.sampled_from(["0755!", "00!", "8!", "1[3-9]X{9}", "95588", "X!"]), max_size=2)
counts = st.builds(Counts, calls_hour=st.integers(0, 12), at_once=st.integers(0, 3))


@given(
    numbers,
    lists,
    lists,
    st.integers(0, 2),
    st.sampled_from(["none", *REACHES]),
    st.booleans(),
    st.sampled_from(Origin),
    counts,
)
def test_who_reaches_further_is_never_refused_more(
    number: str, allow: list[str], deny: list[str], reach: int, pin_reach: str, pin: bool, origin: Origin, own: Counts
) -> None:
    answers = [
        asked(
            number,
            reach=REACHES[rank],
            pin_reach=pin_reach,
            allow=allow,
            deny=deny,
            forward_outside=True,
            trunk_to_trunk=True,
            limits=FRAUD["limits"],
            PIN=pin,
            ORIGIN=origin,
            OWN=own,
        )
        for rank in (reach, reach + 1)
    ]
    assert STRICTNESS[type(answers[0])] >= STRICTNESS[type(answers[1])]


@given(numbers, st.sampled_from(REACHES), st.sampled_from(["none", *REACHES]), counts)
def test_a_right_pin_never_harms(number: str, reach: str, pin_reach: str, own: Counts) -> None:
    without, with_pin = (
        asked(number, reach=reach, pin_reach=pin_reach, limits=FRAUD["limits"], PIN=pin, OWN=own)
        for pin in (False, True)
    )
    assert not isinstance(with_pin, NeedsPin)
    if not isinstance(without, NeedsPin):
        assert with_pin == without


@given(numbers, counts, counts)
def test_more_calls_are_never_allowed_more(number: str, some: Counts, others: Counts) -> None:
    more = Counts(some.calls_hour + others.calls_hour, 0, 0, 0, some.at_once + others.at_once)
    before, after = (asked(number, OWN=own, **FRAUD) for own in (some, more))
    assert STRICTNESS[type(before)] <= STRICTNESS[type(after)]


def test_limits_are_none_when_they_are_zero() -> None:
    free = TollLimits().model_dump()
    assert asked(ABROAD, reach="international", limits=free, OWN=Counts(10**6, 10**6, 1e6, 1e6, 10**6)) == Allowed(True)
