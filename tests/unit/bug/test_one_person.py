"""A person joins two customers who are one, and parts two who are not: nobody loses their place, their words or a letter."""

from datetime import timedelta

import pytest

from bot.bug.customers import customers, one_person, recognising
from bot.bug.errors import Refused
from bot.bug.gifts.gifts import Granted, tell
from bot.bug.money import Credit, Money, Receipt
from bot.bug.telling.messages import Delivered, Told
from bot.bug.values import CustomerHint
from bot.bug.words import plain
from tests.unit.bug.story import MONDAY, Story, opened

MIA = CustomerHint(name="Mia", email="mia@studio.example")
BEN = CustomerHint(name="Ben", email="ben@studio.example")
EURO5 = Credit(money=Money(amount=500, currency="EUR"))
PLACE = ("chatwoot", "31")


def wrote(story: Story, customer: str, text: str, minutes: int, *place: str) -> None:
    source, conversation = place or PLACE
    at = MONDAY + timedelta(minutes=minutes)
    story.then(customers.CustomerWrote(customer=customer, text=text, at=at, source=source, conversation=conversation))


def joined(story: Story, hint: CustomerHint, *place: str) -> None:
    source, conversation = place or PLACE
    found = recognising.join(story.bug, hint, via=source, source=source, conversation=conversation)
    assert found
    story.then(found)


def two() -> Story:
    """Mia wrote in a chat; Ben answered in it."""
    story = opened()
    joined(story, MIA)
    wrote(story, "c1", "It fails", 1)
    joined(story, BEN)
    wrote(story, "c2", "For me, too", 3)
    return story


def test_whoever_answers_in_a_conversation_is_somebody_else() -> None:
    assert [(c.id, c.beside) for c in two().bug.customers] == [("c1", ""), ("c2", "c1")]


def test_two_who_are_one_by_a_persons_word_wait_since_the_first_word_and_said_the_last() -> None:
    story = two()
    story.then(one_person.same(story.bug, "c1", "c2"))
    (mia,) = story.bug.customers
    assert (mia.id, mia.hint.email, mia.said, mia.since) == (
        "c1",
        MIA.email,
        "For me, too",
        MONDAY,
    )
    assert story.facts[-1].event.line(story.bug, "U1")


def test_parted_again_each_is_as_before() -> None:
    story = two()
    before = story.bug.customers
    story.then(one_person.same(story.bug, "c1", "c2")).then(one_person.Parted(customer="c1", other="c2"))
    assert [(c.id, c.hint, c.said, c.said_at, c.since, c.source, c.conversation) for c in story.bug.customers] == [
        (c.id, c.hint, c.said, c.said_at, c.since, c.source, c.conversation) for c in before
    ]
    assert story.facts[-1].event.line(story.bug, "U1")


def test_words_that_came_meanwhile_belong_to_whoever_wrote_in_that_place() -> None:
    story = opened()
    joined(story, MIA, "mail", "<m1>")
    wrote(story, "c1", "It fails", 1, "mail", "<m1>")
    joined(story, BEN, "chatwoot", "31")
    wrote(story, "c2", "I can't pay", 2, "chatwoot", "31")
    story.then(one_person.same(story.bug, "c1", "c2"))
    wrote(story, "c1", "And now?", 5, "chatwoot", "31")
    story.then(one_person.part(story.bug, "c1", "c2"))
    mia, ben = story.bug.customers
    assert (mia.said, mia.source, mia.conversation, mia.hint) == ("It fails", "mail", "<m1>", MIA)
    assert (ben.said, ben.source, ben.conversation, ben.hint) == ("And now?", "chatwoot", "31", BEN)


def test_words_that_came_meanwhile_in_the_others_place_stay_there() -> None:
    story = opened()
    joined(story, MIA, "mail", "<m1>")
    wrote(story, "c1", "It fails", 1, "mail", "<m1>")
    joined(story, BEN, "chatwoot", "31")
    wrote(story, "c2", "I can't pay", 2, "chatwoot", "31")
    story.then(one_person.same(story.bug, "c1", "c2"))
    wrote(story, "c1", "Still nothing", 5, "mail", "<m1>")
    story.then(one_person.part(story.bug, "c1", "c2"))
    mia, ben = story.bug.customers
    assert (mia.said, mia.source, mia.hint) == ("Still nothing", "mail", MIA)
    assert (ben.said, ben.source, ben.hint) == ("I can't pay", "chatwoot", BEN)


