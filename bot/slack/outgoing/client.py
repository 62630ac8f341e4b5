"""Calls Slack's Web API with our errors and our pace. It retries nothing: a cut-off call is Doubtful, and a 429 slows everybody."""

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.bug.errors import Doubtful, Outside, Unavailable
from bot.ledger.relay.pace import Budget, Pace, TooSoon
from bot.outgoing.client import NOT_SENT
from bot.outgoing.retry_after import pause
from bot.slack.outgoing.plainly import has_charts, plainly, without_charts
from bot.slack.outgoing.refusals import BUSY, PASSES, UNSURE, SlackRefused, refusal

log = logging.getLogger(__name__)

TIMEOUT = 10
KEPT = 30.0
"""Seconds that an idle connection to Slack is kept, for the next click: its servers keep theirs for longer."""
PARALLEL = 12
ANSWER_KEPT = 5.0
"""Seconds that Slack's last sign of life is good for."""
POST_EVERY, POST_BURST = 1.0, 4
UPDATE_EVERY, UPDATE_BURST = 1.2, 10
"""About 50 chat.update a minute and workspace; a short burst is tolerated."""
AHEAD = 8.0
"""Seconds that somebody who waits may book ahead: lines of threads then come after it, however many there are."""
SHORTLY = 2.0
"""Seconds that a card for which nobody waits may book ahead: before the lines of threads, and not before who waits."""
SHOWN_TEXT = 3900
"""Characters of a text that chat.update takes too (chat.postMessage alone takes more)."""
PAYLOAD = 4000
"""Characters of a refused payload that the log keeps."""
ANSWER = {"event_type": "makegood_answer", "event_payload": {"of": "a request"}}
"""Tells our own words in a thread from what somebody else posts there with our token."""
WITH_WORDS = frozenset({"chat.postMessage", "chat.update", "chat.postEphemeral"})
"""Calls that can go out again in plain words."""


class WebClient(AsyncWebClient):
    """slack_sdk gives a call its timeout only where it makes a session for it."""

    async def _request(self, *, http_verb: str, api_url: str, req_args: dict[str, Any]) -> dict[str, Any]:
        timed = {**req_args, "timeout": aiohttp.ClientTimeout(total=self.timeout)}
        return await super()._request(http_verb=http_verb, api_url=api_url, req_args=timed)


def web_client(token: str, api_url: str, http: aiohttp.ClientSession) -> AsyncWebClient:
    """slack_sdk's own retries are off: its default handler posted twice on a dropped connection.

    Without a session it would make one for each call, and so a connection.
    """
    return WebClient(token=token, base_url=api_url, timeout=TIMEOUT, retry_handlers=[], session=http)


