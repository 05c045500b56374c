"""A new configuration is put to work on a running box: what is said by the marks happens, and calls notice nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import tomlkit
import trio

from core.api.client import Client
from core.api.errors import Code, Refusal
from core.api.roles import Credentials
from core.config.commits import Commits
from core.config.configuration import Configuration
from core.running import RunningBox
from hw.card import HardwareError
from hw.signalling.line import Service
from hw.sim.card import SimCard
from tests.core.boxes import SMALL, box
from tests.core.house import House

pytestmark = pytest.mark.native


def files(**tables: Any) -> dict[str, str]:
    """SMALL as files, with other tables where given."""
    return {"box.toml": tomlkit.dumps(SMALL | tables)}


class Office:
    """A house whose configuration comes from files."""

    def __init__(self, house: House, desk: Client) -> None:
        self.house = house
        self.desk = desk

    async def commit(self, confirm_s: float = 0.0, **tables: Any) -> dict[str, Any]:
        made = await self.desk.ask("config.commit", files=files(**tables), confirm_s=confirm_s, message="test")
        await trio.sleep(0.1)
        assert isinstance(made, dict)
        return made

    async def lines(self) -> set[str]:
        return {line["name"] for line in (await self.desk.ask("line.list"))["lines"]}

    async def talk(self) -> int:
        """Ann and Ben speak: the call's number."""
        ann, ben = self.house.telephone("8001"), self.house.telephone("8002")
        number: int = (await self.desk.ask("call.make", device="8001", number="8002"))["call"]
        await ann.rung(within=2)
        ann.lift()
        await ben.rung(within=3)
        ben.lift()
        await trio.sleep(1)
        return number


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "box.toml").write_text(files()["box.toml"])
    async with open_office(tmp_path) as office:
        yield office


@asynccontextmanager
async def open_office(folder: Path) -> AsyncIterator[Office]:
    notes: list[tuple[str, dict[str, Any]]] = []
    configuration = Configuration(
        Commits(folder / "commits"),
        [folder / "etc"],
        lambda kind, **data: notes.append((kind, data)),
        threaded=False,
    )
    running = RunningBox(await configuration.start(), None, configuration=configuration, virtual=True)
    async with trio.open_nursery() as nursery:
        await nursery.start(running.run)
        house = House(running, nursery)
        async with house.client() as desk:
            yield Office(house, desk)
        running.stop("test", 0)
        with trio.fail_after(10):
            while running.state != "stopped":  # noqa: ASYNC110
                await trio.sleep(0.1)


NEW = {"number": "8003", "name": "Cid", "card": "sim", "channel": 3}


async def test_a_new_station_is_there_at_once_and_can_be_called(autojump_clock: object, office: Office) -> None:
    made = await office.commit(station=[*SMALL["station"], NEW])
    assert any('+ [[station]] "8003"' in line for line in made["lines"])
    assert "8003" in await office.lines()
    await office.desk.ask("call.make", device="8001", number="8003")
    await office.house.telephone("8001").rung(within=2)
    office.house.telephone("8001").lift()
    await office.house.telephone("8003").rung(within=3)


async def test_calls_that_do_not_depend_on_a_change_notice_nothing(autojump_clock: object, office: Office) -> None:
    call = await office.talk()
    await office.commit(station=[*SMALL["station"], NEW], hunt_group=[{"number": "8100", "members": ["8001"]}])
    await trio.sleep(5)
    (row,) = (await office.desk.ask("call.list"))["calls"]
    assert row["id"] == call
    assert {leg["state"] for leg in row["connections"]} == {"connected"}


async def test_a_station_that_is_removed_goes_when_its_call_is_over_and_takes_no_other(
    autojump_clock: object, office: Office
) -> None:
    await office.talk()
    await office.commit(station=SMALL["station"][:1])
    await trio.sleep(5)
    assert "8002" in await office.lines()
    assert len((await office.desk.ask("call.list"))["calls"]) == 1
    office.house.telephone("8001").hang_up()
    await trio.sleep(5)
    assert "8002" in await office.lines()  # still off its hook
    office.house.telephone("8002").hang_up()
    await trio.sleep(3)
    assert "8002" not in await office.lines()
    with pytest.raises(Refusal):
        await office.desk.ask("call.make", device="8001", number="8002")


async def test_a_channel_goes_from_one_number_to_another(autojump_clock: object, office: Office) -> None:
    ann = SMALL["station"][0]
    await office.commit(station=[ann, {**SMALL["station"][1], "number": "8009"}])
    await trio.sleep(2)
    assert {"8001", "8009"} <= await office.lines()
    assert "8002" not in await office.lines()
    await office.desk.ask("call.make", device="8009", number="8001")
    await office.house.telephone("8009").rung(within=2)


