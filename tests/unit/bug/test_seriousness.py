"""How serious a bug is: said by a person, or guessed from what people wrote; never from a program's words."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bug.course import seriousness
from bot.bug.course.news import Opened
from bot.bug.course.seriousness import Serious, SeriousnessSaid, guess, judged
from bot.bug.customers.customers import CustomerJoined, CustomerWrote
from bot.bug.errors import Refused
from tests.unit.bug.story import ADA, MONDAY, Story, opened

GUESSED = {
    "I can't add servers since this morning": Serious.BLOCKS,
    "I cannot log in, I am locked out": Serious.BLOCKS,
    "We couldn’t pay, and it is urgent": Serious.BLOCKS,
    "Ich kann die Rechnung nicht öffnen": Serious.BLOCKS,
    "Der Export geht nicht": Serious.BLOCKS,
    "No puedo entrar": Serious.BLOCKS,
    "The list is very slow today": Serious.DEGRADES,
    "Sometimes the page has to be loaded twice": Serious.DEGRADES,
    "Manchmal kommt die Mail doppelt": Serious.DEGRADES,
    "There is a typo in the menu": Serious.COSMETIC,
    "The two columns overlap on my phone": Serious.COSMETIC,
    "The logo looks odd, and I can't save": Serious.BLOCKS,
    "Hello, anybody there?": None,
    "": None,
}


@pytest.mark.parametrize("text", GUESSED)
def test_what_customers_write_lets_us_guess(text: str) -> None:
    assert guess(text) is GUESSED[text]


def wrote(story: Story, id_: str, text: str) -> Story:
    said = CustomerWrote(customer=id_, text=text, at=MONDAY + timedelta(minutes=1))
    return story.then((CustomerJoined(customer=id_, hint=ADA, via="mail", source="mail"), said))


def test_the_worst_that_anybody_wrote_counts() -> None:
    story = wrote(wrote(opened(), "c1", "There is a typo"), "c2", "It is slow")
    assert str(judged(story.bug)) == "probably degrades"


def test_a_programs_own_words_say_nothing() -> None:
    story = opened()
    story.then(SeriousnessSaid(how=Serious.COSMETIC))
    assert guess("TypeError: can't access property") is Serious.BLOCKS
    assert judged(opened().bug) is None


def test_the_words_of_a_bug_that_a_person_told_of_count() -> None:
    told = Story().then(Opened(source="by hand", title="Nobody can't pay", admitted="by hand"))
    assert judged(told.bug) == (Serious.BLOCKS, True)


def test_what_a_person_says_counts_more_than_any_guess() -> None:
    story = wrote(opened(), "c1", "I can't pay")
    assert str(judged(story.bug)) == "probably blocks a customer"
    story.then(seriousness.say(story.bug, " Cosmetic", "only the old theme"))
    assert str(judged(story.bug)) == "cosmetic"
    line = story.facts[-1].event.line(story.bug, "U1")
    assert line
    story.then(seriousness.say(story.bug, "blocks"))
    assert str(judged(story.bug)) == "blocks a customer"
    assert story.facts[-1].event.line(story.bug, "U1") != line


def test_another_word_says_what_to_write() -> None:
    with pytest.raises(Refused, match="/bug serious BUG-1 blocks"):
        seriousness.say(opened().bug, "very")


@given(st.text(max_size=400))
def test_no_text_is_too_odd(text: str) -> None:
    assert guess(text) in {None, *Serious}


def test_a_long_hostile_text_takes_no_time() -> None:
    assert guess("kann " * 100_000) is None
    assert guess("ne peux " * 100_000) is None