class SlackPort:
    """`call` for what may be asked freely, `post` and `update` for what Slack paces."""

    def __init__(self, client: AsyncWebClient, pace: Pace) -> None:
        self.client, self.pace = client, pace
        self._places = asyncio.Semaphore(PARALLEL)
        self._answered = (-ANSWER_KEPT, False)
        self.charts = True
        """Whether this workspace takes Slack's own charts, as far as we know."""

    async def call(self, method: str, **args: Any) -> Mapping[str, Any]:
        """One call. Raises Unavailable (nothing happened), Rejected (never will) or Doubtful (it may have).

        A message that we wrote wrongly goes out at once in plain words.
        """
        given = {k: v for k, v in args.items() if v is not None}
        if not self.charts:
            given = without_charts(given)
        try:
            return await self._call(method, given)
        except SlackRefused as error:
            if not error.ours or method not in WITH_WORDS:
                raise
            if has_charts(given):
                # newer than the rest of what we send, so the first to be left out
                self.charts = False
                return await self.call(method, **given)
            log.error("%s It goes out in plain words. It was: %s", error, json.dumps(given)[:PAYLOAD])  # noqa: TRY400 - the payload says more than a traceback
        return await self._call(method, plainly(method, given, SHOWN_TEXT))

    async def _call(self, method: str, given: Mapping[str, Any]) -> Mapping[str, Any]:
        # a bound on calls at once: Slack answers bursts with 429
        async with self._places:
            try:
                answer = await self._asked(method, _shape(method, dict(given)))
            except SlackApiError as error:
                raise await self._translated(method, error) from error
            except NOT_SENT as error:
                raise Unavailable(f"Slack can't be reached ({method}).") from error
            except (aiohttp.ClientError, TimeoutError, ConnectionError, AttributeError) as error:
                # AttributeError: slack_sdk's, where a proxy answers with plain text
                raise Doubtful(f"The call to Slack was cut off ({method}).") from error
        data: Mapping[str, Any] = answer.data if isinstance(answer.data, dict) else {}
        return data

    async def _asked(self, method: str, shaped: Mapping[str, Any]) -> Any:
        """aiohttp itself asks once more for what it reads where a kept connection was just closed."""
        try:
            return await self.client.api_call(method, **shaped)
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            # a second `chat.postMessage` would be a second message
            if method not in _TAKEN_ONCE:
                raise
            return await self.client.api_call(method, **shaped)

    async def alive(self) -> bool:
        """Whether Slack answers, and takes our token; asked at most every few seconds."""
        at, answered = self._answered
        if time.monotonic() - at > ANSWER_KEPT:
            try:
                await self.client.auth_test()
                answered = True
            except (SlackApiError, aiohttp.ClientError, TimeoutError, OSError, AttributeError):
                answered = False  # AttributeError: slack_sdk's, as above
            self._answered = (time.monotonic(), answered)
        return answered

    async def _translated(self, method: str, error: SlackApiError) -> Outside:
        response = error.response
        data = response.data if isinstance(response.data, dict) else {}
        code = str(data.get("error", ""))
        if response.status_code == 429 or code in BUSY:  # noqa: PLR2004 - too many requests
            said = pause(response.headers)  # a proxy writes a date there at times, or nothing that can be read
            wait = 1.0 if said is None else said
            # for every process, not for this one alone: Slack counts by app, workspace and method
            await self.pace.blocked(method, wait)
            return Unavailable(f"Slack asks to wait {wait:.0f} s ({method}).", wait)
        if response.status_code >= 500 or not code:  # noqa: PLR2004 - a server's error
            # Slack's 5xx comes from a proxy at times, while the message was posted behind it
            return Doubtful(f"Slack answered {response.status_code} ({method}); it may have happened.")
        if code in UNSURE:
            return Doubtful(f"Slack answered {code} ({method}); it may have happened.")
        if code in PASSES:
            return Unavailable(f"Slack answered {code} ({method}); it is asked again.")
        return refusal(method, code, str(data.get("needed", "")))

    async def post(self, channel: str, *, ahead: float = 0.0, **message: Any) -> str:
        """Posts; returns the ts. About one message a second and channel. `ahead`: seconds that it may wait for its turn here."""
        own, all_ = (
            Budget(f"post:{channel}", POST_EVERY, POST_BURST, ahead),
            Budget("chat.postMessage", 0.05, 20, ahead),
        )
        # before the call and not after: what is not sent needs no undoing
        await self.pace.take(own, all_)
        answer = await self.call("chat.postMessage", channel=channel, unfurl_links=False, unfurl_media=False, **message)
        return str(answer["ts"])

    async def say(self, channel: str, **message: Any) -> str:
        """As `post`, for what a person waits for now: its place in the queue is waited for."""
        message = {"metadata": ANSWER, **message}
        while True:
            try:
                return await self.post(channel, ahead=AHEAD, **message)
            except TooSoon as soon:
                await asyncio.sleep(soon.wait)

    async def update(self, channel: str, ts: str, **message: Any) -> None:
        await self.pace.take(Budget("chat.update", UPDATE_EVERY, UPDATE_BURST))
        await self.call("chat.update", channel=channel, ts=ts, **message)


_TAKEN_ONCE = frozenset({"views.open"})
"""Slack takes a trigger only once, so that asking twice opens no second form; and nobody else would ask again in its 3 s."""

_QUERY = frozenset({"conversations.replies", "conversations.history", "conversations.info", "users.info", "users.list"})
_QUERY |= {
    "usergroups.users.list",
    "users.lookupByEmail",
    "chat.getPermalink",
    "conversations.members",
    "bots.info",
    "files.getUploadURLExternal",
}


def _shape(method: str, args: dict[str, Any]) -> dict[str, Any]:
    """As slack_sdk sends them: reads by GET and query, everything else as JSON."""
    if method in _QUERY:
        flat = {k: ("true" if v else "false") if isinstance(v, bool) else v for k, v in args.items()}
        return {"http_verb": "GET", "params": flat}
    return {"json": args}
