"""Customers: who waits since when, what they are told once, and what they get once."""

from datetime import timedelta

import pytest

from bot.bug.course.course import Fixed
from bot.bug.customers import recognising
from bot.bug.customers.customer import Customer
from bot.bug.customers.customers import AccountSeen, CustomerJoined, CustomerPresence, CustomerWrote
from bot.bug.debt.debt import Paid
from bot.bug.errors import Invalid, Refused
from bot.bug.gifts import gifts
from bot.bug.gifts.gifts import Granted, GrantUndone, NotGranted
from bot.bug.money import Credit, Days, Grant, Money, Receipt
from bot.bug.telling import messages
from bot.bug.telling.messages import Answered, NotDelivered
from bot.bug.values import CustomerHint
from tests.unit.bug.story import ADA, ANNA, BEN, MONDAY, SYSTEM, Story, claimed, fixed, opened, told, waiting

BO = CustomerHint(name="Bo", email="bo@example.com")
EURO5 = Credit(money=Money(amount=500, currency="EUR"))
FIVE_DAYS = Days(days=5, until=MONDAY + timedelta(days=9))


def tell(story: Story, *grants: Grant) -> int:
    """The seq of the tell to the first customer, which nobody has delivered yet."""
    story.then(gifts.tell(story.bug, ["c1"], "It works again.", grants))
    return story.bug.seq


def granted(story: Story, seq: int, grant: Grant) -> Story:
    receipt = Receipt(key="k1", grant=grant, account="cus_1", external_ids=("tx_1",))
    return story.then(Granted(tell=seq, customer="c1", grant=grant, receipt=receipt), SYSTEM)


# ---- who they are


def test_somebody_known_again_adds_only_what_is_new() -> None:
    story = waiting(opened())
    assert recognising.join(story.bug, ADA, via="bugsnag") is None
    assert recognising.join(story.bug, ADA, via="chatwoot", source="chatwoot", conversation="talk of Ada") is None
    more = recognising.join(story.bug, ADA.model_copy(update={"id": "42"}), via="bugsnag")
    assert more
    assert more.customer == "c1"
    assert story.then(more).customer().hint == CustomerHint(id="42", name="Ada", email="ada@example.com")


def test_the_same_person_in_another_channel_is_answered_there() -> None:
    story = waiting(opened())
    story.then(recognising.join(story.bug, ADA, via="email", source="email", conversation="<1@example.com>"))
    assert (story.customer().source, story.customer().conversation) == ("email", "<1@example.com>")
    assert len(story.bug.customers) == 1


@pytest.mark.parametrize(
    ("hint", "conversation"),
    [
        (CustomerHint(email="ADA@Example.com"), ""),
        (CustomerHint(name="somebody"), "talk of Ada"),
        (CustomerHint(id="42"), ""),
    ],
    ids=["address", "conversation", "id"],
)
def test_a_customer_is_known_by_address_conversation_or_id(hint: CustomerHint, conversation: str) -> None:
    story = waiting(opened(), CustomerHint(id="42", name="Ada", email="ada@example.com"))
    found = recognising.find(story.bug, hint, "chatwoot", conversation)
    assert found
    assert found.id == "c1"


@pytest.mark.parametrize(
    "hint", [BO, CustomerHint(id="43"), CustomerHint(name="Ada"), CustomerHint(id="42", email="b@c.d")]
)
def test_another_person_is_another_customer(hint: CustomerHint) -> None:
    story = waiting(opened(), CustomerHint(id="42", name="Ada", email="ada@example.com"))
    assert recognising.find(story.bug, hint) is None
    joined = recognising.join(story.bug, hint, via="by hand")
    assert joined
    assert joined.customer == "c2"


@pytest.mark.parametrize(
    ("hint", "name"),
    [
        (CustomerHint(id="42", name="Ada", email="ada@example.com"), "Ada"),
        (CustomerHint(id="42", email="ada@example.com"), "ada@example.com"),
        (CustomerHint(id="42"), "42"),
        (CustomerHint(), "a customer"),
    ],
)
def test_a_customer_is_called_by_the_best_that_is_known(hint: CustomerHint, name: str) -> None:
    assert Customer(id="c1", hint=hint, via="chat", since=MONDAY).name == name


# ---- since when they wait


def test_a_mail_waits_since_its_own_date() -> None:
    story = opened().then(CustomerJoined(customer="c1", hint=ADA, via="email", source="email"))
    hour_ago = story.now - timedelta(hours=1)
    story.then(CustomerWrote(customer="c1", text="An error!", at=hour_ago))
    assert story.customer().since == hour_ago


def test_a_second_word_does_not_make_the_wait_shorter_or_longer() -> None:
    story = waiting(opened())
    since = story.customer().since
    story.then(CustomerWrote(customer="c1", text="Hello?", at=since - timedelta(days=1)), after=5)
    assert (story.customer().since, story.customer().said) == (since, "Hello?")


