"""Makes core/numbering/regions.xz: where in China a telephone number is at home, in Chinese and English.

    python packaging/regions.py        (make regions, after a new version of phonenumbers)

The data are phonenumbers' (Google's libphonenumber, Apache-2.0): area codes, and mobile numbers by their first seven
digits. There they take 118 MiB of memory; as a table, 66 kB of file and 1.4 MB once somebody asks.

    4 bytes    length of what follows, little endian
    JSON       {"regions": [[zh, en, [area codes]], ...], "areas": {area code: region}}
    700 000 × 2 bytes, little endian: region of mobile numbers 130 0000 to 199 9999, 0: not known

all compressed as xz. Region 0 is empty. To which area codes a mobile region belongs is found by its name.
"""

from __future__ import annotations

import array
import json
import lzma
import re
import sys
from pathlib import Path

TABLE = Path(__file__).resolve().parent.parent / "core" / "numbering" / "regions.xz"
FIRST, LAST = 1300000, 1999999
# Mobile regions whose landlines are listed under another place's name: their area codes.
ELSEWHERE = {
    "天津": "22",
    "安徽省亳州市": "558",
    "安徽省巢湖市": "551",
    "山东省莱芜市": "634",
    "广西南宁市": "771",
    "广西来宾市": "772",
    "广西贵港市": "775",
    "广西贺州市": "774",
    "新疆乌鲁木齐市": "991",
    "河南省开封市": "371",
    "湖北省神农架林区": "719",
    "湖北省襄樊市": "710",
    "湖南省株洲市": "731",
    "云南省迪庆藏族自治州": "887",
    "云南省德宏傣族景颇族自治州": "692",
    "甘肃省嘉峪关市": "937",
    "甘肃省金昌市": "935",
}
Names = tuple[str, str]


def province(name: str) -> str:
    found = re.match(r"(?:.{2,3}?省|内蒙古|广西|西藏|宁夏|新疆|海南|云南|四川|贵州|甘肃|青海)", name)
    return found[0] if found else ""


def key(name: str) -> str:
    """Two signs of the province and two of the place: what all spellings of a name have in common."""
    head = province(name)
    return head[:2] + name.removeprefix(head)[:2]


def places(zh: str) -> list[str]:
    """The keys of a name like 山西省晋中市、吕梁市."""
    first, *others = zh.split("、")
    return [key(first), *(key(other if province(other) else province(first) + other) for other in others)]


def made() -> bytes:
    from phonenumbers.geodata import GEOCODE_DATA

    china = {prefix[2:]: texts for prefix, texts in GEOCODE_DATA.items() if prefix.startswith("86")}
    mobile = {prefix: texts for prefix, texts in china.items() if re.match("1[3-9]", prefix)}
    areas = {prefix: texts for prefix, texts in china.items() if re.fullmatch("10|2.|[3-9]..?", prefix)}
    areas = {prefix: texts for prefix, texts in areas.items() if len(prefix) == 3 or prefix[0] in "12"} | {
        prefix + last: texts
        for prefix, texts in areas.items()
        if len(prefix) == 2 and prefix[0] not in "12"
        for last in "0123456789"
        if prefix + last not in areas
    }
    by_place: dict[str, list[str]] = {}
    for code, texts in sorted(areas.items()):
        for place in places(texts["zh"]):
            by_place.setdefault(place, []).append(code)
    number: dict[Names, int] = {("", ""): 0}
    rows: list[tuple[str, str, list[str]]] = [("", "", [])]

    def row(texts: dict[str, str], codes: list[str]) -> int:
        names = (texts["zh"], texts["en"])
        if names not in number:
            number[names] = len(rows)
            rows.append((*names, codes))
        return number[names]

    area_rows = {code: row(texts, [code]) for code, texts in sorted(areas.items())}
    for code, index in area_rows.items():
        if code not in rows[index][2]:
            rows[index][2].append(code)
    prefixes = array.array("H", [0]) * (LAST - FIRST + 1)
    for prefix, texts in sorted(mobile.items(), key=lambda item: (len(item[0]), item[0])):
        zh = texts["zh"]
        index = row(texts, [ELSEWHERE[zh]] if zh in ELSEWHERE else by_place.get(key(zh), []))
        width = 10 ** (7 - len(prefix))
        start = int(prefix) * width - FIRST
        prefixes[start : start + width] = array.array("H", [index]) * width
    if sys.byteorder == "big":
        prefixes.byteswap()
    head = json.dumps({"regions": rows, "areas": area_rows}, ensure_ascii=False, separators=(",", ":")).encode()
    return lzma.compress(len(head).to_bytes(4, "little") + head + prefixes.tobytes(), preset=9)


if __name__ == "__main__":
    TABLE.write_bytes(made())
    print(f"{TABLE.name}: {TABLE.stat().st_size} bytes")
