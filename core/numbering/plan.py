"""The numbering plan of a box: what digits mean, where a call goes out, who may, and what hours hold.

    plan = NumberingPlan(box)                       at each commit; calls that run keep the one they began with
    plan.analyse("9010...", facts)                  -> Analysis            analyser.py, tree.py, entries.py
    plan.choices(analysis.target, facts)            -> trunk groups in order of try         routes.py
    plan.permit(Attempt(target, "local"))           -> Allowed, NeedsPin, Barred            class_of_service.py
    plan.normalised("88886666")                     -> "01088886666"                        numbers.py
    plan.calendar("office").open_at(now)            -> bool                                 hours.py

Pure: time and all other facts are given to it.
"""

from __future__ import annotations

from core.config.model import Box
from core.numbering import numbers, regions
from core.numbering.analyser import Analyser, Dialling, Waits
from core.numbering.class_of_service import Permissions
from core.numbering.entries import entries
from core.numbering.hours import OpeningHours
from core.numbering.numbers import Category, Home
from core.numbering.permit import Attempt, Permission
from core.numbering.regions import Region
from core.numbering.routes import Routes
from core.numbering.target import Analysis, Choice, Facts, Target, TargetKind, hidden
from core.numbering.tree import Entry, State, Tree


class NumberingPlan:
    def __init__(self, box: Box) -> None:
        settings = box.numbering
        self.calendars = {one.name: OpeningHours(one, box.box.time_zone) for one in box.calendar}
        self.home = Home.of(settings, box.box.country, box.box.area_code)
        self.entries = tuple(entries(box, self.calendars, self.home))
        self._secret = tuple(dict.fromkeys(entry.secret for entry in self.entries if entry.secret))
        self.tree = Tree(self.entries)
        self._analyser = Analyser(
            self.tree,
            Waits(settings.first_digit_s, settings.inter_digit_s, settings.complete_s),
            settings.end_digit,
        )
        self.permissions = Permissions(box.class_of_service, settings, self.home)
        self._routes = Routes(box, self.calendars)

    def begin(self, facts: Facts) -> Dialling:
        """For digits that come one by one."""
        return self._analyser.begin(facts)

    def analyse(self, digits: str, facts: Facts, final: bool = False) -> Analysis:
        """final: no more digits will come; then never MORE or MAYBE."""
        return self._analyser.analyse(digits, facts, final)

    def shown(self, digits: str) -> str:
        """Digits as they may be kept and shown, complete or not: with … for a PIN among them."""
        code = next((code for code in self._secret if digits.startswith(code)), "")
        return hidden(digits, code) if code else digits

    def fitting(self, digits: str) -> tuple[Entry, ...]:
        """Every entry that fits these digits, the most exact first, whether it holds or not."""
        state: State | None = self.tree.start
        for symbol in digits:
            state = self.tree.next(state, symbol) if state else None
        return tuple(entry for entry, _rank in state.matches) if state else ()

    def speed_dialled(self, number: str, facts: Facts) -> Target | None:
        """What the number behind a speed-dial code leads to, never another such code. None: nowhere. The common ones
        are resolved by analyse() itself; this is for a station's own.
        """
        return self._analyser.resolved(number, facts)

    def choices(self, target: Target, facts: Facts) -> list[Choice]:
        """For TRUNK and EMERGENCY: trunk groups in the order of try, with what to send. Empty: nothing leads there
        now.
        """
        return self._routes.choices(target, facts)

    def left_out(self, target: Target, facts: Facts) -> list[tuple[str, str]]:
        """Trunk groups that choices() leaves out, each with the reason: "direction" (it carries no calls out) or
        "calendar".
        """
        return self._routes.left_out(target, facts)

    def permit(self, attempt: Attempt) -> Permission:
        return self.permissions.permit(attempt, self.public(attempt.target), self._routes.sent(attempt.target))

    def public(self, target: Target) -> str:
        """The number that goes out for a target, without what single trunk groups do to it; else the target's."""
        return self._routes.public(target)

    def category(self, target: Target) -> Category:
        if target.kind is TargetKind.EMERGENCY:
            return Category.EMERGENCY
        if target.kind is not TargetKind.TRUNK:
            return Category.INTERNAL
        return numbers.category(self.public(target), self.home)

    def calendar(self, name: str) -> OpeningHours:
        """KeyError: there is none of this name."""
        return self.calendars[name]

    def normalised(self, raw: str, number_type: str = "unknown") -> str:
        """A caller's number in the one way of writing it. number_type: NumberType of the line, in lower case."""
        return numbers.normalised(raw, self.home, number_type)

    def dialled_back(self, number: str) -> str:
        """What a station dials to call a normalised number; empty: it cannot be called."""
        return numbers.dialled_back(number, self.home)

    def region(self, number: str) -> Region | None:
        """Where a normalised number is at home."""
        return regions.region_of(number)
