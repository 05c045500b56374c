"""Where in China a number is at home (归属地), by its area code or the first seven digits of a mobile number.

    region_of("01088886666")   Region("北京市", "Beijing", ("10",))
    region_of("13800138000")   the same

The table is made by packaging/regions.py and read when first asked for (some 20 ms, 1.4 MB). A mobile number that was
taken to another place or carrier keeps the region where it was issued.
"""

from __future__ import annotations

import json
import lzma
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).parent / "regions.xz"
_FIRST = 1300000


@dataclass(frozen=True, slots=True)
class Region:
    """Names as 江苏省南京市 and Nanjing, Jiangsu; the area codes there, without 0, may be several or none known."""

    zh: str
    en: str
    areas: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    regions: tuple[Region, ...]
    areas: dict[str, int]
    mobile: memoryview

    def of_area(self, code: str) -> Region | None:
        return self.regions[self.areas[code]] if code in self.areas else None

    def of_mobile(self, number: str) -> Region | None:
        """By its first seven digits."""
        at = 2 * (int(number[:7]) - _FIRST)
        index = int.from_bytes(self.mobile[at : at + 2], "little")
        return self.regions[index] if index else None


@cache
def table() -> Table:
    data = memoryview(lzma.decompress(TABLE.read_bytes()))
    length = int.from_bytes(data[:4], "little")
    head = json.loads(bytes(data[4 : 4 + length]))
    regions = tuple(Region(zh, en, tuple(areas)) for zh, en, areas in head["regions"])
    return Table(regions, head["areas"], data[4 + length :])


def region_of(number: str) -> Region | None:
    """number: as numbers.normalised() writes it: 0 and area code, or a mobile number. None: not known, not in China."""
    if len(number) == 11 and number[0] == "1" and "3" <= number[1] <= "9" and number.isascii() and number.isdecimal():
        return table().of_mobile(number)
    if number[:1] == "0" and number[1:2] != "0":
        return table().of_area(area_code(number[1:]))
    return None


def area_code(number: str) -> str:
    """The area code at the front of a national number without 0: 10, 2x, three digits else."""
    if number[:2] == "10" or number[:1] == "2":
        return number[:2]
    return number[:3] if "3" <= number[:1] <= "9" else ""
