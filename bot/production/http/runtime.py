"""Runs approved calls to HTTP services: preview, call, follow to the end, undo, and a look after a cut-off."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any, Literal

from pydantic import SecretStr

from bot.bug.errors import Doubtful, Invalid, Outside, Refused, Rejected
from bot.outgoing.client import MAYBE
from bot.production.action import (
    MASK,
    NO_UNDO,
    UNDO_FORGOTTEN,
    HttpAction,
    Preview,
    Request,
    RunOutcome,
    RunRef,
    approvals_for,
)
from bot.production.digest import digest_of
from bot.production.elapsed import Instant
from bot.production.http.call import Caller, HttpAnswer
from bot.production.http.follow import Before, Follower, Trace, now
from bot.production.http.rollout import Deployment, Told
from bot.production.http.url import dig, plain, url_of
from bot.production.redaction import Redactor
from bot.production.runtime import Watch
from bot.production.targets import HttpTarget

DETAIL = 8000
"""Most characters of an answer that are kept."""
SAID = 500
MARGIN = 1000
"""Texts are cut once roughly, made safe, and cut again: no half of a secret stays at the end."""

STILL_AT_WORK = timedelta(minutes=10)
"""How long a service may be at work on a call whose answer was lost."""
HANDLE = re.compile(r"(?!\.{1,2}$)[\w.:@-]{1,200}")
"""A run's id as engines give it; whatever else an answer holds is followed nowhere."""


