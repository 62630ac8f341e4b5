"""Pull requests of the stories about the proper fix."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.bug.bug import Status
from bot.bug.debt import pulls
from bot.bug.debt.pull import Pull
from bot.bug.debt.pulls import PullChecked
from bot.bug.values import Actor, ActorKind
from bot.bug.words import plain
from tests.unit.bug.story import (
    MONDAY,
    Story,
    fixed,
    told,
)

GITHUB = Actor(kind=ActorKind.SOURCE, id="github")


OPEN = Pull(
    forge="github",
    repo="1",
    repository="acme/shop",
    number=212,
    url="https://github.com/acme/shop/pull/212",
    title="Keep the index whole",
    author="ada",
    base="main",
    head="c1",
    at=MONDAY,
    by="ada",
)


FIX = "PR 212 “Keep the index whole” now is the proper fix of BUG-17"


LATER = MONDAY + timedelta(hours=1)


MERGED = replace(OPEN, state="merged", at=LATER, merged_at=LATER, by="ben")


BACK = replace(OPEN, number=220, title='Revert "Keep"', role="reverts", reverts=212, at=LATER, by="cleo")


def sees(story: Story, *of: Pull) -> Story:
    for one in of:
        story.then(pulls.seen(story.bug, one), GITHUB, after=1)
    return story


def owed() -> Story:
    return told(fixed())


def pull(story: Story, number: int = 212) -> Pull:
    found = story.bug.pull(f"github:1#{number}")
    assert found
    return found


def lines(story: Story, last: int) -> list[str]:
    """What people read of the newest entries."""
    said = [x.event.line(story.bug, str(x.by)) for x in story.facts[-last:]]
    return [plain(x.parts) for x in said if x]


def checks(story: Story, head: str = "c1", **how: Any) -> PullChecked | None:
    return pulls.checked(story.bug, PullChecked(forge="github", repo="1", number=212, head=head, **how))


def stands(story: Story) -> Status:
    return story.bug.status
