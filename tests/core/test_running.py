"""A whole box in virtual time: how it begins and ends, what it shows of itself, and what it makes of trouble."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from core.api.errors import Code, Refusal
from core.api.roles import Credentials
from core.running import RunningBox
from hw.card import Alarm
from tests.core.boxes import SMALL, box
from tests.core.house import living

pytestmark = pytest.mark.native


async def test_the_box_says_how_it_is(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        await trio.sleep(5)
        status = await desk.ask("box.status")
        assert (status["state"], status["lines"], status["out"], status["missing"]) == ("running", 63, 0, 0)
        assert status["uptime_s"] == 5
        assert status["clients"] == 0  # those of the socket


async def test_a_box_that_is_stopped_says_so_in_its_journal_and_is_free_for_the_next(
    autojump_clock: object, tmp_path: Path
) -> None:
    for _ in range(2):
        async with living(box(), tmp_path) as house:
            async with house.client() as desk:
                await desk.ask("box.stop", within_s=0, reason="moving house")
            await trio.sleep(1)
            told = [(kind, data) for kind, data in house.events if kind != "LineService"]
            assert [kind for kind, _ in told] == ["Audit", "BoxStopping", "BoxStopped"]
            assert told[1][1] == {"reason": "moving house"}


async def test_who_may_not_stop_the_box_does_not(autojump_clock: object) -> None:
    user = {"name": "Sun", "role": "auditor", "unix_user": "sun"}
    async with living(box(user=[user])) as house, house.client(Credentials(1, 1000, 1000, "sun")) as desk:
        with pytest.raises(Refusal) as refused:
            await desk.ask("box.stop")
        assert refused.value.code is Code.FORBIDDEN
        assert (await desk.ask("box.status"))["state"] == "running"


async def test_a_missing_line_is_an_alarm_with_its_remedy(autojump_clock: object) -> None:
    stations = [*SMALL["station"], {"number": "8009", "card": "sim", "channel": 5}]
    async with living(box(station=stations)) as house, house.client() as desk:
        (alarm,) = (await desk.ask("alarm.list"))["alarms"]
        assert (alarm["key"], alarm["level"]) == ("line 8009", "critical")
        assert alarm["remedy"]
        seen = await desk.ask("alarm.acknowledge", key="line 8009")
        assert seen["seen_by"] == "root"
        with pytest.raises(Refusal) as refused:
            await desk.ask("alarm.acknowledge", key="line 8001")
        assert refused.value.code is Code.UNKNOWN


async def test_a_span_alarm_is_believed_when_it_lasts_and_goes_when_it_is_over(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        await trio.sleep(5)
        spans = await desk.watch("spans")
        alarms = await desk.watch("alarms")
        assert (spans.rows["e1a"]["alarms"], spans.rows["e1a"]["link"], spans.rows["e1b"]["link"]) == ([], "up", "")
        house.card().span(3).alarm(Alarm.RED)
        await trio.sleep(1.5)
        assert spans.rows["e1a"]["alarms"] == ["RED"]
        assert spans.rows["e1a"]["out"] == 30
        assert alarms.rows == {}
        await trio.sleep(3)
        assert list(alarms.rows) == ["span e1a"]
        assert "cable" in alarms.rows["span e1a"]["remedy"]
        house.card().span(3).alarm(Alarm.NONE)
        await trio.sleep(12)
        assert alarms.rows == {}
        assert spans.rows["e1a"]["out"] == 0
        assert [data["alarms"] for kind, data in house.events if kind == "SpanAlarm"] == [["RED"], []]


async def test_a_data_link_that_stays_down_is_an_alarm(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        await trio.sleep(5)
        house.running.hardware.towns["sim"].cities["e1a"].close()
        await trio.sleep(20)
        assert (await desk.ask("alarm.list"))["alarms"] == []
        await trio.sleep(60)
        assert [alarm["key"] for alarm in (await desk.ask("alarm.list"))["alarms"]] == ["link e1a"]


async def test_toll_fraud_is_an_alarm_until_somebody_has_seen_it(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        house.running.journal.note("TollAlarm", device="8001", reason="warning: calls_per_hour 32 of 40")
        house.running.journal.note("TollAlarm", device="8002", reason="major: calls_per_hour 40 of 40")
        alarms = {alarm["key"]: alarm["level"] for alarm in (await desk.ask("alarm.list"))["alarms"]}
        assert alarms == {"toll 8001": "warning", "toll 8002": "critical"}
        await desk.ask("alarm.acknowledge", key="toll 8002")
        assert [alarm["key"] for alarm in (await desk.ask("alarm.list"))["alarms"]] == ["toll 8001"]


async def test_the_status_is_told_each_second_to_whoever_watches(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        watch = await desk.watch("status")
        await trio.sleep(10.5)
        assert watch.rows["box"]["uptime_s"] == 10
        assert watch.number == 10


async def test_the_journal_can_be_watched_by_kind(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        watch = await desk.watch("journal", kinds="AlarmRaised")
        house.running.alarms.set("disk", "notice", "20 % free")
        house.running.alarms.clear("disk")
        await trio.sleep(1)
        assert [(event["kind"], event["data"]["key"]) for event in watch.events] == [("AlarmRaised", "disk")]


async def test_the_trace_of_a_line_and_of_a_span_can_be_read(autojump_clock: object) -> None:
    async with living(box()) as house, house.client() as desk:
        await trio.sleep(2)
        assert any("on hook" in row for row in (await desk.ask("line.trace", line="8001"))["rows"])
        assert (await desk.ask("line.trace", line="e1a"))["rows"]
        assert len((await desk.ask("line.trace", line="e1a", last=1))["rows"]) == 1
        with pytest.raises(Refusal) as refused:
            await desk.ask("line.trace", line="8099")
        assert refused.value.code is Code.UNKNOWN


async def test_what_fails_in_a_timer_is_logged_and_counted_and_the_box_goes_on(
    autojump_clock: object, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise IndexError("bug")

    async with living(box()) as house, house.client() as desk:
        house.running.hardware.timers.start("bad", 1, fail)
        await trio.sleep(2)
        assert (await desk.ask("box.status"))["faults"] == 1
        assert "IndexError" in caplog.text
        telephone = house.running.hardware.towns["sim"].telephones["8001"]
        telephone.lift()
        await telephone.hear_tone("dial", within=4)


async def test_a_socket_that_cannot_be_made_ends_the_box_with_a_remedy(autojump_clock: object, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    running = RunningBox(box(), None, virtual=True, socket=tmp_path / "file" / "control")
    with pytest.raises(BaseExceptionGroup) as failed:
        await running.run()
    assert "control socket" in repr(failed.value)
