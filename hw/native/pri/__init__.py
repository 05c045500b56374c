"""The native layer of ISDN: `lib` (dchannel.h: functions and constants) and `ffi` (cffi's handle for memory).

`STROWGER_NATIVE=<folder>` takes the extension from another folder: the sanitized build under test.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Any


def _load() -> Any:
    folder = os.environ.get("STROWGER_NATIVE")
    if folder is None:
        from hw.native.pri import _pri  # type: ignore[attr-defined]

        return _pri
    path = os.path.join(folder, "_pri.abi3.so")
    spec = importlib.util.spec_from_file_location("hw.native.pri._pri", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"no native layer of ISDN at {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules["hw.native.pri._pri"] = module
    spec.loader.exec_module(module)
    return module


_module = _load()
lib: Any = _module.lib
ffi: Any = _module.ffi
