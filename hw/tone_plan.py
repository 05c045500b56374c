"""National tone plans: the call-progress tones of a country, to be sent and to be found.

Values: `tone_plans.toml`, which says how they are written and where they are from (ITU-T E.180 Supplement 2).
What it does: reads such a file, checks it whole, makes of it tones (`hw.tones`) and patterns (`hw.tone_patterns`).
What it does not: play, detect, decide what a tone means for a call. Lengths are milliseconds.

    plan = tone_plan("cn")
    plan.tone(CallProgress.BUSY)                                 to be sent
    plan.listen()                                                to be found during a call, all that the plan knows
    plan.listen({CallProgress.DIAL}, continuous_ms=300)          to be found before dialling
    CallProgress.of(event.code)                                  which one a detector has told
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import tomli

from hw.tone_patterns import VARIANT, CallProgress, Pattern, TonePatterns, tone_name
from hw.tones import Segment, Tone, ToneError, silence, sine

SHIPPED = Path(__file__).with_name("tone_plans.toml")
CONTINUOUS_MS = 4000  # dial tone that came back: no speech or music holds 450 Hz so long
MODULATION_DEPTH = 0.85  # of tones written as 400*25; E.180 does not say how deep, Japan has 85 +- 15 %

# Listened for, in the form that is sent, when a country has them and does not say otherwise; with the number of cycles
# that make them certain. Busy and congestion as found in the field: speech has no three bursts within 15 %.
LISTENED = {
    CallProgress.DIAL: 1,
    CallProgress.RINGBACK: 1,
    CallProgress.BUSY: 3,
    CallProgress.CONGESTION: 2,
    CallProgress.VACANT: 2,
    CallProgress.HOWLER: 1,
    CallProgress.TOLL_NOTICE: 2,
}
# What every country must have itself; the rest may come from [default].
OWN = frozenset(
    {
        CallProgress.DIAL,
        CallProgress.SPECIAL_DIAL,
        CallProgress.RINGBACK,
        CallProgress.BUSY,
        CallProgress.CONGESTION,
        CallProgress.CALL_WAITING,
    }
)


@dataclass(frozen=True)
class TonePlan:
    """A country's tones.

    `ring_ms`: its ring cadence, on and off. `source`: where the values are from and which of them are doubtful.
    `tones`: all of CallProgress. `found`: the patterns that the plan can listen for.
    """

    country: str
    name: str
    source: str
    ring_ms: tuple[int, ...]
    tones: Mapping[CallProgress, Tone]
    found: tuple[Pattern, ...]
    _made: dict[object, TonePatterns] = field(default_factory=dict, repr=False)

    def tone(self, which: CallProgress) -> Tone:
        return self.tones[which]

    def patterns(
        self, which: Collection[CallProgress] | None = None, *, continuous_ms: int = CONTINUOUS_MS
    ) -> tuple[Pattern, ...]:
        """The patterns of `which` tones; None: of all that the plan can find.

        Continuous tones are reported after `continuous_ms`. The default is for dial tone that comes back when the far
        party has hung up; before dialling, listen for DIAL alone and give 300. Raises ToneError: the plan cannot find
        one of them, or would report a continuous tone while a burst of another one still sounds.
        """
        able = {CallProgress.of(pattern.number) for pattern in self.found}
        wanted = able if which is None else set(which)
        for missing in sorted(wanted - able):
            names = ", ".join(tone.name.lower() for tone in sorted(able))
            raise ToneError(
                "there is no pattern to find it by",
                f"listen for some of {names}",
                country=self.country,
                tone=missing.name.lower(),
            )
        chosen = [pattern for pattern in self.found if CallProgress.of(pattern.number) in wanted]
        for steady in (pattern for pattern in chosen if not pattern.cadence_ms):
            for other in chosen:
                if continuous_ms <= other.longest_on_ms and steady.sounds_like(other):
                    raise ToneError(
                        f"after {continuous_ms} ms it could still be a burst of {tone_name(other.number)}",
                        f"give continuous_ms over {other.longest_on_ms:.0f}, or leave {tone_name(other.number)} out",
                        country=self.country,
                        tone=tone_name(steady.number),
                    )
        return tuple(p if p.cadence_ms else replace(p, min_ms=continuous_ms) for p in chosen)

    def listen(
        self, which: Collection[CallProgress] | None = None, *, continuous_ms: int = CONTINUOUS_MS
    ) -> TonePatterns:
        """The same for a detector. The same question gets the same object, so that ports share it."""
        key = (None if which is None else frozenset(which), continuous_ms)
        if key not in self._made:
            self._made[key] = TonePatterns(self.patterns(which, continuous_ms=continuous_ms))
        return self._made[key]


@cache
def _shipped() -> Mapping[str, TonePlan]:
    return read_tone_plans(SHIPPED)


def tone_plan(country: str, plans: Mapping[str, TonePlan] | None = None) -> TonePlan:
    """The plan of one country, ISO 3166 in lower case, out of `plans`; None: of those shipped. Raises ToneError."""
    plans = _shipped() if plans is None else plans
    if country not in plans:
        raise ToneError(f"there is no tone plan for {country!r}", f"use one of {', '.join(plans)}, or write one")
    return plans[country]


def tone_plans() -> Mapping[str, TonePlan]:
    """All plans shipped, by country."""
    return _shipped()


def read_tone_plans(path: Path) -> Mapping[str, TonePlan]:
    """All plans of a file, by country. It is checked whole: ToneError names the first thing wrong in it, and where."""
    try:
        tables = tomli.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ToneError(f"cannot be read ({error.strerror})", "check path and permissions", file=path) from None
    except UnicodeDecodeError as error:
        raise ToneError(f"byte {error.start} is not UTF-8", "save the file as UTF-8", file=path) from None
    except tomli.TOMLDecodeError as error:
        raise ToneError(f"is not TOML: {error}", "mend that line", file=path) from None
    default = tables.pop("default", {})
    return {country: _Reader(path, country, table, default).plan() for country, table in tables.items()}


_NUMBER = r"\d+(?:\.\d+)?"
_ELEMENT = re.compile(
    rf"(?P<once>!?)(?P<hz>{_NUMBER}(?:\+{_NUMBER})*)(?:\*(?P<am>{_NUMBER}))?"
    rf"(?:@(?P<dbm0>[+-]?{_NUMBER}))?(?:/(?P<ms>{_NUMBER}))?"
)
_SAY_WHAT = 'say detect = false, or what to listen for instead: detect = ["450/400,0/400"]'


def parse_tone(text: str, dbm0: float) -> tuple[list[Segment], int | None]:
    """Segments and loop of a tone as the file writes it; `dbm0` is the level where it gives none. Raises ToneError."""
    segments: list[Segment] = []
    loop_from: int | None = None
    for index, element in enumerate(part.strip() for part in text.split(",")):
        match = _ELEMENT.fullmatch(element)
        if match is None:
            raise ToneError(f"{element!r} is not an element of a tone", "write hz/ms, hz+hz/ms, hz*hz/ms or 0/ms")
        if match["once"] and loop_from is not None:
            raise ToneError(f"{element!r} comes after what repeats", "put what is heard once, with !, first")
        if not match["once"] and loop_from is None:
            loop_from = index
        ms = float(match["ms"]) if match["ms"] else None
        if match["hz"] == "0":
            segment = silence(ms)
        else:
            level = float(match["dbm0"]) if match["dbm0"] else dbm0
            segment = sine(*map(float, match["hz"].split("+")), dbm0=level, ms=ms)
        if match["am"]:
            segment = replace(segment, am_hz=float(match["am"]), am_depth=MODULATION_DEPTH)
        segments.append(segment)
    if segments[-1].ms is not None:
        return segments, loop_from
    if loop_from is not None and loop_from < len(segments) - 1:
        raise ToneError(
            f"{element!r} lasts for ever, but what is before it repeats", "put ! before that, or a length here"
        )
    return segments, None


def parse_cadence(text: str) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Frequencies and cadence of what repeats in a tone, to be listened for. Raises ToneError.

    Of a modulated tone it is the carrier; of one that ends in a continuous tone, that.
    """
    segments, loop_from = parse_tone(text, 0.0)
    if segments[-1].ms is None and segments[-1].hz:
        return segments[-1].hz, ()
    if loop_from is None:
        raise ToneError("it does not repeat", _SAY_WHAT)
    part = segments[loop_from:]
    on, off = part[::2], part[1::2]
    if len(on) != len(off) or not on[0].hz or any(s.hz != on[0].hz for s in on) or any(s.hz for s in off):
        raise ToneError("what repeats is not one frequency on and off in turn", _SAY_WHAT)
    return on[0].hz, tuple(round(segment.ms or 0) for segment in part)


