"""Lines of Asterisk's queue_log: what they say, and that none is lost or comes twice, whatever happens to the box."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trio
from hypothesis import given, settings
from hypothesis import strategies as st

from core.alarms import Alarms
from core.command import main
from core.config.model.box import Box
from core.reports.queue_log import KINDS, QueueLog, lines
from core.reports.queue_log_file import BATCH_S, RETRY_S, Mark, QueueLogFile, append, rest
from core.store.event import Event
from core.store.journal import Journal
from core.store.reader import Reader
from core.store.vocabulary import EVENTS
from hw import wall_clock
from tests.reports.histories import AGENTS, Telling, histories

QUEUES_OF = {"1001": ["sales"], "1002": ["sales", "help"], "1003": ["help"]}


def queues_of(agent: str) -> list[str]:
    return QUEUES_OF.get(agent, [])


def said(events: list[Event]) -> list[str]:
    """Without the seconds since 1970, counted from the first line."""
    found = [line.split("|", 1) for line in lines(events, queues_of, 0)]
    zero = int(found[0][0])
    return [f"{int(time) - zero}|{text.replace(f'{zero}.', '')}" for time, text in found]


def test_a_day_as_asterisk_would_tell_it() -> None:
    told = Telling()
    told.note("BoxStarted", version="1")
    told.log_on("1001")
    told.enters(1, "sales")
    told.wait(7)
    told.is_offered(1, "1001")
    told.wait(5)
    told.is_missed(1)
    told.is_offered(1, "1001")
    told.wait(3)
    told.is_served(1)
    told.wait(100)
    told.hangs_up(1, work=False)
    told.turns("1001", "not ready", "lunch | soup")
    told.enters(2, "sales")
    told.wait(10)
    told.overflows(2, "help")
    told.wait(10)
    told.hangs_up(2)
    told.turns("1001", "ready")
    told.wait(9)
    told.turns("1001", "logged off")
    assert said(told.events) == [
        "0|NONE|NONE|NONE|QUEUESTART|",
        "0|NONE|NONE|Agent/1001|AGENTLOGIN|8001",
        "0|NONE|sales|Agent/1001|ADDMEMBER|",
        "0|1|sales|NONE|ENTERQUEUE||13800000001|1",
        "12|1|sales|Agent/1001|RINGNOANSWER|5000",
        "15|1|sales|Agent/1001|CONNECT|15|8001|3",
        "115|1|sales|Agent/1001|COMPLETECALLER|15|100|1",
        "115|NONE|sales|Agent/1001|PAUSE|lunch   soup",
        "115|NONE|NONE|Agent/1001|PAUSEALL|lunch   soup",
        f"115|{NOON_S + 115}.2|sales|NONE|ENTERQUEUE||13800000002|1",
        f"125|{NOON_S + 115}.2|sales|NONE|EXITWITHTIMEOUT|1|1|10",
        f"125|{NOON_S + 115}.2|help|NONE|ENTERQUEUE||13800000002|1",
        f"135|{NOON_S + 115}.2|help|NONE|ABANDON|1|1|10",
        "135|NONE|sales|Agent/1001|UNPAUSE|",
        "135|NONE|NONE|Agent/1001|UNPAUSEALL|",
        "144|NONE|sales|Agent/1001|REMOVEMEMBER|",
        "144|NONE|NONE|Agent/1001|AGENTLOGOFF|8001|144",
    ]


NOON_S = 1_795_694_400


def test_who_hangs_up_and_who_transfers() -> None:
    told = Telling()
    told.log_on("1001")
    for call in (1, 2):
        told.enters(call, "sales")
        told.is_offered(call, "1001")
        told.is_served(call)
        told.wait(10)
        if call == 1:
            told.transfers(1)
        else:
            told.note("ConnectionCleared", 2, "8001", by="far", cause=16)
            told.note("CallCleared", 2)
    assert [
        line.split("|")[4:] for line in lines(told.events, queues_of, 0) if "TRANSFER" in line or "COMPLETE" in line
    ] == [
        ["BLINDTRANSFER", "8009", "sales", "0", "10", "1"],
        ["COMPLETEAGENT", "0", "10", "1"],
    ]


@given(histories())
def test_who_enters_leaves_once_and_who_is_connected_completes_once(told: Telling) -> None:
    """But for those who are there still."""
    entered: Counter[str] = Counter()
    connected: Counter[str] = Counter()
    logged_on: Counter[str] = Counter()
    for line in lines(told.events, queues_of, 0):
        _time, call, _queue, agent, word, *_data = line.split("|")
        entered[call] += word == "ENTERQUEUE"
        entered[call] -= word in ("CONNECT", "ABANDON", "EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY")
        connected[call] += word == "CONNECT"
        connected[call] -= word in ("COMPLETEAGENT", "COMPLETECALLER", "BLINDTRANSFER", "ATTENDEDTRANSFER")
        logged_on[agent] += word == "AGENTLOGIN"
        logged_on[agent] -= word == "AGENTLOGOFF"
        for count in (entered[call], connected[call], logged_on[agent]):
            assert count in (0, 1), line
    assert sum(entered.values()) == sum(bool(caller.queue) for caller in told.callers.values())
    assert sum(connected.values()) == sum(bool(caller.agent) for caller in told.callers.values())
    assert sum(logged_on.values()) == sum(state != "logged off" for state in told.states.values())


@settings(max_examples=60)
@given(histories(), st.floats(0, 1))
def test_from_any_event_on_the_lines_are_those_that_would_have_come(told: Telling, where: float) -> None:
    cut = round(where * len(told.events))
    log = QueueLog(queues_of)
    for event in told.events[:cut]:
        log.see(event)
    expected = [line for event in told.events[cut:] for line in log.see(event)]
    with tempfile.TemporaryDirectory() as folder:
        reader = Reader(told.file(Path(folder) / "journal.db"))
        again = QueueLog(queues_of)
        for event in reader.standing(cut, KINDS):
            again.see(event)
        found = [line for event in reader.between(cut, len(told.events), KINDS) for line in again.see(event)]
        reader.close()
    assert found == expected


@given(st.lists(st.sampled_from([b"one", b"two", b"three"])), st.integers(0, 30))
def test_what_is_in_the_file_is_not_written_again(texts: list[bytes], cut: int) -> None:
    """Wherever a power cut has broken it off."""
    whole = b"".join(text + b"\n" for text in texts)
    assert whole[:cut] + rest(whole, whole[:cut]) == whole


def test_lines_of_somebody_else_are_left_alone() -> None:
    assert rest(b"one\ntwo\n", b"one\nother\n") == b"two\n"
    assert rest(b"one\ntwo\n", b"one\nt0") == b"\ntwo\n"


# ---- the file of a running box ----


def box(path: Path | str) -> Box:
    agents = [
        {"number": number, "group": "desk", "queues": [{"queue": queue} for queue in queues_of(number)]}
        for number in AGENTS
    ]
    queues = [{"name": name} for name in ("sales", "help")]
    groups = [{"name": "desk"}]
    return Box.model_validate(
        {"reports": {"queue_log": str(path)}, "queue": queues, "agent_group": groups, "agent": agents}
    )


class Running:
    """A journal that notes a history, and the file beside it."""

    def __init__(self, journal: Journal, alarms: Alarms, setting: str) -> None:
        self.journal = journal
        self.alarms = alarms
        self.setting = setting
        self.faults: list[Exception] = []

    def note(self, events: list[Event]) -> None:
        for event in events:
            assert event.kind in EVENTS
            self.journal.note(event.kind, event.call, event.device, **event.data)


@asynccontextmanager
async def running(folder: Path, setting: str = "queue_log") -> AsyncIterator[Running]:
    alarms = Alarms(lambda key, view: None)
    journal = Journal(folder / "journal.db", threaded=False)
    one = Running(journal, alarms, setting)
    async with trio.open_nursery() as nursery:
        await nursery.start(journal.run)
        file, faults = folder / "journal.db", one.faults.append
        log = QueueLogFile(journal, file, lambda: box(one.setting), alarms, faults, threaded=False)
        async with trio.open_nursery() as inner:
            await inner.start(log.run)
            yield one
            inner.cancel_scope.cancel()
        nursery.cancel_scope.cancel()
    journal.close()


def history() -> list[Event]:
    told = Telling()
    for agent in AGENTS:
        told.log_on(agent)
    for call in range(1, 7):
        told.enters(call, "sales" if call % 2 else "help")
        told.is_offered(call, AGENTS[call % 3])
        if call % 3:
            told.is_served(call)
            told.holds(call)
        else:
            told.is_missed(call)
        told.hangs_up(call, work=False)
    return told.events


def words(folder: Path) -> list[str]:
    """Of all files, the oldest first: agent, event and its data without durations."""
    files = [*sorted(folder.glob("queue_log.*"), reverse=True), folder / "queue_log"]
    found = [line for file in files if file.exists() for line in file.read_text().splitlines()]
    return ["|".join(line.split("|")[2:5]) for line in found]


def expected() -> list[str]:
    return ["|".join(line.split("|")[2:5]) for line in lines(history(), queues_of, 0)]


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall_clock, "source", lambda: datetime(2026, 11, 26, 12, tzinfo=UTC))


@pytest.mark.parametrize("renamed_at", [1, 17, 30])
async def test_lines_come_as_it_happens_and_the_file_may_be_renamed(
    autojump_clock: object, tmp_path: Path, noon: None, renamed_at: int
) -> None:
    events = history()
    async with running(tmp_path) as one:
        await trio.sleep(2 * BATCH_S)
        for at, event in enumerate(events):
            one.note([event])
            await trio.sleep(2 * BATCH_S)
            if at == renamed_at:
                (tmp_path / "queue_log").rename(tmp_path / "queue_log.1")
        assert words(tmp_path) == expected()
    assert words(tmp_path) == expected()


@pytest.mark.parametrize("seed", range(12))
async def test_a_box_that_is_killed_loses_no_line_and_writes_none_twice(
    autojump_clock: object, tmp_path: Path, noon: None, seed: int
) -> None:
    """Its files are taken as they lie there, at different moments; that of the log may have been renamed, broken off
    in a line, or be behind the journal.
    """
    events = history()
    cut = 4 * seed + 3
    async with running(tmp_path) as one:
        await trio.sleep(2 * BATCH_S)
        one.note(events[:cut])
        await trio.sleep(2 * BATCH_S if seed % 2 else 0.1)
        if seed % 3 == 1:
            await trio.sleep(1)
            (tmp_path / "queue_log").rename(tmp_path / "queue_log.1")
            one.note(events[cut : cut + 3])
            cut += 3
            await trio.sleep(1)
        left = taken(tmp_path)
    put_back(tmp_path, left)
    kept = tmp_path / "queue_log"
    if seed % 4 == 3 and kept.exists():
        os.truncate(kept, max(0, kept.stat().st_size - 5))
    before = said_until(events[:cut])
    async with running(tmp_path) as again:
        await trio.sleep(2 * BATCH_S)
        found = words(tmp_path)
        assert found[: len(before)] == before
        assert not any("ENTERQUEUE" in word or "CONNECT" in word for word in found[len(before) :]), "nothing twice"
        on, off = (sum(word.endswith(end) for word in found) for end in ("AGENTLOGIN", "AGENTLOGOFF"))
        assert on == off, "the box is gone, and they with it"
        again.note([Telling.started()])
        await trio.sleep(2 * BATCH_S)
        assert words(tmp_path)[-1] == "NONE|NONE|QUEUESTART"


def taken(folder: Path) -> dict[Path, bytes]:
    """What is in the files at this moment."""
    return {file: file.read_bytes() for file in folder.iterdir()}


def put_back(folder: Path, left: dict[Path, bytes]) -> None:
    """As it was, with the same inodes."""
    for file in set(folder.iterdir()) - set(left):
        file.unlink()
    for file, content in left.items():
        file.write_bytes(content)


def said_until(events: list[Event]) -> list[str]:
    return ["|".join(line.split("|")[2:5]) for line in lines(events, queues_of, 0)]


async def test_a_disk_that_refuses_loses_no_line(autojump_clock: object, tmp_path: Path, noon: None) -> None:
    events = history()
    async with running(tmp_path) as one:
        await trio.sleep(2 * BATCH_S)
        one.note(events[:20])
        await trio.sleep(2 * BATCH_S)
        (tmp_path / "queue_log").rename(tmp_path / "queue_log.1")
        (tmp_path / "queue_log").mkdir()
        one.note(events[20:])
        await trio.sleep(2 * BATCH_S)
        assert "queue log" in one.alarms.standing
        (tmp_path / "queue_log").rmdir()
        await trio.sleep(2 * RETRY_S)
        assert one.alarms.standing == {}
        assert words(tmp_path) == expected()


async def test_a_fault_of_ours_costs_lines_and_nothing_else(
    autojump_clock: object, tmp_path: Path, noon: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = history()
    see = QueueLog.see

    def broken(log: QueueLog, event: Event) -> list[str]:
        if event.kind == "Served":
            raise KeyError("a bug")
        return see(log, event)

    async with running(tmp_path) as one:
        await trio.sleep(2 * BATCH_S)
        with monkeypatch.context() as patched:
            patched.setattr(QueueLog, "see", broken)
            one.note(events)
            await trio.sleep(2 * BATCH_S)
        assert [repr(error) for error in one.faults] == ["KeyError('a bug')"]
        await trio.sleep(2 * RETRY_S)
        one.note([Telling.started()])
        await trio.sleep(2 * BATCH_S)
        assert words(tmp_path)[0] == "NONE|NONE|QUEUESTART", "it goes on with what comes"
        assert len(one.faults) == 1


async def test_it_begins_and_ends_with_its_setting(autojump_clock: object, tmp_path: Path, noon: None) -> None:
    events = history()
    async with running(tmp_path, "") as one:
        one.note(events[:10])
        await trio.sleep(2 * BATCH_S)
        assert not (tmp_path / "queue_log").exists()
        one.setting = "logs/queue_log"
        await trio.sleep(2 * BATCH_S)
        one.note(events[10:])
        await trio.sleep(2 * BATCH_S)
    known = said_until(events[:10])
    assert words(tmp_path / "logs") == expected()[len(known) :]


def test_a_line_is_safe_before_it_is_kept_that_it_was_written(tmp_path: Path) -> None:
    mark = append(tmp_path / "log", b"one\n", Mark("log", 7))
    assert (mark.event, mark.size) == (7, 4)
    assert mark.inode == (tmp_path / "log").stat().st_ino


def test_lines_of_any_past_period(
    tmp_path: Path, noon: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wall_clock, "source", lambda: datetime(2026, 11, 26, 15, tzinfo=UTC))
    told = Telling()
    told.enters(1, "sales")
    told.wait(20)
    told.hangs_up(1)
    told.file(tmp_path / "journal.db")
    (tmp_path / "box.toml").write_text("version = 1\n", encoding="utf-8")
    assert main(["report", "queue-log", "--journal", str(tmp_path), "--config", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "1795694400|1795694400.1|sales|NONE|ENTERQUEUE||13800000001|1",
        "1795694420|1795694400.1|sales|NONE|ABANDON|1|1|20",
    ]
