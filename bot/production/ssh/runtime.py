"""Runs approved commands on production hosts over SSH: preview, run, undo, and a look after a cut-off."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.bug.errors import Refused, Unavailable
from bot.production.action import NO_UNDO, UNDO_FORGOTTEN, Preview, RunOutcome, RunRef, SshAction, approvals_for
from bot.production.digest import digest_of
from bot.production.redaction import Redactor
from bot.production.runtime import Watch
from bot.production.ssh.fleet import FleetPlan, carry_out, groups_in, image_of
from bot.production.ssh.host import Result, State, is_running
from bot.production.ssh.template import dashed, fill, secrets_in
from bot.production.targets import SshTarget

START_WITHIN = timedelta(seconds=60)
"""How long a run without a deadline of its own may take to start."""
CHECK_TIMEOUT = 30.0


class SshRuntime:
    """Runs the commands of SSH actions on the hosts of one target."""

    def __init__(self, target: SshTarget, redactor: Redactor) -> None:
        self._target = target
        self._redactor = redactor

    async def preview(self, action: SshAction, run: RunRef) -> Preview:
        """Touches no host: the command, the hosts and their order are all there is to know."""
        undoable, note = _way_back(action)
        return self._preview(action, run, self._plan(action), template=action.command, undoable=undoable, note=note)

    async def run(self, action: SshAction, preview: Preview, run: RunRef, watch: Watch) -> RunOutcome:
        return await self._execute(action, self._plan(action), preview, run, watch)

    async def undo_preview(self, action: SshAction, image: bytes | None, run: RunRef) -> Preview:
        plan = self._undo_plan(action, image)
        note = "This is the undo; the way back from it is the action itself."
        preview = self._preview(action, run, plan, template=action.undo or "", undoable=False, note=note)
        return preview.model_copy(update={"approvals": approvals_for(type(action), undoable=True)})

    async def undo(
        self, action: SshAction, image: bytes | None, preview: Preview, run: RunRef, watch: Watch
    ) -> RunOutcome:
        return await self._execute(action, self._undo_plan(action, image), preview, run, watch)

    async def investigate(
        self,
        action: SshAction,
        preview: Preview,
        image: bytes | None,
        run: RunRef,  # noqa: ARG002 - every runtime takes it
        watch: Watch,
    ) -> RunOutcome:
        """Does the command still run? If not, the action's own check says whether it has taken effect."""
        groups = groups_in(image)
        running = await asyncio.gather(*(self._still_running(host, group) for host, group in groups.items()))
        if any(running):
            return RunOutcome(state="unknown", summary=" ".join(filter(None, running)), image=image)
        hosts = tuple(groups) or self._target.hosts
        if action.check is None:
            here = ", ".join(hosts)
            summary = f"{preview.action} runs no more and has no check of its own. Look at {here} and say what you see."
            return RunOutcome(state="unknown", summary=summary, image=image)
        plan = FleetPlan(hosts=hosts, command=fill(action.check, action), timeout=CHECK_TIMEOUT, on_failure="go on")
        results = await self._carry_out(action, plan, datetime.now(UTC) + START_WITHIN, _Aside(watch))
        return self._checked(action, results, image)

    async def close(self) -> None:
        """Nothing is kept open between runs."""

    def _plan(self, action: SshAction) -> FleetPlan:
        command = fill(action.command, action)
        return FleetPlan(
            hosts=self._target.hosts, command=command, timeout=action.timeout, on_failure=action.on_failure
        )

    def _undo_plan(self, action: SshAction, image: bytes | None) -> FleetPlan:
        """The action's undo, on the hosts that its run has touched."""
        hosts = tuple(host for host in self._target.hosts if host in groups_in(image))
        undoable, why = _way_back(action)
        if action.undo is None or not undoable or not hosts:
            why = "It was started on none of the target's hosts." if undoable else why
            raise Refused(f"This run cannot be undone. {why} Put it right with another fix.")
        command = fill(action.undo, action)
        return FleetPlan(hosts=hosts, command=command, timeout=action.timeout, on_failure=action.on_failure)

    def _preview(
        self, action: SshAction, run: RunRef, plan: FleetPlan, *, template: str, undoable: bool, note: str
    ) -> Preview:
        slug, count = type(action).slug, len(plan.hosts)
        hosts = f"{count} host{'s' if count > 1 else ''} of {self._target.name} ({', '.join(plan.hosts)})"
        return Preview(
            action=slug,
            params=action.shown(),
            target=self._target.name,
            lock_key=action.lock_key(),
            digest=self._digest(action, run, plan),
            summary=f"run {slug} on {hosts}",
            text=self._tidy(action)(_text(plan, self._target.user)),
            count=count,
            undoable=undoable,
            undo_note=note,
            risk=action.risk,
            approvals=approvals_for(type(action), undoable=undoable),
            warnings=tuple(
                f"{name} begins with a dash: the command may take it for an option."
                for name in dashed(template, action)
            ),
        )

    def _digest(self, action: SshAction, run: RunRef, plan: FleetPlan) -> str:
        executes = {
            "command": plan.command.line,
            "hosts": plan.hosts,
            "user": self._target.user,
            "timeout": plan.timeout,
            "on_failure": plan.on_failure,
        }
        return digest_of(action, run, target=self._target.name, executes=executes)

    async def _execute(
        self, action: SshAction, plan: FleetPlan, preview: Preview, run: RunRef, watch: Watch
    ) -> RunOutcome:
        if self._digest(action, run, plan) != preview.digest:
            changed = (
                "The command, its hosts or its action are not what was approved. Nothing was run; preview it again."
            )
            return RunOutcome(state="lapsed", summary=changed)
        results = await self._carry_out(action, plan, run.deadline or datetime.now(UTC) + START_WITHIN, watch)
        state = _state(results)
        hint = " Its own check can tell." if state == "unknown" and action.check else ""
        touched = {result.host: result.group for result in results if result.state.touched}
        return RunOutcome(
            state=state,
            summary=_summary(results) + hint,
            detail=_detail(results),
            image=image_of(touched) if touched else None,
            changed=Counter(result.state.value for result in results),
        )

    async def _carry_out(
        self, action: SshAction, plan: FleetPlan, deadline: datetime, watch: Watch
    ) -> tuple[Result, ...]:
        """The results, nothing secret in them."""
        tidy = self._tidy(action)
        results = await carry_out(self._target, plan, deadline=deadline, watch=watch, tidy=tidy)
        return tuple(result.tidied(tidy) for result in results)

    def _tidy(self, action: SshAction) -> Callable[[str], str]:
        ours = Redactor(action.secrets())
        return lambda text: ours.redact(self._redactor.redact(text))

    async def _still_running(self, host: str, group: int) -> str:
        try:
            if await is_running(self._target, host, group):
                return f"It is still running on {host}, as process group {group}: wait, or end it there."
        except Unavailable as error:
            return f"What it did on {host} can't be seen: {str(error).removesuffix(' Nothing was run there.')}"
        return ""

    def _checked(self, action: SshAction, results: Sequence[Result], image: bytes | None) -> RunOutcome:
        slug = type(action).slug
        bad = [result for result in results if result.state is not State.DONE]
        if not bad:
            summary = (
                f"The check of {slug} passes on {', '.join(result.host for result in results)}: it has taken effect."
            )
            return RunOutcome(state="succeeded", summary=summary, detail=_detail(results), image=image)
        unseen = [result for result in bad if result.state is not State.FAILED]
        summary = f"The check of {slug} does not pass: {_summary(bad)}"
        return RunOutcome(
            state="unknown" if unseen else "failed", summary=summary, detail=_detail(results), image=image
        )


