"""One line of the doctor: a system, whether it is well, and if not, how to mend it."""

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Literal

from sqlalchemy.exc import SQLAlchemyError

from bot.bug.errors import MakegoodError
from bot.bug.values import Frozen
from bot.commands.common import say
from bot.commands.terminal import Row, say_rows
from bot.ledger.db.away import why
from bot.production.redaction import Redactor

PATIENCE = 30.0

COLOURS = {"ok": "green", "note": "yellow", "wrong": "bold red"}


class Finding(Frozen):
    system: str
    state: Literal["ok", "note", "wrong"]
    """note: it works, but somebody should know."""
    said: str

    def row(self, redactor: Redactor) -> Row:
        """For the list that doctor prints, secrets masked."""
        said = redactor.redact(" ".join(self.said.split()))
        system = redactor.redact(self.system)
        return Row(
            plain=f"{self.state:<6} {system:<20} {said}", cells=(self.state, system, said), style=COLOURS[self.state]
        )


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
    except Exception as error:  # noqa: BLE001 - a fault of the check itself must not take the other lines with it
        return [
            wrong(
                system,
                f"the check itself broke off ({type(error).__name__}); that is a fault of Makegood's, please report it",
            )
        ]


def report(findings: Iterable[Finding], redactor: Redactor) -> int:
    """Prints each, secrets masked; the exit status."""
    found = list(findings)
    say_rows(finding.row(redactor) for finding in found)
    bad = sum(finding.state == "wrong" for finding in found)
    say("All is well." if not bad else f"{bad} of {len(found)} {'needs' if bad == 1 else 'need'} mending.")
    return 1 if bad else 0
