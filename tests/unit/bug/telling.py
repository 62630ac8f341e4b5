"""The story of the minutes, from the alert to the paid debt: what a retro has to tell."""

from datetime import timedelta

from bot.bug.course.conversation import Said
from bot.bug.course.course import Fixed
from bot.bug.course.ownership import Estimated
from bot.bug.customers.customers import CustomerWrote
from bot.bug.debt.debt import Paid
from bot.bug.fixes.approval import FixApproved
from bot.bug.gifts import gifts
from bot.bug.gifts.gifts import Granted, GrantUndone
from bot.bug.money import Credit, Days, Grant, Money, Receipt
from bot.bug.telling import messages
from bot.bug.telling.messages import Delivered
from bot.bug.values import Actor, ActorKind
from tests.unit.bug.story import ANNA, BEN, MONDAY, SYSTEM, Story, asked, claimed, confirmed, ran, waiting

EURO5 = Credit(money=Money(amount=500, currency="EUR"))
FIVE_DAYS = Days(days=5, until=MONDAY + timedelta(days=9))
CHAT = Actor(kind=ActorKind.SOURCE, id="chatwoot")


def given(story: Story, *grants: Grant, customer: str = "c1") -> Story:
    """Told with these, all of them booked, and the message has arrived."""
    story.then(gifts.tell(story.bug, [customer], "It works again, you can go on.", grants), after=1)
    seq = story.bug.seq
    for grant in grants:
        receipt = Receipt(key=f"k{grant.kind}", grant=grant, account="cus_1", external_ids=("tx_1",))
        story.then(Granted(tell=seq, customer=customer, grant=grant, receipt=receipt), SYSTEM)
    return story.then(Delivered(message=seq, customer=customer, state="delivered"), SYSTEM)


def wrote(story: Story, text: str, after: float = 1, customer: str = "c1") -> Story:
    story.now += timedelta(minutes=after)
    return story.then(CustomerWrote(customer=customer, text=text, at=story.now), CHAT)


def minutes() -> Story:
    """Claimed at 14:01, answered 14:02, fixed 14:05, told 14:06 with €5 and 5 days; thanks at 14:07."""
    story = waiting(claimed()).then(Estimated(minutes=10))
    story.then(messages.answer(story.bug, ["c1"], "We see it."), BEN, after=1)
    asked(story, approvals=1)
    confirmed(story, BEN).then(FixApproved(run=1, digest="d1"), BEN, after=2)
    ran(story).then(Fixed(how="probe", said="was 500, is 200"), SYSTEM)
    return wrote(given(story, EURO5, FIVE_DAYS), "Wow, thank you!")


def paid() -> Story:
    story = minutes().then(Said(user=BEN, ts="1.1", text="the index was never checked"), BEN, after=10)
    return story.then(Paid(how="PR 212"), ANNA, after=60 * 24)


def undone(story: Story, after: float = 60) -> Story:
    """The first makegood is taken back."""
    seq = next(x.seq for x in story.facts if isinstance(x.event, Granted))
    return story.then(GrantUndone(granted=seq), SYSTEM, after=after)
