"""Runs approved commands on production hosts over SSH: preview, run, undo, and a look after a cut-off."""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.bug.errors import Refused, Unavailable
from bot.production.action import NO_UNDO, UNDO_FORGOTTEN, Preview, RunOutcome, RunRef, SshAction, approvals_for
from bot.production.digest import digest_of
from bot.production.redaction import Redactor
from bot.production.runtime import Watch
from bot.production.ssh.fleet import FleetPlan, Trace, carry_out
from bot.production.ssh.host import Result, State, left_of
from bot.production.ssh.template import dashed, fill, secrets_in
from bot.production.ssh.wire import Left
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
        return await self._execute(action, self._plan(action), action.check, preview, run, watch)

    async def undo_preview(self, action: SshAction, image: bytes | None, run: RunRef) -> Preview:
        plan = self._undo_plan(action, image)
        note = "This is the undo; the way back from it is the action itself."
        preview = self._preview(action, run, plan, template=action.undo or "", undoable=False, note=note)
        return replace(preview, approvals=approvals_for(type(action), undoable=True))

    async def undo(
        self, action: SshAction, image: bytes | None, preview: Preview, run: RunRef, watch: Watch
    ) -> RunOutcome:
        return await self._execute(action, self._undo_plan(action, image), action.undo_check, preview, run, watch)

    async def investigate(
        self,
        action: SshAction,
        preview: Preview,
        image: bytes | None,
        run: RunRef,  # noqa: ARG002 - every runtime takes it
        watch: Watch,
        *,
        undoing: bool = False,
    ) -> RunOutcome:
        """Does the command still run? If not, the check of the action, or of its undo, says whether it has taken effect."""
        trace = Trace.read(image)
        if trace is None:
            return RunOutcome(state="failed", summary=f"{preview.action} was cut off before anything was started.")
        # first whether it still runs: a check that passes while the command is at work proves nothing
        left = await asyncio.gather(*map(self._left, trace.hosts, trace.hosts.values()))
        if any(one.said for one in left):
            said = " ".join(one.said for one in left if one.said)
            return RunOutcome(state="unknown", summary=said, image=image)
        template = action.undo_check if undoing else action.check
        if template is None:
            what, here = f"The undo of {preview.action}" if undoing else preview.action, ", ".join(trace.hosts)
            summary = f"{what} runs no more and has no check of its own. Look at {here} and say what you see."
            return RunOutcome(state="unknown", summary=summary, image=image)
        results = await self._check(action, template, tuple(trace.hosts), _Aside(watch))
        return _checked(type(action).slug, results, trace, {one.host for one in left if one.children})

    async def close(self) -> None:
        """Nothing is kept open between runs."""

    def _plan(self, action: SshAction) -> FleetPlan:
        command = fill(action.command, action)
        return FleetPlan(
            hosts=self._target.hosts, command=command, timeout=action.timeout, on_failure=action.on_failure
        )

    def _undo_plan(self, action: SshAction, image: bytes | None) -> FleetPlan:
        """The action's undo, on the hosts that its run has touched."""
        trace = Trace.read(image)
        # a host that was added to the target since never had the action, so it gets no undo
        hosts = tuple(host for host in self._target.hosts if trace and host in trace.hosts)
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
        self, action: SshAction, plan: FleetPlan, check: str | None, preview: Preview, run: RunRef, watch: Watch
    ) -> RunOutcome:
        if self._digest(action, run, plan) != preview.digest:
            changed = (
                "The command, its hosts or its action are not what was approved. Nothing was run; preview it again."
            )
            return RunOutcome(state="lapsed", summary=changed)
        deadline = run.deadline or datetime.now(UTC) + START_WITHIN
        before = await self._before(action, check, plan.hosts, watch) if datetime.now(UTC) < deadline else {}
        results = await self._carry_out(action, plan, deadline, watch, before)
        state = _state(results)
        hint = " Its own check can tell." if state == "unknown" and before and not any(before.values()) else ""
        touched = {result.host: result.group for result in results if result.state.touched}
        return RunOutcome(
            state=state,
            summary=_summary(results) + hint,
            detail=_detail(results),
            image=Trace(hosts=touched, before=before).image() if touched else None,
            changed=Counter(result.state.value for result in results),
        )

    async def _before(
        self, action: SshAction, check: str | None, hosts: tuple[str, ...], watch: Watch
    ) -> dict[str, bool]:
        """Where the check passes already, and where not: a look after a cut-off concludes nothing from what was so before."""
        if check is None or watch.cancelled.is_set():
            return {}
        results = await self._check(action, check, hosts, _Aside(watch, aloud=False))
        told = (result for result in results if result.state in {State.DONE, State.FAILED})
        return {result.host: result.state is State.DONE for result in told}

    async def _check(
        self, action: SshAction, template: str, hosts: tuple[str, ...], watch: "_Aside"
    ) -> tuple[Result, ...]:
        plan = FleetPlan(hosts=hosts, command=fill(template, action), timeout=CHECK_TIMEOUT, on_failure="go on")
        return await self._carry_out(action, plan, datetime.now(UTC) + START_WITHIN, watch)

    async def _carry_out(
        self,
        action: SshAction,
        plan: FleetPlan,
        deadline: datetime,
        watch: Watch,
        before: Mapping[str, bool] | None = None,
    ) -> tuple[Result, ...]:
        """The results, nothing secret in them."""
        tidy = self._tidy(action)
        results = await carry_out(self._target, plan, deadline=deadline, watch=watch, tidy=tidy, before=before)
        return tuple(result.tidied(tidy) for result in results)

    def _tidy(self, action: SshAction) -> Callable[[str], str]:
        ours = Redactor(action.secrets())
        return lambda text: ours.redact(self._redactor.redact(text))

    async def _left(self, host: str, group: int) -> "_StillThere":
        try:
            found = await left_of(self._target, host, group)
        except Unavailable as error:
            why = str(error).removesuffix(" Nothing was run there.")
            return _StillThere(host=host, said=f"What it did on {host} can't be seen: {why}")
        if found is Left.RUNNING:
            said = f"It is still running on {host}, as process group {group}: wait, or end it there."
            return _StillThere(host=host, said=said)
        return _StillThere(host=host, children=found is Left.CHILDREN)


