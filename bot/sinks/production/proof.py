"""Checks a second factor again in the process that runs, because that process must not trust the one that talked to Slack."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.bug.bug import Bug
from bot.bug.fixes.approval import FixApproved
from bot.bug.fixes.fix import Fix
from bot.bug.fixes.rules import GOOD_FOR, taken_back_soon
from bot.ledger.entries import trail
from bot.ledger.ledger import Entry, Ledger
from bot.production.action import Risk, approvals_for
from bot.production.catalogue.catalogue import Catalogue
from bot.settings.policy import PolicySettings
from bot.slack.incoming import second_factor

SLACK = timedelta(minutes=1)
"""By which the clocks of two processes may differ."""


@dataclass(frozen=True, kw_only=True)
class Proofs:
    """Counts where this process's own settings have `[policy] totp`; what is of high risk, its own catalogue says."""

    ledger: Ledger
    policy: PolicySettings
    catalogue: Catalogue

    async def wanting(self, bug: Bug, fix: Fix) -> str:
        """What is missing for a start; empty: nothing."""
        if taken_back_soon(bug, fix):
            return ""
        entry = self.catalogue.entries.get(fix.action)
        ours = approvals_for(entry.cls, undoable=True) if entry and entry.allowed and entry.kind != "look" else 1
        high = fix.risk == Risk.HIGH or (entry is not None and entry.says.risk is Risk.HIGH)
        needed = max(fix.approvals, min(ours, 1))
        if not self.policy.totp or not high or not needed:
            return ""
        proven = await self._proven(bug, fix)
        if fix.broken_glass or fix.alone:
            return "" if fix.by in proven else "going on alone takes a second factor that holds"
        good = (proven.keys() & set(fix.asked)) - {fix.by}
        return "" if len(good) >= needed else f"{len(good)} of {needed} approvals carry a second factor that holds"

    async def _proven(self, bug: Bug, fix: Fix) -> Mapping[str, str]:
        """Who approved this very preview with a code that holds -> whose app it was; one app speaks for one person."""
        found: dict[str, str] = {}
        for entry in await trail(self.ledger, bug.ref.number):
            event = entry.event
            if isinstance(event, FixApproved) and self._holds(fix, event, entry):
                # two names of Slack with one authenticator are one person with two accounts
                found.setdefault(event.proof.whom, entry.by.id)
        return {by: whom for whom, by in found.items()}

    def _holds(self, fix: Fix, event: FixApproved, entry: Entry) -> bool:
        """Right when it was written, and written lately: a code that was overheard proves nothing later."""
        this = (event.run, event.digest) == (fix.run, fix.digest)
        fresh = -SLACK <= self.ledger.clock() - entry.at <= GOOD_FOR + SLACK
        return this and fresh and second_factor.holds(self.policy, event, entry.by.id, entry.key, entry.at)
