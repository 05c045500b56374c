"""No order can crash the process: the native order interface under nonsense, straight through cffi.

The same seeds run once more under AddressSanitizer and UBSan, where a wrong read of one byte ends the run.
"""

from __future__ import annotations

import random
from typing import Any

import pytest

from hw.native import ffi, lib

pytestmark = pytest.mark.native

ORDERS = 4000


class Nonsense:
    """Makes arguments, mostly wrong, some right: live and dead handles, NaN, huge and negative numbers."""

    def __init__(self, seed: int, plane: Any) -> None:
        self.random = random.Random(seed)
        self.plane = plane
        self.ports: list[int] = []
        self.bridges: list[int] = []
        self.clip = lib.clip_new(ffi.new("int16_t[]", list(range(500))), 500)
        self.nothing = lib.clip_new(ffi.new("int16_t[]", 1), 0)
        segments = ffi.new("struct tone_segment[]", 2)
        for place, hz in enumerate((450.0, 0.0)):
            segments[place].hz[0] = hz
            segments[place].dbm0[0] = -10
            segments[place].samples = 700
        self.tone = lib.tone_new(segments, 2, 0)

    def number(self) -> int:
        return self.random.choice([0, 1, 2, 3, 7, 255, 0x7FFFFFFF, 0xFFFFFFFF, self.random.getrandbits(32)])

    def handle(self, live: list[int]) -> int:
        if live and self.random.random() < 0.85:
            return self.random.choice(live)
        return self.number()

    def port(self) -> int:
        return self.handle(self.ports)

    def bridge(self) -> int:
        return self.handle(self.bridges)

    def db(self) -> float:
        return self.random.choice([0.0, 0.0, -6.0, 3.0, 24.0, -60.0, 1e9, float("nan"), float("inf"), -float("inf")])

    def flags(self) -> int:
        return self.random.choice([0, 1, 2, 3, 4, 6, 7, 0xFFFFFFFF])

    def sources(self) -> tuple[Any, int]:
        count = self.random.choice([1, 1, 2, 5, 256])
        array = ffi.new("struct source[]", count)
        for source in array:
            kind = self.random.random()
            if kind < 0.45:
                source.clip = self.clip
            elif kind < 0.55:
                source.clip = self.nothing
            elif kind < 0.97:
                source.tone = self.tone
            elif kind < 0.985:
                source.clip, source.tone = self.clip, self.tone
            source.gain_db = self.db() if self.random.random() < 0.1 else 0.0
            source.samples = self.random.choice([0, 0, 1, 159, 160, 161, 0xFFFFFFFF])
            setattr(source, "from", self.random.choice([0, 0, 499, 500, 501, 0xFFFFFFFF]))
        return array, self.random.choice([count, count, count, 0, -1, 1 << 20])

    def settings(self) -> Any:
        if self.random.random() < 0.2:
            return ffi.NULL
        settings = ffi.new("struct detect_settings *")
        settings.kinds = self.random.choice([0, 1, 4, 8, 16, 32, 64, 128, 1 | 64, 0xFD, 0xFFFF, self.number()]) & ~2
        settings.speech_dbm0 = self.db() - 38
        settings.speech_min_ms = self.number()
        settings.speech_hangover_ms = self.number()
        settings.silence_timeout_ms = self.number()
        settings.level_interval_ms = self.random.choice([20, 1000, 60000, 0, self.number()])
        return settings

    def open_port(self) -> int:
        # A card that is there needs a channel that is there; no card needs none. Wrong numbers of both are refused.
        card = self.random.choice([-1, -1, -1, -2, 0, 5, 0x7FFFFFFF])
        handle = int(lib.plane_port_open(self.plane, card, ffi.NULL, self.random.choice([0, 1])))
        if handle > 0:
            self.ports.append(handle)
        return handle

    def open_bridge(self) -> int:
        handle = int(lib.plane_bridge_open(self.plane))
        if handle > 0:
            self.bridges.append(handle)
        return handle

    def order(self) -> int:
        p, r = self.plane, self.random
        choice = r.randrange(20)
        if choice == 0:
            return self.open_port()
        if choice == 1:
            return self.open_bridge() if len(self.bridges) < 30 else 0
        if choice == 2:
            return int(lib.plane_port_close(p, self.port())) if r.random() < 0.3 else 0
        if choice == 3:
            return int(lib.plane_bridge_close(p, self.bridge())) if r.random() < 0.3 else 0
        if choice in (4, 5):
            return int(lib.plane_port_activate(p, self.port(), r.random() < 0.8))
        if choice == 6:
            return int(lib.plane_port_gain(p, self.port(), self.db(), self.db()))
        if choice == 7 and r.random() < 0.5:
            return int(lib.plane_meter(p, self.port(), r.choice((0, 20, 500))))
        if choice == 7:
            return int(lib.plane_port_mute(p, self.port(), r.random() < 0.5))
        if choice == 8:
            return int(lib.plane_connect(p, self.port(), self.port()))
        if choice == 9:
            return int(lib.plane_part(p, self.port()))
        if choice in (10, 11):
            return int(lib.plane_bridge_join(p, self.bridge(), self.port(), self.flags(), self.db(), self.db()))
        if choice == 12:
            return int(lib.plane_bridge_member(p, self.bridge(), self.port(), self.flags(), self.db(), self.db()))
        if choice == 13:
            return int(lib.plane_bridge_whisper(p, self.bridge(), self.port(), self.port(), r.random() < 0.8))
        if choice in (14, 15):
            sources, count = self.sources()
            if count > len(sources):
                count = 257
            return int(lib.plane_play(p, self.port(), sources, count, self.flags(), self.number()))
        if choice == 16:
            return int(lib.plane_stop(p, self.port()))
        if choice == 17:
            return int(lib.plane_skip(p, self.port()))
        if choice == 18:
            return int(lib.plane_detect(p, self.port(), self.settings()))
        return int(lib.plane_record_stop(p, self.port())) | int(
            lib.plane_record_state(p, self.port(), r.choice([0, 1, 2, 3, 77]))
        )

    def free(self) -> None:
        lib.clip_drop(self.clip)
        lib.clip_drop(self.nothing)
        lib.tone_drop(self.tone)


