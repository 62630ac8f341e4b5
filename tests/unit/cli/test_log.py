"""The log says that a request was refused, and never what stood in it."""

import asyncio
import io
import logging
from collections.abc import Iterator

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.commands.logs import UNSIGNED, without_bodies


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What goes to the log's only handler."""
    log, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(log)
    handler.addFilter(without_bodies)
    before, level = root.handlers, root.level
    root.handlers, root.level = [handler], logging.DEBUG
    yield log
    root.handlers, root.level = before, level


def test_a_form_with_a_wrong_signature_is_refused_without_its_secrets(written: io.StringIO) -> None:
    async def refused() -> int:
        app = AsyncApp(token="xoxb-1", signing_secret="ours")
        answer = await app.async_dispatch(
            AsyncBoltRequest(body="payload=%7B%22typed%22%3A%22hunter2%22%7D", headers={})
        )
        return answer.status

    logging.getLogger("slack_bolt").setLevel(logging.INFO)
    assert asyncio.run(refused()) == 401
    assert UNSIGNED in written.getvalue()
    assert "hunter2" not in written.getvalue()


def test_other_lines_stay_as_they_are(written: io.StringIO) -> None:
    logging.getLogger("bot.web").warning("The body: %s", "is ours")
    logging.getLogger("slack_bolt.AsyncApp").warning("Unhandled, body: %s", {"value": "hunter2"})
    assert written.getvalue().splitlines() == ["The body: is ours", "Unhandled, …"]
