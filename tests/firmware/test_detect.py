"""From the card in its slot to spans that can be used: each link that may be missing is named, with its remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware.detect import CardFound, detect, none_found, simulated
from firmware.models import MODELS, recognise
from firmware.outcome import Outcome

from hw.plane import Plane
from hw.sim.card import SimCard
from tests.firmware.machine import RELEASE, Described

TE420 = ("d161:1420", "0005:0000")


@pytest.fixture
def machine(tmp_path: Path) -> Described:
    return Described(tmp_path)


def only(machine: Described) -> CardFound:
    (card,) = detect(machine.root, RELEASE)
    return card


def test_a_machine_without_cards_has_none_and_the_advice_names_slot_and_training(machine: Described) -> None:
    machine.plug("8086:1237", "1af4:1100")  # a bridge
    assert detect(machine.root, RELEASE) == ()
    assert none_found().outcome is Outcome.FAIL
    assert "--simulated" in none_found().next_step


def test_a_card_goes_through_every_link_to_ready(machine: Described) -> None:
    slot = machine.plug(*TE420)
    assert (only(machine).name, only(machine).place) == ("Digium TE420 (5th generation)", "0000:02:08.0")
    assert only(machine).verdict.code == "CARD-NO-MODULE"
    assert "dahdi-dkms" in only(machine).verdict.next_step

    machine.build("wct4xxp")
    assert only(machine).verdict.code == "CARD-NOT-LOADED"
    assert only(machine).verdict.next_step == "modprobe wct4xxp"

    machine.load("wct4xxp")
    assert only(machine).verdict.code == "CARD-NOT-BOUND"

    machine.bind(slot, "wct4xxp")
    assert only(machine).verdict.code == "CARD-NO-DEVICE"

    machine.register(slot, "pci:0000:02:08.0", 4, hardware_id="T4200001")
    assert only(machine).verdict.code == "CARD-NO-SPANS"
    assert not only(machine).ready

    for number in (1, 2, 3, 4):
        (slot / "pci:0000:02:08.0" / f"span-{number}").mkdir()
    ready = only(machine)
    assert ready.ready
    assert ready.verdict.sentence == "The card is driven by wct4xxp and has 4 spans."
    assert ready.verdict.next_step == ""
    assert (ready.spans, ready.devices[0].hardware_id) == ((1, 2, 3, 4), "T4200001")


def test_a_card_that_needs_a_file_is_not_sent_to_modprobe_without_it(machine: Described) -> None:
    machine.plug("d161:1820", "0005:0000")
    machine.build("wct4xxp")
    assert only(machine).verdict.code == "CARD-NO-FIRMWARE"
    assert "dahdi-fw-te820.bin" in only(machine).verdict.next_step
    machine.write(machine.root / "lib/firmware/dahdi-fw-te820.bin", "")
    assert only(machine).verdict.code == "CARD-NOT-LOADED"


def test_a_blacklisted_driver_is_told_with_the_file_that_does_it(machine: Described) -> None:
    machine.plug(*TE420)
    machine.build("wct4xxp")
    machine.write(machine.root / "etc/modprobe.d/dahdi.conf", "# kept for later\nblacklist wct4xxp\n")
    assert only(machine).verdict.code == "CARD-BLACKLISTED"
    assert "/etc/modprobe.d/dahdi.conf" in only(machine).verdict.next_step


def test_a_file_of_etc_takes_the_place_of_the_vendors_of_the_same_name(machine: Described) -> None:
    machine.plug(*TE420)
    machine.build("wct4xxp")
    machine.write(machine.root / "lib/modprobe.d/dahdi.conf", "blacklist wct4xxp\n")
    machine.write(machine.root / "etc/modprobe.d/dahdi.conf", "")
    assert only(machine).verdict.code == "CARD-NOT-LOADED"


def test_a_card_that_another_driver_has_taken_is_told_so(machine: Described) -> None:
    """The kernel's own netjet claims every Tiger chip, telephony cards among them."""
    slot = machine.plug("e159:0001", "9519:0003")
    machine.bind(slot, "netjet")
    verdict = only(machine).verdict
    assert verdict.code == "CARD-OTHER-DRIVER"
    assert "blacklist netjet" in verdict.next_step
    assert "modprobe opvxa1200" in verdict.next_step


def test_a_driver_that_is_not_called_as_its_module_is_known_all_the_same(machine: Described) -> None:
    slot = machine.plug("10b5:d00d", "0000:0000")
    machine.bind(slot, "tor2", name="tormenta2")
    assert only(machine).verdict.code == "CARD-NO-DEVICE"


def test_a_card_whose_driver_debian_does_not_build_is_not_sent_to_dkms(machine: Described) -> None:
    machine.plug("d161:800e", "0000:0000")
    assert only(machine).verdict.code == "CARD-FOREIGN-DRIVER"


def test_a_usb_bank_is_bound_by_its_interface(machine: Described) -> None:
    bank = machine.plug_usb("e4e4:1162")
    machine.bind(bank, "xpp_usb", interface="1-4:1.0")
    machine.register(bank, "astribanks:xbus-00", 2, 1, 2)
    assert (only(machine).bus, only(machine).ready) == ("usb", True)


def test_dynamic_spans_are_a_card_of_their_own(machine: Described) -> None:
    machine.register(machine.root / "sys/devices/dahdi_dynamic", "dynamic:loc:1:0", 1, 1)
    card = only(machine)
    assert (card.bus, card.spans, card.ready) == ("dynamic", (1,), True)


def test_the_row_with_the_subvendor_wins_over_the_row_for_all() -> None:
    assert recognise("pci", "e159:0001", "9500:0003") is not None
    assert recognise("pci", "e159:0001", "0001:0001") is None, "a Tiger chip that is no telephony card"
    assert len({(model.bus, model.ids, model.sub) for model in MODELS}) == len(MODELS)


@pytest.mark.native
def test_the_simulated_card_is_found_ready() -> None:
    plane = Plane(virtual=True)
    card = SimCard(plane)
    found = simulated(card.spans())
    assert found.ready
    assert found.spans == (1, 2, 3, 4)
    assert found.facts()["verdict"]["code"] == "CARD-READY"
    plane.close()
    card.free()