class HttpRuntime:
    """Makes the calls of HTTP actions to one target."""

    def __init__(self, target: HttpTarget, redactor: Redactor) -> None:
        self._target = target
        self._redactor = redactor
        self._caller = Caller(target)

    async def preview(self, action: HttpAction, run: RunRef) -> Preview:
        """Changes nothing: the exact request is all there is to know, and of a roll-out what goes out. Raises Outside."""
        action, told = await self._settled(action)
        undoable, note = self._way_back(action)
        return self._preview(action, run, action.request(), told, undoable=undoable, note=note)

    async def run(self, action: HttpAction, preview: Preview, run: RunRef, watch: Watch) -> RunOutcome:
        try:
            action, told = await self._settled(action)
        except (Outside, Invalid) as error:
            # the error was about a read: that something may have happened is not true of it
            said = self._tidy(action, str(error))[:SAID].removesuffix(f" {MAYBE}")
            return RunOutcome(state="lapsed", summary=f"{said} Nothing was sent; preview it again.")
        return await self._execute(action, action.request(), preview, run, watch, told, undoing=False)

    async def _settled(self, action: HttpAction) -> tuple[HttpAction, Told]:
        """A roll-out with its release, and what it says of it."""
        return await action.settled(self._read) if isinstance(action, Deployment) else (action, Told())

    async def _read(self, request: Request) -> Any:
        return (await self._caller.call(request)).json

    async def undo_preview(self, action: HttpAction, image: bytes | None, run: RunRef) -> Preview:  # noqa: ARG002 - every runtime takes it
        note = "This is the undo; the way back from it is the action itself."
        preview = self._preview(action, run, _undo(action), Told(), undoable=False, note=note)
        return replace(preview, approvals=approvals_for(type(action), undoable=True))

    async def undo(
        self,
        action: HttpAction,
        image: bytes | None,  # noqa: ARG002 - every runtime takes it
        preview: Preview,
        run: RunRef,
        watch: Watch,
    ) -> RunOutcome:
        return await self._execute(action, _undo(action), preview, run, watch, Told(), undoing=True)

    async def investigate(
        self,
        action: HttpAction,
        preview: Preview,
        image: bytes | None,
        run: RunRef,  # noqa: ARG002 - every runtime takes it
        watch: Watch,
        *,
        undoing: bool = False,
    ) -> RunOutcome:
        """Follows the run that was started, if one was; else the check of the action, or of its undo, says whether it happened."""
        trace = Trace.read(image)
        if trace is None:
            return RunOutcome(state="failed", summary=f"{preview.action} was cut off before anything was sent.")
        if action.follow and not undoing:
            return await self.resume(action, trace, watch)
        request = _check(action, undoing=undoing)
        if request is None:
            what = f"The undo of {preview.action}" if undoing else preview.action
            said = f"{what} has no check of its own. Look at {self._target.name} and say what you see."
            return RunOutcome(state="unknown", summary=said, image=image)
        try:
            answer = await self._caller.call(request)
        except Rejected as error:
            said = self._tidy(action, str(error))[:SAID].removesuffix(" Nothing was done.")
            return _not_there(f"The check does not pass: {said}", trace)
        except Outside as error:
            said = f"{self._target.name} can't be asked now: {self._tidy(action, str(error))[:SAID]}"
            return RunOutcome(state="unknown", summary=said, image=image)
        return self._there(action, preview, answer, trace)

    def _there(self, action: HttpAction, preview: Preview, answer: HttpAnswer, trace: Trace) -> RunOutcome:
        """Proof only where the same check did not pass before anything was sent."""
        detail = self._detail(action, answer)
        passes = f"The check of {preview.action} passes ({answer.status})"
        if trace.before == "not passed":
            said = f"{passes} and did not before: it has taken effect."
            return RunOutcome(state="succeeded", summary=said, detail=detail, image=trace.image())
        same = "it passed before the run, too" if trace.before else "nobody knows whether it passed before the run"
        said = f"{passes}, but {same}, so it proves nothing. Look at {self._target.name} and say what you see."
        return RunOutcome(state="unknown", summary=said, detail=detail, image=trace.image())

    async def resume(self, action: HttpAction, trace: Trace, watch: Watch) -> RunOutcome:
        """Follows a started run, from its handle or from the time it was asked for; as often as needed."""
        if action.follow is None:
            raise Refused("This action starts nothing that could be followed.")
        follower = Follower(self._caller, action, action.follow, watch, partial(self._tidy, action))
        try:
            found = await follower.locate(trace)
        except Outside as error:
            said = self._tidy(action, str(error))[:SAID]
            return RunOutcome(state="unknown", summary=said, image=trace.image())
        if found != trace:
            await watch.keep(found.image())
        return await follower.to_the_end(found)

    async def close(self) -> None:
        await self._caller.close()

    def _way_back(self, action: HttpAction) -> tuple[bool, str]:
        """Whether it can be undone, and how or why not."""
        back = action.undo_request()
        if back is None:
            return False, NO_UNDO
        # secrets are forgotten with the run, so an undo that takes one could not be made any more
        if back != _forgetful(action).undo_request():
            return False, UNDO_FORGOTTEN
        return True, f"Undone by: {back.method} {url_of(self._target, back)}"

    def _preview(
        self, action: HttpAction, run: RunRef, request: Request, told: Told, *, undoable: bool, note: str
    ) -> Preview:
        shown = "\n\n".join(part for part in (self._tidy(action, told.text), self._shown(action, request)) if part)
        return Preview(
            action=type(action).slug,
            params=action.shown(),
            target=self._target.name,
            lock_key=action.lock_key(),
            digest=self._digest(action, run, request, told),
            summary=told.summary or f"run {type(action).slug} on {self._target.name} ({request.method})",
            text=shown,
            count=1,
            undoable=undoable,
            undo_note=note,
            risk=action.risk,
            approvals=approvals_for(type(action), undoable=undoable),
        )

    def _digest(self, action: HttpAction, run: RunRef, request: Request, told: Told) -> str:
        executes = request.model_dump(mode="json") | {"url": url_of(self._target, request)} | dict(told.facts)
        return digest_of(action, run, target=self._target.name, executes=executes)

    def _shown(self, action: HttpAction, request: Request) -> str:
        body = "" if request.json_body is None else f"\n{json.dumps(request.json_body, indent=1, ensure_ascii=False)}"
        text = f"{request.method} {url_of(self._target, request)}{body}"
        return self._tidy(action, text)

    async def _execute(
        self,
        action: HttpAction,
        request: Request,
        preview: Preview,
        run: RunRef,
        watch: Watch,
        told: Told,
        *,
        undoing: bool,
    ) -> RunOutcome:
        approved = self._digest(action, run, request, told) == preview.digest
        early = self._too_late(run, watch, approved=approved)
        if early:
            return early
        # asked before the call, or a look after a cut-off could not tell what was so already from what the call has
        # done
        before = await self._before(action, undoing=undoing)
        early = self._too_late(run, watch, approved=approved)
        if early:
            return early
        trace = Trace(sent=now(), since=Instant.now(), before=before)
        try:
            await watch.begin(trace.image())
        except Refused as error:
            return RunOutcome(state="lapsed", summary=f"{error} Nothing was sent.")
        try:
            # a service that honours the key does it once, also where a proxy between us sends it twice
            answer = await self._caller.call(request, f"makegood-{run.bug}-{run.run}-{preview.digest[:16]}")
        except Outside as error:
            return self._refused(action, error, trace, undoing=undoing)
        if action.follow and not undoing:
            return await self._follow(action, answer, trace, watch)
        said = f"{self._target.name} answered {answer.status}."
        return RunOutcome(state="succeeded", summary=said, detail=self._detail(action, answer), image=trace.image())

    async def _before(self, action: HttpAction, *, undoing: bool) -> Before:
        """What the check says before anything is sent: a look after a cut-off concludes nothing from what was so already."""
        request = _check(action, undoing=undoing)
        if request is None or (action.follow and not undoing):
            return ""
        try:
            await self._caller.call(request)
        except Rejected:
            return "not passed"
        except Outside:
            return ""
        return "passed"

    def _too_late(self, run: RunRef, watch: Watch, *, approved: bool) -> RunOutcome | None:
        """Why nothing is sent at all."""
        if not approved:
            said = "The request, its action or what it rolls out is not what was approved. Nothing was sent; preview it again."
            return RunOutcome(state="lapsed", summary=said)
        if run.deadline is not None and now() >= run.deadline:
            return RunOutcome(state="lapsed", summary="The time to start was over. Nothing was sent.")
        if watch.cancelled.is_set():
            return RunOutcome(state="failed", summary="Cancelled before anything was sent.")
        return None

    async def _follow(self, action: HttpAction, answer: HttpAnswer, trace: Trace, watch: Watch) -> RunOutcome:
        handle = dig(answer.json, action.follow.handle) if action.follow else ""
        # it becomes a part of addresses that we call: an answer must not lead us elsewhere
        handle = handle if HANDLE.fullmatch(handle) else ""
        trace = replace(trace, handle=handle, sent=answer.at or trace.sent)
        await watch.keep(trace.image())
        return await self.resume(action, trace, watch)

    def _refused(self, action: HttpAction, error: Outside, trace: Trace, *, undoing: bool) -> RunOutcome:
        state: Literal["unknown", "failed"] = "unknown" if isinstance(error, Doubtful) else "failed"
        followed = action.follow is not None and not undoing
        can_tell = state == "unknown" and (followed or trace.before == "not passed")
        hint = f" {MAYBE}" if state == "unknown" else ""
        look = " Its own check can tell." if can_tell else (" Look there before you repeat it." if hint else "")
        said = self._tidy(action, str(error))[:SAID].removesuffix(hint)
        return RunOutcome(state=state, summary=f"{said}{hint}{look}", image=trace.image() if hint else None)

    def _tidy(self, action: HttpAction, text: str) -> str:
        return self._redactor.redact(Redactor(action.secrets()).redact(text))

    def _detail(self, action: HttpAction, answer: HttpAnswer) -> str:
        """The answer. A private one is a one-time link: only what we sent ourselves is taken out of it."""
        text = plain(answer.text)[: DETAIL + MARGIN]
        if not action.private_answer:
            return self._tidy(action, text)[:DETAIL]
        # a link that works once is what the owner asked for; the redactor would mask it as something that looks like a
        # token
        for secret in (*(value.get_secret_value() for value in self._target.headers.values()), *action.secrets()):
            text = text.replace(secret, MASK)
        return text[:DETAIL]


