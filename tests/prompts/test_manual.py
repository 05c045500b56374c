"""docs/prompts.md tells an office the truth."""

from __future__ import annotations

import re
from pathlib import Path

from core.prompts.catalogue import read_catalogue
from core.prompts.slots import KINDS

MANUAL = (Path(__file__).parents[2] / "docs" / "prompts.md").read_text()


def test_every_kind_of_value_is_named() -> None:
    assert {kind for kind in KINDS if f"`{kind}`" not in MANUAL} == set()


def test_its_example_is_a_catalogue_without_fault(tmp_path: Path) -> None:
    lines = re.findall(r"^    (.*)$|^()$", MANUAL[MANUAL.index("    [call.busy]") :], re.MULTILINE)
    example = "\n".join(line for line, _ in lines)
    (tmp_path / "office.toml").write_text(example)
    catalogue = read_catalogue(tmp_path / "office.toml")
    assert catalogue.faults == []
    assert {"flow.lunch.1", "flow.lunch.2"} == {
        piece.name for piece, _ in catalogue.pieces("zh") if piece.name.startswith("flow.lunch")
    }
