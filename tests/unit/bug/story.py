"""A bug's story as a test tells it: each line is what somebody does or what happens, some minutes later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from bot.bug.bug import Bug
from bot.bug.course.course import Fixed, consequences
from bot.bug.course.news import Opened
from bot.bug.course.ownership import Claimed
from bot.bug.customers import recognising
from bot.bug.customers.customer import Customer
from bot.bug.customers.customers import CustomerWrote
from bot.bug.event import Event, follow
from bot.bug.fixes import approval, asking, rules
from bot.bug.fixes.asking import FixPreviewed
from bot.bug.fixes.fix import Fix
from bot.bug.fixes.run import FixEnded, FixStarted
from bot.bug.gifts import gifts
from bot.bug.permissions.policy import Member
from bot.bug.telling.messages import Delivered, Told
from bot.bug.values import Actor, ActorKind, BugRef, CustomerHint

MONDAY = datetime(2025, 11, 24, 14, 0, tzinfo=UTC)
ANNA, BEN, CLEO = "U0ANNA", "U0BEN", "U0CLEO"
BUGSNAG = Actor(kind=ActorKind.SOURCE, id="bugsnag")
SYSTEM = Actor(kind=ActorKind.SYSTEM, id="makegood")
PRODUCTION = Actor(kind=ActorKind.SYSTEM, id="production")
ADA = CustomerHint(name="Ada", email="ada@example.com")


def person(id_: str) -> Actor:
    return Actor(kind=ActorKind.PERSON, id=id_)


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One entry, as the trail gives it."""

    bug: BugRef
    seq: int
    event: Event
    at: datetime
    by: Actor


class Story:
    """Follows the trail as the ledger writes it, with what follows by itself."""

    def __init__(self, number: int = 17) -> None:
        self.bug = Bug(ref=BugRef(team="T1", number=number))
        self.now = MONDAY
        self.facts: list[Fact] = []

    def then(self, said: Event | Iterable[Event] | None, by: str | Actor = ANNA, after: float = 0) -> Self:
        """`after` minutes, `by` somebody."""
        self.now += timedelta(minutes=after)
        actor = person(by) if isinstance(by, str) else by
        for event in (said,) if isinstance(said, Event) else said or ():
            self._write(event, actor)
            while follows := consequences(self.bug, self.now):
                self._write(follows, SYSTEM)
        return self

    def _write(self, event: Event, by: Actor) -> None:
        self.bug = follow(self.bug, event, self.now, by)
        self.facts.append(Fact(bug=self.bug.ref, seq=self.bug.seq, event=event, at=self.now, by=by))

    @property
    def kinds(self) -> list[str]:
        return [fact.event.KIND for fact in self.facts]

    def customer(self, id_: str = "c1") -> Customer:
        found = self.bug.customer(id_)
        assert found
        return found


def opened(number: int = 17) -> Story:
    first = Opened(
        source="bugsnag",
        group="g1",
        event="o1",
        title="Menu page fails",
        occurrences=12,
        admitted="error in production",
    )
    return Story(number).then(first, BUGSNAG)


def claimed() -> Story:
    return opened().then(Claimed(owner=ANNA), after=1)


def waiting(story: Story, hint: CustomerHint = ADA, source: str = "chatwoot") -> Story:
    """A customer joins through the live chat and writes."""
    joined = recognising.join(story.bug, hint, via=source, source=source, conversation=f"talk of {hint.name}")
    assert joined
    wrote = CustomerWrote(customer=joined.customer, text="What can I do?", at=story.now)
    return story.then((joined, wrote), Actor(kind=ActorKind.SOURCE, id=source))


def fixed() -> Story:
    """By hand, with a customer who waits to be told."""
    return waiting(claimed()).then(Fixed(how="word", said="the row is gone"), after=4)


def told(story: Story, *ids: str, **more: object) -> Story:
    """The tell reaches them a minute later."""
    story.then(gifts.tell(story.bug, ids or ("c1",), "It works again.", **more), after=1)  # type: ignore[arg-type] # passes on
    seq = max(fact.seq for fact in story.facts if isinstance(fact.event, Told))
    reached = (Delivered(message=seq, customer=id_, state="delivered") for id_ in ids or ("c1",))
    return story.then(reached, SYSTEM)


def asked(story: Story, *, approvals: int = 0, undoable: bool = True, proper: bool = False, by: str = ANNA) -> Story:
    """A fix is wanted and previewed."""
    story.then(asking.ask(story.bug, by, "delete-row", {"table": "menus", "key": "13"}, "bad row"), by)
    run = len(story.bug.fixes)
    preview = FixPreviewed(
        run=run,
        digest="d1",
        target="shop",
        lock_key="shop:menus",
        summary="1 row of menus",
        text="delete from menus",
        undoable=undoable,
        undo_note="" if undoable else "mail is out",
        approvals=approvals,
        proper=proper,
    )
    return story.then(preview, PRODUCTION)


def confirmed(story: Story, *approvers: str) -> Story:
    run = len(story.bug.fixes)
    fix = rules.find(story.bug, run)
    return story.then(approval.confirm(story.bug, fix.by, run, "d1", now=story.now, asked=approvers), fix.by)


def ran(story: Story, state: str = "succeeded") -> Story:
    """From its start to its end, a minute later."""
    run = len(story.bug.fixes)
    story.then(FixStarted(run=run, deadline=story.now + timedelta(minutes=2)), PRODUCTION)
    ended = FixEnded.model_validate({"run": run, "state": state, "summary": "1 row deleted", "detail": "menus 13"})
    return story.then(ended, PRODUCTION, after=1)


def approver(id_: str = BEN, **more: object) -> Member:
    given: dict[str, Any] = {"id": id_, "name": id_.lower(), "approver": True} | more
    return Member(**given)


def waits(*approvers: str, approvals: int = 1) -> Story:
    """Anna's fix waits for approval."""
    return confirmed(asked(claimed(), approvals=approvals), *(approvers or (BEN,)))


def fix(story: Story, run: int = 1) -> Fix:
    return rules.find(story.bug, run)
