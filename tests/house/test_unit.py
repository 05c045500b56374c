"""The service unit says what the daemon needs, and nothing that would take its cards away."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from core.daemon import PATIENCE_S
from core.notify import WRITER_S

ROOT = Path(__file__).resolve().parents[2]


def unit(section: str = "Service") -> dict[str, str]:
    """A setting that stands there several times: its last line."""
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(ROOT / "packaging" / "strowger.service")
    return dict(parser[section])


def test_systemd_waits_for_the_box_longer_than_the_box_waits_for_its_calls() -> None:
    assert float(unit()["TimeoutStopSec"]) > PATIENCE_S


def test_the_watchdog_bites_later_than_the_box_judges_itself() -> None:
    assert unit()["Type"] == "notify"
    assert float(unit()["WatchdogSec"]) > WRITER_S


def test_nothing_takes_cards_and_priority_away() -> None:
    said = unit()
    assert said["DevicePolicy"] == "closed"
    assert "char-dahdi rw" in said["DeviceAllow"]
    assert not {"PrivateDevices", "RestrictRealtime", "MemoryDenyWriteExecute"} & set(said)
    assert "AF_NETLINK" in said["RestrictAddressFamilies"]  # cards that come and go


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze on this machine")
@pytest.mark.parametrize("name", ["strowger.service", "strowger-backup.service"])
def test_an_intruder_would_find_little_to_take(name: str) -> None:
    """systemd's own count of what a service may do: 0 nothing, 10 everything."""
    said = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", ROOT / "packaging" / name],
        capture_output=True, text=True,
    ).stdout  # fmt: skip
    found = re.search(r"Overall exposure level for \S+: ([0-9.]+)", said)
    assert found, said
    assert float(found[1]) <= 2.0


def test_the_service_writes_its_configuration_and_nothing_else_of_the_system() -> None:
    said = unit()
    assert (said["ProtectSystem"], said["ReadWritePaths"]) == ("strict", "/etc/strowger")


def test_the_box_is_tried_again_for_ever() -> None:
    """systemd gave up after five starts on a full disk, and stayed so when there was room again."""
    assert (unit()["Restart"], unit("Unit")["StartLimitIntervalSec"]) == ("on-failure", "0")


def test_every_line_of_the_unit_stands_in_its_chapter() -> None:
    text = (ROOT / "docs" / "running.md").read_text()
    for name in ("LimitRTPRIO", "LimitMEMLOCK", "Type=notify", "watchdog"):
        assert name in text
