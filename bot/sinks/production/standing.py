"""Checks whether the approvals of a fix still count when it is to start."""

from dataclasses import dataclass

from bot.bug.bug import Bug
from bot.bug.fixes.fix import Fix
from bot.sinks.production.proof import Proofs
from bot.slack.directory import Directory


@dataclass(frozen=True)
class Standing:
    """`directory` is None in a process that never talks to Slack. `solo`: whether one person may go on alone here."""

    proofs: Proofs
    directory: Directory | None
    solo: bool

    async def lost(self, bug: Bug, fix: Fix) -> str:
        """Why it may not start: approvals without a second factor where one is wanted; people who may not approve any more.

        The latter is for Slack to say; where this process has none, the trail's own word has to do.
        """
        if fix.alone and not self.solo:
            return "going on alone is not allowed here (`[policy] team`)"
        unproven = await self.proofs.wanting(bug, fix)
        if unproven or fix.broken_glass or fix.alone or not fix.approved_by or not self.directory:
            return unproven
        # asked anew, without what is remembered: this is the last look before production changes
        able = set(await self.directory.eligible(fix.by))
        gone = [person for person in fix.approved_by if person not in able]
        return f"{', '.join(gone)} may not approve any more" if gone else ""
