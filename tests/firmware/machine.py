"""A machine that the test describes: sysfs, modules and firmware below a folder, as the kernel would show them."""

from __future__ import annotations

from pathlib import Path

RELEASE = "6.1.0-test"


class Described:
    """Nothing is plugged in, nothing is built."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "lib/modules" / RELEASE).mkdir(parents=True)
        for bus in ("pci", "usb"):
            (root / "sys/bus" / bus / "devices").mkdir(parents=True)

    def plug(self, ids: str, sub: str, place: str = "0000:02:08.0") -> Path:
        """A PCI card; its folder, as the device tree has it."""
        real = self.root / "sys/devices/pci0000:00" / place
        words = [*ids.split(":"), *sub.split(":")]
        for name, word in zip(("vendor", "device", "subsystem_vendor", "subsystem_device"), words, strict=True):
            self.write(real / name, f"0x{word}\n")
        (self.root / "sys/bus/pci/devices" / place).symlink_to(real)
        return real

    def plug_usb(self, ids: str, place: str = "1-4") -> Path:
        real = self.root / "sys/devices/usb1" / place
        vendor, product = ids.split(":")
        self.write(real / "idVendor", f"{vendor}\n")
        self.write(real / "idProduct", f"{product}\n")
        (self.root / "sys/bus/usb/devices" / place).symlink_to(real)
        return real

    def build(self, *modules: str) -> None:
        lines = "".join(f"updates/dkms/{module}.ko: updates/dkms/dahdi.ko\n" for module in modules)
        self.write(self.root / "lib/modules" / RELEASE / "modules.dep", lines)

    def load(self, module: str) -> None:
        (self.root / "sys/module" / module).mkdir(parents=True, exist_ok=True)

    def bind(self, card: Path, module: str, name: str = "", interface: str = "") -> None:
        """The module's driver, which may be called otherwise, takes the card."""
        self.load(module)
        driver = self.root / "sys/bus/drivers" / (name or module)
        driver.mkdir(parents=True)
        (driver / "module").symlink_to(self.root / "sys/module" / module)
        folder = card / interface
        folder.mkdir(exist_ok=True)
        (folder / "driver").symlink_to(driver)

    def register(self, card: Path, name: str, spans: int, *assigned: int, hardware_id: str = "") -> None:
        """DAHDI has a device of the card."""
        real = card / name
        for file, text in (("hardware_id", hardware_id), ("location", "slot 2"), ("span_count", str(spans))):
            self.write(real / file, f"{text}\n")
        for number in assigned:
            (real / f"span-{number}").mkdir()
        bus = self.root / "sys/bus/dahdi_devices/devices"
        bus.mkdir(parents=True, exist_ok=True)
        (bus / name).symlink_to(real)

    def write(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
