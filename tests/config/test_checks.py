"""What the tables must be to each other: every reference is looked at, every secret that everybody tries is found."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel

from core.config import schema
from core.config.checks import check
from core.config.codes import weak
from core.config.model import Box
from core.config.model.features import Features, context, syntax
from core.config.references import REFERENCES


@pytest.mark.parametrize(
    "pin", ["000000", "123456", "654321", "890123", "19900101", "20261231", "900101", "261231", "118001", "800199"]
)
def test_a_pin_that_everybody_tries_is_weak(pin: str) -> None:
    assert weak(pin, "8001")


@pytest.mark.parametrize("pin", ["502814", "739264", "19905501", "9001013", "80018"])
def test_a_pin_that_nobody_tries_first_is_not(pin: str) -> None:
    assert not weak(pin, "8002")


def problems(**tables: Any) -> list[tuple[str, str]]:
    """Of a box: where, as names joined by points, and what."""
    findings = check(Box.model_validate(tables))
    return [(".".join(map(str, finding.path)), finding.problem) for finding in findings if not finding.warning]


def test_the_extension_of_anybody_is_no_calling_pin() -> None:
    station = {"number": "8001", "card": "d", "channel": 1}
    people = [{"name": "Li", "pin": "998001"}, {"name": "Han", "pin": "123456"}, {"name": "Wu", "pin": "502814"}]
    found = problems(card=[{"name": "d", "kind": "dahdi"}], station=[station], pin=people)
    assert found == [("pin.0.pin", "This PIN is guessed at once."), ("pin.1.pin", "This PIN is guessed at once.")]


@pytest.mark.parametrize("pattern", REFERENCES)
def test_every_reference_is_a_setting_of_the_model(pattern: str) -> None:
    """Followed name by name; * is any row of a list or any key of a table."""
    annotation: Any = Box
    for part in pattern.split("."):
        if part == "*":
            annotation = schema.item(annotation) or str
            continue
        tables = list(schema.variants(schema.item(annotation) or annotation))
        annotation = next(table.model_fields[part].annotation for table in tables if part in table.model_fields)
    assert not (isinstance(annotation, type) and issubclass(annotation, BaseModel))


def test_the_codes_that_come_with_the_box_can_be_told_apart() -> None:
    assert problems() == []
    for one in Features.model_fields:
        for other in Features.model_fields:
            first, second = Features.model_fields[one].default, Features.model_fields[other].default
            if one != other and context(one) == context(other) and second.startswith(first):
                assert syntax(one), f"{one} is complete before {other}"


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ({"pick_up": "*70#"}, ["The code *70# is given twice."]),
        ({"own_number": "*5"}, ["The code *5"]),
        ({"own_number": "110"}, ["The code 110 and the number 110 cannot be told apart."]),
        ({"own_number": ""}, []),
        ({"flash_release": "2"}, ["The code 2 is given twice."]),
        ({"conference_mute": "1"}, []),
    ],
)
def test_codes_are_compared_where_they_are_dialled(features: dict[str, str], said: list[str]) -> None:
    found = [problem for path, problem in problems(features=features) if path.startswith("features")]
    assert len(found) >= len(said)
    assert all(any(problem.startswith(text) for problem in found) for text in said)
    assert bool(found) == bool(said)


def test_emergency_calls_need_a_way_out() -> None:
    group = {"name": "in", "lines": ["line1"], "direction": "in"}
    trunk = {"name": "line1", "card": "d", "channel": 1}
    found = problems(card=[{"name": "d", "kind": "dahdi"}], trunk=[trunk], trunk_group=[group])
    assert "trunk_group.0.direction" in [path for path, _problem in found]
