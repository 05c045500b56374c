"""Tests of an analog line of the exchange, at its FXO port.

    battery     voltage and polarity on hook; nothing is seized
    dial-tone   seize, listen: is it a dial tone, and how loud
    noise       seize, dial one digit so that the tone ends, listen: noise and hum
    echo        the same, and send noise: what comes back of it (firmware/sounding.py)
    busy-tone   seize, dial the line's own number (or nothing), listen for the tone by which the exchange gives up:
                by that tone a line without other signs says that the other side has hung up

Each begins with the battery where the port can measure it, so that a line that is not there is told as that. Pure
judgement (judge_*) apart from hands. Whatever happens the line is on hook afterwards. The line must be out of service.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import numpy as np
import trio

from firmware.bench import Bench, Ended, refusal
from firmware.sounding import Response, sound
from firmware.verdict import Figure, Verdict
from hw.card import ChannelKind, HardwareError
from hw.learn_tone import LearntTone, learn_tone
from hw.levels import level_dbm0
from hw.signalling.analog.probe import Probe
from hw.wave import Samples

GUARD_S = 2.0  # on hook before: else the exchange takes the end of the test before for a flash
SETTLE_S = 1.2  # from the seizure until a late dial tone has come
TONE_S = 3.4  # a continuous tone is told after 3 s
BUSY_S = 60.0  # an exchange gives up waiting for digits in 10 to 40 s
PIECE_S = 6.0
QUIET_S = 1.0  # from the digit until the line is silent

BATTERY_V = 20.0  # gateways feed 24 V at least, exchanges 48
HELD_V = 3.0
DIAL_DBM0 = (-30.0, -3.0)  # E.180: -10 +-5 dBm0 at the exchange, less the loss of the line
DIAL_HZ = (300.0, 500.0)
NOISE_DBM0 = -50.0
HUM_SHARE = 0.5  # of the noise that is mains and its harmonics
ECHO_DB = 12.0


# ---- judgement ----


def judge_battery(number: int, volts: float) -> Verdict:
    """On hook."""
    on, figures = f"channel {number}", (Figure("volts", abs(volts), "V"),)
    if abs(volts) < HELD_V:
        return Verdict("battery", on, "BATTERY-NONE", figures)
    if abs(volts) < BATTERY_V:
        return Verdict("battery", on, "BATTERY-LOW", figures)
    return Verdict("battery", on, "BATTERY-OK" if volts > 0 else "BATTERY-CROSSED", figures)


def judge_dial_tone(number: int, heard: Samples) -> Verdict:
    on, tone = f"channel {number}", learn_tone(heard)
    if tone is None:
        return Verdict("dial-tone", on, "TONE-NONE", (Figure("level", level_dbm0(heard), "dBm0"),))
    figures = (Figure("level", tone.dbm0, "dBm0"), Figure("hz", tone.hz[0], "Hz"))
    if tone.cadence_ms:
        return Verdict("dial-tone", on, "TONE-BROKEN", figures, {"cadence": cadence(tone)})
    if not any(DIAL_HZ[0] <= hz <= DIAL_HZ[1] for hz in tone.hz):
        return Verdict("dial-tone", on, "TONE-OTHER", figures)
    low, high = DIAL_DBM0
    code = "TONE-LOW" if tone.dbm0 < low else "TONE-HIGH" if tone.dbm0 > high else "TONE-OK"
    return Verdict("dial-tone", on, code, figures)


def judge_noise(number: int, heard: Samples) -> Verdict:
    """Of a line that should be silent."""
    on, level = f"channel {number}", level_dbm0(heard)
    share = _hum_share(heard)
    figures = (Figure("level", level, "dBm0"), Figure("hum_share", share))
    if level < NOISE_DBM0:
        return Verdict("noise", on, "NOISE-OK", figures)
    return Verdict("noise", on, "NOISE-HUM" if share > HUM_SHARE else "NOISE-HIGH", figures)


def judge_echo(number: int, response: Response) -> Verdict:
    on, loss = f"channel {number}", response.return_loss_db
    figures = (Figure("echo_return_loss", loss, "dB"), Figure("delay", response.delay_ms, "ms"))
    return Verdict("echo", on, "ECHO-OK" if loss >= ECHO_DB else "ECHO-LOUD", figures)


def _hum_share(heard: Samples) -> float:
    """Share of the power at 50 Hz (or 60) and its harmonics up to 600 Hz."""
    wave = heard.astype(np.float64)
    spectrum = np.square(np.abs(np.fft.rfft(wave * np.hanning(len(wave)))))
    hz = np.fft.rfftfreq(len(wave), 1 / 8000)
    all_of_it = float(spectrum[hz > 10].sum())
    if all_of_it == 0:
        return 0.0
    shares = []
    for mains in (50, 60):
        near = np.abs(hz - np.round(hz / mains) * mains) < 3
        shares.append(float(spectrum[near & (hz > 10) & (hz < 600)].sum()) / all_of_it)
    return max(shares)


def cadence(tone: LearntTone) -> str:
    return "/".join(map(str, tone.cadence_ms))


# ---- hands ----


async def battery(bench: Bench, number: int) -> Verdict:
    async def test(probe: Probe) -> Verdict:
        return judge_battery(number, probe.channel.volts())

    return await on_line(bench, "battery", number, test, powered=False)


async def dial_tone(bench: Bench, number: int) -> Verdict:
    async def test(probe: Probe) -> Verdict:
        async with _seized(probe):
            await trio.sleep(SETTLE_S)
            return await probe.worked_out(partial(judge_dial_tone, number), await probe.hear(TONE_S))

    return await on_line(bench, "dial-tone", number, test)


async def noise(bench: Bench, number: int, seconds: float, digit: str = "1") -> Verdict:
    """digit: the dial tone ends with it, and the exchange waits for more."""

    async def test(probe: Probe) -> Verdict:
        async with silent(probe, "noise", digit):
            return judge_noise(number, await probe.hear(seconds))

    return await on_line(bench, "noise", number, test)


async def echo(bench: Bench, number: int, seconds: float, digit: str = "1") -> Verdict:
    async def test(probe: Probe) -> Verdict:
        async with silent(probe, "echo", digit):
            return judge_echo(number, await sound(bench, probe.channel, seconds))

    return await on_line(bench, "echo", number, test)


async def busy_tone(bench: Bench, number: int, own: str = "") -> Verdict:
    """own: the line's number; empty: the exchange gives up waiting for digits."""
    on = f"channel {number}"

    async def test(probe: Probe) -> Verdict:
        async with _seized(probe):
            await trio.sleep(SETTLE_S)
            if own:
                await probe.dial(own)
            begun = bench.plane.time
            while (bench.plane.time - begun) / 8000 < BUSY_S:
                tone = await probe.worked_out(learn_tone, await probe.hear(PIECE_S))
                if tone is not None and tone.cadence_ms and sum(tone.cadence_ms) < 2000:
                    figures = (Figure("level", tone.dbm0, "dBm0"), Figure("hz", tone.hz[0], "Hz"))
                    return Verdict("busy-tone", on, "BUSY-OK", figures, {"cadence": cadence(tone)})
            return Verdict("busy-tone", on, "BUSY-NONE")

    return await on_line(bench, "busy-tone", number, test)


