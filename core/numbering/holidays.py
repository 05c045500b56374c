"""Public holidays by country, and the weekends that China works in exchange for them.

    kind(date(2026, 10, 1), "CN")    "holiday"
    kind(date(2026, 10, 10), "CN")   "worked": a Saturday, worked for 7 October
    kind(date(2026, 10, 12), "CN")   "": a day like others of its weekday

China's State Council announces each year's days off late in the year before; no rule gives them. chinesecalendar has
what was announced. For later years, `holidays` has the statutory days, and no weekend is known to be worked. Both are
loaded when the first calendar with holidays asks.
"""

from __future__ import annotations

import datetime
from functools import cache
from typing import Literal

Kind = Literal["", "holiday", "worked"]


def kind(day: datetime.date, country: str) -> Kind:
    """country: as "CN" or "DE-BY"; "": none. ValueError: it is not known."""
    if not country:
        return ""
    if country == "CN":
        from chinese_calendar import constants

        if day.year <= max(constants.holidays).year:
            return "holiday" if day in constants.holidays else "worked" if day in constants.workdays else ""
    return "holiday" if day in _year(country, day.year) else ""


@cache
def _year(country: str, year: int) -> frozenset[datetime.date]:
    import holidays

    name, _, part = country.partition("-")
    try:
        return frozenset(holidays.country_holidays(name, subdiv=part or None, years=year))
    except NotImplementedError as error:
        raise ValueError(str(error)) from None


def known(country: str) -> bool:
    """Whether the holidays of a country, or of its part, are known."""
    import holidays

    name, _, part = country.partition("-")
    parts = holidays.list_supported_countries(include_aliases=True).get(name)
    return not country or (parts is not None and (not part or part in parts))
