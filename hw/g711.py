"""G.711 for arrays: the octets of a timeslot as samples. In the media plane hw/native/g711.c does it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from hw.native import ffi, lib

_LAWS = {"a": lib.LAW_A, "mu": lib.LAW_MU}


def linear(octets: npt.NDArray[np.uint8], law: str = "a") -> npt.NDArray[np.int16]:
    """16 bit. Coded again, A-law gives the same octets."""
    coded = np.ascontiguousarray(octets)
    samples = np.zeros(len(coded), np.int16)
    lib.g711_decode(_LAWS[law], ffi.from_buffer("uint8_t[]", coded), ffi.from_buffer("int16_t[]", samples), len(coded))
    return samples
