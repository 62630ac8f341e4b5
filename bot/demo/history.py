"""A quarter of bugs that are over, written by the ledger as they would have been: Home, retros and plots are full from the beginning.

The same each time but for the day on which it ends.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.bug.bug import Bug
from bot.bug.course import course, ownership
from bot.bug.course.course import Fixed
from bot.bug.course.news import Opened, Repeated
from bot.bug.customers import recognising
from bot.bug.customers.customers import CustomerWrote
from bot.bug.debt import debt
from bot.bug.event import Event
from bot.bug.fixes.approval import FixApproved, FixConfirmed
from bot.bug.fixes.asking import FixAsked, FixPreviewed
from bot.bug.fixes.run import FixEnded, FixStarted
from bot.bug.gifts import gifts
from bot.bug.gifts.gifts import Granted
from bot.bug.money import Credit, Money
from bot.bug.permissions import seen
from bot.bug.retro import lesson
from bot.bug.telling import messages
from bot.bug.telling.messages import Delivered
from bot.bug.values import Actor, ActorKind, CustomerHint, Severity
from bot.ledger.db.engine import Database
from bot.ledger.db.migrate import migrate
from bot.ledger.expiry import expire
from bot.ledger.ledger import Decide, Ledger, Recorded

BUGS, DAYS, AT_ONCE = 200, 90, 25
"""How many, over how long; and how many in one transaction."""
STILL_OPEN, FRESH = 3, timedelta(days=3)
"""The newest that nobody has yet; and how new a fix is that nobody else has looked at."""
TRACKER, CHAT = Actor(kind=ActorKind.SOURCE, id="bugsnag"), Actor(kind=ActorKind.SOURCE, id="chatwoot")
SYSTEM = Actor(kind=ActorKind.SYSTEM, id="production")
NAMES = ("Ada Moreau", "Jonas Weber", "Priya Nair", "Tom Baker", "Lucia Rossi", "Emre Kaya", "Nina Holm", "Sam Osei")


@dataclass(frozen=True, slots=True)
class Kind:
    """What goes wrong, and what helped against it."""

    title: str
    context: str
    action: str
    params: dict[str, str]
    approved: bool = False
    proper: bool = False


KINDS = (
    Kind("ValueError: month must be in 1..12", "POST /imports", "delete-row", {"table": "jobs"}),
    Kind("TypeError: 'NoneType' object is not iterable", "GET /menus", "regenerate-files", {}),
    Kind("TimeoutError: invoice mail was not sent", "POST /invoices", "resend", {}),
    Kind("IntegrityError: servers.name is taken", "POST /servers/rename", "set-column", {"table": "servers"}, True),
    Kind("UnboundLocalError: total", "GET /reports/month", "roll-out", {"release": "1.3.9"}, True, True),
    Kind("ConnectionError: worker is gone", "POST /jobs", "restart-service", {"service": "shop-web"}, True),
)
DIGEST = "0" * 40
CAUSES = ("missing test", "Data that nobody thought of", "A release on a Friday", "Staging had no such row")


def _is(*events: Event) -> Decide:
    return lambda _bug: events


@dataclass
class _Past:
    """The moment at which the next entry is written."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class _Life:
    """One bug, from its alarm on."""

    ledger: Ledger
    conn: AsyncConnection
    clock: _Past
    number: int
    bug: Bug = field(init=False)

    async def then(self, decide: Decide, by: Actor) -> Recorded:
        recorded = await self.ledger.record_in(self.conn, self.number, decide, by=by)
        self.bug = recorded.bug
        return recorded


