"""Checks that anchors of the trail leave its database."""

from sqlalchemy import select

from bot.commands.checks.finding import Finding, note, ok, wrong
from bot.commands.common import is_missing, is_trail, revision
from bot.jobs.anchoring import HOUR, SENT
from bot.ledger.db.engine import Database
from bot.ledger.db.tables import flags, seals
from bot.ledger.ledger import utcnow
from bot.settings.settings import Settings
from bot.text import length

NAME = "anchors"


async def anchors(settings: Settings, url: str) -> list[Finding]:
    wanted = settings.anchors.named
    if not wanted:
        return [
            note(
                NAME, "none goes out: whoever may drop the database's triggers could rewrite the trail. Write [anchors]"
            )
        ]
    if settings.anchors.webhook and settings.anchors.webhook not in settings.webhooks:
        return [wrong(NAME, f"webhook: there is no [webhooks.{settings.anchors.webhook}]")]
    if settings.anchors.mail and not settings.mail:
        return [wrong(NAME, "mail: anchors go by the mail server of [mail], which is not there")]
    if is_missing(url) or not is_trail(url):
        return []
    return await _sent(settings, url)


async def _sent(settings: Settings, url: str) -> list[Finding]:
    db = Database(url)
    try:
        present, needed = await revision(db)
        if present != needed:
            return []
        async with db.read() as conn:
            last = (await conn.execute(select(seals.c.number).order_by(seals.c.number.desc()).limit(1))).scalar()
            sent = {
                row.name: row.value for row in await conn.execute(select(flags).where(flags.c.name.like(f"{SENT}%")))
            }
    finally:
        await db.close()
    return [_finding(name, sent.get(f"{SENT}{name}"), last, settings.anchors.hours) for name in settings.anchors.named]


def _finding(name: str, sent: str | None, last: int | None, hours: float) -> Finding:
    if not sent:
        return note(
            NAME, f"none went to {name} yet; `makegood run` sends one within a minute, once something is written"
        )
    number, at = sent.split()
    ago = utcnow().timestamp() - float(at)
    if last is not None and int(number) < last and ago > 2 * hours * HOUR:
        return wrong(NAME, f"the last one went to {name} {length(ago)} ago: the log says why none goes out")
    return ok(NAME, f"the last one went to {name} {length(ago)} ago (seal {number})")
