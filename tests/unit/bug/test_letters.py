"""Letters wait before they leave. Whichever is first holds: that one takes them back, or that they leave."""

from datetime import timedelta

import pytest

from bot.bug.course import course
from bot.bug.course.ownership import Claimed
from bot.bug.customers.customers import CustomerPresence
from bot.bug.errors import Refused
from bot.bug.event import Event
from bot.bug.gifts import gifts
from bot.bug.money import Credit, Money
from bot.bug.telling import letters, messages
from bot.bug.telling.gift_texts import GiftTexts, letter, promised
from bot.bug.telling.letters import Letters, LettersTakenBack
from bot.bug.telling.messages import Answered, Delivered, Told
from bot.bug.values import CustomerHint
from bot.bug.words import plain
from tests.unit.bug.story import ANNA, BEN, SYSTEM, Story, claimed, fixed, opened, waiting

TEN = timedelta(seconds=10)
RULE = Letters(wait=TEN, chats=frozenset({"chatwoot"}), pasted=frozenset({"tawk"}))
EURO5 = Credit(money=Money(amount=500, currency="EUR"))
BO = CustomerHint(name="Bo", email="bo@example.com")
CY = CustomerHint(name="Cy", email="cy@example.com")


def two_wait() -> Story:
    """Ada in the chat, Bo by mail."""
    return waiting(fixed(), BO, "email-postmark")


def sent(story: Story, decided: Event | tuple[Event, ...]) -> Story:
    return story.then(RULE.hold(story.bug, decided, story.now))


def told(story: Story, *ids: str) -> Story:
    return sent(story, gifts.tells(story.bug, ids or ("c1", "c2"), "It works again.", (EURO5,), GiftTexts()))


def left(story: Story, after: float = 10) -> Story:
    """So many seconds later."""
    return story.then(letters.leaving(story.bug, story.now + timedelta(seconds=after)), SYSTEM)


def states(story: Story) -> list[tuple[str, str, bool]]:
    """Of each customer's last message and gift: how they stand, and whether the message is still held."""
    return [(c.messages[-1].state, c.given[-1].state, c.messages[-1].held) for c in story.bug.customers]


def last(story: Story) -> int:
    return max(fact.seq for fact in story.facts if isinstance(fact.event, Told | Answered))


def test_a_mail_is_a_letter_and_words_in_a_chat_are_none() -> None:
    story = told(two_wait())
    (tell,) = (fact.event for fact in story.facts if isinstance(fact.event, Told))
    assert tell.letters == ("c2",)
    assert tell.leaves == story.now + TEN
    assert states(story) == [("waiting", "promised", False), ("waiting", "promised", True)]


def test_what_a_person_pastes_while_the_customer_is_there_is_no_letter_and_one_who_left_gets_one() -> None:
    story = waiting(waiting(fixed(), BO, "tawk"), CY, "tawk")
    story.then(CustomerPresence(customer="c2", online=True), SYSTEM)
    story.then(CustomerPresence(customer="c3", online=False), SYSTEM)
    (tell,) = RULE.hold(story.bug, messages.answer(story.bug, ["c1", "c2", "c3"], "We see it."), story.now)
    assert isinstance(tell, Answered)
    assert tell.letters == ("c3",)


def test_where_no_time_is_set_or_no_address_is_known_everything_goes_at_once() -> None:
    story = waiting(fixed(), CustomerHint(name="Bo", id="7"), "generic")
    answer = messages.answer(story.bug, ["c1", "c2"], "We see it.")
    assert RULE.hold(story.bug, answer, story.now) == (answer,)
    none = Letters(wait=timedelta(), chats=frozenset(), pasted=frozenset())
    assert none.hold(story.bug, answer, story.now) == (answer,)


def test_what_is_no_message_passes_as_it_is() -> None:
    story = two_wait()
    assert RULE.hold(story.bug, None, story.now) == ()
    assert RULE.hold(story.bug, Claimed(owner=BEN), story.now) == (Claimed(owner=BEN),)


def test_a_letter_leaves_when_its_time_is_over_and_not_before() -> None:
    story = told(two_wait())
    assert letters.next_at(story.bug) == story.now + TEN
    assert letters.leaving(story.bug, story.now + timedelta(seconds=9)) == ()
    left(story)
    assert states(story) == [("waiting", "promised", False), ("waiting", "promised", False)]
    assert letters.next_at(story.bug) is None


def test_a_clock_that_is_set_back_holds_a_letter_as_long_again_and_no_longer() -> None:
    story = told(two_wait())
    back = story.now - timedelta(hours=1)
    assert letters.written_later(story.bug, back)
    assert not letters.written_later(story.bug, story.now - timedelta(seconds=1)), "clocks differ by that"
    assert letters.next_at(story.bug, back) == back + TEN
    assert letters.leaving(story.bug, back + timedelta(seconds=9), back) == ()
    assert letters.leaving(story.bug, back + TEN, back) == letters.leaving(story.bug, story.now + TEN)
    assert letters.next_at(story.bug, story.now) == story.now + TEN, "what is written since waits by its own time"


def test_a_letter_taken_back_never_leaves_and_nothing_was_given_with_it() -> None:
    story = told(two_wait())
    story.then(letters.take_back(story.bug, last(story)), BEN)
    assert states(story) == [("waiting", "promised", False), ("taken_back", "dropped", False)]
    assert letters.leaving(story.bug, story.now + TEN) == ()
    left(story)
    assert states(story)[1] == ("taken_back", "dropped", False)