async def test_other_signalling_waits_until_the_line_is_idle(autojump_clock: object, office: Office) -> None:
    await office.talk()
    ben = {**SMALL["station"][1], "caller_id": "off"}
    made = await office.commit(station=[SMALL["station"][0], ben])
    assert made["changes"][0]["effect"] == "line restart"
    before = office.house.running.hardware.lines.by_name["8002"]
    await trio.sleep(5)
    assert office.house.running.hardware.lines.by_name["8002"] is before
    for name in ("8001", "8002"):
        office.house.telephone(name).hang_up()
    await trio.sleep(4)
    assert office.house.running.hardware.lines.by_name["8002"] is not before
    await office.talk()


async def test_a_span_becomes_another_and_works(autojump_clock: object, office: Office) -> None:
    spans = [{"name": "e1a", "card": "sim", "span": 3, "signalling": "pri", "hunt": "ascending"}, SMALL["span"][1]]
    await office.commit(span=spans)
    await trio.sleep(5)
    call = office.house.running.hardware.towns["sim"].call("e1a", "8001")
    await office.house.telephone("8001").rung(within=5)
    office.house.telephone("8001").lift()
    with trio.fail_after(5):
        await call.answered.wait()


async def test_a_line_that_cannot_be_opened_is_an_alarm_until_it_is_mended(
    autojump_clock: object, office: Office
) -> None:
    wrong = {**NEW, "channel": 3, "reverse_on_answer": True}
    office.house.running.hardware.cards["sim"].open(3)  # another program has it
    await office.commit(station=[*SMALL["station"], wrong])
    assert [alarm["key"] for alarm in (await office.desk.ask("alarm.list"))["alarms"]] == ["line 8003"]
    await office.commit()
    await trio.sleep(2)
    assert (await office.desk.ask("alarm.list"))["alarms"] == []


async def test_a_commit_that_nobody_confirms_goes_back_by_itself(autojump_clock: object, office: Office) -> None:
    await office.commit(confirm_s=600, station=[*SMALL["station"], NEW])
    assert "to confirm" in (await office.desk.ask("box.status"))["configuration"]
    await trio.sleep(590)
    assert "8003" in await office.lines()
    await trio.sleep(15)
    assert "8003" not in await office.lines()
    history = await office.desk.ask("config.history")
    assert [(commit["number"], commit["state"]) for commit in history["commits"]] == [(2, ""), (1, "current")]


async def test_a_commit_that_is_confirmed_stays_and_can_be_taken_back(autojump_clock: object, office: Office) -> None:
    await office.commit(confirm_s=600, station=[*SMALL["station"], NEW])
    await office.desk.ask("config.confirm")
    await trio.sleep(700)
    assert "8003" in await office.lines()
    with pytest.raises(Refusal):
        await office.desk.ask("config.confirm")
    await office.desk.ask("config.rollback")
    await trio.sleep(2)
    assert "8003" not in await office.lines()
    with pytest.raises(Refusal) as refused:
        await office.desk.ask("config.rollback", number=99)
    assert refused.value.code is Code.UNKNOWN


async def test_mistakes_are_answered_with_their_places_and_change_nothing(
    autojump_clock: object, office: Office
) -> None:
    text = files()["box.toml"].replace('number = "8002"', 'nunber = "8002"')
    with pytest.raises(Refusal) as refused:
        await office.desk.ask("config.commit", files={"box.toml": text})
    assert refused.value.code is Code.CONFIGURATION
    (mistake,) = refused.value.about["mistakes"]
    assert (mistake["path"], mistake["line"] > 0) == ("box.toml", True)
    assert "number" in mistake["hint"]
    assert (await office.desk.ask("config.history"))["commits"][0]["number"] == 1
    with pytest.raises(Refusal) as refused:
        await office.desk.ask("config.check", files={"../box.toml": text})
    assert refused.value.code is Code.INVALID_PARAMS


async def test_what_would_change_is_told_without_changing_it(autojump_clock: object, office: Office) -> None:
    would = await office.desk.ask("config.check", files=files(station=[*SMALL["station"], NEW]))
    assert would["number"] == 0
    assert [change["row"] for change in would["changes"]] == ["8003"]
    assert "8003" not in await office.lines()
    shown = await office.desk.ask("config.show")
    assert list(shown["files"]) == ["box.toml"]
    assert shown["effective"]["box"]["country"] == "cn"


async def test_users_and_limits_are_right_from_the_next_connection_on(autojump_clock: object, office: Office) -> None:
    user = {"name": "Sun", "role": "auditor", "unix_user": "sun"}
    await office.commit(user=[user], control={"clients": 10})
    assert office.house.running.server.clients == 10
    assert [user.name for user in office.house.running.box.user] == ["Sun"]