def test_presence_plan_and_words_are_the_newest() -> None:
    story = waiting(waiting(opened()), BO)
    story.then(CustomerPresence(customer="c1", online=True)).then(AccountSeen(customer="c1", plan="trial"))
    assert (story.customer().online, story.customer().plan) == (True, "trial")
    assert (story.customer("c2").online, story.customer("c2").plan) == (False, "")


# ---- answers


def test_a_first_answer_promises_a_time_and_is_not_the_tell() -> None:
    story = waiting(claimed())
    back = story.now + timedelta(minutes=15)
    story.then(messages.answer(story.bug, ["c1"], " We see it. ", back), BEN)
    assert (story.bug.back_by, story.customer().answered_at, story.customer().told) == (back, story.now, None)
    assert story.customer().messages[0].text == "We see it."


def test_a_later_answer_without_a_promise_keeps_the_old_one() -> None:
    story = waiting(claimed())
    back = story.now + timedelta(minutes=15)
    story.then(messages.answer(story.bug, ["c1"], "We see it.", back))
    assert story.then(messages.answer(story.bug, ["c1"], "Still looking.")).bug.back_by == back


def test_an_answer_that_did_not_arrive_does_not_count() -> None:
    story = waiting(claimed())
    story.then(messages.answer(story.bug, ["c1"], "We see it."))
    story.then(NotDelivered(message=story.bug.seq, customer="c1", why="mailbox full"), SYSTEM)
    assert story.customer().answered_at is None


@pytest.mark.parametrize(("text", "sentence"), [(" ", "Write what"), ("x" * 5001, "too long")])
def test_a_message_has_a_text_of_a_readable_length(text: str, sentence: str) -> None:
    with pytest.raises(Invalid, match=sentence) as refused:
        messages.answer(waiting(claimed()).bug, ["c1"], text)
    assert "text" in refused.value.fields


def test_a_message_goes_to_somebody_who_can_be_reached() -> None:
    story = claimed().then(CustomerJoined(customer="c1", hint=CustomerHint(name="Ada"), via="bugsnag"))
    with pytest.raises(Invalid, match="at least one customer"):
        messages.answer(story.bug, [], "We see it.")
    with pytest.raises(Refused, match="no such customer any more"):
        messages.answer(story.bug, ["c9"], "We see it.")
    with pytest.raises(Refused, match=r"no way to reach Ada.*/bug customer BUG-17"):
        messages.answer(story.bug, ["c1"], "We see it.")


# ---- tells


def test_the_tell_is_refused_while_nothing_is_fixed_unless_one_insists() -> None:
    story = waiting(claimed())
    with pytest.raises(Refused, match="not fixed yet"):
        gifts.tell(story.bug, ["c1"], "It works again.")
    assert gifts.tell(story.bug, ["c1"], "It works again.", anyway=True).customers == ("c1",)


def test_a_customer_named_twice_is_told_once() -> None:
    assert gifts.tell(fixed().bug, ["c1", "c1"], "It works again.").customers == ("c1",)


def test_who_knows_or_is_being_told_is_not_told_again() -> None:
    story = fixed()
    tell(story)
    with pytest.raises(Refused, match="Ada knows already, or the message is on its way"):
        gifts.tell(story.bug, ["c1"], "It works again.")


def test_who_was_not_reached_is_told_again() -> None:
    story = fixed()
    story.then(NotDelivered(message=tell(story), customer="c1", why="mailbox full"), SYSTEM)
    assert gifts.tell(story.bug, ["c1"], "It works again.").customers == ("c1",)


def test_a_customer_gets_something_once_for_one_bug() -> None:
    story = fixed()
    seq = tell(story, EURO5)
    granted(story, seq, EURO5).then(NotDelivered(message=seq, customer="c1", why="mailbox full"), SYSTEM)
    with pytest.raises(Refused, match="Ada already got something for BUG-17"):
        gifts.tell(story.bug, ["c1"], "It works again.", [FIVE_DAYS])
    assert gifts.tell(story.bug, ["c1"], "It works again.").customers == ("c1",)


def test_what_was_taken_back_can_be_given_anew() -> None:
    story = fixed()
    seq = tell(story, EURO5)
    granted(story, seq, EURO5).then(NotDelivered(message=seq, customer="c1", why="mailbox full"), SYSTEM)
    grant = story.customer().given[0].seq
    story.then(gifts.undo_grant(story.bug, grant, "wrong amount")).then(GrantUndone(granted=grant), SYSTEM)
    assert story.customer().given[0].state == "undone"
    assert gifts.tell(story.bug, ["c1"], "It works again.", [FIVE_DAYS]).grants == (FIVE_DAYS,)


def test_each_makegood_of_a_tell_is_booked_by_itself() -> None:
    story = waiting(fixed(), BO)
    seq = tell(story, EURO5, FIVE_DAYS)
    granted(story, seq, EURO5)
    story.then(NotGranted(tell=seq, customer="c1", grant=FIVE_DAYS, why="cut off", doubtful=True), SYSTEM)
    assert [g.state for g in story.customer().given] == ["granted", "doubtful"]
    assert story.customer("c2").given == ()


