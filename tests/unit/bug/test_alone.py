"""Who may do what alone: the table is written by hand, every combination of what is asked, who is there and what the settings say."""

from dataclasses import replace
from itertools import product

import pytest

from bot.bug.errors import Invalid, NotAllowed, Refused
from bot.bug.fixes import approval
from bot.bug.fixes.approval import Proof
from bot.bug.fixes.fix import RunState
from bot.bug.gifts import gifts
from bot.bug.money import Credit, Money
from bot.bug.permissions.alone import Way, Word, must_type, way, word
from bot.bug.permissions.modes import Becomes
from bot.bug.permissions.policy import Member, may_rule, wanting
from bot.bug.telling.gift_texts import GiftTexts
from tests.unit.bug.story import ANNA, BEN, Story, asked, claimed, confirmed, waits
from tests.unit.bug.story import fixed as fixed_for

ASKS = {"low, can be undone": 0, "low, cannot be undone": 1, "medium": 1, "high": 2}
SETTINGS = {"neither": (False, False), "glass": (False, True), "solo": (True, False), "solo and glass": (True, True)}
NOBODY = {"neither": Way.REFUSED, "glass": Way.GLASS, "solo": Way.TYPED, "solo and glass": Way.TYPED}
"""Where somebody else has to approve, and nobody is there."""


def expected(becomes: Becomes, asks: str, able: int, settings: str) -> Way:
    """The table: first what only watches, then whoever needs nobody, then those who are there, then the settings' word."""
    if becomes == "nothing":
        return Way.NOTHING
    if asks == "low, can be undone":
        return {"proposal": Way.PROPOSED, "run": Way.ALONE}[becomes]
    return Way.OTHERS if able else NOBODY[settings]


KINDS: tuple[Becomes, ...] = ("nothing", "proposal", "run")


@pytest.mark.parametrize(("becomes", "asks", "able", "settings"), tuple(product(KINDS, ASKS, (0, 1, 2), SETTINGS)))
def test_what_comes_of_a_press(becomes: Becomes, asks: str, able: int, settings: str) -> None:
    solo, glass = SETTINGS[settings]
    assert way(becomes, approvals=ASKS[asks], able=able, solo=solo, glass=glass) is expected(
        becomes, asks, able, settings
    )


def test_what_has_to_be_typed() -> None:
    fix = asked(claimed()).bug.fixes[0]
    assert word(replace(fix, count=3)) == Word("3", "how many it changes")
    assert word(replace(fix, count=1, params={"release": "1.4.2"})) == Word("1.4.2", "the release")
    assert word(replace(fix, count=0, params={"release": ""})) == Word("delete-row", "the action's name")


@pytest.mark.parametrize("typed", ["3", " 3 "])
def test_blanks_do_not_matter(typed: str) -> None:
    must_type(Word("3", "how many it changes"), typed)


@pytest.mark.parametrize(
    "typed", ["1.4.2", " V1.4.2-RC ", "`v1.4.2-rc`", "“v1.4.2-rc”", "v1.4.2-rc.", "v1.4.2\u200b-rc", "ｖ１.４.２-rc"]
)
def test_what_is_copied_along_with_a_word_does_not_matter(typed: str) -> None:
    must_type(Word("v1.4.2-rc" if "v" in typed.casefold() or "ｖ" in typed else "1.4.2", "the release"), typed)


def test_nothing_is_never_the_word() -> None:
    with pytest.raises(Invalid):
        must_type(Word("..", "the release"), " ")


def test_a_release_that_nobody_can_type_is_not_asked_for() -> None:
    fix = replace(asked(claimed()).bug.fixes[0], count=0, params={"release": "x" * 101})
    assert word(fix) == Word("delete-row", "the action's name")


@pytest.mark.parametrize("typed", ["", "2", "33", "three"])
def test_anything_else_is_told_what_to_type(typed: str) -> None:
    with pytest.raises(Invalid, match="type how many it changes: 3"):
        must_type(Word("3", "how many it changes"), typed)


def alone(**change: object) -> Story:
    """Anna's fix waits, and nobody else is there."""
    story = asked(claimed(), approvals=1)
    fix = story.bug.fixes[-1]
    return story.then(approval.confirm(story.bug, ANNA, fix.run, "d1", now=story.now, alone=True, **change), ANNA)  # type: ignore[arg-type]


