"""Matches an FXO port to its line, so that less of what we say comes back.

The chip of the port (Si3050) has sixteen impedances and a digital hybrid of eight taps. What comes back is linear in
the taps, so they need not be searched: the response with none, and with each of them alone, say what all would do.

    seized   |first|   | z0 | z1 ... z15 |   | none | t1 ... t8 || best |     three times, one digit each: an exchange
    noise     ~~~~~     ~~~~~~~~~~~~~~~~~     ~~~~~~~~~~~~~~~~~~  ~~~~~~      waits no longer than ten seconds for more
    heard    before     one recording, cut    one recording, cut  proof
                        best impedance        taps by least squares

fxotune of dahdi-tools measures the same things and tries a table of settings instead. What is found is for its file,
/etc/fxotune.conf, because Debian applies that at every start. Pure: best_taps, with_line; the rest is hands.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import trio

from firmware.bench import Bench
from firmware.sounding import RATE, Complexes, Response, noise, response, sound
from firmware.trunk_tests import ECHO_DB, on_line, quieted, silent
from firmware.verdict import Figure, Verdict
from hw.card import Balance, Channel
from hw.g711 import linear
from hw.signalling.analog.probe import Probe

TUNE = "tune"
"""As tests are named; it is no row of the catalogue, since it changes the port."""
STEP_S = 0.4  # of one setting
CHANGES_S = 0.15  # after its beginning: the setting is in force, and what was sent before has come back
PROBE_TAP = 32  # of a tap alone
PROOF_S = 1.0
WORTH_DB = 3.0  # a smaller gain is within what is measured by chance


def best_taps(without: Complexes, alone: Sequence[Complexes]) -> tuple[int, ...]:
    """without: the response with no tap; alone: with each tap at PROBE_TAP."""
    effects = np.array([(one - without) / PROBE_TAP for one in alone]).T
    both = np.concatenate([effects.real, effects.imag])
    wanted = -np.concatenate([without.real, without.imag])
    found, *_ = np.linalg.lstsq(both, wanted, rcond=1e-6)
    return tuple(int(tap) for tap in np.clip(np.rint(found), -128, 127))


def with_line(conf: str, channel: int, balance: Balance) -> str:
    """The text of fxotune.conf with this channel's setting, in the place of an older one."""
    values = ",".join(str(value & 0xFF) for value in (balance.impedance, *balance.taps))
    others = [line for line in conf.splitlines() if line.partition("=")[0].strip() != str(channel)]
    return "\n".join([*others, f"{channel}={values}"]) + "\n"


async def tune(bench: Bench, number: int, digit: str = "1") -> tuple[Verdict, Balance | None]:
    """The port is left matched; None: it is as it was, or as its driver sets it at first."""
    found: list[Balance] = []

    async def match(probe: Probe) -> Verdict:
        channel = probe.channel
        async with silent(probe, "tune", digit):
            channel.balance(Balance())
            first = await sound(bench, channel, PROOF_S)
        async with quieted(probe, digit):
            impedances = await _stepped(bench, channel, [Balance(one) for one in range(16)], first.delay)
        best = int(np.argmax([one.return_loss_db for one in impedances]))
        taps = [tuple(PROBE_TAP * (place == tap) for place in range(8)) for tap in range(8)]
        settings = [Balance(best), *(Balance(best, one) for one in taps)]
        async with quieted(probe, digit):
            without, *alone = await _stepped(bench, channel, settings, first.delay)
            matched = Balance(best, best_taps(without.spectrum, [one.spectrum for one in alone]))
            channel.balance(matched)
            proof = await sound(bench, channel, PROOF_S, first.delay)
        figures = (
            Figure("before", first.return_loss_db, "dB"),
            Figure("after", proof.return_loss_db, "dB"),
        )
        on = f"channel {number}"
        if proof.return_loss_db < first.return_loss_db + WORTH_DB:
            channel.balance(Balance())
            return Verdict("tune", on, "TUNE-KEPT" if first.return_loss_db >= ECHO_DB else "TUNE-WORSE", figures)
        found.append(matched)
        return Verdict("tune", on, "TUNE-OK" if proof.return_loss_db >= ECHO_DB else "TUNE-LOUD", figures)

    verdict = await on_line(bench, TUNE, number, match)
    return verdict, found[0] if found else None


async def _stepped(bench: Bench, channel: Channel, settings: Sequence[Balance], delay: int) -> list[Response]:
    """The response with each of the settings, one after the other, in one recording."""
    begins: list[int] = []

    async def step() -> None:
        begun = bench.plane.time
        for setting in settings:
            begins.append(bench.plane.time - begun)
            channel.balance(setting)
            await trio.sleep(STEP_S)

    channel.balance(settings[0])
    bench.plane.play(channel.port, [noise()], loop=True)
    await trio.sleep(0.2)
    async with trio.open_nursery() as acts:
        acts.start_soon(step)
        ((heard, told),) = await bench.record([channel], STEP_S * len(settings))
    bench.plane.stop(channel.port)
    law = channel.info.law
    late, early = (linear(octets, law).astype(np.float64) for octets in (heard, told))
    length, skip = round((STEP_S - CHANGES_S) * RATE), round(CHANGES_S * RATE)
    return [
        response(early[at + skip : at + skip + length], late[at + skip : at + skip + length], delay) for at in begins
    ]
