"""Callers leave messages: what they said is what is kept, however they end it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import soundfile
import trio
import trio.testing

from core.ivr.destination import Flows, Hands
from core.ivr.library import Library
from hw.clips import load
from hw.sim.public_trunk import TownCall
from tests.ivr.world import edition
from tests.prompts.listening import found
from tests.voicemail.story import ANNS, BENS, SALES, VOICEMAIL, House, house, speech

pytestmark = pytest.mark.native


def what_was_kept(here: House, box: str = ANNS) -> bool:
    """The last message is what was spoken, and hardly more."""
    message = here.messages(box)[-1]
    samples = load(here.room._boxes[box].shelf.path(message)).samples()
    return found(samples, speech().samples()[800:-800]) is not None and len(samples) / 8 < 3500


async def test_nobody_answers_and_the_caller_leaves_a_message(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path) as here:
        carl, ann = here.phone("8003"), here.phone("8001")
        await here.dial(carl, "8001")
        await here.said("voicemail.greeting-no-answer")
        await here.leaves(carl, key="#")
        await here.said("voicemail.review")
        await carl.dial("3")
        await here.said("voicemail.saved")
        (message,) = here.messages(ANNS)
        assert (message.caller, message.reason, message.urgent) == ("8003", "no answer", False)
        assert what_was_kept(here)
        await ann.lamp_is(True, within=5)
        await here.hang_up(carl)


async def test_the_caller_hangs_up_and_his_message_is_kept(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path) as here:
        carl = here.phone("8003")
        await here.dial(carl, ANNS)
        await here.said("voicemail.greeting")
        await here.leaves(carl)
        assert len(here.messages(ANNS)) == 1
        assert what_was_kept(here)


async def test_he_hangs_up_at_the_question_and_it_is_kept(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path) as here:
        carl = here.phone("8003")
        await here.dial(carl, SALES)
        await here.leaves(carl, key="#")
        await here.said("voicemail.review")
        await here.hang_up(carl)
        assert what_was_kept(here, SALES)


async def test_a_busy_telephone_says_so(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path) as here:
        ann, carl = here.phone("8001"), here.phone("8003")
        ann.lift()
        await ann.hear_tone("dial", within=3)
        await here.dial(carl, "8001")
        await here.said("voicemail.greeting-busy")
        await here.leaves(carl)
        await here.hang_up(ann)
        (message,) = here.messages(ANNS)
        assert message.reason == "busy"


async def test_he_hears_himself_records_again_and_makes_it_urgent(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path) as here:
        carl = here.phone("8003")
        await here.dial(carl, ANNS)
        await here.leaves(carl, speech(900, 3000), key="#")
        await here.said("voicemail.review")
        await carl.dial("1")
        await here.said("message")
        await here.said("voicemail.review")
        await carl.dial("2")
        await here.leaves(carl, key="#")
        await here.said("voicemail.review")
        await carl.dial("4")
        await here.said("voicemail.marked-urgent")
        await carl.dial("3")
        await here.said("voicemail.saved")
        await here.hang_up(carl)
        (message,) = here.messages(ANNS)
        assert message.urgent
        assert what_was_kept(here)


async def test_who_says_nothing_leaves_nothing(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path) as here:
        carl, ann = here.phone("8003"), here.phone("8001")
        await here.dial(carl, ANNS)
        await here.said("prompting")
        await trio.sleep(3)
        await here.hang_up(carl)
        await trio.sleep(3)
        assert here.messages(ANNS) == []
        assert not list((tmp_path / "voicemail").rglob("*.wav"))
        await ann.lamp_is(False, within=1)


async def test_a_message_is_as_long_as_the_box_lets_it_be(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path, _6801={"longest_s": 10}) as here:
        carl = here.phone("8003")
        await here.dial(carl, ANNS)
        await here.said("prompting")
        await carl.speak(speech(500, 5000), speech(500, 5000), speech(500, 2000))
        await here.said("voicemail.limit-reached")
        await here.said("voicemail.review")
        await carl.dial("3")
        await here.said("voicemail.saved")
        await here.hang_up(carl)
        (message,) = here.messages(ANNS)
        assert 9000 < message.ms <= 10_300


async def test_a_full_box_takes_no_message(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path, _6801={"messages": 1}) as here:
        carl = here.phone("8003")
        await here.dial(carl, ANNS)
        await here.leaves(carl)
        await here.dial(carl, ANNS)
        await here.said("voicemail.box-full")
        await here.hang_up(carl)
        assert len(here.messages(ANNS)) == 1


async def test_the_town_leaves_a_message(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path) as here:
        caller = here.office.call_from_town(BENS, "62000007")
        assert isinstance(caller, TownCall)
        await here.said("voicemail.greeting")
        await here.said("prompting")
        await trio.sleep(0.7)
        await here.office.plane.play(caller.line.port, [speech()]).wait()
        await trio.sleep(0.7)
        caller.hang_up()
        await trio.sleep(5)
        (message,) = here.messages(BENS)
        assert message.caller.endswith("62000007")
        assert what_was_kept(here, BENS)


async def test_the_number_of_voicemail_is_nobodys_mailbox_for_a_telephone_without_one(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path) as here:
        dora, carl = here.phone("8004"), here.phone("8003")
        await here.dial(dora, f"*57*{VOICEMAIL}#")
        await trio.sleep(6)
        await here.hang_up(dora)
        await here.dial(carl, "8004")
        await here.said("call.vacant")
        await here.hang_up(carl)


async def test_a_full_disk_is_told_to_the_caller_and_is_an_alarm(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path) as here:
        carl = here.phone("8003")
        await here.dial(carl, ANNS)
        await here.leaves(carl, key="#")
        await here.said("voicemail.review")
        # The folder of the box has become a file.
        (tmp_path / "voicemail" / ANNS / "box.json.part").mkdir()
        await carl.dial("3")
        await here.said("voicemail.not-saved")
        await here.hang_up(carl)
        assert "messages cannot be kept" in here.alarms.standing["voicemail"].text
        # When the disk is well again, the next start finds it.
        (tmp_path / "voicemail" / ANNS / "box.json.part").rmdir()
        assert [message.caller for message in here.room._boxes[ANNS].shelf.rescue()] == ["8003"]


async def test_a_power_cut_in_a_message_leaves_it_for_the_next_start(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path) as here:
        carl = here.phone("8003")
        await here.dial(carl, ANNS)
        await here.said("prompting")
        await trio.sleep(0.7)
        await carl.speak(speech())
        await trio.sleep(2)
        shutil.copytree(tmp_path / "voicemail", tmp_path / "cut" / "voicemail")
        await here.hang_up(carl)
        assert len(here.messages(ANNS)) == 1
    async with house(tmp_path / "cut") as later:
        (message,) = later.messages(ANNS)
        assert message.caller == "8003"
        await later.phone("8001").lamp_is(True, within=5)
        assert soundfile.info(later.room._boxes[ANNS].shelf.path(message)).duration > 1


FLOW = """
[flow]
start = "message"
[defaults]
give_up = "bye"
[node.message]
kind = "voicemail"
box = "'6900'"
next = "after"
[node.after]
kind = "play"
prompts = ["call.thank-you"]
next = "bye"
[node.bye]
kind = "hangup"
"""


async def test_a_flow_takes_a_message_and_goes_on(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path, flow={"number": "8600", "flow": "reception"}) as here:
        library = Library()
        library.publish(edition(reception=FLOW).flows)
        Flows(here.office.exchange, library, here.room.prompts, Hands())
        carl = here.phone("8003")
        await here.dial(carl, "8600")
        await here.said("voicemail.greeting")
        await here.leaves(carl, key="#")
        await here.said("voicemail.review")
        await carl.dial("3")
        await here.said("voicemail.saved")
        await here.said("flow:reception/after")
        await here.hang_up(carl)
        assert what_was_kept(here, SALES)


@pytest.mark.parametrize("when", ["voicemail.greeting", "prompting"])
async def test_dora_sends_carl_to_anns_mailbox_and_it_is_carl_who_leaves_the_message(
    when: str, tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path) as here:
        carl, dora = here.phone("8003"), here.phone("8004")
        await here.dial(carl, "8004")
        await dora.rung(within=5)
        dora.lift()
        await trio.sleep(1)
        await dora.flash()
        await trio.sleep(1)
        await dora.dial(ANNS)
        await here.said(when)
        dora.hang_up()
        await here.said("voicemail.greeting")
        if when == "voicemail.greeting":
            await here.leaves(carl, key="#")
        else:
            await here.said("prompting")
            await trio.sleep(0.7)
            await carl.speak(speech())
            await trio.sleep(0.7)
            await carl.dial("#")
        await here.said("voicemail.review")
        await carl.dial("3")
        await here.said("voicemail.saved")
        await here.hang_up(carl)
        (message,) = here.messages(ANNS)
        assert message.caller == "8003"
        assert what_was_kept(here)
        assert not list((tmp_path / "voicemail" / ANNS / "incoming").glob("*"))