async def write(url: str, team: str, people: Sequence[str], now: datetime, bugs: int = BUGS) -> None:
    """Into a database that has no bug yet; `people` are the team's ids, whoever approves last."""
    draw, clock = Random(2026), _Past(now)  # noqa: S311 - the same quarter each time
    db = Database(url)
    try:
        await migrate(db)
        ledger = Ledger(db, team, {}, clock)
        begins = sorted(_begins(draw, now, bugs))
        for first in range(0, bugs, AT_ONCE):
            async with db.write() as conn:
                for nth, at in enumerate(begins[first : first + AT_ONCE], first):
                    clock.now = at
                    await _live(_Teller(draw, people, now), ledger, conn, clock, still_open=nth >= bugs - STILL_OPEN)
        clock.now = now
        while await expire(ledger):  # else the bot's own job would do it before everybody's eyes, a card for each
            pass
    finally:
        await db.close()


def _begins(draw: Random, now: datetime, bugs: int) -> Iterator[datetime]:
    """Most on working days, the last of them some hours ago."""
    made = 0
    while made < bugs:
        at = now - timedelta(hours=5, minutes=draw.randrange(DAYS * 24 * 60))
        if at.weekday() < 5 or draw.random() < 0.3:  # noqa: PLR2004 - Saturday
            made += 1
            yield at


@dataclass(frozen=True)
class _Teller:
    """What happens to a bug, drawn."""

    draw: Random
    people: Sequence[str]
    now: datetime

    def often(self, share: float) -> bool:
        return self.draw.random() < share

    def person(self) -> Actor:
        return Actor(kind=ActorKind.PERSON, id=self.draw.choice(self.people))

    def seconds(self, least: float, most: float) -> float:
        """Short spans are the more frequent ones."""
        return least + (most - least) * self.draw.random() ** 3


async def _live(tell: _Teller, ledger: Ledger, conn: AsyncConnection, clock: _Past, *, still_open: bool) -> None:
    kind = tell.draw.choice(KINDS)
    opened = await ledger.open(conn, [_opened(tell, kind)], by=TRACKER)
    life = _Life(ledger, conn, clock, opened.bug.ref.number)
    await _hit(tell, life)
    if still_open:
        return
    clock.later(tell.seconds(20, 2400))
    owner = tell.person()
    await life.then(lambda bug: ownership.claim(bug, owner.id), owner)
    if tell.often(0.08) and not life.bug.untold:
        clock.later(300)
        await life.then(lambda bug: course.dismissed(bug, "a crawler with broken links"), owner)
        return
    await _answered(tell, life, owner)
    await _fixed(tell, life, owner, kind)
    await _told(tell, life, owner)
    await _put_away(tell, life, owner)


def _opened(tell: _Teller, kind: Kind) -> Opened:
    number = tell.draw.randrange(10_000)
    return Opened(
        source="bugsnag",
        group=f"past-{number}-{tell.draw.randrange(10**9)}",
        title=kind.title,
        message=f"row {number}",
        context=kind.context,
        project="QuickAdmin",
        stage="production",
        severity=Severity.ERROR,
        admitted="error in production",
    )


async def _hit(tell: _Teller, life: _Life) -> None:
    """Those who met it; most of them write."""
    for name in tell.draw.sample(NAMES, tell.draw.choice((0, 1, 1, 1, 2, 3))):
        mail = f"{name.split()[0].lower()}@customers.example"
        life.clock.later(tell.seconds(5, 300))
        hint = CustomerHint(email=mail, name=name)
        await life.then(partial(recognising.join, hint=hint, via="chatwoot"), CHAT)
        if tell.often(0.7):
            said = CustomerWrote(
                customer=life.bug.customers[-1].id, text="It does not work, what can I do?", at=life.clock()
            )
            await life.then(_is(said), CHAT)
    count = tell.draw.randrange(1, 40)
    await life.then(_is(Repeated(deliveries=count, occurrences=count, events=(f"e{count}",))), TRACKER)


async def _answered(tell: _Teller, life: _Life, owner: Actor) -> None:
    waiting = messages.waiting(life.bug)
    if waiting and tell.often(0.6):
        life.clock.later(tell.seconds(20, 600))
        await life.then(lambda bug: messages.answer(bug, waiting, "We see it, looking now."), owner)
        await _delivered(life, waiting)