def test_one_that_has_left_is_not_taken_back_any_more() -> None:
    story = left(told(two_wait()))
    with pytest.raises(Refused, match="has left already"):
        letters.take_back(story.bug, last(story))
    with pytest.raises(Refused, match="No letter of BUG-17 waits"):
        letters.take_back(story.bug)


def test_taken_back_twice_says_so() -> None:
    story = told(two_wait())
    story.then(letters.take_back(story.bug, last(story)))
    with pytest.raises(Refused, match="taken back already"):
        letters.take_back(story.bug, last(story))


def test_entries_that_cross_change_nothing() -> None:
    story = told(two_wait())
    leaving, back = letters.leaving(story.bug, story.now + TEN), letters.take_back(story.bug, last(story))
    story.then(back).then(leaving, SYSTEM)
    assert states(story)[1] == ("taken_back", "dropped", False)
    late = told(two_wait())
    leaving, back = letters.leaving(late.bug, late.now + TEN), letters.take_back(late.bug, last(late))
    late.then(leaving, SYSTEM).then(back)
    assert late.customer("c2").messages[-1].state == "waiting"


def test_whoever_was_spared_can_be_told_again_with_the_gift() -> None:
    story = told(two_wait())
    story.then(letters.take_back(story.bug))
    assert [c.id for c in story.bug.untold] == ["c1", "c2"]
    assert not story.customer("c2").told
    told(story, "c2")
    assert states(story)[1] == ("waiting", "promised", True)


def test_one_press_with_different_gifts_is_taken_back_whole_and_another_press_stays() -> None:
    story = waiting(two_wait(), CY, "email-postmark")
    one = gifts.tell(story.bug, ["c2"], "It works again.", [EURO5])
    other = gifts.tell(story.bug, ["c3"], "It works again.")
    sent(story, (one, other))
    story.now += timedelta(seconds=1)
    sent(story, messages.answer(story.bug, ["c2"], "And thank you."))
    back = letters.take_back(story.bug, last(story) - 1)
    assert (back.messages, back.customers) == ((last(story) - 2, last(story) - 1), ("c2", "c3"))
    story.then(back)
    assert story.customer("c2").messages[-1].held


def test_a_promise_that_nobody_read_is_no_promise() -> None:
    story = two_wait()
    early, late = story.now + timedelta(minutes=15), story.now + timedelta(minutes=30)
    story.then(messages.answer(story.bug, ["c1"], "Back soon.", early))
    sent(story, messages.answer(story.bug, ["c2"], "Back later.", late))
    assert story.bug.back_by == late
    story.then(letters.take_back(story.bug))
    assert story.bug.back_by == early
    only = waiting(claimed(), BO, "email-postmark")
    sent(only, messages.answer(only.bug, ["c1"], "Back later.", late))
    assert only.then(letters.take_back(only.bug)).bug.back_by is None


def test_the_thread_reads_who_was_spared() -> None:
    story = told(two_wait())
    back = letters.take_back(story.bug)
    assert "took the letter to Bo back before it left" in plain(back.line(story.bug, ANNA).parts)


def test_a_held_letter_is_not_said_to_be_passed_on_by_hand() -> None:
    story = told(two_wait())
    with pytest.raises(Refused, match="goes by itself"):
        messages.by_hand(story.bug, last(story), "c2")
    story.then(Delivered(message=last(story), customer="c1", state="delivered"), SYSTEM)
    assert story.customer("c2").messages[-1].held


def test_it_is_named_by_the_time_at_which_it_was_written() -> None:
    story = told(two_wait())
    (leaving,) = letters.leaving(story.bug, story.now + TEN)
    assert (leaving.message, leaving.written) == (last(story), story.now)
    assert isinstance(letters.take_back(story.bug), LettersTakenBack)


def test_the_words_of_a_tell_that_was_taken_back_come_up_again_until_somebody_is_told() -> None:
    story = told(two_wait())
    assert letters.spared_words(story.bug) == ""
    story.then(letters.take_back(story.bug))
    assert letters.spared_words(story.bug) == "It works again."
    left(told(story, "c2"))
    assert letters.spared_words(story.bug) == ""


def test_of_a_bug_that_is_open_again_no_held_letter_says_that_it_works() -> None:
    story = told(two_wait())
    story.then(course.reopened(story.bug, "still answers 500"), BEN)
    assert states(story)[1] == ("taken_back", "dropped", False)
    assert "Bo" in [c.name for c in story.bug.untold]
    left(story, after=60)
    assert states(story)[1] == ("taken_back", "dropped", False)


def test_a_bug_is_not_merged_while_something_is_on_its_way_to_a_customer() -> None:
    story = told(two_wait())
    with pytest.raises(Refused, match="is on its way"):
        course.merged(story.bug, opened(2).bug)
    story.then(letters.take_back(story.bug), BEN)
    story.then(Delivered(customer="c1", message=last(story), state="delivered"), SYSTEM)
    with pytest.raises(Refused, match="is being booked"):
        course.merged(story.bug, opened(2).bug)


def test_before_it_leaves_a_letter_is_shown_with_all_that_it_promises() -> None:
    credit = Credit(money=Money(amount=500, currency="EUR"))
    story = fixed()
    story.then(gifts.tells(story.bug, ["c1"], "It works again.", [credit], GiftTexts(), anyway=True))
    customer = story.customer()
    thanks = customer.given[0].thanks
    assert thanks
    assert promised(customer, customer.messages[-1]) == f"It works again.\n\n{thanks}"
    assert letter(customer, customer.messages[-1]) == "It works again.", "nothing is booked yet"
