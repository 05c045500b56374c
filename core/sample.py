"""Where the sample configuration lies: in a checkout, or where the package puts it."""

from __future__ import annotations

from pathlib import Path

_CHECKOUT = Path(__file__).resolve().parent.parent / "config"
_PACKAGED = Path("/usr/share/strowger/sample")

SAMPLE = _CHECKOUT if _CHECKOUT.is_dir() else _PACKAGED
