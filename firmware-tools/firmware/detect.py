"""Finds the telephony cards of this machine and says of each how far it is from being used, and what is missing.

    for card in detect():
        print(card.name, card.place, card.verdict.sentence, card.verdict.next_step)

    plugged in ── module built ── firmware there ── module loaded ── driver bound ── DAHDI device ── spans assigned
         CARD-NO-MODULE  CARD-NO-FIRMWARE  CARD-NOT-LOADED  CARD-NOT-BOUND  CARD-NO-DEVICE  CARD-NO-SPANS   CARD-READY

The first link that is missing is the verdict. Sources: the kernel's sysfs for what is plugged in and bound, its folder
of modules and /etc/modprobe.d for what could be loaded, /sys/bus/dahdi_devices for what DAHDI made of it. All of them
are read below one root, so that a test can show a machine that it has not; libudev cannot be told to look elsewhere.
What it does not: load, change or open anything (firmware/setup), watch for arrivals (hw/dahdi/hotplug.py), tell alarms.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from firmware.models import Bus, Model, recognise
from firmware.verdict import Verdict
from hw.card import SpanInfo

HERE = Path("/")


@dataclass(frozen=True, slots=True)
class DahdiDevice:
    """A device that DAHDI has registered (/sys/bus/dahdi_devices). `hardware_id` is the board's own serial where it has
    one, `location` its slot; they are what spans are pinned by. `spans`: how many it has; `assigned`: their numbers.
    """

    path: str
    hardware_id: str
    location: str
    kind: str
    spans: int
    assigned: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CardFound:
    """A card. place: "0000:02:08.0" (PCI), "1-1.4" (USB), "dynamic" or "simulated". driver: the module it needs; bound:
    the one that has it, or empty. verdict: CARD-READY, or the first thing that is missing with its remedy.
    """

    name: str
    bus: str
    place: str
    ids: str
    kind: str
    driver: str
    bound: str
    firmware: str
    devices: tuple[DahdiDevice, ...]
    verdict: Verdict

    @property
    def ready(self) -> bool:
        return self.verdict.code == "CARD-READY"

    @property
    def spans(self) -> tuple[int, ...]:
        """Numbers of its assigned spans."""
        return tuple(number for device in self.devices for number in device.assigned)

    def facts(self) -> dict[str, Any]:
        """One JSON object."""
        return {
            "name": self.name,
            "bus": self.bus,
            "place": self.place,
            "ids": self.ids,
            "kind": self.kind,
            "driver": self.driver,
            "bound": self.bound,
            "firmware": self.firmware,
            "devices": [
                {
                    "hardware_id": device.hardware_id,
                    "location": device.location,
                    "kind": device.kind,
                    "spans": device.spans,
                    "assigned": list(device.assigned),
                }
                for device in self.devices
            ],
            "verdict": self.verdict.facts(),
        }


def detect(root: Path = HERE, release: str = "") -> tuple[CardFound, ...]:
    """The cards of the machine below `root`, by bus and place; dynamic spans count as one. release: of the kernel,
    as uname -r tells it (empty: the running one's).
    """
    machine = Machine(root, release or os.uname().release)
    return tuple(card for card in (*machine.plugged("pci"), *machine.plugged("usb"), *machine.dynamic()) if card)


def simulated(spans: Iterable[SpanInfo]) -> CardFound:
    """The simulated card as it would be found, for training."""
    listed = tuple(spans)
    device = DahdiDevice("", "SIMULATED", "sim", "simulated", len(listed), tuple(span.number for span in listed))
    fills: dict[str, str | int] = {"driver": "strowger", "spans": len(listed)}
    ready = Verdict("card", "simulated", "CARD-READY", fills=fills)
    kind = "mixed" if len({span.kind for span in listed}) > 1 else listed[0].kind if listed else "mixed"
    return CardFound("Simulated card", "simulated", "simulated", "", kind, "strowger", "strowger", "", (device,), ready)


def none_found() -> Verdict:
    """What to say when detect() finds nothing."""
    return Verdict("card", "machine", "CARD-NONE")


class Machine:
    """What can be known of a machine by reading its files below `root`."""

    def __init__(self, root: Path, release: str) -> None:
        self._root = root
        self._modules = root / "lib" / "modules" / release
        self._devices = list(self._dahdi_devices())

    # ---- what is plugged in ----

    def plugged(self, bus: Bus) -> Iterator[CardFound]:
        for folder in sorted((self._root / "sys/bus" / bus / "devices").glob("*")):
            ids, sub = _ids(folder, bus)
            model = recognise(bus, ids, sub) if ids else None
            if model is not None:
                yield self._card(model, folder, ids)

    def dynamic(self) -> Iterator[CardFound]:
        """Spans without a card: DAHDI over Ethernet, or the cable of a lab."""
        devices = tuple(device for device in self._devices if Path(device.path).name.startswith("dynamic:"))
        if devices:
            verdict = _assigned("dynamic", "dahdi_dynamic", devices)
            yield CardFound(
                "DAHDI dynamic spans", "dynamic", "dynamic", "", "mixed", "dahdi_dynamic", "dahdi_dynamic", "",
                devices, verdict,
            )  # fmt: skip

    def _card(self, model: Model, folder: Path, ids: str) -> CardFound:
        # A USB driver takes an interface, not the device.
        holders = [folder / "driver"] if model.bus == "pci" else sorted(folder.glob("*:*/driver"))
        bound = next((module for module in map(_module, holders) if module), "")
        real = str(folder.resolve())
        devices = tuple(device for device in self._devices if device.path.startswith(real + "/"))
        return CardFound(
            name=model.name,
            bus=model.bus,
            place=folder.name,
            ids=ids,
            kind=model.kind,
            driver=model.driver,
            bound=bound,
            firmware=model.firmware,
            devices=devices,
            verdict=self._judge(model, folder.name, bound, devices),
        )

    def _judge(self, model: Model, place: str, bound: str, devices: tuple[DahdiDevice, ...]) -> Verdict:
        """The first link that is missing."""
        driver = model.driver
        fills: dict[str, str | int] = {"driver": driver, "bound": bound, "firmware": model.firmware}

        def missing(code: str, **more: str) -> Verdict:
            return Verdict("card", place, code, fills={**fills, **more})

        if bound and bound != driver:
            return missing("CARD-OTHER-DRIVER")
        if bound:
            if not devices and model.kind == "transcoder":  # it has no spans and is no device of DAHDI's bus
                return Verdict("card", place, "CARD-READY", fills={"driver": driver, "spans": 0})
            return _assigned(place, driver, devices) if devices else missing("CARD-NO-DEVICE")
        if not self.loaded(driver):
            if not self.built(driver):
                return missing("CARD-FOREIGN-DRIVER" if model.foreign else "CARD-NO-MODULE")
            if file := self.blacklisted(driver):
                return missing("CARD-BLACKLISTED", file=file)
        if model.firmware and not self.has_firmware(model.firmware):
            return missing("CARD-NO-FIRMWARE")
        return missing("CARD-NOT-BOUND" if self.loaded(driver) else "CARD-NOT-LOADED")

    # ---- what could be loaded ----

    def loaded(self, module: str) -> bool:
        return (self._root / "sys/module" / module.replace("-", "_")).is_dir()

    def built(self, module: str) -> bool:
        """For this kernel. Names differ only in - and _, and a module may be compressed."""
        pattern = re.sub(r"[-_]", "[-_]", module)
        try:
            listed = (self._modules / "modules.dep").read_text(errors="replace")
        except OSError:
            return False
        return re.search(rf"^(?:\S*/)?{pattern}\.ko(?:\.\w+)?:", listed, re.MULTILINE) is not None

    def blacklisted(self, module: str) -> str:
        """The file that does it, as it is called on the machine; empty: none. Of the same name, /etc wins."""
        files: dict[str, Path] = {}
        for folder in ("lib/modprobe.d", "usr/lib/modprobe.d", "run/modprobe.d", "etc/modprobe.d"):
            files.update({path.name: path for path in (self._root / folder).glob("*.conf")})
        pattern = re.compile(rf"^\s*blacklist\s+{re.sub('[-_]', '[-_]', module)}\s*$", re.MULTILINE)
        for _name, path in sorted(files.items()):
            if pattern.search(path.read_text(errors="replace")):
                return "/" + str(path.relative_to(self._root))
        return ""

    def has_firmware(self, name: str) -> bool:
        folders = ("lib/firmware", "usr/lib/firmware", "lib/firmware/updates")
        return any((self._root / folder / name).exists() for folder in folders)

    # ---- what DAHDI made of it ----

    def _dahdi_devices(self) -> Iterator[DahdiDevice]:
        for folder in sorted((self._root / "sys/bus/dahdi_devices/devices").glob("*")):
            real = folder.resolve()
            found = (re.fullmatch(r"span-(\d+)", entry.name) for entry in real.glob("span-*"))
            yield DahdiDevice(
                path=str(real),
                hardware_id=_text(folder / "hardware_id"),
                location=_text(folder / "location"),
                kind=_text(folder / "type"),
                spans=int(_text(folder / "span_count") or 0),
                assigned=tuple(sorted(int(match[1]) for match in found if match)),
            )


def _assigned(place: str, driver: str, devices: tuple[DahdiDevice, ...]) -> Verdict:
    count = sum(len(device.assigned) for device in devices)
    fills: dict[str, str | int] = {"driver": driver, "spans": count}
    code = "CARD-READY" if all(len(device.assigned) >= device.spans for device in devices) else "CARD-NO-SPANS"
    return Verdict("card", place, code, fills=fills)


def _ids(folder: Path, bus: Bus) -> tuple[str, str]:
    """ "vendor:device" and "subvendor:subdevice", without 0x; empty where there are none (a USB interface, a hub)."""
    if bus == "usb":
        vendor, product = _text(folder / "idVendor"), _text(folder / "idProduct")
        return (f"{vendor}:{product}" if vendor and product else ""), ""
    words = [_text(folder / name).removeprefix("0x") for name in ("vendor", "device")]
    sub = [_text(folder / name).removeprefix("0x") for name in ("subsystem_vendor", "subsystem_device")]
    return (":".join(words) if all(words) else ""), ":".join(sub)


def _module(driver: Path) -> str:
    """The module of a device's driver (tor2's driver is called tormenta2); empty: no driver has the device."""
    for link in (driver / "module", driver):  # what is built into the kernel has no module
        if link.is_symlink():
            return Path(os.readlink(link)).name
    return ""


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