@pytest.mark.parametrize("seed", range(6))
def test_nonsense_is_refused_and_nothing_else_happens(seed: int) -> None:
    plane = lib.plane_new(80 if seed % 2 else 160, False)
    nonsense = Nonsense(seed, plane)
    events = ffi.new("struct event[]", 64)
    blob = ffi.new("uint8_t[]", 300)
    refused = accepted = 0
    for _ in range(ORDERS):
        if nonsense.order() < 0:
            refused += 1
        else:
            accepted += 1
        if nonsense.random.random() < 0.2:
            lib.plane_flush(plane)
            assert lib.plane_step(plane, nonsense.random.choice([1, 2, 0, -5])) >= lib.PLANE_BAD_VALUE
            for place in range(lib.plane_events(plane, events, 64)):
                lib.plane_blob(plane, events + place, blob, 300)
    assert refused > ORDERS // 20
    assert accepted > ORDERS // 5
    lib.plane_free(plane)
    nonsense.free()


def test_a_forged_event_gives_no_blob() -> None:
    plane = lib.plane_new(160, False)
    event = ffi.new("struct event *")
    blob = ffi.new("uint8_t[]", 16)
    for at, length in ((0, 1), (5, 16), (0xFFFFFFFF, 3), (1 << 40, 2)):
        event.blob_at, event.blob_len = at, length
        assert lib.plane_blob(plane, event, blob, 16) == lib.PLANE_BAD_VALUE
    lib.plane_free(plane)


def test_orders_that_were_never_shown_are_given_back_with_the_plane() -> None:
    plane = lib.plane_new(160, False)
    port = lib.plane_port_open(plane, -1, ffi.NULL, 0)
    nonsense = Nonsense(1, plane)
    sources, _ = nonsense.sources()
    sources[0].clip, sources[0].tone, sources[0].gain_db = nonsense.clip, ffi.NULL, 0.0
    assert lib.plane_play(plane, port, sources, 1, 0, 7) == 0
    lib.plane_free(plane)
    nonsense.free()


