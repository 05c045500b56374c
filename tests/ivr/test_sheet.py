"""The file of a flow is changed one setting at a time, and known by its lines."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli

from core.config import schema
from core.ivr.form import tables
from core.ivr.model import Flow
from core.ivr.nodes import KINDS
from core.ivr.sheet import FlowSheet

SAMPLES = sorted((Path(__file__).parents[2] / "config" / "flows").glob("*.toml"))
FLOW = """\
# The first thing that a caller meets.
[flow]
start = "menu"

[[variable]]
name = "pressed"

[node.menu]
kind = "menu"
choices = { "1" = "bye",
  "2" = "bye" }

# Goodbye.
[node.bye]
kind = "hangup"
"""


def test_nodes_are_added_changed_and_removed() -> None:
    sheet = FlowSheet(FLOW)
    assert sheet.nodes == {"menu": "menu", "bye": "hangup"}
    assert sheet.variables == ["pressed"]
    sheet = FlowSheet(sheet.put(("node", "menu"), "tries", 2))
    assert sheet.value(("node", "menu"), "tries") == 2
    sheet = FlowSheet(sheet.put(("defaults",), "give_up", "bye"))
    assert sheet.table(("defaults",)) == {"give_up": "bye"}
    sheet = FlowSheet(sheet.add_node("people", "queue"))
    assert list(sheet.nodes) == ["menu", "bye", "people"]
    with pytest.raises(ValueError, match="there already"):
        sheet.add_node("menu", "say")
    sheet = FlowSheet(sheet.drop(("node", "menu")))
    assert list(sheet.nodes) == ["bye", "people"]
    sheet = FlowSheet(sheet.add_variable("two"))
    assert sheet.variables == ["pressed", "two"]
    sheet = FlowSheet(sheet.drop(("variable", 0)))
    assert sheet.variables == ["two"]
    assert "# Goodbye." in sheet.text


def test_a_line_is_known_by_what_stands_there() -> None:
    sheet = FlowSheet(FLOW)
    assert sheet.whose(1) == ((), "")
    assert sheet.whose(3) == (("flow",), "start")
    assert sheet.whose(6) == (("variable", 0), "name")
    assert sheet.whose(8) == (("node", "menu"), "")
    assert sheet.whose(10) == sheet.whose(11) == (("node", "menu"), "choices")
    assert sheet.whose(15) == (("node", "bye"), "kind")
    assert sheet.line(("node", "menu"), "choices") == 10
    assert sheet.line(("node", "bye")) == 14
    assert sheet.line(("node", "menu"), "tries") == 8


def test_a_text_that_is_no_toml_has_nothing_in_it() -> None:
    sheet = FlowSheet("[flow\n")
    assert not sheet.readable
    assert (sheet.nodes, sheet.variables, sheet.whose(1)) == ({}, [], ((), ""))


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_every_setting_of_the_samples_is_in_the_form_of_its_kind(file: Path) -> None:
    forms = {table.name: {kind.name: kind.settings for kind in table.kinds} for table in tables()}
    sheet = FlowSheet(file.read_text())
    for name, kind in sheet.nodes.items():
        settings = {each.name for each in forms["node"][kind]}
        assert set(sheet.table(("node", name))) - {"kind"} <= settings
        for setting, value in sheet.table(("node", name)).items():
            assert tomli.loads(sheet.put(("node", name), setting, value)) == sheet.data


def test_settings_that_name_a_node_say_so() -> None:
    nodes = next(table for table in tables() if table.name == "node")
    kinds = {kind.name: {each.name for each in kind.settings if each.kind == "node"} for kind in nodes.kinds}
    assert kinds["dial"] == {"next", "busy", "no_answer", "failed", "on_error"}
    assert kinds["return"] == {"on_error"}
    head = next(table for table in tables() if table.name == "flow").kinds[0]
    assert [each.name for each in head.settings if each.kind == "node"] == ["start"]
    said = {each.name for kind in nodes.kinds for each in kind.settings if each.kind == "texts"}
    assert {"prompts", "invalid", "silent"} <= said
    assert set(kinds) == set(KINDS)
    assert set(schema.tables(Flow)) == {table.name for table in tables()} - {"node"}
