"""May this call be made: class of service, asked here and nowhere else.

    emergency                                       Allowed, always
    a service code, but no station dials it         Barred
    not to a trunk                                  Allowed
    came from a trunk, class has no trunk_to_trunk  Barred
    a forwarding, class has no forward_outside      Barred; so when it is older than forward_days
    on a list: deny or allow, the more exact wins   Barred, or no further question but the limits
    information services                            Barred
    further than the class reaches                  Barred, or NeedsPin if a PIN reaches further
    a limit against toll fraud is reached           Barred, and an alarm
    else                                            Allowed, with a warning near a limit

A PIN is the telephone's: forwardings and callers from trunks are not asked for one. What is not known is refused: a
class that does not exist reaches our own numbers only, and digits of no known form need the furthest reach when they
are long enough to be a far number behind some carrier's code. What a trunk group makes of a number is looked at, too:
digits that are put before one must not make a far one of it unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from core.config.model.numbering import BUILT_IN_CLASSES, ClassOfService, Numbering, TollLimits
from core.config.model.pattern import Pattern, parse
from core.numbering.numbers import Category, Home, category, forms, normalised, without_carrier
from core.numbering.permit import (
    AlarmLevel,
    Allowed,
    Attempt,
    Barred,
    Counts,
    NeedsPin,
    Origin,
    Permission,
    Reason,
    TollAlarm,
)
from core.numbering.target import TargetKind

_RANKS = {"none": -1, "internal": 0, "local": 1, "long_distance": 2, "international": 3}
# A number of no known form that is longer may hide a far one.
_LONGEST_LOCAL = 8
_DAY_S = 86400
_NEEDS = {
    Category.INTERNAL: "internal",
    Category.LOCAL: "local",
    Category.LONG_DISTANCE: "long_distance",
    Category.INTERNATIONAL: "international",
    Category.SPECIAL: "local",
    Category.TOLL_FREE: "local",
    Category.EMERGENCY: "internal",
}


def as_rank(reach: str) -> int:
    """0 internal to 3 international; -1 none."""
    return _RANKS[reach]


class Permissions:
    """All classes, those that are written and those that are built in."""

    def __init__(self, classes: Iterable[ClassOfService], numbering: Numbering, home: Home) -> None:
        self._numbering = numbering
        self._home = home
        self._premium = tuple(parse(text) for text in numbering.premium)
        self.classes = {one.name: one for one in (*BUILT_IN_CLASSES, *classes)}
        self._lists = {
            name: (tuple(map(parse, one.allow)), tuple(map(parse, one.deny))) for name, one in self.classes.items()
        }

    def permit(self, attempt: Attempt, public: str, sent: Sequence[str] = ()) -> Permission:
        """public: the number that goes out, without outside prefix and without what single trunk groups add. sent: what
        it is with that; it may be a farther number.
        """
        if attempt.target.kind is TargetKind.FEATURE and attempt.origin is not Origin.STATION:
            return Barred(Reason.SERVICE)
        if attempt.target.kind is not TargetKind.TRUNK or category(public, self._home) is Category.EMERGENCY:
            return Allowed()
        known = self.classes.get(attempt.class_of_service)
        if known is None:
            return Barred(Reason.TRUNK_TO_TRUNK if attempt.origin is Origin.TRUNK else Reason.REACH)
        if barred := _barred_way(attempt, known):
            return Barred(barred)
        # Of no known form is a number to which a trunk group adds codes of its own.
        known_forms = (number for number in sent if category(number, self._home) is not Category.UNKNOWN)
        needed = max(map(self.needs, (public, *known_forms)))
        if not (attempt.target.bypass and attempt.origin is Origin.STATION):
            refusal = self._refusal(attempt, known, public, sent, needed)
            if refusal is not None:
                return refusal
        if needed < as_rank(self._numbering.toll_from):
            return Allowed()
        own = tuple(_reached(known.limits, attempt.own, total=False))
        total = tuple(_reached(self._numbering.limits, attempt.total, total=True))
        for alarms, reason in ((own, Reason.LIMIT), (total, Reason.TOTAL_LIMIT)):
            if any(alarm.level is AlarmLevel.MAJOR for alarm in alarms):
                return Barred(reason, alarms)
        return Allowed(True, own + total)

    def needs(self, public: str) -> int:
        """Rank of the reach that a public number needs."""
        kind = category(public, self._home)
        if kind is Category.MOBILE:
            far = without_carrier(public, self._home).startswith(self._home.national)
            return as_rank("long_distance" if far else self._numbering.mobile_reach)
        if kind is Category.UNKNOWN:
            return as_rank("international" if len(public) > _LONGEST_LOCAL else "local")
        return as_rank(_NEEDS[kind])

    def _refusal(
        self, attempt: Attempt, known: ClassOfService, public: str, sent: Sequence[str], needed: int
    ) -> Barred | NeedsPin | None:
        allow, deny = self._lists[known.name]
        written = {form for number in (public, *sent) for form in forms(number, self._home)}
        allowed = _best(allow, {public, normalised(public, self._home)})
        denied = _best(deny, written)
        if denied and (not allowed or denied <= allowed):
            return Barred(Reason.DENIED)
        if allowed:
            return None
        if _best(self._premium, written):
            return Barred(Reason.PREMIUM)
        if needed <= as_rank(known.reach):
            return None
        if needed <= as_rank(known.pin_reach) and attempt.origin is Origin.STATION:
            return None if attempt.pin else NeedsPin()
        return Barred(Reason.REACH)


def _barred_way(attempt: Attempt, known: ClassOfService) -> Reason | None:
    """Barred whatever the number."""
    if attempt.origin is Origin.TRUNK and not known.trunk_to_trunk:
        return Reason.TRUNK_TO_TRUNK
    if attempt.origin is Origin.FORWARD:
        if not known.forward_outside:
            return Reason.FORWARD
        if known.forward_days and attempt.forward_age_s >= known.forward_days * _DAY_S:
            return Reason.FORWARD_EXPIRED
    return None


def _best(patterns: Iterable[Pattern], numbers: Iterable[str]) -> tuple[int, ...] | None:
    """Rank of the most exact pattern that fits any of the numbers."""
    ranks = (pattern.rank(number) for pattern in patterns for number in numbers)
    return min((rank for rank in ranks if rank is not None), default=None)


def _reached(limits: TollLimits, counts: Counts, total: bool) -> Iterator[TollAlarm]:
    """Limits that one more call reaches (WARNING: comes near; MAJOR: would exceed)."""
    for name, most, value, this in (
        ("calls_per_hour", limits.calls_per_hour, counts.calls_hour, 1),
        ("calls_per_day", limits.calls_per_day, counts.calls_day, 1),
        ("minutes_per_hour", limits.minutes_per_hour, counts.minutes_hour, 0),
        ("minutes_per_day", limits.minutes_per_day, counts.minutes_day, 0),
        ("at_once", limits.at_once, counts.at_once, 1),
    ):
        if most and value >= most:
            yield TollAlarm(AlarmLevel.MAJOR, name, value, most, total)
        elif most and (value + this) * 100 >= most * limits.warn_percent:
            yield TollAlarm(AlarmLevel.WARNING, name, value + this, most, total)
