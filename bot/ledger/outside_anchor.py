"""The newest seal as one line of text, for places that whoever owns the database can't change; and compared with them again."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.errors import TrailBroken
from bot.ledger.db.tables import seals
from bot.ledger.ledger import Ledger
from bot.text import plural

_LINE = re.compile(r"anchor:\s+team\s+(\S+),\s+seal\s+(\d+)\s+of\s+(\S+),\s+(\d+)\s+bugs?,\s+head\s+([0-9a-f]{64})")
_SOFT_BREAK = re.compile(r"=\r?\n")
"""How a mail carries a long line on."""


@dataclass(frozen=True, slots=True, order=True)
class OutsideAnchor:
    """What a seal said, kept outside of the database."""

    team: str
    number: int
    at: str
    """ISO 8601, UTC."""
    bugs: int
    head: str

    def __str__(self) -> str:
        return (
            f"Makegood anchor: team {self.team}, seal {self.number} of {self.at}, "
            f"{plural(self.bugs, 'bug')}, head {self.head}"
        )


async def newest(ledger: Ledger) -> OutsideAnchor | None:
    """None where nothing was sealed yet."""
    query = select(seals).where(seals.c.team == ledger.team).order_by(seals.c.number.desc()).limit(1)
    async with ledger.db.read() as conn:
        row = (await conn.execute(query)).first()
    return OutsideAnchor(row.team, row.number, row.at, row.bugs, row.heads) if row else None


def found_in(text: str) -> list[OutsideAnchor]:
    """Every anchor in any text: the file itself, a saved mail, messages copied from Slack, JSON."""
    every = _LINE.findall(_SOFT_BREAK.sub("", text))
    return sorted({OutsideAnchor(team, int(number), at, int(bugs), head) for team, number, at, bugs, head in every})


async def compare(conn: AsyncConnection, kept: Iterable[OutsideAnchor]) -> None:
    """Raises TrailBroken at the first anchor of which the database says otherwise now."""
    for anchor in kept:
        this = (seals.c.team == anchor.team, seals.c.number == anchor.number)
        row = (await conn.execute(select(seals).where(*this))).first()
        said = f"The anchor that went out at {anchor.at} names seal {anchor.number}"
        if row is None:
            raise TrailBroken(
                f"{said}, and the database has no such seal: an older backup came back, or the end was cut off."
            )
        if (row.heads, row.at, row.bugs) != (anchor.head, anchor.at, anchor.bugs):
            raise TrailBroken(
                f"{said}, and the database says otherwise of it: "
                "the trail was rewritten since, or went on from an older backup."
            )
