"""What an answer cannot do: lead to another host, go on without end, come from somebody else, keep us waiting."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web

from bot.production.http.call import ANSWER_LIMIT
from bot.production.http.follow import Trace, now
from tests.parts.production_http.conftest import RUN, Ear, Place, Service, target_at
from tests.parts.production_http.test_calling import Counted, Link, Recount
from tests.support.certificates import self_signed


async def test_a_service_whose_certificate_nobody_vouches_for_is_sent_nothing(ear: Ear, tmp_path: Path) -> None:
    service = Service()
    await service.start(self_signed(tmp_path))
    place = Place(service=service, target=target_at(service.base_url))
    outcome = await place.run(Recount(account="7"), ear)
    await service.stop()
    assert service.base_url.startswith("https://")
    assert outcome.state == "failed"
    assert "certificate" in outcome.summary
    assert outcome.summary.endswith("Nothing was sent.")
    assert service.calls == []


@pytest.mark.parametrize(
    ("status", "state"), [(301, "failed"), (302, "unknown"), (303, "unknown"), (307, "failed"), (308, "failed")]
)
async def test_a_redirect_to_another_host_is_not_followed(
    place: Place, services: Callable[[], Awaitable[Service]], ear: Ear, status: int, state: str
) -> None:
    other = await services()
    place.service.answers_with(status, headers={"Location": f"{other.base_url}/accounts/7/recount"})
    outcome = await place.run(Recount(account="7"), ear)
    assert outcome.state == state
    assert "another host" in outcome.summary
    assert other.calls == []


async def test_what_only_reads_follows_a_redirect_on_its_own_host(place: Place, ear: Ear) -> None:
    preview = await place.runtime.preview(Counted(account="7"), RUN)
    place.service.answers_with(302, headers={"Location": "/elsewhere"})
    asked = Trace(sent=now(), before="not passed").image()
    assert (await place.runtime.investigate(Counted(account="7"), preview, asked, RUN, ear)).state == "succeeded"
    assert place.service.calls == ["GET /accounts/7/counted", "GET /elsewhere"]


async def test_an_endless_answer_is_cut(place: Place, ear: Ear) -> None:
    place.service.answers_with(200, body={"text": "x" * 3_000_000})
    outcome = await place.run(Link(), ear)
    assert outcome.state == "succeeded"
    assert len(outcome.detail) == 8000


async def test_a_call_that_changes_something_is_redirected_nowhere_not_even_on_its_own_host(
    place: Place, ear: Ear
) -> None:
    place.service.answers_with(307, headers={"Location": "/elsewhere"})
    outcome = await place.run(Recount(account="7"), ear)
    assert outcome.state == "failed"
    assert "app redirects to /elsewhere; only what reads is followed there." in outcome.summary
    assert place.service.calls == ["POST /accounts/7/recount"]


async def test_a_circle_of_redirects_ends(place: Place, ear: Ear) -> None:
    preview = await place.runtime.preview(Counted(account="7"), RUN)
    place.service.answers_with(*[302] * 10, headers={"Location": "/accounts/7/counted"})
    seen = await place.runtime.investigate(Counted(account="7"), preview, Trace(sent=now()).image(), RUN, ear)
    assert "redirects in a circle" in seen.summary
    assert len(place.service.calls) == 3


async def test_a_small_packet_that_unpacks_without_end_is_cut(place: Place, ear: Ear) -> None:
    bomb = gzip.compress(b"0" * 20 * ANSWER_LIMIT)

    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=bomb, headers={"Content-Encoding": "gzip"})

    place.service.answers.append(answer)
    outcome = await place.run(Link(), ear)
    assert (outcome.state, len(outcome.detail)) == ("succeeded", 8000)


@pytest.mark.parametrize("drips", [False, True], ids=["silent", "drop by drop"])
async def test_a_service_that_keeps_us_waiting_is_asked_no_longer_than_its_time(ear: Ear, *, drips: bool) -> None:
    service, over = Service(), asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        if drips:
            await response.prepare(request)
        while not over.is_set():
            await (response.write(b".") if drips else asyncio.sleep(0))
            await asyncio.sleep(0.05)
        return response

    await service.start()
    service.answers.append(answer)
    place = Place(service=service, target=target_at(service.base_url, timeout=0.3))
    outcome = await place.run(Recount(account="7"), ear)
    over.set()
    await service.stop()
    assert outcome.state == "unknown"
    assert "app was asked, and then the connection was lost" in outcome.summary
    assert service.calls == ["POST /accounts/7/recount"]
