"""What people see of a fix: the whole preview, its output while it runs, what it said in the end, and what else it broke."""

from sqlalchemy import select

from bot.bug.fixes.fix import RunState
from bot.ledger.db.tables import bugs, inbox, private
from tests.slack.fixes.plant import SECRET
from tests.slack.fixes.team import Team

MANY = "empty-menus account=2 -- they start anew"


def files(team: Team) -> list[str]:
    return [file.content.decode() for file in team.house.slack.world.files.values() if file.content]


async def test_a_long_preview_is_whole_in_a_file_and_the_form_says_so(team: Team) -> None:
    preview = await team.preview(MANY)
    await preview.expect_text("more rows, in the file I sent you")
    [whole] = files(team)
    assert all(f"changed: menus id {n}" in whole for n in range(100, 100 + 20))
    await team.dana.expect_dm("The whole preview of BUG-1 run 1")


async def test_an_approver_gets_the_whole_of_it_too(team: Team) -> None:
    request = await team.waits(MANY)
    await request.expect_text("more rows, in the file I sent you")
    await team.lee.expect_dm("The whole preview of BUG-1 run 1")
    await team.max.expect_dm("The whole preview of BUG-1 run 1")


async def test_output_is_one_message_that_changes_without_secrets(team: Team) -> None:
    await team.run("long-job word=hello seconds=3 -- it hangs")
    line = await team.card.thread.expect(":computer: long-job says")
    await team.until(RunState.SUCCEEDED)
    await line.expect_text("long-job said")
    await team.house.quiet()
    shown = [m for m in team.card.thread.messages if "long-job sa" in m.lock_screen]
    assert len(shown) == 1
    assert SECRET not in str(team.card.thread.lines) + str([m.texts for m in shown]) + str(team.dana.ephemerals)
    assert "counting hello" in "\n".join(team.dana.ephemerals)
    assert SECRET not in str(await team.house.trail())
    assert await team.house.bot.flags.starting("live:") == {}


async def test_a_cancel_ends_the_command_on_the_host_and_says_so(team: Team) -> None:
    await team.run("long-job word=hello seconds=60 -- it hangs")
    await team.until(RunState.STARTED)
    await team.card.thread.expect(":computer:")
    await team.card.button("Stop it: long-job").click(by=team.dana)
    await team.until(RunState.FAILED)
    await team.card.thread.expect("cancelled")
    assert (team.plant.lines("begun"), team.plant.lines("ended")) == (1, 0)


async def test_a_secret_parameter_is_shown_to_nobody_and_gone_at_the_outcome(team: Team) -> None:
    preview = await team.preview("new-token token=open-sesame-42 -- the old one leaked")
    await preview.expect_text("••••")
    assert await stored(team, "open-sesame-42")
    await preview.button("Run it").click()
    await team.until(RunState.SUCCEEDED)
    await team.house.quiet()
    assert not await stored(team, "open-sesame-42")
    slack = team.house.slack
    assert "open-sesame-42" not in str([team.card.texts, team.card.thread.lines, slack.ephemerals("U0DEV")])
    assert team.plant.lines("begun") == 1


async def stored(team: Team, text: str) -> bool:
    """Whether it stands in the database as it is now."""
    async with team.house.bot.ledger.db.read() as conn:
        rows = [
            *(await conn.execute(select(private.c.body))).scalars(),
            *(await conn.execute(select(bugs.c.state))).scalars(),
        ]
        asks = (await conn.execute(select(inbox.c.body))).scalars()
        return any(text in row for row in (*rows, *asks))
