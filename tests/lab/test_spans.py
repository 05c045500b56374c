"""The lab itself: the modules are loaded, dahdi.conf is applied, both ends of every pair are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.lab

PROC = Path("/proc/dahdi")


def signalling(span: int) -> dict[int, str]:
    """Channel number to signalling, as /proc/dahdi/N names it; "" for a channel that dahdi.conf leaves out."""
    lines = re.findall(r"^\s+(\d+) DYN\S+ ?(\S*)", (PROC / str(span)).read_text(), re.MULTILINE)
    return {int(channel): name for channel, name in lines}


def test_each_pair_of_dahdi_conf_is_two_spans() -> None:
    assert sorted(int(entry.name) for entry in PROC.iterdir()) == list(range(1, 11))


@pytest.mark.parametrize(
    ("span", "first", "kind", "sixteenth"),
    [
        (1, 1, "Clear", "HDLCFCS"),
        (2, 32, "Clear", "HDLCFCS"),
        (3, 63, "Clear", "HDLCFCS"),
        (4, 94, "Clear", "HDLCFCS"),
        (5, 125, "CAS", ""),
        (6, 156, "CAS", ""),
        (7, 187, "Clear", "Clear"),
        (8, 218, "Clear", "Clear"),
    ],
)
def test_an_e1_has_31_channels_and_its_signalling_in_timeslot_16(
    span: int, first: int, kind: str, sixteenth: str
) -> None:
    expected = dict.fromkeys(range(first, first + 31), kind)
    expected[first + 15] = sixteenth
    assert signalling(span) == expected


@pytest.mark.parametrize(("span", "first", "kind"), [(9, 249, "FXOKS"), (10, 265, "FXSKS")])
def test_the_analog_pair_has_sixteen_lines_and_their_telephones(span: int, first: int, kind: str) -> None:
    assert signalling(span) == dict.fromkeys(range(first, first + 16), kind)
