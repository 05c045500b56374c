"""No import runs up a storey, and the check that says so finds one that does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.house.storeys import STOREYS, circle, violations

ROOT = Path(__file__).resolve().parents[2]
KNOTS = {
    "core/acd",
    "core/api",
    "core/exchange",
    "core/ivr",
    "core/voicemail",
    "hw/signalling/pri",
    "hw/sim",
    "tui",
}
"""Folders in which two files know each other by type: a call and its exchange, a line and its trunk. No new ones."""


def plant(root: Path, file: str, text: str) -> None:
    path = root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_no_import_runs_up_a_storey() -> None:
    assert all((ROOT / folder / "__init__.py").exists() for folder in STOREYS.values())
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("file", "text", "name"),
    [
        ("hw/plane.py", "import core\n", "core"),
        ("hw/plane.py", "import os, core.exchange as exchange\n", "core.exchange"),
        ("hw/deep/down/card.py", "from core.exchange import Call\n", "core.exchange"),
        ("hw/plane.py", "from tui import screens\n", "tui"),
        ("core/calls.py", "import tui.board\n", "tui.board"),
        ("core/calls.py", "def show():\n    from tui.board import Board\n", "tui.board"),
        ("core/calls.py", "if TYPE_CHECKING:\n    import tui\n", "tui"),
        ("core/calls.py", "importlib.import_module('tui.board')\n", "tui.board"),
        ("hw/plane.py", "__import__('core')\n", "core"),
        ("core/status.py", "import firmware.report\n", "firmware.report"),
        ("firmware-tools/firmware/report.py", "import tui.app\n", "tui.app"),
    ],
)
def test_an_import_that_runs_up_is_found(tmp_path: Path, file: str, text: str, name: str) -> None:
    plant(tmp_path, file, text)
    line = len(text.splitlines())
    assert violations(tmp_path) == [f"{file}:{line} imports {name}"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("tui/board.py", "import core.api\nfrom hw.card import Card\n"),
        ("core/calls.py", "from hw import plane\nimport core.journal\n"),
        ("hw/plane.py", "import hw.native\nfrom . import card\nfrom .core import thing\n"),
        ("hw/plane.py", "import corecheck\nimport tuition\n'import core'\n"),
    ],
)
def test_an_import_that_runs_down_or_stays_is_none(tmp_path: Path, file: str, text: str) -> None:
    plant(tmp_path, file, text)
    assert violations(tmp_path) == []


def test_no_ring_of_imports_but_those_that_are_known() -> None:
    folders = {file.parent for folder in STOREYS.values() for file in (ROOT / folder).rglob("*.py")}
    assert {str(folder.relative_to(ROOT)) for folder in folders if circle(folder, ROOT)} == KNOTS


def test_a_ring_of_imports_is_found_though_it_is_for_types_alone(tmp_path: Path) -> None:
    plant(tmp_path, "core/desk/one.py", "from core.desk import two\n")
    plant(tmp_path, "core/desk/two.py", "if TYPE_CHECKING:\n    from core.desk.one import One\n")
    assert set(circle(tmp_path / "core/desk", tmp_path)) == {"core.desk.one", "core.desk.two"}
    plant(tmp_path, "core/desk/two.py", "from core.desk.three import Three\n")
    assert circle(tmp_path / "core/desk", tmp_path) == []