def test_a_flood_of_orders_fills_the_ring_and_is_refused() -> None:
    plane = lib.plane_new(160, False)
    port = lib.plane_port_open(plane, -1, ffi.NULL, 0)
    codes = [lib.plane_stop(plane, port) for _ in range(20000)]
    assert codes[0] == 0
    assert codes[-1] == lib.PLANE_FULL
    lib.plane_flush(plane)
    assert lib.plane_step(plane, 1) == 1
    assert lib.plane_stop(plane, port) == 0
    lib.plane_free(plane)


def statistics(plane: Any) -> Any:
    raw = ffi.new("struct plane_statistics *")
    lib.plane_statistics(plane, raw)
    return raw


def speaking_port(plane: Any) -> int:
    port = int(lib.plane_port_open(plane, -1, ffi.NULL, 0))
    lib.plane_port_activate(plane, port, True)
    return port


def tokens(plane: Any) -> list[int]:
    events = ffi.new("struct event[]", 40_000)
    count = lib.plane_events(plane, events, 40_000)
    return [event.token for event in events[0:count] if event.kind == lib.EVENT_PLAYED]


def test_levels_that_nobody_reads_leave_room_for_all_that_somebody_awaits() -> None:
    plane = lib.plane_new(160, False)
    clip = lib.clip_new(ffi.new("int16_t[]", 80), 80)
    settings = ffi.new("struct detect_settings *", {"kinds": lib.DETECT_LEVEL, "level_interval_ms": 20})
    ports = [speaking_port(plane) for _ in range(1000)]
    for port in ports:
        lib.plane_detect(plane, port, settings)
    lib.plane_flush(plane)
    for _ in range(50):
        lib.plane_step(plane, 1)
    assert statistics(plane).lost_events > 0
    source = ffi.new("struct source[]", [{"clip": clip}])
    ordered = []
    for token in range(1, 20_000):  # a thousand ports, twenty plays each, of which the next replaces the one before
        code = lib.plane_play(plane, ports[token % 1000], source, 1, 0, token)
        if code == 0:
            ordered.append(token)
        lib.plane_flush(plane)
        if token % 1000 == 0:
            lib.plane_step(plane, 1)
    assert code == lib.PLANE_FULL  # more than can be remembered is not accepted
    for _ in range(3):
        lib.plane_step(plane, 1)
    assert sorted(tokens(plane)) == ordered
    assert lib.plane_play(plane, ports[0], source, 1, 0, 7) == 0
    lib.plane_free(plane)
    lib.clip_drop(clip)


def test_the_handle_of_a_bridge_is_that_of_no_port() -> None:
    plane = lib.plane_new(160, False)
    ports = {lib.plane_port_open(plane, -1, ffi.NULL, 0) for _ in range(100)}
    bridges = {lib.plane_bridge_open(plane) for _ in range(100)}
    assert not ports & bridges
    for bridge in bridges:
        assert lib.plane_port_mute(plane, bridge, True) == lib.PLANE_NO_PORT
    for port in ports:
        assert lib.plane_bridge_close(plane, port) == lib.PLANE_NO_BRIDGE
    lib.plane_free(plane)


def test_a_port_that_was_opened_and_closed_thirty_thousand_times_has_always_another_handle() -> None:
    plane = lib.plane_new(160, False)
    others = [lib.plane_port_open(plane, -1, ffi.NULL, 0) for _ in range(4095)]
    seen = set()
    for _ in range(30_000):
        port = lib.plane_port_open(plane, -1, ffi.NULL, 0)
        assert port > 0
        assert port not in seen
        seen.add(port)
        assert lib.plane_port_close(plane, port) == 0
        lib.plane_flush(plane)
        lib.plane_step(plane, 1)
    assert statistics(plane).ports == len(others)
    lib.plane_free(plane)


def test_statistics_are_begun_anew_with_the_orders_around_it() -> None:
    plane = lib.plane_new(160, False)
    port = speaking_port(plane)
    lib.plane_flush(plane)
    lib.plane_step(plane, 10)
    lib.plane_port_close(plane, port)
    assert lib.plane_statistics_reset(plane) == 0
    lib.plane_step(plane, 1)
    assert (statistics(plane).ports, statistics(plane).ticks) == (1, 11)  # nothing of the batch is shown yet
    lib.plane_flush(plane)
    lib.plane_step(plane, 1)
    assert (statistics(plane).ports, statistics(plane).ticks) == (0, 1)
    lib.plane_free(plane)