def test_who_was_told_goes_on_and_the_other_waits_after_they_are_parted() -> None:
    story = two()
    story.then(Told(customers=("c2",), text="It works"))
    assert one_person.same(story.bug, "c1", "c2") == one_person.SamePerson(customer="c2", same="c1")
    story.then(one_person.same(story.bug, "c1", "c2")).then(one_person.Parted(customer="c2", other="c1"))
    assert {c.name: bool(c.told) for c in story.bug.customers} == {"Ben": True, "Mia": False}
    assert "Mia" in [c.name for c in story.bug.untold]


def test_two_who_were_both_written_to_stay_two() -> None:
    story = two()
    story.then(Told(customers=("c1", "c2"), text="It works"))
    with pytest.raises(Refused, match="answer each in their own place"):
        one_person.same(story.bug, "c1", "c2")


@pytest.mark.parametrize(("one", "other"), [("c1", "c1"), ("c9", "c1"), ("c1", "c9")])
def test_customers_that_are_not_there_are_said_so(one: str, other: str) -> None:
    with pytest.raises(Refused, match="not known"):
        one_person.same(two().bug, one, other)
    with pytest.raises(Refused, match="two already"):
        one_person.part(two().bug, one, other)


def test_an_entry_about_customers_who_are_gone_changes_nothing() -> None:
    story = two()
    before = story.bug.customers
    story.then(one_person.SamePerson(customer="c1", same="c9")).then(one_person.Parted(customer="c1", other="c9"))
    story.then(one_person.Parted(customer="c9", other="c1"))
    assert story.bug.customers == before
    assert all(fact.event.line(story.bug, "U1") for fact in story.facts[-3:])


def test_who_was_joined_by_an_address_is_parted_in_the_same_way_and_never_joined_by_itself_again() -> None:
    story = opened()
    joined(story, MIA, "bugsnag", "")
    joined(story, CustomerHint(name="visitor 7"))
    wrote(story, "c2", "I can't pay", 1)
    joined(story, MIA)
    (mia,) = story.bug.customers
    assert [pair.gone.id for pair in mia.pairs] == ["c2"]
    story.then(one_person.part(story.bug, "c1", "c2"))
    assert sorted(c.id for c in story.bug.customers) == ["c1", "c2"]
    assert recognising._same_person(story.bug, MIA, *PLACE) is None


def test_a_third_who_is_the_same_leaves_the_first_pair_alone() -> None:
    story = two()
    joined(story, CustomerHint(name="Ola", email="ola@studio.example"))
    story.then(one_person.same(story.bug, "c1", "c2")).then(one_person.SamePerson(customer="c1", same="c3"))
    story.then(one_person.part(story.bug, "c1", "c2"))
    assert sorted(c.id for c in story.bug.customers) == ["c1", "c2"]


def test_an_id_is_never_given_out_again_while_its_owner_may_come_back() -> None:
    story = two()
    story.then(one_person.same(story.bug, "c1", "c2"))
    joined(story, CustomerHint(name="Cy", email="cy@studio.example"), "mail", "<m9>")
    story.then(one_person.part(story.bug, "c1", "c2"))
    assert sorted(c.id for c in story.bug.customers) == ["c1", "c2", "c3"]


def delivered(story: Story, customer: str, *, to: str = "") -> None:
    story.then(Told(customers=(customer,), text="It works"))
    story.then(Delivered(message=story.bug.seq, customer=customer, state="delivered", to=to))


def test_whoever_writes_in_a_chat_has_heard_what_reached_it() -> None:
    story = two()
    delivered(story, "c2")
    assert [bool(c.told) for c in story.bug.customers] == [True, True]
    story.then(one_person.SamePerson(customer="c2", same="c1")).then(one_person.Parted(customer="c2", other="c1"))
    assert story.bug.untold == ()


