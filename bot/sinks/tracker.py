"""Tells the tracker what was done: resolved, opened again, the board's card, a comment. It looks first, so it may repeat each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from bot.adapters.ports import TrackerApi
from bot.bug.bug import LIVE, Bug
from bot.bug.course.course import Closed, Fixed, Reopened
from bot.bug.debt.board import BoardCardMade
from bot.ledger.ledger import Entry
from bot.ledger.relay.sink import Served, Work
from bot.ledger.relay.subscription import Subscription


@dataclass(frozen=True)
class TrackerSink:
    """One of `[trackers.SOURCE]`: one that is away holds up no other."""

    source: str
    tracker: TrackerApi
    slots: ClassVar[int] = 4
    interest: ClassVar[Subscription] = Subscription(kinds=frozenset({Fixed, Closed, Reopened, BoardCardMade}))

    @property
    def name(self) -> str:
        return f"tracker:{self.source}"

    async def serve(self, work: Work) -> Served:
        if work.entry:
            for group in self._groups(work.bug):
                await self._tell(group, work.bug, work.entry)
        return Served()

    def _groups(self, bug: Bug) -> Iterator[str]:
        """The bug's errors in this tracker."""
        for named in bug.groups:
            source, _, group = named.partition(":")
            if source == self.source:
                yield group

    async def _tell(self, group: str, bug: Bug, entry: Entry) -> None:
        match entry.event:
            case BoardCardMade(url=url):
                await self.tracker.link(bug.project, group, url)
            case Reopened(reason=reason) if bug.status in LIVE:
                await self.tracker.reopen(bug.project, group)
                await self.tracker.comment(bug.project, group, _words(bug, entry, f"Open again: {reason}"))
            case Fixed(said=said):
                if bug.fixed_at:  # opened again since: the tracker would be told what is over
                    await self.tracker.resolve(bug.project, group)
                await self.tracker.comment(
                    bug.project, group, _words(bug, entry, f"It works again. {said or _done(bug)}")
                )
            case Closed():
                await self.tracker.resolve(bug.project, group)


def _done(bug: Bug) -> str:
    fix = bug.last_success
    return f"Done on production: {fix.name}." if fix else ""


def _words(bug: Bug, entry: Entry, text: str) -> str:
    """The entry's own number makes the words its own: found again, they are not said twice."""
    return f"{text.strip()} ({bug.ref}, entry {entry.seq} of Makegood)"
