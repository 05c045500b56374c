"""Digit analysis agrees with a matcher that asks every pattern, however the digits arrive."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.config.model.pattern import parse
from core.numbering.target import Analysis, Outcome, Target, TargetKind
from core.numbering.tree import Entry
from hw.signalling.q850 import Cause
from tests.numbering.plans import For, analyser, digits, entries, facts, naive

classes = st.sampled_from(["", "a", "b"])


@settings(max_examples=300)
@given(entries(), st.lists(digits, min_size=1, max_size=6), classes)
def test_the_tree_agrees_with_asking_every_pattern(plan: list[Entry], numbers: list[str], name: str) -> None:
    tree = analyser(plan)
    for number in numbers:
        assert tree.analyse(number, facts(class_of_service=name)) == naive(plan, number, facts(class_of_service=name))


@settings(max_examples=150)
@given(entries(), digits, classes)
def test_a_number_that_is_whole_is_never_waited_for(plan: list[Entry], number: str, name: str) -> None:
    who = facts(class_of_service=name)
    found = analyser(plan).analyse(number, who, final=True)
    assert found == naive(plan, number, who, final=True)
    assert found.outcome in (Outcome.COMPLETE, Outcome.VACANT)


@settings(max_examples=150)
@given(entries(), st.lists(st.text(alphabet="0012*#", max_size=3), max_size=6), classes)
def test_fed_bit_by_bit_or_whole_it_is_the_same(plan: list[Entry], parts: list[str], name: str) -> None:
    who = facts(class_of_service=name)
    dialling = analyser(plan).begin(who)
    for part in parts:
        dialling.feed(part)
    whole = analyser(plan).analyse("".join(parts), who)
    assert dialling.analysis == whole


@given(entries(), digits, digits)
def test_what_was_analysed_before_changes_nothing(plan: list[Entry], first: str, second: str) -> None:
    used = analyser(plan)
    used.analyse(first, facts())
    assert used.analyse(second, facts()) == analyser(plan).analyse(second, facts())


def entry(text: str, name: str, kind: TargetKind = TargetKind.TRUNK, number: str = "", **more: float) -> Entry:
    return Entry(
        parse(text),
        Target(kind, name, number=number),
        (name,),
        wait_s=more.get("wait_s", 0.0),
        prompt=bool(more.get("prompt")),
        strip=int(more.get("strip", 0)),
        short=kind is TargetKind.SPEED_DIAL,
    )


HOUSE = [
    entry("110", "110", TargetKind.EMERGENCY, prompt=1),
    entry("9110", "110", TargetKind.EMERGENCY, prompt=1, strip=1),
    entry("8001", "8001", TargetKind.STATION),
    entry("9!", "any"),
    entry("9010!", "beijing"),
    entry("90X!", "far"),
    entry("91[3-9]X{9}", "mobile", wait_s=8),
    entry("*21*(.)#", "forward_always", TargetKind.FEATURE),
    entry("*88", "boss", TargetKind.SPEED_DIAL, "8001"),
    entry("*89", "loop", TargetKind.SPEED_DIAL, "*88"),
    entry("*87", "agency", TargetKind.SPEED_DIAL, "901088886666"),
]


def said(digits: str, final: bool = False) -> Analysis:
    return analyser(HOUSE).analyse(digits, facts(), final)


def test_the_longest_prefix_wins() -> None:
    names = {digits: said(digits).target for digits in ("95", "901012345678", "902134567")}
    assert {digits: target.name for digits, target in names.items() if target} == {
        "95": "any",
        "901012345678": "beijing",
        "902134567": "far",
    }


def test_an_emergency_number_waits_for_nothing() -> None:
    assert said("110") == Analysis(Outcome.COMPLETE, Target(TargetKind.EMERGENCY, "110", number="110"))
    assert said("9110") == Analysis(Outcome.COMPLETE, Target(TargetKind.EMERGENCY, "110", number="110"))
    assert said("91105") == said("9110")


def test_a_station_that_begins_like_an_emergency_number_makes_it_wait() -> None:
    plan = [*HOUSE, entry("1101", "1101", TargetKind.STATION)]
    found = analyser(plan).analyse("110", facts())
    assert (found.outcome, found.wait_s, found.target and found.target.name) == (Outcome.MAYBE, 3, "110")
    assert analyser(plan).analyse("1101", facts()).outcome is Outcome.COMPLETE


def test_a_route_for_all_the_rest_keeps_no_exact_number_waiting() -> None:
    plan = [entry("9[2-8]X{7}", "city"), entry("9010X{8}", "beijing"), entry("90!", "far"), entry("9!", "rest")]
    outcomes = {digits: analyser(plan).analyse(digits, facts()) for digits in ("962000001", "901062000001", "90", "96")}
    told = {digits: (one.outcome, one.target and one.target.name) for digits, one in outcomes.items()}
    assert told == {
        "962000001": (Outcome.COMPLETE, "city"),
        "901062000001": (Outcome.COMPLETE, "beijing"),
        "90": (Outcome.MAYBE, "far"),
        "96": (Outcome.MAYBE, "rest"),
    }
    assert analyser(plan).analyse("9620000012", facts()).outcome is Outcome.MAYBE, "nobody is kept from dialling on"


def test_a_single_digit_waits_for_the_open_end_behind_it() -> None:
    plan = [entry("9", "operator", TargetKind.STATION), entry("9.", "outside")]
    assert analyser(plan).analyse("9", facts()).outcome is Outcome.MAYBE


def test_waits_are_those_of_what_can_still_come() -> None:
    assert said("").wait_s == 15
    assert said("80") == Analysis(Outcome.MORE, wait_s=6)
    assert said("91").wait_s == 8  # the mobile number may still come
    assert said("98").wait_s == 3


def test_the_end_key_completes_a_number_at_once_but_belongs_to_a_service_code() -> None:
    assert said("901088886666#") == said("901088886666", final=True)
    assert said("901088886666").outcome is Outcome.MAYBE
    assert said("*21*8001").outcome is Outcome.MORE
    found = said("*21*8001#")
    assert found.target == Target(TargetKind.FEATURE, "forward_always", ("8001",), "*21*8001#")
    assert said("#").cause is Cause.UNALLOCATED


def test_a_speed_dial_leads_where_its_number_leads_and_never_to_another() -> None:
    assert said("*88").target == Target(TargetKind.STATION, "8001", number="8001", speed_dial="*88")
    assert said("*87").target == Target(TargetKind.TRUNK, "beijing", number="901088886666", speed_dial="*87")
    assert said("*89") == Analysis(Outcome.VACANT, cause=Cause.NO_ROUTE_TO_DESTINATION)


def test_what_is_wrong_with_a_number_is_said() -> None:
    assert said("7").cause is Cause.UNALLOCATED
    assert said("80015").cause is Cause.UNALLOCATED
    assert said("800", final=True).cause is Cause.INVALID_NUMBER
    only = [Entry(parse("9!"), Target(TargetKind.TRUNK, "r"), ("r",), For("boss"))]
    assert analyser(only).analyse("95", facts()).cause is Cause.NO_ROUTE_TO_DESTINATION
    assert analyser(only).analyse("95", facts(class_of_service="boss")).outcome is Outcome.MAYBE


def test_a_number_ends_at_the_longest_that_there_is() -> None:
    assert said("9" * 31).outcome is Outcome.MAYBE
    assert said("9" * 32).outcome is Outcome.COMPLETE
    assert said("9" * 33).outcome is Outcome.VACANT


def test_signs_that_no_telephone_has_are_no_number() -> None:
    for strange in ("8٠01", "8 01", "é", "9\n"):
        assert said(strange).outcome is Outcome.VACANT
