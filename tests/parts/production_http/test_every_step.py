"""A call, and a run that is followed, cut off at every step: what is said is what is so, and nothing is started twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from aiohttp import web

from bot.production.action import RunOutcome
from bot.production.redaction import Redactor
from tests.parts.production_http.conftest import RUN, Answer, Ear, Place, connected, target_at
from tests.parts.production_http.test_calling import Recount
from tests.parts.production_http.test_following import FOLLOW, Job

STARTED = {"job": {"id": 77}}
STATES = ("queued", "working", "done")
START = "POST /jobs"


async def cut(request: web.Request) -> web.Response:
    """It has arrived, and the answer never does."""
    assert request.transport
    request.transport.abort()
    return web.Response()


async def half(request: web.Request) -> web.StreamResponse:
    """The answer begins well."""
    response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"job": {"id": 7')
    return await cut(request)


async def error(_: web.Request) -> web.Response:
    """It may well be done."""
    return web.Response(status=500)


CUTS = pytest.mark.parametrize("how", [cut, half, error], ids=lambda how: str(how.__name__))


class Patient(Job):
    """Followed for as long as a busy machine may take."""

    slug = "patient"
    follow = replace(FOLLOW, timeout=60)


class Dies(Ear):
    """The process ends when it is told something for the nth time, kept or said."""

    def __init__(self, nth: int) -> None:
        super().__init__()
        self.left = nth

    def _tick(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise ConnectionError("the process ends here")

    async def progress(self, text: str) -> None:
        await super().progress(text)
        self._tick()

    async def keep(self, image: bytes) -> None:
        await super().keep(image)
        self._tick()


def answer_all(place: Place) -> None:
    """A run that is started, goes on, and ends well."""
    place.service.answers_with(201, body=STARTED)
    for state in STATES:
        place.service.answers_with(200, body={"job": {"state": state}})


async def investigated(place: Place, image: bytes | None) -> RunOutcome:
    runtime = place.runtime
    return await runtime.investigate(Patient(), await runtime.preview(Patient(), RUN), image, RUN, Ear())


@asynccontextmanager
async def swallowing(byte_count: int) -> AsyncIterator[str]:
    """The address of a service that reads so many bytes of a request and hangs up; the rest it never sees."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(byte_count)
        assert isinstance(writer.transport, asyncio.Transport)
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.mark.parametrize("byte_count", [0, 1, 40])
async def test_a_connection_that_dies_under_the_request_is_unknown(ear: Ear, byte_count: int) -> None:
    async with swallowing(byte_count) as address:
        runtime = connected(target_at(address), Redactor())
        preview = await runtime.preview(Recount(account="7"), RUN)
        outcome = await runtime.run(Recount(account="7"), preview, RUN, ear)
    assert outcome.state == "unknown"
    assert outcome.summary.endswith("It may have happened there. Look there before you repeat it.")


@CUTS
async def test_a_call_whose_answer_is_lost_is_unknown_and_made_once(place: Place, ear: Ear, how: Answer) -> None:
    place.service.answers.append(how)
    outcome = await place.run(Recount(account="7"), ear)
    assert outcome.state == "unknown"
    assert place.service.calls == ["POST /accounts/7/recount"]
    assert outcome.image == ear.kept[0]


@CUTS
async def test_a_start_whose_answer_is_lost_is_unknown_and_made_once(place: Place, ear: Ear, how: Answer) -> None:
    place.service.answers.append(how)
    assert (await place.run(Patient(), ear)).state == "unknown"
    assert (await investigated(place, ear.kept[-1])).state == "unknown"
    assert place.service.calls == [START]


@CUTS
@pytest.mark.parametrize("look", range(len(STATES)))
async def test_a_look_at_the_run_that_is_lost_is_made_again_and_the_start_is_not(
    place: Place, ear: Ear, how: Answer, look: int
) -> None:
    answer_all(place)
    place.service.answers[1 + look : 1 + look] = [how, how, how]
    outcome = await place.run(Patient(), ear)
    assert (outcome.state, outcome.summary) == ("succeeded", "The run ended: done.")
    assert place.service.calls.count(START) == 1


@pytest.mark.parametrize(
    ("nth", "starts", "found"), [(1, 0, "unknown"), (2, 1, "succeeded"), (3, 1, "succeeded"), (4, 1, "succeeded")]
)
async def test_a_process_that_dies_at_any_step_is_followed_by_the_next_and_starts_nothing_again(
    place: Place, nth: int, starts: int, found: str
) -> None:
    answer_all(place)
    dies = Dies(nth)
    with pytest.raises(ConnectionError):
        await place.run(Patient(), dies)
    assert place.service.calls.count(START) == starts
    outcome = await investigated(place, dies.kept[-1])
    assert outcome.state == found
    assert place.service.calls.count(START) == starts
