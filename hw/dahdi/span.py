"""What spans and channels DAHDI has, their alarms and their counters.

Sources, each for what only it knows: sysfs (/sys/bus/dahdi_spans) for the spans and the identity of their device,
DAHDI_SPANSTAT for alarms and counters, DAHDI_GET_PARAMS for the channels, /proc/dahdi/N for clock slips, which the
driver gives as text only, and /etc/dahdi/system.conf for the priority as clock source, which the driver does not tell.

What it does not: remember. Some drivers set their counters back to 0; Tally adds up what was counted between two looks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from hw.card import Ability, Alarm, ChannelInfo, ChannelKind, Defect, HardwareError, SpanCounters, SpanInfo
from hw.dahdi import driver
from hw.native import lib

SYSFS = Path("/sys/bus/dahdi_spans/devices")
PROC = Path("/proc/dahdi")
SYSTEM_CONF = Path("/etc/dahdi/system.conf")

_ALARMS = {
    lib.DAHDI_ALARM_RED: Alarm.RED,
    lib.DAHDI_ALARM_YELLOW: Alarm.YELLOW,
    lib.DAHDI_ALARM_BLUE: Alarm.BLUE,
    lib.DAHDI_ALARM_LOOPBACK: Alarm.LOOPBACK,
    lib.DAHDI_ALARM_NOTOPEN: Alarm.NOT_OPEN,
    lib.DAHDI_ALARM_RECOVER: Alarm.RECOVERING,
}
_DEFECTS = {
    lib.DAHDI_ALARM_LOS: Defect.LOS,
    lib.DAHDI_ALARM_LFA: Defect.LFA,
    lib.DAHDI_ALARM_LMFA: Defect.LMFA,
}
_ANALOG = (ChannelKind.STATION, ChannelKind.TRUNK)
_SPEECH = (ChannelKind.STATION, ChannelKind.TRUNK, ChannelKind.CAS, ChannelKind.BEARER)


def alarms(bits: int) -> Alarm:
    """The driver's alarm bits as Alarm. A driver that tells a defect alone means RED."""
    found = Alarm.NONE
    for bit, alarm in _ALARMS.items():
        if bits & bit:
            found |= alarm
    return found | Alarm.RED if defects(bits) else found


def defects(bits: int) -> Defect:
    """Why the span is RED, as far as the driver's alarm bits say."""
    found = Defect.NONE
    for bit, defect in _DEFECTS.items():
        if bits & bit:
            found |= defect
    return found


def read_span(number: int, sysfs: Path = SYSFS, proc: Path = PROC, conf: Path = SYSTEM_CONF) -> SpanInfo:
    """One span as it is now. HardwareError: no such span, or it went while we looked."""
    folder = sysfs / f"span-{number}"
    try:
        first = int((folder / "basechan").read_text())
        count = int((folder / "channels").read_text())
        kind = (folder / "spantype").read_text().strip()
        device = folder.resolve().parent
        hardware = _line(device / "hardware_id")
        location = _line(device / "location") or device.name
    except (OSError, ValueError) as error:
        raise HardwareError(
            f"span {number} is not there: {error}", span=number, action="list the spans again"
        ) from error
    info = driver.span_info(number)
    channels = tuple(_channel(driver.channel_params(first + place), device) for place in range(count))
    analog = "FX" in kind or "ANALOG" in kind or any(c.kind in _ANALOG for c in channels)
    name = driver.text(info.name)
    return SpanInfo(
        number=number,
        name=name,
        kind="analog" if analog else "E1" if kind == "DYNAMIC" else kind,
        hardware=hardware or name,
        location=location,
        alarms=alarms(info.alarms),
        channels=channels,
        timing=clock_priorities(conf).get(number, 0),
        counters=SpanCounters() if analog else _counters(info, proc / str(number)),
        defects=defects(info.alarms),
    )


def read_spans(sysfs: Path = SYSFS, proc: Path = PROC, conf: Path = SYSTEM_CONF) -> tuple[SpanInfo, ...]:
    """All spans, by number; none where there is no driver. A span that goes while we look is left out."""
    numbers = []
    for entry in sysfs.glob("span-*"):
        match = re.fullmatch(r"span-(\d+)", entry.name)
        if match:
            numbers.append(int(match[1]))
    spans = []
    for number in sorted(numbers):
        try:
            spans.append(read_span(number, sysfs, proc, conf))
        except HardwareError:
            continue
    return tuple(spans)


def clock_priorities(conf: Path) -> dict[int, int]:
    """Span number to its priority as clock source (0: never), from the `span=NUMBER,PRIORITY,...` lines."""
    try:
        lines = conf.read_text(errors="replace")
    except OSError:
        return {}
    found = re.findall(r"^\s*span\s*=\s*(\d+)\s*,\s*(\d+)", lines, re.MULTILINE)
    return {int(number): int(priority) for number, priority in found}


def _line(path: Path) -> str:
    return path.read_text().strip()


def read_channel(number: int, sysfs: Path = SYSFS) -> ChannelInfo:
    """One channel by its number. HardwareError: no driver, or there is none of this number."""
    params = driver.channel_params(number)
    return _channel(params, (sysfs / f"span-{params.spanno}").resolve().parent)


def _channel(params: Any, device: Path) -> ChannelInfo:
    kind = driver.KINDS.get(params.sigtype)
    return ChannelInfo(
        number=params.channo,
        span=params.spanno,
        slot=params.chanpos,
        kind=kind,
        name=driver.text(params.name),
        law=driver.LAWS[params.curlaw],
        abilities=_abilities(kind, dynamic=device.name.startswith("dynamic:")),
    )


def _abilities(kind: ChannelKind | None, dynamic: bool) -> Ability:
    """A dynamic span has no battery: only its bits go over."""
    found = Ability.JOIN if kind in _SPEECH else Ability.NONE
    if kind is ChannelKind.STATION and not dynamic:
        found |= Ability.SET_POLARITY
    if kind is ChannelKind.TRUNK and not dynamic:
        found |= Ability.SEE_POLARITY | Ability.SEE_BATTERY
    return found


def _counters(info: Any, proc: Path) -> SpanCounters:
    return SpanCounters(
        code_violations=info.cvcount or info.bpvcount,
        crc4_errors=info.crc4count,
        framing_errors=info.fecount,
        e_bits=info.ebitcount,
        errored_seconds=info.errsec,
        slips=slips(proc),
    )


def slips(proc: Path) -> int | None:
    """Clock slips as /proc/dahdi/N tells them: no line as long as there was none."""
    try:
        match = re.search(r"^\tTiming slips: (\d+)", proc.read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(match[1]) if match else 0


@dataclass
class Tally:
    """Counters of one span that never go back: a count lower than the last one began anew at 0."""

    total: SpanCounters = field(default_factory=SpanCounters)
    _last: SpanCounters = field(default_factory=SpanCounters)

    def add(self, seen: SpanCounters) -> SpanCounters:
        """The totals after this look."""
        values: dict[str, int | None] = {}
        for one in fields(SpanCounters):
            now, before, total = (getattr(c, one.name) for c in (seen, self._last, self.total))
            if now is None:
                values[one.name] = total
            else:
                since = now - before if before is not None and before <= now else now
                values[one.name] = (total or 0) + since
        self._last = seen
        self.total = SpanCounters(**values)
        return self.total
