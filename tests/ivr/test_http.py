"""Flows ask servers by HTTP: against a server on loopback that says what the test wants."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import trio

from core.ivr.acts import Answered, Request
from core.ivr.http import LARGEST, Requests, open_requests

ZONE = ZoneInfo("Asia/Shanghai")
Answer = Callable[[trio.SocketStream], Awaitable[None]]


class Server:
    """asked: each request's first line, and its body. answer: what it does on each."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Any]] = []
        self.headers: list[str] = []
        self.port = 0
        self.answer: Answer = partial(say, 200, b"{}")

    def url(self, path: str = "/") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def serve(self, stream: trio.SocketStream) -> None:
        received = b""
        while b"\r\n\r\n" not in received:
            received += await stream.receive_some()
        head, _, body = received.partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        length = next((int(line.split(":")[1]) for line in lines if line.lower().startswith("content-length:")), 0)
        while len(body) < length:
            body += await stream.receive_some()
        self.asked.append((lines[0], json.loads(body) if body else None))
        self.headers = lines[1:]
        await self.answer(stream)


async def say(status: int, body: bytes, stream: trio.SocketStream) -> None:
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    await stream.send_all(head.encode() + body)
    await stream.aclose()


@pytest.fixture
async def server(nursery: trio.Nursery) -> Server:
    found = Server()
    listeners = await nursery.start(partial(trio.serve_tcp, found.serve, 0, host="127.0.0.1"))
    found.port = listeners[0].socket.getsockname()[1]
    return found


@pytest.fixture
async def requests() -> AsyncIterator[Requests]:
    async with open_requests(ZONE) as found:
        yield found


def request(url: str, method: str = "GET", wanted: str = "", timeout_s: float = 30.0, **values: Any) -> Request:
    return Request(7, method, url, values, {"X-Key": "k"}, tuple(wanted.split()), timeout_s)


async def test_what_is_wanted_is_found_in_the_answer(server: Server, requests: Requests) -> None:
    content = {"order": {"state": "已发货", "due": 0.1, "lines": [{"price": 5}, {"price": 7}], "tags": ["a", None]}}
    server.answer = partial(say, 200, json.dumps(content).encode())
    wanted = "order.state order.due order.lines.1.price order.lines.9.price order.tags none.at.all"
    answer = await requests.ask(request(server.url("/orders"), wanted=wanted, number="1 2&3", day=date(2026, 2, 17)))
    assert answer == Answered(
        7,
        "done",
        {
            "status": 200,
            "found": {
                "order.state": "已发货",
                "order.due": Decimal("0.1"),
                "order.lines.1.price": 7,
                "order.lines.9.price": None,
                "order.tags": ("a", None),
                "none.at.all": None,
            },
        },
    )
    assert server.asked == [("GET /orders?number=1+2%263&day=2026-02-17 HTTP/1.1", None)]
    assert "X-Key: k" in server.headers


async def test_values_go_into_the_body_as_json(server: Server, requests: Requests) -> None:
    values: dict[str, Any] = {"n": Decimal("1.5"), "day": date(2026, 2, 17), "list": (1, "x"), "none": None}
    answer = await requests.ask(request(server.url(), "POST", **values))
    assert answer.values == {"status": 200, "found": {}}
    assert server.asked == [("POST / HTTP/1.1", {"n": 1.5, "day": "2026-02-17", "list": [1, "x"], "none": None})]


@pytest.mark.parametrize("status", [301, 404, 500])
async def test_a_status_is_told_and_no_redirection_followed(server: Server, requests: Requests, status: int) -> None:
    server.answer = partial(say, status, b"{}" if status < 400 else b"<html>")
    answer = await requests.ask(request(server.url(), wanted="a" if status >= 400 else ""))
    assert answer == Answered(7, "done", {"status": status, "found": {}})
    assert len(server.asked) == 1


NO_JSON = [b"<html>", b"", b"{", b"[NaN]", b"[1e99999999999999999999]", b"[" * 100_000, b'{"a": {"b": {}}}']


@pytest.mark.parametrize("body", NO_JSON)
async def test_an_answer_that_is_no_json_fails(server: Server, requests: Requests, body: bytes) -> None:
    server.answer = partial(say, 200, body)
    assert (await requests.ask(request(server.url(), wanted="a.b"))).outcome == "failed"


async def test_an_answer_that_is_too_large_is_not_taken(server: Server, requests: Requests) -> None:
    server.answer = partial(say, 200, b'"' + b"x" * LARGEST + b'"')
    answer = await requests.ask(request(server.url(), wanted="a"))
    assert (answer.outcome, "larger than" in answer.reason) == ("failed", True)


async def test_a_server_that_drips_fails_after_the_time_of_the_whole(server: Server, requests: Requests) -> None:
    async def drip(stream: trio.SocketStream) -> None:
        await stream.send_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        await trio.sleep_forever()

    server.answer = drip
    answer = await requests.ask(request(server.url(), wanted="a", timeout_s=0.2))
    assert (answer.outcome, answer.reason) == ("failed", "no answer within 0.2 s")


async def test_a_server_that_is_away_or_hangs_up_fails(server: Server, requests: Requests) -> None:
    async def hang_up(stream: trio.SocketStream) -> None:
        await stream.aclose()

    server.answer = hang_up
    assert (await requests.ask(request(server.url()))).outcome == "failed"
    with trio.socket.socket() as free:
        await free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert (await requests.ask(request(f"http://127.0.0.1:{port}/"))).outcome == "failed"
    assert (await requests.ask(request("http://[/"))).outcome == "failed"
