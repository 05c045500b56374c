"""Owners hear their messages, from their own telephone and from elsewhere."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trio
import trio.testing

from core.voicemail.message import Folder
from hw import wall_clock
from hw.sim.public_trunk import TownCall
from hw.sim.telephone import Telephone
from tests.exchange.office import SOON
from tests.prompts.listening import found
from tests.voicemail.story import ANNS, BENS, PIN, VOICEMAIL, House, house, speech

pytestmark = pytest.mark.native


async def left(here: House, box: str = ANNS, times: int = 1) -> None:
    """Carl leaves messages."""
    carl = here.phone("8003")
    for _ in range(times):
        await here.dial(carl, box)
        await here.leaves(carl)


async def opens(here: House, telephone: Telephone, pin: str = PIN) -> None:
    await here.dial(telephone, VOICEMAIL)
    await here.said("pin.enter")
    await telephone.dial(f"{pin}#")


async def begins(here: House, telephone: Telephone) -> None:
    """To the end of the first message."""
    await opens(here, telephone)
    await here.said("voicemail.menu")
    await telephone.dial("1")
    await here.said("message")
    await here.said("voicemail.message-menu")


async def test_ann_hears_what_carl_said_and_her_lamp_goes_out(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path) as here:
        ann = here.phone("8001")
        await left(here)
        await ann.lamp_is(True, within=5)
        await opens(here, ann)
        await here.said("voicemail.new")
        await here.said("voicemail.menu")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ann.dial, "1")
            heard = await ann.listen(20)
        assert found(heard.samples, speech().samples()[800:-800]) is not None
        for name in ("voicemail.first", "voicemail.from", "voicemail.received", "voicemail.length"):
            await here.said(name)
        await here.hang_up(ann)
        assert [message.folder for message in here.messages(ANNS)] == [Folder.OLD]
        await ann.lamp_is(False, within=5)


async def test_ann_deletes_a_message_brings_it_back_and_deletes_it_again(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path) as here:
        ann = here.phone("8001")
        await left(here)
        await begins(here, ann)
        await ann.dial("3")
        await here.said("voicemail.deleted")
        assert here.messages(ANNS) == []
        await ann.dial("3")
        await here.said("voicemail.undeleted")
        assert len(here.messages(ANNS)) == 1
        await ann.dial("3")
        await here.said("voicemail.deleted")
        await here.hang_up(ann)
        assert here.messages(ANNS) == []


async def test_what_was_deleted_goes_for_good_after_a_day(
    tmp_path: Path, autojump_clock: trio.testing.MockClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = datetime(2026, 3, 1, 9, tzinfo=UTC)
    monkeypatch.setattr(wall_clock, "source", lambda: began + timedelta(seconds=trio.current_time()))
    async with house(tmp_path) as here:
        ann = here.phone("8001")
        await left(here)
        await begins(here, ann)
        await ann.dial("3")
        await here.said("voicemail.deleted")
        await here.hang_up(ann)
        await trio.sleep(20 * 3600)
        assert list((tmp_path / "voicemail" / ANNS).glob("*.wav"))
        await trio.sleep(6 * 3600)
        assert not list((tmp_path / "voicemail" / ANNS).glob("*.wav"))


async def test_ann_hears_two_messages_and_moves_one(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path) as here:
        ann = here.phone("8001")
        await left(here, times=2)
        await begins(here, ann)
        await ann.dial("4")
        await here.said("voicemail.choose-folder")
        await ann.dial("3")
        await here.said("voicemail.moved")
        await here.said("voicemail.last")
        await here.said("voicemail.message-menu")
        await ann.dial("2")
        await here.said("voicemail.no-more")
        await here.said("voicemail.menu")
        await ann.dial("2")
        await here.said("voicemail.choose-folder")
        await ann.dial("3")
        await here.said("voicemail.in-folder")
        await here.said("voicemail.menu")
        await ann.dial("1")
        await here.said("voicemail.first")
        await ann.dial("#")
        await here.said("voicemail.menu")
        await ann.dial("*")
        await here.said("call.goodbye")
        await here.hang_up(ann)
        assert [message.folder for message in here.messages(ANNS)] == [Folder.WORK, Folder.OLD]


async def test_ann_moves_in_a_message(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path) as here:
        ann, carl = here.phone("8001"), here.phone("8003")
        await here.dial(carl, ANNS)
        await here.leaves(carl, speech(500, 12_000))
        await opens(here, ann)
        await here.said("voicemail.menu")
        await ann.dial("1")
        await here.said("message")
        began = trio.current_time()
        await ann.dial("9")  # 5 s forward
        await here.said("message")
        await ann.dial("8")
        await here.said("voicemail.paused")
        await trio.sleep(30)
        await ann.dial("8")
        await here.said("message")
        await ann.dial("7")  # 5 s back
        await here.said("message")
        await here.said("voicemail.message-menu")
        assert 40 < trio.current_time() - began < 52
        await here.hang_up(ann)


async def test_ann_forwards_a_message_with_an_introduction(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path) as here:
        ann, ben = here.phone("8001"), here.phone("8002")
        await left(here)
        await begins(here, ann)
        await ann.dial("5")
        await here.said("voicemail.forward-to")
        await ann.dial(f"{BENS}#")
        await here.said("voicemail.introduction")
        await here.leaves(ann, speech(900, 1500), key="#")
        await here.said("voicemail.forwarded")
        await here.hang_up(ann)
        (message,) = here.messages(BENS)
        assert (message.sender, message.caller, message.folder) == (ANNS, "8003", Folder.NEW)
        assert message.introduction_ms > 1000
        await ben.lamp_is(True, within=5)
        await begins(here, ben)
        await here.hang_up(ben)


async def test_ann_replies_to_ben(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path) as here:
        ann, ben = here.phone("8001"), here.phone("8002")
        await here.dial(ben, ANNS)
        await here.leaves(ben)
        await begins(here, ann)
        await ann.dial("6")
        await here.said("voicemail.reply")
        await here.leaves(ann, speech(900, 1500), key="#")
        await here.said("voicemail.reply-sent")
        await here.hang_up(ann)
        (message,) = here.messages(BENS)
        assert (message.caller, message.reason) == ("8001", "reply")


async def test_who_has_no_mailbox_gets_no_reply(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path) as here:
        ann = here.phone("8001")
        await left(here)
        await begins(here, ann)
        await ann.dial("6")
        await here.said("voicemail.cannot-reply")
        await ann.dial("5")
        await here.said("voicemail.forward-to")
        await ann.dial("6999#")
        await here.said("voicemail.no-box")
        await here.hang_up(ann)


async def test_ann_calls_who_has_left_a_message(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path) as here:
        ann, carl = here.phone("8001"), here.phone("8003")
        await left(here)
        await begins(here, ann)
        await ann.dial("7")
        await here.said("voicemail.calling-sender")
        await carl.rung(within=10)
        carl.lift()
        await trio.sleep(0.5)
        await here.office.hear_each_other(ann, carl)
        await here.hang_up(carl)
        await here.hang_up(ann)


async def test_wrong_pins_make_caller_and_box_wait(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path) as here:
        dora, ann = here.phone("8004"), here.phone("8001")
        await here.dial(dora, VOICEMAIL)
        for box in (ANNS, "6777"):  # the same words whether there is such a box or not
            await here.said("voicemail.enter-box")
            await dora.dial(f"{box}#")
            await here.said("pin.enter")
            await dora.dial("111111#")
            await here.said("pin.wrong-or-unknown")
        await here.said("voicemail.enter-box")
        await dora.dial(f"{ANNS}#")
        await here.said("pin.enter")
        await dora.dial("111111#")
        await here.said("pin.blocked")
        await here.hang_up(dora)
        # Not even the right one is taken now.
        await here.dial(dora, VOICEMAIL)
        await here.said("voicemail.enter-box")
        await dora.dial(f"{ANNS}#")
        await here.said("pin.enter")
        await dora.dial(f"{PIN}#")
        await here.said("pin.blocked")
        await here.hang_up(dora)
        # Two wrong ones are not enough to shut Ann out of her own box.
        await opens(here, ann)
        await here.said("voicemail.menu")
        await here.hang_up(ann)


async def test_ann_hears_her_messages_from_the_town_and_cannot_call_on(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path) as here:
        await left(here)
        call = here.office.call_from_town(ANNS, "62000007")
        assert isinstance(call, TownCall)
        await here.said("voicemail.greeting")
        await here.said("voicemail.greeting")
        call.line.send("*")
        await here.said("pin.enter")
        call.line.send(f"{PIN}#")
        await here.said("voicemail.menu")
        call.line.send("1")
        await here.said("voicemail.message-menu")
        call.line.send("7")
        await here.said("voicemail.cannot-call")
        call.hang_up()
        await trio.sleep(3)


async def test_her_own_telephone_opens_her_box_where_no_pin_is_asked(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path, _6801={"ask_pin": False}, _6802={"pin": ""}) as here:
        for number in ("8001", "8002"):
            telephone = here.phone(number)
            await here.dial(telephone, VOICEMAIL)
            await here.said("voicemail.menu")
            await here.hang_up(telephone)


async def test_without_a_pin_nobody_else_opens_a_box(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path, _6802={"pin": ""}) as here:
        dora = here.phone("8004")
        await here.dial(dora, VOICEMAIL)
        await here.said("voicemail.enter-box")
        await dora.dial(f"{BENS}#")
        await here.said("pin.enter")
        await dora.dial("#")
        await here.said("pin.wrong-or-unknown")
        await here.hang_up(dora)


async def test_ann_greets_callers_herself(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path) as here:
        ann, carl = here.phone("8001"), here.phone("8003")
        await opens(here, ann)
        await here.said("voicemail.menu")
        await ann.dial("0")
        await here.said("voicemail.settings")
        await ann.dial("1")
        await here.said("voicemail.greetings-menu")
        await ann.dial("1")
        await here.said("voicemail.greeting-record")
        await here.leaves(ann, speech(700, 2500), key="#")
        await here.said("voicemail.greeting-saved")
        await here.said("voicemail.settings")
        await ann.dial("2")
        await here.said("service.enter-name")
        await here.leaves(ann, speech(900, 1500), key="#")
        await here.said("voicemail.name-saved")
        await here.hang_up(ann)
        await here.dial(carl, ANNS)
        heard = await carl.listen(4)
        assert found(heard.samples, speech(700, 2500).samples()[1600:-1600]) is not None
        await here.said("greeting")
        await here.leaves(carl)
        assert len(here.messages(ANNS)) == 1
        # Taken back, her name is said.
        await opens(here, ann)
        await here.said("voicemail.menu")
        await ann.dial("0")
        await here.said("voicemail.settings")
        await ann.dial("1")
        await here.said("voicemail.greetings-menu")
        await ann.dial("1")
        await here.said("voicemail.greeting-record")
        await ann.dial("#")
        await here.said("voicemail.greeting-deleted")
        await here.hang_up(ann)
        await here.dial(carl, ANNS)
        await here.said("voicemail.greeting-of")
        await here.hang_up(carl)


async def test_ann_sets_her_own_pin(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path) as here:
        ann = here.phone("8001")
        await opens(here, ann)
        await here.said("voicemail.menu")
        await ann.dial("0")
        for first, again, answer in (
            ("1234#", "", "pin.too-short"),
            ("111111#", "", "pin.too-easy"),
            ("582039#", "582038#", "pin.differ"),
            ("582039#", "582039#", "pin.changed"),
        ):
            await here.said("voicemail.settings")
            await ann.dial("3")
            await here.said("pin.new")
            await ann.dial(first)
            if again:
                await here.said("pin.new-again")
                await ann.dial(again)
            await here.said(answer)
        await here.hang_up(ann)
        assert "582039" not in (tmp_path / "voicemail" / ANNS / "box.json").read_text()
        await opens(here, ann)
        await here.said("pin.wrong-or-unknown")
        await here.said("pin.enter")
        await ann.dial("582039#")
        await here.said("voicemail.menu")
        await here.hang_up(ann)


async def test_who_falls_asleep_over_a_menu_is_taken_leave_of(
    tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    async with house(tmp_path) as here:
        ann = here.phone("8001")
        await opens(here, ann)
        await here.said("voicemail.none")
        for _ in range(3):
            await here.said("voicemail.menu")
        await here.said("call.goodbye")
        await ann.hear_tone("busy", within=30)
        await here.hang_up(ann)


async def test_ann_is_told_that_her_box_is_full(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path, _6801={"messages": 1}) as here:
        ann = here.phone("8001")
        await left(here)
        await opens(here, ann)
        await here.said("voicemail.box-full-owner")
        await here.hang_up(ann)


async def test_an_unknown_mailbox_in_the_plan_is_vacant(tmp_path: Path, autojump_clock: trio.testing.MockClock) -> None:
    async with house(tmp_path) as here:
        carl = here.phone("8003")
        carl.lift()
        await carl.hear_tone("dial", within=SOON)
        await carl.dial("6777")
        await here.said("call.vacant")
        await here.hang_up(carl)
