"""A constant load: so many requests a second, whether or not those before them have been answered."""

import asyncio
import collections
import itertools
import json
import ssl
import threading
import time
from pathlib import Path
from typing import Iterator

# More than this are never in flight, so that a machine that is too slow shows in the rate and not in its memory.
MOST_IN_FLIGHT = 48


class Connection:
    """One HTTP/1.1 connection that is used again until the other side closes it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.reader, self.writer, self.is_open = reader, writer, True
        self.used = time.monotonic()

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes = b""):
        fields = {"Host": "localhost", "Content-Length": len(body)} | headers
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)

    async def head(self) -> tuple[int, dict[str, str]]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        return int(head[0].split()[1]), {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:-2])}

    async def answer(self) -> tuple[int, bytes]:
        status, headers = await self.head()
        if headers.get("transfer-encoding") == "chunked":
            body = b""
            while size := int(await self.reader.readline(), 16):
                body += await self.reader.readexactly(size)
                await self.reader.readexactly(2)
            await self.reader.readexactly(2)
        else:
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        if headers.get("connection") == "close":
            self.close()
        return status, body

    def close(self):
        self.is_open = False
        self.writer.close()


async def connect(port: int, authority: Path | None = None, source: str | None = None) -> Connection:
    """Over TLS where an authority is named."""
    trusted = ssl.create_default_context(cafile=authority) if authority else None
    local = (source, 0) if source else None
    host = {"server_hostname": "localhost"} if trusted else {}
    return Connection(*await asyncio.open_connection("127.0.0.1", port, ssl=trusted, local_addr=local, **host))


class Load:
    """`rate` requests a second from `requests`, which gives method, path, headers and body, until it is stopped."""

    def __init__(self, rate: int, requests: Iterator[tuple], *place):
        self.rate, self.requests, self.place = rate, requests, place
        self.idle: list[Connection] = []
        # What was answered and what became of requests without an answer; bodies of answers that made something.
        self.outcomes: collections.Counter = collections.Counter()
        self.made: list[dict] = []
        self.durations: list[float] = []
        self.seconds = 0.0
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=lambda: asyncio.run(self.offer()))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopped.set()
        self.thread.join()

    async def offer(self):
        began, waiting = time.monotonic(), set()
        for number in itertools.count():
            if self.stopped.is_set():
                break
            await asyncio.sleep(max(0.0, began + number / self.rate - time.monotonic()))
            if len(waiting) >= MOST_IN_FLIGHT:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            one = asyncio.create_task(self.ask(*next(self.requests)))
            waiting.add(one)
            one.add_done_callback(waiting.discard)
        if waiting:
            await asyncio.wait(waiting)
        self.seconds = time.monotonic() - began
        for connection in self.idle:
            connection.close()

    def reused(self) -> Connection | None:
        """A connection that the other side is not about to close: nginx does so after 65 s without a request."""
        while self.idle:
            connection = self.idle.pop()
            if time.monotonic() - connection.used < 30:
                return connection
            connection.close()
        return None

    async def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b""):
        began = time.monotonic()
        try:
            connection = self.reused() or await connect(*self.place)
            connection.send(method, path, headers, body)
            status, text = await asyncio.wait_for(connection.answer(), 60)
        except (OSError, EOFError, asyncio.TimeoutError) as error:
            self.outcomes[f"{method} {path}: {error!r}"] += 1
            return
        if connection.is_open:
            connection.used = time.monotonic()
            self.idle.append(connection)
        self.durations.append(time.monotonic() - began)
        self.outcomes[status] += 1
        if status == 201:
            self.made.append(json.loads(text)["data"])

    def summary(self) -> str:
        ordered = sorted(self.durations) or [0.0]
        at = lambda share: ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000
        rate = self.outcomes.total() / max(self.seconds, 0.001)
        return (f"{self.outcomes.total():,} requests in {self.seconds:.0f} s ({rate:.0f}/s), "
                f"p50 {at(0.5):.0f} ms, p99 {at(0.99):.0f} ms, longest {ordered[-1] * 1000:.0f} ms")