def _not_there(said: str, trace: Trace) -> RunOutcome:
    """No proof that nothing happens: a service may work on a call long after the one who made it is gone."""
    ago = trace.since.ago()
    if trace.before == "passed":
        more = "It passed before the run, so something has changed since. Look there and say what you see."
    elif ago is None:
        more = (
            f"It was asked at {trace.sent:%H:%M:%S} UTC, from another machine or before this one was started again, and may still "
            "be at work. Look there and say what you see."
        )
    elif ago < STILL_AT_WORK.total_seconds():
        more = f"It was asked at {trace.sent:%H:%M:%S} UTC and may still be at work: look again in a while."
    else:
        return RunOutcome(state="failed", summary=said, image=trace.image())
    return RunOutcome(state="unknown", summary=f"{said} {more}", image=trace.image())


def _check(action: HttpAction, *, undoing: bool) -> Request | None:
    return action.undo_check_request() if undoing else action.check_request()


def _undo(action: HttpAction) -> Request:
    request = action.undo_request()
    if request is None:
        raise Refused(f"This run cannot be undone. {NO_UNDO} Put it right with another fix.")
    return request


def _forgetful(action: HttpAction) -> HttpAction:
    """As it is known after its run."""
    secret = [name for name in type(action).model_fields if isinstance(getattr(action, name), SecretStr)]
    return action.with_values(dict.fromkeys(secret, SecretStr(MASK)))
