"""The Debian package in a clean Debian: installed, it makes calls; upgraded, it keeps everything; removed, it keeps
what is the office's; purged, it leaves nothing but backups.

One story, told in order; each test goes on where the one before ended. It needs root, Debian's mirror and PyPI.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.package.clean_root import AS_SERVICE, CleanRoot, limits_given

pytestmark = pytest.mark.package

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "package"


@pytest.fixture(scope="module")
def package() -> Path:
    made = subprocess.run(
        ["/usr/bin/python3", ROOT / "packaging" / "package.py", "--out", WORK], capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    return Path(made.stdout.strip())


@pytest.fixture(scope="module")
def root() -> Iterator[CleanRoot]:
    clean = CleanRoot(WORK / "root")
    clean.lay()
    yield clean
    shutil.rmtree(clean.folder)


def next_version(package: Path) -> Path:
    """The same package under a higher version: what an upgrade does is dpkg's and the scripts' doing."""
    tree = WORK / "next"
    shutil.rmtree(tree, ignore_errors=True)
    subprocess.run(["dpkg-deb", "--raw-extract", package, tree], check=True)
    control = tree / "DEBIAN" / "control"
    control.write_text(control.read_text().replace("Version: ", "Version: 99."))
    made = WORK / "strowger_next.deb"
    subprocess.run(["dpkg-deb", "-Zgzip", "-z1", "--root-owner-group", "--build", tree, made], check=True)
    shutil.rmtree(tree)
    return made


def records(root: CleanRoot) -> list[tuple[str, str, str]]:
    found = json.loads(root("strowger", "records", "--json"))["records"]
    return [(row["calling"], row["called"], row["disposition"]) for row in found]


def call(root: CleanRoot) -> None:
    """Ann calls Ben; he answers, she hangs up."""
    with root.start() as service:
        root("strowger", "town", "lift", "8003")
        root("strowger", "town", "dial", "8003", "8004")
        service.wait("sh", "-c", "strowger calls | grep -q alerting")
        root("strowger", "town", "lift", "8004")
        service.wait("sh", "-c", "strowger calls | grep -c connected | grep -q 2")
        root("strowger", "town", "hang-up", "8003")
        root("strowger", "town", "hang-up", "8004")
        service.wait("sh", "-c", "strowger records")
        status = json.loads(root("strowger", "status", "--json"))["status"]
        # Real-time priority and locked memory, as the unit gives them.
        assert status["warnings"] == [] or not limits_given()
        service.stop()


def test_installed_it_makes_a_call(package: Path, root: CleanRoot) -> None:
    root.install(package)
    assert root("strowger", "--version").startswith("strowger ")
    assert root.path("/etc/strowger/10-box.toml").exists()
    call(root)
    assert records(root) == [("8003", "8004", "answered")]


def test_nobody_else_reads_what_is_the_offices(root: CleanRoot) -> None:
    for folder in ("/etc/strowger", "/var/lib/strowger", "/var/backups/strowger"):
        stat = root.path(folder).stat()
        assert stat.st_mode & 0o007 == 0, folder
        assert root("stat", "--format=%U", folder).strip() == "strowger"
    assert root("id", "--name", "--groups", "strowger").split() == ["strowger", "dahdi"]


def test_all_of_it_is_compiled(root: CleanRoot) -> None:
    packages = root.path("/usr/lib/strowger/lib/python3.11/site-packages")
    for name in ("core", "hw", "tui", "firmware", "textual"):
        sources = list((packages / name).rglob("*.py"))
        assert sources, name
        compiled = {path.name.partition(".")[0] for path in (packages / name).rglob("*.pyc")}
        assert {path.stem for path in sources} <= compiled, name


def test_a_backup_is_made_and_the_doctor_finds_it(root: CleanRoot) -> None:
    made = root(*AS_SERVICE, "strowger", "backup", "--json")
    file = json.loads(made)["file"]
    assert file.startswith("/var/backups/strowger/")
    findings = json.loads(root("strowger", "doctor", "--json", code=1))["findings"]  # it does not run just now
    assert {row["check"] for row in findings if row["level"] == "wanting"} == {"exchange"}


def test_upgraded_it_keeps_data_and_configuration_and_makes_calls(package: Path, root: CleanRoot) -> None:
    own = root.path("/etc/strowger/10-box.toml")
    own.write_text(own.read_text() + "\n# The office's own words.\n")
    root.path("/etc/strowger/50-services.toml").unlink()
    root.install(next_version(package))
    assert own.read_text().endswith("# The office's own words.\n")
    assert not root.path("/etc/strowger/50-services.toml").exists()  # what was deleted does not come back
    call(root)
    assert records(root) == [("8003", "8004", "answered")] * 2


def test_removed_it_keeps_what_is_the_offices(root: CleanRoot) -> None:
    root("apt-get", "--quiet", "--yes", "remove", "strowger")
    assert not root.path("/usr/bin/strowger").exists()
    assert not root.path("/usr/lib/strowger").exists()
    assert root.path("/var/lib/strowger/journal.db").exists()
    assert root.path("/etc/strowger/10-box.toml").exists()


def test_purged_it_leaves_nothing_but_backups(root: CleanRoot) -> None:
    root("apt-get", "--quiet", "--yes", "purge", "strowger")
    for gone in ("/etc/strowger", "/var/lib/strowger", "/var/log/strowger", "/usr/share/strowger"):
        assert not root.path(gone).exists(), gone
    assert list(root.path("/var/backups/strowger").glob("strowger-*.tar.gz"))
    root("getent", "passwd", "strowger", code=2)


def test_it_comes_back_to_a_purged_machine_with_its_backup(package: Path, root: CleanRoot) -> None:
    root.install(package)
    (backup,) = root.path("/var/backups/strowger").glob("strowger-*.tar.gz")
    root("strowger", "restore", f"/var/backups/strowger/{backup.name}")
    assert records(root) == [("8003", "8004", "answered")]
    call(root)
    assert len(records(root)) == 2