async def _delivered(life: _Life, whom: Sequence[str]) -> None:
    seq = life.bug.seq
    sent = tuple(Delivered(message=seq, customer=id_, state="delivered") for id_ in whom)
    await life.then(_is(*sent), SYSTEM)


async def _fixed(tell: _Teller, life: _Life, owner: Actor, kind: Kind) -> None:
    life.clock.later(tell.seconds(60, 4000))
    params = {**kind.params, **({"id": str(tell.draw.randrange(500))} if "table" in kind.params else {})}
    asked = FixAsked(run=1, action=kind.action, params=params, reason="it breaks their page")
    preview = FixPreviewed(
        run=1,
        digest=DIGEST,
        target="shop",
        lock_key=f"past-{life.number}",
        summary="1 row",
        text="",
        undoable=True,
        approvals=int(kind.approved),
        proper=kind.proper,
    )
    lead = Actor(kind=ActorKind.PERSON, id=_somebody_else(tell, owner))
    confirmed = FixConfirmed(run=1, digest=DIGEST, asked=(lead.id,) if kind.approved else ())
    await life.then(_is(asked), owner)
    await life.then(_is(preview), SYSTEM)
    life.clock.later(tell.seconds(5, 60))
    await life.then(_is(confirmed), owner)
    if kind.approved:
        life.clock.later(tell.seconds(10, 500))
        await life.then(_is(FixApproved(run=1, digest=DIGEST)), lead)
    ran = (
        FixStarted(run=1, deadline=life.clock() + timedelta(minutes=1)),
        FixEnded(run=1, state="succeeded", summary="1 row"),
    )
    works = Fixed(how="probe", said="was 500, is 200", proper=kind.proper)
    await life.then(_is(*ran, works), SYSTEM)


def _somebody_else(tell: _Teller, owner: Actor) -> str:
    """Who approves and looks afterwards, where there is anybody else."""
    return next((one for one in reversed(tell.people) if one != owner.id), owner.id)


async def _told(tell: _Teller, life: _Life, owner: Actor) -> None:
    whom = [c.id for c in life.bug.untold]
    if not whom:
        return
    life.clock.later(tell.seconds(15, 1500))
    five = (Credit(money=Money(amount=500, currency="EUR")),) if tell.often(0.25) else ()
    await life.then(lambda bug: gifts.tell(bug, whom, "It works again, you can go on.", five), owner)
    seq = life.bug.seq
    for id_ in whom:
        for grant in five:
            receipt = {"key": f"past:{life.number}:{id_}", "grant": grant, "account": f"cus_{id_}", "external_ids": []}
            booked = Granted.model_validate({"tell": seq, "customer": id_, "grant": grant, "receipt": receipt})
            await life.then(_is(booked), SYSTEM)
        sent = Delivered(message=seq, customer=id_, state="delivered")
        await life.then(_is(sent), SYSTEM)


async def _put_away(tell: _Teller, life: _Life, owner: Actor) -> None:
    """Somebody else looks; the proper fix follows within days, and somebody says how it came about."""
    steps: list[tuple[float, Callable[[Bug], Event | tuple[Event, ...]]]] = []
    looker = _somebody_else(tell, owner)
    if life.bug.unseen and looker != owner.id and tell.now - life.clock() > FRESH:
        steps.append((tell.seconds(3600, 80_000), lambda bug: seen.see_all(bug, looker)))
    if life.bug.debt and tell.often(0.93):
        steps.append((tell.seconds(20_000, 700_000), lambda bug: debt.paid(bug, "PR 212")))
        if tell.often(0.5):
            text = tell.draw.choice(CAUSES)
            steps.append((tell.seconds(600, 9000), lambda bug: lesson.write(bug, text)))
    for seconds, decide in steps:
        life.clock.later(seconds)
        if life.clock() > tell.now:
            return  # it is still to come
        by = Actor(kind=ActorKind.PERSON, id=looker) if decide is steps[0][1] and life.bug.unseen else owner
        await life.then(decide, by)
