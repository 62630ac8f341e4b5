"""A typed word names its run, and what was approved is what runs, or nothing, and that is known."""

import hashlib
from typing import Any

import pyotp
import pytest

from bot.bug.fixes.fix import RunState
from bot.ledger.db.tables import locks
from tests.slack.fixes.team import CLOSE, DELETE, Team

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FACTOR = {
    "policy": {"approvers": ["U0LEAD", "U0LEAD2"], "totp": {"lee@acme.example": SECRET, "max@acme.example": SECRET}}
}


class TestATypedWordNamesItsRun:
    async def test_with_its_number_it_approves(self, team: Team) -> None:
        await team.waits()
        await team.lee.types("/fix approve BUG-1 1", in_=team.house.errors)
        await team.until(RunState.SUCCEEDED)

    async def test_in_the_thread_as_well(self, team: Team) -> None:
        await team.waits()
        await team.lee.says("@makegood approve 1", thread=team.card)
        await team.until(RunState.SUCCEEDED)

    @pytest.mark.parametrize("word", ["approve", "reject"])
    async def test_without_one_it_decides_nothing_and_shows_what_waits(self, team: Team, word: str) -> None:
        await team.waits()
        await team.lee.types(f"/fix {word} BUG-1", in_=team.house.errors)
        shown = await team.lee.expect_ephemeral("BUG-1 run 1 waits for your word; nothing is decided yet")
        await shown.expect_text("title: Breakfast → Brunch")
        assert (await team.fix()).state is RunState.WAITING
        await shown.button("Approve").click()
        await team.until(RunState.SUCCEEDED)

    async def test_a_number_of_no_run_is_said_so(self, team: Team) -> None:
        await team.waits()
        await team.lee.types("/fix approve BUG-1 7", in_=team.house.errors)
        await team.lee.expect_ephemeral("There is no run 7. BUG-1 run 1 waits for your word; nothing is decided yet")
        assert (await team.fix()).state is RunState.WAITING

    async def test_a_run_that_took_the_place_of_another_is_not_approved_in_its_name(self, team: Team) -> None:
        await team.waits()
        await team.dana.types("/fix cancel BUG-1 1", in_=team.house.errors)
        await team.until(RunState.CANCELLED)
        await team.waits("set-column table=menus id=14 column=title value=Gone -- swapped")
        await team.lee.types("/fix approve BUG-1 1", in_=team.house.errors)
        await team.lee.expect_ephemeral("is cancelled already")
        assert (await team.fix(2)).state is RunState.WAITING

    async def test_a_cancel_without_a_number_stops_nothing_and_offers_the_button(self, team: Team) -> None:
        await team.waits()
        await team.dana.types("/fix cancel BUG-1", in_=team.house.errors)
        shown = await team.dana.expect_ephemeral("is waiting for approval. Press *Stop it*")
        assert (await team.fix()).state is RunState.WAITING
        await shown.button("Stop it").click()
        await team.until(RunState.CANCELLED)


class TestBetweenApprovalAndStart:
    """Not run, known not to have run, and the lock is free."""

    async def nothing_ran(self, team: Team, why: str) -> None:
        fix = await team.until(RunState.LAPSED)
        await team.house.quiet()
        assert why in fix.why
        assert fix.started_at is None
        assert team.plant.rows("SELECT title FROM menus WHERE id = 13") == [("Breakfast",)]
        async with team.house.bot.ledger.db.read() as conn:
            assert (await conn.execute(locks.select())).all() == []

    async def test_an_action_that_was_changed_is_not_run(self, team: Team) -> None:
        await team.house.allow("retitle")
        preview = await team.preview("retitle id=13 title=Brunch -- wrong title")
        file = team.plant.own / "retitle.py"
        file.write_text(file.read_text() + "\n# another word\n")
        await preview.button("Run it").click()
        await self.nothing_ran(team, "retitle is off")

    async def test_an_action_that_is_gone_is_not_run(self, team: Team) -> None:
        await team.house.allow("retitle")
        preview = await team.preview("retitle id=13 title=Brunch -- wrong title")
        (team.plant.own / "retitle.py").unlink()
        await preview.button("Run it").click()
        await self.nothing_ran(team, "There is no action “retitle”")

    @pytest.mark.parametrize(
        "other", [{"tables": {"menus": "id"}}, {"url": "sqlite+aiosqlite:////nonexistent/other.db"}, {"hide": []}]
    )
    async def test_a_target_that_was_changed_is_not_touched(self, team: Team, other: dict[str, Any]) -> None:
        preview = await team.preview(DELETE)
        targets = team.plant.settings["targets"]
        await team.house.restart(targets={**targets, "shop": {**targets["shop"], **other}})
        await preview.button("Run it").click()
        await self.nothing_ran(team, "The target shop is not what it was at the preview")

    async def test_a_host_that_was_changed_is_not_reached(self, team: Team) -> None:
        preview = await team.preview("long-job word=x seconds=0 -- it hangs")
        targets = team.plant.settings["targets"]
        moved = {**targets["web"], "hosts": ["127.0.0.1:1"]}
        await team.house.restart(targets={**targets, "web": moved})
        await preview.button("Run it").click()
        await self.nothing_ran(team, "The target web is not what it was at the preview")
        assert team.plant.lines("begun") == 0


