"""Somebody who joined the group of approvers after it was asked for."""

from bot.demo.slack.records import UserGroup
from tests.slack.fixes.team import Team

WHO, SAID = "Sam", "You are not among those who can approve this"
MORE = {"policy": {"approvers": ["S0LEADS", "U0LEAD"]}}


def group(*users: str) -> UserGroup:
    return UserGroup(id="S0LEADS", handle="leads", name="Leads", users=users)


async def attempt(team: Team) -> None:
    slack = team.house.slack
    slack.seed(usergroups=[group("U0LEAD2")])
    await team.waits()
    fix = await team.fix()
    slack.seed(usergroups=[group("U0LEAD2", "U0SUP")])
    await team.presses(team.sam, "approve", run=1, digest=fix.digest)