def typed(story: Story, by: str = ANNA, said: str | None = None, proof: Proof | None = None) -> approval.FixApproved:
    fix = story.bug.fixes[-1]
    said = word(fix).word if said is None else said
    return approval.go_alone(story.bug, by, fix.run, "d1", now=story.now, typed=said, proof=proof)


def test_who_is_alone_goes_on_by_typing_and_everybody_reads_it() -> None:
    story = alone()
    assert story.bug.fixes[-1].state is RunState.WAITING
    event = typed(story)
    after = story.then(event, ANNA).bug.fixes[-1]
    assert (after.state, after.alone, after.broken_glass) == (RunState.APPROVED, True, False)
    assert wanting(after) == ""
    assert event.line(story.bug, ANNA).loud


def test_both_steps_at_once_come_to_the_same() -> None:
    story = asked(claimed(), approvals=2)
    fix = story.bug.fixes[-1]
    confirmed_ = approval.confirm(story.bug, ANNA, fix.run, "d1", now=story.now, alone=True)
    approved = approval.at_once(story.bug, confirmed_, ANNA, story.now, word(fix).word)
    story.then(confirmed_, ANNA).then(approved, ANNA)
    assert (story.bug.fixes[-1].state, story.bug.fixes[-1].alone) == (RunState.APPROVED, True)


def test_only_who_asked_and_only_where_nobody_else_was_asked() -> None:
    with pytest.raises(NotAllowed, match="who asked for it, can go on alone"):
        typed(alone(), by=BEN)
    with pytest.raises(Refused, match="Somebody else is here to approve it"):
        typed(waits(BEN))


def test_a_second_factor_is_wanted_of_who_is_alone_too() -> None:
    story = alone(factor=True)
    with pytest.raises(NotAllowed, match="takes a second factor"):
        typed(story)
    assert typed(story, proof=Proof(whom=ANNA, code="123456")).factor


def test_an_approver_who_is_there_is_still_asked() -> None:
    story = confirmed(asked(claimed(), approvals=1), BEN)
    assert story.bug.fixes[-1].asked == (BEN,)


EUROS = (Credit(money=Money(amount=9000, currency="EUR")),)


def over_the_cap() -> Story:
    story = fixed_for()
    told = gifts.tells(story.bug, [c.id for c in story.bug.customers], "It works.", EUROS, GiftTexts())
    return story.then(gifts.ask(story.bug, told, EUROS, "€50 a day", (), alone=True), ANNA)


def test_a_gift_above_the_caps_passes_by_typing_how_many_get_it() -> None:
    story = over_the_cap()
    waiting = story.bug.tell_requests[0]
    approved, *told = gifts.approve_alone(story.bug, ANNA, waiting.seq, str(len(waiting.customers)), GiftTexts())
    assert isinstance(approved, gifts.TellApproved)
    assert approved.line(story.bug, ANNA).loud
    assert len(told) == 1
    with pytest.raises(Invalid, match="how many customers get it"):
        gifts.approve_alone(story.bug, ANNA, waiting.seq, "7", GiftTexts())
    with pytest.raises(NotAllowed):
        gifts.approve_alone(story.bug, BEN, waiting.seq, "1", GiftTexts())


def test_without_the_policy_s_word_a_gift_above_the_caps_is_refused_where_nobody_is() -> None:
    story = fixed_for()
    told = gifts.tells(story.bug, [c.id for c in story.bug.customers], "It works.", EUROS, GiftTexts())
    with pytest.raises(Refused, match="nobody else is an approver"):
        gifts.ask(story.bug, told, EUROS, "€50 a day", ())


def test_who_is_alone_rules_alone_but_no_guest_does() -> None:
    may_rule(Member(id=ANNA), "thaw what somebody froze", alone=True)
    with pytest.raises(NotAllowed):
        may_rule(Member(id=ANNA), "thaw what somebody froze")
    with pytest.raises(NotAllowed):
        may_rule(Member(id=ANNA, guest=True), "thaw what somebody froze", alone=True)
