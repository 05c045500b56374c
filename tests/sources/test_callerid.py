"""Caller ID: what is sent is what another receiver hears; what comes in garbled is an error and nothing worse."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hw.callerid import (
    CallerId,
    CallerIdError,
    CallTime,
    DtmfCallerId,
    Presentation,
    dtmf_caller_id,
    mdmf,
    message_waiting,
    parse_fsk,
    parse_message_waiting,
    sdmf,
)
from hw.clips import Clip, silence
from hw.fsk import BELL_202, V23, Modem, fsk
from hw.tones import ToneError
from tests import spandsp

pytestmark = pytest.mark.native

WHEN = CallTime(11, 23, 7, 59)
BEIJING = CallerId("01065551234", "Zhang San", WHEN)

times = st.builds(CallTime, st.integers(1, 12), st.integers(1, 31), st.integers(0, 23), st.integers(0, 59))
numbers = st.text("0123456789*#+ABCD", min_size=1, max_size=20)
names = st.text(st.characters(codec="gb18030", categories=["L", "N", "P"]), max_size=12)


def test_an_sdmf_message_byte_by_byte() -> None:
    assert sdmf(CallerId("6095551212", when=CallTime(9, 30, 12, 24))).hex(" ") == (
        "04 12 30 39 33 30 31 32 32 34 36 30 39 35 35 35 31 32 31 32 51"
    )


def test_an_mdmf_message_byte_by_byte() -> None:
    message = mdmf(CallerId("137", "Li", WHEN))
    assert message[:-1].hex(" ") == "80 13 01 08 31 31 32 33 30 37 35 39 02 03 31 33 37 07 02 4c 69"
    assert sum(message) % 256 == 0


@given(numbers, st.none() | times)
def test_what_sdmf_sends_is_what_is_read(number: str, when: CallTime | None) -> None:
    message = sdmf(CallerId(number, when=when))
    assert parse_fsk(message) == CallerId(number, when=when, raw=message)


@given(numbers, names, st.none() | times)
def test_what_mdmf_sends_is_what_is_read(number: str, name: str, when: CallTime | None) -> None:
    message = mdmf(CallerId(number, name, when))
    assert parse_fsk(message) == CallerId(number, name, when, raw=message)


@pytest.mark.parametrize("presentation", [Presentation.PRIVATE, Presentation.UNAVAILABLE])
@pytest.mark.parametrize("form", [sdmf, mdmf])
def test_a_caller_who_hides_or_is_not_known_sends_neither_number_nor_name(
    form: object, presentation: Presentation
) -> None:
    assert callable(form)
    message = form(CallerId("12345", "Zhang San", WHEN, presentation))
    assert b"1234" not in message[10:]
    assert b"Zhang" not in message
    assert parse_fsk(message) == CallerId(when=WHEN, presentation=presentation, raw=message)


@given(st.booleans(), st.booleans())
def test_the_message_lamp_is_lit_and_put_out(waiting: bool, multiple: bool) -> None:
    assert parse_message_waiting(message_waiting(waiting, multiple=multiple)) is waiting


@pytest.mark.parametrize(
    ("caller", "says"),
    [
        (CallerId(""), "'' cannot be sent"),
        (CallerId("1" * 21), "1 to 20 of 0-9"),
        (CallerId("12 34"), "'12 34' cannot be sent"),
        (CallerId("12", "x" * 51), "takes 51 bytes; 50"),
        (CallerId("12", "a\nb"), "cannot be shown"),
        (CallerId("12", "\ud800"), "cannot be shown"),
    ],
)
def test_what_cannot_be_sent_says_why(caller: CallerId, says: str) -> None:
    with pytest.raises(CallerIdError, match=says):
        mdmf(caller)


def closed(body: bytes, kind: int = 0x80, length: int | None = None) -> bytes:
    message = bytes([kind, len(body) if length is None else length]) + body
    return message + bytes([-sum(message) % 256])


@pytest.mark.parametrize(
    ("message", "says"),
    [
        (b"", "0 bytes is too short"),
        (b"\x80\0", "2 bytes is too short"),
        (closed(b"\x02\x01", length=9), "5 bytes says that it has 12"),
        (mdmf(BEIJING)[:-1] + b"\0", "checksum 0x00 instead of 0x"),
        (closed(b"\x02\x05123"), "parameter 0x02 goes beyond the end"),
        (closed(b"\x02\x01" + b"1\x07"), "parameter 0x07 goes beyond the end"),
        (closed(b"0930122", kind=4), "an SDMF message of 7 bytes has no time"),
        (message_waiting(True), "message type 0x82 is not caller ID"),
    ],
)
def test_a_garbled_message_says_what_is_wrong_with_it(message: bytes, says: str) -> None:
    with pytest.raises(CallerIdError, match=says):
        parse_fsk(message)


@pytest.mark.parametrize("message", [mdmf(BEIJING), closed(b"xyz", kind=6), closed(b"\x0b\x01\x07", kind=0x82)])
def test_what_does_not_speak_of_waiting_messages_is_an_error(message: bytes) -> None:
    with pytest.raises(CallerIdError, match="says nothing about waiting messages"):
        parse_message_waiting(message)


def test_unknown_fields_are_skipped_and_of_two_numbers_the_first_counts() -> None:
    body = b"\x55\x02ab" + b"\x02\x03123" + b"\x02\x03456" + b"\x03\x03789" + b"\x05\x01\x01"
    assert parse_fsk(closed(body)).number == "123"


@pytest.mark.parametrize(
    "date", [b"13010000", b"00010000", b"01320000", b"01012400", b"01010060", b"abcdefgh", b"0101"]
)
def test_a_time_that_is_none_does_not_cost_the_number(date: bytes) -> None:
    body = b"\x01" + bytes([len(date)]) + date + b"\x02\x03123"
    assert parse_fsk(closed(body)) == CallerId("123", raw=closed(body))


def test_separators_in_a_number_are_dropped_and_none_left_is_no_number() -> None:
    assert parse_fsk(closed(b"\x02\x08(010) 65")).number == "01065"
    assert parse_fsk(closed(b"\x02\x02--")).presentation is Presentation.UNAVAILABLE
    assert parse_fsk(closed(b"\x02\x00")).presentation is Presentation.UNAVAILABLE
    assert parse_fsk(closed(b"")).presentation is Presentation.UNAVAILABLE
    assert parse_fsk(closed(b"\x08\x01P")).presentation is Presentation.PRIVATE


def test_a_name_in_chinese_is_read_as_exchanges_there_send_it() -> None:
    name = "张三".encode("gb2312")
    assert parse_fsk(closed(b"\x02\x02" + b"12" + b"\x07\x04" + name)).name == "张三"
    assert parse_fsk(closed(b"\x07\x03A\x00B")).name == "AB"


@given(st.binary(max_size=300))
def test_no_bytes_do_worse_than_an_error(message: bytes) -> None:
    for parse in (parse_fsk, parse_message_waiting):
        with contextlib.suppress(CallerIdError):
            parse(message)


@given(st.sampled_from([0x04, 0x06, 0x80, 0x82]), st.binary(max_size=255))
def test_no_body_with_a_right_checksum_does_worse_than_an_error(kind: int, body: bytes) -> None:
    with contextlib.suppress(CallerIdError):
        caller = parse_fsk(closed(body, kind))
        assert bool(caller.number) is (caller.presentation is Presentation.AVAILABLE)
    with contextlib.suppress(CallerIdError):
        parse_message_waiting(closed(body, kind))


@settings(max_examples=25)
@given(numbers, names, times)
def test_spandsp_receives_any_message_sent_in_bell_202(number: str, name: str, when: CallTime) -> None:
    for message in (sdmf(CallerId(number, when=when)), mdmf(CallerId(number, name, when))):
        assert spandsp.fsk_messages(fsk(message).samples(), spandsp.CLASS) == [message[:-1]]


@pytest.mark.parametrize("waiting", [True, False])
def test_spandsp_receives_the_message_lamp(waiting: bool) -> None:
    message = message_waiting(waiting)
    assert spandsp.fsk_messages(fsk(message).samples(), spandsp.CLASS) == [message[:-1]]


def test_spandsp_receives_v23_where_europe_sends_it() -> None:
    message = mdmf(BEIJING)
    assert spandsp.fsk_messages(fsk(message, V23).samples(), spandsp.CLIP) == [message[:-1]]


@pytest.mark.parametrize("dbm0", [-6, -13.5, -30])
def test_spandsp_receives_it_loud_and_quiet(dbm0: float) -> None:
    message = mdmf(BEIJING)
    clip = fsk(message, dbm0=dbm0)
    assert spandsp.power_dbm0(clip.samples()) == pytest.approx(dbm0, abs=0.7)
    assert spandsp.fsk_messages(clip.samples(), spandsp.CLASS) == [message[:-1]]


def test_off_hook_there_is_no_seizure_and_a_short_mark() -> None:
    message = mdmf(BEIJING)
    clip = fsk(message, seizure_bits=0, mark_bits=80)
    assert clip.count == (80 + 10 * len(message) + 10) * 20 // 3
    assert spandsp.fsk_messages(clip.samples(), spandsp.CLASS) == [message[:-1]]


def demodulated(clip: Clip, modem: Modem) -> list[int]:
    """Bits by the frequency in the middle of each, from the turn of the phase there."""
    samples = clip.samples().astype(float)
    spectrum = np.fft.fft(samples)
    spectrum[len(samples) // 2 :] = 0
    turns = np.diff(np.unwrap(np.angle(np.fft.ifft(spectrum)))) / (2 * np.pi) * 8000
    bits = round(len(samples) * 3 / 20)
    middle = (np.arange(bits) + 0.5) * 20 / 3
    hz = [float(turns[int(at) - 2 : int(at) + 2].mean()) for at in middle]
    return [int(abs(f - modem.mark_hz) < abs(f - modem.space_hz)) for f in hz]


@pytest.mark.parametrize("modem", [BELL_202, V23])
def test_a_message_goes_out_bit_by_bit_as_the_standard_says(modem: Modem) -> None:
    message = b"\x80\x01\xa5"
    bits = demodulated(fsk(message, modem), modem)
    data = [bit for byte in message for bit in [0, *(byte >> i & 1 for i in range(8)), 1]]
    # The first and last bits touch nothing, where the Hilbert transform is not exact.
    assert bits[3:-3] == ([0, 1] * 150 + [1] * 180 + data + [1] * 10)[3:-3]


def test_fsk_has_no_jumps_of_phase() -> None:
    samples = fsk(mdmf(BEIJING), dbm0=0).samples().astype(float)
    amplitude = 32768 * 10 ** (-3.14 / 20)
    assert np.abs(np.diff(samples)).max() <= amplitude * 2 * np.sin(np.pi * 2200 / 8000) + 2


@pytest.mark.parametrize("dbm0", [1, -41, float("nan")])
def test_fsk_at_an_impossible_level_is_a_mistake(dbm0: float) -> None:
    with pytest.raises(ValueError, match="give -40 to 0"):
        fsk(b"", dbm0=dbm0)


def test_a_message_of_nothing_is_seizure_and_mark() -> None:
    assert fsk(b"").count == 490 * 20 // 3
    assert silence(500).count == 4000


def gathered(keys: str, every: int = 1120, **settings: str) -> list[CallerId]:
    """Who calls, after these keys and a long pause."""
    collector = DtmfCallerId(**settings)  # type: ignore[arg-type]
    callers = [collector.key(key, index * every) for index, key in enumerate(keys)]
    callers.append(collector.expire(10**9))
    return [caller for caller in callers if caller]


def test_dtmf_caller_id_of_china_is_heard_by_spandsp_and_gathered_again() -> None:
    tone = dtmf_caller_id("01065551234")
    keys = spandsp.dtmf_digits(np.frombuffer(tone.preview(tone.ms or 0), np.int16))
    assert keys == "D01065551234C"
    assert gathered(keys) == [CallerId("01065551234", raw=b"D01065551234C")]


def test_a_number_that_dtmf_cannot_send_is_an_error() -> None:
    with pytest.raises(ToneError, match=r"'\+'"):
        dtmf_caller_id("+86")


@given(st.sampled_from("ACD*#"), st.text("0123456789", min_size=4, max_size=20), st.sampled_from("CD#A"))
def test_any_start_key_any_number_any_end_key(start: str, number: str, end: str) -> None:
    raw = start + number + end
    assert gathered(raw) == [CallerId(number, raw=raw.encode())]


@given(st.sampled_from("ACD*#"), st.text("0123456789", min_size=4, max_size=20))
def test_a_pause_ends_it_where_no_end_key_is_sent(start: str, number: str) -> None:
    assert gathered(start + number) == [CallerId(number, raw=(start + number).encode())]


def test_the_pause_is_counted_from_the_last_key() -> None:
    collector = DtmfCallerId(timeout_ms=500)
    assert collector.timer is None
    collector.key("D", 1000)
    collector.key("1", 4000)
    assert collector.timer == 8000
    assert collector.expire(7999) is None
    assert collector.expire(8000) == CallerId("1", raw=b"D1")
    assert collector.timer is None
    assert collector.expire(9000) is None


@pytest.mark.parametrize(
    ("keys", "numbers"),
    [
        ("12345", []),  # nobody began: that is dialling
        ("D", []),
        ("DC", []),  # C begins anew
        ("DC123C", ["123"]),
        ("DD123C", ["123"]),
        ("D12*34C", ["34"]),  # * begins anew, for it is no end
        ("D123CD456C", ["123", "456"]),
        ("D123C#", ["123"]),
        ("D" + "1" * 21 + "C", []),  # longer than a number can be
        ("D" + "1" * 20 + "C", ["1" * 20]),
    ],
)
def test_keys_in_other_orders(keys: str, numbers: list[str]) -> None:
    assert [caller.number for caller in gathered(keys)] == numbers


@pytest.mark.parametrize(
    ("keys", "presentation"),
    [
        ("B00C", Presentation.UNAVAILABLE),
        ("B10C", Presentation.UNAVAILABLE),
        ("D1#", Presentation.PRIVATE),
        ("D2#", Presentation.UNAVAILABLE),
        ("D3#", Presentation.UNAVAILABLE),
    ],
)
def test_codes_in_place_of_a_number_are_no_number(keys: str, presentation: Presentation) -> None:
    assert gathered(keys) == [CallerId(presentation=presentation, raw=keys.encode())]


def test_a_line_that_starts_with_d_alone_does_not_listen_to_other_starts() -> None:
    assert gathered("A123C", starts="D", ends="C") == []
    assert [caller.number for caller in gathered("D123C", starts="D", ends="C")] == ["123"]
    assert gathered("D12A3C", starts="D", ends="C") == []  # A has no meaning there


@given(st.lists(st.tuples(st.sampled_from("0123456789ABCD*#"), st.integers(0, 5000), st.booleans()), max_size=60))
def test_any_keys_at_any_times_give_numbers_of_digits_only(keys: list[tuple[str, int, bool]]) -> None:
    collector = DtmfCallerId()
    now = 0
    for key, pause, look in keys:
        now += pause
        callers = [collector.expire(now) if look else None, collector.key(key, now)]
        for caller in filter(None, callers):
            assert caller.number.isdigit() or caller.presentation is not Presentation.AVAILABLE
            assert len(caller.number) <= 20
            assert caller.raw.decode()[1:].startswith(caller.number)
