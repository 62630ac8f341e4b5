"""Where releases are rolled out from: GitHub or GitLab, as a target of the settings names it."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from bot.bug.values import Frozen
from bot.production.action import Follow, Request
from bot.production.http.follow import Trace

Read = Callable[[Request], Awaitable[Any]]
"""Makes a GET and gives its JSON. Raises Outside."""


class Commit(Frozen):
    sha: str
    title: str
    author: str


class Between(Frozen):
    """What lies between two releases."""

    commits: tuple[Commit, ...]
    """Of the newer one, the oldest first; of many only some."""
    count: int
    lost: int
    """How many commits of the older one the newer one does not have."""
    page: str = ""
    """For people."""


class Forge(Protocol):
    """One repository, and the workflow or pipeline that rolls it out."""

    @property
    def name(self) -> str:
        """ "GitHub"."""
        ...

    @property
    def repository(self) -> str: ...

    @property
    def key(self) -> str:
        """What must not be rolled out twice at once."""
        ...

    @property
    def environment(self) -> str: ...

    @property
    def follow(self) -> Follow: ...

    def start(self, release: str) -> Request: ...

    def find(self, trace: Trace) -> Request:
        """Lists the runs that were started since."""
        ...

    def found(self, answer: Any, trace: Trace) -> tuple[str, ...]: ...

    def stop(self, handle: str) -> Request: ...

    async def rolled_out(self, read: Read) -> tuple[str, ...]:
        """The releases that have reached the environment, the newest first; none where the service names none."""
        ...

    async def between(self, read: Read, old: str, new: str) -> Between: ...
