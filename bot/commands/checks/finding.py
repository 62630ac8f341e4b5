"""One line of the doctor: a system, whether it is well, and if not, how to mend it."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

from bot.bug.errors import MakegoodError
from bot.bug.values import Frozen
from bot.commands.common import say
from bot.ledger.db.away import why
from bot.production.redaction import Redactor

PATIENCE = 30.0


class Finding(Frozen):
    system: str
    state: Literal["ok", "note", "wrong"]
    """note: it works, but somebody should know."""
    said: str

    def __str__(self) -> str:
        return f"{self.state:<6} {self.system:<20} {' '.join(self.said.split())}"


def ok(system: str, said: str) -> Finding:
    return Finding(system=system, state="ok", said=said)


def note(system: str, said: str) -> Finding:
    return Finding(system=system, state="note", said=said)


def wrong(system: str, said: str) -> Finding:
    return Finding(system=system, state="wrong", said=said)


async def checked(system: str, findings: Awaitable[Iterable[Finding]]) -> list[Finding]:
    """A system that fails or hangs is a line, not the end of the others."""
    try:
        async with asyncio.timeout(PATIENCE):
            return list(await findings)
    except TimeoutError:
        return [
            wrong(system, f"did not answer within {PATIENCE:.0f} s. Is its address right, and no firewall between?")
        ]
    except MakegoodError as error:
        return [wrong(system, str(error))]
    except (SQLAlchemyError, OSError) as error:
        return [wrong(system, f"can't be asked: {why(error)}")]


def report(findings: Iterable[Finding], redactor: Redactor) -> int:
    """Prints each, secrets masked; the exit status."""
    found = list(findings)
    for finding in found:
        say(redactor.redact(str(finding)))
    bad = sum(finding.state == "wrong" for finding in found)
    say("All is well." if not bad else f"{bad} of {len(found)} need mending.")
    return 1 if bad else 0