def test_what_reached_the_others_place_alone_was_heard_by_the_other_alone() -> None:
    story = opened()
    joined(story, MIA, "mail", "<m1>")
    wrote(story, "c1", "It fails", 1, "mail", "<m1>")
    joined(story, BEN)
    wrote(story, "c2", "I can't pay", 2)
    story.then(one_person.same(story.bug, "c1", "c2"))
    delivered(story, "c1", to="chatwoot 31")
    story.then(one_person.part(story.bug, "c1", "c2"))
    assert {c.name: bool(c.told) for c in story.bug.customers} == {"Mia": False, "Ben": True}


def test_what_was_sent_in_the_chat_meanwhile_was_heard_by_who_comes_back_to_it() -> None:
    story = two()
    joined(story, CustomerHint(name="Ola", email="ola@studio.example"), "mail", "<o1>")
    wrote(story, "c3", "And mine", 5, "mail", "<o1>")
    story.then(one_person.same(story.bug, "c2", "c3"))
    story.then(Told(customers=("c1",), text="It works"), after=9)
    story.then(Delivered(message=story.bug.seq, customer="c1", state="delivered"))
    assert not story.customer("c2").told
    story.then(one_person.part(story.bug, "c2", "c3"))
    assert {c.name: bool(c.told) for c in story.bug.customers} == {"Mia": True, "Ben": True, "Ola": False}


def test_what_was_booked_on_the_only_account_there_was_goes_with_it() -> None:
    story = opened()
    joined(story, CustomerHint(name="visitor 7"))
    wrote(story, "c1", "It fails", 1)
    joined(story, BEN, "mail", "<m2>")
    story.then(one_person.SamePerson(customer="c1", same="c2"))
    story.then(Told(customers=("c1",), text="It works", grants=(EURO5,)))
    tell = story.bug.seq
    receipt = Receipt(key="k", grant=EURO5, account="cus_1", external_ids=("tx",))
    story.then(Granted(tell=tell, customer="c1", grant=EURO5, receipt=receipt))
    story.then(Delivered(message=tell, customer="c1", state="delivered"))
    story.then(one_person.part(story.bug, "c1", "c2"))
    assert {c.name: c.got for c in story.bug.customers} == {"visitor 7": False, "Ben": True}


def test_whoever_has_the_account_of_somebody_with_another_name_is_shown_and_can_be_parted() -> None:
    story = opened()
    joined(story, CustomerHint(id="acct-7", name="Mia"), "bugsnag", "")
    joined(story, CustomerHint(id="acct-7", name="Ben"))
    wrote(story, "c1", "It fails", 2)
    (mia,) = story.bug.customers
    assert (mia.name, [pair.gone.hint.name for pair in mia.pairs], mia.place) == ("Mia", ["Ben"], "chatwoot 31")
    said = next(fact for fact in story.facts if fact.seq == 3)
    line = said.event.line(story.bug, "U1")
    assert line
    assert "Ben has the account of Mia" in plain(line.parts)
    assert (
        recognising.join(
            story.bug, CustomerHint(id="acct-7", name="Ben"), via="chatwoot", source=PLACE[0], conversation=PLACE[1]
        )
        is None
    )
    story.then(one_person.part(story.bug, "c1", "c2"))
    assert [(c.name, c.said) for c in story.bug.customers] == [("Mia", ""), ("Ben", "It fails")]


def test_where_one_of_two_writes_from_now_on_is_theirs_when_they_are_parted() -> None:
    story = opened()
    joined(story, MIA, "mail", "<m1>")
    joined(story, BEN, "mail", "<b1>")
    story.then(one_person.same(story.bug, "c1", "c2"))
    joined(story, MIA, "chatwoot", "41")
    joined(story, BEN, "chatwoot", "42")
    story.then(one_person.part(story.bug, "c1", "c2"))
    assert {c.name: c.place for c in story.bug.customers} == {"Mia": "chatwoot 41", "Ben": "chatwoot 42"}


def test_two_in_one_chat_are_not_told_by_two_messages_at_once() -> None:
    story = two()
    story.then(tell(story.bug, ["c1"], "It works", anyway=True))
    with pytest.raises(Refused, match="one chat"):
        tell(story.bug, ["c2"], "It works", anyway=True)
