"""Reports of a running box, for the console and for programs."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path

import pytest
import trio

from core.api.errors import Code, Refusal
from core.api.roles import Credentials
from core.config.model.reports import ReportSettings
from core.reports.catalogue import REPORTS
from core.reports.queue_log_file import BATCH_S
from tests.core.boxes import box
from tests.core.house import living

pytestmark = pytest.mark.native

TOM = Credentials(1, 1002, 1002, "tom")
MING = Credentials(2, 1005, 1005, "ming")
STAFFED = box(
    user=[
        {"name": "Tom", "role": "agent", "unix_user": "tom", "station": "8001"},
        {"name": "Ming", "role": "supervisor", "unix_user": "ming", "language": "zh"},
    ],
    queue=[{"name": "sales", "number": "8500"}],
    agent_group=[{"name": "desk"}],
    agent=[{"number": "1001", "group": "desk", "queues": [{"queue": "sales"}]}],
)


async def test_every_report_is_made_in_the_language_of_who_asks(autojump_clock: object, tmp_path: Path) -> None:
    async with living(STAFFED, tmp_path) as house, house.client() as root, house.client(MING) as ming:
        await root.ask("agent.log_on", device="8001", agent="1001")
        listed = (await root.ask("report.list"))["reports"]
        assert [report["name"] for report in listed] == list(REPORTS)
        for report in listed:
            made = await root.ask("report.make", report=report["name"], since=1)
            assert made["columns"] == report["columns"]
        (row,) = (await root.ask("report.make", report="agents", since=1))["rows"]
        assert (row["agent"], row["log_ons"]) == ("1001", 1)
        await ming.ask("hello", protocol=1, client="test", language="zh")
        (chinese,) = [
            column
            for column in (await ming.ask("report.make", report="agents"))["columns"]
            if column["name"] == "agent"
        ]
        assert chinese["text"] == "座席"


async def test_a_report_as_a_file(autojump_clock: object, tmp_path: Path) -> None:
    async with living(STAFFED, tmp_path) as house, house.client() as root:
        await root.ask("agent.log_on", device="8001", agent="1001")
        answer = await root.ask("report.export", report="agents", since=1, until=1_795_694_400_000_000, form="csv")
        assert answer["name"] == "agents-19700101-20261126.csv"
        head, *_rows = b64decode(answer["content"]).decode().splitlines()
        assert head == ",".join(column.name for column in REPORTS["agents"].columns)
        answer = await root.ask("report.export", report="agents")
        assert b64decode(answer["content"]).startswith(b"PK")


async def test_what_cannot_be_made_is_said(autojump_clock: object, tmp_path: Path) -> None:
    async with living(STAFFED, tmp_path) as house, house.client() as root, house.client(TOM) as tom:
        with pytest.raises(Refusal) as refused:
            await root.ask("report.make", report="quues")
        assert (refused.value.code, "queues" in refused.value.remedy) == (Code.UNKNOWN, True)
        with pytest.raises(Refusal) as refused:
            await root.ask("report.make", report="queues", since=5, until=3)
        assert refused.value.code == Code.REFUSED
        with pytest.raises(Refusal) as refused:
            await tom.ask("report.make", report="queues")
        assert refused.value.code == Code.FORBIDDEN


async def test_a_box_that_keeps_nothing_has_nothing_to_report(autojump_clock: object) -> None:
    async with living(STAFFED, None) as house, house.client() as root:
        assert (await root.ask("report.make", report="queues"))["rows"] == []


async def test_the_queue_log_of_a_running_box(autojump_clock: object, tmp_path: Path) -> None:
    configured = STAFFED.model_copy(update={"reports": ReportSettings(queue_log="log/queue_log")})
    async with living(configured, tmp_path) as house, house.client() as root:
        await root.ask("agent.log_on", device="8001", agent="1001")
        await trio.sleep(2 * BATCH_S)
        lines = (tmp_path / "log" / "queue_log").read_text().splitlines()
        assert [line.split("|", 2)[2] for line in lines] == [
            "NONE|Agent/1001|AGENTLOGIN|8001",
            "sales|Agent/1001|ADDMEMBER|",
            "sales|Agent/1001|PAUSE|",
            "NONE|Agent/1001|PAUSEALL|",
        ]
