"""DAHDI's room on a machine without DAHDI: everything can be imported and made, and opening says what is missing."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hw.card import Alarm, HardwareError, SpanCounters, Unsupported
from hw.dahdi import driver, span
from hw.dahdi.card import DahdiCard
from hw.native import ffi, lib
from hw.plane import Plane

pytestmark = [
    pytest.mark.native,
    pytest.mark.skipif(Path("/dev/dahdi").exists(), reason="this machine has a DAHDI driver"),
]


@pytest.fixture
def card() -> DahdiCard:
    return DahdiCard(Plane(virtual=True))


def test_there_are_no_spans(card: DahdiCard) -> None:
    assert card.spans() == ()


@pytest.mark.parametrize("number", [1, 1023])
def test_opening_says_that_the_driver_is_not_loaded(card: DahdiCard, number: int) -> None:
    for opening in (card.open, card.open_dchannel):
        with pytest.raises(HardwareError, match=str(number)) as refused:
            opening(number)
        assert "modprobe" in refused.value.action
        assert refused.value.channel == number


@pytest.mark.parametrize("number", [0, -1, 1024, 2**31 - 1])
def test_a_number_that_no_channel_can_have_does_not_exist(card: DahdiCard, number: int) -> None:
    with pytest.raises(HardwareError, match="does not exist"):
        card.open(number)


def test_the_native_side_answers_with_the_error_number() -> None:
    native = ffi.gc(lib.dahdi_card_new(), lib.dahdi_card_free)
    out = ffi.new("void **")
    assert lib.dahdi_channel_open(native, 1, out) == -errno.ENOENT
    assert lib.dahdi_channel_open(native, 0, out) == -errno.EINVAL
    assert lib.dahdi_channel_open(native, lib.DAHDI_CHANNELS, out) == -errno.EINVAL
    assert lib.dahdi_dchannel_open(1) == -errno.ENOENT


def test_the_plane_moves_with_a_card_that_gives_no_pace() -> None:
    plane = Plane(virtual=True)
    card = DahdiCard(plane)
    assert plane.step(10) == 10
    assert card.statistics().read_frames == 0
    plane.close()
    card.free()


@pytest.mark.parametrize("number", sorted(set(errno.errorcode) - {errno.ENOTTY, errno.ENOSYS}))
@pytest.mark.parametrize("opening", [True, False])
def test_every_refusal_names_the_channel_and_a_remedy(number: int, opening: bool) -> None:
    error = driver.refusal(number, "open", channel=7, span=2, opening=opening)
    assert "channel 7" in str(error)
    assert (error.span, error.channel) == (2, 7)
    assert error.action
    assert not isinstance(error, Unsupported)


def test_what_the_hardware_cannot_do_is_unsupported() -> None:
    assert isinstance(driver.refusal(errno.ENOTTY, "set polarity", channel=7), Unsupported)


def test_alarm_bits_and_finer_causes() -> None:
    red_by_loss_of_signal = lib.DAHDI_ALARM_RED | 1 << 8
    assert span.alarms(red_by_loss_of_signal) is Alarm.RED
    assert span.alarms(lib.DAHDI_ALARM_YELLOW | lib.DAHDI_ALARM_BLUE) == Alarm.YELLOW | Alarm.BLUE
    assert span.alarms(0) is Alarm.NONE


def test_slips_stand_as_text_and_only_when_there_were_some(tmp_path: Path) -> None:
    proc = tmp_path / "1"
    assert span.slips(proc) is None
    proc.write_text(
        'Span 1: TE4/0/1 "T4XXP (PCI) Card 0 Span 1" (MASTER) HDB3/CCS/CRC4 ClockSource\n\n\t   1 TE4/0/1/1 Clear\n'
    )
    assert span.slips(proc) == 0
    proc.write_text("Span 1: TE4/0/1\n\tBPV count: 7\n\tTiming slips: 12\n\n\t   1 TE4/0/1/1 Clear\n")
    assert span.slips(proc) == 12


def test_the_clock_priority_is_the_second_number_of_a_span_line(tmp_path: Path) -> None:
    conf = tmp_path / "system.conf"
    assert span.clock_priorities(conf) == {}
    conf.write_text("# span=9,9,0,ccs\nspan=1,1,0,ccs,hdb3,crc4\n span = 2 , 0 , 0,ccs,hdb3\ndynamic=loc,1:0,31,0\n")
    assert span.clock_priorities(conf) == {1: 1, 2: 0}


@given(st.lists(st.integers(0, 1000), min_size=1))
def test_counters_never_go_back_even_if_the_driver_begins_anew(seen: list[int]) -> None:
    tally = span.Tally()
    before = 0
    for value in seen:
        total = tally.add(SpanCounters(slips=value)).slips
        assert total is not None
        assert total >= max(before, value)
        before = total
    assert tally.total.crc4_errors is None


@given(st.lists(st.integers(0, 1000), min_size=1).map(sorted))
def test_counters_that_only_grow_are_told_as_they_are(seen: list[int]) -> None:
    tally = span.Tally()
    for value in seen:
        assert tally.add(SpanCounters(slips=value)).slips == value
