"""The console's connection: asks, watches, sees gaps, comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from core.api.errors import Code, Refusal
from tests.tui.box import Box, box, line, office, until
from tui.connection import Connection, Gone

TOPICS = ("status", "calls", "lines", "spans", "alarms")


@asynccontextmanager
async def running(connection: Connection) -> AsyncIterator[None]:
    task = asyncio.create_task(connection.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def tell(path: Path, story: Callable[[Box, Connection], Awaitable[None]]) -> None:
    async def whole() -> None:
        connection = Connection(path, TOPICS)
        async with box(path) as here, running(connection):
            await until(lambda: connection.there)
            await story(here, connection)

    asyncio.run(whole())


def test_it_says_hello_and_has_all_rows(tmp_path: Path) -> None:
    async def story(here: Box, connection: Connection) -> None:
        assert here.greeted == [{"protocol": 1, "client": "console", "language": "en"}]
        assert {topic: connection.rows(topic) for topic in TOPICS} == {topic: office()[topic] for topic in TOPICS}
        assert connection.may("call.clear")
        assert not connection.may("box.stop")

    tell(tmp_path / "s", story)


def test_changes_arrive_and_say_which_rows(tmp_path: Path) -> None:
    async def story(here: Box, connection: Connection) -> None:
        told: list[tuple[str, set[str] | None]] = []
        connection.told = lambda topic, keys: told.append((topic, keys))
        here.change("lines", {"8001": line("8001"), "8002": None})
        await until(lambda: bool(told))
        assert told == [("lines", {"8001", "8002"})]
        assert connection.rows("lines")["8001"]["connection"] == "null"
        assert "8002" not in connection.rows("lines")

    tell(tmp_path / "s", story)


def test_a_gap_is_seen_and_mended_by_a_new_snapshot(tmp_path: Path) -> None:
    async def story(here: Box, connection: Connection) -> None:
        here.topics["lines"]["8009"] = line("8009")  # told in the change that gets lost
        here.change("lines", {"8001": line("8001")}, skipped=1)
        await until(lambda: "8009" in connection.rows("lines"))
        assert connection.watches["lines"].gaps == 1
        assert here.subscribed.count("lines") == 2
        here.change("lines", {"8009": None})
        await until(lambda: "8009" not in connection.rows("lines"))
        assert connection.watches["lines"].gaps == 1

    tell(tmp_path / "s", story)


def test_what_the_box_refuses_is_raised_with_its_remedy(tmp_path: Path) -> None:
    async def story(here: Box, connection: Connection) -> None:
        def refuse(params: dict[str, object]) -> None:
            raise Refusal(Code.FORBIDDEN, "not you", remedy="ask Mei")

        here.acts["call.clear"] = refuse
        with pytest.raises(Refusal, match="not you") as refused:
            await connection.ask("call.clear", call=17)
        assert (refused.value.code, refused.value.remedy) == (Code.FORBIDDEN, "ask Mei")

    tell(tmp_path / "s", story)


def test_a_box_that_goes_and_comes_is_found_again_with_its_new_rows(tmp_path: Path) -> None:
    async def story(here: Box, connection: Connection) -> None:
        turns: list[bool] = []
        connection.turned = lambda: turns.append(connection.there)
        await here.close()
        await until(lambda: not connection.there)
        assert connection.why
        assert "8001" in connection.rows("lines")  # as it was last
        with pytest.raises(Gone):
            await connection.ask("call.clear", call=17)
        here.topics["lines"].pop("8001")
        await here.open()
        await until(lambda: connection.there)
        assert "8001" not in connection.rows("lines")
        assert turns == [False, True]

    tell(tmp_path / "s", story)


def test_what_was_asked_when_the_box_went_is_not_waited_for(tmp_path: Path) -> None:
    async def story(here: Box, connection: Connection) -> None:
        asking = asyncio.create_task(connection.ask("call.clear", call=17))
        await asyncio.sleep(0)
        await here.close()
        with suppress(Gone):  # or it was answered before
            assert await asking == {}

    tell(tmp_path / "s", story)


def test_nobody_there_is_said_once_and_found_when_he_comes(tmp_path: Path) -> None:
    async def whole() -> None:
        connection = Connection(tmp_path / "s", TOPICS)
        turns: list[bool] = []
        connection.turned = lambda: turns.append(connection.there)
        async with running(connection):
            await until(lambda: bool(connection.why))
            async with box(tmp_path / "s"):
                await until(lambda: connection.there)
                assert turns == [False, True]

    asyncio.run(whole())


def test_a_box_that_will_not_have_us_is_named(tmp_path: Path) -> None:
    class Strict(Box):
        def _answer(self, method: str, params: dict[str, object]) -> object:
            raise Refusal(Code.FORBIDDEN, "the table does not know you")

    async def whole() -> None:
        here = Strict(tmp_path / "s", office())
        await here.open()
        connection = Connection(tmp_path / "s", TOPICS)
        async with running(connection):
            await until(lambda: bool(connection.why))
            assert connection.why == "the table does not know you"
            assert not connection.there
        await here.close()

    asyncio.run(whole())


def test_a_topic_that_is_wanted_twice_at_once_is_subscribed_to_once(tmp_path: Path) -> None:
    async def story(here: Box, connection: Connection) -> None:
        connection.want(["lines"])
        await until(lambda: here.watched() == ["lines"])
        before = here.subscribed.count("calls")
        connection.want(["lines", "calls"])
        connection.want(["lines", "calls", "status"])
        await until(lambda: connection.known(["calls", "status"]))
        assert here.subscribed.count("calls") == before + 1

    tell(tmp_path / "s", story)


def test_a_topic_that_nobody_wants_any_more_when_its_rows_come_is_given_up(tmp_path: Path) -> None:
    async def story(here: Box, connection: Connection) -> None:
        connection.want([])
        await until(lambda: here.watched() == [])
        connection.want(["calls"])
        await asyncio.sleep(0)
        connection.want([])
        await until(lambda: here.subscribed[-1] == "calls" and here.watched() == [])
        assert connection.rows("calls") == {}

    tell(tmp_path / "s", story)