async def on_line(
    bench: Bench, test: str, number: int, make: Callable[[Probe], Awaitable[Verdict]], powered: bool = True
) -> Verdict:
    """Opens the line, looks whether it has battery, makes the test, gives the line back."""
    on = f"channel {number}"
    try:
        channel = bench.open(test, number, ChannelKind.TRUNK)
    except Ended as ended:
        return ended.verdict
    probe = Probe(bench.plane, channel)
    try:
        if powered and _dead(probe):
            return Verdict(test, on, "BATTERY-NONE", (Figure("volts", 0.0, "V"),))
        return await make(probe)
    except Ended as ended:
        return ended.verdict
    except HardwareError as refused:
        return refusal(test, on, refused)
    finally:
        channel.close()


def _dead(probe: Probe) -> bool:
    """No battery, where the port can measure it."""
    try:
        return abs(probe.channel.volts()) < HELD_V
    except HardwareError:
        return False


@asynccontextmanager
async def _seized(probe: Probe) -> AsyncIterator[None]:
    await trio.sleep(GUARD_S)
    probe.off_hook()
    try:
        yield
    finally:
        probe.on_hook()


@asynccontextmanager
async def quieted(probe: Probe, digit: str) -> AsyncIterator[None]:
    """Seized, and one digit dialled: the exchange waits for more, for ten seconds at least."""
    async with _seized(probe):
        await trio.sleep(SETTLE_S)
        await probe.dial(digit)
        await trio.sleep(QUIET_S)
        yield


@asynccontextmanager
async def silent(probe: Probe, test: str, digit: str) -> AsyncIterator[None]:
    """The same, and the dial tone has ended. Ended: it has not."""
    async with quieted(probe, digit):
        if await probe.worked_out(learn_tone, await probe.hear(TONE_S)) is not None:
            on = f"channel {probe.channel.info.number}"
            raise Ended(Verdict(test, on, "TEST-NOT-SILENT", fills={"digit": digit}))
        yield
