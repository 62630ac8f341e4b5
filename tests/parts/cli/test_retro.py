"""`makegood retro` for a bug and for a month."""

import csv
import json
from collections.abc import Callable

from tests.parts.cli.conftest import Shell


def test_the_story_of_a_bug_is_markdown(makegood: Shell, story: str) -> None:
    ran = makegood("retro", "BUG-1")
    assert ran.status == 0
    assert ran.out.startswith("# Post-mortem of BUG-1 Menu page fails\n")
    assert "## Timeline" in ran.out


def test_whoever_slack_named_once_is_called_by_name_where_slack_is_away(
    makegood: Shell, story: str, names: Callable[..., None]
) -> None:
    names(story, U0DEV="Dana &amp; Co")
    told = makegood("retro", "BUG-1").out
    assert "U0DEV" not in told
    assert "Dana \\& Co" in told


def test_the_story_of_a_bug_is_json(makegood: Shell, story: str) -> None:
    told = json.loads(makegood("retro", "BUG-1", "--format", "json").out)
    assert (told["title"], told["times"]["claim"]) == ("Menu page fails", 60.0)


def test_the_post_mortem_is_a_page_of_its_own(makegood: Shell, story: str) -> None:
    told = makegood("retro", "BUG-1", "--html").out
    assert told.startswith("<!DOCTYPE html>")
    assert "Menu page fails" in told
    assert makegood("retro", "BUG-1", "--md").out == makegood("retro", "BUG-1").out
    assert json.loads(makegood("retro", "BUG-1", "--json").out)["version"] == 1


def test_a_month_says_what_it_came_to(makegood: Shell, story: str) -> None:
    ran = makegood("retro", "--month", "2026-11")
    assert ran.out.startswith("# Makegood in 2026-11\n\n- 1 bug, 0 dismissed")
    assert "- given: €5 in 1 credit" in ran.out
    assert "claimed after 1 min" in ran.out
    page = makegood("retro", "--month", "2026-11", "--html").out
    assert page.startswith("<!DOCTYPE html>")
    assert "Sun 01 Nov 2026 to Mon 30 Nov 2026 (UTC)" in page


def test_the_accountant_gets_a_line_for_each_thing_given(makegood: Shell, story: str) -> None:
    rows = list(csv.DictReader(makegood("retro", "--month", "2026-11", "--format", "csv").out.splitlines()))
    assert [(r["bug"], r["amount_minor"], r["currency"]) for r in rows] == [("BUG-1", "500", "EUR")]


def test_another_month_is_empty(makegood: Shell, story: str) -> None:
    assert json.loads(makegood("retro", "--month", "2026-12", "--format", "json").out)["bugs"] == 0


def test_a_bug_or_a_month_has_to_be_named_and_not_both(makegood: Shell, story: str) -> None:
    assert "Name a bug, a week or a month" in makegood("retro").err
    assert "Name a bug, a week or a month" in makegood("retro", "BUG-1", "--month", "2026-11").err
    assert "CSV is what was given in a month" in makegood("retro", "BUG-1", "--format", "csv").err
    assert makegood("retro", "--month", "november").status == 2


def test_a_week_is_told_with_the_shares_of_its_days(makegood: Shell, story: str) -> None:
    found = json.loads(makegood("retro", "--week", "2026-w47", "--format", "json").out)
    assert (found["span"], found["bugs"], len(found["shares"])) == ("2026-W47", 1, 7)
    assert makegood("retro", "--week", "2026-W47").out.startswith("# Makegood in 2026-W47\n\n- 1 bug")
    assert "write it like 2026-W48" in makegood("retro", "--week", "november").err
