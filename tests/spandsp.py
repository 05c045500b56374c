"""spandsp as an ear of its own: what it hears in what we make, and beside our ears. Bound by ctypes: the native layer
does not offer it.
"""

from __future__ import annotations

import ctypes
from ctypes import CFUNCTYPE, POINTER, c_bool, c_char_p, c_float, c_int, c_uint8, c_void_p
from typing import Any

import numpy as np

from hw.wave import Samples

_lib = ctypes.CDLL("libspandsp.so.2")
_MESSAGE = CFUNCTYPE(None, c_void_p, POINTER(c_uint8), c_int)
_PIECE = 1600  # samples between two looks at the digits: its store holds 128
CLASS, CLIP = 1, 2  # ADSI_STANDARD_*


def _function(name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(_lib, name)
    function.restype, function.argtypes = result, arguments
    return function


_power_init = _function("power_meter_init", c_void_p, c_void_p, c_int)
_power_update = _function("power_meter_update", c_int, c_void_p, ctypes.c_int16)
_power_dbm0 = _function("power_meter_current_dbm0", c_float, c_void_p)
_power_free = _function("power_meter_free", c_int, c_void_p)
_dtmf_init = _function("dtmf_rx_init", c_void_p, c_void_p, c_void_p, c_void_p)
_dtmf_parms = _function("dtmf_rx_parms", None, c_void_p, c_int, c_int, c_int, c_int)
_dtmf_rx = _function("dtmf_rx", c_int, c_void_p, c_void_p, c_int)
_dtmf_get = _function("dtmf_rx_get", ctypes.c_size_t, c_void_p, c_char_p, c_int)
_dtmf_free = _function("dtmf_rx_free", c_int, c_void_p)
_r2_init = _function("r2_mf_rx_init", c_void_p, c_void_p, c_bool, c_void_p, c_void_p)
_r2_rx = _function("r2_mf_rx", c_int, c_void_p, c_void_p, c_int)
_r2_get = _function("r2_mf_rx_get", c_int, c_void_p)
_r2_free = _function("r2_mf_rx_free", c_int, c_void_p)
_adsi_init = _function("adsi_rx_init", c_void_p, c_void_p, c_int, _MESSAGE, c_void_p)
_adsi_rx = _function("adsi_rx", c_int, c_void_p, c_void_p, c_int)
_adsi_free = _function("adsi_rx_free", c_int, c_void_p)


def power_dbm0(samples: Samples) -> float:
    """Of the last second or so."""
    meter = _power_init(None, 10)
    for sample in samples.tolist():
        _power_update(meter, sample)
    dbm0 = float(_power_dbm0(meter))
    _power_free(meter)
    return dbm0


def dtmf_digits(samples: Samples, *, keen: bool = False) -> str:
    """keen: with dial tone filtered, 10 dB of twist either way, from -42 dBm0."""
    receiver = _dtmf_init(None, None, None)
    if keen:
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


def r2_code(samples: Samples, *, forward: bool) -> int:
    """The code that sounds at the end; 0: none."""
    receiver = _r2_init(None, forward, None, None)
    _r2_rx(receiver, samples.ctypes.data, len(samples))
    code = _r2_get(receiver)
    _r2_free(receiver)
    return " 1234567890BCDEF".index(chr(code)) if code else 0


def fsk_messages(samples: Samples, standard: int) -> list[bytes]:
    """Messages with a right checksum, from type to the last byte before it."""
    heard: list[bytes] = []

    def put(_user: Any, message: Any, length: int) -> None:
        heard.append(bytes(message[:length]))

    callback = _MESSAGE(put)
    receiver = _adsi_init(None, standard, callback, None)
    padded = np.concatenate([np.zeros(800, np.int16), samples, np.zeros(800, np.int16)])
    _adsi_rx(receiver, padded.ctypes.data, len(padded))
    _adsi_free(receiver)
    return heard
