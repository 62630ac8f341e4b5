"""What may start, what lapses, what waits, what is looked at after a cut-off, and what a fix broke."""

from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest

from bot.bug.course import course
from bot.bug.errors import Invalid, NotAllowed, Refused
from bot.bug.event import Event
from bot.bug.fixes import asking, doubt, run
from bot.bug.fixes.approval import FixApproved
from bot.bug.fixes.asking import FixRefused
from bot.bug.fixes.doubt import Investigated
from bot.bug.fixes.fix import RunState
from bot.bug.fixes.looks import Probed
from bot.bug.fixes.run import FixEnded, FixLapsed, FixStarted, FixWaits, ImageExpired
from bot.bug.permissions.policy import Member, may_rule, wanting
from bot.bug.retro.story import fold
from bot.bug.words import plain
from bot.settings.policy import PolicySettings
from bot.slack.incoming import second_factor as factor
from tests.unit.bug.story import (
    ANNA,
    BEN,
    CLEO,
    MONDAY,
    PRODUCTION,
    approver,
    asked,
    claimed,
    confirmed,
    fix,
    ran,
    waits,
)

LATE = timedelta(minutes=16)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_what_waits_too_long_lapses_and_says_for_whom_it_waited() -> None:
    story = waits()
    assert run.lapse(story.bug, 1, story.now) is None
    lapsed = run.lapse(story.bug, 1, story.now + LATE)
    assert lapsed
    assert lapsed.why.startswith("nobody approved it within 15 minutes")


def test_what_is_approved_but_not_started_lapses_too_unless_people_run_it() -> None:
    story = confirmed(asked(claimed()))
    late = story.now + LATE
    assert run.lapse(story.bug, 1, late, by_hand=True) is None
    lapsed = run.lapse(story.bug, 1, late)
    assert lapsed
    assert lapsed.why.startswith("it was not started")
    story.then(FixWaits(run=1, bug=3, other=2), PRODUCTION)
    lapsed = run.lapse(story.bug, 1, late)
    assert lapsed
    assert lapsed.why.startswith("BUG-3's run did not end")


def test_who_is_waited_for_is_said_once() -> None:
    story = confirmed(asked(claimed()))
    waiting = run.waits_for(fix(story), (3, 1))
    assert waiting == FixWaits(run=1, bug=3, other=1)
    story.then(waiting, PRODUCTION)
    assert run.waits_for(fix(story), (3, 1)) is None


@pytest.mark.parametrize(
    ("by", "said"), [((BEN,), "1 of 2 approvals count"), ((BEN, CLEO), ""), ((BEN, ANNA), "1 of 2 approvals count")]
)
def test_only_those_who_were_asked_and_others_count(by: tuple[str, ...], said: str) -> None:
    story = waits(BEN, CLEO, approvals=2)
    assert wanting(replace(fix(story), approved_by=by)) == said


def test_who_went_on_alone_needs_nobody_any_more() -> None:
    alone = replace(fix(waits()), broken_glass=True, approved_by=(ANNA,))
    assert wanting(alone) == ""
    assert wanting(replace(alone, factor=True)) == "going on alone takes a second factor here"
    assert wanting(replace(alone, factor=True, factors=(ANNA,))) == ""


def test_an_approval_without_the_second_factor_it_takes_does_not_count() -> None:
    forged = replace(fix(waits()), approved_by=(BEN,), factor=True)
    assert wanting(forged) == "0 of 1 approvals count, each with a second factor"
    assert wanting(replace(forged, factors=(BEN,))) == ""


@pytest.mark.parametrize("about", [{"approver": False}, {"guest": True}])
def test_only_approvers_decide_for_everybody(about: dict[str, bool]) -> None:
    with pytest.raises(NotAllowed, match="Only approvers thaw"):
        may_rule(approver(BEN, **about), "thaw what somebody froze")
    may_rule(approver(BEN), "thaw what somebody froze")


def test_after_a_cut_off_production_is_looked_at_and_a_person_settles() -> None:
    story = ran(confirmed(asked(claimed())), "unknown")
    story.then(doubt.investigate(story.bug, 1))
    story.then(Investigated(run=1, state="succeeded", summary="menus 13 is gone"), PRODUCTION)
    assert (fix(story).state, fix(story).seen, fix(story).why) == (RunState.UNKNOWN, "succeeded", "menus 13 is gone")
    story.then(doubt.settle(story.bug, ANNA, 1, "succeeded", "so it is"))
    with pytest.raises(Refused, match="there is nothing to find out"):
        doubt.investigate(story.bug, 1)


def test_only_what_is_under_way_begins_and_nothing_that_was_taken_for_cut_off() -> None:
    story = confirmed(asked(claimed()))
    story.then(FixStarted(run=1, deadline=story.now), PRODUCTION)
    run.must_go_on(story.bug, 1)
    story.then(FixEnded(run=1, state="unknown", summary="cut off"), PRODUCTION)
    with pytest.raises(Refused, match="taken for cut off"):
        run.must_go_on(story.bug, 1)
    story.then(doubt.settle(story.bug, ANNA, 1, "failed", "the row is there"))
    with pytest.raises(Refused, match="settled as failed meanwhile"):
        run.must_go_on(story.bug, 1)


