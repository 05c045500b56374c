"""spandsp's own detectors, by ctypes, as an independent ear: the native layer does not offer them."""

from __future__ import annotations

import ctypes
from ctypes import c_char_p, c_float, c_int, c_int16, c_size_t, c_void_p
from typing import Any

import numpy as np

from hw.wave import Samples

_lib = ctypes.CDLL("libspandsp.so.2")
_PIECE = 1600  # samples between two looks at the digits: its store holds 128


def _function(name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(_lib, name)
    function.restype, function.argtypes = result, arguments
    return function


_dtmf_init = _function("dtmf_rx_init", c_void_p, c_void_p, c_void_p, c_void_p)
_dtmf_parms = _function("dtmf_rx_parms", None, c_void_p, c_int, c_int, c_int, c_int)
_dtmf_rx = _function("dtmf_rx", c_int, c_void_p, c_void_p, c_int)
_dtmf_get = _function("dtmf_rx_get", c_size_t, c_void_p, c_char_p, c_int)
_dtmf_free = _function("dtmf_rx_free", c_int, c_void_p)
_power_init = _function("power_meter_init", c_void_p, c_void_p, c_int)
_power_update = _function("power_meter_update", c_int, c_void_p, c_int16)
_power_dbm0 = _function("power_meter_current_dbm0", c_float, c_void_p)
_power_free = _function("power_meter_free", c_int, c_void_p)


def digits(samples: Samples) -> str:
    """With dial tone filtered, 10 dB of twist either way, from -42 dBm0."""
    receiver = _dtmf_init(None, None, None)
    _dtmf_parms(receiver, 1, 10, 10, -42)
    store = ctypes.create_string_buffer(129)
    heard = b""
    for at in range(0, len(samples), _PIECE):
        piece = np.ascontiguousarray(samples[at : at + _PIECE])
        _dtmf_rx(receiver, piece.ctypes.data, len(piece))
        count = _dtmf_get(receiver, store, 128)
        heard += store.raw[:count]
    _dtmf_free(receiver)
    return heard.decode()


def level(samples: Samples) -> float:
    """In dBm0, of the last second or so."""
    meter = _power_init(None, 10)
    for sample in samples.tolist():
        _power_update(meter, sample)
    dbm0 = float(_power_dbm0(meter))
    _power_free(meter)
    return dbm0