_KINDS = {dict: "a table", str: "a text in quotes", list: "a list", float: "a number with a decimal point"}


class _Reader:
    """Reads one country's table; every error says where it stands."""

    def __init__(self, path: Path, country: str, table: Any, default: Any) -> None:
        self.path = path
        self.country = country
        self.which: CallProgress | None = None
        self.table = table
        self.default = default.get("tones", {}) if isinstance(default, dict) else {}

    def plan(self) -> TonePlan:
        if not isinstance(self.table, dict):
            raise self._error("is not a table", f"write [{self.country}] above its settings")
        self._only(self.table, {"name", "source", "ring_ms", "dbm0", "tones"})
        own = self._value(self.table, "tones", dict)
        self._only(own, {which.name.lower() for which in CallProgress})
        tones: dict[CallProgress, Tone] = {}
        found: list[Pattern] = []
        for self.which in CallProgress:
            try:
                entry = self._entry(self.which, own)
                tones[self.which] = self._tone(entry)
                if self.which.name.lower() in own:
                    found += self._patterns(self.which, entry)
            except ToneError as error:
                raise (error if error.file else self._error(error.problem, error.remedy)) from None
        self._distinct(found)
        self.which = None
        name, source = self._value(self.table, "name", str), self._value(self.table, "source", str)
        return TonePlan(self.country, name, source, self._ring(), tones, tuple(found))

    def _error(self, problem: str, remedy: str) -> ToneError:
        tone = self.which.name.lower() if self.which else None
        return ToneError(problem, remedy, file=self.path, country=self.country, tone=tone)

    def _only(self, table: dict[str, Any], known: set[str]) -> None:
        for key in table:
            if key not in known:
                raise self._error(f"{key!r} is not known here", f"use {', '.join(sorted(known))}")

    def _value(self, table: dict[str, Any], key: str, kind: type) -> Any:
        if not isinstance(table.get(key), kind):
            raise self._error(f"{key} is missing or not {_KINDS[kind]}", f"give {key} as {_KINDS[kind]}")
        return table[key]

    def _ring(self) -> tuple[int, ...]:
        ring_ms = tuple(self._value(self.table, "ring_ms", list))
        if len(ring_ms) not in (2, 4, 6, 8) or not all(isinstance(ms, int) and 100 <= ms <= 8000 for ms in ring_ms):
            raise self._error(f"ring_ms {list(ring_ms)}", "give one to four pairs of on and off, 100 to 8000 ms each")
        return ring_ms

    def _entry(self, which: CallProgress, own: dict[str, Any]) -> dict[str, Any]:
        key = which.name.lower()
        entry = (own if key in own or which in OWN else self.default).get(key)
        if isinstance(entry, str):
            return {"send": entry}
        if not isinstance(entry, dict):
            raise self._error("is missing, or neither a text nor a table", 'write it as "450/350,0/350"')
        self._only(entry, {"send", "detect", "cycles", "tolerance_hz", "cadence_tolerance"})
        return entry

    def _tone(self, entry: dict[str, Any]) -> Tone:
        dbm0 = self._value(self.table, "dbm0", float)
        return Tone(*parse_tone(self._value(entry, "send", str), dbm0))

    def _patterns(self, which: CallProgress, entry: dict[str, Any]) -> Iterator[Pattern]:
        forms = entry.get("detect", [entry["send"]] if which in LISTENED else False)
        if forms is False:
            return
        if not isinstance(forms, list) or not forms or not all(isinstance(form, str) for form in forms):
            raise self._error("detect is neither false nor a list of texts", 'write detect = ["450/400,0/400"]')
        settings: dict[str, Any] = {"cycles": LISTENED.get(which, 1)}
        for key in ("cycles", "tolerance_hz", "cadence_tolerance"):
            settings |= {key: entry[key]} if key in entry else {}
            wanted = int if key == "cycles" else (int, float)
            if isinstance(settings.get(key, 1), bool) or not isinstance(settings.get(key, 1), wanted):
                raise self._error(f"{key} {settings[key]!r} is not a number of its kind", f"give {key} as a number")
        for variant, form in enumerate(forms):
            hz, cadence_ms = parse_cadence(form)
            yield Pattern(which + variant * VARIANT, hz, cadence_ms, **settings)

    def _distinct(self, found: list[Pattern]) -> None:
        for one, other in combinations(found, 2):
            if one.may_be(other):
                self.which = CallProgress.of(other.number)
                raise self._error(
                    f"cannot be told from {tone_name(one.number)}",
                    "say detect = false at one of them, or make their tolerances smaller",
                )
