"""The three ends of a test at the card; what each means is in verdict.py."""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    PASS = "PASS"
    FAIL = "FAIL"
    ABORT = "ABORT"
