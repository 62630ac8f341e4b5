"""How long Slack, or a proxy before it, wants no calls is read whatever it looks like."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.bug.errors import Unavailable
from bot.slack.outgoing.client import SlackPort, web_client


class Blocked:
    """Notes for how long a method is not to be called."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def blocked(self, _method: str, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
async def says(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """Where somebody answers 429 with this header."""

    async def limited(_request: web.Request) -> web.Response:
        header = {} if request.param is None else {"Retry-After": request.param}
        return web.Response(status=429, headers=header, text="too many")

    app = web.Application()
    app.router.add_route("*", "/api/{method}", limited)
    runner = web.AppRunner(app)
    await runner.setup()
    await (site := web.TCPSite(runner, "127.0.0.1", 0)).start()
    yield f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/api/"  # type: ignore[union-attr]
    await runner.cleanup()


@pytest.mark.parametrize(
    ("says", "seconds"),
    [("7", 7.0), ("1.5", 1.5), (None, 1.0), ("soon", 1.0), ("nan", 1.0), ("86400", 3600.0)],
    indirect=["says"],
)
async def test_a_wait_is_what_was_said_or_a_second_and_never_an_error(says: str, seconds: float) -> None:
    pace = Blocked()
    async with aiohttp.ClientSession() as http:
        port = SlackPort(web_client("xoxb-1", says, http), pace)  # type: ignore[arg-type] # the part that a call needs
        with pytest.raises(Unavailable) as raised:
            await port.call("users.info", user="U1")
    assert (raised.value.retry_after, pace.seconds) == (seconds, [seconds])
