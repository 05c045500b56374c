"""A caller's number as it can be dialled back from here (FIELD: numbers of China). Pure.

Exchanges send the leading 0 or leave it out, and put the own area code before local callers or do not:

    own area code 10, local numbers of 8 digits
    66778899     010 66778899    10 66778899    ->  66778899          local
    021 ...      21 55667788                    ->  02155667788       another area
    13800138000  013800138000                   ->  13800138000       mobile
    95588, 4008123456, 12345, +86..., *...      ->  as they are
"""

from __future__ import annotations

import re

_MOBILE = re.compile(r"0?(1[3-9]\d{9})")
_SERVICE = re.compile(r"1\d{2,5}|9[56]\d{3,6}|[48]00\d{7}")


def dialable(number: str, area_code: str, local_digits: int) -> str:
    """`area_code` without its 0; empty: the number stays as it is. What fits no rule stays as it is."""
    if not area_code or not number.isdigit() or number.startswith("00"):
        return number
    mobile = _MOBILE.fullmatch(number)
    if mobile:
        return mobile[1]
    if _SERVICE.fullmatch(number) or len(number) <= local_digits:
        return number
    bare = number.removeprefix("0")
    if bare.startswith(area_code) and len(bare) == len(area_code) + local_digits:
        return bare.removeprefix(area_code)
    return "0" + bare
