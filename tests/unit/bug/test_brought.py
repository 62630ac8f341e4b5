"""Two bugs become one: who was told stays told, who got something got it, and whoever wrote since waits."""

from datetime import timedelta

import pytest

from bot.bug.course import course
from bot.bug.customers import one_person
from bot.bug.customers.customers import CustomerJoined, CustomerWrote
from bot.bug.errors import Refused
from bot.bug.gifts.gifts import Granted, tell
from bot.bug.money import Credit, Money, Receipt
from bot.bug.telling.messages import Answered, Delivered, NotDelivered, Told, skip
from bot.bug.values import CustomerHint
from tests.unit.bug.story import MONDAY, Story, opened

MIA = CustomerHint(name="Mia", email="mia@studio.example")
EURO5 = Credit(money=Money(amount=500, currency="EUR"))


def at(minutes: int) -> timedelta:
    return timedelta(minutes=minutes)


def known(number: int, wrote: int | None = 1, text: str = "It fails") -> Story:
    story = opened(number).then(CustomerJoined(customer="c1", hint=MIA, via="mail", source="mail"))
    return story.then(CustomerWrote(customer="c1", text=text, at=MONDAY + at(wrote))) if wrote is not None else story


def told(story: Story, *grants: Credit) -> Story:
    story.then(Told(customers=("c1",), text="It works", grants=grants), after=20)
    seq = story.bug.seq
    for grant in grants:
        receipt = Receipt(key="k1", grant=grant, account="cus_1", external_ids=("tx_1",))
        story.then(Granted(customer="c1", tell=seq, grant=grant, receipt=receipt))
    return story.then(Delivered(message=seq, customer="c1", state="delivered"))


def merged(into: Story, ending: Story) -> Story:
    return into.then(course.absorbed(into.bug, ending.bug), after=60)


def test_who_was_told_and_got_something_is_not_told_or_given_to_again() -> None:
    story = merged(opened(2), told(known(1), EURO5))
    mia = story.customer()
    assert (mia.told_at, mia.got, story.bug.untold) == (MONDAY + at(20), True, ())
    with pytest.raises(Refused, match="already"):
        tell(story.bug, ["c1"], "It works", (EURO5,), anyway=True)
    assert mia.given_here == ()


def test_it_is_the_same_for_a_customer_of_both() -> None:
    story = merged(known(2, wrote=None), told(known(1), EURO5))
    assert (bool(story.customer().told), story.customer().got) == (True, True)


def test_who_wrote_after_the_tell_waits_and_keeps_the_gift() -> None:
    story = merged(known(2, wrote=40, text="Still broken"), told(known(1), EURO5))
    mia = story.customer()
    assert (mia.told, mia.got) == (None, True)
    assert story.bug.untold == (mia,)


def test_who_was_told_in_both_is_told_once() -> None:
    story = merged(told(known(2)), told(known(1)))
    assert [m.kind for m in story.customer().messages] == ["told"]


def test_a_first_answer_counts_in_the_bug_that_goes_on() -> None:
    ending = known(1).then(Answered(customers=("c1",), text="We see it"), after=2)
    story = merged(opened(2), ending)
    assert (story.customer().answered_at, story.customer().told) == (MONDAY + at(2), None)
    both = known(3).then(Answered(customers=("c1",), text="Looking"), after=1)
    assert len(merged(both, ending).customer().messages) == 1


def test_a_message_that_did_not_arrive_is_not_brought() -> None:
    ending = known(1).then(Answered(customers=("c1",), text="We see it"))
    ending.then(NotDelivered(message=ending.bug.seq, customer="c1", why="the mailbox is full"))
    assert "brought" not in merged(opened(2), ending).kinds


def test_who_was_only_hit_and_need_not_be_told_is_not_asked_about_again() -> None:
    ending = known(1, wrote=None)
    ending.then(skip(ending.bug))
    assert merged(opened(2), ending).customer().skipped
    assert not merged(known(3), ending).customer().skipped


def test_whoever_waits_without_a_word_brings_nothing() -> None:
    assert "brought" not in merged(opened(2), known(1)).kinds


def test_a_merge_keeps_who_answered_beside_somebody_who_was_parted_and_who_can_be() -> None:
    ending = known(1)
    for id_, name, beside in (("c2", "Ben", "c1"), ("c3", "Cy", ""), ("c4", "Dot", "")):
        hint = CustomerHint(name=name, email=f"{name}@x.example")
        ending.then(CustomerJoined(customer=id_, hint=hint, via="chatwoot", source="chatwoot", beside=beside))
    ending.then(one_person.same(ending.bug, "c2", "c3")).then(one_person.part(ending.bug, "c2", "c3"))
    ending.then(one_person.same(ending.bug, "c1", "c4")).then(one_person.SamePerson(customer="c3", same="c1"))
    story = merged(opened(2).then(CustomerJoined(customer="c1", hint=CustomerHint(name="Eve"), via="mail")), ending)
    ids = {c.name: c for c in story.bug.customers}
    assert (ids["Cy"].parted, [p.gone.hint.name for p in ids["Cy"].pairs]) == (True, ["Mia"])
    assert ids["Ben"].beside == ""  # whom they answered is somebody else's now
    story.then(one_person.part(story.bug, ids["Cy"].id, ids["Cy"].pairs[0].gone.id))
    mia = next(c for c in story.bug.customers if c.name == "Mia")
    story.then(one_person.part(story.bug, mia.id, mia.pairs[0].gone.id))
    assert sorted(c.name for c in story.bug.customers) == ["Ben", "Cy", "Dot", "Eve", "Mia"]
    assert len({c.id for c in story.bug.customers}) == 5


def test_a_merge_keeps_that_somebody_answered_beside_another() -> None:
    ending = known(1).then(CustomerJoined(customer="c2", hint=CustomerHint(name="Ben"), via="mail", beside="c1"))
    story = merged(opened(2).then(CustomerJoined(customer="c1", hint=CustomerHint(name="Eve"), via="mail")), ending)
    assert {c.name: c.beside for c in story.bug.customers} == {"Eve": "", "Mia": "c2", "Ben": "c2"} | {"Mia": ""}


def chatting(number: int, name: str, wrote: int) -> Story:
    hint = CustomerHint(name=name, email=f"{name}@x.example")
    joined = CustomerJoined(customer="c1", hint=hint, via="chatwoot", source="chatwoot", conversation="31")
    return opened(number).then(joined).then(CustomerWrote(customer="c1", text="It fails", at=MONDAY + at(wrote)))


def test_a_chat_that_was_told_in_either_bug_is_not_told_again_unless_somebody_wrote_since() -> None:
    assert merged(chatting(2, "Ben", 5), told(chatting(1, "Mia", 5))).bug.untold == ()
    assert merged(told(chatting(2, "Ben", 5)), chatting(1, "Mia", 5)).bug.untold == ()
    assert [c.name for c in merged(chatting(2, "Ben", 40), told(chatting(1, "Mia", 5))).bug.untold] == ["Ben"]
