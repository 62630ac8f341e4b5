"""Rolls a release out, or back to the one before; its preview says what goes out and what goes away.

Repository and workflow are those of the target.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from bot.bug.errors import Invalid, Misconfigured, Rejected
from bot.bug.values import Frozen
from bot.production.action import Request
from bot.production.http.follow import EngineAction, Trace
from bot.production.http.forge import Between, Forge, Read
from bot.production.http.github import GitHub
from bot.production.http.gitlab import GitLab
from bot.production.targets import HttpTarget, Target
from bot.text import cut, plural

SHOWN = 30
"""Commits that a preview lists."""


class Told(Frozen):
    """What the preview of a roll-out says besides the request."""

    summary: str = ""
    text: str = ""
    facts: Mapping[str, Any] = {}
    """What an approval is bound to: another release live, or other commits, is something else."""


class Deployment(EngineAction):
    """Rolls a release out by the workflow of its target, and follows it to its end. A subclass says whether it goes back."""

    deploys: ClassVar[bool] = True
    back: ClassVar[bool] = False
    """Without a named release it goes back to the one before."""
    forge: ClassVar[Forge | None] = None
    """Of the target. Set by the engine."""
    release: str = ""

    @property
    def at(self) -> Forge:
        if self.forge is None:
            raise Misconfigured(
                "The target of a roll-out names what it rolls out: repository = (GitHub) or project = (GitLab)."
            )
        return self.forge

    def lock_key(self) -> str:
        return self.at.key

    def request(self) -> Request:
        return self.at.start(self.release)

    def find_request(self, trace: Trace) -> Request:
        return self.at.find(trace)

    def found(self, answer: Any, trace: Trace) -> tuple[str, ...]:
        return self.at.found(answer, trace)

    def stop_request(self, handle: str) -> Request:
        return self.at.stop(handle)

    def named(self, release: str) -> Self:
        """The same with that release."""
        return type(self).model_validate({**self.model_dump(), "release": release})

    async def settled(self, read: Read) -> tuple[Self, Told]:
        """With its release, and what goes out. Raises Outside; Invalid where nobody can know which release is meant."""
        try:
            live = await self.at.rolled_out(read)
        except Rejected as error:
            _must_name(self)
            return self, _blind(self, str(error))
        back = self.back and not self.release and len(live) > 1
        action = self.named(live[1]) if back else self
        _must_name(action)
        if not live:
            why = f"{self.at.name} knows no release that was rolled out to {self.at.environment}"
            return action, _blind(action, why)
        return action, await _told(action, read, live[0])


def _must_name(action: Deployment) -> None:
    if not action.release:
        said = f"{action.at.name} does not say which release was there before. Name it."
        raise Invalid(said, {"release": said})


def _blind(action: Deployment, why: str) -> Told:
    said = "what goes out can't be listed"
    why = why.removesuffix(" Nothing was done.").rstrip(".")
    return Told(
        summary=f"roll out {action.release} of {action.at.repository}; {said}", text=f"{said.capitalize()}: {why}."
    )


async def _told(action: Deployment, read: Read, live: str) -> Told:
    where, release = action.at, action.release
    if live == release:
        text = f"{live} is what runs on {where.environment} already."
        return Told(summary=f"roll out {live} of {where.repository} again", text=text, facts={"live": live})
    try:
        new = await where.between(read, live, release)
        old = await where.between(read, release, live) if new.lost else None
    except Rejected as error:
        blind = _blind(action, str(error))
        return Told(summary=blind.summary, text=blind.text, facts={"live": live})
    return _listed(action, live, new, old)


def _listed(action: Deployment, live: str, new: Between, old: Between | None) -> Told:
    out = f"{plural(new.count, 'commit')} after {live}" if new.count or not new.lost else ""
    away = f"{plural(new.lost, 'commit')} of {live} {'goes' if new.lost == 1 else 'go'} away" if new.lost else ""
    what = "go back to" if new.lost and not new.count else "roll out"
    parts = [_lines(f"Goes out to {action.at.environment}", new)] if new.count else []
    parts += [_lines(f"Goes away from {action.at.environment}", old)] if old else []
    shas = [commit.sha for each in (new, old) if each for commit in each.commits]
    return Told(
        summary=f"{what} {action.release} of {action.at.repository}: {', '.join(x for x in (out, away) if x)}",
        text="\n\n".join([*parts, *([new.page] if new.page else [])]),
        facts={"live": live, "commits": shas, "count": new.count, "lost": new.lost},
    )


def _lines(head: str, between: Between) -> str:
    lines = [f"  {c.sha[:7]} {cut(c.title, 100)} ({cut(c.author, 40)})" for c in between.commits[-SHOWN:]]
    more = between.count - len(lines)
    return "\n".join([f"{head}:", *([f"  {plural(more, 'older commit')}, then"] if more > 0 else []), *lines])


def forge_of(target: Target) -> Forge | None:
    """None: nothing is rolled out there."""
    if not isinstance(target, HttpTarget):
        return None
    if target.repository:
        return GitHub(
            repository=target.repository,
            workflow=target.workflow,
            ref=target.ref,
            release_input=target.release_input or "release",
            environment=target.environment,
            names_its_run=target.names_its_run,
        )
    if target.project:
        return GitLab(
            repository=target.project,
            ref=target.ref,
            release_input=target.release_input or "RELEASE",
            environment=target.environment,
        )
    return None


def bound(cls: type[Any], target: Target) -> type[Any]:
    """The class as it is on this target: a roll-out knows its repository from now on, any other action is as it was."""
    forge = forge_of(target)
    if not issubclass(cls, Deployment) or forge is None:
        return cls
    return type(cls.__name__, (cls,), {"__module__": cls.__module__, "forge": forge, "follow": forge.follow})
