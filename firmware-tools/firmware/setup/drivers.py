"""The driver's files, out of the plan: what dahdi_cfg, dahdi_span_assignments and modprobe read at each start. Pure.

    dahdi/system.conf               signalling of every channel, framing and clock of every E1, tone zone
    dahdi/assigned-spans.conf       which span of which card has which number: cards may not swap theirs at a reboot
    modprobe.d/strowger-dahdi.conf  analog cards: impedance and ringing as the country has them (opermode)

Facts: an FXS port has FXO signalling, and the other way round. China: HDB3, often without CRC4; zone `cn`, while the
tools' own default is `us`; idle bits of R2 1101 (Q.421).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from firmware.setup.picture import FoundSpan, Picture, Use
from firmware.setup.plan import Digital, Plan, analog, use_of

SYSTEM, ASSIGNED, MODPROBE = "dahdi/system.conf", "dahdi/assigned-spans.conf", "modprobe.d/strowger-dahdi.conf"

OPERMODES = {
    "cn": "CHINA", "hk": "HONGKONG", "mo": "MACAO", "tw": "TAIWAN", "jp": "JAPAN", "kr": "SOUTHKOREA", "in": "INDIA",
    "my": "MALAYSIA", "sg": "SINGAPORE", "th": "THAILAND", "id": "INDONESIA", "ph": "PHILIPPINES", "us": "USA",
    "gb": "UK", "de": "GERMANY", "fr": "FRANCE", "ru": "RUSSIA", "vn": "TBR21",
}  # fmt: skip
"""drivers/dahdi/fxo_modes.h; Vietnam has none there and follows ETSI TBR 21."""
WITH_OPERMODE = ("wctdm", "wctdm24xxp", "wcaxx", "wcfxo", "opvxa1200")
"""Modules that take the option."""
ZONES = {"gb": "uk"}
"""Tone zones that libtonezone calls otherwise."""
MU_LAW = ("us", "jp")
IDLE_BITS = "1101"

_ABOVE = "# Written by strowger setup. Changes by hand are shown before it is written again.\n"


def files(plan: Plan, picture: Picture) -> dict[str, str]:
    """By path below /etc."""
    made = {SYSTEM: system_conf(plan, picture), ASSIGNED: assigned_spans(picture.spans)}
    options = modprobe_options(plan.country, picture.drivers)
    return {**made, MODPROBE: options} if options else made


def system_conf(plan: Plan, picture: Picture) -> str:
    zone = ZONES.get(plan.country, plan.country)
    blocks = [f"{_ABOVE}\nloadzone={zone}\ndefaultzone={zone}\n"]
    by_key = {digital.span.key: digital for digital in plan.digital}
    for span in picture.spans:
        use = use_of(picture, span)
        place = f"# Span {span.number}: {span.name} ({span.key})"
        if use is Use.NONE:
            blocks.append(f"{place}: not used\n")
            continue
        rows = _digital(by_key[span.key]) if span.key in by_key else _analog(span, use, picture)
        law = "mulaw" if plan.country in MU_LAW and use not in (Use.PRI, Use.R2) else "alaw"
        blocks.append("\n".join([place, *rows, f"{law}={span.first}-{span.last}", ""]))
    return "\n".join(blocks)


def _digital(digital: Digital) -> list[str]:
    span = digital.span
    d_channel = span.first + 15
    around = f"{span.first}-{d_channel - 1},{d_channel + 1}-{span.last}"
    framing = "ccs,hdb3,crc4" if digital.crc4 else "ccs,hdb3" if digital.use is Use.PRI else "cas,hdb3"
    rows = [f"span={span.number},{digital.clock},0,{framing}"]
    if digital.use is Use.PRI:
        return [*rows, f"bchan={around}", f"dchan={d_channel}"]
    return [*rows, f"cas={around}:{IDLE_BITS}"]


def _analog(span: FoundSpan, use: Use, picture: Picture) -> list[str]:
    rows = []
    for wanted, word in ((Use.STATIONS, "fxoks"), (Use.TRUNKS, "fxsks")):
        here = [channel for channel in analog(picture, wanted) if span.first <= channel <= span.last]
        if here:
            rows.append(f"{word}={ranges(here)}")
    return rows


def ranges(numbers: Iterable[int]) -> str:
    """1-4,7 for 1, 2, 3, 4, 7."""
    groups: list[list[int]] = []
    for number in sorted(numbers):
        if groups and number == groups[-1][1] + 1:
            groups[-1][1] = number
        else:
            groups.append([number, number])
    return ",".join(f"{first}-{last}" if first != last else f"{first}" for first, last in groups)


def assigned_spans(spans: Iterable[FoundSpan]) -> str:
    """A row a span, as dahdi_span_assignments reads it: by the hardware's own number, else by its place."""
    rows = [f"{_id(span):24} {span.local}:{span.number}:{span.first}    # {span.name}" for span in spans]
    return "\n".join([_ABOVE + "# id                     span on the card:number:first channel", *rows, ""])


def _id(span: FoundSpan) -> str:
    """With the signs that the tool puts for others (attr_clean)."""
    cleaned = re.sub(r"[^a-zA-Z0-9/:.-]", "_", (span.hardware or span.location).replace("!", "/"))
    return cleaned if span.hardware else "@" + cleaned


def modprobe_options(country: str, drivers: Iterable[str]) -> str:
    """Empty: no driver takes any."""
    mode = OPERMODES.get(country, "TBR21")
    here = sorted({driver for driver in drivers if driver in WITH_OPERMODE})
    return _ABOVE + "".join(f"options {driver} opermode={mode}\n" for driver in here) if here else ""