async def test_a_look_that_is_named_as_a_fix_is_refused_in_words(team: Team) -> None:
    await team.house.allow("one-menu")
    await team.dana.types("/fix BUG-1 one-menu id=13 -- what is it", in_=team.house.errors)
    await team.dana.expect_ephemeral("one-menu only looks, so there is nothing to preview")


class TestWhoIsNobodyHere:
    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (f"/fix BUG-1 {DELETE}", "Guests can't look at production"),
            ("/fix look BUG-1 customer-account email=ann@example.com", "Guests can't look at production"),
            ("/fix probe BUG-1", "Guests can't look at production"),
            ("/tell BUG-1", "Guests can't look at production"),
            ("/bug answer BUG-1", "Guests can't look at production"),
            ("/fix approve BUG-1 1", "Guests can't look at production"),
        ],
    )
    async def test_a_guest_neither_runs_looks_tells_nor_approves(self, team: Team, words: str, said: str) -> None:
        before = await team.house.kinds()
        await team.gil.types(words, in_=team.house.errors)
        await team.gil.expect_ephemeral(said)
        assert await team.house.kinds() == before

    async def test_while_slack_cannot_say_who_somebody_is_they_run_nothing(self, team: Team) -> None:
        team.house.bot.slack.directory.forget(team.sam.id)
        team.house.slack.faults.add(kind="error:internal_error", method="users.info", times=9)
        before = await team.house.kinds()
        await team.sam.types(f"/fix BUG-1 {DELETE}", in_=team.house.errors)
        await team.sam.expect_ephemeral("Slack can't say who you are just now")
        assert await team.house.kinds() == before

    async def test_when_they_were_first_seen_is_our_own_word_and_stays(self, team: Team) -> None:
        first = await team.house.bot.slack.directory.member("U0LEAD", fresh=True)
        team.house.clock.advance(minutes=5)
        await team.house.restart()
        again = await team.house.bot.slack.directory.member("U0LEAD", fresh=True)
        assert first.joined == again.joined
        assert first.joined


@pytest.mark.parametrize("more", [FACTOR])
async def test_after_five_wrong_codes_another_approver_is_needed_and_everybody_is_told(team: Team) -> None:
    await team.waits(CLOSE)
    for nth in range(5):
        wrong = int(hashlib.sha256(str(nth).encode()).hexdigest(), 16) % 900000 + 100000
        await team.lee.types(f"/fix approve BUG-1 1 {wrong}", in_=team.house.errors)
        left = f"{4 - nth} tr" if nth < 4 else "That was your last try"
        await team.lee.expect_ephemeral(left)
    await team.max.expect_dm("<@U0LEAD> gave 5 wrong codes")
    await team.lee.expect_dm("If that was not you")
    await team.card.thread.expect("gave 5 wrong codes and can't approve it any more")

    right = pyotp.TOTP(SECRET).at(team.house.clock())
    await team.lee.types(f"/fix approve BUG-1 1 {right}", in_=team.house.errors)
    await team.lee.expect_ephemeral("You gave 5 wrong codes for this, so somebody else has to approve it")
    assert (await team.fix()).approved_by == ()


async def test_a_second_preview_of_the_same_undo_does_not_run_again(team: Team) -> None:
    await team.run("long-job word=x seconds=0 -- it hangs")
    await team.until(RunState.SUCCEEDED)
    shown = []
    for run in (2, 3):
        await team.dana.types("/fix undo BUG-1 not wanted", in_=team.house.errors)
        await team.until(RunState.PREVIEWED, run=run)
        await team.house.quiet()
        shown.append(await team.dana.expect_ephemeral("Preview for BUG-1"))
    fixes = [await team.fix(run) for run in (2, 3)]
    for fix in fixes:
        await team.presses(team.dana, "run", run=fix.run, digest=fix.digest)
        await team.house.quiet()
    assert (await team.house.kinds()).count("fix_started") == 2
    await team.dana.expect_ephemeral("is undone already, by run 2")
