"""The model is its own manual: every setting says what it does, in which unit, and has a safe default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from core.config.model import Box, Features, Park, Station
from core.config.model.features import context, syntax


def tables(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation is made of, with those below them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from tables(field.annotation)
    for part in get_args(annotation):
        yield from tables(part)


FIELDS = [
    pytest.param(name, field, id=f"{table.__name__}.{name}")
    for table in dict.fromkeys(tables(Box))
    for name, field in table.model_fields.items()
]


@pytest.mark.parametrize(("name", "field"), FIELDS)
def test_every_setting_has_a_manual(name: str, field: FieldInfo) -> None:
    text = field.description or ""
    assert text[:1].isupper() or text[:1] == '"', "begins like a sentence"
    assert text.endswith("."), "ends like one"


@pytest.mark.parametrize(("name", "field"), [case for case in FIELDS if re.search("_(s|ms|db)$", str(case.values[0]))])
def test_a_name_that_ends_in_a_unit_is_a_number_of_it(name: str, field: FieldInfo) -> None:
    parts = [field.annotation, *get_args(field.annotation)]
    assert {int, float} & {part if isinstance(part, type) else type(part) for part in parts}


@pytest.mark.parametrize("name", Features.model_fields)
def test_every_service_says_how_it_is_dialled(name: str) -> None:
    assert syntax(name) in ("", "NUMBER#", "STATION", "ORBIT", "TIME#", "CODE*NUMBER#", "CODE", "PIN#NUMBER")
    assert context(name) in ("dial tone", "flash", "conference")


def test_an_empty_configuration_is_a_box_with_safe_defaults() -> None:
    box = Box()
    assert (box.box.country, box.box.languages, box.numbering.emergency) == (
        "cn",
        ("zh", "en"),
        ("110", "119", "120", "122"),
    )
    station = Station(number="8001", card="a", channel=1)
    assert (station.class_of_service, station.forward_always) == ("local", "")


def test_a_configuration_does_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Box().version = 1


@pytest.mark.parametrize(
    "data",
    [
        {"station": [{"number": 8001, "card": "a", "channel": 1}]},
        {"station": [{"number": "8001", "card": "a", "channel": "1"}]},
        {"station": [{"number": "8001", "card": "a", "channel": 1, "colour": "red"}]},
        {"box": {"frame_ms": 15}},
        {"box": {"time_zone": "Asia/Pekin"}},
        {"box": {"languages": ["zh", "zh"]}},
        {"park": {"orbits": "7001-710"}},
        {"card": [{"name": "a", "kind": "simulated"}]},
        {"card": [{"name": "a", "kind": "dahdi", "spans": [{"kind": "pri"}]}]},
        {"user": [{"name": "a", "role": "agent"}]},
        {"span": [{"name": "a", "card": "a", "span": 1, "signalling": "pri", "timers": {"T999": 1.0}}]},
        {"span": [{"name": "a", "card": "a", "span": 1, "signalling": "r2", "group_b": {"busy": 1}}]},
    ],
)
def test_values_are_strict(data: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Box.model_validate(data)


@pytest.mark.parametrize(
    ("orbits", "numbers"), [("", ()), ("7001", ("7001",)), ("0098-0101", ("0098", "0099", "0100", "0101"))]
)
def test_park_orbits_are_counted_with_their_zeros(orbits: str, numbers: tuple[str, ...]) -> None:
    assert Park(orbits=orbits).numbers() == numbers


def test_a_trunk_group_has_the_lines_of_its_spans_each_once() -> None:
    span = {"name": "e1a", "card": "a", "span": 1, "signalling": "pri", "channels": [1, 2, 3]}
    group = {"name": "g", "lines": ["e1a/2", "e1a", "line1"]}
    box = Box.model_validate({"span": [span], "trunk_group": [group]})
    assert list(box.lines_of(box.trunk_group[0])) == ["e1a/2", "e1a/1", "e1a/3", "line1"]


def test_lines_get_their_signalling_as_its_room_wants_it() -> None:
    pri = {"name": "a", "card": "a", "span": 1, "signalling": "pri", "side": "network", "timers": {"T303": 5.0}}
    r2 = {"name": "b", "card": "a", "span": 2, "signalling": "r2", "cd_bits": 1, "group_b": {"free": 7}}
    first, second = Box.model_validate({"span": [pri, r2]}).span
    assert first.signalling == "pri"
    assert (first.settings().link.side.name, first.settings().link.timers["T303"]) == ("NETWORK", 5.0)
    assert second.signalling == "r2"
    assert second.settings().cd_bits == 1
