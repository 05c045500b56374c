"""The spans that the driver has before anything is configured, and what each may become.

    sysfs        /sys/bus/dahdi_spans: number, place on its device, channels, kind        read_spans()
    dahdi_scan   which ports of an analog card have which module, as [span] port=N,FXS    ports()

The command is asked because the driver tells modules by an ioctl alone, and it ships with every DAHDI installation. A
span that nobody can use (T1 where the country has E1, BRI) may be nothing; why is said by trouble().
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

from core.meanings import MEANINGS
from core.texts import _
from firmware.setup.picture import FoundSpan, Use
from hw.card import ChannelKind, SpanInfo

SYSFS = Path("/sys/bus/dahdi_spans/devices")
E1_CHANNELS = 31
SCAN_S = 20.0

Ports = dict[int, dict[int, str]]
"""By span: port from 1 to FXS or FXO."""


def ports(text: str) -> Ports:
    """What dahdi_scan prints of analog spans."""
    found: Ports = {}
    span = 0
    for line in text.splitlines():
        if head := re.fullmatch(r"\[(\d+)\]", line.strip()):
            span = int(head[1])
        elif port := re.fullmatch(r"port=(\d+),(FX[SO])\b.*", line.strip()):
            found.setdefault(span, {})[int(port[1])] = port[2]
    return found


def scanned() -> Ports:
    """Of this machine; none where the command cannot be run."""
    try:
        run = subprocess.run(["/usr/sbin/dahdi_scan"], capture_output=True, text=True, timeout=SCAN_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return {}
    return ports(run.stdout)


def read_spans(modules: Ports, sysfs: Path = SYSFS) -> tuple[FoundSpan, ...]:
    """All spans, by number; one that goes while we look is left out."""
    found = []
    for folder in sysfs.glob("span-*"):
        try:
            found.append(_read(folder, modules))
        except (OSError, ValueError):
            continue
    return tuple(sorted(found, key=lambda span: span.number))


def _read(folder: Path, modules: Ports) -> FoundSpan:
    device = folder.resolve().parent
    number = int(folder.name.removeprefix("span-"))
    first, count = int(_text(folder / "basechan")), int(_text(folder / "channels"))
    kind = _text(folder / "spantype")
    stations = tuple(first + port - 1 for port, module in modules.get(number, {}).items() if module == "FXS")
    trunks = tuple(first + port - 1 for port, module in modules.get(number, {}).items() if module == "FXO")
    return FoundSpan(
        number=number,
        name=_text(folder / "name"),
        hardware=_text(device / "hardware_id"),
        location=_text(device / "location") or device.name,
        local=int(_text(folder / "local_spanno") or 1),
        first=first,
        count=count,
        may_be=_uses(kind, count, bool(stations or trunks)),
        stations=stations,
        trunks=trunks,
        line=kind == "E1",
    )


def _uses(kind: str, count: int, modules: bool) -> tuple[Use, ...]:
    if kind == "E1":
        return (Use.PRI, Use.R2, Use.NONE)
    if modules:
        return (Use.ANALOG, Use.NONE)
    if kind == "DYNAMIC":  # carries whatever both ends agree on
        analog = (Use.TRUNKS, Use.STATIONS)
        return (Use.PRI, Use.R2, Use.NONE) if count == E1_CHANNELS else (*analog, Use.NONE)
    return (Use.NONE,)


def _text(path: Path) -> str:
    return path.read_text(errors="replace").strip()


# ---- the simulated card ----


def simulated(spans: Iterable[SpanInfo]) -> tuple[FoundSpan, ...]:
    """The same of a card that is not there: what it has is known."""
    return tuple(_simulated(spans))


def _simulated(spans: Iterable[SpanInfo]) -> Iterator[FoundSpan]:
    for span in spans:
        kinds = {channel.kind for channel in span.channels}
        digital = Use.R2 if ChannelKind.CAS in kinds else Use.PRI if ChannelKind.DCHANNEL in kinds else None
        yield FoundSpan(
            number=span.number,
            name=span.name,
            hardware="SIMULATED",
            location="sim",
            local=span.number,
            first=span.channels[0].number,
            count=len(span.channels),
            may_be=(digital or Use.ANALOG, Use.NONE),
            stations=tuple(one.number for one in span.channels if one.kind is ChannelKind.STATION),
            trunks=tuple(one.number for one in span.channels if one.kind is ChannelKind.TRUNK),
        )


# ---- alarms ----


def alarm_words(span: SpanInfo) -> list[tuple[str, str]]:
    """Of each alarm of the span: its name with its meaning, and the remedy."""
    return [(f"{alarm.name}: {_(MEANINGS[alarm][0])}", _(MEANINGS[alarm][1])) for alarm in span.alarms]
