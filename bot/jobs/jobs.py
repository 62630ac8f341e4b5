"""The jobs that run by the clock: polling board, mailbox and plans, deleting old keys, anchoring the trail once a day."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from functools import partial
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.adapters.connected import Connected
from bot.adapters.opening import MAIL
from bot.adapters.ports import Board
from bot.allowed import AllowedActions
from bot.bug.keys import fit
from bot.intake.sources import BOARD
from bot.jobs.anchoring import HOUR, AnchorsOut, Send
from bot.jobs.strange import DAY, Letters, Strange
from bot.jobs.timers import Job
from bot.ledger import strange
from bot.ledger.anchors import anchor
from bot.ledger.db.leader import Leader, Turn
from bot.ledger.expiry import expire
from bot.ledger.inbox.inbox import Inbox, Item
from bot.ledger.inbox.worker import InboxWorker
from bot.ledger.index import pulls, search
from bot.ledger.index.flags import Flags
from bot.ledger.ledger import SYSTEM, Ledger
from bot.ledger.refreshing import keep_fresh
from bot.ledger.seals import seal
from bot.settings.settings import Settings
from bot.settings.validation import validate
from bot.slack.daily import DailyList
from bot.slack.mondays import Monday
from bot.slack.session import Session

if TYPE_CHECKING:
    from bot.intake.mails import Mails

BOARD_POLL, ANCHORS_OUT, PLANS, TIDY, ANCHOR, SEAL, ALLOWED, STRANGE = 60.0, 60.0, 600.0, 3600.0, 3600.0, 1.0, 1.0, 5.0
DAILY = 30.0
SEARCHED = 1.0
REFRESHED = 10.0
SINCE = "board:since"
"""The flag that says up to which change the board was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobParts:
    """What the jobs work with; each takes only what it needs."""

    settings: Settings
    ledger: Ledger
    inbox: Inbox
    inflow: InboxWorker
    flags: Flags
    allowed: AllowedActions
    outside: Connected
    slack: Session | None
    """None in a process that only runs sinks: another one talks to people."""
    leader: Leader
    turn: Turn
    """To do what one process does every second for all."""
    anchors: Mapping[str, Send]
    """The ways by which anchors leave the database."""


def jobs(parts: JobParts) -> Iterator[Job]:
    """Those that this installation needs."""
    yield Job(name="tidying up", every=TIDY, run=partial(tidy, parts.ledger, parts.inbox))
    yield Job(name="anchoring the trail", every=ANCHOR, run=partial(anchor, parts.ledger))
    yield Job(name="sealing the trail", every=SEAL, run=partial(in_turn, parts.turn, partial(seal, parts.ledger)))
    if parts.slack and parts.anchors:
        yield Job(name="anchors going out", every=ANCHORS_OUT, run=_anchors_out(parts).send)
    yield Job(name="what another version stored", every=REFRESHED, run=partial(keep_fresh, parts.ledger))
    follow = partial(search.follow, parts.ledger)
    yield Job(name="what is searched", every=SEARCHED, run=partial(in_turn, parts.turn, follow))
    yield Job(name="the allowed actions", every=ALLOWED, run=parts.allowed.follow)
    if slack := parts.slack:
        channel = parts.settings.slack.error_channels[0]
        news = Strange(parts.ledger, parts.flags, slack.port, channel, parts.leader, _letters(parts))
        yield Job(name="what nobody understood", every=STRANGE, run=news.say)
        daily = DailyList(ledger=parts.ledger, flags=parts.flags, slack=slack, channel=channel)
        post = partial(daily.post, parts.settings.clocks, parts.leader)
        yield Job(name="what nobody else has seen", every=DAILY, run=post)
        yield from _mondays(parts, slack)
    if board := parts.outside.board:
        yield Job(name="the board's webhook", every=BOARD_POLL, run=partial(hook, parts.settings, board))
        yield Job(name="the board", every=BOARD_POLL, run=partial(poll_board, parts, board))
    if parts.outside.biller:
        yield Job(name="the billing plans", every=PLANS, run=parts.outside.read_plans)
    if mails := _mails(parts):
        yield Job(name="the mailbox", every=mails.settings.every, run=partial(poll_mails, mails, parts.leader))


async def in_turn(turn: Turn, run: Callable[[], Awaitable[object]]) -> None:
    if await turn.mine():
        await run()


def _mondays(parts: JobParts, slack: Session) -> Iterator[Job]:
    for often, mondays in parts.settings.retro.wanted.items():
        zone = parts.settings.clocks.zone
        monday = Monday(ledger=parts.ledger, flags=parts.flags, slack=slack, often=often, settings=mondays, zone=zone)
        yield Job(name=f"the {often} retro", every=DAILY, run=partial(monday.post, parts.leader))


def _anchors_out(parts: JobParts) -> AnchorsOut:
    return AnchorsOut(
        every=parts.settings.anchors.hours * HOUR,
        ledger=parts.ledger,
        flags=parts.flags,
        leader=parts.leader,
        ways=parts.anchors,
    )


async def tidy(ledger: Ledger, inbox: Inbox) -> None:
    await inbox.tidy(2 * DAY)
    await strange.tidy(ledger.db, ledger.team, ledger.clock().timestamp())
    await pulls.tidy(ledger.db, ledger.team, ledger.clock())
    await expire(ledger)


def _letters(parts: JobParts) -> Letters | None:
    mail = parts.outside.channels.get(MAIL)
    named = tuple(each for each in parts.settings.policy.roles.approvers if "@" in each)
    ours = parseaddr(str(parts.settings.mail.get("sender", "")))[1]
    return Letters(mail, named or (ours,)) if mail else None


def _mails(parts: JobParts) -> "Mails | None":
    if not parts.settings.mail.get("imap"):
        return None
    from bot.adapters.channels import mail  # noqa: PLC0415 - who polls no mailbox does without what reads mails
    from bot.adapters.channels.common.mailbox import Mailbox  # noqa: PLC0415 - as above
    from bot.intake.mails import Mails  # noqa: PLC0415 - as above

    settings = validate(mail.Settings, parts.settings.mail, "[mail]")
    box = Mailbox(settings.imap or SecretStr(""), settings.timeout)
    sent = Mailbox(settings.imap or SecretStr(""), settings.timeout, settings.sent) if settings.sent else None
    return Mails(settings=settings, mailbox=box, sent=sent, submit=parts.inflow.submit, clock=parts.ledger.clock)


MAILBOX = "mailbox"


async def poll_mails(mails: "Mails", leader: Leader) -> None:
    """One process at a time: two would offer the same mails."""
    if await leader.leads(MAILBOX, 3 * mails.settings.every + 60):
        await mails.poll()


async def hook(settings: Settings, board: Board) -> None:
    """The board tells of changes at once; a webhook that can't be made leaves them to the poll."""
    kind = settings.board.kind if settings.board else ""
    public, ours = settings.web.public_url, settings.hooks.get(kind)
    if public and ours:
        await board.register(f"{public}/hooks/{kind}/{ours.token.get_secret_value()}")


async def poll_board(parts: JobParts, board: Board) -> None:
    """Webhooks get lost while we are down: what changed since is read, by the same keys."""
    parts.outside.known.value = await board.known()
    since = await parts.flags.get(SINCE) or ""
    changes, newest = await board.changes(since)
    for change in changes:
        await parts.inflow.submit(Item(key=fit(f"board:{change.event}"), source=BOARD, body=change.model_dump_json()))
    if newest != since:
        await parts.flags.set(SINCE, newest, SYSTEM)
