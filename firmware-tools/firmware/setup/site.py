"""Where the setup works: folders of the machine and of the box, and whether the card is real.

Site()                                    this machine
Site.training(Path("training"))           a simulated card, everything below one folder
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.daemon import DATA


@dataclass(frozen=True, slots=True)
class Site:
    """etc: below it lie dahdi/ and modprobe.d/. config: the box's files; data: its data folder. root: of sysfs.

    virtual: time does not wait (simulated only).
    """

    etc: Path = Path("/etc")
    config: Path = Path("/etc/strowger")
    data: Path = DATA
    socket: Path | None = None
    root: Path = Path("/")
    simulated: bool = False
    virtual: bool = False

    @classmethod
    def training(cls, folder: Path, *, virtual: bool = False) -> Site:
        etc = folder / "etc"
        return cls(etc, etc / "strowger", folder / "data", folder / "control.sock", simulated=True, virtual=virtual)

    @property
    def kept(self) -> Path:
        """Where the picture is kept."""
        return self.data / "setup"

    @property
    def acceptance(self) -> Path:
        """Where the acceptance record lies, as text and on paper."""
        return self.data / "acceptance"
