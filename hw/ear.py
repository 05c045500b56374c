"""What a port listens for: hw/native/detect.h's detectors and their settings in Python.

What it does not: tones of a country (hw.tone_plan makes plans of them), say what was heard (hw.event).
"""

from __future__ import annotations

from enum import IntFlag
from typing import Any, Protocol

from hw.errors import LocalError
from hw.native import ffi, lib


class Ear(IntFlag):
    DTMF = lib.DETECT_DTMF
    TONES = lib.DETECT_TONES  # call-progress tones of a plan
    R2_FORWARD = lib.DETECT_R2_FORWARD
    R2_BACKWARD = lib.DETECT_R2_BACKWARD
    FAX = lib.DETECT_FAX  # CNG and CED
    CALLER_ID = lib.DETECT_CALLER_ID  # FSK
    SPEECH = lib.DETECT_SPEECH  # and silence
    LEVEL = lib.DETECT_LEVEL


class TonePlan(Protocol):
    """Call-progress tones to be found: hw.tone_patterns.TonePatterns. `pointer` is its struct tone_plan*."""

    @property
    def pointer(self) -> Any: ...


def settings(ears: Ear, plan: TonePlan | None, **values: float) -> Any:
    """A struct detect_settings* with `values` by the names of its members. LocalError: Ear.TONES without a plan.
    OverflowError: a value that the struct cannot hold; others that are out of range, the plane refuses.
    """
    if Ear.TONES in ears and plan is None:
        raise LocalError("detect: Ear.TONES needs a plan of tones")
    pointer = plan.pointer if plan is not None else ffi.NULL
    return ffi.new("struct detect_settings *", {"kinds": int(ears), "plan": pointer, **values})
