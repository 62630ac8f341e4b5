"""Keeps people's names as Slack last said them, for a retro without Slack, and since when each person is known."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.ledger.index.flags import Flags
from bot.ledger.ledger import SYSTEM

NAME = "name:"
SIGHT = "sight:"


@dataclass(frozen=True)
class Names:
    flags: Flags
    _kept: dict[str, str] = field(default_factory=dict)

    async def remember(self, user: str, name: str) -> None:
        """Written down when it is new."""
        if self._kept.get(user) != name:
            await self.flags.set(f"{NAME}{user}", name, SYSTEM)
            self._kept[user] = name

    async def known(self) -> dict[str, str]:
        return await self.flags.starting(NAME)


@dataclass(frozen=True)
class Sights:
    """When each person was first seen here, by our own word: Slack does not say when somebody joined."""

    flags: Flags
    _kept: dict[str, datetime] = field(default_factory=dict)

    async def first(self, user: str) -> datetime:
        """Written down at the first question."""
        if user not in self._kept:
            at = await self.flags.first(f"{SIGHT}{user}", "", SYSTEM)
            self._kept[user] = datetime.fromtimestamp(at, UTC)
        return self._kept[user]
