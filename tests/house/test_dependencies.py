"""docs/dependencies.md names exactly what is installed, and the two lists that are installed from are well formed."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DEBIAN = (ROOT / "packaging" / "debian-packages.txt").read_text().splitlines()
LOCK = (ROOT / "requirements.lock").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def rows(section: str) -> dict[str, list[str]]:
    """The table of one section of dependencies.md: first column to the others."""
    text = (ROOT / "docs" / "dependencies.md").read_text()
    (found,) = re.findall(rf"^## {re.escape(section)}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    lines = [line for line in found.splitlines() if line.startswith("|")][2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {name: rest for name, *rest in cells}


def locked() -> dict[str, set[str]]:
    """Each package of the lock with what brings it, as pip-compile notes it under "via"."""
    found = {}
    for block in re.split(r"^(?=[a-z])", LOCK, flags=re.MULTILINE)[1:]:
        name = block.partition("==")[0]
        via = block.partition("# via")[2].partition("\n\n")[0]
        found[name] = set(re.findall(r"^[ #]*([a-z][\w.-]*)", via, re.MULTILINE))
    return found


OURS = "strowger"
RUNNING = rows("Python packages of the running box")
CHECKOUT = rows("Python packages of the checkout")
BROUGHT = rows("Python packages that those bring")


def test_every_debian_line_is_a_package_and_its_reason() -> None:
    lines = [line for line in DEBIAN if not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[a-z0-9][a-z0-9.+-]+ +# \S.*", line)] == []
    names = [line.split()[0] for line in lines]
    assert len(names) == len(set(names))


def test_every_debian_package_is_explained() -> None:
    assert set(rows("Debian packages")) == {line.split()[0] for line in DEBIAN if not line.startswith("#")}


def test_every_locked_package_is_explained_and_nothing_else() -> None:
    assert sorted([*RUNNING, *CHECKOUT, *BROUGHT]) == sorted(locked())


def test_every_lock_entry_has_an_exact_version_and_a_hash() -> None:
    for block in re.split(r"^(?=[a-z])", LOCK, flags=re.MULTILINE)[1:]:
        assert re.match(r"[a-z0-9-]+==[\w.]+ \\\n    --hash=sha256:[0-9a-f]{64}", block), block.splitlines()[0]


def test_what_the_box_needs_and_what_the_checkout_needs_are_told_apart() -> None:
    assert set(RUNNING) == set(PROJECT["dependencies"])
    assert set(CHECKOUT) == set(PROJECT["optional-dependencies"]["checkout"])


def test_brought_packages_stand_with_what_brings_them() -> None:
    assert {name: ", ".join(sorted(via)) for name, via in locked().items() if OURS not in via} == {
        name: cells[0] for name, cells in BROUGHT.items()
    }


@pytest.mark.parametrize("section", ["Python packages of the running box", "Debian packages"])
def test_no_row_leaves_a_cell_empty(section: str) -> None:
    assert {name: cells for name, cells in rows(section).items() if len(cells) != 3 or not all(cells)} == {}
