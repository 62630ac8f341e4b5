"""The tracker knows what we did: resolved, opened again, the board card, a comment. Each looks first, so each may be repeated."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from bot.domain import events as e
from bot.domain.bug import LIVE, Bug
from bot.ledger.ledger import Entry
from bot.ledger.queue import Interest
from bot.ledger.relay import Served, Work
from bot.ports import TrackerApi


@dataclass(frozen=True)
class TrackerSink:
    """`trackers` by source; an error of one that is not written back to is passed over."""

    trackers: Mapping[str, TrackerApi]
    name: ClassVar[str] = "tracker"
    slots: ClassVar[int] = 4
    interest: ClassVar[Interest] = Interest(kinds=frozenset({e.Fixed, e.Closed, e.Reopened, e.CardMade}))

    async def serve(self, work: Work) -> Served:
        if work.entry:
            for tracker, group in self._groups(work.bug):
                await self._tell(tracker, group, work.bug, work.entry)
        return Served()

    def _groups(self, bug: Bug) -> Iterator[tuple[TrackerApi, str]]:
        for named in bug.groups:
            source, _, group = named.partition(":")
            if source in self.trackers:
                yield self.trackers[source], group

    async def _tell(self, tracker: TrackerApi, group: str, bug: Bug, entry: Entry) -> None:
        match entry.event:
            case e.CardMade(url=url):
                await tracker.link(bug.project, group, url)
            case e.Reopened(reason=reason) if bug.status in LIVE:
                await tracker.reopen(bug.project, group)
                await tracker.comment(bug.project, group, _words(bug, entry, f"Open again: {reason}"))
            case e.Fixed(said=said):
                if bug.fixed_at:  # opened again since: the tracker would be told what is over
                    await tracker.resolve(bug.project, group)
                await tracker.comment(bug.project, group, _words(bug, entry, f"It works again. {said or _done(bug)}"))
            case e.Closed():
                await tracker.resolve(bug.project, group)


def _done(bug: Bug) -> str:
    fix = bug.last_success
    return f"Done on production: {fix.name}." if fix else ""


def _words(bug: Bug, entry: Entry, text: str) -> str:
    """The entry's own number makes the words its own: found again, they are not said twice."""
    return f"{text.strip()} ({bug.ref}, entry {entry.seq} of Makegood)"