def test_a_makegood_that_failed_lets_the_owner_tell_without_it() -> None:
    story = fixed()
    seq = tell(story, EURO5)
    with pytest.raises(Refused, match="Nothing of this message is held back"):
        gifts.release(story.bug, seq, "c1")
    story.then(NotGranted(tell=seq, customer="c1", grant=EURO5, why="no such account"), SYSTEM)
    story.then(gifts.release(story.bug, seq, "c1"))
    assert story.customer().given[0].state == "dropped"
    with pytest.raises(Refused, match="Nothing of this message is held back"):
        gifts.release(story.bug, seq, "c1")


def test_nothing_is_released_for_somebody_unknown() -> None:
    with pytest.raises(Refused, match="Nothing of this message"):
        gifts.release(fixed().bug, 7, "c9")


def test_what_was_not_given_is_not_taken_back() -> None:
    story = fixed()
    tell(story, EURO5)
    with pytest.raises(Refused, match="not there to take back"):
        gifts.undo_grant(story.bug, 99, "wrong")


# ---- nobody left


def test_who_was_only_hit_may_be_left_in_peace() -> None:
    story = claimed().then(CustomerJoined(customer="c1", hint=BO, via="bugsnag")).then(Fixed(how="word"))
    story.then(messages.skip(story.bug))
    assert story.customer().skipped
    assert story.bug.untold == ()
    assert story.kinds[-1] == "owed"


def test_who_wrote_to_us_is_never_left_without_a_word() -> None:
    with pytest.raises(Refused, match="Ada wrote to us and waits"):
        messages.skip(fixed().bug)


def test_nobody_is_left_out_twice() -> None:
    with pytest.raises(Refused, match="Everybody knows already"):
        messages.skip(told(fixed()).bug)


def test_i_told_them_settles_a_message_that_did_not_go_out() -> None:
    story = fixed()
    seq = tell(story)
    story.then(NotDelivered(message=seq, customer="c1", why="cut off", doubtful=True), SYSTEM)
    story.then(messages.by_hand(story.bug, seq, "c1"), ANNA, after=2)
    assert story.customer().told_at == story.now


def test_i_told_them_is_about_a_message_that_is_not_out_yet() -> None:
    story = told(fixed())
    seq = story.customer().messages[0].seq
    with pytest.raises(Refused, match="out already"):
        messages.by_hand(story.bug, seq, "c1")
    with pytest.raises(Refused, match="not there any more"):
        messages.by_hand(story.bug, 99, "c1")
    with pytest.raises(Refused, match="not there any more"):
        messages.by_hand(story.bug, seq, "c9")


def test_a_late_customer_of_a_closed_bug_is_told_too() -> None:
    story = told(fixed())
    story.then(Paid(how="PR 212"))
    waiting(story, BO)
    assert gifts.tell(story.bug, ["c2"], "It works again.").customers == ("c2",)


MIA_NAMED = CustomerHint(email="mia@studio.example")


def _two(*, known: str = "c1", nameless: str = "c2") -> Story:
    """Mia, of whom the tracker tells, and somebody without a name in a chat."""
    hit, stranger = CustomerHint(email="mia@studio.example", name="Mia"), CustomerHint(name="visitor204")
    mia = CustomerJoined(customer=known, hint=hit, via="bugsnag")
    chat = CustomerJoined(customer=nameless, hint=stranger, via="crisp", source="crisp", conversation="s1")
    said = CustomerWrote(customer=nameless, text="It is broken", at=MONDAY, source="crisp", conversation="s1")
    both = (mia, chat) if known < nameless else (chat, mia)
    return opened().then(both).then(said)


def _names_herself(story: Story, hint: CustomerHint = MIA_NAMED) -> Story:
    return story.then(recognising.join(story.bug, hint, via="crisp", source="crisp", conversation="s1"))


@pytest.mark.parametrize(("known", "nameless"), [("c1", "c2"), ("c2", "c1")])
def test_a_visitor_who_names_the_address_of_a_known_customer_is_that_customer(known: str, nameless: str) -> None:
    story = _names_herself(_two(known=known, nameless=nameless))
    (mia,) = story.bug.customers
    assert (mia.hint, mia.said, mia.conversation) == (
        CustomerHint(email="mia@studio.example", name="Mia"),
        "It is broken",
        "s1",
    )


def test_whoever_was_written_to_goes_on_so_that_nothing_on_its_way_is_lost() -> None:
    story = _two()
    story.then(Answered(customers=("c2",), text="We look into it"))
    _names_herself(story)
    (mia,) = story.bug.customers
    assert (mia.id, mia.hint.email, len(mia.messages)) == ("c2", "mia@studio.example", 1)


def test_two_who_were_both_written_to_stay_two() -> None:
    story = _two()
    story.then(Answered(customers=("c1", "c2"), text="We look into it"))
    _names_herself(story)
    assert len(story.bug.customers) == 2


def test_a_visitor_who_has_an_address_already_is_somebody_else() -> None:
    story = _two()
    _names_herself(story, CustomerHint(email="ola@nord.example"))
    _names_herself(story)
    assert len(story.bug.customers) == 2
