"""What people are called, as Slack said it last: whoever reads a retro where Slack can't be asked knows them, too."""

from dataclasses import dataclass, field

from bot.ledger.index.flags import Flags
from bot.ledger.ledger import SYSTEM

NAME = "name:"


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
