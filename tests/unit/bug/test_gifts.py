"""More than one may give alone: another person lets it pass or says no, once, and only then is anybody told."""

from datetime import timedelta

import pytest

from bot.bug.course.course import Merged, Reopened
from bot.bug.customers.customer import TellRequest
from bot.bug.customers.customers import AccountSeen
from bot.bug.errors import Invalid, NotAllowed, Refused
from bot.bug.gifts import gifts
from bot.bug.gifts.caps import OverCap
from bot.bug.money import Credit, Days, Grant, Money, Terms, Upgrade
from bot.bug.permissions.policy import Member
from bot.bug.telling.gift_texts import GiftTexts
from bot.bug.values import CustomerHint
from tests.unit.bug.story import ANNA, BEN, CLEO, MONDAY, SYSTEM, Story, approver, fixed, opened, told, waiting

EURO5 = Credit(money=Money(amount=500, currency="EUR"))
WEEK = Days(days=7, until=MONDAY + timedelta(days=7))
PRO = Upgrade(plan="pro", until=MONDAY + timedelta(days=30))
BO = CustomerHint(name="Bo", email="bo@example.com")
TEXT = "It works again."


def pays(story: Story, id_: str, **terms: object) -> Story:
    seen = AccountSeen(customer=id_, plan="basic", currency="EUR", terms=Terms.model_validate(terms))
    return story.then(seen, SYSTEM)


def asks(story: Story, *ids: str, asked: tuple[str, ...] = (BEN, CLEO), grants: tuple[Grant, ...] = (EURO5,)) -> Story:
    """Anna wants to give more than she may alone; the seq of what waits is the story's last."""
    wanted = gifts.tells(story.bug, ids or ("c1",), TEXT, grants, GiftTexts())
    return story.then(gifts.ask(story.bug, wanted, grants, "€20 a day and person", asked))


def lets_pass(story: Story, by: str = BEN, **more: object) -> Story:
    (waiting_for,) = story.bug.tell_requests
    return story.then(gifts.approve(story.bug, approver(by, **more), waiting_for.seq, GiftTexts()), by)


# ---- asking


def test_a_cap_that_would_be_passed_is_named_with_who_can_let_it_pass() -> None:
    over = OverCap("€20 a day and person")
    assert str(over) == "That passes €20 a day and person. An approver can let it pass."
    assert over.words == "€20 a day and person"


def test_what_waits_is_told_to_nobody_yet() -> None:
    story = asks(fixed())
    waits = TellRequest(seq=story.bug.seq, by=ANNA, customers=("c1",), text=TEXT, grants=(EURO5,), asked=(BEN, CLEO))
    assert story.bug.tell_requests == (waits,)
    assert (story.customer().told, story.customer().given) == (None, ())


def test_where_nobody_else_can_let_it_pass_one_hears_what_to_do() -> None:
    with pytest.raises(Refused, match=r"passes €20 a day and person, and nobody else is an approver\. Give less"):
        asks(fixed(), asked=())


def test_for_one_customer_one_makegood_waits_at_a_time() -> None:
    story = asks(waiting(fixed(), BO))
    with pytest.raises(Refused, match="waits for U0BEN, U0CLEO already"):
        asks(story, "c2", "c1")
    asks(story, "c2", asked=(CLEO,))
    assert [(x.customers, x.asked) for x in story.bug.tell_requests] == [(("c1",), (BEN, CLEO)), (("c2",), (CLEO,))]


def test_of_a_bug_that_was_merged_nothing_is_asked() -> None:
    wanted = gifts.tells(fixed().bug, ["c1"], TEXT, [EURO5], GiftTexts())
    with pytest.raises(Refused, match="was merged into BUG-2"):
        gifts.ask(opened().then(Merged(into=2)).bug, wanted, (EURO5,), "€20 a day", (BEN,))


# ---- letting it pass


def test_another_person_lets_it_pass_and_it_is_told_at_once() -> None:
    story = lets_pass(asks(fixed()))
    assert story.kinds[-2:] == ["tell_approved", "told"]
    assert story.bug.tell_requests == ()
    assert [(m.text, m.by) for m in story.customer().messages] == [(TEXT, BEN)]
    assert [(g.grant, g.state) for g in story.customer().given] == [(EURO5, "promised")]


@pytest.mark.parametrize(
    ("member", "sentence"),
    [
        (approver(ANNA), "somebody else has to let it pass"),
        (approver(guest=True), "not among those who were asked: U0BEN, U0CLEO"),
        (approver(approver=False), "not among those who were asked"),
        (approver("U0DAN"), "not among those who were asked"),
        (approver(bot=True), "Only people command"),
        (approver(deleted=True), "deactivated"),
        (approver(stranger=True), "guest of another one"),
    ],
    ids=["self", "guest", "not an approver any more", "not asked", "bot", "gone", "stranger"],
)
def test_nobody_else_lets_it_pass(member: Member, sentence: str) -> None:
    story = asks(fixed())
    with pytest.raises(NotAllowed, match=sentence):
        gifts.approve(story.bug, member, story.bug.seq, GiftTexts())