def _way_back(action: SshAction) -> tuple[bool, str]:
    """Whether it can be undone, and how or why not."""
    if action.undo is None:
        return False, NO_UNDO
    if secrets_in(action.undo, type(action)):
        return False, UNDO_FORGOTTEN
    return True, f"Undone by: {fill(action.undo, action).shown}"


class _Aside:
    """The watch of a check: its lines are shown, but it is no run of its own to be found again."""

    def __init__(self, watch: Watch) -> None:
        self.cancelled = watch.cancelled
        self.progress = watch.progress

    async def keep(self, image: bytes) -> None:
        """The run's own image stays."""


def _text(plan: FleetPlan, user: str) -> str:
    order = {"stop": "one after another, stopping at the first that fails", "go on": "at the same time"}[
        plan.on_failure
    ]
    where = ", ".join(f"{user}@{host}" for host in plan.hosts) + (f" ({order})" if len(plan.hosts) > 1 else "")
    return f"{where}:\n{plan.command.shown}\nIt is ended after {plan.timeout:g} s."


def _state(results: Sequence[Result]) -> Literal["succeeded", "failed", "unknown", "lapsed"]:
    states = {result.state for result in results}
    if State.UNKNOWN in states:
        return "unknown"
    if states == {State.DONE}:
        return "succeeded"
    nothing = not any(state.touched for state in states)
    return "lapsed" if nothing and State.LATE in states else "failed"


def _summary(results: Sequence[Result]) -> str:
    """Who did what, without a word of output: fit for the thread."""
    done = [result.host for result in results if result.state is State.DONE]
    rest = [result.sentence for result in results if result.state is not State.DONE]
    nothing = not any(result.state.touched for result in results)
    parts = ([f"Done on {', '.join(done)}."] if done else []) + (["Nothing was run."] if nothing else []) + rest
    return " ".join(parts)


def _detail(results: Sequence[Result]) -> str:
    return "\n".join(f"── {result.sentence}\n{result.output}".rstrip() for result in results)
