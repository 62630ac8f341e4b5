"""What the board's card says, so that somebody can reproduce and mend the bug without asking anybody."""

from dataclasses import replace

from bot.bug.bug import Bug
from bot.bug.debt.pull import Pull
from bot.bug.fixes.asking import FixPreviewed
from bot.bug.fixes.run import ImageExpired
from bot.sinks.board import CELLS, FACTS, ROWS, text
from tests.unit.bug.story import MONDAY, PRODUCTION, SYSTEM, Story, asked, claimed, confirmed, ran


def quick(rows: int = 1, cells: int = 2) -> Story:
    """A quick fix that took rows away, as its preview showed them."""
    story = asked(claimed())
    preview = next(x.event for x in reversed(story.facts) if isinstance(x.event, FixPreviewed))
    change = "\n".join(f"field{n}: value {n}" for n in range(cells))
    shown = tuple({"place": f"deleted: menus id {13 + n}", "change": change} for n in range(rows))
    story = confirmed(_with_rows(story, preview, shown))
    return ran(story)


def _with_rows(story: Story, preview: FixPreviewed, rows: tuple[dict[str, str], ...]) -> Story:
    fresh = asked_again(story)
    data = {**preview.model_dump(), "run": len(fresh.bug.fixes), "rows": rows}
    return fresh.then(FixPreviewed.model_validate(data), PRODUCTION)


def asked_again(story: Story) -> Story:
    fresh = claimed()
    first = next(x.event for x in story.facts if x.event.KIND == "fix_asked")
    return fresh.then(first)


def about(bug: Bug) -> str:
    return text(bug).description


def test_the_rows_stand_there_as_they_were_before_the_fix() -> None:
    said = about(quick().bug)
    assert "**The rows as they were before:**\n- deleted: menus id 13: field0: value 0; field1: value 1" in said


def test_many_rows_and_long_ones_are_some_and_a_number() -> None:
    said = about(quick(ROWS + 3, CELLS + 1).bug)
    assert "- and 3 more" in said
    assert said.count("deleted: menus id") == ROWS
    assert f"field{CELLS - 1}: value {CELLS - 1}; …" in said


def test_expired_rows_leave_the_card() -> None:
    story = quick()
    story.then(ImageExpired(run=1), SYSTEM)
    assert "as they were" not in about(story.bug)


def test_the_errors_own_data_place_and_release_stand_there() -> None:
    facts = {f"metaData.n{n}": f"{n}\n{n}" for n in range(FACTS + 2)}
    bug = replace(claimed().bug, facts=facts, release="3.1", context="POST /menus", page="https://shop.example.com/13")
    said = about(bug)
    for part in ("- metaData.n0: 0 0", "- and 2 more", "**Release:** 3.1", "**Where:** POST /menus", "/13"):
        assert part in said


def test_pull_requests_stand_there_with_their_checks() -> None:
    pull = Pull(forge="github", repo="1", repository="acme/shop", number=212, url="https://x.example/212", at=MONDAY)
    said = about(replace(claimed().bug, pulls=(replace(pull, title="Keep it"),)))
    assert "**Proper fix:**\n- [PR 212](https://x.example/212) Keep it: open, no checks yet" in said
