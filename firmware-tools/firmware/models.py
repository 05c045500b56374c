"""The telephony cards that can be recognised by their PCI or USB ids, and the driver and firmware each needs.

The ids are those of the drivers themselves (MODULE_DEVICE_TABLE of DAHDI-Linux 2.11) and, for the names and for cards
of other makers, those of dahdi-tools (Dahdi::Hardware). A firmware file is named where the driver refuses the card
without it (request_firmware); echo cancellers, which only go unused, are not.

Ids are lower-case hexadecimal. A row without `sub` is for every card of that vendor and device; among rows that fit,
the one with the longest `sub` wins, as in the driver's own tables.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Bus = Literal["pci", "usb"]


@dataclass(frozen=True, slots=True)
class Model:
    """ids: "vendor:device"; sub: "subvendor" or "subvendor:subdevice", or empty. kind: what its ports are."""

    bus: Bus
    ids: str
    sub: str
    driver: str
    name: str
    kind: Literal["E1", "analog", "BRI", "mixed", "transcoder"]
    firmware: str = ""

    @property
    def foreign(self) -> bool:
        """dahdi-dkms has no driver for it."""
        return self.driver in FOREIGN


FOREIGN = frozenset({"wanpipe", "rcbfx", "rxt1", "r1t1", "ystdm8xx", "ap400", "wcaxx", "wcte13xp", "wcte43x"})
"""Drivers that their makers hand out, and those of DAHDI that Debian does not build (dkms.conf of dahdi-dkms)."""


def _pci(driver: str, kind: Literal["E1", "analog", "BRI", "mixed", "transcoder"], *cards: str) -> Iterable[Model]:
    """Each card as "vendor:device[/sub] name[ ! firmware]"."""
    for card in cards:
        words, _, firmware = card.partition(" ! ")
        ids, _, name = words.partition(" ")
        whole, _, sub = ids.partition("/")
        yield Model("pci", whole, sub, driver, name, kind, firmware)


MODELS: tuple[Model, ...] = (
    *_pci(
        "wct4xxp",
        "E1",
        "10ee:0314 Digium TE410P/TE405P (1st generation)",
        "d161:0405 Digium TE405P",
        "d161:0410 Digium TE410P",
        "d161:0420 Digium TE420",
        "d161:1405 Digium TE405P (5th generation)",
        "d161:1410 Digium TE410P (5th generation)",
        "d161:1420 Digium TE420 (5th generation)",
        "d161:0205 Digium TE205P",
        "d161:0210 Digium TE210P",
        "d161:0220 Digium TE220",
        "d161:1205 Digium TE205P (5th generation)",
        "d161:1210 Digium TE210P (5th generation)",
        "d161:1220 Digium TE220 (5th generation)",
        "d161:1820 Digium TE820 ! dahdi-fw-te820.bin",
    ),
    *_pci("wcte11xp", "E1", *(f"e159:0001/{sub} Digium TE110P" for sub in ("71fe", "79fe", "795e", "79de", "797e"))),
    *_pci("wcte12xp", "E1", "d161:0120 Digium TE120P", "d161:8000 Digium TE121", "d161:8001 Digium TE122"),
    *_pci(
        "wcte13xp",
        "E1",
        "d161:800a Digium TE131/TE133 ! dahdi-fw-te133.bin",
        "d161:800b Digium TE132/TE134 ! dahdi-fw-te134.bin",
    ),
    *_pci(
        "wcte43x",
        "E1",
        "d161:800e Digium TE235/TE435 ! dahdi-fw-te435.bin",
        "d161:8013 Digium TE236/TE436 ! dahdi-fw-te436.bin",
    ),
    *_pci("wct1xxp", "E1", "e159:0001/6159 Digium E100P"),
    *_pci(
        "tor2",
        "E1",
        "10b5:9030 Tormenta 2 (PLX 9030) ! dahdi-fw-tor2.bin",
        "10b5:3001 Tormenta 2 (PLX board) ! dahdi-fw-tor2.bin",
        "10b5:d00d Tormenta 2 quad E1 ! dahdi-fw-tor2.bin",
        "10b5:4000 Tormenta 2 quad E1 clone ! dahdi-fw-tor2.bin",
    ),
    *_pci(
        "wctdm24xxp",
        "analog",
        "d161:2400 Digium TDM2400P",
        "d161:0800 Digium TDM800P",
        "d161:8002 Digium AEX800",
        "d161:8003 Digium AEX2400",
        "d161:8005 Digium TDM410P",
        "d161:8006 Digium AEX410P",
    ),
    *_pci("wctdm24xxp", "mixed", "d161:8007 Digium HA8 ! dahdi-fw-hx8.bin", "d161:8008 Digium HB8 ! dahdi-fw-hx8.bin"),
    *_pci(
        "wcaxx",
        "analog",
        "d161:800c Digium A8A ! dahdi-fw-a8a.bin",
        "d161:800d Digium A8B ! dahdi-fw-a8b.bin",
        "d161:800f Digium A4A ! dahdi-fw-a4a.bin",
        "d161:8010 Digium A4B ! dahdi-fw-a4b.bin",
    ),
    *_pci(
        "opvxa1200",
        "analog",
        *(
            f"e159:0001/{sub} OpenVox A400P/A800P/A1200P"
            for sub in ("9100", "9519", "95d9", "9500", "9532", "8519", "9559", "9599")
        ),
    ),
    *_pci(
        "wctdm",
        "analog",
        *(f"e159:0001/{sub} Digium S400P" for sub in ("a159", "e159")),
        *(
            f"e159:0001/{sub} Digium TDM400P"
            for sub in ("b100", "b1d9", "b118", "b119", "a9fd", "a8fd", "a800", "a801", "a908", "a901")
        ),
    ),
    *_pci(
        "wcfxo",
        "analog",
        "1057:5608 Digium X100P",
        *(f"e159:0001/{sub} Digium X101P" for sub in ("8084", "8085", "8086", "8087")),
    ),
    *_pci(
        "wcb4xxp",
        "BRI",
        "d161:b410 Digium B410P",
        "d161:8014 Digium B433",
        "d161:8015 Digium B434",
        "d161:8016 Digium B233",
        "d161:8017 Digium B234",
        "1397:08b4/1397:e884 OpenVox B200P",
        "1397:08b4/1397:e888 OpenVox B400P",
        "1397:16b8/1397:e998 OpenVox B800P",
        *(f"1397:08b4/1397:{sub} Junghanns QuadBRI" for sub in ("b520", "b550", "b556", "b752")),
        *(f"1397:16b8/1397:{sub} Junghanns OctoBRI" for sub in ("b552", "b55b")),
        *(f"1397:08b4/1397:{sub} beroNet BN4S0" for sub in ("08b4", "b540", "b560", "b566", "b761", "b762")),
        *(f"1397:16b8/1397:{sub} beroNet BN8S0" for sub in ("b562", "b56b")),
    ),
    *_pci(
        "wctc4xxp",
        "transcoder",
        "d161:3400 Digium TC400P ! dahdi-fw-tc400m.bin",
        "d161:8004 Digium TCE400P ! dahdi-fw-tc400m.bin",
    ),
    *_pci(
        "wanpipe",
        "mixed",
        "1923:0040 Sangoma A200",
        "1923:0100 Sangoma A104d",
        "1923:0300 Sangoma A101",
        "1923:0400 Sangoma A104u",
    ),
    *_pci("rcbfx", "analog", *(f"0b0b:{one} Rhino RCB" for one in ("0206", "0405", "0406", "0505", "0506", "0706"))),
    *_pci("rxt1", "E1", "0b0b:0305 Rhino R4T1", "0b0b:0605 Rhino R2T1"),
    *_pci("r1t1", "E1", "0b0b:0105 Rhino R1T1"),
    *_pci("ystdm8xx", "analog", "e159:0001/2151 Yeastar TDM800"),
    *_pci("ap400", "E1", "10ee:1004 Aligera AP400"),
    *(Model("usb", f"e4e4:{device}", "", "xpp_usb", f"Xorcom Astribank ({device})", "mixed")
      for device in ("1130", "1131", "1132", "1140", "1141", "1142", "1150", "1151", "1152", "1160", "1161", "1162")),
    Model("usb", "10c4:8461", "", "wanpipe", "Sangoma USB FXO", "analog"),
)  # fmt: skip


def recognise(bus: Bus, ids: str, sub: str = "") -> Model | None:
    """The card of these ids ("vendor:device", "subvendor:subdevice"), None: no telephony card that is known."""
    fitting = [
        model
        for model in MODELS
        if (model.bus, model.ids) == (bus, ids) and (not model.sub or f"{sub}:".startswith(f"{model.sub}:"))
    ]
    return max(fitting, key=lambda model: len(model.sub), default=None)
