"""Follows a run that was started elsewhere to its end, from its handle alone, as often as needed."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic.dataclasses import dataclass

from bot.bug.errors import Doubtful, MakegoodError, Rejected, Unavailable
from bot.bug.values import CLOSED, AsJson
from bot.production.action import Follow, HttpAction, Request, RunOutcome
from bot.production.elapsed import Instant
from bot.production.http.call import Caller
from bot.production.http.url import dig
from bot.production.runtime import Watch

APPEARS_WITHIN = 30.0
"""Seconds within which a run that was started becomes visible; until then 404 means "not yet"."""

LONGEST_PAUSE = 60.0
STATE = 60
"""Most characters of a state that are told."""
LINK = re.compile(r"https?://[^\s<>|]{1,500}")


Before = Literal["passed", "not passed", ""]


@dataclass(frozen=True, kw_only=True, slots=True, config=CLOSED)
class Trace(AsJson):
    """What finds a started run again: kept before the request goes out, and again once the handle is known."""

    sent: datetime
    since: Instant = Instant()
    """The same moment by a clock that nobody sets."""
    handle: str = ""
    url: str = ""
    before: Before = ""
    """What the check said before anything was sent; empty where it could not be asked, or there is none."""

    @classmethod
    def read(cls, image: bytes | None) -> "Trace | None":
        return cls.from_json(image) if image else None

    def image(self) -> bytes:
        return self.to_json().encode()


class EngineAction(HttpAction):
    """An action of an engine that needs more than one call: how a run is found whose start did not name it, and stopped."""

    def find_request(self, trace: Trace) -> Request | None:  # noqa: ARG002 - what subclasses take
        """Lists runs started since. None: they can't be listed."""
        return None

    def found(self, answer: Any, trace: Trace) -> tuple[str, ...]:  # noqa: ARG002 - what subclasses take
        """The handles of the runs in that list that may be ours."""
        return ()

    def stop_request(self, handle: str) -> Request | None:  # noqa: ARG002 - what subclasses take
        """Ends a run. None: it can't be ended."""
        return None


class Follower:
    """Follows one run."""

    def __init__(
        self, caller: Caller, action: HttpAction, follow: Follow, watch: Watch, tidy: Callable[[str], str]
    ) -> None:
        self._caller = caller
        self._tidy = tidy
        self._action = action
        self._follow = follow
        self._watch = watch
        self._told = ""

    async def locate(self, trace: Trace) -> Trace:
        """The trace with its handle; raises Doubtful where no run, or more than one, may be ours."""
        if trace.handle:
            return trace
        request = self._action.find_request(trace) if isinstance(self._action, EngineAction) else None
        if request is None or not isinstance(self._action, EngineAction):
            raise Doubtful("The service does not say which run it is; look there.")
        until = asyncio.get_running_loop().time() + APPEARS_WITHIN
        handles: tuple[str, ...] = ()
        # engines list a run only seconds after they took the call
        while not handles and asyncio.get_running_loop().time() < until and not self._watch.cancelled.is_set():
            handles = self._action.found((await self._caller.call(request)).json, trace)
            if not handles:
                await self._pause(self._follow.every)
        # to follow the wrong one would report somebody else's roll-out as ours
        if len(handles) != 1:
            seen = f"{len(handles)} runs ({', '.join(handles)})" if handles else "no run"
            raise Doubtful(
                f"It was asked for, and {seen} can be seen since {trace.sent:%H:%M:%S} UTC. Look there which one is ours."
            )
        return replace(trace, handle=handles[0])

    async def to_the_end(self, trace: Trace) -> RunOutcome:
        """Reads the run's state until it is one that ends it, the time is over, or somebody cancels."""
        began = asyncio.get_running_loop().time()
        while not self._watch.cancelled.is_set():
            passed = asyncio.get_running_loop().time() - began
            if passed > self._follow.timeout:
                said = f"The run goes on after {self._follow.timeout:g} s and is followed no longer"
                return _outcome("unknown", said, trace)
            pause = self._follow.every
            try:
                trace, ended = await self._look(trace)
                if ended:
                    return ended
            except Rejected as error:
                if passed > APPEARS_WITHIN:
                    return _outcome("unknown", f"The run can't be seen any more ({self._tidy(str(error))})", trace)
            except (Unavailable, Doubtful) as error:
                pause = min(getattr(error, "retry_after", None) or 2 * pause, LONGEST_PAUSE)
            await self._pause(pause)
        return await self._stop(trace)

    async def _look(self, trace: Trace) -> tuple[Trace, RunOutcome | None]:
        request = Request(
            method="GET", path=self._follow.path, segments={**self._follow.segments, "handle": trace.handle}
        )
        answer = (await self._caller.call(request)).json
        trace = replace(trace, url=self._page(answer) or trace.url)
        state = dig(answer, self._follow.state)
        if state in self._follow.done:
            return trace, _outcome("succeeded", f"The run ended: {state}", trace)
        if state in self._follow.failed:
            return trace, _outcome("failed", f"The run ended: {state}", trace)
        state = self._tidy(state)[:STATE]
        await self._tell(f"The run goes on{f': {state}' if state else ''}{f', {trace.url}' if trace.url else ''}")
        return trace, None

    def _page(self, answer: Any) -> str:
        """The page for people, where the answer names one that is a link and nothing else."""
        page = self._tidy(dig(answer, self._follow.url)) if self._follow.url else ""
        return page if LINK.fullmatch(page) else ""

    async def _stop(self, trace: Trace) -> RunOutcome:
        request = self._action.stop_request(trace.handle) if isinstance(self._action, EngineAction) else None
        if request is None:
            return _outcome("unknown", "It is followed no longer; the run itself goes on over there", trace)
        try:
            await self._caller.call(request)
        except MakegoodError as error:
            return _outcome(
                "unknown", f"The run was to be ended, and that did not work ({self._tidy(str(error))})", trace
            )
        return _outcome(
            "failed", "The run was ended, as somebody cancelled it; what it had done until then stays done", trace
        )

    async def _tell(self, text: str) -> None:
        if text != self._told:
            self._told = text
            await self._watch.progress(text)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._watch.cancelled.wait()
        except TimeoutError:
            return


def _outcome(state: Any, said: str, trace: Trace) -> RunOutcome:
    return RunOutcome(state=state, summary=f"{said}.{f' {trace.url}' if trace.url else ''}", image=trace.image())


def now() -> datetime:
    return datetime.now(UTC)
