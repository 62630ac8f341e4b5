"""Folds what forges tell of pull requests into the bugs that they name, and of the checks of their commits."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from bot.bug.bug import Bug
from bot.bug.debt import pulls
from bot.bug.debt.pull import ChecksChange, Pull, PullChange, Role, key
from bot.bug.debt.pulls import PullChecked
from bot.bug.event import Event
from bot.bug.keys import fit
from bot.bug.values import Actor, ActorKind
from bot.ledger.entries import load
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.index import pulls as index
from bot.ledger.ledger import Ledger
from bot.text import plural

MOST = 20
"""Bugs that one pull request may name: whoever has a fork names thousands."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pulls:
    """Deliveries come again, late and in any order: an older one than what is known changes nothing."""

    ledger: Ledger
    inbox: Inbox

    async def fold(self, items: Sequence[Item]) -> None:
        """Pull requests."""
        for item in items:
            note = await self._pull(PullChange.model_validate_json(item.body), item.key)
            await self.inbox.finish(item.key, note=note)

    async def fold_checks(self, items: Sequence[Item]) -> None:
        for item in items:
            told = ChecksChange.model_validate_json(item.body)
            # kept before anybody is asked for: whichever comes first, the pull request or its checks, the other finds it
            await index.keep(self.ledger.db, self.ledger.team, told, self.ledger.clock())
            for linked in await index.of_head(self.ledger.db, self.ledger.team, told.forge, told.head):
                await self._checked(linked.bug, linked.pull, told.forge, told.head)
            await self.inbox.finish(item.key)

    async def _pull(self, change: PullChange, event: str) -> str:
        """What was left out, for whoever looks for it."""
        pull, team = change.pull, self.ledger.team
        back = await self._reverts(pull)
        known = await index.bugs_of(self.ledger.db, team, [pull.key])
        taken = await self._taken_back(change)
        every = (*change.fixes, *change.mentions)
        asked = set(every[:MOST])
        there = await index.there(self.ledger.db, team, asked)
        named: dict[int, set[int]] = defaultdict(set)
        for number in there | known | taken:
            named[await self._goes_on(number)].add(number)
        for bug in sorted(named):
            await self._seen(bug, named[bug] | {bug}, change, event, back=back)
        note = _left_out(sorted(asked - there), len(every) - len(asked))
        if note:
            log.info("%s of %s %s.", pull.name, pull.repository, note)
        return note

    async def _reverts(self, pull: Pull) -> bool:
        """Keeps what it takes back; whether it is taken back itself."""
        db, team = self.ledger.db, self.ledger.team
        if pull.reverts and pull.state == "merged" and pull.counts:
            await index.take_back(db, team, key(pull.forge, pull.repo, pull.reverts), pull.key)
        return pull.state == "merged" and await index.taken_back(db, team, pull.key)

    async def _taken_back(self, change: PullChange) -> set[int]:
        """The bugs of the pull request that this one takes back."""
        pull = change.pull
        return await index.bugs_of(
            self.ledger.db, self.ledger.team, [key(pull.forge, pull.repo, pull.reverts)] if pull.reverts else []
        )

    async def _goes_on(self, number: int) -> int:
        """The bug that it was merged into, however often."""
        bug = await load(self.ledger, number)
        return bug.ref.number if bug.merged_into is None else await self._goes_on(bug.merged_into)

    async def _seen(
        self, number: int, numbers: AbstractSet[int], change: PullChange, event: str, *, back: bool
    ) -> None:
        """`numbers`: all that the bug is called, with those of bugs that were merged into it. `back`: it is taken back already."""
        pull = change.pull

        def decide(bug: Bug) -> Event | None:
            return pulls.seen(bug, replace(pull, role=role(bug, numbers, change), reverted=back))

        await self.ledger.record(number, decide, by=_by(pull.forge), key=fit(f"{event}:{number}"))
        await self._checked(number, pull.key, pull.forge, pull.head)

    async def _checked(self, number: int, pull_key: str, forge: str, head: str) -> None:
        checks, failed = await index.stand(self.ledger.db, self.ledger.team, forge, head)
        failing = ", ".join(failed[: index.NAMED]) + (
            f" and {len(failed) - index.NAMED} more" if len(failed) > index.NAMED else ""
        )

        def decide(bug: Bug) -> PullChecked | None:
            pull = next((x for x in bug.pulls if fit(x.key, 120) == fit(pull_key, 120)), None)
            if pull is None:
                return None
            told = PullChecked(
                forge=pull.forge,
                repo=pull.repo,
                number=pull.number,
                head=head,
                running=checks.running,
                failed=checks.failed,
                passed=checks.passed,
                failing=failing,
            )
            return pulls.checked(bug, told)

        await self.ledger.record(number, decide, by=_by(forge))


def _left_out(missing: Sequence[int], beyond: int) -> str:
    names = ", ".join(f"BUG-{number}" for number in missing)
    more = f"names {plural(beyond, 'bug')} beyond {MOST}, which were left out" if beyond else ""
    return "; ".join(x for x in (f"names {names}, which is not here" if names else "", more) if x)


def role(bug: Bug, numbers: AbstractSet[int], change: PullChange) -> Role:
    """What the pull request is to this bug."""
    pull = change.pull
    taken = bug.pull(key(pull.forge, pull.repo, pull.reverts)) if pull.reverts else None
    if taken and taken.role in {"fixes", "reverts"}:
        return "reverts" if taken.role == "fixes" else "fixes"
    if numbers & set(change.fixes):
        return "fixes"
    return "mentions" if taken or numbers & set(change.mentions) else "none"


def _by(forge: str) -> Actor:
    return Actor(kind=ActorKind.SOURCE, id=forge)
