"""A team's action is not executed by the bot before an approver has allowed it, and not again once its file has changed."""

from pathlib import Path

import pytest

from tests.slack.fixes.team import Team
from tests.slack.shop import RENAME
from tests.support.untrusted import FILES, TOUCH

WISH = "/fix BUG-1 rename-menu id=13 title=Brunch -- wrong title"
TRACE = f"\nimport pathlib\n\n{TOUCH}\n"


@pytest.fixture
def own(team: Team) -> Path:
    """What stands in the folder is read by the bot before the attempt: an approver allows another file."""
    for name, text in FILES.items():
        (team.plant.own / name).write_text(text)
    return team.plant.own


async def test_no_file_is_executed_while_another_is_allowed_and_none_is_offered(team: Team, own: Path) -> None:
    await team.house.allow("close-account")
    await team.dana.types("/fix BUG-1 writes-a-file id=13 -- why not", in_=team.house.errors)
    await team.dana.expect_ephemeral("writes-a-file is off: its file is new or has changed")
    await team.card.button("Fix").click(by=team.dana)
    form = await team.dana.expect_modal("What to do")
    assert "writes-a-file" not in str(form.field("What to do").choices)
    assert not (own / "touched").exists()


async def test_who_may_not_allow_it_executes_nothing_by_trying(team: Team, own: Path) -> None:
    await team.dana.types("/fix allow writes-a-file", in_=team.house.errors)
    await team.dana.expect_ephemeral("turn actions on")
    assert not (own / "touched").exists()


async def test_it_is_executed_once_it_was_allowed(team: Team, own: Path) -> None:
    await team.house.allow("writes-a-file")
    assert (own / "touched").exists()


async def test_an_allowed_file_that_fails_is_told_to_who_allowed_it(team: Team, own: Path) -> None:
    await team.lee.types("/fix allow raises", in_=team.house.errors)
    await team.lee.expect_ephemeral("raises.py: The file does not load: ZeroDivisionError")


async def test_a_file_that_changed_after_it_was_allowed_is_off_and_not_executed(team: Team) -> None:
    (team.plant.own / "rename_menu.py").write_text(RENAME)
    await team.house.allow("rename-menu")
    (team.plant.own / "rename_menu.py").write_text(RENAME + TRACE)
    await team.house.allow("close-account")  # the bot reads the folder again
    await team.dana.types(WISH, in_=team.house.errors)
    await team.dana.expect_ephemeral("rename-menu is off: its file is new or has changed")
    assert not (team.plant.own / "touched").exists()


async def test_a_changed_file_is_off_within_seconds_though_nobody_allows_another(team: Team) -> None:
    path = team.plant.own / "rename_menu.py"
    path.write_text(RENAME)
    await team.house.allow("rename-menu")
    path.write_text(RENAME + TRACE)
    await team.house.bot.dispatcher.context.allowed.follow()
    await team.dana.types(WISH, in_=team.house.errors)
    await team.dana.expect_ephemeral("rename-menu is off: its file is new or has changed")
    assert not (team.plant.own / "touched").exists()

    path.write_text(RENAME)
    await team.house.bot.dispatcher.context.allowed.follow()
    preview = await team.preview(WISH.removeprefix("/fix BUG-1 "))
    await preview.expect_text("Breakfast → Brunch")


async def test_what_is_allowed_is_the_file_as_it_is_now(team: Team) -> None:
    path = team.plant.own / "rename_menu.py"
    path.write_text(RENAME)
    await team.house.allow("rename-menu")
    path.write_text(RENAME.replace("another title", "a better title"))
    await team.house.allow("rename-menu")
    preview = await team.preview(WISH.removeprefix("/fix BUG-1 "))
    await preview.expect_text("Breakfast → Brunch")