@dataclass(frozen=True, kw_only=True)
class _StillThere:
    """What a host says of a command after a cut-off; `said`: why nothing can be concluded yet."""

    host: str
    said: str = ""
    children: bool = False


def _checked(slug: str, results: Sequence[Result], trace: Trace, children: Collection[str]) -> RunOutcome:
    """Proof only where the same check did not pass before the start; none that it did not happen while something of it still runs."""
    happened = [r for r in results if r.state is State.DONE and trace.before.get(r.host) is False]
    missing = [
        r for r in results if r.state is State.FAILED and r.host not in children and not trace.before.get(r.host)
    ]
    open_ = [r for r in results if r not in happened and r not in missing]
    state: Literal["succeeded", "failed", "unknown"] = "unknown" if open_ else "failed" if missing else "succeeded"
    said = (
        [f"The check of {slug} passes on {_hosts(happened)} and did not before: it has taken effect."]
        if happened
        else []
    )
    said += [f"The check of {slug} does not pass: {_summary(missing)}"] if missing else []
    said += [_undecided(result, trace, children) for result in open_]
    return RunOutcome(state=state, summary=" ".join(said), detail=_detail(results), image=trace.image())


def _undecided(result: Result, trace: Trace, children: Collection[str]) -> str:
    if result.state is State.DONE:
        same = (
            "it passed before the run, too" if trace.before.get(result.host) else "nobody knows whether it did before"
        )
        return f"The check passes on {result.host}, but {same}, so it proves nothing. Look there and say what you see."
    if result.state is State.FAILED and result.host in children:
        return f"The check does not pass on {result.host}, and what the command has started still runs there. Look again in a while."
    if result.state is State.FAILED:
        return f"The check does not pass on {result.host}, but it did before the run. Look there and say what you see."
    return f"The check did not run: {result.sentence}"


def _hosts(results: Sequence[Result]) -> str:
    return ", ".join(result.host for result in results)


def _way_back(action: SshAction) -> tuple[bool, str]:
    """Whether it can be undone, and how or why not."""
    if action.undo is None:
        return False, NO_UNDO
    if secrets_in(action.undo, type(action)):
        return False, UNDO_FORGOTTEN
    return True, f"Undone by: {fill(action.undo, action).shown}"


class _Aside:
    """The watch of a check, which is no run of its own to be found again. `aloud`: its lines are shown."""

    def __init__(self, watch: Watch, *, aloud: bool = True) -> None:
        self.cancelled = watch.cancelled
        self._progress = watch.progress if aloud else None

    async def progress(self, text: str) -> None:
        if self._progress:
            await self._progress(text)

    async def begin(self, image: bytes) -> None:
        """A check has no effect that could come too late."""

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
    """What each host did, without its output, so that the thread may show it."""
    done = [result.host for result in results if result.state is State.DONE]
    rest = [result.sentence for result in results if result.state is not State.DONE]
    nothing = not any(result.state.touched for result in results)
    parts = ([f"Done on {', '.join(done)}."] if done else []) + (["Nothing was run."] if nothing else []) + rest
    return " ".join(parts)


def _detail(results: Sequence[Result]) -> str:
    return "\n".join(f"── {result.sentence}\n{result.output}".rstrip() for result in results)
