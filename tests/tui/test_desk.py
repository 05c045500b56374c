"""The agent's desk by its keys, before a real box: logged on, a caller taken, held, consulted about, transferred."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot
from textual.widgets import Footer, Static

from core.texts import _
from tests.tui.box import until
from tests.tui.console import SIZE, SIZES, tell_really
from tui.app import Console
from tui.ask import Ask, AskAll, Choose
from tui.desk import Desk
from tui.desk_more import unread
from tui.live_table import LiveTable
from tui.story import Story as Told

pytestmark = pytest.mark.native

Story = Callable[[Console, Desk, "Pilot[object]"], Awaitable[None]]


def tell(path: Path, story: Story, size: tuple[int, int] = SIZE) -> None:
    """2001 has logged on at 8001."""

    async def from_there(console: Console, pilot: Pilot[object]) -> None:
        await pilot.press("6")
        await until(lambda: isinstance(console.screen, Desk))
        desk = console.screen
        assert isinstance(desk, Desk)
        await pilot.press("l")
        await until(lambda: isinstance(console.screen, Ask))
        await pilot.press(*"8001", "enter")
        await until(lambda: isinstance(console.screen, AskAll))
        await pilot.press(*"2001", "enter", "enter")
        await until(lambda: desk.me is not None and desk.me["state"] == "ready")
        await story(console, desk, pilot)

    tell_really(path, from_there, size)


def state(desk: Desk) -> str:
    return desk.me["state"] if desk.me is not None else ""


def halves(desk: Desk) -> list[str]:
    return sorted(call["mine"]["state"] for call in desk.mine().values())


async def asked(console: Console, pilot: Pilot[object], key: str, text: str) -> None:
    await pilot.press(key)
    await until(lambda: isinstance(console.screen, Ask))
    await pilot.press(*text, "enter")


async def a_caller(console: Console, desk: Desk) -> None:
    """From town, in the queue of sales; the agent lifts."""
    await console.box.ask("town.call", way="e1a", number="66778200", caller="62000001")
    await until(lambda: "alerting" in halves(desk))
    await console.box.ask("town.lift", telephone="8001")
    await until(lambda: halves(desk) == ["connected"])


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_who_calls_and_who_one_is_stands_there(tmp_path: Path, language: str, size: tuple[int, int]) -> None:
    async def story(console: Console, desk: Desk, pilot: Pilot[object]) -> None:
        await a_caller(console, desk)
        await until(lambda: "62000001 Zhang Wei" in str(desk.query_one("#caller", Static).content))
        await until(lambda: _("way") in str(desk.query_one("#caller", Static).content))
        assert _("queue {name}, waited {waited}").format(name="sales", waited="0:00")[:8] in caller_of(desk)
        await until(lambda: _("in a call") in str(desk.query_one("#me", Static).content))
        assert "2001" in str(desk.query_one("#me", Static).content)
        for name in ("#me", "#caller", "#queues"):
            assert desk.region.contains_region(desk.query_one(name).region)
            lines = str(desk.query_one(name, Static).content).splitlines()
            assert all(cell_len(line) <= size[0] for line in lines)
        assert desk.region.contains_region(desk.query_one(Footer).region)

    tell(tmp_path, story, size)


def test_states_go_by_their_keys(tmp_path: Path) -> None:
    async def story(console: Console, desk: Desk, pilot: Pilot[object]) -> None:
        await asked(console, pilot, "n", "training")
        await until(lambda: state(desk) == "not ready")
        assert desk.me is not None
        assert desk.me["reason"] == "training"
        await pilot.press("r")
        await until(lambda: state(desk) == "ready")
        await asked(console, pilot, "b", "")
        await until(lambda: state(desk) == "rest")
        await pilot.press("b")
        await until(lambda: state(desk) == "ready")
        await pilot.press("w")
        await until(lambda: state(desk) == "working after call")
        await pilot.press("plus", "w")
        await until(lambda: state(desk) == "ready")
        await pilot.press("l")
        await until(lambda: desk.me is None)

    tell(tmp_path, story)


def test_a_call_is_held_consulted_about_and_transferred(tmp_path: Path) -> None:
    async def story(console: Console, desk: Desk, pilot: Pilot[object]) -> None:
        await a_caller(console, desk)
        await pilot.press("h")
        await until(lambda: halves(desk) == ["held"])
        await pilot.press("h")
        await until(lambda: halves(desk) == ["connected"])
        await pilot.press("m", "s", "x")
        await asked(console, pilot, "u", "price")
        await until(lambda: desk.me is not None and desk.me["help_since"] is not None)
        await pilot.press("u")
        await until(lambda: desk.me is not None and desk.me["help_since"] is None)
        await asked(console, pilot, "o", "8006")
        await until(lambda: len(desk.mine()) == 2 and "held" in halves(desk))
        await console.box.ask("town.lift", telephone="8006")
        await until(lambda: halves(desk) == ["connected", "held"])
        await pilot.press("v")
        await until(lambda: halves(desk) == ["connected", "held"])
        await pilot.press("t")
        await until(lambda: halves(desk) == [])
        (call,) = console.box.rows("calls").values()
        assert {leg["device"] for leg in call["connections"] if leg["kind"] == "station"} == {"8006"}

    tell(tmp_path, story)


def test_a_call_is_sent_to_a_queue_by_its_name(tmp_path: Path) -> None:
    async def story(console: Console, desk: Desk, pilot: Pilot[object]) -> None:
        await a_caller(console, desk)
        await asked(console, pilot, "t", "service")
        await until(lambda: console.box.rows("queues")["service"]["waiting"] == 1 or "alerting" in halves(desk))

    tell(tmp_path, story)


def caller_of(desk: Desk) -> str:
    return str(desk.query_one("#caller", Static).content)


def test_who_rings_stands_there_without_a_key_and_still_in_after_call_work(tmp_path: Path) -> None:
    async def story(console: Console, desk: Desk, pilot: Pilot[object]) -> None:
        await console.box.ask("customer.save", number="62000001", name="Wang", note="late", fields={"city": "Xian"})
        await console.box.ask("customer.add_note", number="62000001", text="modem")
        assert _("Here stands who calls, which way he came and what is known of him.") in caller_of(desk)
        await console.box.ask("town.call", way="e1a", number="66778200", caller="62000001")
        await until(lambda: "alerting" in halves(desk))
        await until(lambda: all(text in caller_of(desk) for text in ("Wang", "北京", "sales", "late", "Xian", "modem")))
        await console.box.ask("town.lift", telephone="8001")
        await until(lambda: halves(desk) == ["connected"])
        await pilot.press("m")
        await until(lambda: _("he does not hear you: m") in caller_of(desk))
        await pilot.press("m")
        await until(lambda: _("he does not hear you: m") not in caller_of(desk))
        await pilot.press("e")
        await until(lambda: not desk.mine())
        await until(lambda: state(desk) in ("ready", "working after call"))
        if state(desk) == "ready":
            await pilot.press("w")
        await until(lambda: str(desk.query_one("#caller", Static).border_title) == _("the last caller"))
        assert "modem" in caller_of(desk)

    tell(tmp_path, story)


def test_whoever_parks_a_caller_is_told_where(tmp_path: Path) -> None:
    async def story(console: Console, desk: Desk, pilot: Pilot[object]) -> None:
        await a_caller(console, desk)
        await pilot.press("q")
        await until(lambda: halves(desk) == [])
        (call,) = console.box.rows("calls").values()
        orbit = next(leg["device"] for leg in call["connections"] if leg["kind"] == "service").removeprefix("park ")
        said = _("the caller is parked at {orbit}").format(orbit=orbit)
        await until(lambda: said in [note.message for note in console._notifications])

    tell(tmp_path, story)


def test_what_is_new_stands_where_nobody_calls_and_all_keys_where_there_is_room(tmp_path: Path) -> None:
    async def story(console: Console, desk: Desk, pilot: Pilot[object]) -> None:
        await console.box.ask("note.send", device="8001", agents=["2001"], text="lunch")
        await until(lambda: "lunch" in caller_of(desk))
        keys = str(desk.query_one("#keys", Static).content)
        assert all(f"{key} " in keys for key in "lbwamvcdipqsxfuy")

    tell(tmp_path, story, (132, 43))


async def more(console: Console, pilot: Pilot[object], what: str) -> None:
    """From the list behind z."""
    await pilot.press("z")
    await until(lambda: isinstance(console.screen, Choose))
    console.screen.query_one(LiveTable).point(what)
    await pilot.press("enter")


def read(console: Console) -> str:
    return "\n".join(console.screen.rows) if isinstance(console.screen, Told) else ""


def test_the_callers_file_is_edited_and_who_he_is_is_read(tmp_path: Path, language: str) -> None:
    async def story(console: Console, desk: Desk, pilot: Pilot[object]) -> None:
        await a_caller(console, desk)
        await more(console, pilot, "file")
        await until(lambda: isinstance(console.screen, AskAll))
        await pilot.press(*"Wang", "enter", "enter", *"late", "enter")
        await until(lambda: any(call["data"].get("customer") == "Wang" for call in desk.mine().values()))
        await more(console, pilot, "remember")
        await until(lambda: isinstance(console.screen, Ask))
        await pilot.press(*"modem", "enter")
        await until(lambda: console.screen is desk)
        await more(console, pilot, "data")
        await until(lambda: isinstance(console.screen, AskAll))
        await pilot.press(*"order", "enter", *"A7", "enter")
        await until(lambda: any(call["data"].get("order") == "A7" for call in desk.mine().values()))
        await more(console, pilot, "information")
        await until(lambda: "modem" in read(console))
        assert all(text in read(console) for text in ("Wang", "late", "order A7"))

    tell(tmp_path, story)


def test_a_number_is_said_to_the_caller_and_the_agent_is_free(tmp_path: Path) -> None:
    async def story(console: Console, desk: Desk, pilot: Pilot[object]) -> None:
        await a_caller(console, desk)
        await more(console, pilot, "say")
        await until(lambda: isinstance(console.screen, Ask))
        await pilot.press(*"62001001", "enter")
        await until(lambda: halves(desk) == [])
        assert console.box.rows("calls"), "the caller hears it still"

    tell(tmp_path, story)


def test_notes_come_with_a_sign_and_ones_own_things_have_their_place(tmp_path: Path, language: str) -> None:
    async def story(console: Console, desk: Desk, pilot: Pilot[object]) -> None:
        await more(console, pilot, "send")
        await until(lambda: isinstance(console.screen, AskAll))
        await pilot.press(*"2001", "enter", *"lunch", "enter")
        await until(lambda: bool(unread(desk)))
        await until(lambda: "z" in str(desk.query_one("#me", Static).content).splitlines()[0])
        await more(console, pilot, "notices")
        await until(lambda: "lunch" in read(console))
        await until(lambda: not unread(desk))
        await pilot.press("escape")
        for what in ("figures", "ranking"):
            await more(console, pilot, what)
            await until(lambda: "2001" in read(console))
            await pilot.press("escape")
        await more(console, pilot, "pin")
        for text in ("", "482915", "482915"):
            await until(lambda: isinstance(console.screen, Ask))
            await pilot.press(*text, "enter")
            await pilot.pause()
        await until(lambda: console.screen is desk)
        skill = next(iter(desk.me["skills"][""])) if desk.me is not None else ""
        for what, there in (("drop", False), ("take_up", True)):
            await more(console, pilot, what)
            await until(lambda: isinstance(console.screen, Ask))
            await pilot.press(*skill, "enter")
            await until(lambda there=there: bool(desk.me and desk.me["skills"][""].get(skill)) is there)  # type: ignore[misc]

    tell(tmp_path, story)
