from bot.domain.bug import RunState
from tests.slack_fixes.team import *

async def test_low(team):
    await team.run()
    await team.until(RunState.SUCCEEDED)
    print(team.card.thread.lines)
    print(team.card.texts)

async def test_medium(team):
    request = await team.waits()
    print(request.texts)
    await request.button("Approve").click()
    await team.until(RunState.SUCCEEDED)
    await request.expect_text("done")
    await request.expect_no_button("Approve")

async def test_ssh(team):
    await team.run("long-job word=x seconds=3 -- again")
    await team.until(RunState.SUCCEEDED)
    await team.house.quiet()
    print(team.card.thread.lines, [m.texts for m in team.card.thread.messages][-2:])
    print(team.dana.ephemerals)
