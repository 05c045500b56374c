"""The service unit says what the daemon needs, and nothing that would take its cards away."""

from __future__ import annotations

import configparser
from pathlib import Path

from core.daemon import PATIENCE_S
from core.notify import WRITER_S

ROOT = Path(__file__).resolve().parents[2]


def unit() -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(ROOT / "packaging" / "strowger.service")
    return dict(parser["Service"])


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


def test_every_line_of_the_unit_stands_in_its_chapter() -> None:
    text = (ROOT / "docs" / "running.md").read_text()
    for name in ("LimitRTPRIO", "LimitMEMLOCK", "Type=notify", "watchdog"):
        assert name in text