@pytest.mark.parametrize(
    "end", [FixLapsed(run=2, why="nothing was changed"), FixEnded(run=2, state="failed", summary="nothing was changed")]
)
def test_an_undo_that_a_person_took_for_done_and_that_never_was_can_be_asked_for_again(end: Event) -> None:
    story = ran(confirmed(asked(claimed())))
    story.then(asking.ask_undo(story.bug, ANNA, 1, "it was right"))
    story.then(FixEnded(run=2, state="unknown", summary="cut off"), PRODUCTION)
    story.then(doubt.settle(story.bug, ANNA, 2, "succeeded", "I saw it"))
    assert fix(story).undone_by == 2
    story.then(end, PRODUCTION)
    assert fix(story).undone_by is None
    story.then(asking.ask_undo(story.bug, ANNA, 1, "it was right, still"))


def probed(name: str, *, ok: bool, broke: bool = False) -> Probed:
    return Probed(probe=name, when="after", ok=ok, said="is 200" if ok else "is 502", smoke=True, broke=broke)


def test_what_a_fix_broke_is_in_the_way_until_it_works_again() -> None:
    story = ran(confirmed(asked(claimed()))).then(probed("home", ok=False, broke=True), PRODUCTION)
    with pytest.raises(Refused, match="home worked before the fix and fails now"):
        course.fixed(story.bug, ANNA)
    story.then(probed("home", ok=False), PRODUCTION)
    assert [p.name for p in story.bug.broken] == ["home"]
    story.then(probed("home", ok=True), PRODUCTION)
    assert story.bug.broken == ()
    course.fixed(story.bug, ANNA)


def test_what_has_expired_is_not_undone_and_holds_nothing_private() -> None:
    story = ran(confirmed(asked(claimed()))).then(ImageExpired(run=1))
    assert (fix(story).text, fix(story).kept, fix(story).why) == ("", "", "")
    with pytest.raises(Refused, match="The stored image has expired"):
        asking.ask_undo(story.bug, ANNA, 1, "wrong row")


def test_secrets_are_kept_until_somebody_knows_how_it_ended() -> None:
    story = claimed()
    story.then(asking.ask(story.bug, ANNA, "new-token", {"token": "••••"}, "it leaked", secrets={"token": "s3cret"}))
    assert fix(story).filled == {"token": "s3cret"}
    story.then(FixRefused(run=1, why="no"), PRODUCTION)
    assert fix(story).filled == {"token": "••••"}


class TestTheSecondFactor:
    POLICY = PolicySettings.model_validate({"totp": {"ben@example.com": SECRET}})
    BEN = Member(id=BEN, email="ben@example.com", approver=True)

    def test_a_code_names_its_step_so_that_it_counts_once(self) -> None:
        given = [factor.give(self.POLICY, self.BEN, code, MONDAY) for code in self._codes()]
        assert len({key for key, _ in given}) == 3

    def _codes(self) -> list[str]:
        return [pyotp.TOTP(SECRET).at(MONDAY + timedelta(seconds=30 * n)) for n in (-1, 0, 1)]

    def test_a_wrong_code_says_so_at_its_field(self) -> None:
        with pytest.raises(Invalid) as refused:
            factor.give(self.POLICY, self.BEN, "12345", MONDAY)
        assert set(refused.value.fields) == {"code"}

    def test_nobody_without_one_approves_high_risk(self) -> None:
        with pytest.raises(NotAllowed, match="has none for you"):
            factor.give(self.POLICY, Member(id=CLEO), "123456", MONDAY)

    def test_whoever_has_the_secret_can_check_it_again(self) -> None:
        key, proof = factor.give(self.POLICY, self.BEN, self._codes()[0], MONDAY)
        entry = FixApproved(run=1, digest="d1", factor=True, proof=proof)
        assert factor.holds(self.POLICY, entry, BEN, key, MONDAY + timedelta(seconds=30))
        assert not factor.holds(self.POLICY, entry, CLEO, key, MONDAY), "it is Ben's"
        assert not factor.holds(self.POLICY, entry, BEN, None, MONDAY), "nothing uses it up"
        assert not factor.holds(self.POLICY, entry, BEN, key, MONDAY + timedelta(minutes=5)), "it is an old one"
        assert not factor.holds(self.POLICY, FixApproved(run=1, digest="d1", factor=True), BEN, key, MONDAY)

    def test_a_secret_that_can_be_guessed_is_no_setting(self) -> None:
        with pytest.raises(ValueError, match="at least 24 letters"):
            PolicySettings.model_validate({"totp": {"ben@example.com": "JBSWY3DP"}})


def test_what_stays_whole_is_no_step_of_the_story_and_what_broke_is_a_loud_one() -> None:
    story = claimed().then((probed("home", ok=True), probed("shop", ok=False, broke=True)), PRODUCTION)
    steps = fold(story.facts).timeline
    loud = [(step.said, step.loud) for step in steps if "home" in step.said or "shop" in step.said]
    assert loud == [("shop worked before this fix and is 502 now. Undo is on the card.", True)]


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("nothing was changed. Production is not as previewed.", "Nothing was done: Production is not as previewed."),
        ("production is frozen", "Nothing was done: production is frozen"),
    ],
)
def test_that_nothing_was_done_is_said_once(why: str, said: str) -> None:
    assert plain(FixLapsed(run=2, why=why).line(waits().bug, BEN).parts) == said
