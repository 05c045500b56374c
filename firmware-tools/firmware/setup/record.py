"""The acceptance record: what was set up, measured and tried; as lines of text, and on paper (paper.py).

    sheet = sheet_of(picture, plan)
    text(sheet)               for the terminal and the .txt
    written(sheet, folder)    acceptance-20261126-0931.txt and .pdf

Its sections are the same in both. What it does not: measure; it says what the picture knows, and what was not tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from core.texts import _
from core.width import fit, width, wrap
from firmware.setup.picture import Picture, Trial, Use
from firmware.setup.plan import Plan, use_of
from firmware.setup.questions import USES
from firmware.setup.trials import PASS
from hw import wall_clock

COLUMNS = 75
"""As many as the setup has behind its signs, line by line (plain.py): there no row is broken once more."""


@dataclass(frozen=True, slots=True)
class Section:
    """rows: name and value, or outcome and sentence."""

    title: str
    rows: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Sheet:
    """made: local time. passed, wanting: how many trials ended so."""

    title: str
    made: datetime
    sections: list[Section]
    passed: int
    wanting: int

    @property
    def verdict(self) -> str:
        if self.wanting:
            text = _("{passed} tests passed, {wanting} did not: see their next steps.")
            return text.format(passed=self.passed, wanting=self.wanting)
        return _("{passed} tests passed, none failed.").format(passed=self.passed)


def sheet(picture: Picture, plan: Plan) -> Sheet:
    trials = list(picture.trials.values())
    passed = sum(trial.outcome == PASS for trial in trials)
    sections = [
        Section(_("The box"), list(_box(picture, plan))),
        Section(_("Cards and spans"), list(_spans(picture))),
        Section(_("Lines and telephones"), list(_lines(plan))),
        Section(_("Tests"), [row for trial in trials for row in _trial(trial)]),
    ]
    made = wall_clock.utc().astimezone()
    return Sheet(_("Acceptance record"), made, sections, passed, len(trials) - passed)


def _box(picture: Picture, plan: Plan) -> Iterator[tuple[str, str]]:
    yield _("name"), plan.name
    yield _("version"), version("strowger")
    yield _("country"), f"{plan.country} {plan.area_code}".strip()
    yield _("installer"), picture.answer("office.installer") or "-"
    yield _("configuration"), _("commit {number}").format(number=picture.commit) if picture.commit else "-"
    if plan.simulated:
        yield _("training"), _("on the simulated card: nothing of this is a real line")


def _spans(picture: Picture) -> Iterator[tuple[str, str]]:
    for name in picture.cards:
        yield _("card"), name
    for span in picture.spans:
        what = _(USES[use_of(picture, span)])
        yield _("span {number}").format(number=span.number), f"{span.name}, {span.key}: {what}"


def _lines(plan: Plan) -> Iterator[tuple[str, str]]:
    for digital in plan.digital:
        kind = _(USES[digital.use])
        crc4 = _("CRC4") if digital.crc4 and digital.use is Use.PRI else _("no CRC4")
        yield digital.name, f"{kind}, {crc4}, {digital.main or '-'}"
    for trunk in plan.trunks:
        yield (
            trunk.name,
            _("analog line, channel {channel}, number {number}").format(
                channel=trunk.channel, number=trunk.number or "-"
            ),
        )
    if plan.stations:
        first, last = plan.stations[0].name, plan.stations[-1].name
        yield _("extensions"), f"{first} - {last}" if first != last else first
        yield _("front desk"), plan.front
    yield _("outside line"), plan.outside


def _trial(trial: Trial) -> Iterator[tuple[str, str]]:
    figures = ", ".join(f"{name} {value}" for name, value in trial.figures.items())
    yield trial.outcome, trial.sentence + (f" ({figures})" if figures else "")
    if trial.outcome != PASS and trial.next_step:
        yield "", trial.next_step


# ---- as text ----


def text(made: Sheet) -> list[str]:
    """At most COLUMNS wide."""
    lines = [made.title, made.made.strftime("%Y-%m-%d %H:%M %Z"), ""]
    for section in made.sections:
        lines += [section.title, "-" * width(section.title)]
        left = max((width(name) for name, _value in section.rows), default=0)
        for name, value in section.rows or [("-", "")]:
            first, *more = wrap(value, COLUMNS - left - 2)
            lines.append(f"{fit(name, left)}  {first}".rstrip())
            lines += [f"{'':{left}}  {line}" for line in more]
        lines.append("")
    lines += [made.verdict, "", *signatures()]
    return lines


def signatures() -> list[str]:
    return [f"{name}: ______________________" for name in (_("Installer"), _("Customer"), _("Date"))]


def written(made: Sheet, folder: Path) -> list[Path]:
    """Text and PDF. OSError: the disk does not take them."""
    from firmware.setup.paper import print_sheet  # the library of PDF costs a second

    folder.mkdir(parents=True, exist_ok=True)
    base = folder / f"acceptance-{made.made:%Y%m%d-%H%M%S}"
    plain, paper = base.with_suffix(".txt"), base.with_suffix(".pdf")
    plain.write_text("\n".join(text(made)) + "\n", encoding="utf-8")
    print_sheet(made, paper)
    return [plain, paper]
