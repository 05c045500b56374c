"""The hand that asks servers by HTTP, with httpx on trio.

    async with open_requests(zone) as requests:
        answer = await requests.ask(request)      Answered: "done" with status and what was found, or "failed"

Values go into the body as JSON; with GET and DELETE after the question mark. Of the answer, JSON of at most LARGEST
bytes, only what the flow wants is taken: "order.lines.0.price" leads through names and numbers of items; what is not
there is nothing. Redirections are not followed: an address is where it says. The whole may take `timeout_s`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import trio

from core.ivr.acts import Answered, Request
from core.ivr.outside import taken
from core.ivr.values import NoValue, Value, shown
from core.texts import _

log = logging.getLogger(__name__)

LARGEST = 256 * 1024
CONNECTIONS = 64
IN_ADDRESS = ("GET", "DELETE")


class Requests:
    def __init__(self, client: httpx.AsyncClient, zone: ZoneInfo) -> None:
        self._client, self._zone = client, zone

    async def ask(self, request: Request) -> Answered:
        try:
            with trio.fail_after(request.timeout_s):
                status, content = await self._exchange(request)
            found = self._found(content, request.wanted) if status < 400 else {}
        except trio.TooSlowError:
            return _failed(request, _("no answer within {seconds} s").format(seconds=f"{request.timeout_s:g}"))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return _failed(request, str(error) or type(error).__name__)
        except NoValue as error:
            return _failed(request, str(error))
        return Answered(request.ticket, "done", {"status": status, "found": found})

    async def _exchange(self, request: Request) -> tuple[int, bytes]:
        given: dict[str, Any] = {}
        if request.method in IN_ADDRESS:
            given["params"] = {name: shown(value) for name, value in request.values.items()} or None
        elif request.values:
            given["json"] = {name: _json(value) for name, value in request.values.items()}
        async with self._client.stream(request.method, request.url, headers=request.headers, **given) as answer:
            content = b""
            async for piece in answer.aiter_bytes():
                content += piece
                if len(content) > LARGEST:
                    raise NoValue(_("The answer is larger than {most} bytes.").format(most=LARGEST))
        return answer.status_code, content

    def _found(self, content: bytes, wanted: tuple[str, ...]) -> dict[str, Value]:
        if not wanted:
            return {}
        try:
            raw = json.loads(content, parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, ArithmeticError, RecursionError) as error:
            raise NoValue(_("The answer is no JSON.")) from error
        return {path: taken(_at(raw, path), self._zone) for path in wanted}


def _no_constant(word: str) -> Any:
    raise ValueError(word)


def _at(raw: Any, path: str) -> Any:
    """None: there is nothing."""
    for part in path.split("."):
        if isinstance(raw, dict):
            raw = raw.get(part)
        elif isinstance(raw, list) and part.isascii() and part.isdigit():
            raw = raw[int(part)] if int(part) < len(raw) else None
        else:
            return None
    return raw


def _json(value: Value) -> Any:
    match value:
        case tuple():
            return [_json(item) for item in value]
        case Decimal():
            return float(value)
        case datetime() | date() | time() | timedelta():
            return shown(value)
        case _:
            return value


def _failed(request: Request, reason: str) -> Answered:
    log.error("request %s %s: %s", request.method, request.url.partition("?")[0], reason)
    return Answered(request.ticket, "failed", reason=reason)


@asynccontextmanager
async def open_requests(zone: ZoneInfo, transport: httpx.AsyncBaseTransport | None = None) -> AsyncIterator[Requests]:
    """transport: another way to the servers than the network, in tests."""
    limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=8)
    # Times are kept by trio alone, so that they hold for the whole of an exchange.
    async with httpx.AsyncClient(limits=limits, timeout=None, trust_env=False, transport=transport) as client:
        yield Requests(client, zone)
