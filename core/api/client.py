"""Clients of the control interface: one for trio, and a plain one for commands that ask and leave.

    async with connected(path, client="board") as box:
        await box.ask("call.make", device="8001", number="8002")       -> {"call": 17}
        lines = await box.watch("lines")
        while True:
            print(lines.rows["e1a/3"])
            await lines.changed()

    with Asker(path) as box:
        box.ask("box.status")

What it does: hello, requests and answers, subscriptions with their rows kept up to date; a number that is missing makes
it subscribe again. What the box answers with an error raises the Refusal that the act raised there. What it does not:
know methods, or try again when the box is gone (HardwareError says so).
"""

from __future__ import annotations

import socket
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
import trio

from core.api import wire
from core.api.errors import Code, Refusal
from core.api.wire import socket_path
from core.texts import _, language
from hw.card import HardwareError

ANSWER_MAX = 64 * 1024 * 1024
ANSWER_S = 60.0
"""So long a plain client waits for an answer."""

_WORDS = {code.word: code for code in Code}


class _Answer(msgspec.Struct):
    id: int | str | None = None
    result: Any = None
    error: wire.Error | None = None
    method: str = ""
    params: Any = None


_ANSWER = msgspec.json.Decoder(_Answer)


def _request(number: int, method: str, params: Mapping[str, Any]) -> bytes:
    return wire.line({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def _raised(error: wire.Error) -> Refusal:
    data = error.data
    code = _WORDS.get(data.name, Code.INTERNAL)
    return Refusal(code, error.message, remedy=data.remedy, cause=data.cause, about=data.about)


def _gone(path: Path, why: str) -> HardwareError:
    return HardwareError(
        _("the box does not answer at {path}: {why}").format(path=path, why=why),
        action=_("start it: systemctl start strowger, or strowger run; or say where it listens: --socket PATH"),
    )


class Watch:
    """A subscription. `rows` are as the box said last; `events` of a flow wait there until somebody takes them."""

    def __init__(self, topic: str, wanted: Mapping[str, Any]) -> None:
        self.topic = topic
        self.wanted = wanted
        self.subscription = 0
        self.number = -1
        self.rows: dict[str, Any] = {}
        self.events: deque[Any] = deque()
        self.lost = 0
        """How often a number was missing."""
        self._news = trio.Event()

    async def changed(self) -> None:
        """Until the box has said something new."""
        await self._news.wait()

    def begin(self, snapshot: Mapping[str, Any]) -> None:
        self.subscription, self.number = snapshot["subscription"], snapshot["number"]
        self.rows = dict(snapshot["rows"])
        self._wake()

    def take(self, method: str, params: Mapping[str, Any]) -> bool:
        """False: a number is missing."""
        expected, self.number = self.number + 1, params["number"]
        if method == "snapshot":
            self.rows = dict(params["rows"])
        elif method == "events":
            self.events.extend(params["events"])
        elif params["number"] == expected:
            for key, row in params["rows"].items():
                if row is None:
                    self.rows.pop(key, None)
                else:
                    self.rows[key] = row
        self._wake()
        return method == "snapshot" or bool(params["number"] == expected)

    def _wake(self) -> None:
        self._news.set()
        self._news = trio.Event()


class Client:
    """Made by connected() or over()."""

    def __init__(self, stream: trio.abc.Stream, nursery: trio.Nursery, where: Path) -> None:
        self.welcome: dict[str, Any] = {}
        self._where = where
        self._stream = stream
        self._nursery = nursery
        self._numbers = count(1)
        self._asked: dict[int, tuple[trio.Event, list[_Answer]]] = {}
        self._watches: dict[int, Watch] = {}
        self._sending = trio.Lock()
        self._ended = ""
        self._early: dict[int, list[tuple[str, Any]]] = {}
        """Changes of subscriptions whose answer was not looked at yet."""

    async def ask(self, method: str, /, **params: Any) -> Any:
        """The result. Refusal: the box says no. HardwareError: it is gone."""
        number = next(self._numbers)
        answered, answers = self._asked[number] = trio.Event(), []
        try:
            await self.send(_request(number, method, params))
            await answered.wait()
        finally:
            del self._asked[number]
        if not answers:
            raise _gone(self._where, self._ended)
        (answer,) = answers
        if answer.error is not None:
            raise _raised(answer.error)
        return answer.result

    async def send(self, data: bytes) -> None:
        if self._ended:
            raise _gone(self._where, self._ended)
        try:
            async with self._sending:
                await self._stream.send_all(data)
        except trio.BrokenResourceError as error:
            raise _gone(self._where, str(error)) from None

    async def watch(self, topic: str, **wanted: Any) -> Watch:
        watch = Watch(topic, wanted)
        await self._subscribe(watch)
        return watch

    async def unwatch(self, watch: Watch) -> None:
        self._watches.pop(watch.subscription, None)
        await self.ask("unsubscribe", subscription=watch.subscription)
        self._early.pop(watch.subscription, None)

    async def _subscribe(self, watch: Watch) -> None:
        snapshot = await self.ask("subscribe", topic=watch.topic, filter=watch.wanted)
        # Its changes come after the answer, and this task may run after they were read: none is dropped.
        self._watches[snapshot["subscription"]] = watch
        watch.begin(snapshot)
        for method, params in self._early.pop(snapshot["subscription"], ()):
            self._told(method, params)

    async def read(self) -> None:
        """Until the box ends the connection."""
        splitter = wire.Splitter(ANSWER_MAX)
        try:
            while data := await self._stream.receive_some(65536):
                for message in splitter.feed(bytes(data)):
                    self._take(_ANSWER.decode(message))
            self._ended = "it ended the connection"
        except trio.BrokenResourceError as error:
            self._ended = str(error)
        for answered, _answers in self._asked.values():
            answered.set()

    def _take(self, answer: _Answer) -> None:
        if answer.method:
            self._told(answer.method, answer.params)
        elif isinstance(answer.id, int) and answer.id in self._asked:
            answered, answers = self._asked[answer.id]
            answers.append(answer)
            answered.set()
        elif answer.id is None and answer.error is not None:
            self._ended = answer.error.message

    def _told(self, method: str, params: Any) -> None:
        watch = self._watches.get(params["subscription"])
        if watch is None:
            self._early.setdefault(params["subscription"], []).append((method, params))
        elif not watch.take(method, params):
            watch.lost += 1
            del self._watches[watch.subscription]
            self._nursery.start_soon(self._again, watch, watch.subscription)

    async def _again(self, watch: Watch, old: int) -> None:
        with suppress(HardwareError, Refusal):
            await self.ask("unsubscribe", subscription=old)
            self._early.pop(old, None)
            await self._subscribe(watch)


@asynccontextmanager
async def over(
    stream: trio.abc.Stream, client: str = "", speak: str = "", where: Path = Path("-")
) -> AsyncIterator[Client]:
    """On a stream that is there. where: what it is called when it has gone."""
    failed: Exception | None = None
    async with trio.open_nursery() as nursery:
        box = Client(stream, nursery, where)
        nursery.start_soon(box.read)
        try:
            box.welcome = await box.ask("hello", client=client, language=speak or language())
            yield box
        except Exception as error:  # as it is, not as a group
            failed = error
        finally:
            nursery.cancel_scope.cancel()
            with trio.CancelScope(shield=True):
                await trio.aclose_forcefully(stream)
    if failed is not None:
        raise failed


@asynccontextmanager
async def connected(path: Path | None = None, client: str = "", speak: str = "") -> AsyncIterator[Client]:
    """HardwareError: no box answers there."""
    where = path or socket_path()
    try:
        stream = await trio.open_unix_socket(str(where))
    except OSError as error:
        raise _gone(where, error.strerror or str(error)) from None
    async with over(stream, client, speak, where) as box:
        yield box


class Asker:
    """For commands: blocks. HardwareError: no box answers there."""

    def __init__(self, path: Path | None = None, client: str = "command") -> None:
        self._path = path or socket_path()
        self._client = client
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._splitter = wire.Splitter(ANSWER_MAX)
        self._numbers = count(1)
        self.welcome: dict[str, Any] = {}

    def __enter__(self) -> Asker:
        self._socket.settimeout(ANSWER_S)
        try:
            self._socket.connect(str(self._path))
            self.welcome = self.ask("hello", client=self._client, language=language())
        except OSError as error:
            self._socket.close()
            raise _gone(self._path, error.strerror or str(error)) from None
        except BaseException:
            self._socket.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def ask(self, method: str, /, **params: Any) -> Any:
        """The result. Refusal: the box says no."""
        number = next(self._numbers)
        try:
            self._socket.sendall(_request(number, method, params))
            answer = self._answer(number)
        except OSError as error:
            raise _gone(self._path, error.strerror or str(error)) from None
        if answer.error is not None:
            raise _raised(answer.error)
        return answer.result

    def _answer(self, number: int) -> _Answer:
        while data := self._socket.recv(65536):
            for message in self._splitter.feed(data):
                answer = _ANSWER.decode(message)
                if answer.id == number or (answer.id is None and answer.error is not None):
                    return answer
        raise OSError("it ended the connection")
