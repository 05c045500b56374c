"""What differs is told row by row, whatever stands between; and what is merged can say where it comes from."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.config import schema
from core.config.difference import Change, Difference, Kind, difference
from core.config.merge import KEYS, key_of, merge
from core.config.model import Box, Effect
from core.texts import speaking

CARD = {"name": "d", "kind": "dahdi"}


def station(number: str, **settings: Any) -> dict[str, Any]:
    return {"number": number, "card": "d", "channel": int(number) % 100, **settings}


def box(**sections: Any) -> Box:
    return Box.model_validate({"card": [CARD], **sections})


def told(changes: Difference) -> list[tuple[str, str, str, str, str]]:
    return [(c.kind.value, c.section, c.row, c.setting, c.effect.value) for c in changes]


def test_equal_configurations_do_not_differ() -> None:
    assert not difference(box(station=[station("8001")]), box(station=[station("8001")]))


def test_rows_come_go_and_change() -> None:
    old = box(station=[station("8001"), station("8002", name="Desk")])
    new = box(station=[station("8002", name="Bar", caller_id="dtmf"), station("8003")])
    changes = difference(old, new)
    assert told(changes) == [
        ("removed", "station", "8001", "", "when idle"),
        ("changed", "station", "8002", "name", "now"),
        ("changed", "station", "8002", "caller_id", "line restart"),
        ("added", "station", "8003", "", "now"),
    ]
    rows = changes.rows("station")
    assert [sorted(names) for names in (rows.added, rows.removed, rows.changed)] == [["8003"], ["8001"], ["8002"]]
    assert set(changes.settings("station", "8002")) == {"name", "caller_id"}
    assert (changes.touches("station", "park"), changes.touches("park")) == (True, False)


def test_a_row_that_only_moved_is_the_same_but_the_order_is_told() -> None:
    old = box(station=[station("8001"), station("8002")])
    new = box(station=[station("8002"), station("8001")])
    (change,) = difference(old, new)
    assert (change.kind, change.section, change.new) == (Kind.MOVED, "station", ["8002", "8001"])
    assert not difference(old, new).rows("station")


def test_settings_of_inner_tables_are_told_by_their_path() -> None:
    old = box(trunk_group=[{"name": "g", "lines": ["a"]}], box={"name": "one"})
    new = box(trunk_group=[{"name": "g", "lines": ["a"], "did": {"strip": 4}}], box={"name": "two"})
    assert told(difference(old, new)) == [
        ("changed", "box", "", "name", "now"),
        ("changed", "trunk_group", "g", "did.strip", "for new calls"),
    ]


def test_a_span_that_changes_its_signalling_restarts() -> None:
    span = {"name": "e1a", "card": "d", "span": 1}
    changes = difference(box(span=[{**span, "signalling": "pri"}]), box(span=[{**span, "signalling": "r2"}]))
    assert ("changed", "span", "e1a", "signalling", "line restart") in told(changes)


def test_people_read_what_takes_effect_when() -> None:
    old = box(station=[station("8001", call_waiting=True)], box={"data": "/a"})
    new = box(station=[station("8001", call_waiting=False), station("8002")], box={"data": "/b"})
    assert difference(old, new).lines() == [
        "Takes effect now:",
        '    + [[station]] "8002"',
        "Takes effect for new calls:",
        '    ~ [[station]] "8001" call_waiting: true -> false',
        "Takes effect at the next start of the exchange:",
        '    ~ [box] data: "/a" -> "/b"',
    ]
    with speaking("zh"):
        assert difference(old, new).lines()[0] == "立即生效："


def test_pins_are_not_shown() -> None:
    old = box(conference=[{"number": "8500", "pin": "528491"}])
    new = box(conference=[{"number": "8500", "pin": "739152"}, {"number": "8501", "pin": "640233"}])
    changes = difference(old, new)
    shown = str(changes.facts()) + "".join(changes.lines())
    assert [pin for pin in ("528491", "739152", "640233") if pin in shown] == []
    assert '~ [[conference]] "8500" pin' in shown


@pytest.mark.parametrize("section", [name for name, many in schema.tables().items() if many])
def test_every_list_of_tables_has_a_key_that_each_row_must_give(section: str) -> None:
    for table in schema.variants(schema.item(Box.model_fields[section].annotation)):
        assert table.model_fields[key_of(section)].is_required()
    assert set(KEYS) <= set(schema.tables())


def test_every_setting_says_when_it_takes_effect() -> None:
    for section in Box.model_fields:
        for table in schema.variants(
            schema.item(Box.model_fields[section].annotation) or Box.model_fields[section].annotation
        ):
            for field in table.model_fields.values():
                assert isinstance(schema.effect(field), Effect)


# ---- whatever is configured ----


def stations(number: str) -> st.SearchStrategy[dict[str, Any]]:
    some = {"name": st.sampled_from(["a", "b"]), "privacy": st.booleans()}
    return st.fixed_dictionaries({}, optional=some).map(lambda settings: station(number, **settings))


numbers = st.lists(st.integers(8001, 8009).map(str), unique=True, max_size=6)
boxes = numbers.flatmap(lambda chosen: st.tuples(*map(stations, chosen))).map(lambda rows: box(station=list(rows)))


def applied(old: Box, changes: Difference) -> list[dict[str, Any]]:
    """The stations of the old one with the changes made by hand."""
    rows = {row.number: row.model_dump() for row in old.station}
    order = [row.number for row in old.station]
    moved: list[str] | None = None
    for change in changes:
        assert isinstance(change, Change)
        if change.kind is Kind.REMOVED:
            del rows[change.row]
            order.remove(change.row)
        elif change.kind is Kind.ADDED:
            rows[change.row] = change.new
            order.append(change.row)
        elif change.kind is Kind.CHANGED:
            rows[change.row][change.setting] = change.new
        else:
            moved = change.new
    if moved is not None:
        kept = set(moved)
        queue = iter(moved)
        order = [next(queue) if number in kept else number for number in order]
    return [rows[number] for number in order]


@given(boxes, boxes)
def test_the_old_with_all_changes_is_the_new(old: Box, new: Box) -> None:
    made = {row["number"]: row for row in applied(old, difference(old, new))}
    assert made == {row.number: row.model_dump() for row in new.station}


@given(boxes, boxes)
def test_the_way_back_undoes_the_way_there(old: Box, new: Box) -> None:
    there, back = difference(old, new), difference(new, old)
    opposite = {Kind.ADDED: Kind.REMOVED, Kind.REMOVED: Kind.ADDED, Kind.CHANGED: Kind.CHANGED, Kind.MOVED: Kind.MOVED}
    assert {(opposite[c.kind], c.row, c.setting) for c in there} == {(c.kind, c.row, c.setting) for c in back}
    assert bool(there) == (old != new)


# ---- merging ----

rows = st.lists(
    st.fixed_dictionaries({"number": st.sampled_from("123")}, optional={"name": st.text(max_size=2)}), max_size=3
)
files = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "station": rows,
            "box": st.dictionaries(st.sampled_from("ab"), st.integers(0, 9)),
            "x": st.integers(),
        },
    ),
    max_size=4,
)


@given(files)
def test_every_merged_value_comes_from_where_it_is_said_to(contents: list[dict[str, Any]]) -> None:
    merged = merge(contents)

    def look(path: tuple[str | int, ...], value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                look((*path, key), inner)
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                look((*path, number), inner)
        else:
            origin = merged.origin(path)
            assert origin is not None
            file, there = origin
            found: Any = contents[file]
            for part in there:
                found = found[part]
            assert found == value

    look((), merged.data)


@given(files)
def test_merging_loses_no_row_and_joins_only_across_files(contents: list[dict[str, Any]]) -> None:
    merged = merge(contents).data.get("station", [])
    for number in "123":
        counts = [sum(row["number"] == number for row in data.get("station", [])) for data in contents]
        doubles = sum(max(0, count - 1) for count in counts)
        assert sum(row["number"] == number for row in merged) == doubles + any(counts)


@given(files)
def test_the_last_file_that_says_something_counts(contents: list[dict[str, Any]]) -> None:
    merged = merge(contents).data
    for key in "ab":
        said = [data["box"][key] for data in contents if key in data.get("box", {})]
        assert merged.get("box", {}).get(key) == (said[-1] if said else None)


def test_merging_leaves_the_files_contents_alone() -> None:
    first = {"station": [{"number": "1"}], "box": {"a": 1}}
    merge([first, {"station": [{"number": "1", "name": "x"}], "box": {"b": 2}}])
    assert first == {"station": [{"number": "1"}], "box": {"a": 1}}
