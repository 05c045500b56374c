"""The codes of all verdicts: outcome, sentence, next step. One table; docs/card-tests.md shows it to people.

A sentence says what is the case, a next step what a person does about it. Braces name a figure or fill of the verdict.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.texts import N_
from firmware.outcome import Outcome

PASS, FAIL, ABORT = Outcome.PASS, Outcome.FAIL, Outcome.ABORT


@dataclass(frozen=True, slots=True)
class Code:
    """`sentence` and `next_step` are marked English; an empty next step: nothing is to be done."""

    code: str
    outcome: Outcome
    sentence: str
    next_step: str = ""


_CARD = (
    Code("CARD-READY", PASS, N_("The card is driven by {driver} and has {spans} spans.")),
    Code(
        "CARD-FOREIGN-DRIVER",
        FAIL,
        N_("The card needs the driver {driver}, which the package dahdi-dkms does not build."),
        N_("Install the driver from the card's maker, then look again; or use a card that dahdi-dkms drives."),
    ),
    Code(
        "CARD-NO-MODULE",
        FAIL,
        N_("The module {driver} is not built for the running kernel."),
        N_("Install the packages dahdi-dkms and linux-headers-amd64; if they are there: dkms autoinstall."),
    ),
    Code(
        "CARD-NO-FIRMWARE",
        FAIL,
        N_("The card needs the file {firmware}, which is not in /lib/firmware."),
        N_(
            "Put {firmware} from the maker's archive into /lib/firmware, then: modprobe -r {driver}; modprobe {driver}."
        ),
    ),
    Code(
        "CARD-BLACKLISTED",
        FAIL,
        N_("The module {driver} is kept from loading by {file}."),
        N_("Take the line for {driver} out of {file}, then: modprobe {driver}."),
    ),
    Code("CARD-NOT-LOADED", FAIL, N_("The module {driver} is not loaded."), N_("modprobe {driver}")),
    Code(
        "CARD-OTHER-DRIVER",
        FAIL,
        N_("The kernel has given the card to {bound}, not to {driver}."),
        N_(
            "Write 'blacklist {bound}' into /etc/modprobe.d/strowger.conf; then modprobe -r {bound}, modprobe {driver}."
        ),
    ),
    Code(
        "CARD-NOT-BOUND",
        FAIL,
        N_("The module {driver} is loaded and has not taken the card."),
        N_("Read why: dmesg | grep {driver}. Often the card sits loose, lacks its power plug, or is defective."),
    ),
    Code(
        "CARD-NO-DEVICE",
        FAIL,
        N_("{driver} has taken the card, and DAHDI has no device of it."),
        N_("Read why: dmesg | grep {driver}. A module of ports may be missing on the card, or its firmware too old."),
    ),
    Code(
        "CARD-NO-SPANS",
        FAIL,
        N_("The spans of the card are not assigned."),
        N_("dahdi_span_assignments add (auto_assign_spans is 0), or let strowger setup pin them."),
    ),
    Code(
        "CARD-NONE",
        FAIL,
        N_("No telephony card is seen."),
        N_(
            "Power off, press the card into its slot, look at the light of its port; lspci and lsusb must show it."
            " Without a card: --simulated."
        ),
    ),
)

CODES = {code.code: code for code in (*_CARD,)}
