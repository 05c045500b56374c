"""Wires of the simulated card: the Python face of hw/native/wire.h.

A wire joins two timeslots, near (the box) and far (the world). What one end sends in a frame the other end hears in
the next, byte for byte, unless a condition or a fault is set for that direction. Nothing here knows hooks or bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any

from hw.native import ffi, lib

ECHO_DELAY_MAX_MS = 400.0
_NO_NOISE, _NO_ECHO = -1000.0, 1000.0  # outside the ranges of wire.h
_LAWS = {"a": lib.LAW_A, "mu": lib.LAW_MU}


class Side(Enum):
    NEAR = lib.WIRE_NEAR
    FAR = lib.WIRE_FAR

    @property
    def other(self) -> Side:
        return Side.FAR if self is Side.NEAR else Side.NEAR


class Fault(Enum):
    """What comes out at an end instead of what the other end sends."""

    SOUND = lib.WIRE_SOUND  # no fault
    SILENT = lib.WIRE_SILENT
    ALL_ONES = lib.WIRE_ALL_ONES  # the carrier's alarm indication signal (BLUE)
    LOOPED = lib.WIRE_LOOPED  # what the end itself sends comes back


@dataclass(frozen=True, slots=True)
class Condition:
    """What one end hears of the other.

    loss_db: 0 to 60. noise_dbm0: white, -90 to -10. echo_return_loss_db: 0 to 60, by how much the hearing end's own
    signal comes back weaker; echo_delay_ms: 0 to 400, beyond the one frame that any way takes; echo_shape: its impulse
    response, 8 samples at most. None: no noise, no echo.

    bit_errors: share of the bits at which an error begins, 0 to 0.5; error_octets: so many octets in a row it spoils,
    1: the one bit. slip_samples: after so many an octet comes twice, after as many more one is left out, and so on;
    0: never.
    """

    loss_db: float = 0.0
    noise_dbm0: float | None = None
    echo_return_loss_db: float | None = None
    echo_delay_ms: float = 0.0
    echo_shape: tuple[float, ...] = (1.0,)
    bit_errors: float = 0.0
    error_octets: int = 1
    slip_samples: int = 0


CLEAR = Condition()


class Wire:
    """One pair of timeslots. It lives as long as its card."""

    def __init__(self, native: Any) -> None:
        self._native = native
        self.conditions = {Side.NEAR: CLEAR, Side.FAR: CLEAR}

    def end(self, side: Side) -> Any:
        """The void* to be opened as a port's channel."""
        return lib.sim_wire_end(self._native, side.value)

    def remove(self, side: Side) -> None:
        """The present end is gone for good: its port is silent. end() gives a new one from now on."""
        if not lib.sim_wire_remove(self._native, side.value):
            raise MemoryError("simulated wire: no memory for a new end")

    def condition(self, side: Side, condition: Condition) -> None:
        """What `side` hears from the next tick on. ValueError: a value is outside its range."""
        for name, value, low, high in (
            ("loss_db", condition.loss_db, 0, 60),
            ("noise_dbm0", condition.noise_dbm0, -90, -10),
            ("echo_return_loss_db", condition.echo_return_loss_db, 0, 60),
            ("echo_delay_ms", condition.echo_delay_ms, 0, ECHO_DELAY_MAX_MS),
            ("length of echo_shape", len(condition.echo_shape), 1, lib.WIRE_ECHO_TAPS),
            ("bit_errors", condition.bit_errors, 0, 0.5),
            ("error_octets", condition.error_octets, 1, 8000),
            ("slip_samples", condition.slip_samples, 0, 1 << 31),
        ):
            if value is not None and not low <= value <= high:
                raise ValueError(f"condition of a wire: {name} is {value}, must be {low} to {high}")
        native = ffi.new("struct wire_condition *")
        native.loss_db = condition.loss_db
        noise, echo = condition.noise_dbm0, condition.echo_return_loss_db
        native.noise_dbm0 = _NO_NOISE if noise is None else noise
        native.echo_return_loss_db = _NO_ECHO if echo is None else echo
        native.echo_delay_samples = round(condition.echo_delay_ms * 8)
        for tap, value in enumerate(condition.echo_shape):
            native.echo_shape[tap] = value
        native.bit_errors = condition.bit_errors
        native.error_octets = condition.error_octets
        native.slip_samples = condition.slip_samples
        if not lib.sim_wire_condition(self._native, side.value, native):
            raise MemoryError("simulated wire: no memory for an echo")
        self.conditions[side] = condition

    def fault(self, side: Side, fault: Fault) -> None:
        lib.sim_wire_fault(self._native, side.value, fault.value)


class NativeCard:
    """The struct card* of a simulated card. The same seed and the same wires in the same order give the same noise.

    A plane that has it must be closed before free().
    """

    def __init__(self, seed: int = 0) -> None:
        self.pointer: Any = lib.sim_card_new(seed & 0xFFFFFFFF)
        if self.pointer == ffi.NULL:
            raise MemoryError("simulated card: out of memory")

    def wire(self, law: str = "a") -> Wire:
        """A new wire without faults or conditions."""
        native = lib.sim_wire_new(self.pointer, _LAWS[law])
        if native == ffi.NULL:
            raise MemoryError("simulated card: no memory for a wire")
        return Wire(native)

    def supply(self, octets: bytes) -> Supply:
        """Bytes for timeslots that have no other end (benches)."""
        native = lib.sim_loop_new(self.pointer, octets, len(octets)) if octets else ffi.NULL
        if native == ffi.NULL:
            raise ValueError("supply of a simulated card: no bytes, or no memory for them")
        return Supply(self.pointer, native)

    def free(self) -> None:
        """Gives the memory back, with all wires and their ends."""
        if self.pointer is not None:
            lib.sim_card_free(self.pointer)
            self.pointer = None


class Supply:
    """A loop of bytes, shared by any number of timeslots, each beginning at its own place."""

    def __init__(self, card: Any, native: Any) -> None:
        self._card = card
        self._native = native

    def end(self, offset: int = 0) -> Any:
        """The void* of a new timeslot that delivers the loop for ever, from byte `offset` on."""
        end = lib.sim_source_new(self._card, self._native, offset)
        if end == ffi.NULL:
            raise MemoryError("simulated card: no memory for a source")
        return end
