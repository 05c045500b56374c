"""The console's connection to the box: asks, watches, and comes back by itself.

    run()        connect ──> hello ──> subscribe to what is wanted ──> read ... the box is gone ──> connect again
    want(...)    watch these topics from now on, and no others: what nobody looks at costs nothing
    news         told(topic, keys)     rows of a topic changed; keys None: all of them are new
                 turned()              connected, or no more

Rows are as the box said last. Changes are numbered: where a number is missing, the topic is subscribed to anew, and its
snapshot replaces what was there. While nobody answers, rows stay as they were (and `there` is False); it is tried again
every RETRY_S.

How time flows: asyncio's, one task reads. What it does not: know what a row means, or ask twice: what was asked when
the connection ended raises Gone, and whoever asked decides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from core.api import wire
from core.api.errors import Code, Refusal
from core.texts import _, language

RETRY_S = 0.3
"""A box that is back is found within a second."""

ANSWER_MAX = 64 * 1024 * 1024
CHUNK = 65536
_WORDS = {code.word: code for code in Code}

Rows = dict[str, dict[str, Any]]


class Gone(Exception):
    """The box does not answer, or no more. Text: why, for people."""


class _Message(msgspec.Struct):
    id: int | str | None = None
    result: Any = None
    error: wire.Error | None = None
    method: str = ""
    params: Any = None


_MESSAGE = msgspec.json.Decoder(_Message)


class Watch:
    """A topic that is watched. number: of the last change that was taken; -1: none yet."""

    def __init__(self, topic: str) -> None:
        self.topic = topic
        self.asked = False
        """Whether this connection has subscribed to it."""
        self.subscription = 0
        self.number = -1
        self.rows: Rows = {}
        self.gaps = 0
        """How often a number was missing."""

    def begin(self, snapshot: Mapping[str, Any]) -> None:
        self.subscription, self.number = snapshot["subscription"], snapshot["number"]
        self.rows = dict(snapshot["rows"])

    def change(self, params: Mapping[str, Any]) -> bool:
        """False: a number is missing, and the rows are not as the box has them."""
        if params["number"] != self.number + 1:
            self.gaps += 1
            return False
        self.number = params["number"]
        for key, row in params["rows"].items():
            if row is None:
                self.rows.pop(key, None)
            else:
                self.rows[key] = row
        return True


class Connection:
    """told, turned: see above; set them before run()."""

    def __init__(self, path: Path, topics: Iterable[str] = (), client: str = "console") -> None:
        self.path = path
        self.there = False
        self.why = ""
        """Why nobody answers, for people; empty: not tried yet, or somebody does."""
        self.times = 0
        """How often it was connected."""
        self.welcome: dict[str, Any] = {}
        self.watches = {topic: Watch(topic) for topic in topics}
        self.told: Callable[[str, set[str] | None], None] = lambda topic, keys: None
        self.turned: Callable[[], None] = lambda: None
        self._client = client
        self._writer: asyncio.StreamWriter | None = None
        self._numbers = count(1)
        self._asked: dict[int, asyncio.Future[Any]] = {}
        self._wanted: dict[int, Watch] = {}
        """By the number of the request: topics whose snapshot is on its way."""
        self._by_number: dict[int, Watch] = {}
        """By the number of the subscription."""
        self._beside: set[asyncio.Task[None]] = set()
        """What is asked beside what a person waits for."""

    def rows(self, topic: str) -> Rows:
        """As the box said last; empty: it has said nothing, or nobody wants the topic."""
        watch = self.watches.get(topic)
        return watch.rows if watch is not None else {}

    def known(self, topics: Iterable[str]) -> bool:
        """Whether the box has said all rows of each. Topics that this user may not watch have none."""
        may = self.welcome.get("topics", ())
        return self.there and all(
            topic not in may or (topic in self.watches and self.watches[topic].number >= 0) for topic in topics
        )

    def want(self, topics: Iterable[str]) -> None:
        """Watches these from now on, and no others."""
        wanted = set(topics)
        for topic in set(self.watches) - wanted:
            watch = self.watches.pop(topic)
            if self._by_number.pop(watch.subscription, None) is not None:
                self._aside(self._forget(watch.subscription))
        for topic in wanted - set(self.watches):
            self.watches[topic] = Watch(topic)
        if self.there:
            for watch in self._unasked():
                self._aside(self._subscribe(watch))

    def may(self, method: str) -> bool:
        """Whether this user may ask for it."""
        return method in self.welcome.get("methods", ())

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                reader, self._writer = await asyncio.open_unix_connection(str(self.path))
            except OSError as error:
                self._lost(error.strerror or str(error))
            else:
                await self._converse(reader, self._writer)
            await asyncio.sleep(RETRY_S)

    def again(self) -> None:
        """Ends the connection and makes it anew: the box speaks another language from then on."""
        if self._writer is not None:
            self._writer.close()

    async def ask(self, method: str, /, **params: Any) -> Any:
        """The result. Refusal: the box says no. Gone: it does not answer."""
        return await self._asking(method, params)

    async def _asking(self, method: str, params: Mapping[str, Any], watch: Watch | None = None) -> Any:
        if self._writer is None:
            raise Gone(self.why)
        number = next(self._numbers)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        if watch is not None:
            self._wanted[number] = watch
        self._writer.write(wire.line({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))
        try:
            return await answer
        finally:
            self._asked.pop(number, None)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """From hello to the end of the connection."""
        greeting = asyncio.create_task(self._greet())
        try:
            why = await self._read(reader)
        finally:
            greeting.cancel()
            self._writer = None
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        refused = greeting.exception() if greeting.done() and not greeting.cancelled() else None
        if refused is not None and not isinstance(refused, Refusal | Gone):
            raise refused
        self._lost(str(refused) if isinstance(refused, Refusal) else why)

    async def _greet(self) -> None:
        try:
            self.welcome = await self.ask("hello", protocol=wire.PROTOCOL, client=self._client, language=language())
            while unasked := self._unasked():
                await self._subscribe(unasked[0])
        except Refusal:
            # The box will not have us: the connection ends, and why is shown until it will.
            if self._writer is not None:
                self._writer.close()
            raise
        self.there, self.why = True, ""
        self.times += 1
        self.turned()

    def _unasked(self) -> list[Watch]:
        return [watch for watch in self.watches.values() if not watch.asked and watch.topic in self.welcome["topics"]]

    def _subscribe(self, watch: Watch) -> Coroutine[Any, Any, Any]:
        watch.asked = True  # at once: whoever wants it before this is on its way must not ask again
        return self._asking("subscribe", {"topic": watch.topic}, watch)

    async def _forget(self, subscription: int) -> None:
        await self.ask("unsubscribe", subscription=subscription)

    async def _again(self, watch: Watch, old: int) -> None:
        """After a gap."""
        await self._forget(old)
        await self._subscribe(watch)

    def _aside(self, asking: Coroutine[Any, Any, None]) -> None:
        async def whole() -> None:
            with suppress(Gone):  # a box that goes meanwhile is connected to anew, with all topics
                await asking

        task = asyncio.create_task(whole())
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    async def _read(self, reader: asyncio.StreamReader) -> str:
        """Why the connection has ended."""
        splitter = wire.Splitter(ANSWER_MAX)
        try:
            while data := await reader.read(CHUNK):
                for line in splitter.feed(data):
                    self._take(_MESSAGE.decode(line))
        except OSError as error:
            return error.strerror or str(error)
        return _("it ended the connection")

    def _take(self, message: _Message) -> None:
        if message.method:
            self._changed(message.method, message.params)
            return
        answer = self._asked.get(message.id) if isinstance(message.id, int) else None
        if answer is None or answer.done():
            return
        if message.error is not None:
            data = message.error.data
            code = _WORDS.get(data.name, Code.INTERNAL)
            said = Refusal(code, message.error.message, remedy=data.remedy, cause=data.cause, about=data.about)
            answer.set_exception(said)
        else:
            # Before the next line is read: changes of a subscription come right behind its answer.
            watch = self._wanted.pop(message.id, None) if isinstance(message.id, int) else None
            if watch is not None and self.watches.get(watch.topic) is watch:
                self._by_number[message.result["subscription"]] = watch
                self._begin(watch, message.result)
            elif watch is not None:  # nobody wants it any more
                self._aside(self._forget(message.result["subscription"]))
            answer.set_result(message.result)

    def _begin(self, watch: Watch, snapshot: Mapping[str, Any]) -> None:
        watch.begin(snapshot)
        self.told(watch.topic, None)

    def _changed(self, method: str, params: Any) -> None:
        watch = self._by_number.get(params["subscription"])
        if watch is None:
            return
        if method == "snapshot":
            self._begin(watch, params)
        elif watch.change(params):
            self.told(watch.topic, set(params["rows"]))
        else:
            del self._by_number[watch.subscription]
            self._aside(self._again(watch, watch.subscription))

    def _lost(self, why: str) -> None:
        was, self.there, self.why = self.there or not self.why, False, why
        self._by_number.clear()
        self._wanted.clear()
        for watch in self.watches.values():
            watch.asked = False
        for answer in self._asked.values():
            if not answer.done():
                answer.set_exception(Gone(why))
        if was:
            self.turned()
