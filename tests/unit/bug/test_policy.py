"""Who may: the living people of the workspace; and who can be asked to approve."""

import pytest

from bot.bug.errors import NotAllowed
from bot.bug.permissions.policy import Duty, Member, eligible, may, may_act, may_approve, may_command, may_take
from tests.unit.bug.story import ANNA, BEN, CLEO, approver, asked, claimed


def test_everybody_of_the_workspace_commands_guests_too() -> None:
    may_command(Member(id=ANNA))
    may_command(Member(id=ANNA, guest=True))


@pytest.mark.parametrize(
    ("member", "sentence"),
    [
        (Member(id="U0BOT", bot=True), "Only people command"),
        (Member(id="U0GONE", deleted=True), "deactivated"),
        (Member(id="U0OTHER", stranger=True), "guest of another one"),
    ],
)
def test_other_apps_the_gone_and_strangers_command_nothing(member: Member, sentence: str) -> None:
    with pytest.raises(NotAllowed, match=sentence):
        may_command(member)


def test_where_nobody_was_asked_nobody_approves() -> None:
    fix = asked(claimed()).bug.fixes[0]
    with pytest.raises(NotAllowed, match="Asked: nobody"):
        may_approve(approver(), fix)


def test_only_other_fit_approvers_are_asked() -> None:
    people = (
        approver(ANNA),
        approver(BEN),
        approver(CLEO),
        approver("U0GUEST", guest=True),
        approver("U0BOT", bot=True),
        approver("U0GONE", deleted=True),
        approver("U0OTHER", stranger=True),
        Member(id="U0DEV"),
    )
    assert eligible(people, ANNA) == (BEN, CLEO)
    assert eligible((approver(ANNA),), ANNA) == ()


def test_only_full_members_reach_production_or_a_customer() -> None:
    may_act(Member(id="U0ANNA"))
    with pytest.raises(NotAllowed, match="Guests can't look at production"):
        may_act(Member(id="U0GUEST", guest=True))


GUEST, DEV, SUPPORT, LEAD = (
    Member(id="U0GUEST", guest=True),
    Member(id="U0DEV", teller=False, exporter=False),
    Member(id="U0SUP", runner=False),
    Member(id="U0LEAD"),
)
MAY: list[tuple[Member, Duty, str]] = [
    # person, what they want, what they read ("" = they may)
    (GUEST, Duty.ACT, "Guests can't"),
    (GUEST, Duty.RUN, "Guests can't"),
    (GUEST, Duty.TELL, "Guests can't"),
    (GUEST, Duty.READ, "Guests read a bug in its own thread"),
    (GUEST, Duty.EXPORT, "Guests read a bug in its own thread"),
    (DEV, Duty.READ, ""),
    (DEV, Duty.EXPORT, "not among those who take the trail out here"),
    (LEAD, Duty.EXPORT, ""),
    (DEV, Duty.ACT, ""),
    (DEV, Duty.RUN, ""),
    (DEV, Duty.TELL, "not among those who write to customers here"),
    (SUPPORT, Duty.ACT, ""),
    (SUPPORT, Duty.RUN, "not among those who run fixes here"),
    (SUPPORT, Duty.TELL, ""),
    (LEAD, Duty.ACT, ""),
    (LEAD, Duty.RUN, ""),
    (LEAD, Duty.TELL, ""),
]


@pytest.mark.parametrize(("member", "duty", "reads"), MAY)
def test_who_may_do_what(member: Member, duty: Duty, reads: str) -> None:
    if not reads:
        may(member, duty)
        return
    with pytest.raises(NotAllowed, match=reads):
        may(member, duty)


def test_a_refusal_names_those_who_may_but_not_a_crowd() -> None:
    with pytest.raises(NotAllowed) as few:
        may(SUPPORT, Duty.RUN, ("U0DEV", "U0LEAD"))
    assert "U0DEV, U0LEAD may. Hand the bug to one of them" in str(few.value).replace("@", "").replace("<", "").replace(
        ">", ""
    )
    with pytest.raises(NotAllowed, match="and 2 more may"):
        may(SUPPORT, Duty.RUN, tuple(f"U0DEV{n}" for n in range(7)))


@pytest.mark.parametrize(
    ("member", "said"),
    [
        (Member(id="U0X", bot=True), "An app can't have a bug"),
        (Member(id="U0X", deleted=True), "deactivated"),
        (Member(id="U0X", stranger=True), "Only members of this workspace"),
    ],
)
def test_a_bug_is_handed_to_people_of_this_workspace_alone(member: Member, said: str) -> None:
    with pytest.raises(NotAllowed, match=said):
        may_take(member)
    may_take(Member(id="U0X", guest=True))