async def test_what_changes_about_a_lent_line_waits_until_it_is_back(autojump_clock: object, office: Office) -> None:
    async def test() -> None:
        async with office.house.client() as tester:
            await tester.ask("line.test", test="busy-tone", line="line1")

    (line1,) = SMALL["trunk"]
    groups = [{"name": "isdn", "lines": ["e1a", "e1b"]}]
    for trunk, left in (([], False), ([{**line1, "name": "line7"}], False), ([line1], True)):
        await office.commit()
        await trio.sleep(3)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(test)
            await trio.sleep(3)
            await office.commit(trunk=[], trunk_group=groups)
            await office.commit(trunk=trunk, trunk_group=groups)
            assert "line1" in await office.lines()
            assert office.house.running.hardware.lines.by_name["line1"].service is Service.LENT
        await trio.sleep(3)
        assert ("line1" in await office.lines()) is left
        assert {row["name"] for row in trunk} <= await office.lines()
        out = [line["name"] for line in (await office.desk.ask("line.list"))["lines"] if line["service"]]
        assert out == []
        assert (await office.desk.ask("alarm.list"))["alarms"] == []
    assert office.house.running.faults == 0


async def test_who_has_lost_his_role_is_let_go_and_the_others_stay(autojump_clock: object, office: Office) -> None:
    user = {"name": "Sun", "role": "administrator", "unix_user": "sun"}
    await office.commit(user=[user])
    async with office.house.client(Credentials(1, 1003, 1003, "sun")) as sun:
        await sun.ask("line.block", line="8001")
        await office.commit(user=[{**user, "role": "auditor"}])
        with pytest.raises(HardwareError):
            await sun.ask("line.unblock", line="8001")
    async with office.house.client(Credentials(1, 1003, 1003, "sun")) as sun:
        assert sun.welcome["roles"] == ["auditor"]


async def test_a_commit_is_in_the_audit_trail_with_what_it_changed(autojump_clock: object, office: Office) -> None:
    await office.commit(station=[{**SMALL["station"][0], "name": "Anna"}, SMALL["station"][1]])
    (audit,) = [data for kind, data in office.house.events if kind == "Audit"]
    assert (audit["act"], audit["target"]) == ("config.commit", "commit 2")
    assert audit["before"] == {"station 8001 name": "Ann"}
    assert audit["after"] == {"station 8001 name": "Anna"}


async def test_a_box_begins_with_what_was_confirmed_last_whatever_the_files_say(
    autojump_clock: object, tmp_path: Path
) -> None:
    (tmp_path / "etc").mkdir()
    path = tmp_path / "etc" / "box.toml"
    path.write_text(files()["box.toml"])
    async with open_office(tmp_path) as office:
        await office.commit(station=[*SMALL["station"], NEW])
        await office.commit(confirm_s=600)
        assert "8003" not in await office.lines()
    path.write_text("half a fi")
    async with open_office(tmp_path) as office:
        assert {"8001", "8003"} <= await office.lines()


async def test_a_card_that_comes_late_is_waited_for(autojump_clock: object) -> None:
    running = RunningBox(box(), None, virtual=True)
    card = running.hardware.cards["sim"]
    assert isinstance(card, SimCard)
    for span in (1, 3):
        card.span(span).remove()
    async with trio.open_nursery() as nursery:
        await nursery.start(running.run)
        assert set(running.alarms.standing) >= {"line 8001", "line 8002", "line e1a"}
        for span in (1, 3):
            card.span(span).insert()
        await trio.sleep(15)
        assert running.alarms.standing == {}
        house = House(running, nursery)
        house.telephone("8001").lift()
        await house.telephone("8001").hear_tone("dial", within=4)
        running.stop("test", 0)


async def test_a_card_that_is_pulled_out_in_a_call_comes_back(autojump_clock: object, office: Office) -> None:
    await office.talk()
    card = office.house.card()
    for span in (1, 2, 3, 4):
        card.span(span).remove()
    await trio.sleep(5)
    assert (await office.desk.ask("call.list"))["calls"] == []
    assert (await office.desk.ask("box.status"))["out"] == 63
    for name in ("8001", "8002"):
        office.house.telephone(name).hang_up()
    for span in (1, 2, 3, 4):
        card.span(span).insert()
    await trio.sleep(20)
    status = await office.desk.ask("box.status")
    assert (status["out"], status["missing"], status["faults"]) == (0, 0, 0)
    await office.talk()
    call = office.house.running.hardware.towns["sim"].call("line1")
    with trio.move_on_after(30):
        await call.ended.wait()


async def test_music_changes_with_the_configuration_and_its_alarm_goes_with_the_mistake(
    autojump_clock: object, office: Office
) -> None:
    before = office.house.running.exchange.sounds
    for _ in range(2):  # the second while the first is still being read
        await office.desk.ask("config.commit", files=files(music={"hold": "no-such-file.wav"}))
        await office.desk.ask("config.commit", files=files(music={"hold": "nor-this-one.wav"}))
    await trio.sleep(5)
    assert office.house.running.exchange.sounds is not before
    assert [alarm["key"] for alarm in (await office.desk.ask("alarm.list"))["alarms"]] == ["music hold"]
    await office.commit()
    await trio.sleep(5)
    assert (await office.desk.ask("alarm.list"))["alarms"] == []