def test_who_was_asked_themselves_does_not_let_their_own_pass() -> None:
    story = asks(fixed(), asked=(ANNA, BEN))
    with pytest.raises(NotAllowed, match="somebody else has to let it pass"):
        lets_pass(story, ANNA)


def test_it_is_decided_once() -> None:
    story = asks(fixed())
    seq = story.bug.seq
    lets_pass(story)
    with pytest.raises(Refused, match="was decided already"):
        gifts.approve(story.bug, approver(CLEO), seq, GiftTexts())
    with pytest.raises(Refused, match="was decided already"):
        gifts.refuse(story.bug, CLEO, seq, "too much")


def test_who_was_told_without_it_meanwhile_gets_nothing_on_top() -> None:
    story = told(asks(fixed()))
    with pytest.raises(Refused, match="Ada knows already"):
        lets_pass(story)


def test_it_passes_although_the_bug_was_opened_again_meanwhile() -> None:
    story = asks(fixed()).then(Reopened(reason="still 500"))
    assert lets_pass(story).customer().told


# ---- saying no


@pytest.mark.parametrize("by", [BEN, CLEO, ANNA], ids=["asked", "asked too", "takes it back"])
def test_who_was_asked_says_no_and_who_asked_takes_it_back(by: str) -> None:
    story = asks(fixed())
    refused = gifts.refuse(story.bug, by, story.bug.seq, " too much ")
    assert refused.reason == "too much"
    story.then(refused, by)
    assert (story.bug.tell_requests, story.customer().told) == ((), None)


def test_one_no_leaves_what_waits_for_others() -> None:
    story = asks(waiting(fixed(), BO))
    first = story.bug.seq
    asks(story, "c2").then(gifts.refuse(story.bug, BEN, first, "too much"), BEN)
    assert [x.customers for x in story.bug.tell_requests] == [("c2",)]


def test_nobody_else_says_no() -> None:
    story = asks(fixed(), asked=(BEN,))
    with pytest.raises(NotAllowed, match="not among those who were asked: U0BEN"):
        gifts.refuse(story.bug, CLEO, story.bug.seq, "too much")


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_no_says_why(reason: str) -> None:
    story = asks(fixed())
    with pytest.raises(Invalid, match="Say why") as refused:
        gifts.refuse(story.bug, BEN, story.bug.seq, reason)
    assert set(refused.value.fields) == {"reason"}


# ---- what it means for each


def test_who_gets_the_same_reads_the_same_in_one_entry() -> None:
    story = waiting(fixed(), BO)
    (one,) = gifts.tells(story.bug, ["c2", "c1"], TEXT, [EURO5], GiftTexts())
    assert (one.customers, one.grants) == (("c1", "c2"), (EURO5,))
    assert one.thanks == ("We have put €5 on your account: your next invoice is lower by that.",)


def test_days_end_for_each_when_their_own_are_over() -> None:
    story = waiting(fixed(), BO)
    paid = MONDAY + timedelta(days=20)
    pays(pays(story, "c1", ends=paid), "c2", days="trial")
    ada, bo = gifts.tells(story.bug, ["c1", "c2"], TEXT, [WEEK], GiftTexts())
    assert [(x.customers, x.grants) for x in (ada, bo)] == [
        (("c1",), (Days(days=7, until=paid + timedelta(days=7)),)),
        (("c2",), (WEEK,)),
    ]
    assert bo.thanks == ("You can try everything for 7 days, until 1 December 2025.",)


def test_days_that_would_be_credited_but_have_no_known_price_are_promised_as_days() -> None:
    (one,) = gifts.tells(pays(fixed(), "c1", days="credit").bug, ["c1"], TEXT, [WEEK], GiftTexts())
    assert one.grants == (WEEK,)
    assert one.thanks == ("Your subscription runs 7 days longer, until 1 December 2025.",)


def test_an_upgrade_is_the_same_for_everybody_and_said_in_their_own_words() -> None:
    story = waiting(fixed(), BO)
    pays(pays(story, "c1", ends=MONDAY + timedelta(days=20)), "c2", days="trial")
    ada, bo = gifts.tells(story.bug, ["c1", "c2"], TEXT, [PRO], GiftTexts())
    assert ada.grants == bo.grants == (PRO,)
    assert ada.thanks == ("You have the plan pro until 24 December 2025.",)
    assert bo.thanks == ("With the code {code} you get the plan pro; it is good until 24 December 2025.",)


def test_what_passes_is_reckoned_when_it_passes() -> None:
    story = asks(fixed(), grants=(WEEK,))
    paid = MONDAY + timedelta(days=20)
    lets_pass(pays(story, "c1", ends=paid))
    assert [g.grant for g in story.customer().given] == [Days(days=7, until=paid + timedelta(days=7))]
