"""Public numbers: what kind one is, one way of writing each, and how it is dialled from here.

China (FIELD, "Numbers"; 电信网编号计划): 0 before an area code, 00 before a country code; area codes 10, 2x, 3xx to 9xx
with seven or eight digits after them; mobiles 1[3-9] and nine digits; 1xx, 95xxx, 96xxx special; 400 and 800 with
seven. So the form tells the kind, also where a trunk leaves out the 0 or puts one too many:

    as it comes in Beijing      normalised      kind             dialled back from there
    88886666                    01088886666     LOCAL            88886666
    01088886666, 1088886666     01088886666     LOCAL            88886666
    2587654321                  02587654321     LONG_DISTANCE    02587654321
    013800138000, +8613800...   13800138000     MOBILE           13800138000, 0 before it from another area
    95588, 4008001234           as it is        SPECIAL, ...     as it is
    0012125550100, +1212...     0012125550100   INTERNATIONAL    0012125550100

In other countries only what the prefixes say is known.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from core.config.model.numbering import Numbering
from core.numbering.regions import area_code, region_of


class Category(Enum):
    INTERNAL = "internal"
    LOCAL = "local"
    LONG_DISTANCE = "long_distance"
    INTERNATIONAL = "international"
    MOBILE = "mobile"  # where it is at home is another question: regions.py
    SPECIAL = "special"  # 1xx, 95xxx, 96xxx
    TOLL_FREE = "toll_free"  # 400, 800
    EMERGENCY = "emergency"
    UNKNOWN = "unknown"  # of no known form: a short number of somebody's own plan, a wrong one


MOBILE = re.compile(r"1(?:[3-689]\d|7[0-8])\d{8}")  # 179 chooses a carrier
TOLL_FREE = re.compile(r"[48]00\d{7}")
SPECIAL = re.compile(r"1\d{2,5}|9[56]\d{3,6}")
LOCAL = re.compile(r"[2-9]\d{6,7}")
# 17909 and the like choose a carrier for the number after them.
CARRIER = re.compile(r"(?:179\d\d|12593|11808|10193|19[037](?=0))(?=\d)")


@dataclass(frozen=True, slots=True)
class Home:
    """Where the box stands. area_code without 0; empty: not known, local numbers then stay without one."""

    area_code: str = ""
    china: bool = True
    national: str = "0"
    international: str = "00"
    outside: str = ""
    mobile_zero: str = "away"
    emergency: frozenset[str] = frozenset()

    @classmethod
    def of(cls, numbering: Numbering, country: str, area: str) -> Home:
        return cls(
            area.removeprefix(numbering.national) if numbering.national else area,
            country.lower() == "cn",
            numbering.national,
            numbering.international,
            numbering.outside,
            numbering.mobile_zero,
            frozenset(numbering.emergency),
        )


def category(number: str, home: Home) -> Category:
    """Of a number as the public network is to get it: without the outside prefix, with a carrier's code or without."""
    if number in home.emergency:
        return Category.EMERGENCY
    if home.international and number.startswith(home.international):
        return Category.INTERNATIONAL
    if not home.china:
        far = home.national and number.startswith(home.national)
        return Category.LONG_DISTANCE if far else Category.LOCAL
    if MOBILE.fullmatch(number):
        return Category.MOBILE
    if carrier := CARRIER.match(number):
        return category(number[carrier.end() :], home)
    if number.startswith("0"):
        if MOBILE.fullmatch(number, 1):
            return Category.MOBILE
        own = home.area_code and number.startswith("0" + home.area_code)
        return Category.LOCAL if own else Category.LONG_DISTANCE
    if TOLL_FREE.fullmatch(number):
        return Category.TOLL_FREE
    if SPECIAL.fullmatch(number):
        return Category.SPECIAL
    return Category.LOCAL if LOCAL.fullmatch(number) else Category.UNKNOWN


def without_carrier(number: str, home: Home) -> str:
    """The number behind a carrier's code."""
    carrier = CARRIER.match(number) if home.china and not MOBILE.fullmatch(number) else None
    return number[carrier.end() :] if carrier else number


def forms(number: str, home: Home) -> tuple[str, ...]:
    """Ways to write a public number as it was dialled: as it is, without a carrier's code, normalised, without its
    area code. What is barred in one form is not reached in another.
    """
    bare = without_carrier(number, home)
    found = [number, bare, normalised(bare, home)]
    if home.china and bare.startswith("0") and not bare.startswith(home.international):
        found.append(bare[1 + len(area_code(bare[1:])) :])
    return tuple(dict.fromkeys(found))


def normalised(raw: str, home: Home, number_type: str = "unknown") -> str:
    """A caller's number in the one way of writing it; what is of no known form stays as it is.

    number_type: what the network said, as NumberType in lower case. A wrong one does no harm where the form is clear.
    """
    digits = re.sub("[^0-9]", "", raw)
    if raw.lstrip().startswith("+") or (number_type == "international" and not digits.startswith(home.international)):
        digits = home.international + digits
    if not home.china:
        return digits
    if digits.startswith(home.international):
        country = digits.removeprefix(home.international)
        if not country.startswith("86"):
            return digits
        digits = country[2:].removeprefix("0")
        number_type = "national"
    elif digits.startswith("86") and len(digits) >= 11 and number_type != "subscriber":
        # No area code is 86.
        digits = digits[2:]
        number_type = "national"
    if digits.startswith("0"):
        digits = digits[1:]
        number_type = "national"
    if MOBILE.fullmatch(digits) or TOLL_FREE.fullmatch(digits):
        return digits
    if number_type != "national" and (SPECIAL.fullmatch(digits) or LOCAL.fullmatch(digits)):
        special = SPECIAL.fullmatch(digits) or not home.area_code
        return digits if special else f"0{home.area_code}{digits}"
    if whole_landline(digits):
        return "0" + digits
    if number_type == "national" and digits and not SPECIAL.fullmatch(digits):
        return "0" + digits
    return digits


def whole_landline(digits: str) -> bool:
    """An area code and seven or eight digits after it."""
    area = area_code(digits)
    return bool(area) and len(digits) - len(area) in (7, 8)


def dialled_back(number: str, home: Home) -> str:
    """What a station dials to call a normalised public number, with the outside prefix. Empty: a number of no known
    form cannot be dialled.
    """
    if not number or category(number, home) is Category.UNKNOWN:
        return ""
    if home.china and number.startswith("0") and not number.startswith(home.international):
        if home.area_code and area_code(number[1:]) == home.area_code:
            number = number[1 + len(home.area_code) :]
    elif home.china and MOBILE.fullmatch(number) and zero_before(number, home):
        number = "0" + number
    return home.outside + number


def zero_before(mobile: str, home: Home) -> bool:
    """Whether a mobile number is dialled with 0. A number of unknown region: without."""
    if home.mobile_zero != "away":
        return home.mobile_zero == "always"
    region = region_of(mobile)
    return bool(home.area_code and region and region.areas and home.area_code not in region.areas)
