"""Sends repeats of known errors as fast as they are answered: one of several processes, so that the sender is not what is measured.

`python -m tests.bench.load URL SECONDS AT_ONCE` says when it is ready, begins at a line of its input, and prints a `Sent` as JSON.
It writes HTTP by hand over connections that stay: aiohttp's client costs as much for a request as its server does.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bot.bug.errors import MakegoodError
from tests.bench import stage

SENDERS = 3
KNOWN = 5
"""Errors that have their card."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """`busy`: processor seconds of all senders; `busiest`: of that one of them which took most."""

    answers: int
    seconds: float
    busy: float
    busiest: float

    @property
    def rate(self) -> float:
        return self.answers / self.seconds

    @property
    def share(self) -> float:
        """How much of its time the busiest sender worked; near 1 it is the limit."""
        return self.busiest / self.seconds


@asynccontextmanager
async def senders(url: str, seconds: float, at_once: int) -> AsyncIterator[Callable[[], Awaitable[Sent]]]:
    """Several processes that are ready, `at_once` deliveries under way in all; what is given begins the storm, and ends with it."""
    command = (sys.executable, "-m", "tests.bench.load", url, f"{seconds}", f"{at_once // SENDERS}")
    home, pipe = Path(__file__).parents[2], asyncio.subprocess.PIPE
    begun = [
        await asyncio.create_subprocess_exec(*command, cwd=home, stdin=pipe, stdout=pipe, stderr=pipe)
        for _ in range(SENDERS)
    ]

    async def storm() -> Sent:
        told = await asyncio.gather(*(sender.communicate(b"go\n") for sender in begun))
        return _together([_read(out, error) for out, error in told])

    try:
        for sender in begun:
            assert sender.stdout
            await sender.stdout.readline()
        yield storm
    finally:
        for sender in begun:
            if sender.returncode is None:
                sender.kill()
                await sender.wait()


def _read(out: bytes, error: bytes) -> Sent:
    """Raises MakegoodError where a delivery was not answered 200."""
    if not out:
        last = error.decode().strip().splitlines()[-1:] or ["it said nothing"]
        raise MakegoodError(f"a sender of the storm ended: {last[0]}")
    return Sent(**json.loads(out))


def _together(parts: Sequence[Sent]) -> Sent:
    return Sent(
        answers=sum(part.answers for part in parts),
        seconds=max(part.seconds for part in parts),
        busy=sum(part.busy for part in parts),
        busiest=max(part.busy for part in parts),
    )


async def _send(url: str, seconds: float, at_once: int) -> Sent:
    began, busy = time.perf_counter(), time.process_time()
    counts = await asyncio.gather(*(_connection(url, nth, began + seconds) for nth in range(at_once)))
    used = time.process_time() - busy
    return Sent(answers=sum(counts), seconds=time.perf_counter() - began, busy=used, busiest=used)


async def _connection(url: str, nth: int, until: float) -> int:
    place = urlsplit(url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    count = 0
    try:
        while time.perf_counter() < until:
            count += 1
            writer.write(_request(place.netloc, place.path, stage.alert(nth % KNOWN, count)))
            await _answered(reader)
    finally:
        writer.close()
    return count


def _request(host: str, path: str, body: bytes) -> bytes:
    return b"POST %b HTTP/1.1\r\nHost: %b\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
        path.encode(),
        host.encode(),
        len(body),
        body,
    )


async def _answered(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    body = await reader.readexactly(length)
    if not head.startswith(b"HTTP/1.1 200 "):
        raise MakegoodError(f"a delivery was answered {head[9:12].decode()}: {body[:200].decode(errors='replace')}")


if __name__ == "__main__":
    os.write(1, b"ready\n")
    sys.stdin.readline()
    sent = asyncio.run(_send(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))
    os.write(1, json.dumps(asdict(sent)).encode())
